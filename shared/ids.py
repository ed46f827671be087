"""Event ids: version 7 made by time, version 8 made from a name."""

import hashlib
import secrets
import time
from uuid import UUID

VERSION_8 = 8 << 76
VERSION_7 = 7 << 76
VARIANT = 0b10 << 62
WITHOUT_VERSION_AND_VARIANT = ~((0xF << 76) | (0b11 << 62))


def new_id() -> UUID:
    """A UUID version 7: milliseconds since 1970, then random bits (RFC 9562, 5.7)."""
    millis = time.time_ns() // 1_000_000
    number = millis << 80 | secrets.randbits(80)
    return UUID(int=number & WITHOUT_VERSION_AND_VARIANT | VERSION_7 | VARIANT)


def id_of(*name: str) -> UUID:
    """A UUID version 8 from SHA-256 over a name: the same thing gets the same id.

    Each part is preceded by its length in four bytes, so that no two names run together.
    """
    framed = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in name)
    number = int.from_bytes(hashlib.sha256(framed).digest()[:16])
    return UUID(int=number & WITHOUT_VERSION_AND_VARIANT | VERSION_8 | VARIANT)
