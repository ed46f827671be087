"""Streams over real HTTP: complete, in order, and only for those who may read."""

import asyncio
import json
from datetime import date
from uuid import uuid4

import httpx
import pytest

from services.ward import streams
from shared.auth import tokens
from shared.domain.base import Role
from shared.domain.role import Granted, Withdrawn
from shared.domain.vendor import Joined
from shared.driver import Connection
from tests.database.world import HODOGAYA
from tests.following import BEFORE, append, by_long_poll, by_stream, numbers, write
from tests.web.follower import (
    STREAM,
    ended,
    next_of,
    streaming_from,
)
from tests.web.site import EVENTS, HELD, Site, bearer, event

JOINED = Joined(uuid4(), "ゆめわーく")


async def test_a_stream_tells_the_log_from_its_beginning_and_goes_on(site: Site) -> None:
    async with streaming_from(site.client) as events:
        first = [await next_of(events), await next_of(events)]
        await site.send(HELD)
        third = await next_of(events)
    feed = (await site.client.get(EVENTS)).json()
    assert [each.content for each in (*first, third)] == feed
    assert [each.id for each in (*first, third)] == ["1", "2", "3"]
    assert {each.event for each in first} == {"message"}


async def test_a_stream_begins_with_how_soon_to_come_back(site: Site) -> None:
    async with site.client.stream("GET", STREAM) as answer:
        assert await anext(answer.aiter_lines()) == "retry: 2000"
        assert answer.headers["x-accel-buffering"] == "no"
        assert answer.headers["cache-control"] == "no-store"


async def test_a_stream_goes_on_after_the_last_event_that_was_taken(site: Site) -> None:
    await site.send(HELD, JOINED, HELD)
    async with streaming_from(site.client, "?after=1", **{"Last-Event-ID": "3"}) as events:
        assert (await next_of(events)).id == "4"
    async with streaming_from(site.client, "?after=4") as events:
        assert (await next_of(events)).id == "5"
    async with streaming_from(site.client, "?type=stall.held") as events:
        assert [(await next_of(events)).id for _ in range(2)] == ["3", "5"]
        await site.send(JOINED, HELD)
        assert (await next_of(events)).id == "7"


async def test_a_body_of_many_lines_comes_as_many_lines(site: Site) -> None:
    said = event(uuid4(), HELD)
    said["data"] = "DATA"
    data = json.dumps(event(uuid4(), HELD)["data"], indent=2)
    assert (await site.post(json.dumps(said).replace('"DATA"', data))).status_code == 201
    async with streaming_from(site.client, "?after=2") as events:
        assert f'"data":{data}' in (await next_of(events)).data


async def test_a_place_that_cannot_be_is_refused(site: Site) -> None:
    for wrong in ("x", "-1", "1.0", "３", "9223372036854775808"):
        answer = await site.client.get(STREAM, headers={b"Last-Event-ID": wrong.encode()})
        assert answer.status_code == 400
        assert answer.json()["type"] == "/problems/bad-last-event-id"
    for query, header in (("?after=3", {}), ("", {"Last-Event-ID": "3"})):
        answer = await site.client.get(f"{STREAM}{query}", headers=header)
        assert answer.status_code == 409
        assert answer.json()["type"] == "/problems/beyond-the-head"
    assert (await site.client.get(f"{EVENTS}?after=3&wait=1")).status_code == 409
    assert (await site.client.get(f"{STREAM}?limit=3")).json()["pointer"] == "/limit"
    assert (await site.client.get(f"{EVENTS}?wait=31")).json()["pointer"] == "/wait"
    assert (await site.client.get(STREAM, headers={"Authorization": ""})).status_code == 401


async def test_a_right_that_is_withdrawn_ends_an_open_stream_and_a_long_poll(site: Site) -> None:
    auditor = uuid4()
    await site.world.publish(Granted(auditor, Role.AUDITOR, date(2025, 4, 1)))
    token = await tokens.create(site.world.auth, HODOGAYA, auditor, "監査")
    async with httpx.AsyncClient(base_url=site.base, headers=bearer(token)) as client:
        asked = client.get(f"{EVENTS}?after=3&wait=30", timeout=30)
        waiting = asyncio.create_task(asked)
        async with (
            streaming_from(client, "?after=3") as every,
            streaming_from(client, "?after=3&type=stall.held") as one_type,
        ):
            await asyncio.sleep(0.2)
            await site.world.publish(Withdrawn(auditor, Role.AUDITOR))
            left = await asyncio.gather(ended(every, 5), ended(one_type, 5))
            assert [*left] == [[], []]
            assert (await waiting).status_code == 401
        assert (await client.get(STREAM)).status_code == 401


async def test_a_token_that_is_revoked_ends_an_open_stream_however_busy(site: Site) -> None:
    reader = uuid4()
    await site.world.publish(Granted(reader, Role.AUDITOR, date(2025, 4, 1)))
    token = await tokens.create(site.world.auth, HODOGAYA, reader, "監査")
    async with (
        httpx.AsyncClient(base_url=site.base, headers=bearer(token)) as client,
        streaming_from(client, "?after=3") as busy,
        streaming_from(client, "?after=3&type=log.moved") as quiet,
    ):
        await tokens.revoke(site.world.auth, HODOGAYA, reader)
        publishing = asyncio.create_task(keep_publishing(site))
        late, nothing = await asyncio.gather(ended(busy, 5), ended(quiet, 5))
        publishing.cancel()
        assert late != []
        assert nothing == []


async def keep_publishing(site: Site) -> None:
    while True:
        await site.send(HELD)
        await asyncio.sleep(0.05)


async def test_sixteen_writers_and_a_dawdler_and_no_follower_skips_or_repeats(site: Site) -> None:
    last = BEFORE + 2 * (16 * 6 + 1)
    written = asyncio.Event()

    async def two(connection: Connection) -> None:
        await append(connection, 2)

    looks = (by_long_poll(site.client), by_long_poll(site.client, limit=3))
    followers = [asyncio.create_task(numbers(look, 0, written)) for look in looks]
    followers += [asyncio.create_task(by_stream(site.client, last)) for _ in range(2)]
    await write(site.world.urls, two, writers=16, times=6, held=2.0)
    written.set()
    for found in await asyncio.gather(*followers):
        assert found == [*range(1, last + 1)]


async def test_a_stream_that_has_nothing_to_say_shows_that_it_lives(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(streams, "RIGHTS_SECONDS", 0.1)
    async with site.client.stream("GET", f"{STREAM}?after=2") as answer:
        lines = answer.aiter_lines()
        assert [await anext(lines) for _ in range(6)] == ["retry: 2000", "", ":", "", ":", ""]


async def test_a_stream_ends_after_its_time_and_says_where_to_go_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "LONGEST_SECONDS", 0.3)
    monkeypatch.setattr(streams, "RIGHTS_SECONDS", 0.1)
    async with streaming_from(site.client, "?type=log.opened") as events:
        first, last = await ended(events, 2)
    assert first.id == "1"
    assert (last.event, last.content) == ("resume", {"after": 2})
