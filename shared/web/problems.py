"""Errors at the edge: whatever goes wrong is answered in one form (RFC 9457), in Japanese."""

import logging
import re
from collections.abc import Iterator
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.params import QueryParameter

from shared.domain.fact import NotEffective
from shared.errors import (
    BadSetting,
    IchiError,
    Malformed,
    NotFound,
    NotSignedIn,
    TooLarge,
    Unavailable,
)

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
CHALLENGES = 'Basic realm="ichi", charset="UTF-8", Bearer realm="ichi"'
"""Chromium reads only the first challenge of a line."""
"""Basic lets a browser open a report: any name, the token as password."""
SERVER_ERROR = 500

TITLES = {
    400: "読み取れません",
    401: "認証が必要です",
    403: "権限がありません",
    404: "見つかりません",
    405: "この操作はできません",
    409: "ほかの記録と食い違っています",
    413: "大きすぎます",
    415: "形式が違います",
    422: "受け付けられません",
    500: "処理できませんでした",
    503: "ただいま利用できません",
}


class WrongMethod(IchiError):
    status = 405
    message = "このアドレスでは、その操作（メソッド）はできません。/schema で確認してください"


class BadParameter(Malformed):
    message = "アドレスの ? から後ろを読み取れません。/schema で書き方を確認してください"


class BadRequest(Malformed):
    message = "要求を読み取れません。書き方を確認してください"


class Unexpected(IchiError):
    """A mistake of ours: the log has the trace, the answer has none."""


ANSWERING = (
    "shared.domain.",
    "shared.errors",
    "shared.eventlog",
    "shared.following",
    "shared.reports.answering",
    "shared.web.",
    "services.ward.",
)
"""Where the errors are defined that a request may end in."""

OURS: dict[int, type[IchiError]] = {
    400: BadRequest,
    401: NotSignedIn,
    404: NotFound,
    405: WrongMethod,
    413: TooLarge,
    503: Unavailable,
}
"""What stands for the framework's own errors."""


def problem(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    """Answer any error as `application/problem+json`: the only place that knows both worlds."""
    known = ours(request, error)
    content: dict[str, Any] = {
        "type": type_of(type(known)),
        "title": TITLES[known.status],
        "status": known.status,
        "detail": known.message,
    }
    if known.pointer:
        content["pointer"] = known.pointer
    if isinstance(known, NotEffective):
        content |= {"named": known.named, "now": known.now}
    _note(request, known, error)
    headers = _headers(known, error)
    return Response(content, status_code=known.status, media_type=MEDIA_TYPE, headers=headers)


def type_of(kind: type[IchiError]) -> str:
    """The stable URI reference of an error: "/problems/stall/was-cancelled", "/problems/stale"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", kind.__name__).lower()
    aggregate = re.fullmatch(r"shared\.domain\.(\w+)", kind.__module__)
    return f"/problems/{aggregate[1]}/{words}" if aggregate else f"/problems/{words}"


def ours(request: Request[Any, Any, Any], error: Exception) -> IchiError:
    """Any error as one that knows its status and its message to people."""
    match error:
        case IchiError():
            return error
        case ValidationException(extra=[{"key": str(key)}, *_]):
            name = _parameter_name(request, key)
            return BadParameter(
                f"{name} の値が正しくありません。/schema で書き方を確認してください",
                pointer=f"/{name}",
            )
        case HTTPException(status_code=status) if status in OURS:
            return OURS[status]()
        case _:
            return Unexpected()


def published_types() -> list[tuple[int, str, str]]:
    """Status, type and message of every error that an answer may be about, by status."""
    return sorted((kind.status, type_of(kind), kind.message) for kind in _kinds(IchiError))


def _kinds(kind: type[IchiError]) -> Iterator[type[IchiError]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith(ANSWERING) and child is not BadSetting:
            yield child
        yield from _kinds(child)


def _parameter_name(request: Request[Any, Any, Any], key: str) -> str:
    """The framework names the handler's argument; people wrote what stands in the address."""
    field = request.route_handler.parsed_fn_signature.parameters.get(key.partition(".")[0])
    asked = None if field is None else field.kwarg_definition
    return (asked.name if isinstance(asked, QueryParameter) else None) or key


def _note(request: Request[Any, Any, Any], known: IchiError, error: Exception) -> None:
    """One log line a refusal; the path as its representation, as it may hold anything."""
    where = (request.method, request.scope["path"])
    if known.status == SERVER_ERROR:
        logger.error("500 %s %r", *where, exc_info=error)
    else:
        logger.info("%d %s %s %r", known.status, type_of(type(known)), *where)


def _headers(known: IchiError, error: Exception) -> dict[str, str]:
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if known.status == NotSignedIn.status:
        headers["WWW-Authenticate"] = CHALLENGES
    if known.retry_after is not None:
        headers["Retry-After"] = str(known.retry_after)
    return headers
