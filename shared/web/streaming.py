"""Answers that stay open: ended when the reader goes away or takes nothing."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractContextManager, aclosing
from typing import Any, TypeVar

from litestar import Litestar, Request, Response
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Scope, Send

logger = logging.getLogger(__name__)

MEDIA_TYPE = "text/event-stream"
HEADERS = {"X-Accel-Buffering": "no"}
"""A proxy in front must pass each event on at once."""
PATIENCE_SECONDS = 30.0

T = TypeVar("T")


class EventStream(Response[bytes]):
    """Server-Sent Events, made one chunk after the other as the reader takes them."""

    def __init__(
        self,
        chunks: AsyncGenerator[bytes, None],
        place: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """`place` is held while the stream is open; what it raises is the answer instead."""
        super().__init__(b"")
        self._chunks = chunks
        self._place = place

    def to_asgi_response(
        self,
        app: Litestar | None,  # noqa: ARG002 - the framework's signature
        request: Request[Any, Any, Any],  # noqa: ARG002
        **_given: Any,  # noqa: ANN401
    ) -> ASGIResponse:
        """What the framework sends."""
        return _Sending(self._chunks, self._place)


class _Sending(ASGIStreamingResponse):
    def __init__(
        self,
        chunks: AsyncGenerator[bytes, None],
        place: Callable[[], AbstractContextManager[None]],
    ) -> None:
        super().__init__(iterator=chunks, media_type=MEDIA_TYPE, headers=HEADERS)
        self._chunks = chunks
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._place():
            await super().__call__(scope, receive, send)

    async def send_body(self, send: Send, receive: Receive) -> None:
        """Send chunk by chunk until they end, the reader is gone, or it takes nothing."""
        async with aclosing(self._chunks):
            await while_there(receive, self._send(send))

    async def _send(self, send: Send) -> None:
        """The server takes a chunk once the reader has taken the one before: nothing piles up."""
        async for chunk in self._chunks:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            except TimeoutError:
                logger.info("a reader took nothing for %d s", PATIENCE_SECONDS)
                return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def while_there(receive: Receive, work: Coroutine[Any, Any, T]) -> T | None:
    """Do the work while the client is there; None when it has gone before the end."""
    working = asyncio.create_task(work)
    going = asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({working, going}, return_when=asyncio.FIRST_COMPLETED)
        return await working if working.done() else None
    finally:
        working.cancel()
        going.cancel()
        await asyncio.gather(working, going, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
