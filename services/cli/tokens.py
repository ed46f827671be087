"""Commands about tokens: a system's right to one log."""

from datetime import date
from uuid import UUID

import click

from services.cli.common import Desk, run
from shared import eventlog
from shared.auth import tokens
from shared.domain.base import JAPAN, Role
from shared.domain.role import Granted, Withdrawn
from shared.envelope import proposal
from shared.ids import new_id
from shared.publishing import now

ROLES = click.Choice([role.value for role in Role if role not in {Role.STAFF, Role.CITY}])


@click.group()
def token() -> None:
    """システムのためのトークンを作る・取り消す・一覧する。"""


@token.command()
@click.option("--log", "name", required=True, help="台帳の名前または区の呼び名。")
@click.option("--role", "role", type=ROLES, default="secretary", help="役割（初めは事務局）。")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="この日まで有効。")
@click.option("--label", default="", help="何に使うかの覚え書き。")
@click.option("--as", "actor", type=click.UUID, help="実行する人の ID。省くと、台帳の管理者です。")
def create(name: str, role: str, until: object, label: str, actor: UUID | None) -> None:
    """トークンを作り、一度だけ表示します。"""
    last = getattr(until, "date", lambda: None)()

    async def work(desk: Desk) -> None:
        log = desk.wards.log_name(name)
        admin = await desk.actor(log, actor)
        secret = await make(desk, log, admin, Role(role), label, last)
        click.echo(secret)
        click.echo("このトークンは二度と表示されません。控えてください。", err=True)

    run(work)


async def make(  # noqa: PLR0913, PLR0917 - what a token is
    desk: Desk, log: str, admin: UUID, role: Role, label: str, until: date | None = None
) -> str:
    """Grant the role to a new actor and make its token; returns the secret."""
    system = new_id()
    today = now().astimezone(JAPAN).date()
    granted = Granted(system, role, today, until)
    await desk.door.admit(log, [proposal(new_id(), granted)], admin)
    return await tokens.create(desk.auth, log, system, label)


@token.command()
@click.argument("system", metavar="ID", type=click.UUID)
@click.option("--log", "name", required=True, help="台帳の名前または区の呼び名。")
@click.option("--as", "actor", type=click.UUID, help="実行する人の ID。省くと、台帳の管理者です。")
def revoke(system: UUID, name: str, actor: UUID | None) -> None:
    """ID（token list に出るもの）のトークンを取り消します。"""

    async def work(desk: Desk) -> None:
        log = desk.wards.log_name(name)
        admin = await desk.actor(log, actor)
        await tokens.revoke(desk.auth, log, system)
        rights = await eventlog.read_rights(desk.reader, log)
        withdrawn = [
            Withdrawn(system, grant.role, grant.vendor)
            for grant in rights.grants
            if grant.actor == system
        ]
        proposals = [proposal(new_id(), fact) for fact in withdrawn]
        if proposals:
            await desk.door.admit(log, proposals, admin)
        click.echo("取り消しました。")

    run(work)


@token.command("list")
@click.option("--log", "name", required=True, help="台帳の名前または区の呼び名。")
def list_(name: str) -> None:
    """トークンを一覧します（トークンそのものは表示しません）。"""

    async def work(desk: Desk) -> None:
        found = await tokens.listed(desk.auth, desk.wards.log_name(name))
        if not found:
            click.echo("トークンはまだありません。「ichi token create」で作れます。")
        for each in found:
            state = "取り消し済み" if each.revoked_at else "有効"
            used = each.last_used_at.isoformat() if each.last_used_at else "未使用"
            made = each.created_at.date().isoformat()
            click.echo(f"{each.actor}\t{state}\t{made} 作成\t最後の使用 {used}\t{each.label}")

    run(work)
