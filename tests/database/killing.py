"""Workers as real processes over several logs, killed at random while facts come in."""

import asyncio
import multiprocessing
from multiprocessing.process import BaseProcess
from random import Random

from services.projector.loop import run
from shared import edition, projecting
from shared.envelope import proposal
from shared.opening import create_log
from shared.postgres import connect, pool
from shared.projections import discover
from shared.wards import load_calendar
from tests.database.world import HODOGAYA, World, rows_of
from tests.histories import a_history

LOGS = (HODOGAYA, "141143-hanbai", "141011-hanbai", "141020-hanbai")
WORKERS = 3


def work(url: str) -> None:
    """Project in small transactions until killed."""
    edition.PAGE, edition.BATCH = 3, 9
    asyncio.run(_work(url))


async def _work(url: str) -> None:
    projections = discover(load_calendar(None))
    async with await pool(url, "ichi_projector", size=2) as projector:
        await run(projector, projections, stop=asyncio.Event())


async def survive(world: World, kills: int, length: int, chance: Random) -> None:
    """Kill that many workers while histories of that length come in; compare with a rebuild."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    await _open_logs(world)
    publishing = asyncio.create_task(_publish(world, length, chance))
    workers = [_started(context, world) for _ in range(WORKERS)]
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.02, 0.3))
        victim = workers.pop(chance.randrange(WORKERS))
        victim.kill()
        await asyncio.to_thread(victim.join)
        workers.append(_started(context, world))
    await publishing
    async with asyncio.timeout(60):
        while await projecting.lagging(world.projector, world.projections):  # noqa: ASYNC110 - others work
            await asyncio.sleep(0.05)
    for worker in workers:
        worker.kill()
        await asyncio.to_thread(worker.join)
    survived = hash(tuple(await rows_of(world.projector)))
    for log in LOGS:
        await projecting.rebuild(world.projector, world.projections, log, lambda _position: None)
    assert hash(tuple(await rows_of(world.projector))) == survived


def _started(context: multiprocessing.context.ForkServerContext, world: World) -> BaseProcess:
    worker = context.Process(target=work, args=(world.urls.application,), daemon=True)
    worker.start()
    return worker


async def _open_logs(world: World) -> None:
    assert world.urls.owner is not None
    owner = await connect(world.urls.owner)
    for log in LOGS[1:]:
        await create_log(owner, log, keeper=log[:6], admin=world.secretary, node="local")
    await owner.close()


async def _publish(world: World, length: int, chance: Random) -> None:
    left = {log: a_history(n, length) for n, log in enumerate(LOGS)}
    while any(left.values()):
        log = chance.choice(LOGS)
        size = chance.randint(1, 12)
        said = [proposal(event, fact) for event, fact in left[log][:size]]
        del left[log][:size]
        if said:
            await world.door.admit(log, said, world.secretary)
            await asyncio.sleep(chance.uniform(0, 0.02))
