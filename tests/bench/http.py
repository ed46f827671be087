"""Over HTTP: publishing beside a plain insert; a report beside a trivial and a one-row endpoint."""

import asyncio
import multiprocessing
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from multiprocessing.pool import Pool as Processes
from uuid import uuid4

import uvicorn
from litestar import Litestar, Request, get, post
from litestar.datastructures import State

from services.cli.common import desk
from services.ward.app import ward_app
from shared import projecting
from shared.auth import tokens
from shared.embedded import SUPERUSER, Server
from shared.envelope import STRUCTURED
from shared.ids import new_id
from shared.opening import create_log
from shared.postgres import Urls, connect, pool
from shared.reports.reading import read_form
from shared.settings import Settings
from tests.bench.facts import Facts, event
from tests.bench.limits import DATABASE
from tests.bench.load import load
from tests.bench.ours import ENOUGH
from tests.seed import FIXTURE

PUBLISHED = "141003-yuubin"
REPORTED = "141062-houkoku"
YEAR = 2025
PUBLISHERS = 64
READERS = 8
POOL_SIZE = 16
INSERT = "INSERT INTO bare (id, body) VALUES ($1, $2) RETURNING position"
ROW = "SELECT position FROM bare ORDER BY position LIMIT 1"


@get("/trivial", sync_to_thread=False)
def trivial() -> dict[str, str]:
    """The least that this framework can do."""
    return {"status": "ok"}


@get("/row")
async def row(state: State) -> dict[str, int]:
    """One row by primary key."""
    return {"position": await state.pool.fetchval(ROW)}


@post("/rows")
async def insert(request: Request[object, object, State], state: State) -> dict[str, int]:
    """One row, whatever the body is."""
    return {"position": await state.pool.fetchval(INSERT, new_id(), await request.body())}


def bare_app(url: str) -> Litestar:
    """The endpoints to compare with, on a table like a log's and without its rules."""

    @asynccontextmanager
    async def alive(app: Litestar) -> AsyncIterator[None]:
        async with await pool(url, SUPERUSER, size=POOL_SIZE) as app.state.pool:
            yield

    handlers = [trivial, row, insert]
    return Litestar(handlers, lifespan=[alive], openapi_config=None, logging_config=None)


class Http:
    """Both apps on the loopback, and a process that asks them."""

    def __init__(self, client: Processes, ward: int, bare: int, secrets: dict[str, str]) -> None:
        """`ward` and `bare` are ports; `secrets` are tokens by log."""
        self._client = client
        self._ward = ward
        self._bare = bare
        self._secrets = secrets
        self._facts = Facts()

    async def publish(self, seconds: float) -> float:
        """Facts per second, one a request, through every layer of ours."""
        target = f"/v1/logs/{PUBLISHED}/events"
        requests = [
            self._request("POST", target, PUBLISHED, each) for each in self._events(seconds)
        ]
        return await self._load(self._ward, requests, PUBLISHERS, seconds)

    async def insert(self, seconds: float) -> float:
        """Rows per second, one a request, by a handler of one statement."""
        requests = [self._request("POST", "/rows", None, each) for each in self._events(seconds)]
        return await self._load(self._bare, requests, PUBLISHERS, seconds)

    async def report(self, seconds: float) -> float:
        """Reports per second, as JSON."""
        request = self._request("GET", f"/v1/logs/{REPORTED}/reports/{YEAR}.json", REPORTED)
        return await self._load(self._ward, self._same(request, seconds), READERS, seconds)

    async def get(self, target: str, seconds: float) -> float:
        """Answers per second of a bare endpoint."""
        requests = self._same(self._request("GET", target, None), seconds)
        return await self._load(self._bare, requests, READERS, seconds)

    def _events(self, seconds: float) -> list[bytes]:
        return [event(PUBLISHED, fact) for fact in self._facts.take(int(ENOUGH[1] * seconds))]

    def _same(self, request: bytes, seconds: float) -> list[bytes]:
        return [request] * int(ENOUGH[1] * seconds)

    def _request(self, method: str, target: str, log: str | None, body: bytes = b"") -> bytes:
        lines = [
            f"{method} {target} HTTP/1.1",
            "Host: localhost",
            f"Content-Type: {STRUCTURED}",
            f"Content-Length: {len(body)}",
        ]
        if log is not None:
            lines.append(f"Authorization: Bearer {self._secrets[log]}")
        return "\r\n".join((*lines, "", "")).encode() + body

    async def _load(
        self, port: int, requests: Sequence[bytes], connections: int, seconds: float
    ) -> float:
        work = partial(self._client.apply, load, (port, requests, connections, seconds))
        return await asyncio.to_thread(work)


@asynccontextmanager
async def opened(server: Server, urls: Urls, settings: Settings) -> AsyncIterator[Http]:
    """Make two logs, one with a form in it, and serve both apps."""
    secrets = await _prepare(urls, settings)
    context = multiprocessing.get_context("spawn")
    async with AsyncExitStack() as stack:
        ward = await stack.enter_async_context(_listening(ward_app(urls, settings)))
        url = server.url(SUPERUSER, DATABASE)
        bare = await stack.enter_async_context(_listening(bare_app(url)))
        client = stack.enter_context(context.Pool(1))
        yield Http(client, ward, bare, secrets)


async def _prepare(urls: Urls, settings: Settings) -> dict[str, str]:
    assert urls.owner is not None
    actors = {PUBLISHED: uuid4(), REPORTED: uuid4()}  # a token's actor is that of one log
    owner = await connect(urls.owner)
    for log, actor in actors.items():
        await create_log(owner, log, keeper=log[:6], admin=actor, node=settings.node)
    await owner.close()
    async with desk(urls, settings) as opened:
        filled = read_form(FIXTURE.read_bytes(), YEAR)
        planned = await opened.importer.plan(REPORTED, filled)
        await opened.importer.carry_out(REPORTED, filled, planned, actors[REPORTED])
        while await projecting.catch_up(opened.projector, opened.projections, REPORTED):
            pass
        return {
            log: await tokens.create(opened.auth, log, actor, "bench")
            for log, actor in actors.items()
        }


@asynccontextmanager
async def _listening(app: Litestar) -> AsyncIterator[int]:
    """The app on a free port of the loopback."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        task = asyncio.create_task(server.serve([listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.01)
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await task
