import time
from datetime import date
from typing import Any

import msgspec
import pytest

from shared.domain import committee, rule, stall, takings
from shared.domain.base import Fact
from shared.domain.examples import AEON, EXAMPLES, HOSHIKAWA, YUMEWORK
from shared.domain.fact import Corrected
from shared.envelope import (
    BATCH,
    MAX_BYTES,
    MAX_EVENTS,
    STRUCTURED,
    Proposal,
    parse,
    proposal,
)
from shared.errors import IchiError, Malformed, TooLarge, WrongMediaType

LOG = "141062-hanbai"
ID = "019a00d8-ce80-7000-8000-000000000001"
OTHER_ID = "019a00d8-ce80-7000-8000-000000000002"
HELD = stall.Held(HOSHIKAWA, date(2025, 10, 20), (YUMEWORK,))
GOAL = committee.GoalSet(2025, "自主製品販売の充実")

Json = dict[str, Any]


def event(said: Fact, /, **changed: Any) -> Json:  # noqa: ANN401 - any JSON value
    """An envelope as a well-meaning system would write it, but for what is changed."""
    return {
        "specversion": "1.0",
        "id": ID,
        "source": f"/v1/logs/{LOG}",
        "type": said.tag(),
        "data": msgspec.to_builtins(said),
    } | changed


def data(said: Fact, /, **changed: Any) -> Json:  # noqa: ANN401 - any JSON value
    return event(said, data=msgspec.to_builtins(said) | changed)


def raw(text: str, kind: str = "committee.goal_set") -> bytes:
    """An envelope whose data is this text, byte for byte."""
    head = f'{{"specversion":"1.0","id":"{ID}","source":"{LOG}","type":"{kind}","data":'
    return head.encode() + text.encode("utf-8", "surrogatepass") + b"}"


def goal(text: str) -> bytes:
    return raw(f'{{"type":"committee.goal_set","fiscal_year":2025,"text":{text}}}')


def read(sent: Json | list[Json] | bytes, content_type: str | None = None) -> list[Proposal]:
    body = sent if isinstance(sent, bytes) else msgspec.json.encode(sent)
    return parse(LOG, content_type or (BATCH if isinstance(sent, list) else STRUCTURED), body)


def refused(
    sent: Json | list[Json] | bytes,
    pointer: str = "",
    error: type[IchiError] = Malformed,
    content_type: str | None = None,
) -> IchiError:
    with pytest.raises(error) as caught:
        read(sent, content_type)
    assert type(caught.value) is error
    assert caught.value.pointer == pointer
    assert any("ぁ" <= letter <= "ん" for letter in caught.value.message)
    assert len(caught.value.message.encode()) < 500
    return caught.value


# What is read


@pytest.mark.parametrize("said", EXAMPLES, ids=lambda said: said.tag())
def test_every_example_is_read_as_it_was_meant(said: Fact) -> None:
    (proposed,) = read(event(said))
    assert proposed.fact == said
    assert (str(proposed.id), proposed.pointer) == (ID, "")
    assert proposed.body == msgspec.json.encode(said)


def test_an_envelope_may_tell_its_subject_time_and_content_type() -> None:
    told = event(HELD, subject=HELD.subject, time="2025-10-20T14:00:00+09:00", source=LOG) | {
        "datacontenttype": "application/json"
    }
    assert [proposed.fact for proposed in read(told)] == [HELD]


@pytest.mark.parametrize(
    "text",
    [
        '{ "text" : "充実" , "fiscal_year":2025,\n\t"type": "committee.goal_set" }',
        '{"type":"committee.goal_set","fiscal_year":2025,"text":"\\u5145\\u5b9f\\/\\n"}',
        '{"type":"committee.goal_set","fiscal_year":2025,"text":"\\ud83c\\udf5e 🍞"}',
        '{"type":"committee.goal_set","fiscal_year":2025,"text":"髙﨑 ﾏﾙｼｪ か\\u3099 葛\\udb40\\udd00"}',
    ],
)
def test_the_exact_bytes_of_data_are_kept(text: str) -> None:
    (proposed,) = read(raw(f"  {text} "))
    assert proposed.body == text.encode()
    (batched,) = parse(LOG, BATCH, b"[" + raw(f" {text}\n") + b"]")
    assert batched.body == text.encode()


def test_a_fact_from_our_own_hand_has_the_bytes_it_is_written_with() -> None:
    ours = proposal(read(event(HELD))[0].id, HELD, "/2")
    assert (ours.fact, ours.body, ours.pointer) == (HELD, msgspec.json.encode(HELD), "/2")


def test_a_batch_keeps_its_order_and_says_where_each_fact_stood() -> None:
    both = read([event(HELD), event(GOAL, id=OTHER_ID)])
    assert [(proposed.fact, proposed.pointer) for proposed in both] == [(HELD, "/0"), (GOAL, "/1")]


@pytest.mark.parametrize(
    "content_type",
    [
        STRUCTURED,
        "application/CloudEvents+JSON",
        f"{STRUCTURED}; charset=utf-8",
        f'{STRUCTURED};charset="UTF-8"',
        f"{STRUCTURED} ; profile=x; Charset=utf8",
    ],
)
def test_a_media_type_may_say_utf_8(content_type: str) -> None:
    assert read(event(HELD), content_type)


