"""What linters cannot say about the shape of the house."""

import ast
import re
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from shared.domain.catalogue import FACTS
from shared.settings import Settings, variable

ROOT = Path(__file__).parent.parent


def test_the_example_environment_lists_exactly_the_settings() -> None:
    text = (ROOT / "deploy/env.example").read_text("utf-8")
    listed = re.findall(r"^(\w+)=", text, re.MULTILINE)
    assert listed == [variable(field) for field in Settings.__struct_fields__]


def test_the_lock_names_no_address() -> None:
    for lock in (ROOT / "deploy").glob("requirements*.txt"):
        lines = lock.read_text("utf-8").splitlines()
        assert lines
        for line in lines:
            assert re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.+-]+( ; [^/]+)? \\", line) or re.fullmatch(
                r"    --hash=sha256:[0-9a-f]{64}( \\)?", line
            ), line


def test_the_runtime_lock_is_part_of_the_development_lock() -> None:
    def pins(name: str) -> set[str]:
        text = (ROOT / "deploy" / name).read_text("utf-8")
        return set(re.findall(r"^[\w.-]+==[^ ]+", text, re.MULTILINE))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")


@pytest.mark.parametrize("folder", ["log", "names"])
def test_the_migrations_of_a_database_follow_one_another(folder: str) -> None:
    migrations = ROOT / "migrations"
    scripts = ScriptDirectory(str(migrations), version_locations=[str(migrations / folder)])
    assert len(scripts.get_heads()) == 1


@pytest.mark.parametrize("tag", FACTS)
def test_a_stored_name_is_written_out_and_starts_with_its_module(tag: str) -> None:
    module = FACTS[tag].__module__
    source = (ROOT / module.replace(".", "/")).with_suffix(".py").read_text("utf-8")
    assert tag.startswith(module.rpartition(".")[2] + ".")
    assert source.count(f'tag="{tag}"') == 1


def test_a_projection_is_one_question() -> None:
    for file in (ROOT / "shared/projections").glob("[!_]*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        assert (ast.get_docstring(tree) or "").endswith("?"), file.name
        names = [
            target.id
            for part in tree.body
            if isinstance(part, ast.Assign)
            for target in part.targets
            if isinstance(target, ast.Name)
        ]
        assert names.count("projection") == 1, file.name
