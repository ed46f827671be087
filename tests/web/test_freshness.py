"""How far the answers are behind, over real HTTP."""

from tests.database.world import HODOGAYA
from tests.web.site import HELD, Site

FRESHNESS = f"/v1/logs/{HODOGAYA}/freshness"


async def test_freshness_tells_each_question_s_position_and_delay(site: Site) -> None:
    await site.send(HELD)
    await site.until_projected()
    answer = await site.client.get(FRESHNESS)
    assert answer.status_code == 200
    questions = answer.json()["questions"]
    asked = {projection.question for projection in site.world.projections.all}
    assert {each["question"] for each in questions} == asked
    for each in questions:
        assert (each["position"], each["head"], each["events"], each["seconds"]) == (3, 3, 0, 0)
        assert (each["not_understood"], each["skipped"], each["unanswered"]) == (0, 0, 0)
        assert each["building"] is None


async def test_freshness_takes_no_other_words_and_no_other_log(site: Site) -> None:
    assert (await site.client.get(f"{FRESHNESS}?x=1")).status_code == 400
    await site.seya()
    other = await site.client.get("/v1/logs/141143-hanbai/freshness")
    assert other.status_code == 404
    unknown = await site.client.get(FRESHNESS, headers={"Authorization": "Bearer x"})
    assert unknown.status_code == 401
