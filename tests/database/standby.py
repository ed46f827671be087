"""A second server that follows the first, and that the first one's commits wait for."""

import asyncio
import os
import subprocess
from pathlib import Path

from shared.driver import Connection
from shared.embedded import OPTIONS, SOCKET, SUPERUSER, Cluster, Server

WAIT_FOR_IT = "ALTER SYSTEM SET synchronous_standby_names = '*'"
RELOAD = "SELECT pg_reload_conf()"
FOLLOWED = "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')"
WITHIN_SECONDS = 30


def copied(primary: Server, folder: Path, programs: Path) -> Cluster:
    """Copy a running server's data into a folder, to follow it as soon as it is started."""
    cluster = Cluster(folder, programs, {**OPTIONS, "fsync": "off"})
    cluster.data.mkdir(mode=0o700)
    if cluster.account is not None:
        os.chown(cluster.data, *cluster.account)
    subprocess.run(
        [
            *cluster.prefix, str(programs / "pg_basebackup"), "--write-recovery-conf",
            "--checkpoint=fast", f"--pgdata={cluster.data.name}",
            f"--host={primary.sockets}", f"--username={SUPERUSER}",
        ],
        cwd=folder,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        check=True,
        capture_output=True,
        start_new_session=True,
    )  # fmt: skip
    for left in cluster.data.glob(f"{SOCKET}*"):
        left.unlink()  # the first server's: its socket is among its data
    return cluster


async def wait_for_it(superuser: Connection) -> None:
    """Let every commit wait for a standby from now on, and for one to be there."""
    await superuser.execute(WAIT_FOR_IT)
    await superuser.execute(RELOAD)
    await until_followed(superuser)


async def until_followed(superuser: Connection) -> None:
    """Wait until a standby has caught up."""
    async with asyncio.timeout(WITHIN_SECONDS):
        while not await superuser.fetchval(FOLLOWED):  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.05)
