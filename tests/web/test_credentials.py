"""Who may ask: a token opens exactly one log, and that another exists is a secret."""

import base64
import logging
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import uuid4

import httpx
import pytest

from shared.auth import tokens
from shared.domain.base import Role
from shared.domain.role import Granted, Withdrawn
from shared.wards import load_wards
from shared.web.credentials import Gate
from tests.database.world import HODOGAYA
from tests.web.site import EVENTS, HELD, SEYA, Site, bearer

READS = [
    "events",
    "warnings",
    "reports/2025.json",
    "reports/2025.html",
    "figures/2025",
    "figures/2025/members",
]
YESTERDAY = date(2025, 4, 1)


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


async def ask_all(
    site: Site, headers: dict[str, str], log: str = HODOGAYA
) -> dict[str, httpx.Response]:
    """Ask every route of a log."""
    found = {}
    async with httpx.AsyncClient(base_url=site.base, headers=headers) as client:
        for path in READS:
            found[path] = await client.get(f"/v1/logs/{log}/{path}")
        found["publish"] = await client.post(
            f"/v1/logs/{log}/events", content=b"x" * 2_000_000, headers={"Content-Type": "x/y"}
        )
    return found


NO_CREDENTIALS: list[dict[str, str]] = [
    {},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer ichi_"},
    {"Authorization": "Bearer ichi_unknown"},
    {"Authorization": "Bearer ' OR 1=1 --"},
    {"Authorization": "Digest ichi_x"},
    {"Authorization": "Basic !!!"},
    {"Authorization": "Basic /w=="},
    basic("ichi_unknown", ""),
]


async def test_without_a_good_token_every_route_asks_for_one(site: Site) -> None:
    for headers in NO_CREDENTIALS:
        for log in (HODOGAYA, "000000-none"):
            for path, answer in (await ask_all(site, headers, log)).items():
                assert answer.status_code == 401, (path, headers)
                assert answer.headers["www-authenticate"].startswith("Basic ")
                assert "Bearer " in answer.headers["www-authenticate"]
                assert answer.headers["content-type"] == "application/problem+json"


async def test_anothers_log_is_as_unknown_as_one_that_is_not_there(site: Site) -> None:
    await site.seya()
    there = await ask_all(site, bearer(site.token), SEYA)
    alias = await ask_all(site, bearer(site.token), "seya")
    nowhere = await ask_all(site, bearer(site.token), "141011-hanbai")
    odd = await ask_all(site, bearer(site.token), "%00")
    for path, answer in there.items():
        assert answer.status_code == 404
        same = (alias[path], nowhere[path], odd[path])
        assert {other.text for other in same} == {answer.text}
        assert {other.status_code for other in same} == {404}


async def test_each_ward_reads_its_own_log(site: Site) -> None:
    token = await site.seya()
    async with httpx.AsyncClient(base_url=site.base, headers=bearer(token)) as client:
        (await client.get(f"/v1/logs/{SEYA}/events")).raise_for_status()
        (await client.get("/v1/logs/seya/reports/2025.text")).raise_for_status()
        assert (await client.get(EVENTS)).status_code == 404


async def test_a_browser_reads_with_the_token_as_password_and_never_writes(site: Site) -> None:
    answers = await ask_all(site, basic("だれでも", site.token))
    published = answers.pop("publish")
    assert published.status_code == 401
    del answers["figures/2025/members"]
    assert {answer.status_code for answer in answers.values()} == {200}


async def test_a_revoked_token_opens_nothing_more(site: Site) -> None:
    assert (await site.client.get(EVENTS)).status_code == 200
    await tokens.revoke(site.world.auth, HODOGAYA, site.world.secretary)
    answers = await ask_all(site, bearer(site.token))
    assert {answer.status_code for answer in answers.values()} == {401}


async def test_a_role_opens_reading_until_it_is_withdrawn(site: Site) -> None:
    auditor = uuid4()
    token = await tokens.create(site.world.auth, HODOGAYA, auditor, "監査")

    async def reads() -> set[int]:
        answers = await ask_all(site, bearer(token))
        del answers["publish"]
        return {answer.status_code for answer in answers.values()}

    assert await reads() == {401}
    await site.world.publish(Granted(auditor, Role.AUDITOR, YESTERDAY))
    assert await reads() == {200}
    await site.world.publish(Withdrawn(auditor, Role.AUDITOR))
    assert await reads() == {401}
    site.client.headers.update(bearer(token))
    answer = await site.send(HELD)
    assert answer.status_code == 403


async def test_city_staff_read_no_ward_s_whole_log(site: Site) -> None:
    city = uuid4()
    token = await tokens.create(site.world.auth, HODOGAYA, city, "市")
    await site.world.publish(Granted(city, Role.CITY, YESTERDAY))
    answers = await ask_all(site, bearer(token))
    assert {answer.status_code for path, answer in answers.items() if path != "publish"} == {401}


async def test_a_role_ends_with_its_last_day_in_japan(site: Site) -> None:
    auditor = uuid4()
    token = await tokens.create(site.world.auth, HODOGAYA, auditor, "監査")
    await site.world.publish(Granted(auditor, Role.AUDITOR, YESTERDAY, until=date(2026, 3, 31)))
    last_moment = datetime(2026, 3, 31, 14, 59, 59, tzinfo=UTC)
    wards = load_wards(None)
    for moment, status in ((last_moment, 200), (last_moment + timedelta(seconds=1), 401)):
        finder = tokens.Finder(site.world.auth)
        gate = Gate(finder, site.world.reader, wards, partial(_same, moment))
        site.app.state.ward = site.with_gate(gate)
        answer = await site.client.get(EVENTS, headers=bearer(token))
        assert answer.status_code == status


def _same(moment: datetime) -> datetime:
    return moment


async def test_each_refusal_leaves_one_line_without_the_token(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "shared.web"):
        await site.client.get("/v1/logs/x%0Ainjected/events")
    (line,) = caplog.messages
    assert line == r"404 /problems/not-found GET '/v1/logs/x\ninjected/events'"
    assert site.token not in caplog.text
