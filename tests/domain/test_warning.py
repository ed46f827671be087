import msgspec
import pytest

from shared.domain.catalogue import decode
from shared.domain.warning import Settled
from tests.domain.given import given

TOTAL = Settled(2025, "members_do_not_add_up:2025:19/18", "その他の1名は合計にだけ入れている")


def test_a_warning_is_settled_and_settled_again() -> None:
    given().admits(TOTAL)
    given(TOTAL).admits(TOTAL)


def test_changed_figures_are_another_warning() -> None:
    other = Settled(2025, "members_do_not_add_up:2025:20/18", "二人増えた")
    assert other.subject != TOTAL.subject == "warning/members_do_not_add_up:2025:19/18"


@pytest.mark.parametrize(
    "written", ["19/18", "Members:1", "members:", "members:1 9", "members:1\n"]
)
def test_a_warning_is_named_by_rule_and_figures(written: str) -> None:
    said = {"type": "warning.settled", "fiscal_year": 2025, "warning": written, "reason": "正しい"}
    with pytest.raises(msgspec.ValidationError):
        decode(msgspec.json.encode(said))
