"""Signs what a log has become, but only if it continues what was signed before."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import cached_property

from shared import eventlog, tree
from shared.checkpoint import Checkpoint, Newest, origin_of, parse
from shared.driver import Pool
from shared.errors import Diverged
from shared.eventlog import Head
from shared.settings import Settings
from shared.signing import Signer, load_signer

SIGNED_WITHIN = timedelta(seconds=60)


class Notary:
    """Signs with the node's key; `pool` acts as a role that reads logs."""

    def __init__(self, settings: Settings, pool: Pool) -> None:
        """Nothing is read or made before it is needed."""
        self._settings = settings
        self._pool = pool
        self.notes = Newest(settings.checkpoints)

    @cached_property
    def signer(self) -> Signer:
        """The node's key; raises `BadSetting`."""
        return load_signer(self._settings.keys, self._settings.node)

    def newest(self, log: str) -> Checkpoint | None:
        """What was last signed of a log; raises `BadNote`."""
        note = self.notes.read(log)
        return None if note is None else self.checkpoint(log, note)

    def checkpoint(self, log: str, note: str) -> Checkpoint:
        """What this node signed of a log; raises `BadNote`."""
        return parse(self.signer.public.text_of(note), origin_of(self._settings.node, log))

    async def sign(self, log: str) -> str:
        """The note of the log as it is now; it is in its file before anybody gets to see it.

        Raises `Diverged` where the log does not continue what was signed, `NotFound`, `BadSetting`.
        """
        while True:
            before = self.notes.read(log)
            note = await self._next(log, before)
            if note == before or await asyncio.to_thread(self.notes.replace, log, before, note):
                return note

    async def _next(self, log: str, before: str | None) -> str:
        head = await eventlog.read_head(self._pool, log)
        if before is not None:
            signed = self.checkpoint(log, before)
            if (signed.size, signed.chain) == (head.position, head.hash):
                return before
            await self._require_continued(signed, head)
        root = await tree.root_at(self._pool, log, head.position)
        origin = origin_of(self._settings.node, log)
        return self.signer.sign(Checkpoint(origin, head.position, root, head.hash).text)

    async def _require_continued(self, signed: Checkpoint, head: Head) -> None:
        """No entry fewer, and those that were signed unchanged."""
        if signed.size >= head.position:
            raise Diverged
        root = await tree.root_at(self._pool, head.log, signed.size)
        (last,) = await eventlog.read_page(self._pool, head.log, signed.size - 1, 1)
        if (last.position, last.hash, root) != (signed.size, signed.chain, signed.root):
            raise Diverged

    async def unsigned(self) -> list[str]:
        """Logs that are not what was signed, or with an entry unsigned for over a minute.

        Only for a notary whose pool sees all logs.
        """
        heads = await eventlog.list_heads(self._pool)
        return [head.log for head in heads if await self._unsigned(head)]

    async def _unsigned(self, head: Head) -> bool:
        try:
            signed = self.newest(head.log)
        except Diverged:
            return True
        size = 0 if signed is None else signed.size
        if signed is not None and size >= head.position:
            return (size, signed.chain) != (head.position, head.hash)
        entries = await eventlog.read_page(self._pool, head.log, size, 1)
        return not entries or datetime.now(UTC) - entries[0].recorded_at > SIGNED_WITHIN
