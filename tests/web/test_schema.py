"""The published schema: true of the app, readable without anything from elsewhere."""

import json
import re
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from services.ward.app import ward_app
from services.ward.pages import schema_of
from shared.domain.catalogue import FACTS, decode
from shared.domain.examples import example_of
from shared.envelope import STRUCTURED, parse
from shared.errors import IchiError
from shared.postgres import Urls
from shared.settings import Settings
from shared.web import words
from shared.web.fact_schemas import name_of
from shared.web.problems import TITLES, type_of
from shared.web.schema_page import STYLE, STYLE_SOURCE
from tests.database.world import HODOGAYA
from tests.web.site import Site, event


@pytest.fixture(scope="module")
def app() -> Litestar:
    return ward_app(Urls("", None, "", None), Settings())


@pytest.fixture(scope="module")
def document(app: Litestar) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(schema_of(app).document)
    return found


@pytest.fixture(scope="module")
def page(app: Litestar) -> str:
    return schema_of(app).page.decode()


def nodes(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    children = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return []
    return [value, *(each for child in children for each in nodes(child))]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = [
        node["$ref"] for node in nodes(document) if isinstance(node, dict) and "$ref" in node
    ]
    for node in nodes(document):
        if isinstance(node, dict) and "discriminator" in node:
            references += node["discriminator"]["mapping"].values()
    assert references
    for reference in references:
        found = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def test_every_operation_of_the_app_is_in_the_document_and_no_other(
    app: Litestar, document: dict[str, Any]
) -> None:
    routes = {
        (route.path_format, method.lower())
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods - {"OPTIONS"}
    }
    described = {(path, method) for path, all_ in document["paths"].items() for method in all_}
    assert routes - described == {("/schema", "get"), ("/problems/{name}", "get")}
    assert described <= routes
    operations = [each for all_ in document["paths"].values() for each in all_.values()]
    assert len({each["operationId"] for each in operations}) == len(operations)
    for path, all_ in document["paths"].items():
        for each in all_.values():
            asked = {p["name"] for p in each["parameters"] if p["in"] == "path"}
            assert asked == set(re.findall(r"{(\w+)}", path))
            assert each["security"] or "{log}" not in path
            assert all(p["description"] for p in each["parameters"])


def test_every_fact_has_its_schema_and_an_example_that_is_read_as_itself(
    document: dict[str, Any],
) -> None:
    schemas = document["components"]["schemas"]
    names = {kind.tag(): name_of(kind) for kind in FACTS.values()}
    assert len(set(names.values())) == len(FACTS)
    assert names["stall.partner_joined"] == "StallPartnerJoined"
    fact = schemas["Fact"]
    assert fact["discriminator"]["propertyName"] == "type"
    assert len(fact["oneOf"]) == len(FACTS)
    for tag, kind in FACTS.items():
        schema = schemas[names[tag]]
        assert schema["additionalProperties"] is False
        assert schema["properties"]["type"]["enum"] == [tag]
        assert set(schema["properties"]) == {"type", *kind.__struct_fields__}
        (example,) = schema["examples"]
        assert decode(json.dumps(example).encode()) == example_of(kind)
        body = json.dumps(event(uuid4(), example_of(kind)) | {"data": example}).encode()
        (proposal,) = parse(HODOGAYA, STRUCTURED, body)
        assert proposal.fact == example_of(kind)


def test_the_example_of_an_event_can_be_sent(document: dict[str, Any]) -> None:
    (example,) = document["components"]["schemas"]["Event"]["examples"]
    (proposal,) = parse(HODOGAYA, STRUCTURED, json.dumps(example).encode())
    assert str(proposal.id) == example["id"]


def test_every_word_is_there_and_none_is_left_over(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    parts = [schemas[name_of(kind)] for kind in FACTS.values()]
    parts += [schemas[name] for name in words.OTHERS]
    fields = {
        name
        for part in parts
        for field in part.get("properties", ())
        for name in (field, f"{part['title']}.{field}")
    }
    assert set(words.FACTS) == set(FACTS)
    assert set(words.FIELDS) <= fields
    assert all(field in words.FIELDS for field in fields if "." not in field)
    assert all(part["description"] for part in parts)


def test_every_error_has_a_type_of_its_own_and_a_title() -> None:
    def kinds(kind: type[IchiError]) -> list[type[IchiError]]:
        return [each for child in kind.__subclasses__() for each in (child, *kinds(child))]

    found = [
        kind for kind in kinds(IchiError) if kind.__module__.startswith(("shared", "services"))
    ]
    assert len({type_of(kind) for kind in found}) == len(found)
    assert {kind.status for kind in found} <= set(TITLES)


async def test_the_type_of_a_problem_leads_to_its_explanation(site: Site) -> None:
    answer = await site.client.get("/problems/stall/was-cancelled")
    assert answer.is_redirect
    assert answer.headers["location"] == "/schema#/problems/stall/was-cancelled"
    page = (await site.client.get("/schema")).text
    assert 'id="/problems/stall/was-cancelled"' in page
    assert (await site.client.get("/problems/x%0d%0ay")).status_code == 404


def test_the_page_loads_nothing_and_names_everything(page: str) -> None:
    assert f"<style>{STYLE}</style>" in page
    assert not re.search(r"https?:|//|<script|<img|<link|\bon\w+=|style=|url\(|@import", page)
    for target in re.findall(r'href="([^"]+)"', page):
        assert target == "/schema/openapi.json" or f'id="{target[1:]}"' in page
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for tag in FACTS:
        assert f"<code>{tag}</code>" in page
    assert "/v1/logs/{log}/events" in page


async def test_the_schema_is_open_to_everybody_under_a_strict_policy(site: Site) -> None:
    async with httpx.AsyncClient(base_url=site.base) as client:
        page = await client.get("/schema")
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert f"style-src {STYLE_SOURCE}" in policy
        assert "unsafe" not in policy
        document = await client.get("/schema/openapi.json")
        assert document.status_code == 200
        assert msgspec.json.decode(document.content)["openapi"] == "3.1.0"
        for path in ("/schema/swagger", "/schema/redoc", "/schema/elements", "/schema/rapidoc"):
            assert (await client.get(path)).status_code == 404
