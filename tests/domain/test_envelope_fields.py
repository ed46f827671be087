from datetime import date

import msgspec
import pytest

from shared.domain import committee, rule, stall, takings
from shared.domain.base import Fact
from shared.domain.examples import AEON, HOSHIKAWA, YUMEWORK
from shared.domain.fact import Corrected
from shared.envelope import BATCH, STRUCTURED
from tests.domain.envelopes import GOAL, HELD, ID, OTHER_ID, changed, data, event, refused

# What is no envelope of ours


@pytest.mark.parametrize("field", ["specversion", "id", "source", "type", "data"])
def test_an_envelope_is_whole(field: str) -> None:
    sent = event(HELD)
    del sent[field]
    refused(sent, f"/{field}")
    refused([event(GOAL, id=OTHER_ID), sent], f"/1/{field}")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("specversion", "0.3"),
        ("specversion", "1.0" * 1_000),
        ("id", 3),
        ("id", ID.upper()),
        ("id", ID.replace("-", "")),
        ("id", f"{ID}\n"),
        ("id", "1"),
        ("id", ""),
        ("source", "/v1/logs/141143-hanbai"),
        ("source", "141062"),
        ("source", ""),
        ("type", "stall.cancelled"),
        ("type", "stall.held.2"),
        ("type", 1),
        ("subject", "stall/elsewhere"),
        ("subject", HELD.subject.upper()),
        ("subject", ""),
        ("time", "20日"),
        ("datacontenttype", "text/plain"),
        ("data", None),
        ("data", []),
        ("data", "stall.held"),
        ("dataschema", "x"),
        ("a/b~c", 1),
        ("`x`\n - at `$.id`", 1),
    ],
)
def test_an_envelope_says_what_its_data_and_address_say(field: str, value: object) -> None:
    pointer = "/" + field.replace("~", "~0").replace("/", "~1")
    refused(event(HELD) | {field: value}, pointer)
    refused([event(GOAL, id=OTHER_ID), event(HELD) | {field: value}], f"/1{pointer}")


@pytest.mark.parametrize("sent", [b"[]", b"1", b'"a"', b"null"])
def test_one_event_is_an_object(sent: bytes) -> None:
    refused(sent, content_type=STRUCTURED)


def test_one_event_is_no_batch_and_a_batch_is_no_event() -> None:
    refused(msgspec.json.encode(event(HELD)), content_type=BATCH)
    refused(msgspec.json.encode([event(HELD)]), content_type=STRUCTURED)
    refused(b"[1]", "/0", content_type=BATCH)


# What is no fact of ours


@pytest.mark.parametrize("kind", ["stall.opened", "", None, 1, [], {}, "STALL.HELD", "fact"])
def test_a_type_that_nobody_knows_is_refused_in_its_place(kind: object) -> None:
    refused(data(HELD, type=kind), "/data/type")


def test_a_fact_says_its_own_type() -> None:
    sent = event(HELD)
    del sent["data"]["type"]
    refused(sent, "/data/type")


PAID = takings.Recorded(AEON, date(2026, 1, 28), YUMEWORK, (takings.Payment("cash", 500),))
LINE = stall.Reported(HOSHIKAWA, "2025-10", stall.DayCount(14), 8, 16)
CORRECTED = Corrected(HOSHIKAWA, "延の数え間違い", LINE)
MEMBERS = committee.MembersCounted(2025, {"社会福祉協議会": 1})


@pytest.mark.parametrize(
    ("said", "path", "value"),
    [
        (HELD, "/weather", "雨"),
        (HELD, "/may", ["staff"]),
        (HELD, "/a~1b~0c", 1),
        (LINE, "/when/until", "2025-10-24"),
        (PAID, "/payments/0/fee", 3),
        (CORRECTED, "/fact/note", ""),
        (CORRECTED, "/fact/when/first", "2025-10-20"),
        (rule.Set("guests_inside", value=True, since=date(2025, 4, 1)), "/until", None),
    ],
)
def test_an_unknown_field_is_refused_at_every_depth(said: Fact, path: str, value: object) -> None:
    assert "知らない項目" in refused(changed(said, path, value), f"/data{path}").message


@pytest.mark.parametrize(
    ("said", "path", "value"),
    [
        (LINE, "/workplaces", "8"),
        (LINE, "/workplaces", True),
        (LINE, "/workplaces", -1),
        (LINE, "/workplaces", 100_001),
        (LINE, "/goods_only", 0),
        (LINE, "/month", "10月"),
        (LINE, "/month", "2025-10\n"),
        (LINE, "/when/days", 0),
        (LINE, "/when/as", "weekly"),
        (LINE, "/when/days", "14"),
        (HELD, "/day", "2025-02-29"),
        (HELD, "/day", "10月20日"),
        (HELD, "/day", "0001-01-01"),
        (HELD, "/day", "9999-12-31"),
        (HELD, "/day", 20251020),
        (HELD, "/vendors", str(YUMEWORK)),
        (HELD, "/vendors/0", "ゆめわーく"),
        (HELD, "/vendors/0", str(YUMEWORK).upper()),
        (HELD, "/sale", HOSHIKAWA.hex),
        (HELD, "/sale", None),
        (GOAL, "/text", ""),
        (GOAL, "/text", " 　\n"),
        (GOAL, "/text", "充" * 10_001),
        (GOAL, "/fiscal_year", 7),
        (PAID, "/payments/0/means", "barter"),
        (PAID, "/payments/0/yen", -1),
        (PAID, "/sold_out_at", "25:00"),
        (CORRECTED, "/fact/type", "role.granted"),
        (CORRECTED, "/fact/workplaces", "8"),
        (CORRECTED, "/fact/when/days", 1001),
        (CORRECTED, "/target", str(HOSHIKAWA).upper()),
    ],
)
def test_a_field_of_another_form_is_refused_in_its_place(
    said: Fact, path: str, value: object
) -> None:
    refused(changed(said, path, value), f"/data{path}")


def test_a_required_field_is_named_where_it_is_missing() -> None:
    sent = event(PAID)
    del sent["data"]["payments"][0]["yen"]
    assert "yen" in refused(sent, "/data/payments/0/yen").message


@pytest.mark.parametrize("members", [{"": 1}, {"社会福祉協議会": -1}, {"社会福祉協議会": "1"}])
def test_a_kind_of_members_is_refused_with_its_list(members: object) -> None:
    refused(data(MEMBERS, members=members), "/data/members")


@pytest.mark.parametrize("days", [[], ["2025-10-20"] * 32])
def test_a_list_has_its_length(days: list[str]) -> None:
    hosted = {"type": "guest.hosted", "sale": str(HOSHIKAWA), "ward": "141143", "days": days}
    refused(event(HELD, type="guest.hosted", data=hosted), "/data/days")
