"""Ten million facts cost an append and a report hardly more than ten thousand, and little memory.

The reported year holds the same facts in both: what differs is all that lies around it.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from uuid import uuid4

import httpx
import msgspec
import pytest

from shared import projecting
from shared.auth import tokens
from shared.driver import Pool
from shared.embedded import OPTIONS, SUPERUSER, Server, running
from shared.envelope import BATCH, proposal
from shared.ids import new_id
from shared.postgres import Urls, connect, embedded_urls, migrate, pool, provision
from shared.projections import discover
from shared.publishing import Door
from shared.reports.answering import Answers
from shared.reports.writing import WRITERS
from shared.verifying import verify
from shared.wards import load_calendar, load_wards
from tests.cli.test_serving import ICHI, free_port
from tests.proof.filling import ALIKE, LOGS, YEAR, actor_of, fill, held, open_logs
from tests.web.site import bearer, event

PROOF = bool(os.environ.get("ICHI_PROOF"))
EACH = 50_000 if PROOF else 2 * ALIKE
ROUNDS, SECONDS = (7, 1.5) if PROOF else (3, 0.3)
MOST_TIMES = 1.25 if PROOF else 2.0
"""A short run on a busy machine says less."""
MOST_MEGABYTES = 250
CALLERS = 32
REPORTED = LOGS[:10]
PROJECTED_WITHIN = 300.0 if PROOF else 20.0
SERVER = {**OPTIONS, "shared_buffers": "512MB", "max_wal_size": "4GB"}
HURRY = "ALTER SYSTEM SET fsync = off"
AS_BEFORE = "ALTER SYSTEM RESET fsync"
RELOAD = "SELECT pg_reload_conf()"
COPY = 'CREATE DATABASE "{to}" OWNER ichi_owner TEMPLATE ichi STRATEGY file_copy'


@pytest.fixture
def server(programs: Path | None) -> Iterator[Server]:
    """A server of its own, of which nothing is kept: it takes some gigabytes."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), programs=programs, options=SERVER) as server,
    ):
        asyncio.run(provision(server))
        migrate(embedded_urls(server))
        yield server


@dataclass
class Node:
    """One database, and what a service has of it."""

    urls: Urls
    door: Door
    reader: Pool
    projector: Pool
    auth: Pool
    answers: Answers

    async def append(self, seconds: float) -> float:
        """Facts per second by callers at once, each with some of the logs in turn."""
        until = time.perf_counter() + seconds

        async def call(logs: Sequence[str]) -> int:
            for log, number in zip(cycle(logs), count(1), strict=False):
                said = proposal(new_id(), held(ALIKE + number))
                await self.door.admit(log, [said], actor_of(log))
                if time.perf_counter() > until:
                    return number
            raise AssertionError

        began = time.perf_counter()
        done = await asyncio.gather(*(call(LOGS[n::CALLERS]) for n in range(CALLERS)))
        return sum(done) / (time.perf_counter() - began)

    async def report(self, seconds: float) -> float:
        """Reports per second as JSON, one after the other."""
        began, done = time.perf_counter(), 0
        for log in cycle(REPORTED):
            WRITERS["json"](await self.answers.report(log, YEAR))
            done += 1
            if time.perf_counter() - began > seconds:
                break
        return done / (time.perf_counter() - began)


