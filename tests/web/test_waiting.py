"""Those who wait for entries over real HTTP: woken, bounded, and never in each other's way."""

import asyncio
import sys
import time
from contextlib import AsyncExitStack, suppress
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.cli import serving
from shared import following
from shared.auth import tokens
from shared.domain.vendor import Joined
from shared.postgres import Urls
from shared.web import streaming
from tests.database.world import HODOGAYA, World, opened
from tests.following import by_stream
from tests.web.follower import (
    STREAM,
    drained,
    ended,
    next_of,
    serving_as_a_process,
    slow_reader,
    streaming_from,
    until_free,
)
from tests.web.site import EVENTS, HELD, Site, bearer

JOINED = Joined(uuid4(), "ゆめわーく")
NEVER = f"{EVENTS}?type=log.moved"


async def test_a_long_poll_waits_for_the_next_entry_or_until_time_is_up(site: Site) -> None:
    waiting = asyncio.create_task(site.client.get(f"{EVENTS}?after=2&wait=20"))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await site.send(HELD)
    async with asyncio.timeout(1):
        assert [each["position"] for each in (await waiting).json()] == [3]
    began = time.monotonic()
    answer = await site.client.get(f"{EVENTS}?after=3&wait=1")
    assert (answer.status_code, answer.json()) == (200, [])
    assert 1 <= time.monotonic() - began < 2


async def test_a_long_poll_for_one_type_waits_for_that_type(site: Site) -> None:
    address = f"{EVENTS}?after=2&wait=20&type=stall.held"
    waiting = asyncio.create_task(site.client.get(address, timeout=30))
    await asyncio.sleep(0.2)
    await site.send(JOINED)
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await site.send(HELD)
    async with asyncio.timeout(1):
        assert [each["position"] for each in (await waiting).json()] == [4]


async def test_whoever_goes_away_leaves_the_place_to_the_next(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST_FOLLOWERS", 1)
    for asked in (STREAM, f"{EVENTS}?after=2&wait=30") * 2:
        with suppress(httpx.ReadTimeout):
            async with site.client.stream("GET", asked, timeout=0.5) as answer:
                assert (await site.client.get(STREAM)).status_code == 503
                assert answer.status_code == 200
                async for _ in answer.aiter_bytes():
                    pass
        await until_free(site.client)


async def test_the_two_hundred_and_first_is_told_to_come_back(site: Site) -> None:
    limits = httpx.Limits(max_connections=None)
    async with (
        httpx.AsyncClient(
            base_url=site.base, headers=bearer(site.token), limits=limits, timeout=30
        ) as client,
        AsyncExitStack() as open_streams,
    ):
        for _ in range(following.MOST_FOLLOWERS):
            answer = await open_streams.enter_async_context(client.stream("GET", STREAM))
            assert answer.status_code == 200
        for asked in (STREAM, f"{EVENTS}?after=2&wait=30"):
            answer = await client.get(asked)
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "5"
            assert answer.json()["type"] == "/problems/too-many-followers"
        assert (await client.get(f"{EVENTS}?wait=30")).status_code == 200  # need not wait
        assert (await site.send(HELD)).status_code == 201


async def test_a_reader_that_takes_nothing_is_ended_and_goes_on_later_without_a_gap(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it did not take is not kept for it: the server reads no page before the last is gone."""
    monkeypatch.setattr(streaming, "PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(following, "MOST_FOLLOWERS", 1)
    reading = Counted(monkeypatch)
    await fill(site.world)
    async with slow_reader(site.base, site.token) as slow:
        assert (await site.client.get(STREAM)).status_code == 503
        await until_free(site.client)
        taken = await drained(slow)
    assert reading.pages < 80
    complete = taken[: taken.rindex(b"\n\n") + 2].decode()
    ids = [int(line[4:]) for line in complete.split("\n") if line.startswith("id: ")]
    assert 0 < len(ids) < 8_002
    rest = await by_stream(site.client, 8_002, after=ids[-1])
    assert [*ids, *rest] == [*range(1, 8_003)]


async def fill(world: World) -> None:
    """More than all buffers on the way together hold: 6 MB in 8,000 entries."""
    for _ in range(8):
        await world.publish(*(Joined(uuid4(), "の" * 100) for _ in range(1000)))


@pytest.mark.skipif(sys.platform != "linux", reason="no other system is asked to")
async def test_a_connection_that_takes_nothing_is_cut_by_the_system(
    urls: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server alone would keep what it could not send for as long as the other side lives."""
    monkeypatch.setattr(serving, "CUT_AFTER_MS", 1000)
    monkeypatch.setattr(following, "MOST_FOLLOWERS", 1)
    async with opened(urls) as world, serving_as_a_process(urls) as base:
        await fill(world)
        token = await tokens.create(world.auth, HODOGAYA, world.secretary, "試験")
        async with (
            httpx.AsyncClient(base_url=base, headers=bearer(token)) as client,
            slow_reader(base, token) as slow,
        ):
            assert (await client.get(STREAM)).status_code == 503
            await until_free(client)
            with pytest.raises(ConnectionResetError):
                await drained(slow)


class Counted:
    """Counts the pages that streams are given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pages = 0
        page = following.Reader.page

        async def counted(reader: following.Reader, limit: int, within: float) -> Any:  # noqa: ANN401
            self.pages += 1
            return await page(reader, limit, within)

        monkeypatch.setattr(following.Reader, "page", counted)


async def test_a_server_that_stops_ends_its_streams_and_the_next_one_goes_on(urls: Urls) -> None:
    """A browser comes back by itself with the id that it has seen last."""
    async with opened(urls) as world:
        token = await tokens.create(world.auth, HODOGAYA, world.secretary, "試験")
        found: list[int] = []
        for times in range(3):
            async with AsyncExitStack() as stack:
                server = serving_as_a_process(urls)
                base = await server.__aenter__()
                client = await stack.enter_async_context(
                    httpx.AsyncClient(base_url=base, headers=bearer(token))
                )
                seen = {"Last-Event-ID": str(found[-1] if found else 0)}
                events = await stack.enter_async_context(streaming_from(client, "", **seen))
                waiting = asyncio.create_task(client.get(f"{NEVER}&wait=30", timeout=35))
                await world.publish(HELD, HELD)
                found += [int((await next_of(events)).id) for _ in range(2 + 2 * (times == 0))]
                began = time.monotonic()
                stopping = asyncio.create_task(server.__aexit__(None, None, None))
                (last,) = await ended(events, 2)
                assert (last.event, last.content) == ("resume", {"after": found[-1]})
                assert (await waiting).json() == []
                await stopping
                assert time.monotonic() - began < 3
        assert found == [*range(1, 9)]
