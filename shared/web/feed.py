"""The feed: entries as CloudEvents 1.0, with what a reader needs to verify the chain."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from shared.eventlog import Entry

encoder = msgspec.json.Encoder()


class CloudEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """`data` is the stored body byte for byte; hash, digest and salt are in hexadecimal."""

    specversion: Literal["1.0"]
    id: UUID
    source: str
    type: str
    time: str
    datacontenttype: Literal["application/json"]
    position: int
    hash: str
    digest: str
    salt: str
    actor: UUID
    data: msgspec.Raw
    subject: str | UnsetType = UNSET


def source_of(log: str) -> str:
    """Where a log's events come from, and the path that its routes begin with."""
    return f"/v1/logs/{log}"


def cloud_events(entries: Iterable[Entry]) -> list[CloudEvent]:
    """Entries as they go out."""
    return [_cloud_event(entry) for entry in entries]


def sent_events(entries: Iterable[Entry]) -> bytes:
    """Entries as Server-Sent Events: the position is the id, the CloudEvent the data.

    A line end inside `data` (blanks between the values of a body) begins a new line of the event,
    which the receiver puts together again; a carriage return becomes a line feed on the way.
    """
    return b"".join(_sent_event(event) for event in cloud_events(entries))


def _sent_event(event: CloudEvent) -> bytes:
    text = encoder.encode(event).replace(b"\r", b"\n").replace(b"\n", b"\ndata: ")
    return b"id: %d\ndata: %b\n\n" % (event.position, text)


def _cloud_event(entry: Entry) -> CloudEvent:
    return CloudEvent(
        specversion="1.0",
        id=entry.id,
        source=source_of(entry.log),
        type=entry.type,
        time=time_of(entry.recorded_at),
        datacontenttype="application/json",
        position=entry.position,
        hash=entry.hash.hex(),
        digest=entry.digest.hex(),
        salt=entry.salt.hex(),
        actor=entry.actor,
        data=msgspec.Raw(entry.body),
        subject=entry.subject or UNSET,
    )


def time_of(moment: datetime) -> str:
    """RFC 3339 in UTC with all six digits of the microseconds, which the digest covers."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def link_to_next(log: str, entries: list[Entry], limit: int, kind: str | None) -> dict[str, str]:
    """The `Link` header (RFC 8288) to the page after a full one; none after the last."""
    if len(entries) < limit:
        return {}
    query = {"after": entries[-1].position, "limit": limit} | ({"type": kind} if kind else {})
    return {"Link": f'<{source_of(log)}/events?{urlencode(query)}>; rel="next"'}
