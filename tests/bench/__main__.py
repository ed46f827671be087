"""What a report costs: as JSON over HTTP, beside a trivial endpoint and a one-row read.

One run, one server process, durability on; rounds are interleaved and the medians compared, since
machines are shared and noisy. Prints a table with ratios and writes it to `var/bench/http.txt`.
"""

import asyncio
import multiprocessing
import os
import socket
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import uvicorn
from litestar import Litestar, get
from litestar.datastructures import State

from services.cli.common import desk
from services.cli.tokens import make
from services.ward.app import ward_app
from shared import projecting
from shared.domain.base import Role
from shared.opening import create_log
from shared.postgres import Urls, connect, database, pool
from shared.reports.reading import read_form
from shared.settings import Settings
from tests.bench.load import load
from tests.seed import FORMS

LOG = "141062-hanbai"
ROUNDS = 5
SECONDS = 2.0
CONNECTIONS = 8
RESULTS = Path("var/bench/http.txt")


@get("/trivial", sync_to_thread=False)
def trivial() -> dict[str, str]:
    """The least that this framework can do."""
    return {"status": "ok"}


@get("/row")
async def row(state: State) -> dict[str, int]:
    """One row by primary key from the same database."""
    found = await state.pool.fetchrow("SELECT position FROM bookmark WHERE log = $1", LOG)
    return {"position": found["position"]}


def bare_app(urls: Urls) -> Litestar:
    """The two endpoints to compare with."""

    @asynccontextmanager
    async def alive(app: Litestar) -> AsyncIterator[None]:
        async with await pool(urls.application, "ichi_projector", size=8) as app.state.pool:
            yield

    return Litestar([trivial, row], lifespan=[alive], openapi_config=None, logging_config=None)


async def prepare(urls: Urls, settings: Settings) -> tuple[str, float, int]:
    """A log with the form in it; its token, the seconds that the import took, and its facts."""
    assert urls.owner is not None
    admin = uuid4()
    owner = await connect(urls.owner)
    await create_log(owner, LOG, keeper=LOG[:6], admin=admin, node="bench")
    await owner.close()
    async with desk(urls, settings) as opened:
        began = time.perf_counter()
        filled = read_form(FORMS[-1].read_bytes(), 2025)
        planned = await opened.importer.plan(LOG, filled)
        receipts = await opened.importer.carry_out(LOG, filled, planned, admin)
        while await projecting.catch_up(opened.projector, opened.projections, LOG):
            pass
        seconds = time.perf_counter() - began
        return await make(opened, LOG, admin, Role.SECRETARY, "bench"), seconds, len(receipts)


@asynccontextmanager
async def listening(app: Litestar) -> AsyncIterator[int]:
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


async def serve(urls: Urls, settings: Settings, secret: str) -> list[tuple[str, list[float]]]:
    """Requests per second of each target, a figure a round."""
    async with listening(ward_app(urls, settings)) as ward, listening(bare_app(urls)) as bare:
        headers = f"Authorization: Bearer {secret}\r\n"
        targets = [
            ("trivial Litestar endpoint", bare, "/trivial", ""),
            ("one-row read", bare, "/row", ""),
            ("report as JSON", ward, f"/v1/logs/{LOG}/reports/2025.json", headers),
        ]
        found: list[tuple[str, list[float]]] = [(name, []) for name, *_ in targets]
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as client:
            for _ in range(ROUNDS):
                for (_name, rates), (_, port, path, extra) in zip(found, targets, strict=True):
                    rate = partial(client.apply, load, (port, path, extra, CONNECTIONS, SECONDS))
                    rates.append(await asyncio.to_thread(rate))
        return found


def main() -> None:
    """Run everything once and write the table."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        with database(settings) as urls:
            secret, seconds, facts = asyncio.run(prepare(urls, settings))
            found = asyncio.run(serve(urls, settings, secret))
    (_, first), *_ = found
    lines = [
        f"import of {FORMS[-1].name}: {facts} facts in {seconds:.2f} s, answers included",
        f"{CONNECTIONS} connections, {ROUNDS} interleaved rounds of {SECONDS:g} s, medians",
    ]
    for name, rates in found:
        median = statistics.median(rates)
        spread = (max(rates) - min(rates)) / median
        ratio = median / statistics.median(first)
        lines.append(f"{name:28} {median:8.0f} /s  x{ratio:.2f}  (spread {spread:.0%})")
    text = "\n".join(lines) + "\n"
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")
    os.write(1, text.encode())


if __name__ == "__main__":
    main()
