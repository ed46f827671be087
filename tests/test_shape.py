"""What linters cannot say about the shape of the house."""

import re
from pathlib import Path

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
