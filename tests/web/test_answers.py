"""The report and its figures over real HTTP, now and as of then."""

import json
from datetime import date, timedelta
from uuid import UUID, uuid4

from shared.domain import committee, fact, sale, stall, vendor
from shared.names import hold_names
from shared.reports.writing import STYLE, STYLE_SOURCE
from tests.database.world import HODOGAYA
from tests.web.site import HELD, SALE, YUMEWORK, Site

LOG = f"/v1/logs/{HODOGAYA}"
OPENED = sale.Opened(SALE, "星川駅出張販売", "away")
JOINED = vendor.Joined(YUMEWORK, "ゆめわーく")


async def test_the_report_comes_in_each_format(site: Site) -> None:
    await site.send(OPENED, JOINED, HELD)
    await site.until_projected()
    kinds = {
        "text": "text/plain; charset=utf-8",
        "tsv": "text/tab-separated-values; charset=utf-8",
        "json": "application/json",
        "html": "text/html; charset=utf-8",
    }
    for kind, media_type in kinds.items():
        answer = await site.client.get(f"{LOG}/reports/2025.{kind}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media_type
        assert answer.headers["cache-control"] == "no-store"
        assert "星川駅出張販売" in json.dumps(answer.text, ensure_ascii=False)


async def test_the_drawn_page_may_use_its_own_style_and_nothing_else(site: Site) -> None:
    answer = await site.client.get(f"{LOG}/reports/2025.html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert f"style-src {STYLE_SOURCE}" in policy
    assert f"<style>{STYLE}</style>" in answer.text
    assert "http" not in answer.text.replace(STYLE, "")


async def test_text_of_people_is_shown_as_text(site: Site) -> None:
    await site.send(sale.Opened(SALE, "<script>alert(1)</script>", "away"), HELD)
    await site.until_projected()
    answer = await site.client.get(f"{LOG}/reports/2025.html")
    assert "<script" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


async def test_a_report_as_of_then_is_the_report_of_then(site: Site) -> None:
    await site.send(OPENED, JOINED)
    (held,) = (await site.send(HELD)).json()["receipts"]
    await site.send(fact.Retracted(UUID(held["id"]), "まちがい"))
    await site.until_projected()

    async def days(as_of: str = "") -> int:
        query = {"as_of": as_of} if as_of else {}
        answer = await site.client.get(f"{LOG}/reports/2025.json", params=query)
        totals = answer.json()["totals"]
        return sum(each["days"]["value"] for each in totals)

    tomorrow = (date.fromisoformat(held["recorded_at"][:10]) + timedelta(2)).isoformat()
    assert await days() == 0
    assert await days("5") == 1
    assert await days("4") == 0
    assert await days(held["recorded_at"]) == 1
    assert await days(held["recorded_at"].replace("Z", "+00:00")) == 1
    assert await days(tomorrow) == 0
    assert await days("2020-01-01") == 0
    assert await days("999999") == 0
    blank = f"{LOG}/reports/2025.json?as_of={held['recorded_at'].replace('Z', '+00:00')}"
    assert (await site.client.get(blank)).json()["totals"] != []


async def test_a_moment_that_cannot_be_read_is_refused(site: Site) -> None:
    for text in (
        "", "-1", "x", "2026-02-30", "2026-04-10T12:00", "１２", "9" * 19, "1" * 41,
        "0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-09:00", "2026-04-10T12:00:00\0",
    ):  # fmt: skip
        for path in ("reports/2025.json", "figures/2025", "figures/2025/members"):
            answer = await site.client.get(f"{LOG}/{path}", params={"as_of": text})
            assert (answer.status_code, answer.json()["pointer"]) == (400, "/as_of"), text


async def test_only_years_and_formats_that_are_have_a_report(site: Site) -> None:
    for sheet in ("2025", "2025.", "2025.pdf", ".json", "x.json", "1946.json", "2201.json",
                  "99999999999.json", "2025.json.html", "-2025.json", "２０２５.json"):  # fmt: skip
        answer = await site.client.get(f"{LOG}/reports/{sheet}")
        assert answer.status_code == 404, sheet
        assert "2025" in answer.json()["detail"]
    for path in ("figures/x", "figures/2201", "figures/20255/members"):
        assert (await site.client.get(f"{LOG}/{path}")).status_code == 404


async def test_a_year_without_facts_is_an_empty_form(site: Site) -> None:
    for year in (1947, 2024, 2200):
        answer = await site.client.get(f"{LOG}/reports/{year}.json")
        assert answer.status_code == 200
        assert answer.json()["totals"] == []


async def test_every_figure_opens_to_the_facts_behind_it(site: Site) -> None:
    (_, _, held) = (await site.send(OPENED, JOINED, HELD)).json()["receipts"]
    await site.until_projected()
    listed = (await site.client.get(f"{LOG}/figures/2025")).json()
    assert listed["position"] == 5
    for each in listed["figures"]:
        answer = await site.client.get(f"{LOG}/figures/2025/{each['name']}")
        assert answer.status_code == 200, each["name"]
        opened = answer.json()
        assert opened["figure"] == {"value": each["value"], "known": each["known"]}
        assert opened["label"] == each["label"]
    name = f"lines/2025-10/{SALE}/1/appearances"
    opened = (await site.client.get(f"{LOG}/figures/2025/{name}")).json()
    assert opened["name"] == name
    assert opened["figure"] == {"value": 1, "known": "derived"}
    assert opened["rules"]["guests_inside"] is False
    (behind,) = [each for each in opened["facts"] if each["type"] == "stall.held"]
    assert behind["id"] == held["id"]
    assert behind["actor"] == str(site.world.secretary)
    assert behind["data"]["vendors"] == [str(YUMEWORK)]


async def test_a_figure_as_of_then_is_the_figure_of_then(site: Site) -> None:
    await site.send(OPENED, JOINED, HELD)
    await site.send(stall.Held(SALE, date(2025, 10, 21), (YUMEWORK,)))
    name = f"{LOG}/figures/2025/sales/{SALE}/days"
    assert (await site.client.get(name)).json()["figure"]["value"] == 2
    assert (await site.client.get(f"{name}?as_of=5")).json()["figure"]["value"] == 1
    assert (await site.client.get(f"{name}?as_of=3")).status_code == 404


async def test_a_figure_that_the_year_does_not_have_is_not_found(site: Site) -> None:
    for name in ("nothing", "lines/2025-10", f"sales/{uuid4()}/days", "%00", "x/"):
        answer = await site.client.get(f"{LOG}/figures/2025/{name}")
        assert answer.status_code == 404, name
        assert answer.json()["detail"]


async def test_names_come_from_the_erasable_table(site: Site) -> None:
    chair = uuid4()
    await site.send(committee.OfficerAppointed(2025, "chair", chair, "ゆめわーく"))
    await hold_names(site.world.names, HODOGAYA, {chair: "保土ケ谷 花子"})
    await site.until_projected()
    assert "保土ケ谷 花子" in (await site.client.get(f"{LOG}/reports/2025.text")).text


async def test_the_years_of_warnings_are_those_asked_for(site: Site) -> None:
    answer = await site.client.get(f"{LOG}/warnings?fiscal_year=2025&fiscal_year=2024")
    assert [each["fiscal_year"] for each in answer.json()["years"]] == [2024, 2025]
    many = "&".join(f"fiscal_year={year}" for year in range(2000, 2021))
    for query in ("fiscal_year=1946", "fiscal_year=x", "fiscal_year=99999999999", many):
        answer = await site.client.get(f"{LOG}/warnings?{query}")
        assert (answer.status_code, answer.json()["pointer"]) == (400, "/fiscal_year"), query
