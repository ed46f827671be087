"""While the standby is away, "already stored" is said of nothing that could yet be lost."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared import eventlog, postgres
from shared.embedded import OPTIONS, SUPERUSER, Server, running, shipped_programs
from shared.envelope import proposal
from shared.errors import Unavailable
from shared.postgres import connect, embedded_urls, migrate, provision
from tests.database.crowd import HELD, at_once, require_receipts_stand
from tests.database.replaying import require_sound
from tests.database.standby import copied, until_followed, wait_for_it
from tests.database.world import HODOGAYA, opened

GIVEN_UP_AFTER = 2.0
"""Seconds; as long as a commit is waited for here."""


@pytest.fixture
def primary(tmp_path: Path, programs: Path | None) -> Iterator[Server]:
    """A server of its own: the others' commits shall wait for nobody."""
    options = {**OPTIONS, "fsync": "off"}
    with running(tmp_path / "primary", programs=programs, options=options) as server:
        asyncio.run(provision(server))
        migrate(embedded_urls(server))
        yield server


async def test_a_retry_waits_for_the_standby(
    primary: Server, tmp_path: Path, programs: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "COMMAND_WITHIN", GIVEN_UP_AFTER)
    standby = await asyncio.to_thread(
        copied, primary, tmp_path / "standby", programs or shipped_programs()
    )
    await asyncio.to_thread(standby.start)
    superuser = await connect(primary.url(SUPERUSER, "ichi"))
    try:
        async with opened(embedded_urls(primary)) as world:
            await wait_for_it(superuser)
            older, newer = proposal(uuid4(), HELD), proposal(uuid4(), HELD)
            acknowledged = await world.door.admit(HODOGAYA, [older], world.secretary)
            await asyncio.to_thread(standby.stop)

            with pytest.raises(Unavailable):
                await world.door.admit(HODOGAYA, [newer], world.secretary)
            retries = await at_once(
                world.door.admit(HODOGAYA, [each], world.secretary)
                for each in (newer, older, newer)
            )
            assert [type(outcome) for outcome in retries] == [Unavailable] * 3

            # Whoever only looks is told at once that both are stored, though one may yet be lost.
            began = time.monotonic()
            seen = await eventlog.read_ids(world.reader, HODOGAYA, [older.id, newer.id])
            assert [entry.id for entry in seen] == [older.id, newer.id]
            assert time.monotonic() - began < GIVEN_UP_AFTER / 2

            await asyncio.to_thread(standby.start)
            await until_followed(superuser)
            (again,) = await world.door.admit(HODOGAYA, [newer], world.secretary)
            assert await world.door.admit(HODOGAYA, [older], world.secretary) == acknowledged
            await require_receipts_stand(world.reader, HODOGAYA, [*acknowledged, again])
            await require_sound(world.reader, HODOGAYA, world.door)
    finally:
        await superuser.close()
        await asyncio.to_thread(standby.stop)
