"""Publishing events and following them, over real HTTP."""

import asyncio
import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared import eventlog
from shared.auth import tokens
from shared.domain import fact, stall, vendor
from shared.domain.base import Role
from shared.domain.role import Granted
from shared.envelope import BATCH, STRUCTURED, Envelope
from tests.database.world import HODOGAYA
from tests.web.site import EVENTS, HELD, RAINED_OFF, SALE, YUMEWORK, Site, event

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RAINED_OFF_ELSEWHERE = stall.Cancelled(YUMEWORK, date(2025, 10, 20), "雨天")


async def test_a_fact_is_received_with_its_place_in_the_log(site: Site) -> None:
    identity = uuid4()
    answer = await site.post(json.dumps(event(identity, HELD)))
    assert answer.status_code == 201
    (receipt,) = answer.json()["receipts"]
    head = await eventlog.read_head(site.world.reader, HODOGAYA)
    assert receipt["id"] == str(identity)
    assert receipt["position"] == head.position == 3
    assert receipt["hash"] == head.hash.hex()
    assert datetime.fromisoformat(receipt["recorded_at"]) == head.recorded_at


async def test_a_batch_is_received_whole_or_not_at_all(site: Site) -> None:
    answer = await site.send(RAINED_OFF, HELD)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/stall/was-cancelled",
        "title": "受け付けられません",
        "status": 422,
        "detail": "この日の販売は中止と記録されています。先に中止を取り消してください",
        "pointer": "/1/data/day",
    }
    assert (await eventlog.read_head(site.world.reader, HODOGAYA)).position == 2
    assert (await site.send(HELD, HELD)).status_code == 201


async def test_the_same_again_gets_the_first_receipt_and_other_bytes_are_refused(
    site: Site,
) -> None:
    identity = uuid4()
    first = await site.post(json.dumps(event(identity, HELD)))
    again = await site.post(json.dumps(event(identity, HELD)))
    assert again.status_code == 201
    assert again.json() == first.json()
    other = await site.post(json.dumps(event(identity, RAINED_OFF)))
    assert other.status_code == 422
    assert other.json()["type"] == "/problems/reused-id"
    assert other.json()["pointer"] == "/id"


