"""Whom PostgreSQL runs as, since it does not run as root, and the folders which that account can reach."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lake.errors import InputError

NAME = "pgserver"
ROOT = 0
TRIES, SECONDS = 3, 2.0
PREFIX = "smoltworks-"
LASTING = "/var/tmp"  # kept over a restart, unlike /tmp
OPEN_TO_ALL = stat.S_IRWXO | stat.S_ISVTX  # the mode of a folder for everybody's temporary files
PARTS = ("bin", "lib", "share")
FIRST_CLOSED = 'for f; do [ -x "$f" ] || { printf %s "$f"; exit 1; }; done'


@dataclass(frozen=True)
class Account:
    """A system account that is not root's."""

    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """The account that root's servers run as, made if absent; None for anybody else, who runs them himself.

    InputError where it can't be made.
    """
    if os.geteuid() != ROOT:
        return None
    problem = ""
    for left in reversed(range(TRIES)):
        try:
            entry = pwd.getpwnam(NAME)
            return Account(name=NAME, uid=entry.pw_uid, gid=entry.pw_gid)
        except KeyError:
            problem = _make_account()
        if problem and left:
            time.sleep(SECONDS)  # another process may be making it at the same moment
    raise InputError(
        f"user {NAME}",
        f"PostgreSQL does not run as root, and the account that it would run as can't be made: {problem}",
        f"make it (useradd {NAME}), work as another user than root, or give --to DSN",
    )


def _make_account() -> str:
    """Make it; what went wrong."""
    try:
        made = subprocess.run(["useradd", "-s", "/bin/sh", NAME], check=False, capture_output=True, text=True)
    except OSError as e:
        return str(e)
    return "" if made.returncode == 0 else made.stderr.strip() or f"useradd ended with {made.returncode}"


def run_as(account: Account | None) -> dict[str, Any]:
    """Arguments of subprocess that make a child run as an account."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def first_closed(folder: Path, account: Account | None) -> Path | None:
    """The first folder on the way to, or that, which an account may not enter; `folder` is absolute."""
    if account is None:
        return None
    way = [*reversed(folder.parents), folder]
    asked = ["/bin/sh", "-c", FIRST_CLOSED, "sh", *map(str, way)]
    answer = subprocess.run(asked, check=False, capture_output=True, text=True, cwd="/", **run_as(account))
    return Path(answer.stdout) if answer.returncode else None


def make_open_folder(below: Path, account: Account | None) -> Path:
    """A new folder of an account's own, in the nearest place for everybody above `below`, else in one for the system.

    InputError where there is none.
    """
    shared = [p for p in below.parents if p.stat().st_mode & OPEN_TO_ALL == OPEN_TO_ALL]
    for place in (*shared, Path(os.environ.get("TMPDIR") or LASTING), Path(LASTING)):
        if place.is_dir() and first_closed(place.resolve(), account) is None:
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place.resolve()))
            own(folder, account)
            return folder
    raise InputError(
        str(below),
        f"no folder is open to the user {account.name if account else ''} that PostgreSQL runs as",
        "name one by TMPDIR, or give --to DSN",
    )


def own(folder: Path, account: Account | None) -> None:
    """Give a folder that we made to an account."""
    if account is not None:
        os.chown(folder, account.uid, account.gid)


@contextmanager
def reachable_installation(installation: Path, account: Account | None) -> Iterator[Path]:
    """PostgreSQL's folder of programs, as it is installed, or copied as long as the block where it can't be reached."""
    programs = installation / PARTS[0]
    if account is None or _runs(programs, account):
        yield programs
        return
    copy = make_open_folder(installation, account)
    package = installation.parent
    libraries = package.with_name(f"{package.name}.libs")  # beside the package, where the programs look for them
    wanted = [*(installation / part for part in PARTS), *([libraries] if libraries.is_dir() else [])]
    try:
        for folder in wanted:
            shutil.copytree(folder, copy / folder.relative_to(package.parent), symlinks=True)
        for path in copy.rglob("*"):
            os.lchown(path, account.uid, account.gid)
        yield copy / programs.relative_to(package.parent)
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _runs(programs: Path, account: Account) -> bool:
    try:
        asked = [str(programs / "postgres"), "--version"]
        return subprocess.run(asked, check=False, capture_output=True, cwd="/", **run_as(account)).returncode == 0
    except OSError:
        return False
