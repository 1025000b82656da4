"""A store that costs less than a server: its objects are a folder's files, which Arrow reaches as it does a store's."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.farm.schedule import Schedule
from lake import store, store_path
from lake.store_path import StorePath, place

BUCKET = "lake"


def simulated(schedule: Schedule, run_dir: Path, *, resume: bool = False, overwrite: bool = False) -> Path:
    """The schedule's run, made in this process."""
    from engine.execution.run import run  # late: most tests need none

    with ThreadPoolExecutor(1) as here:
        run(schedule, run_dir, here, 1, resume=resume, overwrite=overwrite)
    return run_dir


@pytest.fixture(scope="session")
def pretended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose files are the objects of the buckets gs://NAME: Arrow reaches them as it does a store's."""
    from fsspec.implementations.local import LocalFileSystem
    from pyarrow import fs

    top, files = tmp_path_factory.mktemp("store"), fs.PyFileSystem(fs.FSSpecHandler(LocalFileSystem(auto_mkdir=True)))
    (top / BUCKET).mkdir()
    real = store.filesystem

    def filesystem(scheme: str, bucket: str) -> tuple[fs.FileSystem, str]:
        return (files, str(top / bucket)) if scheme == "gs" else real(scheme, bucket)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_path, "filesystem", filesystem)
        yield top


@pytest.fixture(scope="session")
def pretended_run(pretended: Path, tiny_schedule: Schedule) -> StorePath:
    """The tiny schedule's run in the store that costs less: to be read, not changed."""
    found = place(f"gs://{BUCKET}/tiny")
    assert isinstance(found, StorePath)
    simulated(tiny_schedule, found)
    return found


Copy = Callable[[str], StorePath]


@pytest.fixture
def copied(pretended: Path, pretended_run: StorePath) -> Copy:
    """That run under another prefix, to be changed."""

    def copy(name: str) -> StorePath:
        shutil.copytree(pretended / BUCKET / "tiny", pretended / BUCKET / name)
        return pretended_run.parent / name

    return copy
