"""Two stores: an S3 server on loopback in a process of its own, and one that costs less, whose objects are files."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.execution.run import run
from engine.farm.schedule import Schedule
from lake import store, store_path
from lake.store_path import StorePath, place

PATIENCE = 60.0
BUCKET = "lake"


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """The server's URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert time.monotonic() < end
                assert server.poll() is None
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="session")
def way_there(endpoint: str) -> dict[str, str]:
    """What the environment of a process says of the way to the server."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "a-key",
        "AWS_SECRET_ACCESS_KEY": "a-secret",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture(scope="session")
def bucket(way_there: dict[str, str]) -> Iterator[StorePath]:
    """A prefix in a bucket that is there, which this process finds by its environment."""
    import boto3

    with pytest.MonkeyPatch.context() as patch:
        for name, value in way_there.items():
            patch.setenv(name, value)
        patch.delenv("AWS_PROFILE", raising=False)
        boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"]).create_bucket(Bucket=BUCKET)
        found = place(f"s3://{BUCKET}/runs")
        assert isinstance(found, StorePath)
        yield found


def simulated(schedule: Schedule, run_dir: Path, *, resume: bool = False, overwrite: bool = False) -> Path:
    """The schedule's run, made in this process."""
    with ThreadPoolExecutor(1) as here:
        run(schedule, run_dir, here, 1, resume=resume, overwrite=overwrite)
    return run_dir


@pytest.fixture(scope="session")
def pretended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose files are the objects of the buckets gs://NAME: Arrow reaches them as it does a store's."""
    from fsspec.implementations.local import LocalFileSystem
    from pyarrow import fs

    top, files = tmp_path_factory.mktemp("store"), fs.PyFileSystem(fs.FSSpecHandler(LocalFileSystem(auto_mkdir=True)))
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


@pytest.fixture(scope="session")
def stored_run(bucket: StorePath, tiny_schedule: Schedule) -> StorePath:
    """The tiny schedule's run on the S3 server: to be read, not changed."""
    simulated(tiny_schedule, bucket / "tiny")
    return bucket / "tiny"
