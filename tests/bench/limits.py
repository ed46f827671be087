"""What cannot be beaten by much: our bare function, bare rows by pgbench and COPY, bare reads."""

import asyncio
import math
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import msgspec

from shared.domain.stall import Held
from shared.driver import Connection
from shared.embedded import SUPERUSER, Server, shipped_programs
from shared.eventlog import APPEND, PAGE, columns_of, read_head
from shared.ids import new_id
from shared.opening import create_log
from shared.postgres import Urls, connect, pool
from shared.publishing import now
from tests.bench.facts import Facts, body, example
from tests.bench.load import drive
from tests.bench.ours import ENOUGH

LOG = "141003-hadaka"
Row = tuple[object, ...]
DATABASE = "limits"
BARE = """
CREATE TABLE bare (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    body bytea NOT NULL
)
"""
INSERT = b"INSERT INTO bare (id, body) VALUES (uuidv7(), '%b');"
READ = """
SELECT log, position, digest, hash, id, recorded_at, actor, salt, body, type, day, subject, target
FROM event WHERE log = $1 AND position > $2 ORDER BY position LIMIT $3
"""
CONNECTED_A_SECOND = 64
"""pgbench counts the time of its connecting into -T, though not into its rate."""
NOT_HELD = 2
"""The facts at the start of each log that are of other kinds: it was opened, a role granted."""
RATE = re.compile(r"tps = ([\d.]+) \(without")


class Function:
    """The log's own function, called by one writer: no parsing, no authority, no admission."""

    def __init__(self, connection: Connection, head: bytes) -> None:
        """`head`: the hash of the log's last entry."""
        self._connection = connection
        self._head = head
        self._actor = uuid4()
        self._facts = Facts()
        self._waiting: list[tuple[list[Row], asyncio.Future[None]]] = []
        self._woken = asyncio.Event()

    async def append(self, callers: int, size: int, seconds: float) -> float:
        """Facts per second, those of waiting callers together in one call."""
        facts = self._facts.take(int(ENOUGH[size] * seconds))
        rows: list[Row] = [
            (new_id(), self._actor, secrets.token_bytes(16), body(fact), *columns_of(fact))
            for fact in facts
        ]
        requests = [rows[n : n + size] for n in range(0, len(rows), size)]
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(self._write())
            rate = await drive(requests, [self._append] * callers, seconds)
            writer.cancel()
        return size * rate

    async def _append(self, rows: list[Row]) -> None:
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, stored))
        self._woken.set()
        await stored

    async def _write(self) -> None:
        while await self._woken.wait():
            self._woken.clear()
            taken, self._waiting = self._waiting, []
            rows = [row for several, _ in taken for row in several]
            (answer,) = await self._connection.fetch(
                APPEND, now(), [LOG], [self._head], [1], [len(rows)], *zip(*rows, strict=True)
            )
            assert answer["outcome"] == "stored"
            self._head = answer["hashes"][-1]
            for _, stored in taken:
                stored.set_result(None)


class Rows:
    """A table with a position, a unique id and a body, and nothing that guards it."""

    def __init__(self, server: Server, script: Path) -> None:
        """`script` is a file for pgbench's statement."""
        self._server = server
        self._script = script
        self._body = example()
        self._script.write_bytes(INSERT % self._body)

    async def pgbench(self, callers: int, seconds: float) -> float:
        """Rows per second, one a commit, by PostgreSQL's own client."""
        whole = math.ceil(seconds + callers / CONNECTED_A_SECOND)
        running = await asyncio.create_subprocess_exec(
            shipped_programs() / "pgbench", "-n", "-M", "prepared", "-T", str(whole),
            "-c", str(callers), "-j", str(min(callers, 2)), "-f", self._script,
            "-h", self._server.sockets, "-U", SUPERUSER, DATABASE,
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, _ = await running.communicate()
        found = RATE.search(output.decode())
        assert found, output
        return float(found.group(1))

    async def copy(self, callers: int, size: int, seconds: float) -> float:
        """Rows per second by COPY, `size` a transaction."""
        rows = [(new_id(), self._body) for _ in range(int(ENOUGH[size] * seconds))]
        requests = [rows[n : n + size] for n in range(0, len(rows), size)]
        async with AsyncExitStack() as stack:
            copiers = []
            for _ in range(callers):
                connection = await connect(self._server.url(SUPERUSER, DATABASE))
                stack.push_async_callback(connection.close)
                copiers.append(partial(_copy, connection))
            return size * await drive(requests, copiers, seconds)


async def _copy(connection: Connection, rows: list[tuple[UUID, bytes]]) -> None:
    await connection.copy_records_to_table("bare", records=rows, columns=("id", "body"))


async def read(connection: Connection, log: str, seconds: float) -> float:
    """Facts per second from the log's own table: rows by asyncpg, bodies by msgspec."""
    decoder = msgspec.json.Decoder(Held)
    began, position, done = time.perf_counter(), NOT_HELD, 0
    while time.perf_counter() - began < seconds:
        rows = await connection.fetch(READ, log, position, PAGE)
        done += len([decoder.decode(row["body"]) for row in rows])
        position = rows[-1]["position"] if len(rows) == PAGE else NOT_HELD
    return done / (time.perf_counter() - began)


@asynccontextmanager
async def function(urls: Urls) -> AsyncIterator[Function]:
    """Open a log of its own, with nothing in it."""
    assert urls.owner is not None
    owner = await connect(urls.owner)
    await create_log(owner, LOG, keeper=LOG[:6], admin=uuid4(), node="local")
    await owner.close()
    async with await pool(urls.application, "ichi_writer", size=1) as writer:
        head = await read_head(writer, LOG)
        async with writer.acquire() as connection:
            yield Function(connection, head.hash)


async def rows(server: Server, folder: Path) -> Rows:
    """Make the database and its table."""
    await make_database(server, DATABASE, BARE)
    return Rows(server, folder / "insert.sql")


async def make_database(server: Server, name: str, *scripts: str) -> None:
    """Make a database on the same server, and run scripts in it."""
    maker = await connect(server.url(SUPERUSER, "postgres"))
    await maker.execute(f"CREATE DATABASE {name}")
    await maker.close()
    maker = await connect(server.url(SUPERUSER, name))
    for script in scripts:
        await maker.execute(script)
    await maker.close()
