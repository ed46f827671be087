"""Every command, on real databases."""

import json
import re
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.cli.conftest import Ichi
from tests.seed import ALLOWED, FIXTURE, differences

HELD = {
    "type": "stall.held",
    "sale": str(uuid4()),
    "day": "2025-07-09",
    "vendors": [str(uuid4())],
}


def event(**changes: object) -> bytes:
    """A complete CloudEvent."""
    return json.dumps(
        {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": "/v1/logs/141062-hanbai",
            "type": "stall.held",
            "data": HELD,
        }
        | changes
    ).encode()


def bring_in(ichi: Ichi, *options: str) -> str:
    arguments = ("import", str(FIXTURE), "--log", "hodogaya", "--fiscal-year", "2025", *options)
    return ichi(*arguments).output


def test_a_log_is_opened_once_and_listed(ichi: Ichi) -> None:
    assert "台帳はまだありません" in ichi("log", "list").output
    created = ichi("log", "create", "hodogaya").output
    assert UUID(created.strip().rpartition(" ")[2])
    assert "すでにあります" in ichi("log", "create", "141062-hanbai", code=1).output
    assert "141062-hanbai\t保土ケ谷区\t2件" in ichi("log", "list").output


@pytest.mark.parametrize("name", ["hodogaya2", "141063-hanbai", "141062-販売", "x" * 500])
def test_a_name_that_is_no_log_s_is_refused_in_one_line(ichi: Ichi, name: str) -> None:
    assert ichi("log", "create", name, code=1).output.count("\n") <= 3


def test_a_dry_run_tells_and_writes_nothing(opened: Ichi) -> None:
    told = bring_in(opened, "--dry-run")
    assert "取り込むと: 追加 82、訂正 0、取り消し 0、食い違い 0（2025年度）" in told
    assert "2件" in opened("log", "list").output


def test_a_form_goes_in_comes_out_and_adds_nothing_the_second_time(opened: Ichi) -> None:
    assert "取り込みました: 追加 82" in bring_in(opened)
    assert "取り込みました: 追加 0、訂正 0、取り消し 0、食い違い 0" in bring_in(opened)
    drawn = opened("report", "hodogaya", "2025", "--format", "tsv").stdout
    assert differences(FIXTURE.read_text("utf-8"), drawn) == ALLOWED


def test_a_report_in_every_format_to_a_file_and_as_of_then(opened: Ichi, tmp_path: Path) -> None:
    bring_in(opened)
    for name in ("text", "tsv", "json", "html"):
        file = tmp_path / name
        assert opened("report", "hodogaya", "2025", "--format", name, "-o", str(file)).output == ""
        assert "星川駅出張販売（20日～24日、15事業所、延22事業所出店" in file.read_text("utf-8")
    then = opened("report", "hodogaya", "2025", "--as-of", "2").stdout
    assert "星川駅" not in then
    assert "2件目の時点" in then
    opened("report", "hodogaya", "2025", "--as-of", "きのう", code=1)
    opened("report", "hodogaya", "2025", "-o", str(tmp_path / "no" / "folder"), code=1)


