"""What RELIABILITY's table of bad inputs (lines 26 to 35) asks for, over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec

from shared.domain import sale, vendor
from shared.envelope import BATCH, STRUCTURED
from tests.web.site import EVENTS, HELD, SALE, Site, event

OPENED = sale.Opened(SALE, "NAME", "away")
COUNTED: dict[str, Any] = {
    "type": "committee.members_counted",
    "fiscal_year": 2025,
    "members": {"民間企業": 3},
    "total": None,
}


def opened(name: str) -> bytes:
    """Name a sale by a piece of raw JSON text."""
    return said(OPENED).replace(b'"NAME"', name.encode())


def said(what: Any) -> bytes:  # noqa: ANN401 - a fact, or what should have been one
    data = msgspec.to_builtins(what)
    made = event(uuid4(), HELD, type=data["type"], data=data)
    return json.dumps(made, ensure_ascii=False).encode()


def counted(total: str) -> bytes:
    """Give a total as a piece of raw JSON text."""
    return said(COUNTED).replace(b'"total": null', f'"total": {total}'.encode())


HELD_TWICE_A_DAY = said(HELD).replace(b'"day": ', b'"day": "2025-10-19", "day": ')

BODIES: dict[str, tuple[bytes, int, str]] = {
    "26 NUL, escaped": (opened(r'"a\u0000b"'), 400, "/data/name"),
    "26 NUL, raw": (opened('"a\x00b"'), 400, ""),
    "26 NUL in a key": (said(COUNTED | {"members": {"a\0b": 1}}), 400, "/data/members"),
    "27 invalid UTF-8": (opened('"@@"').replace(b"@@", b"\xff\xfe"), 400, "/data"),
    "27 UTF-8 cut short": (opened('"@@"').replace(b"@@", b"\xe3\x81"), 400, "/data"),
    "27 overlong slash": (opened('"@@"').replace(b"@@", b"\xc0\xaf"), 400, "/data"),
    "27 UTF-16": (said(OPENED).decode().encode("utf-16"), 400, ""),
    "27 CP932": (opened('"星川駅"').decode().encode("cp932"), 400, "/data"),
    "27 byte order mark": (b"\xef\xbb\xbf" + said(OPENED), 400, ""),
    "27 bad bytes in a field nobody reads": (
        said(OPENED)[:-1] + b', "extra": "\xff"}', 400, ""),
    "28 lone surrogate": (opened(r'"a\ud800b"'), 400, "/data/name"),
    "28 surrogates the wrong way round": (opened(r'"\udc00\ud800"'), 400, "/data/name"),
    "29 beyond the range of a count": (counted("100001"), 400, "/data/total"),
    "29 beyond 31 bits": (counted(str(2**31)), 400, "/data/total"),
    "29 beyond 63 bits": (counted(str(2**63)), 400, "/data"),
    "29 beyond 64 bits, negative": (counted(str(-(2**64))), 400, "/data"),
    "29 five thousand digits": (counted("9" * 5000), 400, "/data"),
    "29 an exponent": (counted("1e400"), 400, "/data"),
    "29 a fraction": (counted("1.5"), 400, "/data"),
    "30 200,000 brackets": (b"[" * 200_000, 400, ""),
    "30 200,000 brackets, closed": (b"[" * 200_000 + b"]" * 200_000, 400, ""),
    "30 200,000 objects": (b'{"a":' * 150_000, 400, ""),
    "30 17 levels": (opened("[" * 16 + "]" * 16), 400, "/data"),
    "31 a key twice": (HELD_TWICE_A_DAY, 400, "/data"),
    "31 a key twice, once escaped": (
        said(HELD).replace(b'"day": ', b'"da\\u0079": "2025-10-19", "day": '), 400, "/data"),
    "31 an attribute twice": (said(HELD)[:-1] + b', "id": "x"}', 400, ""),
    "32 text for a number": (counted('"3"'), 400, "/data/total"),
    "32 number for a text": (opened("3"), 400, "/data/name"),
    "32 an unknown field": (said(COUNTED | {"totl": 3}), 400, "/data/totl"),
    "32 an unknown attribute": (
        json.dumps(event(uuid4(), HELD, knd="x")).encode(), 400, "/knd"),
    "32 an unknown type": (
        said({"type": "stall.cleaned", "sale": str(SALE)}), 400, "/data/type"),
    "33 NaN": (counted("NaN"), 400, ""),
    "33 Infinity": (counted("-Infinity"), 400, ""),
    "33 true for a number": (counted("true"), 400, "/data/total"),
    "33 empty": (b"", 400, ""),
    "33 blank": (b" \n", 400, ""),
    "33 a form's body": (b"type=stall.held&day=2025-10-20", 400, ""),
    "33 null": (b"null", 400, ""),
    "33 a batch where one is due": (b"[" + said(HELD) + b"]", 400, ""),
    "33 two values": (said(HELD) + said(HELD), 400, ""),
    "33 a comment": (b"// x\n" + said(HELD), 400, ""),
    "35 right-to-left override": (opened('"ab\u202ecd"'), 400, "/data/name"),
    "35 isolate": (opened('"ab\u2066cd"'), 400, "/data/name"),
    "35 zero-width no-break space": (opened('"ab\ufeffcd"'), 400, "/data/name"),
    "37 a line break in a name": (opened(r'"a\r\nBcc: b"'), 400, "/data/name"),
    "35 only blanks": (opened('" \u3000 "'), 400, "/data/name"),
    "a day that is not": (
        said(msgspec.to_builtins(HELD) | {"day": "2025-02-29"}), 400, "/data/day"),
    "an upper-case id": (
        json.dumps(event(uuid4(), HELD) | {"id": str(uuid4()).upper()}).encode(), 400, "/id"),
    "another log's source": (
        json.dumps(event(uuid4(), HELD, log="141143-hanbai")).encode(), 400, "/source"),
    "a type that disagrees": (
        json.dumps(event(uuid4(), HELD, type="stall.cancelled")).encode(), 400, "/type"),
    "a subject that disagrees": (
        json.dumps(event(uuid4(), HELD, subject="x")).encode(), 400, "/subject"),
    "another version": (
        json.dumps(event(uuid4(), HELD, specversion="0.3")).encode(), 400, "/specversion"),
}  # fmt: skip


async def test_each_bad_body_is_refused_at_its_place_and_leaves_no_trace(site: Site) -> None:
    answers = {name: await site.post(body) for name, (body, _, _) in BODIES.items()}
    expected = {name: (status, at) for name, (_, status, at) in BODIES.items()}
    assert {
        name: (answer.status_code, answer.json().get("pointer", ""))
        for name, answer in answers.items()
    } == expected
    for name, answer in answers.items():
        assert answer.headers["content-type"] == "application/problem+json", name
        assert set(answer.json()) <= {"type", "title", "status", "detail", "pointer"}, name
        assert is_japanese(answer.json()["detail"]), name
    assert await positions(site) == 2


def is_japanese(text: str) -> bool:
    return any("\u3040" <= letter <= "\u30ff" for letter in text)


async def positions(site: Site) -> int:
    return len((await site.client.get(EVENTS)).json())


async def test_only_cloud_events_are_taken(site: Site) -> None:
    statuses = {
        "application/json": 415,
        "text/plain": 415,
        "": 415,
        "application/x-www-form-urlencoded": 415,
        "multipart/form-data; boundary=x": 415,
        "application/cloudevents+json; charset=shift_jis": 415,
        "application/cloudevents+jsonx": 415,
        "Application/CloudEvents+JSON; charset=UTF-8": 201,
        "application/cloudevents+json": 201,
    }
    answers = {kind: await site.post(said(HELD), content_type=kind) for kind in statuses}
    assert {kind: answer.status_code for kind, answer in answers.items()} == statuses
    assert answers["application/json"].json()["type"] == "/problems/wrong-media-type"


async def test_a_body_beyond_the_limit_is_refused(site: Site) -> None:
    for size in (1_048_577, 9_900_000, 11_000_000):
        answer = await site.post(b"x" * size)
        assert answer.status_code == 413
        assert answer.json()["type"] == "/problems/too-large"
    assert (await site.post(b" " * 1_048_576)).status_code == 400


async def test_a_body_announced_too_large_is_refused_before_it_comes(site: Site) -> None:
    async with raw_post(site, "Content-Length: 1000000000000") as (reader, _):
        assert await reader.readline() == b"HTTP/1.1 413 Request Entity Too Large\r\n"


async def test_a_body_without_an_end_is_refused_once_it_is_too_large(site: Site) -> None:
    async with raw_post(site, "Transfer-Encoding: chunked") as (reader, writer):
        for _ in range(17):
            writer.write(b"10000\r\n" + b" " * 65_536 + b"\r\n")
            await writer.drain()
        assert await reader.readline() == b"HTTP/1.1 413 Request Entity Too Large\r\n"


@asynccontextmanager
async def raw_post(
    site: Site, how_long: str
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Send the head of a request and nothing more."""
    where = urlsplit(site.base)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    head = [f"POST {EVENTS} HTTP/1.1", f"Host: {where.netloc}", f"Content-Type: {STRUCTURED}"]
    head += [f"Authorization: Bearer {site.token}", how_long, "", ""]
    writer.write("\r\n".join(head).encode())
    try:
        async with asyncio.timeout(10):
            yield reader, writer
    finally:
        writer.close()


