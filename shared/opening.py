"""Opening a log: what only the operator does."""

from uuid import UUID

import msgspec

from shared import eventlog
from shared.domain import log, role
from shared.domain.base import JAPAN, Fact, Role, require_ward_code
from shared.driver import Connection
from shared.errors import Conflict, Invalid
from shared.eventlog import Draft
from shared.ids import new_id
from shared.publishing import now


class LogExists(Invalid):
    message = "この台帳はすでにあります"


class NotALogName(Invalid):
    message = "台帳の名前は「区のコード6桁-部会の英字」にしてください（例: 141062-hanbai）"


async def create_log(owner: Connection, name: str, *, keeper: str, admin: UUID, node: str) -> None:
    """Open a log: `log.opened` at position 1, then the first 管理者 becomes 事務局 too.

    `owner` is a connection as the database's owner. Raises `LogExists`, `NotALogName`,
    `BadWardCode`.
    """
    try:
        opened = msgspec.convert(
            {"type": "log.opened", "log": name, "keeper": keeper, "admin": admin, "node": node},
            log.Opened,
        )
    except msgspec.ValidationError as error:
        raise NotALogName from error
    require_ward_code(name[:6])
    require_ward_code(keeper)
    moment = now()
    granted = role.Granted(admin, Role.SECRETARY, moment.astimezone(JAPAN).date())
    facts: tuple[Fact, ...] = (opened, granted)
    drafts = [
        Draft(new_id(), admin, fact, fact.subject, msgspec.json.encode(fact)) for fact in facts
    ]
    try:
        async with owner.transaction():
            await eventlog.open_log(owner, name, drafts, moment)
    except Conflict as error:
        raise LogExists from error
