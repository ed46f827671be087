"""What every command needs: settings, databases, pools, and plain words when something fails."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar
from uuid import UUID

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from shared import eventlog
from shared.domain.base import JAPAN, Role
from shared.domain.role import roles_of
from shared.driver import Pool
from shared.errors import BadSetting, IchiError, NotYours
from shared.importing import Importer
from shared.postgres import Urls, database, pool
from shared.projections import discover
from shared.publishing import Door, now
from shared.questions import Projections
from shared.reports.answering import Answers
from shared.settings import Settings, read_settings
from shared.wards import Wards, load_calendar, load_wards

T = TypeVar("T")
REFUSED = 1
POOL_SIZE = 4

errors = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Desk:
    """The open pools of one command, and what stands on them."""

    urls: Urls
    settings: Settings
    wards: Wards
    writer: Pool
    reader: Pool
    projector: Pool
    auth: Pool
    names: Pool
    projections: Projections
    door: Door

    @property
    def answers(self) -> Answers:
        """Reports and figures."""
        return Answers(self.reader, self.names, self.projections, self.wards)

    @property
    def importer(self) -> Importer:
        """Forms into facts."""
        return Importer(self.door, self.reader, self.names, self.wards)

    async def actor(self, log: str, given: UUID | None) -> UUID:
        """Whom a command acts as: `--as`, else a 管理者 of today, who is 事務局 too if possible.

        Raises `NotYours`.
        """
        if given is not None:
            return given
        rights = await eventlog.read_rights(self.reader, log)
        today = now().astimezone(JAPAN).date()
        held = {grant.actor: roles_of(rights, grant.actor, today) for grant in rights.grants}
        admins = [actor for actor, roles in held.items() if Role.ADMIN in roles]
        if not admins:
            raise NotYours("今日の管理者がいません。--as で実行する人を指定してください")
        return next((actor for actor in admins if Role.SECRETARY in held[actor]), admins[0])


def run(work: Callable[[Desk], Awaitable[T]]) -> T:
    """Start or reach the databases, do the work, and leave nothing running."""
    settings = read_settings(os.environ)
    with database(settings) as urls:
        return asyncio.run(_with_desk(urls, settings, work))


async def _with_desk(urls: Urls, settings: Settings, work: Callable[[Desk], Awaitable[T]]) -> T:
    async with desk(urls, settings) as opened:
        return await work(opened)


@asynccontextmanager
async def desk(urls: Urls, settings: Settings) -> AsyncIterator[Desk]:
    """Open every pool, and close them all."""
    async with AsyncExitStack() as stack:

        async def opened(url: str, role: str) -> Pool:
            return await stack.enter_async_context(await pool(url, role, size=POOL_SIZE))

        writer = await opened(urls.application, "ichi_writer")
        yield Desk(
            urls,
            settings,
            load_wards(settings.wards),
            writer,
            await opened(urls.application, "ichi_reader"),
            await opened(urls.application, "ichi_projector"),
            await opened(urls.application, "ichi_auth"),
            await opened(urls.names, "none"),
            discover(load_calendar(settings.holidays)),
            await stack.enter_async_context(Door(writer, node=settings.node)),
        )


def owner_url(urls: Urls) -> str:
    """The owner's address; raises `BadSetting` where only the application's is set."""
    if urls.owner is None:
        raise BadSetting("ICHI_OWNER_URL", "この命令にはデータベースの所有者としての場所が必要です")
    return urls.owner


def progress() -> Progress:
    """A bar for long work, on stderr so that output stays clean."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
    )


class Commands(click.Group):
    """A group whose commands end in plain words and an exit code, never in a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command; what goes wrong on purpose is told in one line."""
        try:
            return super().invoke(ctx)
        except IchiError as error:
            fail(error.message)
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(0)


def fail(message: str) -> NoReturn:
    """Say what is wrong and leave with exit code 1."""
    click.echo(message, err=True)
    sys.exit(REFUSED)


def write_out(data: bytes, output: str | None) -> None:
    """Write to a file, or to standard output."""
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        with open(output, "wb") as file:  # noqa: PTH123 - a name that a person typed
            file.write(data)
    except OSError as error:
        fail(f"{output} に書き込めません（{error.strerror}）")


def read_in(path: str) -> bytes:
    """Read a file, or standard input for `-`."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a name that a person typed
            return file.read()
    except OSError as error:
        fail(f"{path} を読めません（{error.strerror}）")
