"""A ward's app on a real server, on its own database, and clients that ask over real HTTP."""

from collections.abc import AsyncIterator

import pytest

from shared.postgres import Urls
from tests.database.world import opened
from tests.web.site import Site, serving


@pytest.fixture
async def site(urls: Urls) -> AsyncIterator[Site]:
    async with opened(urls) as world, serving(urls) as served, Site.of(*served, world) as found:
        yield found
