"""Peers, as their own users call them: each event to a new stream, one stream a call."""

import asyncio
import importlib.util
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import msgspec

from shared.driver import Connection
from shared.embedded import SUPERUSER, Server
from shared.envelope import MAX_EVENTS
from shared.ids import new_id
from shared.postgres import connect
from tests.bench.facts import example
from tests.bench.limits import make_database
from tests.bench.load import drive, drive_threads
from tests.bench.ours import ENOUGH

POOL_SIZE = 32
PAGE = 1000
HERE = Path(__file__).parent / "peers"
MODULES = HERE / "node_modules"
MESSAGE_DB = MODULES / "@eventide/message-db/database"
INSTALLED = (
    "schema/message-store", "tables/messages", "types/message",
    "functions/message-store-version", "functions/hash-64", "functions/acquire-lock",
    "functions/category", "functions/is-category", "functions/id", "functions/cardinal-id",
    "functions/stream-version", "functions/write-message", "functions/get-stream-messages",
    "functions/get-category-messages", "functions/get-last-stream-message",
    "indexes/messages-id", "indexes/messages-stream", "indexes/messages-category",
)  # fmt: skip
"""message-db's scripts in the order of its own installation; no role, view or extension."""

SEARCH_PATH = "SET search_path = message_store"
WRITE = "SELECT message_store.write_message($1, $2, 'stall.held', $3)"
GET = "SELECT global_position, data FROM message_store.get_category_messages('stall', $1, $2)"


class Peer(Protocol):
    """A store to compare with, on a database of its own."""

    name: str

    async def append(self, callers: int, size: int, seconds: float) -> float:
        """Events per second, `size` a commit."""

    async def read(self, seconds: float) -> float:
        """Events per second of the feed in pages of 1000, decoded."""


class MessageDb:
    """message-db's functions through asyncpg; all streams in one category, so nothing is lost."""

    name = "message-db"

    def __init__(self, url: str) -> None:
        self._url = url
        self._example = example().decode()

    async def append(self, callers: int, size: int, seconds: float) -> float:
        many = max(int(ENOUGH[size] * seconds) // size, callers)
        requests = [self._stream(size) for _ in range(many)]
        async with self._connections(callers) as connections:
            writers = [partial(_write, connection) for connection in connections]
            await asyncio.gather(*(write(self._stream(1)) for write in writers))  # prepares it
            return size * await drive(requests, writers, seconds)

    async def read(self, seconds: float) -> float:
        async with self._connections(1) as (connection,):
            began, position, done = time.perf_counter(), 1, 0
            while time.perf_counter() - began < seconds:
                rows = await connection.fetch(GET, position, PAGE)
                done += len([msgspec.json.decode(row["data"]) for row in rows])
                position = rows[-1]["global_position"] + 1 if len(rows) == PAGE else 1
            return done / (time.perf_counter() - began)

    def _stream(self, size: int) -> list[tuple[str, str, str]]:
        stream = f"stall-{new_id()}"
        return [(str(new_id()), stream, self._example) for _ in range(size)]

    @asynccontextmanager
    async def _connections(self, many: int) -> AsyncIterator[list[Connection]]:
        async with AsyncExitStack() as stack:
            opened: list[Connection] = []
            for _ in range(many):
                connection = await connect(self._url)
                stack.push_async_callback(connection.close)
                await connection.execute(SEARCH_PATH)
                opened.append(connection)
            yield opened


async def _write(connection: Connection, messages: list[tuple[str, str, str]]) -> None:
    if len(messages) == 1:
        await connection.fetchval(WRITE, *messages[0])
    else:
        await connection.executemany(WRITE, messages)  # one transaction


class EventSourcing:
    """eventsourcing's recorder in its default mode, which locks the table; a thread a caller."""

    name = "eventsourcing"

    def __init__(self, server: Server, database: str) -> None:
        from eventsourcing.persistence import StoredEvent  # noqa: PLC0415 - make bench installs it
        from eventsourcing.postgres import (  # noqa: PLC0415
            PostgresApplicationRecorder,
            PostgresDatastore,
        )

        self._store = PostgresDatastore(
            database, server.sockets, 5432, SUPERUSER, "", pool_size=POOL_SIZE
        )
        self._recorder = PostgresApplicationRecorder(self._store)
        self._recorder.create_table()
        self._event = partial(StoredEvent, topic="stall.held", state=example())

    async def append(self, callers: int, size: int, seconds: float) -> float:
        many = max(int(ENOUGH[size] * seconds) // size, callers)
        requests = [self._aggregate(size) for _ in range(many)]
        insert = self._recorder.insert_events
        return size * await asyncio.to_thread(drive_threads, requests, insert, callers, seconds)

    async def read(self, seconds: float) -> float:
        return await asyncio.to_thread(self._read, seconds)

    def _read(self, seconds: float) -> float:
        began, position, done = time.perf_counter(), 1, 0
        while time.perf_counter() - began < seconds:
            page = self._recorder.select_notifications(position, PAGE)
            done += len([msgspec.json.decode(each.state) for each in page])
            position = page[-1].id + 1 if len(page) == PAGE else 1
        return done / (time.perf_counter() - began)

    def _aggregate(self, size: int) -> list[Any]:
        originator = new_id()
        return [self._event(originator, version) for version in range(1, size + 1)]

    def close(self) -> None:
        self._store.close()


class Emmett:
    """emmett-postgresql in a process of its own; loses events under load, so no goal names it."""

    name = "emmett"

    def __init__(self, url: str) -> None:
        self._url = url

    async def append(self, callers: int, size: int, seconds: float) -> float:
        numbers = (str(callers), str(size), str(seconds))
        return await self._run("append", *numbers, example().decode())

    async def read(self, seconds: float) -> float:
        return await self._run("read", str(seconds))

    async def _run(self, *arguments: str) -> float:
        running = await asyncio.create_subprocess_exec(
            "node", HERE / "emmett.mjs", self._url, *arguments, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await running.communicate()
        rate: float = msgspec.json.decode(output)["rate"]
        return rate


@asynccontextmanager
async def opened(server: Server) -> AsyncIterator[tuple[list[Peer], dict[str, str]]]:
    """Those that are installed, each with a first second of batches in it; why others are not."""
    peers: list[Peer] = []
    missing = {}
    async with AsyncExitStack() as stack:
        if importlib.util.find_spec("eventsourcing"):
            await make_database(server, "eventsourcing")
            peer = EventSourcing(server, "eventsourcing")
            stack.callback(peer.close)
            peers.append(peer)
        else:
            missing[EventSourcing.name] = "eventsourcing is not installed (make bench)"
        if MESSAGE_DB.exists():
            scripts = [(MESSAGE_DB / f"{name}.sql").read_text("utf-8") for name in INSTALLED]
            await make_database(server, "message_db", SEARCH_PATH, *scripts)
            peers.append(MessageDb(server.url(SUPERUSER, "message_db")))
        else:
            missing[MessageDb.name] = "npm is missing"
        if MODULES.exists() and shutil.which("node"):
            await make_database(server, "emmett")
            peers.append(Emmett(server.url(SUPERUSER, "emmett")))
        else:
            missing[Emmett.name] = "npm or node is missing"
        for each in peers:
            await each.append(1, MAX_EVENTS, 1.0)
        yield peers, missing
