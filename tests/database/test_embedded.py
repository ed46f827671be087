"""The embedded server: shared by processes, private to its folder, gone with the last one."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.embedded import SUPERUSER, running
from shared.errors import Unavailable
from shared.postgres import connect
from shared.privileges import become

USER_OF_THE_SERVER = """
import signal
import sys
from pathlib import Path
from shared.embedded import running

signal.signal(signal.SIGINT, signal.default_int_handler)  # a runner in the background ignores it
with running(Path(sys.argv[1]), programs=Path(sys.argv[2]) if sys.argv[2] else None) as server:
    print(server.sockets, flush=True)
    sys.stdin.read()
"""
"""A process that uses the server until its standard input closes."""

Start = Callable[[Path], "subprocess.Popen[str]"]


@pytest.fixture
def start(programs: Path | None) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start(folder: Path) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", USER_OF_THE_SERVER, str(folder), str(programs or "")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        leave(process)


def joined(process: "subprocess.Popen[str]") -> str:
    """Wait until the process uses the server; the folder of its socket."""
    assert process.stdout
    return process.stdout.readline().strip()


def leave(process: "subprocess.Popen[str]") -> int:
    process.communicate()
    return process.returncode


def pid(folder: Path) -> int:
    return int((folder / "postgres/postmaster.pid").read_text("utf-8").split()[0])


def is_running(folder: Path) -> bool:
    return (folder / "postgres/postmaster.pid").exists()


def test_two_processes_starting_at_once_share_one_server(tmp_path: Path, start: Start) -> None:
    first, second = start(tmp_path), start(tmp_path)
    assert joined(first) == joined(second) == str(tmp_path / "postgres")
    assert leave(first) == 0
    assert is_running(tmp_path)
    assert leave(second) == 0
    assert not is_running(tmp_path)


def test_a_killed_process_leaves_its_server_to_the_next(tmp_path: Path, start: Start) -> None:
    killed = start(tmp_path)
    joined(killed)
    server = pid(tmp_path)
    killed.kill()
    leave(killed)
    following = start(tmp_path)
    joined(following)
    assert pid(tmp_path) == server
    leave(following)
    assert not is_running(tmp_path)


def test_a_killed_server_is_started_again(tmp_path: Path, programs: Path | None) -> None:
    with running(tmp_path, programs=programs):
        os.kill(pid(tmp_path), signal.SIGKILL)
    with running(tmp_path, programs=programs):
        assert is_running(tmp_path)


def test_a_number_left_by_a_crash_may_be_another_process_now(
    tmp_path: Path, programs: Path | None
) -> None:
    named = ("postmaster.pid", ".s.PGSQL.5432.lock")
    with running(tmp_path, programs=programs):
        files = [tmp_path / "postgres" / name for name in named]
        left = [file.read_text("utf-8").partition("\n")[2] for file in files]
    for file, rest in zip(files, left, strict=True):
        file.write_text(f"{os.getpid()}\n{rest}", "utf-8")
    with running(tmp_path, programs=programs):
        assert pid(tmp_path) != os.getpid()


def test_ctrl_c_stops_the_process_and_its_server_cleanly(tmp_path: Path, start: Start) -> None:
    process = start(tmp_path)
    joined(process)
    os.killpg(process.pid, signal.SIGINT)
    assert leave(process) == -signal.SIGINT
    assert not is_running(tmp_path)
    log = (tmp_path / "postgres/server.log").read_text("utf-8")
    assert "database system is shut down" in log


def test_it_works_below_a_folder_that_is_ours_alone_and_leaves_it_so(
    tmp_path: Path, programs: Path | None
) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    above = [private, *private.parents]
    before = [(folder.stat().st_mode, folder.stat().st_uid) for folder in above]
    with running(private / "var", programs=programs) as server:
        sockets = Path(server.sockets).stat()
        assert stat.S_IMODE(sockets.st_mode) == 0o700
    assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in above] == before


@pytest.mark.parametrize(
    "name",
    ["長" * 40, "a,b", "空 白 'q' $x"],
    ids=["too long for a socket", "with a comma", "with what a shell reads"],
)
async def test_any_name_of_a_folder_will_do(
    tmp_path: Path, programs: Path | None, name: str
) -> None:
    folder = tmp_path / name
    with running(folder, programs=programs) as server:
        connection = await connect(server.url(SUPERUSER, "postgres"))
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()


def test_only_the_socket_is_open(tmp_path: Path, programs: Path | None) -> None:
    with running(tmp_path, programs=programs):
        lines = (tmp_path / "postgres/postmaster.pid").read_text("utf-8").splitlines()
        assert lines[5].strip() == ""


def test_a_start_that_failed_says_why(tmp_path: Path, programs: Path | None) -> None:
    with running(tmp_path, programs=programs):
        pass
    (tmp_path / "postgres/PG_VERSION").write_text("9.6\n", "utf-8")
    with (
        pytest.raises(Unavailable, match="開始できません"),
        running(tmp_path, programs=programs),
    ):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="file/var"), running(tmp_path / "file/var"):
        pass


def test_a_socket_folder_that_others_could_have_prepared_is_refused(
    tmp_path: Path, programs: Path | None
) -> None:
    with running(tmp_path / "a,b", programs=programs) as server:
        sockets = Path(server.sockets)
    sockets.mkdir(mode=0o755)
    try:
        with (
            pytest.raises(Unavailable, match=sockets.name),
            running(tmp_path / "a,b", programs=programs),
        ):
            pass
    finally:
        sockets.rmdir()


def test_a_place_no_account_can_reach_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=tmp_path.name):
        become((os.getuid() + 1, os.getgid() + 1), tmp_path, tmp_path / "nowhere")