async def test_names_are_stored_as_typed_and_come_out_as_they_were(site: Site) -> None:
    names = [
        "\u200b\u200dゼロ幅",
        "か\u3099",
        "が",
        "葛\U000e0100城",
        "ｶﾙｶﾞﾓ",
        "髙﨑",
        "高崎",
        "㈱①",
        "=1+1",
        "@x",
        "<script>alert(1)</script>",
        "#set page",
        "😀",
    ]
    facts = [vendor.Joined(uuid4(), name) for name in names]
    assert (await site.send(*facts)).status_code == 201
    found = (await site.client.get(f"{EVENTS}?after=2")).json()
    assert [each["data"]["name"] for each in found] == names


async def test_a_thousand_events_are_taken_at_once_and_one_more_is_not(site: Site) -> None:
    events = [event(uuid4(), vendor.Joined(uuid4(), "甲")) for _ in range(1001)]
    assert (await site.post(json.dumps(events), content_type=BATCH)).status_code == 413
    assert (await site.post(json.dumps(events[1:]), content_type=BATCH)).status_code == 201
    assert (await site.post("[]", content_type=BATCH)).status_code == 400
    twice = [events[0], events[0]]
    answer = await site.post(json.dumps(twice), content_type=BATCH)
    assert (answer.status_code, answer.json()["pointer"]) == (400, "/1/id")