async def test_twenty_same_requests_at_once_are_one_event(site: Site) -> None:
    body = json.dumps(event(uuid4(), HELD))
    answers = await asyncio.gather(*(site.post(body) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert (await eventlog.read_head(site.world.reader, HODOGAYA)).position == 3


async def test_a_stale_expectation_is_a_conflict(site: Site) -> None:
    answer = await site.send(HELD, to=f"{EVENTS}?expected=2")
    assert answer.status_code == 201
    answer = await site.send(HELD, to=f"{EVENTS}?expected=2")
    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/stale"
    assert answer.json()["pointer"] == "/expected"


async def test_a_contested_correction_shows_the_difference(site: Site) -> None:
    (receipt,) = (await site.send(HELD)).json()["receipts"]
    target = UUID(receipt["id"])
    later = stall.Held(SALE, date(2025, 10, 21), (YUMEWORK,))
    await site.send(fact.Corrected(target, "日付のまちがい", later))
    answer = await site.send(fact.Retracted(target, "重複"))
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"] == "/problems/fact/not-effective"
    assert problem["pointer"] == "/0/data/target"
    assert problem["named"]["day"] == "2025-10-20"
    assert problem["now"]["day"] == "2025-10-21"


async def test_what_is_not_the_senders_to_say_is_forbidden(site: Site) -> None:
    staff = uuid4()
    await site.world.publish(Granted(staff, Role.STAFF, date(2025, 4, 1), vendor=YUMEWORK))
    token = await tokens.create(site.world.auth, HODOGAYA, staff, "職員")
    site.client.headers["Authorization"] = f"Bearer {token}"
    assert (await site.send(HELD)).status_code == 201
    answer = await site.send(RAINED_OFF)
    assert answer.status_code == 403
    assert answer.json()["pointer"] == "/0/data"


async def test_the_feed_gives_the_exact_bytes_and_all_that_the_chain_needs(site: Site) -> None:
    data = (
        f'{{ "day":"2025-10-20", "sale":"{SALE}","type" : "stall.held", "vendors":["{YUMEWORK}"]}}'
    )
    envelope = json.dumps(event(uuid4(), HELD, data=0)).replace('"data": 0', f'"data": {data}')
    assert (await site.post(envelope)).status_code == 201
    await site.send(stall.Cancelled(SALE, date(2025, 10, 21), "雨天"))
    answer = await site.client.get(EVENTS)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == BATCH
    assert data in answer.text
    events = answer.json()
    assert [each["position"] for each in events] == [1, 2, 3, 4]
    assert [each["type"] for each in events][2:] == ["stall.held", "stall.cancelled"]
    bodies = bodies_of(answer.content)
    before = bytes(32)
    for each, body in zip(events, bodies, strict=True):
        assert each["specversion"] == "1.0"
        assert each["source"] == f"/v1/logs/{HODOGAYA}"
        micros = (datetime.fromisoformat(each["time"]) - EPOCH) // timedelta(microseconds=1)
        assert len(each["time"]) == len("2025-10-20T00:00:00.000000Z")
        digest = framed(
            bytes.fromhex(each["salt"]),
            UUID(each["id"]).bytes,
            micros.to_bytes(8),
            UUID(each["actor"]).bytes,
            body,
        )
        assert digest.hex() == each["digest"]
        before = framed(
            before, each["source"].split("/")[3].encode(), each["position"].to_bytes(8), digest
        )
        assert before.hex() == each["hash"]
    assert before == (await eventlog.read_head(site.world.reader, HODOGAYA)).hash


def framed(*fields: bytes) -> bytes:
    return hashlib.sha256(b"".join(len(f).to_bytes(4) + f for f in fields)).digest()


def bodies_of(page: bytes) -> list[bytes]:
    """Cut each `data` out of a page, byte for byte, by reading JSON values where they begin."""
    text, decoder, found, at = page.decode(), json.JSONDecoder(), [], 0
    while (begin := text.find('"data":', at)) >= 0:
        begin += len('"data":')
        while text[begin] in " \n":
            begin += 1
        _, at = decoder.raw_decode(text, begin)
        found.append(text[begin:at].encode())
    return found


async def test_an_event_of_the_feed_can_be_sent_as_it_is(site: Site) -> None:
    (receipt,) = (await site.send(HELD)).json()["receipts"]
    found = (await site.client.get(f"{EVENTS}?after=2")).json()[0]
    again = {name: found[name] for name in (*Envelope.__struct_fields__,)}
    answer = await site.post(json.dumps(again))
    assert answer.json()["receipts"] == [receipt]
    answer = await site.post(json.dumps(again | {"id": str(uuid4())}))
    assert answer.json()["receipts"][0]["position"] == 4


async def test_pages_follow_one_another_by_their_links(site: Site) -> None:
    await site.send(HELD, HELD, HELD)
    found: list[int] = []
    address: str | None = f"{EVENTS}?limit=2"
    pages = 0
    while address:
        answer = await site.client.get(address)
        found += [each["position"] for each in answer.json()]
        address = answer.links.get("next", {}).get("url")
        pages += 1
    assert found == [1, 2, 3, 4, 5]
    assert pages == 3


async def test_a_reader_asks_for_one_type(site: Site) -> None:
    await site.send(HELD, RAINED_OFF_ELSEWHERE, HELD)
    answer = await site.client.get(f"{EVENTS}?type=stall.held&limit=1")
    assert [each["position"] for each in answer.json()] == [3]
    assert answer.links["next"]["url"] == f"{EVENTS}?after=3&limit=1&type=stall.held"
    answer = await site.client.get(answer.links["next"]["url"])
    assert [each["position"] for each in answer.json()] == [5]


async def test_beyond_the_head_there_is_nothing_yet(site: Site) -> None:
    answer = await site.client.get(f"{EVENTS}?after=9223372036854775807")
    assert (answer.status_code, answer.json()) == (200, [])
    assert "link" not in answer.headers


async def test_a_query_that_cannot_be_read_is_refused_by_its_name(site: Site) -> None:
    pointers = {
        "after=-1": "/after",
        "after=9223372036854775808": "/after",
        "after=x": "/after",
        "limit=0": "/limit",
        "limit=1001": "/limit",
        "limit=": "/limit",
        "afterr=2": "/afterr",
        f"type={'x' * 101}": "/type",
        "type=stall.held&after=%00": "/after",
    }
    answers = {query: await site.client.get(f"{EVENTS}?{query}") for query in pointers}
    assert {query: answer.json()["pointer"] for query, answer in answers.items()} == pointers
    assert {answer.status_code for answer in answers.values()} == {400}
    assert {answer.json()["type"] for answer in answers.values()} == {"/problems/bad-parameter"}


async def test_the_warnings_of_what_was_sent_are_complete_before_long(site: Site) -> None:
    answer = await site.send(HELD)
    link = answer.json()["warnings"]
    assert link == f"/v1/logs/{HODOGAYA}/warnings?fiscal_year=2025&at=3"
    warnings = await complete(site, link)
    assert warnings["position"] == 3
    assert [each["fiscal_year"] for each in warnings["years"]] == [2025]
    assert {each["rule"] for each in warnings["years"][0]["warnings"]} == {
        "sale_without_a_name",
        "vendor_not_on_the_roster",
    }
    beyond = (await site.client.get(f"/v1/logs/{HODOGAYA}/warnings?at=999")).json()
    assert beyond["complete"] is False


async def complete(site: Site, link: str) -> Any:  # noqa: ANN401 - any JSON value
    for _ in range(100):
        warnings = (await site.client.get(link)).json()
        if warnings["complete"]:
            break
        await asyncio.sleep(0.05)
    assert warnings["complete"]
    return warnings


async def test_the_warnings_link_names_every_year_that_may_change(site: Site) -> None:
    (receipt,) = (await site.send(HELD)).json()["receipts"]
    earlier = stall.Held(SALE, date(2025, 3, 31), (YUMEWORK,))
    answer = await site.send(fact.Corrected(UUID(receipt["id"]), "日付のまちがい", earlier))
    assert years_of(answer) == ["2024", "2025"]
    (receipt,) = answer.json()["receipts"]
    answer = await site.send(fact.Retracted(UUID(receipt["id"]), "正しかった"))
    assert years_of(answer) == ["2024"]
    answer = await site.send(vendor.Joined(YUMEWORK, "ゆめわーく"))
    now = datetime.now(UTC) + timedelta(hours=9)
    assert years_of(answer) == [str(now.year - (now.month < 4))]


def years_of(answer: httpx.Response) -> list[str]:
    return httpx.URL(answer.json()["warnings"]).params.get_list("fiscal_year")


async def test_a_ward_goes_by_its_alias_too(site: Site) -> None:
    body = json.dumps(event(uuid4(), HELD))
    answer = await site.post(body, to="/v1/logs/hodogaya/events", content_type=STRUCTURED)
    assert answer.status_code == 201
    answer = await site.client.get("/v1/logs/hodogaya/events?after=2")
    assert answer.json()[0]["source"] == f"/v1/logs/{HODOGAYA}"
