"""A served app and who asks it; how to say a fact as a CloudEvent."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import uvicorn
from litestar import Litestar

from services.projector.loop import projecting
from services.ward.app import ward_app
from services.ward.ward import Ward
from shared.auth import tokens
from shared.domain import stall
from shared.domain.base import Fact
from shared.envelope import BATCH, STRUCTURED
from shared.opening import create_log
from shared.postgres import Urls, connect
from shared.projections import discover
from shared.settings import Settings
from shared.wards import load_calendar
from shared.web.credentials import Gate
from tests.database.world import HODOGAYA, World

SEYA = "141143-hanbai"
SALE = UUID("0199a000-0000-7000-8000-000000000001")
YUMEWORK = UUID("0199a000-0000-7000-8000-000000000002")
HELD = stall.Held(SALE, date(2025, 10, 20), (YUMEWORK,))
RAINED_OFF = stall.Cancelled(SALE, date(2025, 10, 20), "雨天")
EVENTS = f"/v1/logs/{HODOGAYA}/events"


@asynccontextmanager
async def serving(urls: Urls) -> AsyncIterator[tuple[str, Litestar]]:
    """Serve the ward's app, with its projector woken by each publication."""
    wake = asyncio.Event()
    app = ward_app(urls, Settings(), published=wake.set)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="on", log_config=None)
    server = uvicorn.Server(config)
    async with projecting(urls, discover(load_calendar(None)), wake):
        task = asyncio.create_task(server.serve())
        while not server.started:
            assert not task.done(), "the server did not start"
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}", app
        server.should_exit = True
        await task


@dataclass
class Site:
    base: str
    world: World
    client: httpx.AsyncClient
    """Asks as 保土ケ谷区's secretary unless told otherwise."""
    token: str
    app: Litestar

    @classmethod
    @asynccontextmanager
    async def of(cls, base: str, app: Litestar, world: World) -> AsyncIterator["Site"]:
        token = await tokens.create(world.auth, HODOGAYA, world.secretary, "試験")
        async with httpx.AsyncClient(base_url=base, headers=bearer(token)) as client:
            yield cls(base, world, client, token, app)

    def with_gate(self, gate: Gate) -> Ward:
        """Give the app's ward with another gate."""
        ward: Ward = self.app.state.ward
        return replace(ward, gate=gate)

    async def send(self, *facts: Fact, to: str = EVENTS) -> httpx.Response:
        """Send facts as a batch; each gets a new id."""
        events = [event(uuid4(), fact) for fact in facts]
        return await self.post(json.dumps(events), to=to, content_type=BATCH)

    async def post(
        self, body: str | bytes, to: str = EVENTS, content_type: str = STRUCTURED
    ) -> httpx.Response:
        return await self.client.post(to, content=body, headers={"Content-Type": content_type})

    async def until_projected(self) -> None:
        """Wait until the answers have caught up."""
        for _ in range(200):
            health = (await self.client.get("/health")).json()
            if health["behind"]["events"] == 0:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(health)

    async def seya(self) -> str:
        """Open 瀬谷区's log; returns a token of its 管理者."""
        assert self.world.urls.owner is not None
        owner = await connect(self.world.urls.owner)
        admin = uuid4()
        await create_log(owner, SEYA, keeper="141143", admin=admin, node="local")
        await owner.close()
        return await tokens.create(self.world.auth, SEYA, admin, "瀬谷")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def event(identity: UUID, fact: Fact, log: str = HODOGAYA, **changed: object) -> dict[str, Any]:
    """Say a fact as a CloudEvent."""
    data = msgspec.to_builtins(fact)
    return {
        "specversion": "1.0",
        "id": str(identity),
        "source": f"/v1/logs/{log}",
        "type": data["type"],
        "data": data,
    } | changed
