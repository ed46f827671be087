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
from shared.errors import BadSetting, Unavailable
from shared.postgres import Urls, configured, connect, database, migrate, pool
from shared.settings import Settings

USER_OF_THE_SERVER = """
import sys
from pathlib import Path
from shared.embedded import running

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


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Urls]:
    """Use the databases as a process of ours does: the embedded server by default."""
    with database(Settings(data=tmp_path_factory.mktemp("var"))) as urls:
        yield urls


@pytest.mark.parametrize("name", ["application", "owner", "names", "names_owner"])
async def test_no_login_of_ours_is_a_superuser(ours: Urls, name: str) -> None:
    connection = await connect(getattr(ours, name))
    try:
        assert await connection.fetchval("SHOW is_superuser") == "off"
    finally:
        await connection.close()


async def test_names_stand_in_another_database(ours: Urls) -> None:
    log, names = await connect(ours.application), await connect(ours.names)
    assert await log.fetchval("SELECT current_database()") == "ichi"
    assert await names.fetchval("SELECT current_database()") == "ichi_names"
    await log.close()
    await names.close()


def test_migrating_again_changes_nothing(ours: Urls) -> None:
    migrate(ours)


async def test_a_pool_acts_as_its_role_again_after_a_borrower_changed_it(urls: Urls) -> None:
    async with await pool(urls.application, "ichi_reader", size=1) as borrowed:
        await borrowed.execute("SET ROLE NONE")
        assert await borrowed.fetchval("SELECT current_user") == "ichi_reader"
        assert await borrowed.fetchval("SHOW application_name") == "ichi"


async def test_a_pool_never_acts_as_a_role_its_login_does_not_have(urls: Urls) -> None:
    with pytest.raises(Unavailable):
        await pool(urls.application, "ichi_owner", size=1)


async def test_a_database_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="接続できません"):
        await connect(f"postgresql://ichi_app@/ichi?host={tmp_path}")


def test_a_configured_database_is_used_as_it_is() -> None:
    settings = Settings(
        database_url="postgresql://app:a@one/ichi",
        owner_url="postgresql://owner:%40@one/ichi",
        names_url="postgresql://app:a@two:5433/names?sslmode=require",
    )
    with database(settings) as urls:
        assert urls == Urls(
            "postgresql://app:a@one/ichi",
            "postgresql://owner:%40@one/ichi",
            "postgresql://app:a@two:5433/names?sslmode=require",
            "postgresql://owner:%40@two:5433/names?sslmode=require",
        )


def test_a_configured_database_needs_a_place_for_the_names() -> None:
    with pytest.raises(BadSetting, match="ICHI_NAMES_URL"):
        configured(Settings(database_url="postgresql://app@one/ichi"))


def test_only_an_owner_migrates() -> None:
    with pytest.raises(BadSetting, match="ICHI_OWNER_URL"):
        migrate(Urls("postgresql://app@one/ichi", None, "postgresql://app@one/names", None))
