import time

import msgspec
import pytest

from shared.domain import committee
from shared.domain.base import Fact
from shared.domain.examples import EXAMPLES
from shared.envelope import BATCH, MAX_BYTES, MAX_EVENTS, STRUCTURED, parse, proposal
from shared.errors import TooLarge, WrongMediaType
from tests.domain.envelopes import (
    GOAL,
    HELD,
    ID,
    LOG,
    OTHER_ID,
    Json,
    data,
    event,
    goal,
    raw,
    read,
    refused,
)

HIDDEN = tuple(
    f"\\u{code}" for code in ("0000", "001b", "007f", "0085", "d800", "202e", "2066", "feff")
)


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
        '{"type":"committee.goal_set","fiscal_year":2025,"text":"髙﨑 ﾏﾙｼｪ か\\u3099"}',
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
    for body in (b"\xff", b'{"a":"\xed\xa0\x80"}'):
        assert "UTF-8" in refused(body).message
    assert "UTF-8" in refused(goal('"X"').replace(b"X", b"\x83\x7d"), "/data").message


@pytest.mark.parametrize(
    "hidden",
    [*HIDDEN, r"\b", r"\f", "\u202e"],
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
    refused(raw(f'{{"type":"committee.goal_set","fiscal_year":{number},"text":"充実"}}'), "/data")


@pytest.mark.parametrize("number", ["2025.0", "2.025e3", "1e400"])
def test_a_number_is_a_whole_number(number: str) -> None:
    refused(raw(f'{{"type":"committee.goal_set","fiscal_year":{number},"text":"充実"}}'), "/data")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_number_is_a_number(number: str) -> None:
    refused(raw(f'{{"type":"committee.goal_set","fiscal_year":{number},"text":"充実"}}'))


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_brackets_nest_only_so_deep(opening: str) -> None:
    assert "入れ子" in refused(opening.encode() * 200_000, content_type=STRUCTURED).message
    closing = "]" if opening == "[" else "}"
    nested = opening * 40 + "1" + closing * 40
    assert "入れ子" in refused(raw(nested), "/data" if opening != "[" else "").message


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (raw('{"type":"committee.goal_set","type":"month.closed","fiscal_year":2025}'), "/data"),
        (goal('{"a":1,"\\u0061":2}'), "/data"),
        (b'{"id":"a",' + raw("{}")[1:], ""),
        (raw("{}")[:-1] + b',"data":{}}', ""),
        (b'{"\\ud800":1,"\\ud800":2}', ""),
        (b'{"' + b"a" * 2_000 + b'":1,"' + b"a" * 2_000 + b'":2}', ""),
    ],
)
def test_no_key_is_written_twice(body: bytes, pointer: str) -> None:
    refusal = refused(body, pointer)
    assert "二度" in refusal.message
    assert refusal.message.encode()


def test_a_hundred_thousand_keys_are_looked_through_at_once() -> None:
    keys = ",".join(f'"{n}":1' for n in range(90_000))
    began = time.process_time()
    refused(f'{{{keys},"89999":1}}'.encode())
    assert time.process_time() - began < 2


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
