"""The data folder of a run's own server: RUN/postgres, there whole or not at all."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lake.errors import InputError
from warehouse.run_folder import FOLDER, MAKING, VERSION, remove_folder
from warehouse.server_account import Account, first_closed, make_open_folder, own, run_as
from warehouse.server_log import gave_up
from warehouse.server_process import environment, owner_words

MAJOR = "18"
# A cluster of this locale can be made anywhere, and it sorts alike everywhere.
NEW_DATA = ("--locale=C", "--encoding=UTF8", "--auth=trust", "--username=postgres")
AGAIN = "then repeat the command"


def data_folder(run_dir: Path, programs: Path, account: Account | None) -> Path:
    """Where the data is: RUN/postgres, made if absent, or a folder outside to which that is then a link.

    InputError where something else is in its place, or the server's account can't reach it.
    """
    folder = run_dir.resolve() / FOLDER
    remove_folder(folder.with_name(MAKING))  # an initdb that was killed left it
    if folder.is_symlink() and not folder.exists():
        folder.unlink()  # what it led to was removed
    if not folder.exists():
        _make(folder, programs, account)
    data = folder.resolve()
    with told(data):
        _refuse_other_content(data)
    closed = first_closed(data.parent, account)
    if closed is not None and account is not None:
        raise InputError(
            str(data),
            f"PostgreSQL does not run as root but as {account.name}, whom {closed} does not let in",
            f"move the run out of it, let others pass (chmod o+x {shlex.quote(str(closed))}), or give --to DSN",
        )
    if not (data / VERSION).exists():
        _make(folder, programs, account)
        data = folder.resolve()
    return data


def _refuse_other_content(data: Path) -> None:
    """InputError unless it is empty, or made by this version of PostgreSQL."""
    quoted = shlex.quote(str(data))
    if not data.is_dir():
        raise InputError(str(data), "is a file, where PostgreSQL has its folder", f"remove it: rm {quoted}; {AGAIN}")
    version = data / VERSION
    if not version.exists():
        if any(data.iterdir()):
            cure = f"move it away: mv {quoted} {quoted}.old; {AGAIN}"
            raise InputError(str(data), "holds other files than PostgreSQL's", cure)
        return
    found = version.read_text(errors="replace").strip() if version.is_file() else ""
    if found != MAJOR:
        what = (
            f"is PostgreSQL {found}'s, ours is {MAJOR}" if found.isdecimal() else f"is damaged: no version in {VERSION}"
        )
        cure = f"remove it, for the run holds all that a load put there: rm -r {quoted}; then load again"
        raise InputError(str(data), what, cure)


def _make(folder: Path, programs: Path, account: Account | None) -> None:
    """Make the data beside the folder and rename it, so that what initdb began is never taken for data."""
    making = folder.with_name(MAKING)
    try:
        if first_closed(folder.parent, account) is None:
            making.mkdir(mode=0o700)
            own(making, account)
        else:
            making.symlink_to(make_open_folder(folder.parent, account))
        _initialise(programs, making.resolve(), account)
        if folder.is_dir() and not folder.is_symlink():
            folder.rmdir()
        elif folder.is_symlink():
            remove_folder(folder)
        making.rename(folder)
        _sync(folder.parent)
    except BaseException:
        remove_folder(making)
        raise


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _initialise(programs: Path, data: Path, account: Account | None) -> None:
    command = [str(programs / "initdb"), *NEW_DATA, "-D", str(data)]
    made = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd="/", env=environment(), **run_as(account)
    )
    if made.returncode:
        words = made.stderr or made.stdout or f"initdb ended with {made.returncode}"
        where = data if data.name != MAKING else data.with_name(FOLDER)
        raise gave_up(words, where, what="PostgreSQL can't make its data folder", owner=owner_words(account))


@contextmanager
def told(place: Path) -> Iterator[None]:
    """A refusal of the system becomes an InputError."""
    try:
        yield
    except OSError as e:
        where = Path(os.fsdecode(e.filename or place))
        words, owner = f"FATAL: {e.strerror or e}", str(os.geteuid())
        raise gave_up(words, where, what="can't be used for PostgreSQL", owner=owner) from None
