"""Cut at COMMIT at random: the retry gets the right receipt, and nothing that is kept is stale."""

import os
import sys
from random import Random

import pytest

from shared import postgres
from tests.database.commit_cut import survive
from tests.database.world import World

CUTS, SILENT = (200, 20) if os.environ.get("ICHI_PROOF") else (10, 0)


async def test_whatever_is_cut_around_the_commit(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(postgres, "COMMAND_WITHIN", 0.5)  # who waits at a silent wire gives up
    survived = await survive(world, CUTS, Random(1), silent=SILENT)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{CUTS} cuts: {survived.unanswered} requests got no answer, "
            f"{survived.stored} of them were stored\n"
        )
    assert 0 < survived.stored < survived.unanswered
