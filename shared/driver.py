"""The border to the driver: its types by our names, and where its errors stop."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import asyncpg

from shared.errors import Conflict, Unavailable

if TYPE_CHECKING:
    PooledConnection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Connection = asyncpg.Connection[asyncpg.Record] | PooledConnection
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    PooledConnection = asyncpg.pool.PoolConnectionProxy
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool


class ClockOff(Unavailable):
    message = "サーバーの時計がずれているため記録できません。運用担当者に連絡してください"


@contextmanager
def border() -> Iterator[None]:
    """Where the driver's errors stop: they go on as ours."""
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        raise Conflict from error
    except asyncpg.PostgresError as error:
        if error.sqlstate == "IC001":
            raise ClockOff from error
        if error.sqlstate is not None and error.sqlstate[:2] in {
            "08",
            "53",
            "57",
            "40",
            "55",
            "25",
        }:
            raise Unavailable from error
        raise
    except (asyncpg.InterfaceError, OSError, TimeoutError) as error:
        if isinstance(error, ValueError):  # something of ours that the driver cannot say
            raise
        raise Unavailable from error
