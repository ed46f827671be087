"""Ours beside peers and limits, in one run on one embedded server with durability on."""

import asyncio
import importlib.util
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path

import click

from shared.driver import Connection
from shared.embedded import OPTIONS, SUPERUSER, Server, running
from shared.envelope import MAX_EVENTS
from shared.postgres import connect, embedded_urls, migrate, provision
from shared.settings import Settings
from tests.bench import http, limits, ours, peers
from tests.bench.facts import example
from tests.bench.table import OURS, WORKS, Rates, plot, table

RESULTS = Path("var/bench")
SERVER = {
    **OPTIONS,
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "max_connections": "300",
}
SHOWN = (
    "server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_sync_method",
    "shared_buffers", "max_wal_size", "checkpoint_timeout", "max_connections",
)  # fmt: skip
SLOWER = ("ALTER SYSTEM SET commit_delay = 1000", "ALTER SYSTEM SET commit_siblings = 0")
AS_BEFORE = ("ALTER SYSTEM RESET commit_delay", "ALTER SYSTEM RESET commit_siblings")
DATABASES = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate"
RELOAD = "SELECT pg_reload_conf()"
APPENDED = (("a", 32, 1), ("b", 128, 1), ("c", 32, 1), ("d", 1, 1), ("e", 8, MAX_EVENTS))
"""The works that append: callers at once, and facts a request."""

Lanes = dict[tuple[str, str], Callable[[float], Awaitable[float]]]
"""What is measured, by work and name: runs for so many seconds, returns figures per second."""


@click.command()
@click.option("--seconds", default=1.0, help="How long each figure is measured.")
@click.option("--rounds", default=5, help="How often; the medians count.")
@click.option("--only", default=",".join(WORKS), help="Works, such as a,d,f.")
def main(seconds: float, rounds: int, only: str) -> None:
    """Measure, print the table, and write it with a plot to var/bench."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), options=SERVER) as server:
        asyncio.run(provision(server))
        migrate(embedded_urls(server))
        head, rates, missing = asyncio.run(
            bench(server, Path(folder), seconds, rounds, only.split(","))
        )
    what = f"facts of {len(example())} bytes; {ours.STATE:,} in the hot log and in the eighteen"
    how = f"medians of {rounds} interleaved rounds of {seconds:g} s"
    text = f"{head}\n{what}\n{how}\n\n{table(rates, missing)}"
    click.echo(text)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "table.txt").write_text(text, encoding="utf-8")
    if importlib.util.find_spec("matplotlib"):
        plot(rates, RESULTS / "bench.png")
    else:
        click.echo("no plot: matplotlib is not installed (make bench)", err=True)


async def bench(
    server: Server, folder: Path, seconds: float, rounds: int, only: list[str]
) -> tuple[str, Rates, Mapping[str, str]]:
    """Measure every lane once a round, so that what disturbs the machine disturbs all alike.

    Returns the server's settings, the rates, and why some peers have none.
    """
    rates: dict[tuple[str, str], list[float]] = {}
    async with prepared(server, folder) as (superuser, lanes, missing):
        for number in range(rounds):
            for work in only:
                click.echo(f"round {number + 1} of {rounds}: {WORKS[work]}", err=True)
                async with slower(superuser) if work == "c" else nullcontext():
                    for (of, lane), measure in lanes.items():
                        if of == work:
                            rates.setdefault((of, lane), []).append(await measure(seconds))
        return await shown(superuser), rates, missing


@asynccontextmanager
async def prepared(
    server: Server, folder: Path
) -> AsyncIterator[tuple[Connection, Lanes, Mapping[str, str]]]:
    """Everything that is measured, with facts in it; and why some peers are not."""
    urls = embedded_urls(server)
    async with AsyncExitStack() as stack:
        superuser = await connect(server.url(SUPERUSER, "ichi"))
        stack.push_async_callback(superuser.close)
        rows = await limits.rows(server, folder)
        function = await stack.enter_async_context(limits.function(urls))
        others, missing = await stack.enter_async_context(peers.opened(server))
        door = await stack.enter_async_context(ours.opened(urls))
        web = await stack.enter_async_context(http.opened(server, urls, Settings()))
        await settle(server, [name for (name,) in await superuser.fetch(DATABASES)])
        lanes = {
            **appending(door, function, rows, others),
            **reading(door, superuser, others),
            **serving(web),
        }
        yield superuser, lanes, missing


async def settle(server: Server, databases: Sequence[str]) -> None:
    """Bring every database to where its own autovacuum would after a minute."""
    for database in databases:
        connection = await connect(server.url(SUPERUSER, database))
        await connection.execute("VACUUM ANALYZE")
        await connection.close()


def appending(
    door: ours.Ours, function: limits.Function, rows: limits.Rows, others: Sequence[peers.Peer]
) -> Lanes:
    """Works a to e."""
    lanes: Lanes = {}
    for work, callers, size in APPENDED:
        for name, logs in zip(OURS, ([ours.HOT], ours.WARDS), strict=True):
            lanes[work, name] = partial(door.append, logs, callers, size)
        lanes[work, "bare function"] = partial(function.append, callers, size)
        if size == 1:
            lanes[work, "pgbench"] = partial(rows.pgbench, callers)
        else:
            lanes[work, "COPY"] = partial(rows.copy, callers, size)
        for peer in others:
            lanes[work, peer.name] = partial(peer.append, callers, size)
    return lanes


def reading(door: ours.Ours, superuser: Connection, others: Sequence[peers.Peer]) -> Lanes:
    """Works f and g."""
    return {
        ("f", OURS[0]): partial(door.read, ours.HOT),
        ("f", "bare read"): partial(limits.read, superuser, ours.HOT),
        **{("f", peer.name): peer.read for peer in others},
        ("g", "ours, catching up"): partial(door.project, ours.ANSWERED),
        ("g", "ours, rebuilding"): partial(door.rebuild, ours.ANSWERED),
    }


def serving(web: http.Http) -> Lanes:
    """Works h and i."""
    return {
        ("h", OURS[0]): web.publish,
        ("h", "plain insert"): web.insert,
        ("i", "ours, report as JSON"): web.report,
        ("i", "one-row read"): partial(web.get, "/row"),
        ("i", "trivial endpoint"): partial(web.get, "/trivial"),
    }


@asynccontextmanager
async def slower(superuser: Connection) -> AsyncIterator[None]:
    """Every flush of the server waits 1 ms more, as on a slower disk."""
    try:
        for statement in (*SLOWER, RELOAD):
            await superuser.execute(statement)
        yield
    finally:
        for statement in (*AS_BEFORE, RELOAD):
            await superuser.execute(statement)


async def shown(superuser: Connection) -> str:
    """What the server says about its own settings."""
    values = [f"{name} {await superuser.fetchval(f'SHOW {name}')}" for name in SHOWN]
    return ", ".join(values)


if __name__ == "__main__":
    main()
