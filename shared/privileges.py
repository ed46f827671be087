"""Running the embedded server as somebody who is not root."""

import os
import pwd
import subprocess
from contextlib import suppress
from pathlib import Path

from shared.errors import Unavailable


def choose_account(data: Path) -> tuple[int, int] | None:
    """Choose the user and group of a server that root starts: PostgreSQL refuses to be root.

    None when we are not root. Raises `Unavailable`.
    """
    if os.geteuid():
        return None
    if data.exists() and (owner := data.stat()).st_uid:
        return owner.st_uid, owner.st_gid
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    message = "root では動きません。ふつうの利用者で実行してください"
    raise Unavailable(message)


def become(account: tuple[int, int], folder: Path, programs: Path) -> tuple[str, ...]:
    """Say how to become that account and still pass the folders above, which may be root's alone.

    Their permissions are not ours to widen, so the server may keep one of root's capabilities: to
    read and pass any folder or, in containers where that one was taken away, to ignore permissions.
    Without `no_setuid_fixup`, access(2) would not count it, and PostgreSQL not find itself.

    Raises `Unavailable`.
    """
    uid, gid = account
    plain = ("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups")
    keeping = [
        ("--securebits=+no_setuid_fixup", f"--inh-caps=+{name}", f"--ambient-caps=+{name}")
        for name in ("dac_read_search", "dac_override")
    ]
    for more in ((), *keeping):
        prefix = (*plain, *more)
        reaches = ("sh", "-c", 'test -x "$0" && test -x "$1"', programs / "postgres", folder)
        with suppress(FileNotFoundError):
            if not subprocess.run([*prefix, *reaches], check=False, capture_output=True).returncode:
                return prefix
    message = (
        f"root では {folder} の PostgreSQL を動かせません。ふつうの利用者で実行するか、"
        "ほかの利用者も通れる場所に置いてください（util-linux の setpriv が必要です）"
    )
    raise Unavailable(message)
