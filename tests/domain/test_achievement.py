from shared.domain.achievement import Noted
from tests.domain.given import given

NEW_WORKPLACES = Noted(2025, "一年のうちに三つの事業所が仲間に加わった。", 1)


def test_an_achievement_is_told_beside_others_of_its_year() -> None:
    given().admits(NEW_WORKPLACES)
    given(NEW_WORKPLACES).admits(Noted(2025, "西谷浄水場には三回出かけた。", 2))


def test_achievements_are_about_their_year() -> None:
    assert NEW_WORKPLACES.subject == "achievement/2025"
