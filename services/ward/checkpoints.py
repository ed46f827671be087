"""The signed checkpoint of a log, and the proofs that go with it."""

from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from services.ward.events import Asked
from services.ward.ward import Ward
from shared import eventlog, tree
from shared.proof import HASH_BYTES
from shared.web.parameters import LAST_POSITION
from shared.web.problems import BadParameter

Position = Annotated[
    int | None,
    QueryParameter(ge=1, le=LAST_POSITION, description="確かめたい記録の件数。なければ最後の一件"),
]
First = Annotated[
    int,
    QueryParameter(ge=1, le=LAST_POSITION, description="前の控えの件数"),
]
Size = Annotated[
    int | None,
    QueryParameter(ge=1, le=LAST_POSITION, description="控えの件数。なければ今の先頭"),
]
Hash = Annotated[
    bytes,
    msgspec.Meta(min_length=HASH_BYTES, max_length=HASH_BYTES, description="SHA-256（Base64）"),
]


class InclusionProof(msgspec.Struct, frozen=True):
    """The leaf is SHA-256(0x00, digest); its index is the position less one."""

    position: int
    size: int
    digest: Hash
    root: Hash
    hashes: list[Hash]


class ConsistencyProof(msgspec.Struct, frozen=True):
    first: int
    second: int
    first_root: Hash
    second_root: Hash
    hashes: list[Hash]


@get(
    "/checkpoint",
    summary="台帳の署名付きの控えを受け取る",
    description="今の先頭の件数、木の根、つながりのハッシュに、このサーバーの鍵で署名したものです"
    "（C2SP の signed-note と tlog-checkpoint の形）。前に署名した控えの続きでなければ、署名せずに"
    " 503 で断ります。",
    response_description="署名付きの控え",
    media_type="text/plain",
)
async def checkpoint(request: Asked, ward: NamedDependency[Ward]) -> str:
    return await ward.notary.sign(request.user.log)


@get(
    "/proofs/inclusion",
    summary="記録が台帳にあることの証明を受け取る",
    description="一件の記録が、控えの件数までの台帳に含まれることの証明です（RFC 6962）。根は、"
    "その件数の控えにある根と同じはずです。",
    response_description="証明",
)
async def inclusion(
    request: Asked, ward: NamedDependency[Ward], position: Position = None, size: Size = None
) -> InclusionProof:
    log = request.user.log
    upto = await _upto(ward, log, "size", size)
    position = position or upto
    _require_up_to(upto, "position", position)
    (digest,) = await eventlog.read_digests(ward.reader, log, position - 1, position)
    root = await tree.root_at(ward.reader, log, upto)
    hashes = await tree.inclusion(ward.reader, log, position, upto)
    return InclusionProof(position, upto, digest, root, hashes)


@get(
    "/proofs/consistency",
    summary="台帳が前の控えの続きであることの証明を受け取る",
    description="新しい控えの台帳が、前の控えの台帳に記録を加えただけのものであることの証明です"
    "（RFC 6962）。二つの根は、それぞれの控えにある根と同じはずです。",
    response_description="証明",
)
async def consistency(
    request: Asked, ward: NamedDependency[Ward], first: First = 1, second: Size = None
) -> ConsistencyProof:
    log = request.user.log
    upto = await _upto(ward, log, "second", second)
    _require_up_to(upto, "first", first)
    return ConsistencyProof(
        first,
        upto,
        await tree.root_at(ward.reader, log, first),
        await tree.root_at(ward.reader, log, upto),
        await tree.consistency(ward.reader, log, first, upto),
    )


@get(
    "/v1/node/key",
    summary="署名を確かめる鍵を受け取る",
    description="控えに署名する鍵の、公開してよい方です（名前、番号、Base64 を + でつないだ一行）。"
    "別の方法でも受け取って、同じものか確かめてください。",
    response_description="公開鍵",
    media_type="text/plain",
    sync_to_thread=True,
)
def node_key(ward: NamedDependency[Ward]) -> str:
    return f"{ward.notary.signer.public.vkey}\n"


async def _upto(ward: Ward, log: str, name: str, asked: int | None) -> int:
    """The size asked for, or the head's position; raises `BadParameter` beyond it."""
    head = await eventlog.read_head(ward.reader, log)
    _require_up_to(head.position, name, asked or head.position)
    return asked or head.position


def _require_up_to(last: int, name: str, asked: int) -> None:
    if asked > last:
        raise BadParameter(f"{name} は {last} までの数にしてください", pointer=f"/{name}")
