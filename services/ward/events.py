"""Publish events, and follow them."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from services.ward.ward import Published, Ward, Warnings
from shared.auth.tokens import Caller
from shared.envelope import BATCH, MAX_BYTES
from shared.eventlog import Entry
from shared.following import Reader
from shared.web.feed import CloudEvent, cloud_events, link_to_next
from shared.web.parameters import After, At, Expected, FiscalYears, Kind, Limit, Wait, years_of
from shared.web.streaming import while_there

Asked = Request[Caller, Any, Any]


@post(
    "/events",
    summary="記録を送る",
    description="CloudEvents 1.0 の形で、記録を一つ、またはまとめて送ります。まとめて送った記録は、"
    "全部が受け付けられるか、一つも受け付けられないかのどちらかです。同じ id と同じ内容をもう一度"
    "送っても二重には記録されず、最初と同じ受領の返事が届きます。",
    response_description="受け付けました。warnings のアドレスで、気になる点を確かめられます",
    request_max_body_size=MAX_BYTES,
)
async def publish(
    request: Asked, ward: NamedDependency[Ward], expected: Expected = None
) -> Published:
    content_type = request.headers.get("content-type", "")
    return await ward.publish(request.user, content_type, await request.body(), expected)


@get(
    "/events",
    summary="記録を順に読む",
    description="台帳の記録を、件数の順に返します。data は送られたときのバイト列そのままです。"
    "続きがあるときは、Link ヘッダーの rel=next のアドレスを読んでください。wait を付けると、"
    "次の記録が届くまで待ち、届かなければ空の並びを返します。",
    response_description="記録の並び",
    media_type=BATCH,
)
async def follow(  # noqa: PLR0913, PLR0917 - each stands in the address
    request: Asked,
    ward: NamedDependency[Ward],
    after: After = 0,
    limit: Limit = 100,
    wait: Wait = 0,
    kind: Kind = None,
) -> Response[list[CloudEvent]]:
    log = request.user.log
    with ward.hub.reader(ward.reader, log, after, kind) as reader:
        entries = await reader.page(limit, within=0)
        if wait and not entries:
            entries = await _waited(request, ward, reader, limit, wait)
    headers = link_to_next(log, entries, limit, kind)
    return Response(cloud_events(entries), media_type=BATCH, headers=headers)


async def _waited(request: Asked, ward: Ward, reader: Reader, limit: int, wait: int) -> list[Entry]:
    """The next page, for those who may read it still when it is there."""
    await reader.require_reached()
    with ward.hub.place():
        entries = await while_there(request.receive, reader.page(limit, within=wait))
    await ward.gate.caller(request)
    return entries or []


@get(
    "/warnings",
    summary="気になる点を読む",
    description="記録を断るほどではないが、確かめてほしい点の一覧です。settled は、正しいと"
    "確かめた理由です（まだなら null）。記録は送った後すこし遅れて調べられます。at に受領の件数を"
    "書くと、そこまで調べ終わったかどうかが complete で分かります。",
    response_description="年度ごとの気になる点",
)
async def warnings(
    request: Asked,
    ward: NamedDependency[Ward],
    fiscal_year: FiscalYears = None,
    at: At = 0,
) -> Warnings:
    return await ward.warnings(request.user.log, years_of(fiscal_year or []), at)
