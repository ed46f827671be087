"""The one door, on a real PostgreSQL."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import msgspec
import pytest

from shared import chain, eventlog
from shared.domain import fact, stall
from shared.domain.base import Role
from shared.domain.log import Moved
from shared.domain.role import Granted
from shared.envelope import STRUCTURED, proposal
from shared.errors import Conflict, NotFound, NotYours, ReusedId, Stale
from shared.judging import AwayFromHome
from shared.publishing import Door
from tests.database.world import HODOGAYA, World

SALE = UUID("0199a000-0000-7000-8000-000000000001")
YUMEWORK = UUID("0199a000-0000-7000-8000-000000000002")
DAY = date(2025, 10, 20)
HELD = stall.Held(SALE, DAY, (YUMEWORK,))


async def test_a_fact_gets_the_next_position_and_its_hash(world: World) -> None:
    receipts = await world.publish(HELD)
    entries = await eventlog.read_page(world.reader, HODOGAYA, 0)
    assert [entry.position for entry in entries] == [1, 2, 3]
    assert receipts[0].position == 3
    assert receipts[0].hash == entries[-1].hash.hex()
    assert entries[-1].fact == HELD


async def test_the_chain_recomputes_from_the_bytes(world: World) -> None:
    await world.publish(HELD)
    before = chain.BEFORE_THE_FIRST
    for entry in await eventlog.read_page(world.reader, HODOGAYA, 0):
        digest = chain.digest_of(entry.salt, entry.id, entry.recorded_at, entry.actor, entry.body)
        assert digest == entry.digest
        before = chain.hash_of(before, HODOGAYA, entry.position, digest)
        assert before == entry.hash


async def test_the_same_id_and_bytes_again_get_the_first_receipt(world: World) -> None:
    proposed = proposal(uuid4(), HELD)
    first = await world.door.admit(HODOGAYA, [proposed], world.secretary)
    again = await world.door.admit(HODOGAYA, [proposed], world.secretary)
    assert first == again
    assert (await eventlog.read_head(world.reader, HODOGAYA)).position == 3
    other = proposal(proposed.id, stall.Held(SALE, DAY, (SALE,)))
    with pytest.raises(ReusedId):
        await world.door.admit(HODOGAYA, [other], world.secretary)


async def test_a_stale_expectation_is_a_conflict(world: World) -> None:
    await world.door.admit(HODOGAYA, [proposal(uuid4(), HELD)], world.secretary, expected=2)
    with pytest.raises(Stale):
        await world.door.admit(HODOGAYA, [proposal(uuid4(), HELD)], world.secretary, expected=2)


async def test_one_refused_fact_refuses_the_whole_request(world: World) -> None:
    rained_off = stall.Cancelled(SALE, DAY, "雨天")
    with pytest.raises(stall.WasCancelled) as refused:
        await world.publish(rained_off, HELD)
    assert refused.value.pointer == "/1/data/day"
    assert (await eventlog.read_head(world.reader, HODOGAYA)).position == 2


async def test_a_correction_names_what_holds_and_its_replacement_is_admitted(world: World) -> None:
    (held,) = await world.publish(HELD)
    await world.publish(stall.Cancelled(SALE, date(2025, 10, 21), "雨天"))
    later = stall.Held(SALE, date(2025, 10, 21), (YUMEWORK,))
    with pytest.raises(stall.WasCancelled):
        await world.publish(fact.Corrected(held.id, "入力まちがい", later))
    more = stall.Held(SALE, DAY, (YUMEWORK, SALE))
    (corrected,) = await world.publish(fact.Corrected(held.id, "入力まちがい", more))
    with pytest.raises(fact.NotEffective) as contested:
        await world.publish(fact.Retracted(held.id, "重複"))
    assert contested.value.now == more
    await world.publish(fact.Retracted(corrected.id, "重複"))
    await world.publish(fact.Retracted(held.id, "重複"))


async def test_a_retracted_cancellation_lets_a_stall_be_held_again(world: World) -> None:
    first, second = await world.publish(
        stall.Cancelled(SALE, DAY, "雨天"), stall.Cancelled(SALE, DAY, "荒天")
    )
    await world.publish(fact.Retracted(first.id, "重複"))
    with pytest.raises(stall.WasCancelled):
        await world.publish(HELD)
    await world.publish(fact.Retracted(second.id, "開催した"))
    await world.publish(HELD)


async def test_nobody_without_a_role_says_anything(world: World) -> None:
    with pytest.raises(NotYours):
        await world.door.admit(HODOGAYA, [proposal(uuid4(), HELD)], uuid4())


async def test_staff_record_their_own_workplace_only(world: World) -> None:
    staff = uuid4()
    await world.publish(Granted(staff, Role.STAFF, date(2025, 4, 1), vendor=YUMEWORK))
    await world.door.admit(HODOGAYA, [proposal(uuid4(), HELD)], staff)
    other = stall.Held(SALE, DAY, (YUMEWORK, SALE))
    with pytest.raises(NotYours):
        await world.door.admit(HODOGAYA, [proposal(uuid4(), other)], staff)


async def test_a_log_that_was_never_opened_takes_nothing(world: World) -> None:
    with pytest.raises(NotFound):
        await world.door.admit("141143-hanbai", [proposal(uuid4(), HELD)], world.secretary)


async def test_the_bytes_of_data_are_stored_as_they_were_sent(world: World) -> None:
    data = (
        f'{{ "day":"2025-10-20", "sale":"{SALE}","type" : "stall.held", "vendors":["{YUMEWORK}"]}}'
    )
    event = uuid4()
    body = (
        f'{{"specversion":"1.0","id":"{event}","source":"/v1/logs/{HODOGAYA}",'
        f'"type":"stall.held","data":{data}}}'
    )
    await world.door.publish(HODOGAYA, STRUCTURED, body.encode(), world.secretary)
    entry = (await eventlog.read_page(world.reader, HODOGAYA, 2))[0]
    assert entry.body == data.encode()
    assert msgspec.json.decode(entry.body)["type"] == entry.type


async def test_writers_at_once_get_positions_without_a_gap(world: World) -> None:
    async def one() -> int:
        while True:
            try:
                (receipt,) = await world.publish(HELD)
            except Conflict:
                continue
            return receipt.position

    positions = await asyncio.gather(*(one() for _ in range(20)))
    assert sorted(positions) == list(range(3, 23))


async def test_a_log_that_moved_away_takes_nothing_here(world: World) -> None:
    async with Door(world.writer, node="local") as here:
        await here.admit(HODOGAYA, [proposal(uuid4(), HELD)], world.secretary)
        await world.publish(Moved("seya"))
        with pytest.raises(AwayFromHome):
            await here.admit(HODOGAYA, [proposal(uuid4(), HELD)], world.secretary)


async def test_retracting_a_correction_needs_the_right_to_what_it_restores(world: World) -> None:
    (held,) = await world.publish(HELD)
    staff = uuid4()
    await world.publish(Granted(staff, Role.STAFF, date(2025, 4, 1), vendor=SALE))
    (corrected,) = await world.publish(
        fact.Corrected(held.id, "入力まちがい", stall.Held(SALE, DAY, (SALE,)))
    )
    taken_back = proposal(uuid4(), fact.Retracted(corrected.id, "やはり元に"))
    with pytest.raises(NotYours):
        await world.door.admit(HODOGAYA, [taken_back], staff)
