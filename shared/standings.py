"""The standings that a process keeps: bounded, read in slices, brought up to date from the log."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from uuid import UUID

from shared import eventlog
from shared.admission import Standing
from shared.driver import Connection, Pool
from shared.eventlog import PAGE, Entry

MOST_LOGS = 1_000
MOST_STATES = 100_000
"""Of all logs together; at a few hundred bytes each, some tens of megabytes."""


class Standings:
    """Least recently used logs drop out; a log that nobody kept is folded from its beginning."""

    def __init__(self, most_logs: int = MOST_LOGS, most_states: int = MOST_STATES) -> None:
        """Nothing kept yet."""
        self._kept: OrderedDict[str, Standing] = OrderedDict()
        self._counted: dict[str, int] = {}
        self._states = 0
        self._most_logs = most_logs
        self._most_states = most_states

    def get(self, log: str) -> Standing | None:
        """What is kept of a log."""
        found = self._kept.get(log)
        if found is not None:
            self._kept.move_to_end(log)
        return found

    def put(self, standing: Standing) -> None:
        """Keep a log, or how it has grown; others drop out, but never this one."""
        states = len(standing.states)
        self._states += states - self._counted.get(standing.log, 0)
        self._counted[standing.log] = states
        self._kept[standing.log] = standing
        self._kept.move_to_end(standing.log)
        while len(self._kept) > 1 and (
            len(self._kept) > self._most_logs or self._states > self._most_states
        ):
            self.drop([next(iter(self._kept))])

    def drop(self, logs: Iterable[str]) -> None:
        """Keep nothing of these: what became of them is unknown, or others need the room."""
        for log in logs:
            if self._kept.pop(log, None) is not None:
                self._states -= self._counted.pop(log)


async def advance(connection: Connection | Pool, standing: Standing) -> None:
    """Fold what the log holds beyond the standing, slice by slice; raises `NotUnderstoodHere`.

    Between slices others have their turn.
    """
    while page := await eventlog.read_page(connection, standing.log, standing.position, PAGE):
        named = {entry.target for entry in page if entry.target is not None}
        about = await read_kin(connection, standing.log, (), named) if named else []
        # From here on nobody else has a turn: a standing is never seen half brought up to date.
        standing.take(page)
        standing.refold([entry for entry in about if entry.position <= standing.position])
        if len(page) < PAGE:
            break
        await asyncio.sleep(0)


async def read_kin(
    connection: Connection | Pool, log: str, subjects: Iterable[str], ids: Iterable[UUID]
) -> list[Entry]:
    """The entries about these subjects or with these ids, their families, and so on.

    Closed under "names", "is named by" and "is about the same subject", in the order of the log.
    """
    asked, wanted = list(ids), set(subjects)
    while True:
        about = await eventlog.read_about(connection, log, wanted, asked)
        further = {entry.subject for entry in about} - wanted
        if not further:
            return about
        wanted |= further
