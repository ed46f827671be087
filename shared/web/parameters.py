"""What may stand in an address, and nothing else."""

import re
from typing import Annotated, Any

from litestar import Request
from litestar.params import QueryParameter

from shared.errors import NotFound
from shared.reports.answering import AsOf, parse_as_of
from shared.web.problems import BadParameter

LAST_POSITION = 2**63 - 1
FIRST_YEAR, LAST_YEAR = 1947, 2200
MOST_YEARS = 20

Expected = Annotated[
    int | None,
    QueryParameter(
        ge=0,
        le=LAST_POSITION,
        description="台帳がこの件数まで進んでいるはず、という条件。違えば 409 で断ります",
    ),
]
After = Annotated[
    int,
    QueryParameter(ge=0, le=LAST_POSITION, description="この件数より後の記録を返します"),
]
Limit = Annotated[int, QueryParameter(ge=1, le=1000, description="一度に返す記録の数")]
Wait = Annotated[
    int,
    QueryParameter(
        ge=0, le=30, description="まだ記録がないとき、次の記録が届くまで最長で何秒待つか"
    ),
]
Kind = Annotated[
    str | None,
    QueryParameter(name="type", max_length=100, description="この種類の記録だけを返します"),
]
At = Annotated[
    int,
    QueryParameter(
        ge=0, le=LAST_POSITION, description="この件数まで調べ終わると complete が true になります"
    ),
]
FiscalYears = Annotated[
    list[int] | None,
    QueryParameter(
        max_items=MOST_YEARS,
        description="年度（4月始まり）。繰り返して書けます。なければ今の年度です",
    ),
]
Moment = Annotated[
    str | None,
    QueryParameter(
        max_length=40,
        description="いつの時点か。件数（120）、日付（2026-04-10。その日の終わり）、"
        "時差付きの日時（2026-04-10T12:00:00+09:00）のどれか",
    ),
]


async def refuse_unknown(request: Request[Any, Any, Any]) -> None:
    """Raise `BadParameter` for a name the operation does not have: `asof=` must not be ignored."""
    known = set()
    for name, field in request.route_handler.parsed_fn_signature.parameters.items():
        if isinstance(field.kwarg_definition, QueryParameter):
            known.add(field.kwarg_definition.name or name)
    for name in request.query_params:
        if name not in known:
            raise BadParameter(
                f"{name} という指定はありません。/schema で書き方を確認してください",
                pointer=f"/{name}",
            )


def year_of(text: str) -> int:
    """A fiscal year in a path; raises `NotFound`."""
    if not re.fullmatch(r"[0-9]{4}", text) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise NotFound("年度は 2025 のように、西暦の4桁で書いてください")
    return int(text)


def years_of(years: list[int]) -> list[int]:
    """The fiscal years of a query, each once; raises `BadParameter`."""
    if any(not FIRST_YEAR <= year <= LAST_YEAR for year in years):
        raise BadParameter(
            "fiscal_year は 2025 のように、西暦の4桁で書いてください", pointer="/fiscal_year"
        )
    return sorted(set(years))


def moment_of(text: str | None) -> AsOf | None:
    """A point in time of a query; the + of a time zone may have arrived as a blank."""
    return None if text is None else parse_as_of(text.replace(" ", "+"))
