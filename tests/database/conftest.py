"""A world for each test: one opened log on its own database."""

from collections.abc import AsyncIterator

import pytest

from shared.postgres import Urls
from tests.database.world import World, opened


@pytest.fixture
async def world(urls: Urls) -> AsyncIterator[World]:
    async with opened(urls) as found:
        yield found
