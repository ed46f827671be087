"""Bearer tokens of systems: one log each, shown once, stored as a hash."""

import asyncio
import hashlib
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

import msgspec

from shared.driver import Pool, border
from shared.errors import NotFound, NotSignedIn

PREFIX = "ichi_"

CREATE = """
INSERT INTO token (digest, log, actor, label) VALUES ($1, $2, $3, $4)
"""

FIND = """
SELECT digest, log, actor,
       last_used_at IS NULL OR last_used_at < now() - interval '1 minute' AS stale
FROM token WHERE digest = ANY ($1) AND revoked_at IS NULL
"""

USED = "UPDATE token SET last_used_at = now() WHERE digest = ANY ($1)"

LIST = """
SELECT actor, label, created_at, last_used_at, revoked_at FROM token
WHERE log = $1 ORDER BY created_at
"""

REVOKE = """
UPDATE token SET revoked_at = now() WHERE log = $1 AND actor = $2 AND revoked_at IS NULL
"""


class Caller(msgspec.Struct, frozen=True):
    """Who a request comes from: an actor, in the one log its token opens."""

    log: str
    actor: UUID


class Token(msgspec.Struct, frozen=True):
    actor: UUID
    label: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def digest_of(secret: str) -> bytes:
    """What is stored: 32 random bytes need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


async def create(pool: Pool, log: str, actor: UUID, label: str) -> str:
    """Make a token and return its secret, the only time it can be seen."""
    secret = PREFIX + secrets.token_urlsafe(32)
    with border():
        await pool.execute(CREATE, digest_of(secret), log, actor, label)
    return secret


class Finder:
    """Looks tokens up; those asked for while a look-up is under way go together as the next one.

    So each answer is younger than its question, and many requests cost one round trip.
    """

    def __init__(self, pool: Pool) -> None:
        """`pool` connects as the auth role."""
        self._pool = pool
        self._asked: dict[bytes, list[asyncio.Future[Caller | None]]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def find(self, secret: str) -> Caller:
        """Whose token it is; its last use is noted to the minute. Raises `NotSignedIn`."""
        answer: asyncio.Future[Caller | None] = asyncio.get_running_loop().create_future()
        self._asked.setdefault(digest_of(secret), []).append(answer)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        caller = await answer
        if caller is None:
            raise NotSignedIn(
                "トークンが正しくないか、取り消されています。新しいトークンを使ってください"
            )
        return caller

    async def _look(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, {}
            try:
                found = await self._find(list(asked))
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
                for answer in waiting(asked.values()):
                    answer.set_exception(error)
                continue
            for digest, answers in asked.items():
                for answer in waiting([answers]):
                    answer.set_result(found.get(digest))
        self._looking = None

    async def _find(self, digests: list[bytes]) -> dict[bytes, Caller]:
        with border():
            rows = await self._pool.fetch(FIND, digests)
            stale = [row["digest"] for row in rows if row["stale"]]
            if stale:
                await self._pool.execute(USED, stale)
        return {row["digest"]: Caller(row["log"], row["actor"]) for row in rows}


def waiting(
    answers: Iterable[list["asyncio.Future[Caller | None]"]],
) -> Iterator["asyncio.Future[Caller | None]"]:
    """Those whose caller has not gone."""
    return (answer for some in answers for answer in some if not answer.done())


async def listed(pool: Pool, log: str) -> list[Token]:
    """The tokens of a log, oldest first, revoked ones too."""
    with border():
        return [Token(*row) for row in await pool.fetch(LIST, log)]


async def revoke(pool: Pool, log: str, actor: UUID) -> None:
    """End an actor's token; raises `NotFound`."""
    with border():
        done = await pool.execute(REVOKE, log, actor)
    if done == "UPDATE 0":
        raise NotFound("そのトークンはありません。ichi token list で確認してください")
