"""A place in a store: read from what a person types, printed as it was typed, and never taken for a folder."""

from __future__ import annotations

import http.server
import io
import pickle
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.execution.progress import read_progress
from lake.errors import InputError
from lake.store import StoreError, filesystem
from lake.store_path import StorePath, folder_or_file, is_stored, place
from tests.store.pretended import BUCKET


@pytest.mark.parametrize("given", ["s3://bucket/a/b", "s3://bucket/a/b/", "S3://bucket/a/b", Path("s3://bucket/a/b")])
def test_a_url_is_a_place_in_a_store(given: str | Path) -> None:
    found = place(given)
    assert is_stored(found)
    assert str(found) == f"{found}" == "s3://bucket/a/b"
    assert str(found / "lake" / "x.parquet") == "s3://bucket/a/b/lake/x.parquet"
    assert found.name == "b"
    assert str(found.parent) == "s3://bucket/a"
    assert (found / "lake/x").relative_to(found) == Path("lake/x")
    assert not is_stored((found / "lake/x").relative_to(found))
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert is_stored(again)
    assert place(found) is found


@pytest.mark.parametrize("given", ["runs/demo", "/tmp/x", "a:b", "file:///tmp/x", "C:/x"])
def test_anything_else_is_a_folder(given: str) -> None:
    assert not is_stored(place(given))
    assert folder_or_file(given) == Path(given.removeprefix("file://"))


@pytest.mark.parametrize(
    "given", ["s3://", "s3://bucket", "s3://b//x", "s3://b/x?region=y", "s3://b/../x", "http://h/x"]
)
def test_a_url_of_no_place_is_refused_with_a_cure(given: str) -> None:
    with pytest.raises(InputError) as told:
        place(given)
    assert told.value.cure
    with pytest.raises(InputError, match="give a path"):
        folder_or_file("s3://bucket/x.html")


def test_nothing_of_a_path_reaches_the_disk_under_a_stores_name() -> None:
    ours = {*vars(StorePath), *dir(Path.__mro__[1]), "cwd", "home", "from_uri"}
    assert not [name for name in dir(Path) if not name.startswith("_") and name not in ours]
    found = place("s3://bucket/a")
    for refused in (found.touch, lambda: found.rename("b"), lambda: found.write_text("x"), lambda: found.open("w")):
        with pytest.raises(io.UnsupportedOperation):
            refused()


def test_objects_are_found_by_pattern_as_files_are(bucket: StorePath, tmp_path: Path) -> None:
    names = ("a.json", "b.txt", "x/c.json", "x/y/d.json")
    for name in names:
        (bucket / "found" / name).put(b"1")
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"1")
    for pattern in ("*.json", "*/*.json", "**/*.json", "*", "x/*", "?.txt"):
        stored = {str(path.relative_to(bucket / "found")) for path in (bucket / "found").glob(pattern)}
        assert stored == {str(path.relative_to(tmp_path)) for path in tmp_path.glob(pattern)}, pattern
    assert [path.name for path in (bucket / "found").iterdir()] == ["a.json", "b.txt", "x"]
    assert [(bucket / "found" / name).is_file() for name in ("a.json", "x", "z")] == [True, False, False]
    assert [(bucket / "found" / name).is_dir() for name in ("a.json", "x", "z")] == [False, True, False]
    with pytest.raises(FileNotFoundError):
        (bucket / "found/z").read_bytes()
    one, other = bucket / "found/a.json", bucket / "found/b.txt"
    assert one.stat().st_ino == other.stat().st_ino  # the mark of their bytes
    other.put(b"2")
    assert one.stat().st_ino != other.stat().st_ino


def test_a_bucket_that_is_not_there_and_a_prefix_without_a_run_are_told_apart(bucket: StorePath) -> None:
    with pytest.raises(InputError, match="there is no such bucket"):
        read_progress(place("s3://nowhere/runs/demo"))
    with pytest.raises(InputError, match="no run is there"):
        read_progress(place(f"s3://{BUCKET}/nothing"))
    with pytest.raises(StoreError, match="there is no such bucket"):
        (place("s3://nowhere/runs/demo") / "x").put(b"")  # type: ignore[attr-defined]


@contextmanager
def answering(status: int, code: str) -> Iterator[str]:
    """The endpoint of a server that refuses everything."""

    class Refusing(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_PUT = do_GET

        def log_message(self, format: str, *told: object) -> None:
            """Silent."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "InvalidAccessKeyId", "access key"),
        (403, "SignatureDoesNotMatch", "secret key"),
        (403, "AccessDenied", "credentials"),
        (404, "NoSuchBucket", "no such bucket"),
    ],
)
def test_what_a_store_refuses_is_told_in_plain_words(
    bucket: StorePath, monkeypatch: pytest.MonkeyPatch, status: int, code: str, words: str
) -> None:
    with answering(status, code) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        filesystem.cache_clear()
        there = place("s3://a-bucket/runs/x")
        assert isinstance(there, StorePath)
        try:
            with pytest.raises(StoreError) as told:
                there.put(b"x")
            assert words in told.value.problem
            if status == 403:
                with pytest.raises(StoreError, match=r"credentials|AWS_SECRET_ACCESS_KEY"):
                    read_progress(there)
        finally:
            filesystem.cache_clear()


def test_a_store_that_can_not_be_reached_is_told_with_the_setting_to_mend(
    bucket: StorePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    filesystem.cache_clear()
    try:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        with pytest.raises(StoreError, match="AWS_ENDPOINT_URL"):
            read_progress(place("s3://a-bucket/x"))
        filesystem.cache_clear()
        monkeypatch.setenv("AWS_ENDPOINT_URL", "127.0.0.1:9")
        with pytest.raises(StoreError, match="is no address"):
            read_progress(place("s3://a-bucket/x"))
    finally:
        filesystem.cache_clear()
