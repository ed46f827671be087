"""The one door: authority → already stored? → expected → admit → append, many requests a flush."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from shared import driver, eventlog
from shared.admission import Admission, Standing
from shared.domain.base import JAPAN
from shared.driver import Connection, Pool, PooledConnection
from shared.envelope import Proposal, parse
from shared.errors import Diverged, IchiError, NotFound, Unavailable
from shared.eventlog import Appended, ClockAhead, Receipt
from shared.judging import Flight, Request, gathered, judge
from shared.standings import Standings, advance, read_kin

MOST_WAITING = 2_000
MOST_WAITING_BYTES = 64 << 20
SURE_AT_ONCE = 3
RELEASED_WITHIN = 5.0  # seconds


def now() -> datetime:
    """This process's clock; the database compares it with its own."""
    return datetime.now(UTC)


def nobody(_logs: Iterable[str]) -> None:
    """Tell nobody what was published: readers poll."""


class Busy(Unavailable):
    message = "ただいま記録が混み合っています。数秒おいて、もう一度送ってください"


class Closed(Unavailable):
    message = "サーバーを止めているところです。しばらくしてから、もう一度送ってください"


class Door:
    """Publishes into logs, whoever asks: a form, a phone, an import, another ward's system.

    There are two ways in. The quick one judges all that waits by the standings in memory and
    appends it in one statement over all logs, one flush at a time. Nothing is written of a log that
    is not where its standing is, so what is stored was judged by all that stands before it. The
    quick way refuses nobody: it cannot know whether a fact it would refuse is stored already. The
    sure way, for one log at a time, locks the head, reads what is missing, decides and writes in
    one transaction: for cold and contended logs, corrections, retries and refusals.
    """

    def __init__(
        self,
        pool: Pool,
        clock: Callable[[], datetime] = now,
        node: str | None = None,
        published: Callable[[Iterable[str]], None] = nobody,
    ) -> None:
        """`pool` connects as the writer role; `node` is ours (None: whatever the log's is).

        `published` is told the logs of each flush once it is durable.
        """
        self._pool = pool
        self._clock = clock
        self._node = node
        self._published = published
        self._standings = Standings()
        self._quick: deque[Request] = deque()
        self._sure: dict[str, deque[Request]] = {}
        self._slots = asyncio.Semaphore(SURE_AT_ONCE)
        self._connection: PooledConnection | None = None
        self._flushing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting = self._waiting_bytes = 0
        self._closed = False

    async def __aenter__(self) -> Self:
        """Open from the beginning; the pool must stay open until the door is closed."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Refuse what comes now, let what waits go through, and give the connection back."""
        self._closed = True
        while self._tasks:
            await asyncio.wait(self._tasks)
        self._give_back()
        await asyncio.gather(*self._tasks)

    async def publish(
        self, log: str, content_type: str, body: bytes, actor: UUID, expected: int | None = None
    ) -> list[Receipt]:
        """Admit and append one CloudEvent or a batch of them, all or nothing.

        `expected` is the position that the sender thinks the log is at. The same id and bytes again
        get the first receipt. Raises `Malformed` 400, `NotYours` 403, `NotFound` 404, `Conflict`
        409, `TooLarge` 413, `WrongMediaType` 415, `Refused` and `ReusedId` 422, `Unavailable` 503;
        each with a JSON pointer into what was sent.
        """
        return await self.admit(log, parse(log, content_type, body), actor, expected)

    async def admit(
        self, log: str, proposals: Sequence[Proposal], actor: UUID, expected: int | None = None
    ) -> list[Receipt]:
        """The same for facts from our own hand.

        Cancelling the caller harms no other's request, and says nothing of its own: what is already
        on its way may be stored.
        """
        request = Request(log, proposals, actor, expected)
        if self._closed:
            raise Closed
        if self._waiting >= MOST_WAITING or (
            self._waiting and self._waiting_bytes + request.bytes > MOST_WAITING_BYTES
        ):
            raise Busy
        self._waiting += 1
        self._waiting_bytes += request.bytes
        try:
            self._take(request)
            return await request.answer
        finally:
            self._waiting -= 1
            self._waiting_bytes -= request.bytes

    def _take(self, request: Request) -> None:
        if (waiting := self._sure.get(request.log)) is not None:
            waiting.append(request)
        elif request.surely or self._standings.get(request.log) is None:
            self._sure[request.log] = deque([request])
            self._start(self._settle(request.log))
        else:
            self._quick.append(request)
            if not self._flushing:
                self._flushing = True
                self._start(self._flush_all())

    def _take_surely(self, requests: Iterable[Request]) -> None:
        for request in requests:
            request.surely = True
            self._take(request)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def _today(self) -> date:
        return self._clock().astimezone(JAPAN).date()

    async def _flush_all(self) -> None:
        # Half of all who wait: while one half is on its way, the other gets ready. Callers that
        # each wait for an answer would else all be on their way together, and then all here.
        while requests := gathered(self._quick, most=max(1, self._waiting // 2)):
            try:
                await self._flush(requests)
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
                for request in requests:
                    request.refuse(error)
        self._flushing = False

    async def _flush(self, requests: Sequence[Request]) -> None:
        by_log: dict[str, list[Request]] = defaultdict(list)
        for request in requests:
            by_log[request.log].append(request)
        flights = [
            flight for log in sorted(by_log) if (flight := self._judge_quickly(log, by_log[log]))
        ]
        if not flights:
            return
        try:
            with driver.border():
                connection = await self._own_connection()
                parts = [flight.part for flight in flights]
                outcomes = await eventlog.append(connection, parts, self._clock())
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            self._standings.drop(by_log)  # what became of the COMMIT is unknown
            for flight in flights:
                if isinstance(error, Unavailable):
                    flight.fail(error)
                else:
                    self._take_surely(flight.requests)
            self._give_back()
            return
        self._land(flights, outcomes)

    def _land(self, flights: Sequence[Flight], outcomes: Sequence[Appended]) -> None:
        stored = []
        for flight, appended in zip(flights, outcomes, strict=True):
            match appended.outcome:
                case "stored":
                    stored.append(flight.log)
                    flight.land(appended.receipts)
                    if self._standings.get(flight.log) is flight.standing:
                        self._standings.put(flight.standing)
                case "ahead":
                    flight.fail(ClockAhead())
                case _:
                    self._take_surely(flight.requests)
        if stored:
            self._published(stored)

    def _judge_quickly(self, log: str, requests: Sequence[Request]) -> Flight | None:
        standing = self._standings.get(log)
        if standing is None or log in self._sure:
            for request in requests:
                self._take(request)
            return None
        flight = Flight(log, standing, Admission(standing))
        today = self._today
        for request in requests:
            try:
                flight.add(request, judge(flight.trial, request, today, self._node, {}))
            except Exception:  # noqa: BLE001 - what is the matter, the sure way will tell
                self._take_surely([request])
        return flight if flight.requests else None

    async def _settle(self, log: str) -> None:
        waiting = self._sure[log]
        while requests := gathered(waiting):
            async with self._slots:
                await self._settle_together(log, requests)
            if not any(request.surely for request in waiting):
                break
        del self._sure[log]
        for request in waiting:
            self._take(request)

    async def _settle_together(self, log: str, requests: Sequence[Request]) -> None:
        try:
            with driver.border():
                await self._settle_some(log, requests)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            self._standings.drop([log])
            if isinstance(error, NotFound | Unavailable) or len(requests) == 1:
                for request in requests:
                    request.refuse(error)
                return
            for request in requests:  # one that the database cannot take fails alone
                await self._settle_together(log, [request])

    async def _settle_some(self, log: str, requests: Sequence[Request]) -> None:
        standing = self._standings.get(log)
        if standing is None:
            standing = Standing(log)
            await advance(self._pool, standing)
        async with self._pool.acquire() as connection, connection.transaction():
            head = await eventlog.lock_head(connection, log)
            await advance(connection, standing)
            if (head.position, head.hash) != (standing.position, standing.hash):
                raise Diverged
            proposals = [proposal for request in requests for proposal in request.proposals]
            ids = [proposal.id for proposal in proposals]
            stored = {e.id: e for e in await eventlog.read_ids(connection, log, ids)}
            named = {event for request in requests for event in request.named}
            subjects = {proposal.fact.subject for proposal in proposals}
            about = await read_kin(connection, log, subjects, named) if named else None
            flight = Flight(log, standing, Admission(standing, about))
            refused: list[tuple[Request, IchiError]] = []
            for request in requests:
                try:
                    drafts = judge(flight.trial, request, self._today, self._node, stored)
                    flight.add(request, drafts)
                except IchiError as error:
                    refused.append((request, error))
            receipts = await self._append_surely(connection, flight)
        flight.land(receipts, stored)
        self._standings.put(standing)
        for request, why in refused:
            request.refuse(why)
        if receipts:
            self._published([log])

    async def _append_surely(self, connection: Connection, flight: Flight) -> Sequence[Receipt]:
        if not flight.part.drafts:
            if flight.requests:
                await eventlog.confirm_stored(connection)
            return ()
        (appended,) = await eventlog.append(connection, [flight.part], self._clock())
        if appended.outcome != "stored":
            raise ClockAhead
        return appended.receipts

    async def _own_connection(self) -> PooledConnection:
        """One connection kept from flush to flush: to give it back costs a round trip."""
        if self._connection is not None and self._connection.is_closed():
            self._give_back()
        if self._connection is None:
            self._connection = await self._pool.acquire()
        return self._connection

    def _give_back(self) -> None:
        """Let go of it; the pool cancels what it is still at, cleans it up or throws it away."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._start(self._release(connection))

    async def _release(self, connection: PooledConnection) -> None:
        with suppress(Exception):  # a broken one has nothing more to say
            await self._pool.release(connection, timeout=RELEASED_WITHIN)
