"""Bearer tokens of systems: one log each, shown once, stored as a hash."""

import hashlib
import secrets
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
SELECT log, actor, last_used_at IS NULL OR last_used_at < now() - interval '1 minute' AS stale
FROM token WHERE digest = $1 AND revoked_at IS NULL
"""

USED = "UPDATE token SET last_used_at = now() WHERE digest = $1"

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


async def find(pool: Pool, secret: str) -> Caller:
    """Whose token it is; its last use is noted to the minute. Raises `NotSignedIn`."""
    digest = digest_of(secret)
    with border():
        row = await pool.fetchrow(FIND, digest)
        if row is not None and row["stale"]:
            await pool.execute(USED, digest)
    if row is None:
        raise NotSignedIn(
            "トークンが正しくないか、取り消されています。新しいトークンを使ってください"
        )
    return Caller(row["log"], row["actor"])


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
