"""The table judges each goal by the medians of its own run."""

from tests.bench.table import OURS, table

FAST, SLOW = [900.0, 1000.0, 5000.0], [100.0, 200.0, 300.0]


def test_a_goal_is_judged_by_the_median_of_the_better_peer() -> None:
    rates = {("a", OURS[0]): FAST, ("a", "eventsourcing"): SLOW, ("a", "message-db"): [250.0]}
    assert "ours, one log >= 4 x eventsourcing or message-db: 4.00, met" in table(rates, {})


def test_a_goal_that_is_missed_says_so() -> None:
    rates = {("a", OURS[0]): SLOW, ("a", "eventsourcing"): FAST}
    assert "ours, one log >= 4 x eventsourcing or message-db: 0.20, NOT MET" in table(rates, {})


def test_a_goal_beside_another_work_names_it() -> None:
    rates = {("a", OURS[0]): SLOW, ("b", OURS[0]): FAST}
    assert "ours, one log >= 1.5 x ours, one log in a: 5.00, met" in table(rates, {})


def test_a_goal_of_so_many_a_second_is_judged_alone() -> None:
    rates = {("g", "ours, rebuilding"): [99_999.0]}
    assert "ours, rebuilding >= 100,000 a second: 99,999, NOT MET" in table(rates, {})


def test_a_peer_that_is_missing_is_named_and_nothing_is_judged_by_it() -> None:
    text = table({("d", OURS[0]): SLOW}, {"message-db": "npm is missing"})
    assert "not measured: npm is missing" in text
    peers = "eventsourcing or message-db or emmett"
    assert f"ours, one log >= 1 x {peers}: not judged" in text
