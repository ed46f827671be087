"""The ward's app: its routes, who may use them, and what lives while it runs."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Router
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from services.ward import answers, checkpoints, events, freshness, pages, streams
from services.ward.ward import Ward, opened
from shared.postgres import Urls
from shared.settings import Settings
from shared.web.parameters import refuse_unknown
from shared.web.problems import problem
from shared.web.protection import protect

SMALL_BODY = 1024


def nobody() -> None:
    """Wake nobody after a publication: they poll."""


def ward_app(urls: Urls, settings: Settings, published: Callable[[], None] = nobody) -> Litestar:
    """Make the app; its lifespan opens the pools in the server's own event loop.

    `published` is called when something may have been published, here or by another process.
    Starting raises `Unavailable`, `BadSetting`.
    """

    @asynccontextmanager
    async def alive(app: Litestar) -> AsyncIterator[None]:
        app.state.schema = pages.schema_of(app)
        async with opened(urls, settings, published) as app.state.ward:
            yield

    log = Router(
        "/v1/logs/{log:str}",
        route_handlers=[
            events.publish,
            events.follow,
            events.warnings,
            streams.stream,
            answers.report,
            answers.figures,
            answers.figure,
            freshness.freshness,
            checkpoints.checkpoint,
            checkpoints.inclusion,
            checkpoints.consistency,
        ],
        middleware=[OnlyItsOwnLog],
        before_request=refuse_unknown,
    )
    return Litestar(
        [log, checkpoints.node_key, pages.health, pages.schema, pages.openapi, pages.problem],
        dependencies={"ward": Provide(ward_of, sync_to_thread=False)},
        exception_handlers={Exception: problem},
        before_send=[protect],
        lifespan=[alive],
        request_max_body_size=SMALL_BODY,
        openapi_config=None,
        logging_config=None,
    )


def ward_of(state: State) -> Ward:
    """What the lifespan opened."""
    ward: Ward = state.ward
    return ward


class OnlyItsOwnLog(AbstractAuthenticationMiddleware):
    """Stands before every route of a log: no handler can forget it."""

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        caller = await ward_of(connection.app.state).gate.caller(connection)
        return AuthenticationResult(user=caller, auth=None)
