from pathlib import Path

import msgspec
import pytest

from shared.domain.catalogue import FACTS, decode, read
from shared.domain.examples import EXAMPLES

# One body of every type and version that a log may hold. Lines are only added: a log is for ever.
LINES = (Path(__file__).parent / "stored_events.jsonl").read_bytes().splitlines()


def test_every_type_has_a_line() -> None:
    assert {decode(line).tag() for line in LINES} == set(FACTS)


def test_no_line_stands_twice() -> None:
    assert len(set(LINES)) == len(LINES)


def test_every_published_example_has_a_line() -> None:
    assert {msgspec.json.encode(example) for example in EXAMPLES} <= set(LINES)


@pytest.mark.parametrize("line", LINES, ids=range(1, len(LINES) + 1))
def test_a_stored_body_is_read_and_written_again(line: bytes) -> None:
    fact = read(line)
    assert fact == decode(line)
    assert fact.tag() == msgspec.json.decode(line)["type"]
    assert read(msgspec.json.encode(fact)) == fact
