"""Follow a log as it grows: Server-Sent Events, for those who may read it still."""

import logging
import re
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from litestar import Response, get
from litestar.di import NamedDependency

from services.ward.events import Asked
from services.ward.ward import Ward
from shared.domain.catalogue import GOVERNING
from shared.errors import IchiError, Malformed
from shared.eventlog import Entry
from shared.following import Reader
from shared.web.feed import sent_events
from shared.web.parameters import LAST_POSITION, After, Kind
from shared.web.streaming import MEDIA_TYPE, EventStream

logger = logging.getLogger(__name__)

PAGE = 100
RIGHTS_SECONDS = 4.0
HEARTBEAT_SECONDS = 15.0
LONGEST_SECONDS = 600.0

OPENING = b"retry: 2000\n\n"
HEARTBEAT = b":\n\n"
RESUME = b'event: resume\ndata: {"after":%d}\n\n'


class BadLastEventId(Malformed):
    message = "Last-Event-ID には、最後に受け取った記録の件数を数字で書いてください"


@get(
    "/stream",
    summary="記録を届き次第受け取る",
    description="Server-Sent Events です。id は件数、data は CloudEvents の記録一つです。"
    "after か Last-Event-ID の次から（どちらもなければ台帳の初めから）順に届き、その後は記録される"
    "たびに届きます。10分たつと event: resume を送って終わります。30秒間何も受け取らない接続は"
    "切ります。どちらのときも、最後に受け取った id を Last-Event-ID に書いてつなぎ直せば、"
    "続きから届きます。台帳にまだない件数を書くと 409 で断ります。",
    response_description="記録の流れ",
    media_type=MEDIA_TYPE,
)
async def stream(
    request: Asked, ward: NamedDependency[Ward], after: After = 0, kind: Kind = None
) -> Response[bytes]:
    start = _start(request.headers.get("last-event-id", ""), after)
    with ward.hub.reader(ward.reader, request.user.log, start, kind) as reader:
        await reader.require_reached()
    return EventStream(_chunks(request, ward, start, kind), ward.hub.place)


def _start(last_event_id: str, after: int) -> int:
    """The header comes from a reader that goes on; its address is the one it began with."""
    if not last_event_id:
        return after
    if not re.fullmatch(r"[0-9]{1,19}", last_event_id) or int(last_event_id) > LAST_POSITION:
        raise BadLastEventId
    return int(last_event_id)


async def _chunks(
    request: Asked, ward: Ward, after: int, kind: str | None
) -> AsyncGenerator[bytes, None]:
    """What goes out, a page a chunk; ends in silence when the right to read is gone."""
    yield OPENING
    with ward.hub.reader(ward.reader, request.user.log, after, kind) as reader:
        try:
            async with aclosing(_pages(request, ward, reader)) as pages:
                async for chunk in pages:
                    yield chunk
        except IchiError as error:
            logger.info("a stream of %s ends: %s", request.user.log, type(error).__name__)
        else:
            yield RESUME % reader.position


async def _pages(request: Asked, ward: Ward, reader: Reader) -> AsyncGenerator[bytes, None]:
    """Raises what `Gate.caller` does."""
    checked = sent = time.monotonic()
    until = checked + LONGEST_SECONDS
    while (now := time.monotonic()) < until and not ward.hub.closing:
        page = await reader.page(PAGE, within=max(0.0, checked + RIGHTS_SECONDS - now))
        if time.monotonic() - checked >= RIGHTS_SECONDS or _may_end_rights(page):
            await ward.gate.caller(request)
            checked = time.monotonic()
        if page or time.monotonic() - sent >= HEARTBEAT_SECONDS:
            yield sent_events(page) if page else HEARTBEAT
            sent = time.monotonic()


def _may_end_rights(page: Iterable[Entry]) -> bool:
    return any(entry.type.startswith(GOVERNING) for entry in page)
