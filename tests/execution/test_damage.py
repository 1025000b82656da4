"""A part whose bytes changed on the disk is found and made anew; what a resume keeps holds the right values."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.execution.partition import PartitionTask, simulate_partition
from engine.execution.progress import read_progress
from engine.execution.run import run
from engine.farm.schedule import Schedule
from lake.errors import InputError
from lake.journal import Begun, Journal
from lake.manifest import Manifest, PartitionRecord
from lake.tables import EVENT_TABLE_NAMES
from tests.execution.run_files import Synchronous, lake_bytes

Undisturbed = tuple[Path, Manifest]


def resume(schedule: Schedule, run_dir: Path) -> tuple[Manifest, list[int]]:
    """The resumed run, and the partitions that it made."""
    made: list[int] = []

    def counted(task: PartitionTask) -> PartitionRecord:
        made.append(task.partition)
        return simulate_partition(task)

    return run(schedule, run_dir, Synchronous(), 1, resume=True, simulate=counted), made


def data_pages(file: Path, column: int) -> tuple[int, int]:
    """Where the values of a column of the first row group lie: offset and length."""
    chunk = pq.read_metadata(file).row_group(0).column(column)
    start = chunk.data_page_offset
    first = chunk.dictionary_page_offset or start
    return first, chunk.total_compressed_size


@pytest.fixture
def copied(undisturbed: Undisturbed, tmp_path: Path) -> Path:
    shutil.copytree(undisturbed[0], tmp_path / "run")
    return tmp_path / "run"


def test_a_whole_run_is_resumed_without_making_anything(
    small_schedule: Schedule, undisturbed: Undisturbed, copied: Path
) -> None:
    manifest, made = resume(small_schedule, copied)
    assert made == []
    assert manifest == undisturbed[1]
    assert lake_bytes(copied) == lake_bytes(undisturbed[0])


def test_another_runs_journal_tells_nothing_of_this_one(
    small_schedule: Schedule, undisturbed: Undisturbed, copied: Path
) -> None:
    journal = Journal(copied)
    strange = [
        replace(line, identity=replace(line.identity, seed=line.identity.seed + 1)) if isinstance(line, Begun) else line
        for line in journal.read().lines
    ]
    journal.rewrite(strange)
    assert "does not tell of this run" in read_progress(copied).damage
    (copied / "lake/staff/part-0000.parquet").write_bytes(b"")
    manifest, made = resume(small_schedule, copied)
    assert made == []
    assert (manifest.fingerprint, lake_bytes(copied)) == (undisturbed[1].fingerprint, lake_bytes(undisturbed[0]))
    assert strange[0] not in journal.read().lines
    assert not read_progress(copied).damage
    (copied / "manifest.json").unlink()
    (copied / "logs/inputs.json").unlink()
    journal.rewrite(strange)
    with pytest.raises(InputError, match="was made from other inputs: seed"):
        resume(small_schedule, copied)


def test_the_status_of_a_run_without_a_journal_says_so(undisturbed: Undisturbed, copied: Path) -> None:
    Journal(copied).path.unlink()
    told = read_progress(copied)
    assert (told.state, told.events) == ("complete", undisturbed[1].events)
    assert told.estimate == sum(undisturbed[1].estimate.values())
    assert told.damage


@pytest.mark.parametrize("damage", ["flipped", "missing", "cut", "another batch's", "not Parquet"])
@pytest.mark.parametrize("table", ["environmental_reading", "batch"])
def test_a_damaged_part_is_found_and_its_partition_made_anew(
    damage: str, table: str, small_schedule: Schedule, undisturbed: Undisturbed, copied: Path
) -> None:
    part = copied / f"lake/{table}/part-0001.parquet"
    data = bytearray(part.read_bytes())
    if damage == "flipped":
        start, size = data_pages(part, 0)
        data[start + size // 2] ^= 0xFF
    elif damage == "cut":
        del data[-10:]
    elif damage == "another batch's":
        data = bytearray((copied / f"lake/{table}/part-0000.parquet").read_bytes())
    elif damage == "not Parquet":
        data = bytearray(len(data))
    part.unlink()
    if damage != "missing":
        part.write_bytes(data)
    manifest, made = resume(small_schedule, copied)
    assert made == [1]
    assert manifest.fingerprint == undisturbed[1].fingerprint
    assert lake_bytes(copied) == lake_bytes(undisturbed[0])


@settings(max_examples=20)
@given(table=st.sampled_from(EVENT_TABLE_NAMES), at=st.floats(0.0, 1.0, exclude_max=True), flip=st.integers(1, 255))
def test_any_flipped_byte_is_found(
    table: str,
    at: float,
    flip: int,
    small_schedule: Schedule,
    undisturbed: Undisturbed,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Values, statistics, schema: a reader that prunes by damaged statistics would miss rows in silence."""
    run_dir = tmp_path_factory.mktemp("runs") / "run"
    shutil.copytree(undisturbed[0], run_dir)
    part = run_dir / f"lake/{table}/part-0002.parquet"
    data = bytearray(part.read_bytes())
    data[int(at * len(data))] ^= flip
    part.write_bytes(data)
    made: list[int] = []

    def told(task: PartitionTask) -> PartitionRecord:
        made.append(task.partition)
        raise InterruptedError  # that it would be made is enough to know

    run(small_schedule, run_dir, Synchronous(), 1, resume=True, simulate=told)
    assert made == [2]
