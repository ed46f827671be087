"""Form → facts → form: what was understood comes back, and comes back the same again."""

from uuid import uuid4

import pytest
from hypothesis import given

from shared.envelope import proposal
from shared.reports import layout
from shared.reports.reading import read_form
from tests.paper import Names, facts_of, form_from
from tests.reports.test_mutations import SLIPS, Change, slipped


def drawn(data: bytes) -> str:
    """The form that the facts of this file fill in."""
    names = Names()
    facts = facts_of(read_form(data, 2025), names)
    for fact in facts:
        assert proposal(uuid4(), fact).fact == fact  # the door takes every one of them
    return layout.tsv(form_from(facts, names))


@given(SLIPS)
def test_a_damaged_form_settles_after_one_round(slips: list[Change]) -> None:
    once = drawn(slipped(slips).encode())
    assert drawn(once.encode()) == once


def test_the_same_form_from_tsv_and_from_a_saved_workbook(
    fixture_form: bytes, fixture_workbook: bytes
) -> None:
    assert drawn(fixture_workbook) == drawn(fixture_form)


@pytest.mark.parametrize("text", ["a\tb", "1行目\n2行目", "<p>&amp;</p>", "&lt;b&gt; < &", "=1+1"])
def test_awkward_free_text_survives(fixture_form: bytes, text: str) -> None:
    goal = "年間目標\t"
    escaped = text.replace("\t", " ").replace("\n", "<br>")
    line = next(row for row in fixture_form.decode().split("\n") if row.startswith(goal))
    data = fixture_form.decode().replace(line, f"{goal}{escaped}\t\t\t\t\t\t").encode()
    once = drawn(data)
    assert drawn(once.encode()) == once
