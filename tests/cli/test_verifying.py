"""`ichi verify` and `ichi key`: what an operator and an auditor are told."""

import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Ichi

VERIFIER = Path(__file__).parents[2] / "deploy" / "verify_export.py"
NOTE = Path("data/checkpoints/141062-hanbai.checkpoint")


def test_verify_says_how_much_was_checked_and_what_it_was_compared_with(
    opened: Ichi, tmp_path: Path
) -> None:
    assert "2件すべて確かめました" in opened("verify").output
    assert "署名付きの控えはまだありません" in opened("verify").output
    opened("verify", "--export", str(tmp_path / "export.jsonl"))
    assert "2件目の署名付きの控えとも合っています" in opened("verify").output


def test_an_export_of_all_logs_is_checked_elsewhere_with_the_key_of_the_node(
    opened: Ichi, tmp_path: Path
) -> None:
    opened("log", "create", "seya")
    file = tmp_path / "export.jsonl"
    opened("verify", "--export", str(file))
    key = opened("key").stdout.strip()
    assert key.startswith("local+")
    checked = subprocess.run(
        [sys.executable, "-I", "-S", str(VERIFIER), str(file), key],
        check=True,
        capture_output=True,
        text=True,
    )
    assert checked.stdout.count("2件すべて確かめました") == 2
    opened("verify", "--log", "seya", "--export", str(file))
    assert b"141062" not in file.read_bytes()
    assert [each.name for each in tmp_path.glob("export*")] == [file.name]


def test_a_log_that_is_not_what_was_signed_is_named_and_not_exported(
    opened: Ichi, tmp_path: Path
) -> None:
    file = tmp_path / "export.jsonl"
    opened("verify", "--export", str(file))
    kept = file.read_bytes()
    note = tmp_path / NOTE
    note.rename(note.with_name("141143-hanbai.checkpoint"))
    gone = opened("verify", code=1).output
    assert "141143-hanbai" in gone
    assert "141062-hanbai: 2件すべて確かめました" in gone
    note.write_text("x", "utf-8")
    told = opened("verify", "--log", "hodogaya", "--export", str(file), code=1).output
    assert "署名付きの控えが書き換えられている" in told
    assert file.read_bytes() == kept
    opened("verify", "--log", "seya", code=1)


def test_a_file_that_cannot_be_written_is_named(opened: Ichi, tmp_path: Path) -> None:
    assert (
        "書き込めません" in opened("verify", "--export", str(tmp_path / "no/where"), code=1).output
    )
