from shared.domain.examples import UNREAD
from shared.domain.remark import Kept
from tests.domain.given import given


def test_what_nobody_understood_is_kept_word_for_word() -> None:
    given().admits(Kept(UNREAD, 2025, "9月 活動内容", "（31日、年明けにもう一度相談", "2025-09"))
    given().admits(Kept(UNREAD, 2025, "年間目標", " "))


def test_a_remark_is_about_itself() -> None:
    assert Kept(UNREAD, 2025, "年間目標", "※").subject == f"remark/{UNREAD}"
