"""Followers of a served log: they read its stream, or do not."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import httpx

from services.cli import serving
from shared.postgres import Urls
from shared.settings import Settings
from tests.database.world import HODOGAYA
from tests.following import Told, told

STREAM = f"/v1/logs/{HODOGAYA}/stream"


@asynccontextmanager
async def streaming_from(
    client: httpx.AsyncClient, query: str = "", **headers: str
) -> AsyncIterator[AsyncIterator[Told]]:
    """The events of an open stream."""
    async with client.stream("GET", f"{STREAM}{query}", headers=headers, timeout=30) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert "content-length" not in answer.headers
        yield told(answer)


async def next_of(events: AsyncIterator[Told], within: float = 10) -> Told:
    async with asyncio.timeout(within):
        return await anext(events)


async def ended(events: AsyncIterator[Told], within: float) -> list[Told]:
    """What still comes until the end."""
    async with asyncio.timeout(within):
        return [each async for each in events]


async def until_free(client: httpx.AsyncClient) -> None:
    for _ in range(150):
        async with client.stream("GET", STREAM) as answer:
            if answer.status_code == 200:
                return
        await asyncio.sleep(0.02)
    raise AssertionError


@asynccontextmanager
async def slow_reader(base: str, token: str) -> AsyncIterator[socket.socket]:
    """Open a stream and do not read it."""
    where, loop = urlsplit(base), asyncio.get_running_loop()
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.setblocking(False)  # noqa: FBT003 - the only way to say it
        await loop.sock_connect(slow, (where.hostname, where.port))
        head = f"GET {STREAM} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        await loop.sock_sendall(slow, head.encode())
        await asyncio.sleep(0.5)
        yield slow


async def drained(slow: socket.socket) -> bytes:
    """What the system had taken for a reader that now looks."""
    taken = b""
    while part := await asyncio.get_running_loop().sock_recv(slow, 65_536):
        taken += part
    return taken


@asynccontextmanager
async def serving_as_a_process(urls: Urls) -> AsyncIterator[str]:
    """Serve as `ichi serve` does."""
    with TemporaryDirectory() as folder, serving.listening("127.0.0.1", 0) as listener:
        settings = Settings(keys=Path(folder, "keys"), checkpoints=Path(folder, "checkpoints"))
        async with serving.running(urls, settings, listener):
            yield serving.address(listener)
