"""The short way through the door lets in nothing that the long way would refuse."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.canonical import canonical_fact
from shared.domain import stall
from shared.domain.base import FORBIDDEN
from shared.domain.catalogue import NotUnderstood, read
from shared.domain.examples import HOSHIKAWA, YUMEWORK
from shared.envelope import strict_fact
from shared.errors import Malformed

STORED = [
    line.encode()
    for line in (Path(__file__).parent / "stored_events.jsonl").read_text("utf-8").splitlines()
]
CANONICAL = [
    msgspec.json.encode(fact) for fact in map(read, STORED) if not isinstance(fact, NotUnderstood)
]
PIECES = [
    b'"', b",", b":", b"{", b"}", b" ", b"\n", b"\\", b"\\u0061", b"\\u202e", b"\\b", b"\\f",
    "\u202e".encode(), b"\x00", b"\x7f", b"\xff", b"0", b"1", b"9", b"-", b"E", b"null", b"1e400",
    b'"type":', b'"a":1,', b"19", b"2201", b"1947-03-31", b"2201-04-01", b"99999999999999999999",
]  # fmt: skip


def hidden(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether text somewhere in it has what no text may have."""
    if isinstance(value, str):
        return FORBIDDEN.search(value) is not None
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(hidden(part) for part in parts)


@pytest.mark.parametrize("body", CANONICAL)
def test_what_we_spell_ourselves_takes_the_short_way(body: bytes) -> None:
    assert canonical_fact(body) == strict_fact(body, "")


@given(
    st.sampled_from(CANONICAL),
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 12), st.sampled_from(PIECES)), max_size=3
    ),
)
def test_whatever_takes_the_short_way_could_take_the_long_one(
    body: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    for at, gone, piece in changes:
        body = body[:at] + piece + body[at + gone :]
    fact = canonical_fact(body)
    if fact is not None:
        assert strict_fact(body, "") == fact
        assert not hidden(msgspec.to_builtins(fact))


@pytest.mark.parametrize(
    ("day", "near"),
    [("1947-03-31", False), ("1947-04-01", True), ("2201-03-31", True), ("2201-04-01", False)],
)
def test_the_ends_of_time_are_left_to_the_long_way(day: str, near: bool) -> None:  # noqa: FBT001
    held = stall.Held(HOSHIKAWA, date.fromisoformat(day), (YUMEWORK,))
    body = msgspec.json.encode(held)
    assert canonical_fact(body) is None
    if near:
        strict_fact(body, "")
    else:
        with pytest.raises(Malformed):
            strict_fact(body, "")
