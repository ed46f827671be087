from shared.domain.examples import CHAIR
from shared.domain.person import Forgotten
from tests.domain.given import given


def test_a_person_may_be_forgotten_again_after_a_restore() -> None:
    given(Forgotten(CHAIR)).admits(Forgotten(CHAIR))


def test_forgetting_is_about_the_person() -> None:
    assert Forgotten(CHAIR).subject == f"person/{CHAIR}"
