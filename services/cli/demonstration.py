"""The demo: a real form goes in, one more fact is published, and the report shows it."""

import json
import time
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from services.cli.common import Desk, fail
from services.cli.tokens import make
from shared import eventlog, projecting
from shared.answers import effective_facts
from shared.domain.base import Role, month_of
from shared.domain.registry import registry
from shared.domain.vendor import Joined
from shared.envelope import STRUCTURED, proposal
from shared.errors import NotFound
from shared.ids import id_of, new_id
from shared.opening import create_log
from shared.postgres import connect
from shared.reports.reading import read_form

LOG = "141062-hanbai"
ALIAS = "hodogaya"
YEAR = 2025
ROOT = Path(__file__).parents[2]
SALE = "星川駅出張販売"
VENDORS = {
    id_of("demo", LOG, name): name
    for name in ("あおぞら作業所（架空）", "ひだまり工房（架空）", "まめの木（架空）")
}
PROJECTED_WITHIN = 30.0


class Mark:
    """A file that says: the log in this folder is a demo's."""

    def __init__(self, data: Path) -> None:
        self._path = data / "demo"
        self.there = self._path.exists()

    def leave(self) -> None:
        """Mark the folder."""
        self._path.write_text(f"{LOG}\n", encoding="utf-8")


async def prepare(desk: Desk, mark: Mark) -> str:
    """Open the log, import the form, put three invented workplaces on the roster; a token's secret.

    Ends the process where the log is there and no demo made it.
    """
    admin = await _opened(desk, mark)
    source = form_file()
    click.echo(f"様式を取り込みます: {source.name}（{YEAR}年度）")
    began = time.monotonic()
    filled = read_form(source.read_bytes(), YEAR)
    planned = await desk.importer.plan(LOG, filled)
    receipts = await desk.importer.carry_out(LOG, filled, planned, admin)
    await projecting.project(desk.projector, desk.projections, LOG)
    seconds = time.monotonic() - began
    click.echo(f"  {len(receipts)} 件の記録を加えました（{seconds:.2f} 秒）")
    effective = await effective_facts(desk.reader, LOG)
    known = registry(held.fact for held in effective).vendors
    joining = [Joined(each, name) for each, name in VENDORS.items() if each not in known]
    if joining:
        await desk.door.admit(LOG, [proposal(new_id(), fact) for fact in joining], admin)
    return await make(desk, LOG, admin, Role.SECRETARY, "ichi demo")


def form_file() -> Path:
    """The real report where it lies beside the project, else the project's own fixture."""
    seeds = sorted((ROOT.parent / "shared" / "seed").glob("*.txt"))
    return seeds[0] if seeds else ROOT / "tests" / "fixtures" / "form.tsv"


async def _opened(desk: Desk, mark: Mark) -> UUID:
    try:
        await eventlog.read_head(desk.reader, LOG)
    except NotFound:
        admin = new_id()
        assert desk.urls.owner is not None  # noqa: S101 - the demo's server is our own
        owner = await connect(desk.urls.owner)
        try:
            await create_log(owner, LOG, keeper=LOG[:6], admin=admin, node=desk.settings.node)
        finally:
            await owner.close()
        mark.leave()
        return admin
    if not mark.there:
        fail(
            "このデータの置き場所には、すでに本物の台帳があります。"
            "デモは ICHI_DATA で別の場所を指定して実行してください"
        )
    return await desk.actor(LOG, None)


def show(address: str, secret: str) -> None:
    """Publish one stall day over HTTP, and print its month's line before and after."""
    there = _Client(address, secret)
    report = there.get(f"/v1/logs/{ALIAS}/reports/{YEAR}.json")
    sale, day = _free_day(report)
    month = month_of(day)
    before = _line(report, month)
    event = {
        "specversion": "1.0",
        "id": str(new_id()),
        "source": f"/v1/logs/{LOG}",
        "type": "stall.held",
        "data": {
            "type": "stall.held",
            "sale": sale,
            "day": day.isoformat(),
            "vendors": [str(each) for each in VENDORS],
        },
    }
    published = there.post(f"/v1/logs/{ALIAS}/events", event)
    position = published["receipts"][0]["position"]
    there.wait_for(published["warnings"])
    after = _line(there.get(f"/v1/logs/{ALIAS}/reports/{YEAR}.json"), month)
    number = int(month[5:])
    click.echo(f"\n{number}月{day.day}日の{SALE}を HTTP で記録しました（{position} 件目）。")
    click.echo(f"\n{number}月の前:\n  {before}\n{number}月の後:\n  {after}")
    signed_in = address.replace("http://", f"http://demo:{secret}@")
    click.echo(
        "\nブラウザで開いてみてください（これはデモです。トークンは人に渡さないでください）:"
    )
    click.echo(f"  報告     {signed_in}/v1/logs/{ALIAS}/reports/{YEAR}.html")
    click.echo(f"  数の一覧 {signed_in}/v1/logs/{ALIAS}/figures/{YEAR}")
    click.echo(f"  API      {address}/schema")
    click.echo("試しに:")
    click.echo(
        f"  curl -H 'Authorization: Bearer {secret}' {address}/v1/logs/{ALIAS}/reports/{YEAR}.text"
    )
    click.echo("\nCtrl-C で終わります。")


def _free_day(report: dict[str, Any]) -> tuple[str, date]:
    """A sale and a day of a month in which it has no line yet."""
    sale = next(total["sale"] for total in report["totals"] if total["name"] == SALE)
    for day in _wednesdays():
        lines = next(m["lines"] for m in report["months"] if m["month"] == month_of(day))
        if all(line["sale"] != sale for line in lines):
            return sale, day
    return fail("デモの記録はもう十分です。ICHI_DATA を空の場所にして、もう一度お試しください")


def _wednesdays() -> Iterator[date]:
    """One for each month in which the real report has no stall at the station."""
    for month, day in ((7, 9), (6, 11), (4, 9), (8, 6), (9, 10), (11, 5), (12, 10)):
        yield date(YEAR, month, day)


def _line(report: dict[str, Any], month: str) -> str:
    text: str = next(each["text"] for each in report["months"] if each["month"] == month)
    return text


class _Client:
    """The few requests that the demo makes, as any other client would."""

    def __init__(self, address: str, secret: str) -> None:
        self._address = address
        self._headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str) -> dict[str, Any]:
        return self._answer(urllib.request.Request(self._address + path, headers=self._headers))  # noqa: S310

    def post(self, path: str, event: dict[str, Any]) -> dict[str, Any]:
        headers = {**self._headers, "Content-Type": STRUCTURED}
        body = json.dumps(event, ensure_ascii=False).encode()
        request = urllib.request.Request(self._address + path, body, headers)  # noqa: S310 - our own server
        return self._answer(request)

    def wait_for(self, warnings: str) -> None:
        """Until the projector has passed what was published."""
        until = time.monotonic() + PROJECTED_WITHIN
        while not self.get(warnings)["complete"]:
            if time.monotonic() > until:
                fail("答えの更新に時間がかかっています。しばらくして報告を開いてください")
            time.sleep(0.05)

    def _answer(self, request: urllib.request.Request) -> dict[str, Any]:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            answer: dict[str, Any] = json.load(response)
            return answer
