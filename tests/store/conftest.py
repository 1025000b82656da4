"""An S3 server on loopback in a process of its own, and the tiny schedule's run in one of its buckets."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from engine.farm.schedule import Schedule
from lake.store_path import StorePath, place
from tests.store.pretended import BUCKET, simulated

PATIENCE = 60.0


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


@pytest.fixture(scope="session")
def stored_run(bucket: StorePath, tiny_schedule: Schedule) -> StorePath:
    """The tiny schedule's run on the S3 server: to be read, not changed."""
    simulated(tiny_schedule, bucket / "tiny")
    return bucket / "tiny"