# What is not even opened


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/json",
        "application/x-www-form-urlencoded",
        "application/cloudevents",
        f"{STRUCTURED}; charset=shift_jis",
        f"{STRUCTURED}; profile=x; charset=utf-16",
    ],
)
def test_another_media_type_is_not_read(content_type: str) -> None:
    with pytest.raises(WrongMediaType):
        parse(LOG, content_type, msgspec.json.encode(event(HELD)))


def test_a_body_over_the_limit_is_not_read() -> None:
    refused(b"[" * (MAX_BYTES + 1), error=TooLarge)
    assert read(msgspec.json.encode(event(HELD)).ljust(MAX_BYTES))


# What is no JSON of ours


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null{",
        b"{",
        b"id=1&type=stall.held",
        b"\xef\xbb\xbf{}",
        b"{'id': 1}",
        b'{"id":01}',
        b'{"id":"a\nb"}',
    ],
)
def test_what_is_no_json_is_said_to_be_none(body: bytes) -> None:
    assert "JSON" in refused(body).message


def test_invalid_utf_8_is_found_anywhere() -> None:
    for body in (b"\xff", goal('"X"').replace(b"X", b"\x83\x7d"), b'{"a":"\xed\xa0\x80"}'):
        assert "UTF-8" in refused(body).message


@pytest.mark.parametrize(
    "hidden",
    ["\\u0000", "\\u001b", "\\u007f", "\\u0085", "\\ud800", "\\udfff\\ud800", "\\u202e", "\u202e"]
    + ["\\u2066", "\\ufeff", "\uffff"],
)
def test_text_hides_no_controls_lone_surrogates_or_turns(hidden: str) -> None:
    assert "制御文字" in refused(goal(f'"充{hidden}実"'), "/data/text").message
    refused(raw(f'{{"type":"committee.goal_set","{hidden}":1}}'), "/data")


def test_joiners_and_marks_that_scripts_need_are_stored_as_typed() -> None:
    typed = "か\u3099\u200d\ufe0e\t二行\n目"
    assert read(data(GOAL, text=typed))[0].fact == committee.GoalSet(2025, typed)


@pytest.mark.parametrize("number", ["2147483648", "-2147483649", "9223372036854775807"])
def test_a_number_beyond_its_field_is_refused_in_its_place(number: str) -> None:
    text = f'{{"type":"committee.goal_set","fiscal_year":{number},"text":"充実"}}'
    refused(raw(text), "/data/fiscal_year")


@pytest.mark.parametrize("number", ["9223372036854775808", "-9223372036854775809", "1" * 5_000])
def test_a_number_beyond_any_field_is_refused(number: str) -> None:
    refused(raw(f'{{"type":"committee.goal_set","fiscal_year":{number},"text":"充実"}}'))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "2025.0", "2.025e3", "1e400"])
def test_a_number_is_a_whole_number(number: str) -> None:
    refused(raw(f'{{"type":"committee.goal_set","fiscal_year":{number},"text":"充実"}}'))


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_brackets_nest_only_so_deep(opening: str) -> None:
    assert "入れ子" in refused(opening.encode() * 200_000, content_type=STRUCTURED).message
    closing = "]" if opening == "[" else "}"
    nested = opening * 40 + "1" + closing * 40
    assert "入れ子" in refused(raw(nested)).message


@pytest.mark.parametrize(
    "body",
    [
        raw('{"type":"committee.goal_set","type":"month.closed","fiscal_year":2025,"text":"a"}'),
        goal('{"a":1,"\\u0061":2}'),
        b'{"id":"a",' + raw("{}")[1:],
        b'{"\\ud800":1,"\\ud800":2}',
        b'{"' + b"a" * 2_000 + b'":1,"' + b"a" * 2_000 + b'":2}',
    ],
)
def test_no_key_is_written_twice(body: bytes) -> None:
    refusal = refused(body)
    assert "二度" in refusal.message
    assert refusal.message.encode()


def test_a_hundred_thousand_keys_are_looked_through_at_once() -> None:
    keys = ",".join(f'"{n}":1' for n in range(90_000))
    began = time.process_time()
    refused(f'{{{keys},"89999":1}}'.encode())
    assert time.process_time() - began < 2


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


# Batches


def test_a_batch_has_one_event_at_least_and_a_thousand_at_most() -> None:
    def numbered(count: int) -> list[Json]:
        return [event(GOAL, id=f"019a00d8-ce80-7000-8000-{n:012d}") for n in range(count)]

    refused(b"[]", content_type=BATCH)
    assert len(read(numbered(MAX_EVENTS))) == MAX_EVENTS
    refused(numbered(MAX_EVENTS + 1), error=TooLarge)


def test_a_batch_uses_no_id_twice() -> None:
    assert "id" in refused([event(HELD), event(GOAL)], "/1/id").message
    refused([event(HELD), event(HELD)], "/1/id")


def test_a_batch_fails_where_its_first_mistake_stands() -> None:
    refused([event(HELD), data(GOAL, text="")], "/1/data/text")


def changed(said: Fact, path: str, value: object) -> Json:
    """The fact with another value, or one field more, at a JSON pointer into its data."""
    sent = event(said)
    inside = sent["data"] = msgspec.json.decode(msgspec.json.encode(said))
    *steps, last = [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]
    for step in steps:
        inside = inside[int(step)] if isinstance(inside, list) else inside[step]
    inside[int(last) if isinstance(inside, list) else last] = value
    return sent
