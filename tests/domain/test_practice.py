from shared.domain.examples import OTHER_COMMITTEES_NEWS
from shared.domain.practice import Shared
from tests.domain.given import given

NEWS = Shared(OTHER_COMMITTEES_NEWS, 2025, "売り場でほかの部会のお知らせも配っている。")


def test_a_practice_is_told_and_told_again() -> None:
    given().admits(NEWS)
    given(NEWS).admits(NEWS)


def test_a_practice_is_about_itself() -> None:
    assert NEWS.subject == f"practice/{OTHER_COMMITTEES_NEWS}"
