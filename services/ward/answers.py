"""The annual report, and each of its figures with the facts behind it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from services.ward.events import Asked
from services.ward.ward import Ward
from shared.errors import NotFound
from shared.eventlog import Entry
from shared.projections.figure_facts import Named
from shared.projections.sale_month import Figure
from shared.reports.answering import Behind
from shared.reports.writing import (
    GUESTS_BESIDE,
    GUESTS_INSIDE,
    MEDIA_TYPES,
    STYLE_SOURCE,
    WRITERS,
)
from shared.web.parameters import Moment, moment_of, year_of
from shared.web.protection import policy

Sheet = Annotated[
    str,
    PathParameter(description="年度と書式。書式は text、tsv、json、html（例: 2025.json）"),
]
Year = Annotated[str, PathParameter(description="年度（4月始まり。例: 2025）")]
FigureName = Annotated[str, PathParameter(description="数の名前（例: members、days）")]


class NamedFigure(msgspec.Struct, frozen=True):
    name: str
    label: str
    value: int | None
    known: str


class Figures(msgspec.Struct, frozen=True):
    position: int
    figures: list[NamedFigure]


class FactBehind(msgspec.Struct, frozen=True):
    id: UUID
    position: int
    type: str
    recorded_at: datetime
    actor: UUID
    data: msgspec.Raw


class Rules(msgspec.Struct, frozen=True):
    """How the ward counts, as it is printed with its figures."""

    guests_inside: bool
    text: str


class OpenedFigure(msgspec.Struct, frozen=True):
    name: str
    label: str
    position: int
    figure: Figure
    rules: Rules
    facts: list[FactBehind]


class NoSuchFormat(NotFound):
    message = (
        "この書式はありません。2025.json のように、text、tsv、json、html のどれかにしてください"
    )


@get(
    "/reports/{sheet:str}",
    summary="活動報告を読む",
    description="一年度の活動報告を返します。as_of を書くと、その時点の記録から作ります。",
    response_description="活動報告",
    media_type="text/html",
    opt={"media_types": [*MEDIA_TYPES.values()]},
)
async def report(
    request: Asked, ward: NamedDependency[Ward], sheet: Sheet, as_of: Moment = None
) -> Response[bytes]:
    year, _, kind = sheet.partition(".")
    if kind not in WRITERS:
        raise NoSuchFormat
    document = await ward.answers.report(request.user.log, year_of(year), moment_of(as_of))
    headers = {"Content-Security-Policy": policy(STYLE_SOURCE)} if kind == "html" else None
    media_type = MEDIA_TYPES[kind].partition(";")[0]  # the framework adds the charset to text
    return Response(WRITERS[kind](document), media_type=media_type, headers=headers)


@get(
    "/figures/{year:str}",
    summary="活動報告の数をすべて読む",
    description="一年度の活動報告に出てくる数の一覧です。known は、報告にあった数なら stated、"
    "記録から数えた数なら derived、分からなければ unknown です。",
    response_description="数の一覧",
)
async def figures(
    request: Asked, ward: NamedDependency[Ward], year: Year, as_of: Moment = None
) -> Figures:
    found = await ward.answers.figures(request.user.log, year_of(year), moment_of(as_of))
    return Figures(found[0], [_named(each) for each in found[1].figures])


@get(
    "/figures/{year:str}/{name:path}",
    summary="数のもとになった記録を読む",
    description="一つの数と、それを数えたもとの記録をすべて返します。ここにある記録だけから、"
    "同じ数をもう一度数えられます。",
    response_description="数と、もとになった記録",
)
async def figure(
    request: Asked,
    ward: NamedDependency[Ward],
    year: Year,
    name: FigureName,
    as_of: Moment = None,
) -> OpenedFigure:
    log, fiscal_year = request.user.log, year_of(year)
    found = await ward.answers.figure(log, fiscal_year, name.strip("/"), moment_of(as_of))
    return _opened(found)


def _named(found: Named) -> NamedFigure:
    return NamedFigure(found.name, found.label, found.figure.value, found.figure.known)


def _opened(found: Behind) -> OpenedFigure:
    return OpenedFigure(
        found.figure.name,
        found.figure.label,
        found.position,
        found.figure.figure,
        Rules(found.guests_inside, GUESTS_INSIDE if found.guests_inside else GUESTS_BESIDE),
        [_fact(entry) for entry in found.facts],
    )


def _fact(entry: Entry) -> FactBehind:
    return FactBehind(
        entry.id,
        entry.position,
        entry.type,
        entry.recorded_at,
        entry.actor,
        msgspec.Raw(entry.body),
    )
