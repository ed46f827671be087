"""The OpenAPI 3.1 document of an app, from what its handlers say of themselves."""

from collections.abc import Iterator
from http import HTTPMethod

import msgspec
from litestar import Litestar, MediaType, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter, QueryParameter
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition

from shared.envelope import BATCH, MAX_EVENTS, STRUCTURED
from shared.web import fact_schemas
from shared.web.fact_schemas import REFERENCE, Schema
from shared.web.problems import MEDIA_TYPE, TITLES

OPEN = [503]
READING = [400, 401, 404, 409, 503]
WRITING = [400, 401, 403, 404, 409, 413, 415, 422, 503]

PROBLEM: Schema = {
    "title": "Problem",
    "description": "受け付けられなかった理由（RFC 9457）",
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "理由の種類"},
        "title": {"type": "string", "description": "短い題"},
        "status": {"type": "integer", "description": "HTTP の状態コード"},
        "detail": {"type": "string", "description": "何が起きたか、どうすればよいか"},
        "pointer": {
            "type": "string",
            "format": "json-pointer",
            "description": "送られた内容のどこか（RFC 6901）。アドレスの指定なら、その名前",
        },
        "named": {"description": "訂正・取り消しの対象として名指しされた記録の内容"},
        "now": {"description": "その代わりに今有効な記録の内容。なければ null"},
    },
    "required": ["type", "title", "status", "detail"],
}

EVENT: Schema = {
    "title": "Event",
    "description": "CloudEvents 1.0 の一件。ここにない属性は使えません",
    "type": "object",
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {
            "type": "string",
            "format": "uuid",
            "description": "小文字の UUID（できれば第7版）。送り直すときも同じ id を使います",
        },
        "source": {"type": "string", "description": "/v1/logs/ に台帳の名前を続けたもの"},
        "type": {"type": "string", "description": "data の type と同じもの"},
        "subject": {"type": "string", "description": "書かなくてかまいません"},
        "time": {
            "type": "string",
            "format": "date-time",
            "description": "書いても残りません。台帳が受け付けた時刻を記録します",
        },
        "datacontenttype": {"const": "application/json"},
        "data": {"$ref": REFERENCE.format(name="Fact")},
    },
    "required": ["specversion", "id", "source", "type", "data"],
    "additionalProperties": False,
}

BODY: Schema = {
    "required": True,
    "content": {
        STRUCTURED: {"schema": {"$ref": REFERENCE.format(name="Event")}},
        BATCH: {
            "schema": {
                "type": "array",
                "items": {"$ref": REFERENCE.format(name="Event")},
                "minItems": 1,
                "maxItems": MAX_EVENTS,
            }
        },
    },
}


def document(app: Litestar, title: str, version: str, description: str) -> Schema:
    """Every operation of the app that is not left out, with the schemas that it needs."""
    event = EVENT | {"examples": [fact_schemas.event_example()]}
    schemas = {"Problem": PROBLEM, "Event": event, "Fact": fact_schemas.any_fact()}
    paths: dict[str, Schema] = {}
    for path, method, handler in operations(app):
        paths.setdefault(path, {})[method.lower()] = _operation(path, method, handler, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": description},
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas | fact_schemas.components(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "browser": {"type": "http", "scheme": "basic"},
            },
        },
    }


def operations(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Path, method and handler of each published operation."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if handler.resolve_include_in_schema():
                    for method in handler.http_methods - {HTTPMethod.OPTIONS}:
                        yield route.path_format, str(method), handler


def _operation(
    path: str, method: str, handler: HTTPRouteHandler, schemas: dict[str, Schema]
) -> Schema:
    needs_token = "{log}" in path
    operation: Schema = {
        "operationId": handler.handler_name,
        "summary": handler.summary,
        "description": handler.description,
        "parameters": [*_parameters(path, handler)],
        "responses": {
            str(handler.status_code): {
                "description": handler.response_description,
                "content": _content(handler, schemas),
            }
        },
        "security": [],
    }
    statuses = OPEN
    if needs_token:
        statuses = WRITING if method == HTTPMethod.POST else READING
        operation["security"] = [{"token": []}]
        if method == HTTPMethod.GET:
            operation["security"].append({"browser": []})
    if method == HTTPMethod.POST:
        operation["requestBody"] = BODY
    problem = {MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(name="Problem")}}}
    for status in statuses:
        operation["responses"][str(status)] = {"description": TITLES[status], "content": problem}
    return operation


def _parameters(path: str, handler: HTTPRouteHandler) -> Iterator[Schema]:
    if "{log}" in path:
        yield {
            "name": "log",
            "in": "path",
            "required": True,
            "description": "台帳の名前（141062-hanbai）か、区の呼び名（hodogaya）",
            "schema": {"type": "string"},
        }
    for name, field in handler.parsed_fn_signature.parameters.items():
        asked = field.kwarg_definition
        if isinstance(asked, QueryParameter | PathParameter):
            yield {
                "name": asked.name or name,
                "in": asked.param_type.value,
                "required": isinstance(asked, PathParameter),
                "description": asked.description,
                "schema": _schema_of(field, asked),
            }


def _schema_of(field: FieldDefinition, asked: QueryParameter | PathParameter) -> Schema:
    kinds = [kind for kind in (field.inner_types or (field,)) if kind.annotation is not type(None)]
    schema = msgspec.json.schema(kinds[0].annotation)
    limits = {"minimum": asked.ge, "maximum": asked.le, "maxLength": asked.max_length}
    limits["maxItems"] = asked.max_items
    schema |= {key: value for key, value in limits.items() if value is not None}
    if field.has_default and field.default is not None:
        schema["default"] = field.default
    return schema


def _content(handler: HTTPRouteHandler, schemas: dict[str, Schema]) -> Schema:
    kind = handler.parsed_fn_signature.return_type
    if kind.is_subclass_of(Response):
        kind = kind.inner_types[0]
    media_type = handler.media_type
    plain = media_type.value if isinstance(media_type, MediaType) else str(media_type)
    if kind.annotation is bytes:
        return {each: {} for each in handler.opt.get("media_types", [plain])}
    (schema,), found = msgspec.json.schema_components([kind.annotation], ref_template=REFERENCE)
    for name, component in found.items():
        component.pop("description", None)
        schemas[name] = component
    return {plain: {"schema": schema}}
