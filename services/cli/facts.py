"""Commands about facts: publish some, list them."""

from typing import Any
from uuid import UUID

import click
import msgspec

from services.cli.common import Desk, fail, read_in, run, write_out
from shared import eventlog
from shared.envelope import BATCH, STRUCTURED, parse
from shared.errors import NotFound
from shared.ids import new_id
from shared.names import erase_forgotten
from shared.strictjson import strict_json
from shared.web.feed import cloud_events, source_of


@click.command()
@click.argument("name", metavar="LOG")
@click.argument("file", metavar="FILE|-")
@click.option("--as", "actor", type=click.UUID, help="実行する人の ID。省くと、台帳の管理者です。")
def publish(name: str, file: str, actor: UUID | None) -> None:
    """FILE の記録を台帳 LOG に加えます（CloudEvents）。"""
    sent = read_in(file)

    async def work(desk: Desk) -> None:
        log = desk.wards.log_name(name)
        who = await desk.actor(log, actor)
        content_type, body = _completed(sent, log)
        receipts = await desk.door.publish(log, content_type, body, who)
        facts = [proposed.fact for proposed in parse(log, content_type, body)]
        await erase_forgotten(desk.names, log, facts)
        for receipt in receipts:
            click.echo(f"{receipt.position}\t{receipt.id}\t{receipt.hash}")

    run(work)


def _completed(sent: bytes, log: str) -> tuple[str, bytes]:
    """What was sent, byte for byte where it is complete; else with new ids and the log's source.

    A retry is safe only where the sender gave the ids.
    """
    events = strict_json(sent)
    one = isinstance(events, dict)
    if one and "events" in events:
        fail("「ichi read」の出力は加えられません。様式は「ichi import」で取り込んでください")
    listed: list[Any] = [events] if one else events
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        fail("記録（CloudEvents）を一つ、または並びで書いてください")
    if all({"id", "source", "specversion"} <= set(each) for each in listed):
        return (STRUCTURED if one else BATCH), sent
    completed = [
        {"specversion": "1.0", "id": str(new_id()), "source": source_of(log)} | each
        for each in listed
    ]
    return BATCH, msgspec.json.encode(completed)


@click.command()
@click.argument("name", metavar="LOG")
@click.option("--after", type=click.IntRange(0), default=0, help="この件数より後だけ。")
def events(name: str, after: int) -> None:
    """台帳 LOG の記録を、1行に1件の JSON で書き出します。"""

    async def work(desk: Desk) -> None:
        log = desk.wards.log_name(name)
        head = await eventlog.read_head(desk.reader, log)
        if after > head.position:
            raise NotFound(f"台帳は {head.position} 件目までです")
        position = after
        while page := await eventlog.read_page(desk.reader, log, position):
            lines = [msgspec.json.encode(event) + b"\n" for event in cloud_events(page)]
            write_out(b"".join(lines), None)
            position = page[-1].position

    run(work)
