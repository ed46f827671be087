"""A wire between the door and its server that breaks when it is told to."""

import asyncio
import tempfile
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Literal
from urllib.parse import parse_qs, quote, urlsplit

import msgspec

from shared.embedded import SOCKET

CHUNK = 65_536

Way = Literal["asked", "answered"]


class Cut(msgspec.Struct, frozen=True):
    """Where the wire breaks: at which piece from now on, and how much of it still gets through.

    A question of which nothing gets through never reached the server; one that gets through whole
    is worked at while nobody is there any more.
    """

    way: Way
    piece: int
    share: float
    silent: bool = False
    """Nobody is told: the wire stays open, and nothing comes through any more."""


def a_cut(chance: Random) -> Cut:
    """Any moment around an append."""
    way: Way = chance.choice(("asked", "answered", "answered"))
    return Cut(way, chance.choice((0, 0, 0, 0, 1, 2, 4, 7)), chance.choice((0, 0.5, 1)))


class Wire:
    """Carries every connection to a server's socket, until the cut that comes next."""

    def __init__(self, server: Path) -> None:
        self.cuts = 0
        self._server = server
        self._next: Cut | None = None
        self._pieces = {"asked": 0, "answered": 0}
        self._writers: set[StreamWriter] = set()

    def break_at(self, cut: Cut | None) -> None:
        """Break there, instead of where it was told before; None: nowhere."""
        self._next = cut
        self._pieces = {"asked": 0, "answered": 0}

    async def carry(self, near: StreamReader, back: StreamWriter) -> None:
        """One connection, both ways, to its end."""
        far, forth = await asyncio.open_unix_connection(self._server)
        self._writers |= {back, forth}
        try:
            await asyncio.gather(
                self._pass(near, forth, "asked", back), self._pass(far, back, "answered", forth)
            )
        finally:
            for writer in (back, forth):
                with suppress(OSError):
                    await writer.wait_closed()
            self._writers -= {back, forth}

    async def close(self) -> None:
        """Break every connection that is left, and wait until nothing is."""
        for writer in [*self._writers]:
            writer.transport.abort()
        while self._writers:  # noqa: ASYNC110 - a test's end
            await asyncio.sleep(0.01)

    async def _pass(
        self, source: StreamReader, target: StreamWriter, way: Way, other: StreamWriter
    ) -> None:
        with suppress(OSError):
            while piece := await source.read(CHUNK):
                cut = self._due(way)
                target.write(piece if cut is None else piece[: round(len(piece) * cut.share)])
                await target.drain()
                if cut is not None and cut.silent:
                    while await source.read(CHUNK):
                        pass
                if cut is not None:
                    break
        for writer in (target, other):
            writer.close()

    def _due(self, way: Way) -> Cut | None:
        cut = self._next
        if cut is None or cut.way != way:
            return None
        self._pieces[way] += 1
        if self._pieces[way] <= cut.piece:
            return None
        self._next = None
        self.cuts += 1
        return cut


@asynccontextmanager
async def wire_to(url: str) -> AsyncIterator[tuple[Wire, str]]:
    """A wire to the server of a URL with a socket's folder, and the URL by which to go over it."""
    (folder,) = parse_qs(urlsplit(url).query)["host"]
    wire = Wire(Path(folder) / SOCKET)
    with tempfile.TemporaryDirectory() as here:
        server = await asyncio.start_unix_server(wire.carry, Path(here) / SOCKET)
        async with server:
            yield wire, url.replace(quote(folder, safe=""), quote(here, safe=""))
            await wire.close()
