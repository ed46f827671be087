"""Who asks: a token opens exactly one log; that another exists is a secret."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar.connection import ASGIConnection

from shared import eventlog
from shared.auth import tokens
from shared.auth.tokens import Caller, Finder
from shared.domain import role
from shared.domain.base import JAPAN, Role
from shared.driver import Pool
from shared.errors import NotFound, NotSignedIn
from shared.publishing import now
from shared.wards import Wards

READERS = frozenset({Role.SECRETARY, Role.CHAIR, Role.AUDITOR, Role.ADMIN})
"""Who may read a whole log. 市職員 and 事業所職員 may not: it holds every workplace's takings."""


class NoRole(NotSignedIn):
    message = "このトークンの役割は終わっています。管理者に役割の付与を依頼してください"


@dataclass(frozen=True)
class Gate:
    """Lets callers in to the one log that is theirs."""

    tokens: Finder
    reader: Pool
    wards: Wards
    clock: Callable[[], datetime] = now

    async def caller(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
        """Whose request it is, to the log named in its path.

        Raises `NotSignedIn`; `NotFound` for any log but the caller's own; `Unavailable`. What is
        published is judged by the door; reading asks for a role of today here.
        """
        reads = connection.scope["method"] == "GET"  # type: ignore[typeddict-item]
        secret = secret_of(connection.headers.get("authorization", ""), basic_too=reads)
        caller = await self.tokens.find(secret)
        if caller.log != self.wards.log_name(connection.path_params["log"]):
            raise NotFound
        if reads:
            await self._require_role(caller)
        return caller

    async def _require_role(self, caller: Caller) -> None:
        await eventlog.require_understood(self.reader, caller.log)
        rights = await eventlog.read_rights(self.reader, caller.log)
        held = role.roles_of(rights, caller.actor, self.clock().astimezone(JAPAN).date())
        if not held & READERS:
            raise NoRole


def secret_of(authorization: str, *, basic_too: bool) -> str:
    """The token in an `Authorization` header; raises `NotSignedIn`.

    Basic, which browsers send by themselves, counts for reading only.
    """
    scheme, _, given = authorization.partition(" ")
    secret = given.strip()
    if scheme.lower() == "basic" and basic_too:
        try:
            secret = base64.b64decode(secret, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError) as error:
            raise NotSignedIn from error
    elif scheme.lower() != "bearer":
        raise NotSignedIn
    if not secret.startswith(tokens.PREFIX):
        raise NotSignedIn
    return secret