async def test_ten_million_facts(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    def say(what: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{time.strftime('%H:%M:%S')} {what}")
            sys.stdout.flush()

    say(f"{len(LOGS)} logs of {EACH} facts against {ALIKE}; load {os.getloadavg()}")
    async with grown(server, "small", ALIKE) as small, grown(server, "large", EACH) as large:
        assert (await verify(large.reader, LOGS[-1])).why is None
        say("filled and verified")
        megabytes, ready = await served(large)
        say(f"serving with {ready} of {len(LOGS)} logs projected took {megabytes:.0f} MB")
        for node in (small, large):
            for log in REPORTED:
                await projecting.project(node.projector, node.answers.projections, log)
            began = time.perf_counter()
            for log in LOGS:
                await node.door.admit(log, [proposal(new_id(), held(ALIKE))], actor_of(log))
            say(f"first fact to every log: {time.perf_counter() - began:.1f} s")
        appended: list[tuple[float, float]] = []
        reported: list[tuple[float, float]] = []
        for _ in range(ROUNDS):
            appended.append((await small.append(SECONDS), await large.append(SECONDS)))
            reported.append((await small.report(SECONDS), await large.report(SECONDS)))
    times = []
    for what, rates in (("append", appended), ("report", reported)):
        few, many = map(statistics.median, zip(*rates, strict=True))
        times.append(few / many)
        say(f"{what}: {few:.0f}/s against {many:.0f}/s, {few / many:.2f} times the cost")
        say("in rounds: " + ", ".join(f"{one:.0f} : {other:.0f}" for one, other in rates))
    say(f"load {os.getloadavg()}\n")
    assert max(times) <= MOST_TIMES
    assert megabytes <= MOST_MEGABYTES


@asynccontextmanager
async def grown(server: Server, name: str, each: int) -> AsyncIterator[Node]:
    """A database with that many facts in each log, as it is after a while of rest."""
    urls = embedded_urls(server, name)
    superuser = await connect(server.url(SUPERUSER, "postgres"))
    await superuser.execute(COPY.format(to=name))
    for statement in (HURRY, RELOAD):
        await superuser.execute(statement)
    assert urls.owner is not None
    await open_logs(urls.owner)
    await asyncio.to_thread(fill, server.url(SUPERUSER, name), each)
    inside = await connect(server.url(SUPERUSER, name))
    await inside.execute("VACUUM ANALYZE", timeout=600)
    await inside.close()
    for statement in (AS_BEFORE, RELOAD):
        await superuser.execute(statement)
    await superuser.execute("CHECKPOINT", timeout=600)
    await superuser.close()
    async with AsyncExitStack() as stack:

        async def opened(url: str, role: str) -> Pool:
            return await stack.enter_async_context(await pool(url, role, size=4))

        reader = await opened(urls.application, "ichi_reader")
        yield Node(
            urls,
            await stack.enter_async_context(Door(await opened(urls.application, "ichi_writer"))),
            reader,
            await opened(urls.application, "ichi_projector"),
            await opened(urls.application, "ichi_auth"),
            Answers(
                reader,
                await opened(urls.names, "none"),
                discover(load_calendar(None)),
                load_wards(None),
            ),
        )


async def served(node: Node) -> tuple[float, int]:
    """Publish to every log through a process that projects them too.

    Returns the most memory it had, in megabytes, and how many logs were projected when the time
    was over.
    """
    with tempfile.TemporaryDirectory() as data, serving(node.urls, Path(data)) as (process, base):
        async with httpx.AsyncClient(base_url=base, timeout=120) as client:
            places = asyncio.Semaphore(4)

            async def publish(log: str) -> None:
                async with places:
                    secret = await tokens.create(node.auth, log, actor_of(log), "試験")
                    body = msgspec.json.encode([event(uuid4(), held(0), log)])
                    headers = {**bearer(secret), "Content-Type": BATCH}
                    address = f"/v1/logs/{log}/events"
                    answer = await client.post(address, content=body, headers=headers)
                    answer.raise_for_status()

            await asyncio.gather(*(publish(log) for log in LOGS))
        until = time.monotonic() + PROJECTED_WITHIN
        while behind := await projecting.lagging(node.projector, node.answers.projections):
            if time.monotonic() > until:
                break
            await asyncio.sleep(0.5)
        return most_megabytes(process.pid), len(LOGS) - len(behind)


def most_megabytes(pid: int) -> float:
    """The most memory that a process ever had."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (most,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(most) / 1024


@contextmanager
def serving(urls: Urls, data: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """`ichi serve` as a process of its own, and where it answers."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ICHI_")}
    told = {
        "ICHI_DATA": str(data),
        "ICHI_DATABASE_URL": urls.application,
        "ICHI_NAMES_URL": urls.names,
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [ICHI, "serve", "--port", str(free_port())],
        env={**environ, **told},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert "始まりました" in line
        yield process, line.split()[1].removesuffix("/schema")
    finally:
        process.terminate()
        process.wait(timeout=60)
        process.stdout.close()
