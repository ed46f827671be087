"""JSON read strictly: one value for a key, whole numbers in range, no hidden text."""

import json
from typing import Any, NoReturn

from shared.domain.base import FORBIDDEN
from shared.errors import Malformed

MAX_DEPTH = 16


def strict_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Read JSON as msgspec alone would not: no duplicate keys, NaN, huge numbers or hidden text.

    Raises `Malformed`.
    """
    try:
        text = body.decode()
        value = _decoder.decode(text)
    except UnicodeDecodeError as error:
        raise Malformed("文字コードは UTF-8 にしてください") from error
    except RecursionError as error:
        raise Malformed("入れ子が深すぎます") from error
    except ValueError as error:
        raise Malformed("JSON として読み取れません。かっこやコンマを確認してください") from error
    if not text.isprintable() or "\\" in text:
        _require_no_hidden_text(value, "")
    if isinstance(value, dict | list):
        _require_shallow(value, 1)
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            shown = FORBIDDEN.sub("?", key[:50])
            raise Malformed(f"項目 {shown} が二度書かれています。一つにしてください")
        found[key] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise Malformed(f"数として {name} は使えません")


def _no_float(text: str) -> NoReturn:
    raise Malformed(f"数は整数で書いてください（{text[:20]}）")


def _in_range(text: str) -> int:
    if len(text) > len(str(-(2**63))) or not -(2**63) <= int(text) < 2**63:
        raise Malformed(f"数が大きすぎます（{text[:20]}）")
    return int(text)


_decoder = json.JSONDecoder(
    object_pairs_hook=_without_duplicates,
    parse_constant=_no_constant,
    parse_int=_in_range,
    parse_float=_no_float,
)


def _require_shallow(value: dict[str, Any] | list[Any], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Malformed("入れ子が深すぎます")
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict | list):
            _require_shallow(child, depth + 1)


def _require_no_hidden_text(value: object, pointer: str) -> None:
    if isinstance(value, str):
        if FORBIDDEN.search(value):
            raise Malformed(
                "見えない制御文字が含まれています。取り除いて送ってください", pointer=pointer
            )
    elif isinstance(value, dict):
        for key, child in value.items():
            _require_no_hidden_text(key, pointer)
            _require_no_hidden_text(child, f"{pointer}/{escaped(key)}")
    elif isinstance(value, list):
        for n, child in enumerate(value):
            _require_no_hidden_text(child, f"{pointer}/{n}")


def escaped(key: str) -> str:
    """A key inside a JSON pointer (RFC 6901, 3)."""
    return key.replace("~", "~0").replace("/", "~1")
