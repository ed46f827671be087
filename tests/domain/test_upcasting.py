"""A body of an older version is read as what it says in today's."""

from datetime import date
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from shared.domain import catalogue, stall
from shared.domain.catalogue import UPCASTERS, NotUnderstood, read
from shared.domain.examples import HOSHIKAWA, YUMEWORK
from shared.domain.fact import Corrected

HELD = stall.Held(HOSHIKAWA, date(2025, 10, 20), (YUMEWORK,))
OLDEST = {"type": "stall.stood", "sale": HOSHIKAWA, "on": "2025-10-20", "vendor": YUMEWORK}
OLDER = {"type": "stall.stood.2", "sale": HOSHIKAWA, "on": "2025-10-20", "vendors": [YUMEWORK]}


def many_vendors(body: dict[str, Any]) -> dict[str, Any]:
    """stall.stood named one workplace only."""
    vendor = body.pop("vendor")
    return body | {"type": "stall.stood.2", "vendors": [vendor]}


def by_day(body: dict[str, Any]) -> dict[str, Any]:
    """stall.stood.2 called the day something else."""
    return body | {"type": "stall.held", "day": body.pop("on")}


@pytest.fixture(autouse=True)
def _older_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UPCASTERS, "stall.stood", many_vendors)
    monkeypatch.setitem(UPCASTERS, "stall.stood.2", by_day)


@pytest.mark.parametrize("body", [OLDEST, OLDER], ids=["two versions ago", "one version ago"])
def test_an_older_body_reads_as_todays_fact(body: dict[str, Any]) -> None:
    assert read(msgspec.json.encode(body)) == HELD


def test_what_a_correction_of_then_puts_in_place_is_brought_up_to_date_too() -> None:
    target = uuid4()
    body = {"type": "fact.corrected", "target": target, "reason": "入力まちがい", "fact": OLDEST}
    assert read(msgspec.json.encode(body)) == Corrected(target, "入力まちがい", HELD)


@pytest.mark.parametrize("left_out", ["vendor", "sale", "on"])
def test_an_older_body_that_cannot_be_brought_up_to_date_is_not_understood(left_out: str) -> None:
    body = {name: value for name, value in OLDEST.items() if name != left_out}
    found = read(msgspec.json.encode(body))
    assert found == NotUnderstood("stall.stood")


def test_the_door_takes_todays_version_only() -> None:
    with pytest.raises(msgspec.ValidationError):
        catalogue.decode(msgspec.json.encode(OLDEST))
