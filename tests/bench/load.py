"""The load: callers at once, bounded in time; over HTTP from a process of its own."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


async def drive(
    payloads: Iterable[T], callers: Sequence[Callable[[T], Awaitable[object]]], seconds: float
) -> float:
    """Calls per second: each caller takes the next payload until time or payloads are over."""
    waiting = iter(payloads)
    began = time.perf_counter()

    async def work(call: Callable[[T], Awaitable[object]]) -> int:
        done = 0
        for payload in waiting:
            await call(payload)
            done += 1
            if time.perf_counter() - began > seconds:
                break
        return done

    done = await asyncio.gather(*(work(call) for call in callers))
    return sum(done) / (time.perf_counter() - began)


def drive_threads(
    payloads: Iterable[T], call: Callable[[T], object], callers: int, seconds: float
) -> float:
    """The same by threads, for a library that blocks."""
    waiting = iter(payloads)
    began = time.perf_counter()

    def work(_number: int) -> int:
        done = 0
        for payload in waiting:
            call(payload)
            done += 1
            if time.perf_counter() - began > seconds:
                break
        return done

    with ThreadPoolExecutor(callers) as threads:
        done = sum(threads.map(work, range(callers)))
    return done / (time.perf_counter() - began)


def load(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> float:
    """Send whole HTTP requests to the loopback over so many connections; requests per second."""
    return asyncio.run(_load(port, requests, connections, seconds))


async def _load(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> float:
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]

    def caller(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Callable[[bytes], Awaitable[None]]:
        async def send(request: bytes) -> None:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert head.startswith(b"http/1.1 20"), head
            length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))

        return send

    rate = await drive(requests, [caller(*streams) for streams in opened], seconds)
    for _, writer in opened:
        writer.close()
    return rate
