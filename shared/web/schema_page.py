"""The published schema as a page to read: one document, no script, nothing from elsewhere."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.web.fact_schemas import Schema
from shared.web.problems import published_types

TEMPLATES = Path(__file__).parent / "templates"

STYLE = (TEMPLATES / "page.css").read_text(encoding="utf-8")
STYLE_SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
"""What a Content-Security-Policy has to allow for the page."""

FORMATS = {
    "uuid": "UUID",
    "date": "日付（2025-10-20）",
    "date-time": "日時（RFC 3339）",
    "uri-reference": "アドレス",
    "json-pointer": "JSON ポインター",
}

SIMPLE = {
    "string": "文字列",
    "integer": "整数",
    "boolean": "true か false",
    "null": "null",
    "object": "項目の集まり",
}
LARGEST_SHOWN = 10**9
MOST_SHOWN = 8

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def draw(document: Schema, address: str) -> bytes:
    """The OpenAPI document of an app for people; `address` is where it stands itself."""
    schemas = document["components"]["schemas"]
    fact_names = {each["$ref"].rpartition("/")[2] for each in schemas["Fact"]["oneOf"]}
    parts = {part for name in fact_names for part in _parts_of(schemas[name])} - fact_names
    page = _environment.get_template("schema.html").render(
        document=document,
        address=address,
        style=STYLE,
        facts=[schemas[name] for name in schemas if name in fact_names],
        parts=[schemas[name] for name in schemas if name in parts],
        event=schemas["Event"],
        problem=schemas["Problem"],
        problems=published_types(),
        tag=lambda schema: schema["properties"]["type"]["enum"][0],
        kind=kind_text,
        example=lambda value: json.dumps(value, ensure_ascii=False, indent=2),
    )
    return page.encode()


def kind_text(schema: Schema) -> str:
    """What may stand in a field, in a few words."""
    match schema:
        case {"$ref": str(reference)}:
            name = reference.rpartition("/")[2]
            text = "記録のどれか" if name == "Fact" else name
        case {"anyOf": choices} | {"oneOf": choices}:
            texts = dict.fromkeys(kind_text(choice) for choice in choices)
            many = len(texts) > MOST_SHOWN
            text = f"{len(texts)} 種類の記録のどれか" if many else "、または ".join(texts)
        case {"const": value} | {"enum": [value]}:
            text = f"{value}"
        case {"enum": values}:
            text = f"{'、'.join(map(str, values))} のどれか"
        case {"type": "array", "items": items}:
            text = f"{kind_text(items)} の並び"
        case {"type": "object", "additionalProperties": dict(values)}:
            text = f"名前ごとの{kind_text(values)}"
        case {"type": "string", "format": kind} if kind in FORMATS:
            text = FORMATS[kind]
        case {"type": "string", "maxLength": longest}:
            text = f"文字列（{longest}文字まで）"
        case {"type": "integer", "minimum": least, "maximum": most}:
            text = f"整数（{least}～{most}）" if most <= LARGEST_SHOWN else f"整数（{least} 以上）"
        case _:
            text = SIMPLE.get(schema.get("type", ""), "何でも")
    return text


def _parts_of(schema: Any) -> set[str]:  # noqa: ANN401 - any JSON value
    """The components that a schema refers to."""
    if isinstance(schema, dict):
        own = {schema["$ref"].rpartition("/")[2]} if "$ref" in schema else set()
        return own.union(*(_parts_of(child) for child in schema.values()))
    if isinstance(schema, list):
        return set().union(*(_parts_of(child) for child in schema))
    return set()
