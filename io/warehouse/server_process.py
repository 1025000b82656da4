"""The process of a run's own server: started, waited for, stopped; and what is left of one whose owner was killed."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import psycopg
from psycopg.conninfo import make_conninfo

from lake.errors import InputError
from warehouse.server_account import Account, run_as
from warehouse.server_log import gave_up, read_end, serious_lines
from warehouse.session import open_session

PORT = "5432"
PID_FILE = "postmaster.pid"
SOCKET_NAME = f".s.PGSQL.{PORT}"
LOG = "log"
START_SECONDS = 600  # recovery after a kill may take long
STOP_SECONDS = 120
ORPHAN_SECONDS = 60
LOOK_SECONDS = 0.05
PR_SET_PDEATHSIG = 1
# Anything but that it is starting, stopping, or gone.
LETS_NOBODY_IN = re.compile(r"FATAL: (?!.*(database system|administrator|shutting down))")

# The load can be repeated, so a crash may cost the last moments; it may not cost consistency: fsync stays on.
SETTINGS = MappingProxyType(
    {
        "port": PORT,
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "synchronous_commit": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        # the log is cut as it goes, and what is cut off is removed, not kept for more rows: a load leaves none of it
        "max_wal_size": "1GB",
        "min_wal_size": "32MB",
        "wal_recycle": "off",
        "checkpoint_timeout": "30min",
        "shared_buffers": "256MB",
        "maintenance_work_mem": "256MB",
        "dynamic_shared_memory_type": "mmap",  # /dev/shm is small in many containers
        "logging_collector": "off",
        "lc_messages": "C",  # server_log reads what it says
        # a server that panics ends at once, and says so; the next one recovers its data
        "restart_after_crash": "off",
    }
)


@dataclass(frozen=True)
class Server:
    """A server that we started. `log_begin`: where in its log that was, in bytes."""

    process: subprocess.Popen[bytes]
    data: Path
    account: Account | None
    log_begin: int

    @property
    def log(self) -> str:
        """What it has said since its start."""
        return read_end(self.data / LOG, self.log_begin)


def environment() -> dict[str, str]:
    """Ours for PostgreSQL's programs, without a locale that may not be there, and without orders to PostgreSQL."""
    return {n: v for n, v in os.environ.items() if not n.startswith(("PG", "LC_", "LANG"))} | {"LC_ALL": "C"}


def owner_words(account: Account | None) -> str:
    """To whom the data must belong, as chown takes it."""
    return account.name if account is not None else str(os.geteuid())


def _die_with_parent() -> None:
    # the kernel then asks PostgreSQL for a fast shutdown, even when this process is killed
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def start(programs: Path, data: Path, sockets: Path, account: Account | None) -> Server:
    """Start a server on a data folder on which none is at work. OSError where it can't be."""
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    command = [str(programs / "postgres"), "-D", str(data), *settings, f"--unix_socket_directories={sockets}"]
    with (data / LOG).open("ab") as log:
        begin = log.tell()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=environment(),
            start_new_session=True,  # Ctrl-C is for us, who still have indexes to restore
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            **run_as(account),
        )
    return Server(process=process, data=data, account=account, log_begin=begin)


def wait_until_ready(server: Server) -> str:
    """The DSN of a server that we started; InputError, with its own words, when it gives up."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.process.poll() is not None:
            owner = owner_words(server.account)
            raise gave_up(server.log, server.data, what="PostgreSQL does not start", owner=owner)
        dsn = ready_dsn(server.data)
        if dsn is not None:
            return dsn
        time.sleep(LOOK_SECONDS)
    raise InputError(str(server.data), f"PostgreSQL is not ready after {START_SECONDS} s", f"see {server.data / LOG}")


def dsn_at(sockets: Path | str) -> str:
    """The DSN of the server whose socket lies in a folder."""
    return make_conninfo("", host=str(sockets), port=PORT, dbname="postgres", user="postgres")


def ready_dsn(data: Path) -> str | None:
    """The DSN of the server that works on a folder; None as long as it lets nobody in."""
    # from postmaster.pid, whose fifth line is the socket's folder and whose last says ready
    try:
        lines = (data / PID_FILE).read_text(errors="replace").splitlines()
    except OSError:
        return None
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    dsn = dsn_at(lines[4].strip())
    try:
        open_session(dsn, connect_timeout=5).close()
    except psycopg.Error as error:
        if LETS_NOBODY_IN.search(str(error)):
            what, owner = "the run's own server lets nobody in", owner_words(None)
            raise gave_up(str(error), data, what=what, owner=owner) from None
        return None
    return dsn


def stop(server: Server) -> None:
    """Fast shutdown: open transactions are rolled back, data is synced."""
    with suppress(ProcessLookupError):
        server.process.send_signal(signal.SIGINT)
    try:
        server.process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()


def end_orphans(data: Path) -> None:
    """Stop a server whose owner is gone, and remove its note where it is no more: we hold the owner's lock.

    InputError when processes of it stay.
    """
    end = time.monotonic() + ORPHAN_SECONDS
    asked: set[int] = set()
    while at_work := _processes(data):
        if time.monotonic() > end:
            raise InputError(
                str(data),
                f"an earlier server is still at work there: process {', '.join(map(str, sorted(at_work)))}",
                f"end it (kill {min(at_work)}), then repeat the command",
            )
        first = min(at_work, key=lambda pid: (pid != _noted(data), pid))
        if first not in asked:
            with suppress(ProcessLookupError):
                os.kill(first, signal.SIGINT)
            asked.add(first)
        time.sleep(LOOK_SECONDS)
    # nobody works there, whatever process has the noted number by now
    for name in (PID_FILE, f"{SOCKET_NAME}.lock", SOCKET_NAME):
        (data / name).unlink(missing_ok=True)


def _noted(data: Path) -> int | None:
    """The process number that the server noted."""
    try:
        return int((data / PID_FILE).read_text(errors="replace").split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _processes(data: Path) -> set[int]:
    """The processes that work in a data folder: a server stands in it, and so do its children."""
    proc = Path("/proc")
    if not (proc / "self").exists():
        noted = _noted(data)
        return set() if noted is None or not _lives(noted) else {noted}
    if not (data / PID_FILE).exists():
        return set()
    found = set()
    for entry in proc.iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):  # it ended meanwhile, or is another user's
                program = (entry / "comm").read_text().strip()
                if program == "postgres" and os.path.samefile(entry / "cwd", data):
                    found.add(int(entry.name))
    return found


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def is_up(data: Path) -> bool:
    """Whether the server that noted itself in a folder is there."""
    return _noted(data) in _processes(data)


@contextmanager
def why_it_ended(data: Path) -> Iterator[None]:
    """An error inside, while the server that works on a folder ends, bears a note of what the server said."""
    begin = _size(data / LOG)
    try:
        yield
    except Exception as error:
        words = _last_words(data, begin)
        if words:
            error.add_note(words)
        raise


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _last_words(data: Path, begin: int) -> str:
    """What a server said at its end since a byte of its log; "" while it is up."""
    end = time.monotonic() + 2
    while is_up(data):
        if time.monotonic() > end or ready_dsn(data):
            return ""
        time.sleep(LOOK_SECONDS)
    said = serious_lines(read_end(data / LOG, begin))
    if not said:
        return "the run's own server ended: the command that kept it up was stopped, or it was killed"
    error = gave_up(read_end(data / LOG, begin), data, what="the run's own server ended", owner="its owner")
    return f"{error.problem}\n  {error.cure}"
