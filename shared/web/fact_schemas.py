"""Each type of fact as a component schema, with an example from the field."""

from typing import Any

import msgspec

from shared.domain.base import Fact
from shared.domain.catalogue import FACTS
from shared.domain.examples import example_of
from shared.domain.stall import Held
from shared.web import words

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/{name}"


def name_of(kind: type[Fact]) -> str:
    """The component of a kind: `StallPartnerJoined` for "stall.partner_joined"."""
    return "".join(part.capitalize() for part in kind.tag().replace(".", "_").split("_"))


def components() -> dict[str, Schema]:
    """Every fact and every part of one, by component name."""
    kinds = list(FACTS.values())
    references, found = msgspec.json.schema_components(kinds, ref_template=REFERENCE)
    renamed = {
        reference["$ref"]: REFERENCE.format(name=name_of(kind))
        for reference, kind in zip(references, kinds, strict=True)
    }
    examples = {name_of(kind): msgspec.to_builtins(example_of(kind)) for kind in kinds}
    described = {name_of(kind): words.FACTS[kind.tag()] for kind in kinds} | words.OTHERS
    schemas: dict[str, Schema] = {}
    for old, content in found.items():
        reference = REFERENCE.format(name=old)
        name = renamed.get(reference, reference).rpartition("/")[2]
        schema = _renamed(content, renamed) | {"title": name, "description": described[name]}
        if "properties" in schema:
            schema["additionalProperties"] = False
            for field, kind in schema["properties"].items():
                own = f"{name}.{field}"
                kind["description"] = words.FIELDS.get(own) or words.FIELDS[field]
        if name in examples:
            schema["examples"] = [examples[name]]
        schemas[name] = schema
    return schemas


def event_example() -> Schema:
    """A stall day as it is sent."""
    data = msgspec.to_builtins(example_of(Held))
    return {
        "specversion": "1.0",
        "id": "0199fe21-5c00-7a3e-8d41-6f2b9c0e7a55",
        "source": "/v1/logs/141062-hanbai",
        "type": data["type"],
        "data": data,
    }


def any_fact() -> Schema:
    """One of all facts, told apart by `type`."""
    references = {tag: REFERENCE.format(name=name_of(kind)) for tag, kind in FACTS.items()}
    return {
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": "type", "mapping": references},
    }


def _renamed(value: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    """The same with each reference, in `$ref` or in a discriminator's mapping, by its new name."""
    if isinstance(value, dict):
        return {key: _renamed(child, names) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_renamed(child, names) for child in value]
    return names.get(value, value) if isinstance(value, str) else value
