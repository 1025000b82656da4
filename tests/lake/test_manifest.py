"""The run's record: a manifest that is whole or absent, a journal that survives a kill, half runs known as such."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lake.errors import InputError
from lake.journal import Forecast, Journal
from lake.manifest import (
    FILE,
    BatchRecord,
    BiologyRecord,
    ChangedParameter,
    FileRecord,
    Manifest,
    PartitionRecord,
    PartRecord,
    RunIdentity,
    read_complete,
    read_manifest,
    write_manifest,
)
from lake.records import FORMAT, as_record
from lake.sealed import seal

TEXT = st.text(max_size=12)
COUNT = st.integers(0, 2**40)
SECONDS = st.floats(0.0, 1e6)
PARTS = st.dictionaries(TEXT, st.builds(PartRecord, file=TEXT, rows=COUNT, bytes=COUNT, xxh3=TEXT), max_size=3)
PARTITIONS = st.builds(
    PartitionRecord,
    partition=COUNT,
    first_batch=COUNT,
    last_batch=COUNT,
    status=st.sampled_from(["succeeded", "failed"]),
    seconds=SECONDS,
    peak_memory_mb=SECONDS,
    tables=PARTS,
    fingerprints=st.dictionaries(COUNT, st.dictionaries(TEXT, TEXT, max_size=2), max_size=2),
    batches=st.dictionaries(COUNT, st.builds(BatchRecord, days=COUNT, rows=COUNT, seconds=SECONDS), max_size=2),
    error=TEXT,
)
IDENTITIES = st.builds(
    RunIdentity,
    version=TEXT,
    schedule=TEXT,
    schedule_sha256=TEXT,
    seed=COUNT,
    as_of=TEXT,
    batch_count=COUNT,
    farm_sha256=TEXT,
    biology_sha256=TEXT,
    partitions=st.lists(st.tuples(COUNT, COUNT), max_size=3).map(tuple),
)
FILES = st.builds(FileRecord, name=TEXT, sha256=TEXT)
VALUES = st.none() | SECONDS | st.lists(SECONDS, max_size=3)
CHANGED = st.builds(
    ChangedParameter,
    path=TEXT,
    base=VALUES,
    value=VALUES,
    unit=TEXT,
    confidence=TEXT,
    source=TEXT,
    file=TEXT,
)
BIOLOGIES = st.builds(
    BiologyRecord,
    name=TEXT,
    sha256=TEXT,
    purpose=TEXT,
    base=st.none() | FILES,
    overlays=st.lists(FILES, max_size=2).map(tuple),
    changed=st.lists(CHANGED, max_size=2).map(tuple),
)
BIOLOGY = BiologyRecord(name="published", sha256="c")
SUCCEEDED = PartitionRecord(
    partition=0, first_batch=1, last_batch=1, status="succeeded", seconds=1.0, peak_memory_mb=1.0
)
MANIFESTS = st.builds(
    Manifest,
    run=TEXT,
    status=st.sampled_from(["complete", "partial"]),
    identity=IDENTITIES,
    seconds=SECONDS,
    workers=COUNT,
    dimensions=PARTS,
    partitions=st.lists(PARTITIONS, max_size=3).map(tuple),
    estimate=st.dictionaries(TEXT, COUNT, max_size=3),
    fingerprint=TEXT,
    biology=BIOLOGIES,
    events_made=COUNT,
)
ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def hidden(folder: Path) -> list[str]:
    return [p.name for p in folder.iterdir() if p.name.startswith(".")]


@ONE_FOLDER
@given(manifest=MANIFESTS)
def test_a_manifest_is_read_as_it_was_written(manifest: Manifest, tmp_path: Path) -> None:
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest
    assert not hidden(tmp_path)
    written = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    rows = sum(part.rows for p in manifest.partitions for part in p.tables.values())
    assert written["events"] == sum(written["tables"].values()) == manifest.events == rows


@given(PARTITIONS)
def test_a_partitions_record_survives_json(record: PartitionRecord) -> None:
    assert as_record(asdict(record), PartitionRecord) == record


@given(IDENTITIES, IDENTITIES)
def test_two_identities_are_one_only_if_nothing_differs(one: RunIdentity, other: RunIdentity) -> None:
    assert one.differences(one) == []
    expected = [f.name for f in fields(one) if getattr(one, f.name) != getattr(other, f.name)]
    assert [line.split()[0] for line in one.differences(other)] == expected


def whole_run(run_dir: Path, **changes: Any) -> Manifest:
    """A run of one partition and one dimension."""
    part = {
        name: {name: PartRecord(file=f"lake/{name}/part-0000.parquet", rows=1, bytes=2, xxh3="d")}
        for name in ("batch", "geography")
    }
    manifest = Manifest(
        run="run",
        status="complete",
        identity=RunIdentity(
            version="1",
            schedule="demo",
            schedule_sha256="a",
            seed=1,
            as_of="2025-01-01",
            batch_count=1,
            farm_sha256="b",
            biology_sha256="c",
            partitions=((1, 1),),
        ),
        seconds=1.0,
        workers=1,
        dimensions=part["geography"],
        partitions=(replace(SUCCEEDED, tables=part["batch"]),),
        estimate={"batch": 1},
        fingerprint="f",
        biology=BIOLOGY,
    )
    manifest = replace(manifest, **changes)
    write_manifest(run_dir, manifest)
    return manifest


def refusal(run_dir: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_complete(run_dir)
    return str(caught.value)


def test_a_whole_run_is_complete(tmp_path: Path) -> None:
    manifest = whole_run(tmp_path)
    assert read_complete(tmp_path) == manifest


def test_a_partial_run_is_refused_with_the_way_to_finish_it(tmp_path: Path) -> None:
    failed = replace(SUCCEEDED, partition=3, status="failed", error="ValueError")
    whole_run(tmp_path, status="partial", partitions=(failed,))
    message = refusal(tmp_path)
    assert "partial" in message
    assert "[3]" in message
    assert f"--out {tmp_path} --resume" in message
    assert read_manifest(tmp_path).status == "partial"


def test_a_run_that_was_begun_and_not_ended_is_known_as_such(tmp_path: Path) -> None:
    Journal(tmp_path).append(Forecast(at=1.0, events=2))
    message = refusal(tmp_path)
    assert "begun here but not finished" in message
    assert f"--out {tmp_path} --resume" in message


def test_where_there_is_no_run_those_nearby_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "this makes one: " in refusal(Path("runs/demo"))
    for name in ("demo", "other"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / FILE).touch()
    assert "did you mean runs/demo?" in refusal(Path("runs/dmeo"))
    for elsewhere in ("runs", "select 1", "x" * 1000, "nowhere/at all"):
        assert "give the folder of a run: runs/demo, runs/other" in refusal(Path(elsewhere)), elsewhere


def test_what_is_no_run_is_told_from_what_is_a_damaged_one(tmp_path: Path) -> None:
    assert "no such run folder" in refusal(tmp_path / "absent")
    assert "not a run folder" in refusal(tmp_path)
    path = tmp_path / FILE
    for text in ("", "{", "[]", "null", "\0" * 20, f'{{"format": "{FORMAT}"}}', seal({"format": FORMAT})):
        path.write_text(text)
        assert "damaged" in refusal(tmp_path), text
        assert "--resume" in refusal(tmp_path)
    path.write_text('{"format": "smoltworks-run/2"}')
    assert "another version" in refusal(tmp_path)
    assert "--overwrite" in refusal(tmp_path)
    path.unlink()
    path.mkdir()
    assert "a folder stands in its place" in refusal(tmp_path)


@given(data=st.data())
def test_a_manifest_cut_anywhere_is_damaged_and_never_half_believed(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run_dir = tmp_path_factory.mktemp("run")
    whole_run(run_dir)
    path = run_dir / FILE
    text = path.read_text()
    path.write_text(text[: data.draw(st.integers(0, len(text.rstrip()) - 1))])
    assert "damaged" in refusal(run_dir)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seconds": "1"}, "seconds"),
        ({"workers": 1.5}, "workers"),
        ({"status": None}, "status"),
        ({"unknown": 1}, "unknown"),
        ({"identity": []}, "identity"),
        ({"partitions": {}}, "partitions"),
        ({"dimensions": {"geography": {"file": "x", "rows": 1, "bytes": 2}}}, "dimensions.geography.xxh3"),
    ],
)
def test_a_sealed_record_of_another_shape_is_damaged(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    data = whole_run(tmp_path).to_json() | change
    (tmp_path / FILE).write_text(seal(data))
    assert f"damaged: {words}" in refusal(tmp_path)
