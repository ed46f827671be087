"""Commands about forms and reports: read, import, report."""

from uuid import UUID

import click
import msgspec

from services.cli.common import Desk, read_in, run, write_out
from shared import eventlog, projecting
from shared.domain import committee, month, stall
from shared.domain.base import Fact
from shared.domain.effective import Holding
from shared.domain.registry import registry
from shared.ids import id_of, new_id
from shared.importing import Change, Plan
from shared.projections import discover, oddities
from shared.questions import year_from
from shared.reports.answering import parse_as_of
from shared.reports.facts import Place, Reader, Stated
from shared.reports.form import Form, MeetingItem, SaleItem
from shared.reports.reading import read_form
from shared.reports.refusals import require_whole
from shared.reports.wording import item_text
from shared.reports.writing import WRITERS
from shared.wards import load_calendar, load_wards

KINDS = {"added": "追加", "corrected": "訂正", "removed": "取り消し", "clash": "食い違い"}
WORDS = {
    "committee.named": "部会名",
    "committee.officer_appointed": "役員",
    "committee.members_counted": "構成機関",
    "committee.goal_set": "年間目標",
    "committee.met": "会議",
    "committee.audited": "会計監査",
    "sale.opened": "販売の登録",
    "stall.reported": "販売の行",
    "stall.partner_joined": "協力した機関",
    "guest.hosted": "ゲスト出店",
    "month.ordered": "記載の順",
    "achievement.noted": "できたこと",
    "issue.raised": "運営上の課題",
    "issue.shared": "市域で共有・検討したい課題",
    "practice.shared": "シェアしたい取組",
    "remark.kept": "読み取れなかった文",
}
fiscal_year = click.option(
    "--fiscal-year",
    type=click.IntRange(1947, 2200),
    help="年度（西暦）。様式に書いてあれば省けます。",
)


@click.command()
@click.argument("file")
@fiscal_year
@click.option("--json", "as_json", is_flag=True, help="JSON で出力します（いつも JSON です）。")
def read(file: str, fiscal_year: int | None, as_json: bool) -> None:  # noqa: ARG001, FBT001
    """様式 FILE を読み、どんな記録になるかを表示します（データベースは使いません）。"""
    filled = read_form(read_in(file), fiscal_year)
    require_whole(filled)
    stated = _stated(filled)
    drawn = {
        "events": [
            {
                "specversion": "1.0",
                "type": each.fact.tag(),
                "subject": each.fact.subject,
                "data": each.fact,
            }
            for each in stated
        ],
        "remarks": filled.remarks,
        "warnings": [*filled.warnings, *_odd(filled, stated)],
    }
    write_out(msgspec.json.format(msgspec.json.encode(drawn)) + b"\n", None)


def _stated(filled: Form) -> list[Stated]:
    wards = load_wards(None)
    year = str(filled.fiscal_year)
    reader = Reader("", wards, registry(()), lambda o, n, _who: id_of("officer", year, o, str(n)))
    return reader.read(filled)


def _odd(filled: Form, stated: list[Stated]) -> tuple[oddities.Oddity, ...]:
    projections = discover(load_calendar(None))
    holdings = [Holding(n, new_id(), each.fact) for n, each in enumerate(stated, 1)]
    year = year_from(projections, "", filled.fiscal_year, holdings)
    found = oddities.answer(year).warnings
    return tuple(odd for odd in found if odd.rule != "unread_remark")


@click.command("import")
@click.argument("file")
@click.option("--log", "name", required=True, help="台帳の名前または区の呼び名。")
@fiscal_year
@click.option("--dry-run", is_flag=True, help="何を追加・訂正するかだけを表示します。")
@click.option("--as", "actor", type=click.UUID, help="実行する人の ID。省くと、台帳の管理者です。")
def import_(
    file: str,
    name: str,
    fiscal_year: int | None,
    dry_run: bool,  # noqa: FBT001 - a flag
    actor: UUID | None,
) -> None:
    """様式 FILE を台帳に取り込みます。同じものをもう一度取り込んでも、何も増えません。"""
    filled = read_form(read_in(file), fiscal_year)
    require_whole(filled)

    async def work(desk: Desk) -> None:
        log = desk.wards.log_name(name)
        planned = await desk.importer.plan(log, filled)
        if not dry_run:
            who = await desk.actor(log, actor)
            await desk.importer.carry_out(log, filled, planned, who)
            await projecting.project(desk.projector, desk.projections, log)
        _tell(planned, filled, dry_run=dry_run)

    run(work)


def _tell(planned: Plan, filled: Form, *, dry_run: bool) -> None:
    for change in planned.changes:
        click.echo(f"{KINDS[change.kind]}\t{_where(change.place, change.nth)}\t{_what(change)}")
    for warning in filled.warnings:
        click.echo(f"注意\t{warning.cell}\t{warning.message}")
    counts = [
        f"{word} {sum(change.kind == kind for change in planned.changes)}"
        for kind, word in KINDS.items()
    ]
    done = "取り込むと" if dry_run else "取り込みました"
    click.echo(f"{done}: {'、'.join(counts)}（{filled.fiscal_year}年度）")


def _where(place: Place, nth: int) -> str:
    month = f"{int(place.month[5:])}月 " if place.month else ""
    return f"{month}{WORDS.get(place.kind, place.kind)}{f'（{nth}つ目）' if nth > 1 else ''}"


def _what(change: Change) -> str:
    if change.kind == "added":
        return _short(change.after)
    if change.kind == "clash":
        return f"台帳: {_short(change.before)} / 様式: {_short(change.after)}（台帳のままにします）"
    return f"{_short(change.before)} → {_short(change.after)}"


def _short(fact: Fact | None) -> str:
    """What the fact says, in the form's own words where it has some."""
    match fact:
        case None:
            return "なし"
        case stall.Reported():
            item = SaleItem("", fact.when, fact.workplaces, fact.appearances, fact.goods_only)
            return item_text(item)
        case committee.Met(name=name, topics=topics, day=day):
            said = item_text(MeetingItem(name or "会議", topics))
            return said if day is None else f"{day.day}日 {said}"
        case month.Ordered(items=items):
            return f"{len(items)} 項目の並び"
        case _:
            fields = msgspec.to_builtins(fact)
            shown = [str(fields[key]) for key in SHOWN if fields.get(key) is not None]
            return " ".join(shown)[:200]


SHOWN = (
    "name", "office", "affiliation", "members", "total", "text", "day", "days",
    "ward", "workplaces", "partner", "purpose", "cell",
)  # fmt: skip


@click.command()
@click.argument("name", metavar="LOG")
@click.argument("year", metavar="FISCAL_YEAR", type=click.IntRange(1947, 2200))
@click.option(
    "--format", "format_", type=click.Choice(list(WRITERS)), default="text", help="書式。"
)
@click.option("--as-of", help="この時点の姿で（件数、日付、日時のどれか）。")
@click.option("-o", "--output", help="書き込むファイル。省くと画面に出します。")
def report(name: str, year: int, format_: str, as_of: str | None, output: str | None) -> None:
    """台帳 LOG の FISCAL_YEAR 年度の活動報告を書き出します。"""

    async def work(desk: Desk) -> bytes:
        log = desk.wards.log_name(name)
        await eventlog.read_head(desk.reader, log)
        await projecting.project(desk.projector, desk.projections, log)
        when = None if as_of is None else parse_as_of(as_of)
        return WRITERS[format_](await desk.answers.report(log, year, when))

    write_out(run(work), output)
