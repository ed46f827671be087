"""A form's facts on paper: what the log and the engine would make of them, without a database."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from shared.domain.base import Fact
from shared.domain.effective import Effective
from shared.domain.registry import registry
from shared.ids import id_of
from shared.projections import annual_report, discover, sale_month
from shared.questions import Year, year_from
from shared.reports import layout
from shared.reports.document import form_of
from shared.reports.facts import Reader
from shared.reports.form import Form, Officer
from shared.reports.reading import read_form
from shared.wards import load_calendar, load_wards

LOG = "141062-hanbai"
WARDS = load_wards(None)
PROJECTIONS = discover(load_calendar(None))

Said = tuple[UUID, Fact]


def event(n: int) -> UUID:
    """The id of the n-th event of a paper log."""
    return id_of("event", str(n))


class Names(dict[UUID, str]):
    """Stands where the erasable table stands."""

    def person(self, office: str, nth: int, officer: Officer) -> UUID:
        """One id for one office; good enough on paper."""
        which = id_of("officer", office, str(nth))
        self[which] = officer.name
        return which


def facts_of(filled: Form, names: Names) -> list[Fact]:
    """What a form states, in its order."""
    reader = Reader(LOG, WARDS, registry(()), names.person)
    return [stated.fact for stated in reader.read(filled)]


def read_facts(data: bytes) -> tuple[list[Fact], Names]:
    """What a file states, for the fiscal year 2025."""
    names = Names()
    return facts_of(read_form(data, 2025), names), names


def effective(facts: Iterable[Fact]) -> Effective:
    """The facts as events 1, 2, 3 … of a log."""
    found = Effective()
    for n, fact in enumerate(facts, 1):
        found.say(n, event(n), fact)
    return found


def year_of(facts: Iterable[Fact], fiscal_year: int = 2025) -> Year:
    return year_from(PROJECTIONS, LOG, fiscal_year, effective(facts))


def form_from(facts: Sequence[Fact], names: Names, fiscal_year: int = 2025) -> Form:
    """The form that the report would fill in."""
    year = year_of(facts, fiscal_year)
    return form_of(annual_report.answer(year), sale_month.answer(year), names, WARDS)


def tsv_from(facts: Sequence[Fact], names: Names) -> str:
    return layout.tsv(form_from(facts, names))
