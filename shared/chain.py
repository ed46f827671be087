"""The bytes, which can never change once a log exists.

Every field is preceded by its length in four bytes, big-endian::

    digest = SHA-256( salt, id, recorded_at, actor, body )
    hash   = SHA-256( hash before, log, position, digest )

`salt` is 16 random bytes, `id` and `actor` are the 16 bytes of a UUID, `recorded_at` is
microseconds since 1970-01-01T00:00Z in 8 bytes, `position` is 8 bytes, `log` is UTF-8, and the
hash before position 1 is 32 zero bytes. The body is the fact's JSON, byte for byte as it was sent.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

BEFORE_THE_FIRST = bytes(32)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def digest_of(salt: bytes, event: UUID, recorded_at: datetime, actor: UUID, body: bytes) -> bytes:
    """What covers an entry's own content."""
    micros = micros_of(recorded_at).to_bytes(8, signed=True)
    fields = (salt, event.bytes, micros, actor.bytes, body)
    return hashlib.sha256(_framed(fields)).digest()


def hash_of(before: bytes, log: str, position: int, digest: bytes) -> bytes:
    """What chains an entry to all before it."""
    return hashlib.sha256(_framed((before, log.encode(), position.to_bytes(8), digest))).digest()


def micros_of(moment: datetime) -> int:
    """Microseconds since 1970-01-01T00:00Z."""
    return (moment - EPOCH) // MICROSECOND


def _framed(fields: Iterable[bytes]) -> bytes:
    return b"".join(len(field).to_bytes(4) + field for field in fields)
