"""Every answer of the app, whatever was asked: its form, its headers, its calm."""

from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from shared.checkpoint import Checkpoint, origin_of
from shared.embedded import SUPERUSER, Server
from shared.errors import Unavailable
from shared.notary import Notary
from shared.postgres import connect
from shared.settings import Settings
from shared.web.health import Pulse
from tests.database.world import HODOGAYA
from tests.web.site import EVENTS, HELD, Site

TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
PROTECTED = {
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


async def test_every_answer_is_protected(site: Site) -> None:
    answers = [
        await site.client.get(EVENTS),
        await site.send(HELD),
        await site.client.get("/health"),
        await site.client.get("/nowhere"),
        await site.client.delete(EVENTS),
        await site.client.options(EVENTS),
        await site.client.get(EVENTS, headers={"Authorization": ""}),
    ]
    assert [answer.status_code for answer in answers] == [200, 201, 200, 404, 405, 204, 401]
    for answer in answers:
        assert {name: answer.headers[name] for name in PROTECTED} == PROTECTED
        assert "access-control-allow-origin" not in answer.headers


async def test_what_the_framework_refuses_is_told_in_the_same_form(site: Site) -> None:
    answers = {
        404: await site.client.get("/v2"),
        405: await site.client.put(EVENTS),
        400: await site.client.get("/health", headers={"Host": "a b"}),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert told["status"] == status
        assert any("\u3040" <= letter <= "\u30ff" for letter in told["detail"] + told["title"])
    assert set(answers[405].headers["allow"].split(", ")) == {"GET", "OPTIONS", "POST"}


async def test_a_mistake_of_ours_is_logged_and_not_shown(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.app.state.ward = None
    answer = await site.client.get("/health")
    assert answer.status_code == 500
    assert answer.json() == {
        "type": "/problems/unexpected",
        "title": "処理できませんでした",
        "status": 500,
        "detail": "処理できませんでした。時間をおいてもう一度お試しください",
    }
    assert "Traceback" in caplog.text


async def test_health_tells_how_far_the_answers_are_behind(site: Site) -> None:
    await site.send(HELD)
    await site.until_projected()
    async with httpx.AsyncClient(base_url=site.base) as client:
        answer = await client.get("/health")
    assert answer.status_code == 200
    behind = {"events": 0, "seconds": 0.0}
    assert answer.json() == {"status": "ok", "behind": behind, "unsigned": 0}


async def test_health_counts_the_logs_that_are_not_what_was_signed(
    site: Site, tmp_path: Path
) -> None:
    settings = Settings(keys=tmp_path / "keys", checkpoints=tmp_path / "checkpoints")
    notary = Notary(settings, site.world.projector)
    await notary.sign(HODOGAYA)
    pulse = Pulse(site.world.projector, notary)
    assert (await pulse.feel()).unsigned == 0
    newer = Checkpoint(origin_of(settings.node, HODOGAYA), 9, bytes(32), bytes(32))
    signed = notary.signer.sign(newer.text)
    assert notary.notes.replace(HODOGAYA, notary.notes.read(HODOGAYA), signed)
    assert (await pulse.feel()).unsigned == 1


async def test_without_its_database_it_says_so_and_comes_back_by_itself(
    site: Site, server: Server
) -> None:
    name = urlsplit(site.world.urls.application).path.strip("/")
    owner = await connect(server.url(SUPERUSER, "postgres"))
    await owner.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    await owner.execute(TERMINATE, name)
    for answer in (
        await site.client.get("/health"),
        await site.client.get(EVENTS),
        await site.send(HELD),
    ):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["type"] == "/problems/unavailable"
        assert name not in answer.text
    await owner.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    await owner.close()
    assert (await site.client.get("/health")).status_code == 200
    assert (await site.send(HELD)).status_code == 201
    assert (await site.client.get(EVENTS)).status_code == 200


async def test_health_does_not_wait_for_long(site: Site) -> None:
    async with site.world.projector.acquire():
        notary = Notary(Settings(), site.world.projector)
        pulse = Pulse(site.world.projector, notary, within=0.0)
        with pytest.raises(Unavailable):
            await pulse.feel()
