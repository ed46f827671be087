"""Commands about logs: open, list, resume, freshness, rebuild."""

from uuid import UUID

import click

from services.cli.common import Desk, owner_url, progress, run
from shared import eventlog, projecting, tree
from shared.errors import NotFound
from shared.eventlog import Head
from shared.freshness import freshness as look
from shared.ids import new_id
from shared.opening import create_log
from shared.postgres import connect

NO_LOGS = "台帳はまだありません。「ichi log create hodogaya」のように開いてください。"


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
            click.echo(NO_LOGS)
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


async def _chosen(desk: Desk, name: str | None) -> list[Head]:
    heads = await eventlog.list_heads(desk.projector)
    wanted = None if name is None else desk.wards.log_name(name)
    chosen = [head for head in heads if wanted in {None, head.log}]
    if wanted is not None and not chosen:
        raise NotFound("この台帳はありません。「ichi log list」で確認してください")
    return chosen


@click.command("freshness")
@click.option("--log", "name", help="この台帳だけ。省くと、すべての台帳です。")
def freshness(name: str | None) -> None:
    """答えが台帳からどれだけ遅れているかを、集計ごとに表にします。"""

    async def work(desk: Desk) -> None:
        chosen = await _chosen(desk, name)
        if not chosen:
            click.echo(NO_LOGS)
            return
        click.echo(
            "台帳\t集計\t済み\t全体\t遅れ\t知らない種類\t飛ばした記録\t失敗した年度\t作り直し中"
        )
        for head in chosen:
            for each in await look(desk.projector, desk.projections, head.log):
                building = "" if each.building is None else f"{each.building}件"
                click.echo(
                    f"{head.log}\t{each.question}\t{each.position}件\t{each.head}件"
                    f"\t{each.events}件・{each.seconds:.1f}秒\t{each.not_understood}件"
                    f"\t{each.skipped}件\t{each.unanswered}\t{building}"
                )

    run(work)


@click.command()
@click.option("--log", "name", help="この台帳だけ。省くと、すべての台帳です。")
def rebuild(name: str | None) -> None:
    """台帳から、答え（報告・数・注意）と証明のための木を作り直します。"""

    async def work(desk: Desk) -> None:
        chosen = await _chosen(desk, name)
        await projecting.claim(desk.projector, desk.projections)
        with progress() as bar:
            for head in chosen:
                task = bar.add_task(head.log, total=head.position)

                def show(position: int, task: object = task) -> None:
                    bar.update(task, completed=position)  # type: ignore[arg-type]

                await projecting.rebuild(desk.projector, desk.projections, head.log, show)
                await tree.rebuild(desk.projector, head.log)
        click.echo(f"{len(chosen)} 個の台帳の答えを作り直しました。")

    run(work)
