"""Follow a log: be woken by what is published, here or by another process, and read it in order."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from shared import eventlog
from shared.driver import Pool
from shared.errors import Conflict, Unavailable
from shared.eventlog import Entry
from shared.notifying import Notifier, listen

LOOK_EVERY_SECONDS = 2.0
"""A wake-up may be lost with its connection: every reader also looks by itself."""
MOST_FOLLOWERS = 200


class TooManyFollowers(Unavailable):
    message = "続きを待つ接続が今は多すぎます。少し待ってから、もう一度つないでください"
    retry_after = 5


class BeyondTheHead(Conflict):
    """A reader of a log that was restored from a backup may be ahead of it."""

    message = (
        "読み終えたという件数まで、台帳に記録がありません。台帳が復元された可能性があります。"
        "手もとの記録と見比べて、読み直す位置を決めてください"
    )


class Hub:
    """Wakes the readers of this process; no entry passes through it, and nothing is queued."""

    def __init__(self, notifier: Notifier, changed: Callable[[], None]) -> None:
        """`changed` is called at every wake-up, whichever log it is about."""
        self.closing = False
        self._notifier = notifier
        self._changed = changed
        self._watches: dict[str, set[asyncio.Event]] = {}
        self._followers = 0

    def published(self, logs: Iterable[str]) -> None:
        """Wake the readers of these logs, and tell other processes; for after the commit."""
        names = [*logs]
        self.wake(names)
        self._notifier.published(names)

    def told(self, pid: int, logs: list[str]) -> None:
        """Take in what another process published."""
        if pid == self._notifier.pid:
            return  # our own: its readers are awake already
        if logs:
            self.wake(logs)
        else:
            self.wake_all()

    def wake(self, logs: Iterable[str]) -> None:
        """Wake the readers of these logs in this process."""
        for log in logs:
            for woken in self._watches.get(log, ()):
                woken.set()
        self._changed()

    def wake_all(self) -> None:
        """Wake every reader: anything may have been published."""
        self.wake([*self._watches])

    def close(self) -> None:
        """End all waiting, now and later: the process is about to stop."""
        self.closing = True
        self.wake_all()

    @contextmanager
    def place(self) -> Iterator[None]:
        """One of the places of those who wait; raises `TooManyFollowers`."""
        if self._followers >= MOST_FOLLOWERS:
            raise TooManyFollowers
        self._followers += 1
        try:
            yield
        finally:
            self._followers -= 1

    @contextmanager
    def reader(
        self, pool: Pool, log: str, after: int, kind: str | None = None
    ) -> Iterator["Reader"]:
        """A reader of what stands after a position; `kind` leaves only that type."""
        woken = asyncio.Event()
        watches = self._watches.setdefault(log, set())
        watches.add(woken)
        try:
            yield Reader(self, pool, log, after, kind, woken)
        finally:
            watches.discard(woken)
            if not watches:
                del self._watches[log]


class Reader:
    """One reader's place in one log: each entry after it is given once, in order."""

    def __init__(  # noqa: PLR0913, PLR0917 - where it reads, what, and who wakes it
        self,
        hub: Hub,
        pool: Pool,
        log: str,
        after: int,
        kind: str | None,
        woken: asyncio.Event,
    ) -> None:
        self.position = after
        """Up to here everything of the type asked for was given."""
        self._hub = hub
        self._pool = pool
        self._log = log
        self._kind = kind
        self._woken = woken

    async def page(self, limit: int, within: float) -> list[Entry]:
        """The next entries, as soon as there are any; none when time (seconds) is up.

        Raises `Unavailable`.
        """
        until = time.monotonic() + within
        while True:
            self._woken.clear()  # before looking: what is published meanwhile sets it again
            page = await self._look(limit)
            left = until - time.monotonic()
            if page or left <= 0 or self._hub.closing:
                return page
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, LOOK_EVERY_SECONDS)):
                    await self._woken.wait()

    async def require_reached(self) -> None:
        """Raise `BeyondTheHead` where the log does not hold what the reader says it has read."""
        if (await eventlog.read_head(self._pool, self._log)).position < self.position:
            raise BeyondTheHead

    async def _look(self, limit: int) -> list[Entry]:
        """One page; whoever wants one type gets past the others, so none is looked at twice.

        The head is read before the page, so the page was looked for at least up to there.
        """
        seen = 0
        if self._kind is not None:
            seen = (await eventlog.read_head(self._pool, self._log)).position
        page = await eventlog.read_page(self._pool, self._log, self.position, limit, self._kind)
        full = len(page) == limit
        self.position = max(self.position, page[-1].position if page else 0, 0 if full else seen)
        return page


@asynccontextmanager
async def following(url: str, changed: Callable[[], None]) -> AsyncIterator[Hub]:
    """A hub that hears other processes and is heard by them while the context is open.

    It starts without its connections and goes on when they are lost: readers look by themselves.
    """
    notifier = Notifier(url)
    hub = Hub(notifier, changed)
    tasks = [
        asyncio.create_task(notifier.run()),
        asyncio.create_task(listen(url, hub.wake_all, hub.told)),
    ]
    try:
        yield hub
    finally:
        hub.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
