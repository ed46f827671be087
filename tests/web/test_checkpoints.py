"""The signed checkpoint and its proofs over HTTP: what a stranger can check with two answers."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared import eventlog
from shared.checkpoint import Checkpoint, parse
from shared.notary import Notary
from shared.proof import verify_consistency, verify_inclusion
from shared.settings import Settings
from shared.signing import PublicKey
from tests.database.world import HODOGAYA
from tests.web.site import HELD, Site, bearer

LOG = f"/v1/logs/{HODOGAYA}"
KEY = "/v1/node/key"


@pytest.fixture
async def signing(site: Site, tmp_path: Path) -> Site:
    """The site with keys and checkpoints of this test's own."""
    ward = site.with_gate(site.app.state.ward.gate)
    settings = Settings(keys=tmp_path / "keys", checkpoints=tmp_path / "checkpoints")
    site.app.state.ward = replace(ward, notary=Notary(settings, ward.reader))
    await site.send(HELD, HELD)
    return site


async def checkpoint(site: Site) -> Checkpoint:
    """What the node signs now, by its published key."""
    async with httpx.AsyncClient(base_url=site.base) as stranger:
        name, _, key = (await stranger.get(KEY)).text.strip().split("+", 2)
    public = PublicKey(name, base64.b64decode(key)[1:])
    answer = await site.client.get(f"{LOG}/checkpoint")
    assert (answer.status_code, answer.headers["content-type"]) == (200, PLAIN)
    return parse(public.text_of(answer.text), "local/logs/141062-hanbai")


PLAIN = "text/plain; charset=utf-8"


async def proof(site: Site, kind: str, **asked: int) -> dict[str, Any]:
    answer = await site.client.get(f"{LOG}/proofs/{kind}", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def hashes(found: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(each) for each in found["hashes"]]


async def test_an_entry_is_proved_to_be_in_what_was_signed(signing: Site) -> None:
    signed = await checkpoint(signing)
    assert signed.size == 4
    entries = await eventlog.read_page(signing.world.reader, HODOGAYA, 0)
    assert signed.chain == entries[-1].hash
    for entry in entries:
        found = await proof(signing, "inclusion", position=entry.position)
        assert (found["position"], found["size"]) == (entry.position, 4)
        assert base64.b64decode(found["root"]) == signed.root
        assert base64.b64decode(found["digest"]) == entry.digest
        shown = entry.digest, entry.position - 1, 4, hashes(found), signed.root
        assert verify_inclusion(*shown)


async def test_what_was_signed_later_is_proved_to_go_on_from_before(signing: Site) -> None:
    before = await checkpoint(signing)
    await signing.send(HELD)
    after = await checkpoint(signing)
    assert (before.size, after.size) == (4, 5)
    for asked in ({"first": 4}, {"first": 4, "second": 5}):
        found = await proof(signing, "consistency", **asked)
        assert (found["first"], found["second"]) == (4, 5)
        assert base64.b64decode(found["first_root"]) == before.root
        assert base64.b64decode(found["second_root"]) == after.root
        assert verify_consistency(4, 5, hashes(found), before.root, after.root)
    assert (await proof(signing, "consistency", first=5))["hashes"] == []
    assert (await proof(signing, "consistency"))["first"] == 1
    found = await proof(signing, "inclusion", size=4)
    assert found["position"] == 4
    assert base64.b64decode(found["root"]) == before.root


@pytest.mark.parametrize(
    ("address", "pointer"),
    [
        ("inclusion?position=0", "/position"),
        ("inclusion?position=5", "/position"),
        ("inclusion?position=4&size=3", "/position"),
        ("inclusion?position=1&size=5", "/size"),
        ("inclusion?position=1&size=0", "/size"),
        ("inclusion?position=x", "/position"),
        (f"inclusion?position=1&size={2**63}", "/size"),
        ("inclusion?position=1&second=2", "/second"),
        ("consistency?first=0", "/first"),
        ("consistency?first=-1", "/first"),
        ("consistency?first=5", "/first"),
        ("consistency?first=3&second=2", "/first"),
        ("consistency?first=3&second=5", "/second"),
    ],
)
async def test_what_cannot_be_proved_is_refused_by_name(
    signing: Site, address: str, pointer: str
) -> None:
    answer = await signing.client.get(f"{LOG}/proofs/{address}")
    assert answer.status_code == 400
    assert answer.json()["pointer"] == pointer


async def test_checkpoint_and_proofs_ask_for_the_right_to_read_the_log(signing: Site) -> None:
    stranger = bearer(await signing.seya())
    for path in ("checkpoint", "proofs/inclusion?position=1", "proofs/consistency?first=1"):
        assert (await signing.client.get(f"{LOG}/{path}", headers=stranger)).status_code == 404
        async with httpx.AsyncClient(base_url=signing.base) as nobody:
            assert (await nobody.get(f"{LOG}/{path}")).status_code == 401


async def test_a_log_that_is_not_what_was_signed_is_not_signed_for_anybody(
    signing: Site, tmp_path: Path
) -> None:
    await checkpoint(signing)
    file = tmp_path / "checkpoints" / "141062-hanbai.checkpoint"
    file.write_text(file.read_text("utf-8").replace("\n4\n", "\n5\n"), "utf-8")
    answer = await signing.client.get(f"{LOG}/checkpoint")
    assert answer.status_code == 503
    assert "控え" in answer.json()["detail"]
    assert "retry-after" not in answer.headers  # asking again changes nothing
