"""Commands about logs: open, list, resume, rebuild, verify."""

from uuid import UUID

import click

from services.cli.common import REFUSED, Desk, owner_url, progress, run
from shared import eventlog, projecting
from shared.errors import NotFound
from shared.ids import new_id
from shared.opening import create_log
from shared.postgres import connect
from shared.verifying import verify as verify_log


@click.group()
def log() -> None:
    """台帳を開く・一覧する・再開する（運用担当者）。"""


@log.command()
@click.argument("name")
@click.option("--keeper", help="管理する区または市の6桁コード。省くと、その区自身です。")
@click.option("--admin", type=click.UUID, help="最初の管理者の ID（UUID）。省くと新しく作ります。")
def create(name: str, keeper: str | None, admin: UUID | None) -> None:
    """台帳 NAME（例: 141062-hanbai、hodogaya）を開きます。"""

    async def work(desk: Desk) -> None:
        log_name = desk.wards.log_name(name)
        actor = admin or new_id()
        owner = await connect(owner_url(desk.urls))
        try:
            await create_log(
                owner,
                log_name,
                keeper=keeper or log_name[:6],
                admin=actor,
                node=desk.settings.node,
            )
        finally:
            await owner.close()
        click.echo(f"台帳 {log_name} を開きました。管理者: {actor}")

    run(work)


@log.command("list")
def list_() -> None:
    """台帳を一覧します。"""

    async def work(desk: Desk) -> None:
        heads = await eventlog.list_heads(desk.projector)
        if not heads:
            click.echo("台帳はまだありません。「ichi log create hodogaya」のように開いてください。")
        for head in heads:
            ward = desk.wards.label_of(head.log)
            click.echo(f"{head.log}\t{ward}\t{head.position}件\t{head.recorded_at.isoformat()}")

    run(work)


@log.command()
@click.argument("name")
def resume(name: str) -> None:
    """時計より先へ進んだ台帳を、承知のうえで再開します。"""

    async def work(desk: Desk) -> None:
        owner = await connect(owner_url(desk.urls))
        try:
            until = await eventlog.resume_log(owner, desk.wards.log_name(name))
        finally:
            await owner.close()
        click.echo(
            f"再開しました。{until.isoformat()} までは、記録の時刻がこの時刻のままになります。"
        )

    run(work)


@click.command()
@click.option("--log", "name", help="この台帳だけ。省くと、すべての台帳です。")
def rebuild(name: str | None) -> None:
    """台帳から、答え（報告・数・注意）を作り直します。"""

    async def work(desk: Desk) -> None:
        heads = await eventlog.list_heads(desk.projector)
        wanted = None if name is None else desk.wards.log_name(name)
        chosen = [head for head in heads if wanted in {None, head.log}]
        if wanted is not None and not chosen:
            raise NotFound("この台帳はありません。「ichi log list」で確認してください")
        with progress() as bar:
            for head in chosen:
                task = bar.add_task(head.log, total=head.position)

                def show(position: int, task: object = task) -> None:
                    bar.update(task, completed=position)  # type: ignore[arg-type]

                await projecting.rebuild(desk.projector, desk.projections, head.log, show)
        click.echo(f"{len(chosen)} 個の台帳の答えを作り直しました。")

    run(work)


@click.command()
@click.option("--log", "name", help="この台帳だけ。省くと、すべての台帳です。")
@click.pass_context
def verify(context: click.Context, name: str | None) -> None:
    """台帳が書き換えられていないことを確かめます（問題があれば終了コード 1）。"""

    async def work(desk: Desk) -> bool:
        heads = await eventlog.list_heads(desk.projector)
        wanted = None if name is None else desk.wards.log_name(name)
        chosen = [wanted] if wanted is not None else [head.log for head in heads]
        sound = True
        with progress() as bar:
            for each in chosen:
                task = bar.add_task(each, total=None)

                def show(position: int, head: int, task: object = task) -> None:
                    bar.update(task, completed=position, total=head)  # type: ignore[arg-type]

                verdict = await verify_log(desk.reader, each, show)
                if verdict.bad is None:
                    click.echo(f"{each}: {verdict.position}件すべて確かめました（{verdict.hash}）")
                else:
                    sound = False
                    click.echo(
                        f"{each}: {verdict.bad}件目が正しくありません。{verdict.why}", err=True
                    )
        return sound

    if not run(work):
        context.exit(REFUSED)