def test_reading_prints_facts_without_id_and_source_and_needs_no_database(
    ichi: Ichi, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ICHI_DATABASE_URL", "ICHI_OWNER_URL", "ICHI_NAMES_URL", "ICHI_NAMES_OWNER_URL"):
        monkeypatch.setenv(name, "nonsense")
    drawn = json.loads(ichi("read", str(FIXTURE), "--fiscal-year", "2025", "--json").stdout)
    assert set(drawn) == {"events", "remarks", "warnings"}
    types = [each["type"] for each in drawn["events"]]
    assert types.count("committee.met") == 12
    assert types.count("stall.reported") == 37
    assert not any({"id", "source"} & set(each) for each in drawn["events"])
    assert "部会長役" not in json.dumps(drawn, ensure_ascii=False)


def test_reading_warns_of_arithmetic_that_does_not_add_up(ichi: Ichi, tmp_path: Path) -> None:
    odd = tmp_path / "odd.tsv"
    text = FIXTURE.read_text("utf-8").replace("合計\t19", "合計\t20")
    odd.write_text(
        text.replace("延22事業所", "延220事業所").replace("（14日間", "（40日間", 1), "utf-8"
    )
    drawn = json.loads(ichi("read", str(odd), "--fiscal-year", "2025").stdout)
    assert {each["rule"] for each in drawn["warnings"]} == {
        "members_do_not_add_up",
        "appearances_out_of_range",
        "more_days_than_the_month",
        "more_days_than_the_office_works",
    }


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(500), "ただの文".encode(), b"[" * 200_000]
)
def test_what_is_no_form_gets_one_line_and_leaves_no_trace(
    opened: Ichi, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    arguments = ("import", str(file), "--log", "hodogaya", "--fiscal-year", "2025")
    assert opened(*arguments, code=1).output.strip().count("\n") <= 1
    assert "2件" in opened("log", "list").output


def test_the_fiscal_year_is_asked_for_never_guessed(opened: Ichi) -> None:
    output = opened("import", str(FIXTURE), "--log", "hodogaya", code=1).output
    assert "年度" in output


def test_facts_are_published_from_a_file_and_from_standard_input(
    opened: Ichi, tmp_path: Path
) -> None:
    file = tmp_path / "event.json"
    file.write_bytes(event())
    first = opened("publish", "hodogaya", str(file)).output
    assert opened("publish", "hodogaya", str(file)).output == first
    without = json.dumps([{"type": "stall.held", "data": HELD}]).encode()
    assert opened("publish", "hodogaya", "-", stdin=without).output.startswith("4\t")
    listed = opened("events", "hodogaya", "--after", "2").stdout.splitlines()
    assert [json.loads(line)["position"] for line in listed] == [3, 4]
    assert json.loads(listed[0])["data"] == HELD


def test_what_read_prints_is_sent_to_import_instead(opened: Ichi, tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_text(opened("read", str(FIXTURE), "--fiscal-year", "2025").stdout, "utf-8")
    assert "ichi import" in opened("publish", "hodogaya", str(file), code=1).output


def test_half_a_form_is_refused(opened: Ichi, tmp_path: Path) -> None:
    file = tmp_path / "half.tsv"
    file.write_bytes(FIXTURE.read_bytes()[: FIXTURE.stat().st_size // 2])
    for command in (("import", str(file), "--log", "hodogaya"), ("read", str(file))):
        output = opened(*command, "--fiscal-year", "2025", code=1).output
        assert "途中で切れています" in output


def test_a_mistyped_log_or_id_is_named(opened: Ichi) -> None:
    assert "この台帳はありません" in opened("report", "hodogay", "2025", code=1).output
    opened("token", "revoke", "zzz", "--log", "hodogaya", code=2)
    opened("publish", "hodogaya", "-", "--as", "abc", stdin=event(), code=2)


def test_a_forgotten_person_s_name_is_erased(opened: Ichi) -> None:
    bring_in(opened)
    assert "部会長役" in opened("report", "hodogaya", "2025").stdout
    for line in opened("events", "hodogaya").stdout.splitlines():
        each = json.loads(line)
        if each["type"] == "committee.officer_appointed":
            data = {"type": "person.forgotten", "person": each["data"]["person"]}
            sent = json.dumps({"type": "person.forgotten", "data": data}).encode()
            opened("publish", "hodogaya", "-", stdin=sent)
    drawn = opened("report", "hodogaya", "2025").stdout
    assert "部会長役" not in drawn
    assert "（ゆめわーく）" in drawn


@pytest.mark.parametrize(
    "sent", [b"", b"3", b"[1]", b"{}", event(type="stall.cancelled"), event(id="x")]
)
def test_what_is_no_fact_is_refused(opened: Ichi, sent: bytes) -> None:
    assert opened("publish", "hodogaya", "-", stdin=sent, code=1).output


def test_a_missing_file_is_named(opened: Ichi) -> None:
    assert "nowhere.tsv" in opened("publish", "hodogaya", "nowhere.tsv", code=1).output


def test_events_beyond_the_head_are_refused(opened: Ichi) -> None:
    opened("events", "hodogaya", "--after", "3", code=1)


def test_a_token_is_shown_once_listed_and_revoked(opened: Ichi) -> None:
    assert "まだありません" in opened("token", "list", "--log", "hodogaya").output
    created = opened("token", "create", "--log", "hodogaya", "--label", "瀬谷区のシステム")
    secret = created.stdout.splitlines()[0]
    assert re.fullmatch(r"ichi_[\w-]{43}", secret)
    listed = opened("token", "list", "--log", "hodogaya").output
    assert "瀬谷区のシステム" in listed
    assert secret not in listed
    actor = listed.partition("\t")[0]
    opened("token", "revoke", actor, "--log", "hodogaya")
    assert "取り消し済み" in opened("token", "list", "--log", "hodogaya").output
    opened("token", "revoke", actor, "--log", "hodogaya", code=1)


def test_somebody_without_a_role_may_not(opened: Ichi) -> None:
    output = opened("publish", "hodogaya", "-", "--as", str(uuid4()), stdin=event(), code=1).output
    assert "権限" in output


def test_answers_are_rebuilt_and_the_log_is_verified(opened: Ichi) -> None:
    bring_in(opened)
    assert "1 個の台帳" in opened("rebuild").output
    assert "1 個の台帳" in opened("rebuild", "--log", "hodogaya").output
    opened("rebuild", "--log", "seya", code=1)
    assert "84件すべて確かめました" in opened("verify").output
    opened("verify", "--log", "seya", code=1)


def test_freshness_is_a_table_of_questions(ichi: Ichi) -> None:
    assert "台帳はまだありません" in ichi("freshness").output
    ichi("log", "create", "hodogaya")
    assert "0件\t2件\t2件・" in ichi("freshness", "--log", "hodogaya").output
    bring_in(ichi)
    _, *lines = ichi("freshness").stdout.splitlines()
    assert [line.split("\t")[2:5] for line in lines] == [["84件", "84件", "0件・0.0秒"]] * 4
    ichi("freshness", "--log", "seya", code=1)


def test_resuming_and_migrating_say_what_they_did(opened: Ichi) -> None:
    assert "再開しました" in opened("log", "resume", "hodogaya").output
    opened("log", "resume", "seya", code=1)
    assert "最新" in opened("migrate").output


def test_help_is_in_plain_words(ichi: Ichi) -> None:
    assert "はじめての方" in ichi("--help").output
    for command in ("import", "report", "publish", "serve", "demo", "read", "verify"):
        assert "\n  " in ichi(command, "--help").output
