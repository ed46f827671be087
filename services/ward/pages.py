"""Whether it runs, and what it offers: open to everybody."""

from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.di import NamedDependency

from services.ward.ward import Ward
from shared.web import openapi as published
from shared.web.health import Health
from shared.web.schema_page import STYLE_SOURCE, draw
from shared.web.protection import policy

TITLE = "市（いち） API"
DESCRIPTION = (
    "区の自主製品販売部会の台帳に、記録を送り、読み、活動報告を受け取るための窓口です。"
    "台帳ごとのトークンを Authorization: Bearer に付けて使います。"
)
VERSION = "1"


@get(
    "/health",
    summary="動いているかを確かめる",
    description="データベースに届くか、報告の数が台帳の最後の記録からどれだけ遅れているかを返します。",
    response_description="動いています",
)
async def health(ward: NamedDependency[Ward]) -> Health:
    return await ward.pulse.feel()


@get(
    "/schema/openapi.json",
    summary="この API の説明を、機械が読む形で受け取る",
    description="OpenAPI 3.1 の文書です。記録の種類は components の schemas にあります。",
    response_description="OpenAPI 3.1",
    media_type="application/openapi+json",
    sync_to_thread=False,
    opt={"media_types": ["application/openapi+json"]},
)
def openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
    content = msgspec.json.encode(document(request.app))
    return Response(content, media_type="application/openapi+json")


@get("/schema", include_in_schema=False, media_type="text/html", sync_to_thread=False)
def schema(request: Request[Any, Any, Any]) -> Response[bytes]:
    headers = {"Content-Security-Policy": policy(STYLE_SOURCE)}
    content = draw(document(request.app))
    return Response(content, media_type="text/html; charset=utf-8", headers=headers)


def document(app: Litestar) -> dict[str, Any]:
    """The ward's operations and every fact."""
    return published.document(app, TITLE, VERSION, DESCRIPTION)
