"""Tell other processes what was published, and be told: one connection of our own each way."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from shared.driver import Connection, border
from shared.postgres import connect

logger = logging.getLogger(__name__)

CHANNEL = "ichi"
LONGEST_PAYLOAD = 7_000
"""PostgreSQL takes 7,999 bytes."""
CHECK_SECONDS = 30.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0

# No fact is lost with a notification, so its commit waits for neither disk nor standby.
HURRY = "SET synchronous_commit = off"
NOTIFY = "SELECT pg_notify($1, $2)"
ALIVE = "SELECT"


class Notifier:
    """Sends the names of logs after their commits; whoever publishes never waits for it."""

    def __init__(self, url: str) -> None:
        """The login of `url` needs no role."""
        self.pid = 0
        """The server's process that sends ours, so that we need not hear ourselves."""
        self._url = url
        self._logs: set[str] = set()
        self._some = asyncio.Event()

    def published(self, logs: Iterable[str]) -> None:
        """Send these names soon; those that gather while a message is under way go as the next."""
        self._logs.update(logs)
        self._some.set()

    async def run(self) -> None:
        """Send for ever; what could not be sent goes with a later message."""
        await _for_ever(self._url, self._send)

    async def _send(self, connection: Connection, _lost: asyncio.Event) -> None:
        await connection.execute(HURRY)
        self.pid = connection.get_server_pid()
        while True:
            await self._some.wait()
            logs, self._logs = self._logs, set()
            self._some.clear()
            try:
                await connection.execute(NOTIFY, CHANNEL, payload_of(logs))
            except BaseException:
                self.published(logs)
                raise


async def listen(
    url: str, connected: Callable[[], None], told: Callable[[int, list[str]], None]
) -> None:
    """Listen for ever.

    `connected` is called for each new connection: something may have been missed before. `told` is
    called with the server's process that spoke and the names of logs; none: look everywhere.
    """

    def hear(_connection: object, pid: int, _channel: str, payload: object) -> None:
        told(pid, str(payload).split(",") if payload else [])

    async def use(connection: Connection, lost: asyncio.Event) -> None:
        await connection.add_listener(CHANNEL, hear)
        connected()
        while not lost.is_set():
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    await lost.wait()
            except TimeoutError:  # speak: a peer that went without a word answers no more
                await connection.execute(ALIVE)

    await _for_ever(url, use)


def payload_of(logs: Iterable[str]) -> str:
    """The names of the logs, or nothing where they are too many for one message."""
    payload = ",".join(sorted(logs))
    return payload if len(payload) <= LONGEST_PAYLOAD else ""


async def _for_ever(url: str, use: Callable[[Connection, asyncio.Event], Awaitable[None]]) -> None:
    """Use a connection, made anew when it is lost; `use` also gets what is set then."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            with border():
                connection = await _connect(url)
                pause = FIRST_PAUSE_SECONDS
                lost = asyncio.Event()
                connection.add_termination_listener(lambda _, lost=lost: lost.set())
                try:
                    await use(connection, lost)
                finally:
                    connection.terminate()
        except Exception:
            logger.exception("no way to other processes: readers look by themselves meanwhile")
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


async def _connect(url: str) -> Connection:
    """Connect; who is told to stop on the way leaves no half-open connection behind."""
    connecting = asyncio.create_task(connect(url))
    try:
        return await asyncio.shield(connecting)
    except asyncio.CancelledError:
        with suppress(Exception):
            (await connecting).terminate()
        raise
