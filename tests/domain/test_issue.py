from shared.domain.examples import CASHLESS
from shared.domain.fact import Retracted
from shared.domain.issue import NotRaised, Raised, Shared, WasWithdrawn, Withdrawn
from tests.domain.given import given, nth

RAISED = Raised(CASHLESS, 2025, "現金のほかの払い方を尋ねられる場面が増えた。", 4)
SHARED = Shared(CASHLESS, 2025, "現金以外の支払い方法を、市域でまとめて検討したい。")
WITHDRAWN = Withdrawn(CASHLESS, 2025, "別の課題とまとめたため")


def test_an_issue_is_raised_reworded_and_shared_with_the_city() -> None:
    given().admits(RAISED)
    given(RAISED).admits(RAISED)
    given(RAISED).admits(SHARED)


def test_the_form_may_share_an_issue_that_stands_nowhere_else() -> None:
    given().admits(SHARED)
    given(SHARED).admits(WITHDRAWN)


def test_an_issue_is_withdrawn_once_and_stays_so() -> None:
    given(RAISED).admits(WITHDRAWN)
    given(RAISED, WITHDRAWN).refuses(WITHDRAWN, WasWithdrawn)
    given(RAISED, WITHDRAWN).refuses(RAISED, WasWithdrawn)
    given(RAISED, WITHDRAWN).refuses(SHARED, WasWithdrawn)


def test_an_issue_nobody_raised_is_not_withdrawn() -> None:
    given().refuses(WITHDRAWN, NotRaised)


def test_retracting_the_withdrawal_opens_the_issue_again() -> None:
    given(RAISED, WITHDRAWN, Retracted(nth(2), "取り下げは誤り")).admits(SHARED)


def test_an_issue_raised_after_its_withdrawal_in_the_log_stays_withdrawn() -> None:
    given(RAISED, WITHDRAWN, RAISED).refuses(SHARED, WasWithdrawn)


def test_all_is_about_the_issue() -> None:
    assert RAISED.subject == SHARED.subject == WITHDRAWN.subject == f"issue/{CASHLESS}"
