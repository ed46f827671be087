"""Whether it runs, and what it offers: open to everybody."""

from dataclasses import dataclass

import msgspec
from litestar import Litestar, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from services.ward.ward import Ward
from shared.errors import NotFound
from shared.web.health import Health
from shared.web.openapi import document
from shared.web.problems import published_types
from shared.web.protection import policy
from shared.web.schema_page import STYLE_SOURCE, draw

TITLE = "市（いち） API"
DESCRIPTION = (
    "区の自主製品販売部会の台帳に、記録を送り、読み、活動報告を受け取るための窓口です。"
    "台帳ごとのトークンを Authorization: Bearer に付けて使います。"
)
VERSION = "1"
ADDRESS = "/schema/openapi.json"


@get(
    "/health",
    summary="動いているかを確かめる",
    description="データベースに届くか、報告の数が台帳の最後の記録からどれだけ遅れているかを返します。",
    response_description="動いています",
)
async def health(ward: NamedDependency[Ward]) -> Health:
    return await ward.pulse.feel()


@get(
    ADDRESS,
    summary="この API の説明を、機械が読む形で受け取る",
    description="OpenAPI 3.1 の文書です。記録の種類は components の schemas にあります。",
    response_description="OpenAPI 3.1",
    media_type="application/openapi+json",
    sync_to_thread=False,
)
def openapi(state: State) -> Response[bytes]:
    return Response(state.schema.document, media_type="application/openapi+json")


@get("/schema", include_in_schema=False, media_type="text/html", sync_to_thread=False)
def schema(state: State) -> Response[bytes]:
    headers = {"Content-Security-Policy": policy(STYLE_SOURCE)}
    return Response(state.schema.page, media_type="text/html", headers=headers)


@get("/problems/{name:path}", include_in_schema=False, sync_to_thread=False)
def problem(name: FromPath[str]) -> Redirect:
    """The `type` of a problem leads to its explanation."""
    kinds = {kind for _, kind, _ in published_types()}
    if f"/problems{name}" not in kinds:
        raise NotFound
    return Redirect(f"/schema#/problems{name}")


@dataclass(frozen=True)
class Schema:
    """The published schema in its two forms, made once when the app starts."""

    document: bytes
    page: bytes


def schema_of(app: Litestar) -> Schema:
    """The ward's operations and every fact."""
    made = document(app, TITLE, VERSION, DESCRIPTION)
    return Schema(msgspec.json.encode(made), draw(made, ADDRESS))
