"""Requests as a well-meaning system writes them, and as others do."""

from datetime import date
from typing import Any

import msgspec
import pytest

from shared.domain import committee, stall
from shared.domain.base import Fact
from shared.domain.examples import HOSHIKAWA, YUMEWORK
from shared.envelope import (
    BATCH,
    STRUCTURED,
    Proposal,
    parse,
)
from shared.errors import IchiError, Malformed

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


def changed(said: Fact, path: str, value: object) -> Json:
    """The fact with another value, or one field more, at a JSON pointer into its data."""
    sent = event(said)
    inside = sent["data"] = msgspec.json.decode(msgspec.json.encode(said))
    *steps, last = [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]
    for step in steps:
        inside = inside[int(step)] if isinstance(inside, list) else inside[step]
    inside[int(last) if isinstance(inside, list) else last] = value
    return sent
