"""Where in a run's folder its own server keeps its data, and whether it does: all that a run made anew asks."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from lake.store_path import is_stored
from warehouse.server_account import PREFIX

FOLDER = "postgres"
MAKING = ".postgres.making"  # beside it, until initdb is done
VERSION = "PG_VERSION"


def has_database(run_dir: Path) -> bool:
    """Whether the run has a server's folder of its own."""
    return not is_stored(run_dir) and os.path.lexists(run_dir / FOLDER / VERSION)


def remove_database(run_dir: Path) -> None:
    """Remove the run's server's folder, wherever it lies, if there is one."""
    for name in (FOLDER, MAKING):
        remove_folder(run_dir / name)


def remove_folder(path: Path) -> None:
    """Remove a folder; of a link the folder too that we made for it, and no other that it may lead to."""
    if path.is_dir() and (not path.is_symlink() or path.resolve().name.startswith(PREFIX)):
        shutil.rmtree(path.resolve())
    if path.is_symlink():
        path.unlink()
