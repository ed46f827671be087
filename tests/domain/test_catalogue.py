from datetime import date

import msgspec
import pytest

from shared.domain import stall
from shared.domain.catalogue import (
    AGGREGATES,
    FACTS,
    GOVERNING,
    NotUnderstood,
    aggregate_of,
    decode,
    read,
)
from shared.domain.examples import EXAMPLES, HOSHIKAWA, YUMEWORK, example_of

HELD = stall.Held(HOSHIKAWA, date(2025, 10, 20), (YUMEWORK,))


def test_every_kind_of_fact_has_one_example_in_the_order_of_the_catalogue() -> None:
    assert [example.tag() for example in EXAMPLES] == list(FACTS)


@pytest.mark.parametrize("tag", FACTS)
def test_an_example_is_read_as_it_was_written(tag: str) -> None:
    example = example_of(FACTS[tag])
    assert type(example) is FACTS[tag]
    assert decode(msgspec.json.encode(example)) == example


@pytest.mark.parametrize("tag", FACTS)
def test_a_kind_of_fact_belongs_to_the_aggregate_its_name_begins_with(tag: str) -> None:
    assert aggregate_of(FACTS[tag]) is AGGREGATES[tag.partition(".")[0]][1]


def test_rights_arrive_in_no_body() -> None:
    assert not {"may", "correctable"} & {
        f for kind in FACTS.values() for f in kind.__struct_fields__
    }
    body = b'{"may":["staff"],' + msgspec.json.encode(HELD)[1:]
    assert read(body).may == stall.Held.may


def test_a_reader_accepts_a_field_that_newer_code_wrote() -> None:
    assert read(b'{"weather":"rain",' + msgspec.json.encode(HELD)[1:]) == HELD


@pytest.mark.parametrize(
    "body",
    [
        b'{"type":"stall.held.2","day":"2025-10-20"}',
        b'{"type":"stall.held","day":"someday"}',
        b'{"type":"stall.held"}',
    ],
)
def test_what_this_code_does_not_know_is_kept_and_never_judged(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(body)
    unknown = read(body)
    assert isinstance(unknown, NotUnderstood)
    assert unknown.type.startswith("stall.held")
    assert unknown.subject == "" and unknown.year is None
    assert not unknown.may and not unknown.correctable


def test_the_types_that_govern_are_those_of_log_role_rule_and_fact() -> None:
    governing = {tag.partition(".")[0] for tag in FACTS if tag.startswith(GOVERNING)}
    assert governing == {"log", "role", "rule", "fact"}


def test_a_stored_body_without_a_type_stops_no_reader() -> None:
    for body in (b"{}", b'{"type": 3}', b"[]", b"nothing"):
        found = read(body)
        assert isinstance(found, NotUnderstood)
        assert found.type == ""
