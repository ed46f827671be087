"""Commands about trust: verify, key."""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import click

from services.cli.common import REFUSED, Desk, fail, progress, run
from shared import eventlog
from shared.exporting import export as export_log
from shared.notary import Notary
from shared.settings import read_settings
from shared.signing import load_signer
from shared.verifying import Verdict
from shared.verifying import verify as verify_log


@click.command()
@click.option("--log", "name", help="この台帳だけ。省くと、すべての台帳です。")
@click.option(
    "--export",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="確かめた台帳を、市（いち）がなくても確かめられるファイルに書き出します。",
)
@click.pass_context
def verify(context: click.Context, name: str | None, file: Path | None) -> None:
    """台帳が書き換えられていないことを確かめます（問題があれば終了コード 1）。"""
    sound = run(lambda desk: _verify(desk, name, None)) if file is None else _into(file, name)
    if not sound:
        context.exit(REFUSED)


@click.command()
def key() -> None:
    """このサーバーの署名を確かめるための公開鍵を表示します。"""
    settings = read_settings(os.environ)
    click.echo(load_signer(settings.keys, settings.node).public.vkey)


def _into(file: Path, name: str | None) -> bool:
    """Export under another name first: the file is there whole, or not at all."""
    new = file.with_name(f"{file.name}.new")
    try:
        try:
            with new.open("wb") as opened:
                sound = run(lambda desk: _verify(desk, name, opened))
            if sound:
                new.replace(file)
        finally:
            with suppress(FileNotFoundError):
                new.unlink()
    except OSError as error:
        fail(f"{file} に書き込めません（{error.strerror}）")
    return sound


async def _verify(desk: Desk, name: str | None, file: BinaryIO | None) -> bool:
    notary = Notary(desk.settings, desk.reader)
    if name is None:
        heads = await eventlog.list_heads(desk.projector)
        chosen = sorted({head.log for head in heads} | {*notary.notes.logs()})
    else:
        chosen = [desk.wards.log_name(name)]
    sound = True
    with progress() as bar:
        for log in chosen:
            task = bar.add_task(log, total=None)

            def show(position: int, head: int, task: object = task) -> None:
                bar.update(task, completed=position, total=head)  # type: ignore[arg-type]

            if file is None:
                verdict = await verify_log(desk.reader, log, notary, show)
            else:
                verdict = await export_log(desk.reader, log, notary, file, show)
            sound = sound and verdict.why is None
            _tell(verdict)
    return sound


def _tell(verdict: Verdict) -> None:
    if verdict.bad is not None:
        click.echo(f"{verdict.log}: {verdict.bad}件目が正しくありません。{verdict.why}", err=True)
    elif verdict.why is not None:
        click.echo(f"{verdict.log}: {verdict.why}", err=True)
    else:
        signed = (
            "署名付きの控えはまだありません"
            if verdict.signed is None
            else f"{verdict.signed}件目の署名付きの控えとも合っています"
        )
        all_ = f"{verdict.position}件すべて確かめました（{verdict.hash}）"
        click.echo(f"{verdict.log}: {all_}。{signed}")
