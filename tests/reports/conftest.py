"""Forms to read: the real one where it is at hand, the repository's own, and small ones."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.reports.form import Form
from shared.reports.reading import read_form

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests/fixtures"
SEEDS = sorted((ROOT.parent / "shared/seed").glob("*.txt"))

Reader = Callable[[str], Form]


@pytest.fixture(scope="session")
def fixture_form() -> bytes:
    """The real form's facts, with its free text in other words."""
    return (FIXTURES / "form.tsv").read_bytes()


@pytest.fixture(scope="session")
def fixture_workbook() -> bytes:
    """The same as a workbook LibreOffice has saved: date cells, a formula, a number as text."""
    return (FIXTURES / "form.xlsx").read_bytes()


@pytest.fixture(
    scope="session",
    params=[FIXTURES / "form.tsv", FIXTURES / "form.xlsx", *SEEDS],
    ids=lambda p: p.name,
)
def any_form(request: pytest.FixtureRequest) -> bytes:
    path: Path = request.param
    return path.read_bytes()


@pytest.fixture(scope="session")
def reading() -> Reader:
    """Read lines of a form of the fiscal year 2025 whose cells are separated by |."""

    def read(text: str) -> Form:
        return read_form(f"活動内容\n{text}".replace("|", "\t").encode(), 2025)

    return read
