"""Commands that start processes: serve, demo, migrate."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import click
import uvicorn
from litestar import Litestar

from services.cli import demonstration
from services.cli.common import desk, fail
from services.projector.checkpoints import signing
from services.projector.loop import projecting
from services.ward.app import ward_app, ward_of
from shared.postgres import Urls, configured, database
from shared.postgres import migrate as migrate_databases
from shared.projections import discover
from shared.settings import Settings, read_settings
from shared.wards import load_calendar

STOPPED_BY_A_SIGNAL = 128
STOP_WITHIN_SECONDS = 10
CUT_AFTER_MS = 30_000
COLLECT_AFTER = 20_000


@click.command()
def migrate() -> None:
    """データベースを新しい形にします（内蔵のデータベースでは自動です）。"""
    settings = read_settings(os.environ)
    if settings.database_url is None:
        with database(settings):
            click.echo("内蔵のデータベースは最新です。")
        return
    migrate_databases(configured(settings))
    click.echo("データベースを最新にしました。")


@click.command()
@click.option("--host", help="待ち受けるアドレス（初めは ICHI_HOST）。")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="待ち受けるポート（初めは ICHI_PORT）。"
)
def serve(host: str | None, port: int | None) -> None:
    """サービスを始めます。Ctrl-C で終わります。"""
    settings = read_settings(os.environ)
    with stopped_by_signals(), database(settings) as urls:
        asyncio.run(_serve(urls, settings, host or settings.host, port))


async def _serve(urls: Urls, settings: Settings, host: str, port: int | None) -> None:
    with listening(host, settings.port if port is None else port) as listener:
        async with running(urls, settings, listener) as server:
            click.echo(f"始まりました: {address(listener)}/schema （Ctrl-C で終わります）")
            await server


@click.command()
def demo() -> None:
    """試してみる: 様式を取り込み、記録を一つ加え、報告が変わるところを見ます。"""
    settings = read_settings(
        {name: os.environ.get(name, "") for name in ("ICHI_DATA", "ICHI_PORT")}
    )
    with stopped_by_signals(), database(settings) as urls:
        asyncio.run(_demo(urls, settings))


async def _demo(urls: Urls, settings: Settings) -> None:
    mark = demonstration.Mark(settings.data)
    async with desk(urls, settings) as opened:
        secret = await demonstration.prepare(opened, mark)
    with listening(settings.host, settings.port, or_another=True) as listener:
        async with running(urls, settings, listener) as server:
            await asyncio.to_thread(demonstration.show, address(listener), secret)
            await server


@asynccontextmanager
async def running(
    urls: Urls, settings: Settings, listener: socket.socket
) -> AsyncIterator["asyncio.Task[None]"]:
    """Ward and projector in one process; yields, once requests are answered, what ends with it."""
    wake = asyncio.Event()
    application = ward_app(urls, settings, published=wake.set)
    config = uvicorn.Config(
        application,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=STOP_WITHIN_SECONDS,
    )
    server = Server(config, application)
    projections = discover(load_calendar(settings.holidays))
    async with projecting(urls, projections, wake), signing(urls, settings):
        # What is there by now stays: the collector need not look at it again and again, nor after
        # every few hundred of the facts that pass through.
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)
        task = asyncio.create_task(server.serve([listener]))
        try:
            while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event
                await asyncio.sleep(0.01)
            yield task
        finally:
            server.should_exit = True
            with suppress(asyncio.CancelledError):
                await task


class Server(uvicorn.Server):
    """Ends what stays open before it waits for open connections to end."""

    def __init__(self, config: uvicorn.Config, ward: Litestar) -> None:
        super().__init__(config)
        self._ward = ward

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: uvicorn calls it, whatever the reason."""
        ward_of(self._ward.state).hub.close()
        await super().shutdown(sockets)


@contextmanager
def listening(host: str, port: int, *, or_another: bool = False) -> Iterator[socket.socket]:
    """Hold the port from the start, so that nobody takes it while we get ready.

    The protocol is named because asyncio sets TCP_NODELAY on sockets that say they are TCP, and on
    no others: without it every answer waits 40 ms for the other side's delayed acknowledgement.
    A connection whose other side takes nothing is cut by the system: a server that closes it would
    wait for ever to get rid of what it has sent.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform == "linux":
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, CUT_AFTER_MS)
        try:
            listener.bind((host, port))
        except OSError as error:
            if not or_another:
                fail(f"{host} のポート {port} を使えません（{error.strerror}）。--port で変更を")
            listener.bind((host, 0))
        yield listener


def address(listener: socket.socket) -> str:
    """Where a browser finds it."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM unwind everything, the embedded server too, without a trace.

    uvicorn raises the signal once more when it is done; the default for SIGTERM would end the
    process before the database is stopped.
    """

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(0 if number == signal.SIGINT else STOPPED_BY_A_SIGNAL + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\n終わりました。", err=True)
        sys.exit(0)
    finally:
        signal.signal(signal.SIGTERM, before)
