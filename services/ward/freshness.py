"""How far the answers are behind the log."""

import msgspec
from litestar import get
from litestar.di import NamedDependency

from services.ward.events import Asked
from services.ward.ward import Ward
from shared.freshness import Freshness as Question
from shared.freshness import freshness as look


class Freshness(msgspec.Struct, frozen=True):
    questions: list[Question]


@get(
    "/freshness",
    summary="集計の進みぐあいを読む",
    description="報告・数・気になる点のもとになる集計ごとに、台帳の何件目まで済んだか（position と"
    "head）、何件・何秒遅れているか（events と seconds）を返します。not_understood は、このサーバー"
    "が知らない種類の記録の数、skipped は集計できずに飛ばした記録の数、unanswered は集計できな"
    "かった年度の数です。building は、作り直している途中ならその件数、なければ null です。",
    response_description="集計ごとの進みぐあい",
)
async def freshness(request: Asked, ward: NamedDependency[Ward]) -> Freshness:
    return Freshness(await look(ward.reader, ward.answers.projections, request.user.log))
