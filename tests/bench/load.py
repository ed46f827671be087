"""The load: one process, many connections, bounded in time, to the loopback only."""

import asyncio
import time


def load(port: int, path: str, headers: str, connections: int, seconds: float) -> float:
    """Keep the connections busy for a while, from a process of its own; requests per second."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode()
    return asyncio.run(_load(port, request, connections, seconds))


async def _load(port: int, request: bytes, connections: int, seconds: float) -> float:
    until = time.perf_counter() + seconds

    async def one() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        done = 0
        while time.perf_counter() < until:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert head.startswith(b"http/1.1 200"), head
            length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
            done += 1
        writer.close()
        return done

    counts = await asyncio.gather(*(one() for _ in range(connections)))
    return sum(counts) / seconds
