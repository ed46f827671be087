"""The real processes: the demo from nothing, and a service that ends without a trace."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ICHI = str(Path(sys.executable).parent / "ichi")
READY_WITHIN = 60.0


@contextmanager
def started(command: str, data: Path, until: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A process in its own group, once it has printed `until`, and what it printed."""
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ICHI_")},
        "ICHI_DATA": str(data),
        "ICHI_PORT": str(free_port()),
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [ICHI, command], env=environ, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    printed = ""
    deadline = time.monotonic() + READY_WITHIN
    try:
        while until not in printed:
            assert time.monotonic() < deadline
            line = process.stdout.readline()
            assert line, printed
            printed += line
        yield process, printed
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def free_port() -> int:
    """A port that nobody has at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def stopped(data: Path) -> bool:
    """Whether no server is left on this folder."""
    return not (data / "postgres" / "postmaster.pid").exists()


def test_the_demo_shows_the_line_before_and_after_and_serves(tmp_path: Path) -> None:
    with started("demo", tmp_path, "Ctrl-C") as (process, printed):
        assert "延22事業所" not in printed  # July's line, not October's
        before, after = re.findall(r"^  (自主製品.*)$", printed, re.MULTILINE)
        assert after == before + "、星川駅出張販売（9日、3事業所出店）"
        urls = re.findall(r"http://\S+", printed)
        assert len(urls) == 4
        for url in urls[:3]:
            assert httpx.get(url).status_code == 200
        curl = re.search(r"curl -H 'Authorization: (Bearer \S+)' (\S+)", printed)
        assert curl is not None
        answer = httpx.get(curl.group(2), headers={"Authorization": curl.group(1)})
        assert "星川駅出張販売（9日、3事業所出店）" in answer.text
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    assert stopped(tmp_path)
    with started("demo", tmp_path, "Ctrl-C") as (process, printed):  # and again on its own data
        assert "6月11日の星川駅出張販売" in printed
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_service_told_to_stop_stops_its_database_too(
    tmp_path: Path, number: signal.Signals
) -> None:
    with started("serve", tmp_path, "始まりました") as (process, printed):
        address = printed.split()[1].removesuffix("/schema")
        assert httpx.get(f"{address}/health").json()["status"] == "ok"
        process.send_signal(number)
        assert process.wait(timeout=20) in {0, 128 + number}
    assert stopped(tmp_path)


def test_the_demo_keeps_away_from_a_real_log(tmp_path: Path) -> None:
    environ = os.environ | {"ICHI_DATA": str(tmp_path)}
    create = [ICHI, "log", "create", "hodogaya"]
    subprocess.run(create, env=environ, check=True, capture_output=True)
    demo = subprocess.run(
        [ICHI, "demo"], env=environ, check=False, capture_output=True, text=True, timeout=60
    )
    assert demo.returncode == 1
    assert "本物の台帳" in demo.stderr
    assert stopped(tmp_path)


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with started("serve", tmp_path, "始まりました") as (_, printed):
        port = printed.split()[1].removesuffix("/schema").rpartition(":")[2]
        second = subprocess.run(
            [ICHI, "serve", "--port", port],
            env=os.environ | {"ICHI_DATA": str(tmp_path)},
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert second.returncode == 1
        assert port in second.stderr
