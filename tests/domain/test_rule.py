from datetime import date

from shared.domain.rule import Set, SetAlready, holds, rule
from tests.domain.given import given

FROM_2025 = Set("guests_inside", value=True, since=date(2025, 4, 1))
FROM_2026 = Set("guests_inside", value=False, since=date(2026, 4, 1))


def test_guests_stand_beside_until_a_rule_says_otherwise() -> None:
    assert not holds(rule.fold([]), date(2025, 10, 20))
    assert not holds(rule.fold([FROM_2025]), date(2025, 3, 31))
    assert holds(rule.fold([FROM_2025]), date(2025, 4, 1))


def test_a_rule_holds_until_the_next_one_in_whatever_order_they_were_said() -> None:
    for said in ([FROM_2025, FROM_2026], [FROM_2026, FROM_2025]):
        assert holds(rule.fold(said), date(2026, 3, 31))
        assert not holds(rule.fold(said), date(2026, 4, 1))


def test_of_two_rules_from_one_day_the_later_said_holds() -> None:
    other = Set("guests_inside", value=False, since=date(2025, 4, 1))
    given(FROM_2025).admits(other)
    assert not holds(rule.fold([FROM_2025, other]), date(2025, 10, 20))


def test_the_same_rule_is_not_set_twice() -> None:
    given(FROM_2025).refuses(FROM_2025, SetAlready)
    given(FROM_2025).admits(FROM_2026)


def test_the_two_rules_do_not_meet() -> None:
    sent = Set("sent_counted", value=True, since=date(2025, 4, 1))
    given(FROM_2025).admits(sent)
    assert sent.subject != FROM_2025.subject


def test_a_rule_may_change_every_later_year() -> None:
    assert FROM_2025.year is None
