"""A run in an object store: the bytes of a local one, believed by its manifest alone, one writer at a time."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from engine.execution.progress import read_progress
from engine.farm.schedule import Schedule
from engine.farm.schedule_text import format_schedule
from lake import lease
from lake.checked import find_faults, parts_of, read_checked
from lake.errors import InputError
from lake.files import file_hash
from lake.held import held_for_reading, held_for_writing
from lake.journal import Ended, Journal, PartitionEnded
from lake.manifest import read_complete, write_manifest
from lake.part_object import PartObject
from lake.store_path import StorePath
from tests.store.pretended import Copy, simulated


def test_a_run_in_a_store_is_byte_for_byte_the_local_one(stored_run: StorePath, tiny_run: Path) -> None:
    stored, local = read_complete(stored_run), read_complete(tiny_run)
    assert stored.fingerprint == local.fingerprint
    assert [part.record for part in parts_of(stored)] == [part.record for part in parts_of(local)]
    assert all(file_hash(stored_run / part.record.file) == part.record.xxh3 for part in parts_of(local))
    assert (stored_run / "schedule.yaml").read_bytes() == (tiny_run / "schedule.yaml").read_bytes()
    assert not [path for path in stored_run.rglob("*") if path.name.endswith(".tmp") or "progress" in path.name]


def test_its_journal_tells_what_a_local_one_does(stored_run: StorePath, tiny_run: Path) -> None:
    stored, local = (Journal(each).read() for each in (stored_run, tiny_run))
    assert [line.event for line in stored.lines] == [line.event for line in local.lines]
    assert [line.record.tables for line in stored.lines if isinstance(line, PartitionEnded)] == [
        line.record.tables for line in local.lines if isinstance(line, PartitionEnded)
    ]
    assert read_progress(stored_run).state == "complete"


def test_what_is_missing_cut_or_foreign_is_named_and_a_resume_makes_just_that(
    copied: Copy, tiny_schedule: Schedule
) -> None:
    damaged = copied("damaged")
    fingerprint = read_complete(damaged).fingerprint
    parts = parts_of(read_complete(damaged))
    gone, cut = (next(p for p in parts if p.table == name and p.partition) for name in ("lice_count", "feeding_event"))
    (damaged / gone.record.file).unlink()
    (damaged / cut.record.file).put((damaged / cut.record.file).read_bytes()[:-1])
    (damaged / "lake/feeding_event/part-0009.parquet").put(b"what a killed run left")
    with pytest.raises(InputError) as told:
        read_checked(damaged)
    assert f"{gone.record.file} is not there" in told.value.problem
    assert re.search(rf"{cut.record.file} has [\d,]+ bytes, {cut.record.bytes:,} were written", told.value.problem)
    assert "part-0009.parquet is no part of this run" in told.value.problem
    assert f"--out {damaged} --resume" in told.value.cure
    assert gone.partition is not None
    other = next(p for p in read_complete(damaged).partitions if p.partition != gone.partition.partition)
    before = {record.file: (damaged / record.file).stat() for record in other.tables.values()}

    simulated(tiny_schedule, damaged, resume=True)

    assert read_checked(damaged).fingerprint == fingerprint
    assert before == {file: (damaged / file).stat() for file in before}


def test_what_a_killed_run_leaves_is_made_whole_by_a_resume(copied: Copy, tiny_schedule: Schedule) -> None:
    killed = copied("killed")
    whole = read_complete(killed)
    (killed / "manifest.json").unlink()
    for part in parts_of(whole):
        if part.partition is not None and part.partition.partition == 1:
            (killed / part.record.file).unlink()
    for line in list((killed / "logs" / "run.jsonl").iterdir())[3:]:
        line.unlink()  # all but: begun, forecast, a partition's end
    assert read_progress(killed).state == "interrupted"
    with pytest.raises(InputError, match="begun here but not finished"):
        read_complete(killed)
    simulated(tiny_schedule, killed, resume=True)
    assert read_checked(killed).fingerprint == whole.fingerprint
    assert isinstance(Journal(killed).read().lines[-1], Ended)


def test_an_upload_that_was_killed_is_no_object(bucket: StorePath) -> None:
    part = bucket / "killed/lake/feeding_event/part-0000.parquet"
    writer = (
        "import os, signal; from lake.store_path import place\n"
        "from lake.part_object import PartObject\n"
        f"part = PartObject(place({str(part)!r}))\n"
        "part.write(bytes(2 * PartObject.enough)); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", writer], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not part.exists()


def test_a_part_goes_up_in_pieces_and_an_abandoned_one_is_removed(
    bucket: StorePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PartObject, "enough", 10_000)
    data = os.urandom(212_345)
    whole, left = PartObject(bucket / "pieces/whole"), PartObject(bucket / "pieces/left")
    for begin in range(0, len(data), 7_000):
        whole.write(data[begin : begin + 7_000])
        left.write(data[begin : begin + 7_000])
    mark = whole.finish()
    left.abandon()
    assert (bucket / "pieces/whole").read_bytes() == data
    assert mark == file_hash(bucket / "pieces/whole")
    assert whole.size == len(data)
    assert not (bucket / "pieces/left").exists()


def test_a_run_replaces_another_only_when_asked_and_then_wholly(copied: Copy, tiny_schedule: Schedule) -> None:
    there = copied("replaced")
    before = read_complete(there).fingerprint
    (there / "lake/feeding_event/part-0009.parquet").put(b"of a run with more partitions")
    with pytest.raises(InputError, match="the folder exists already"):
        simulated(tiny_schedule, there)
    other = replace(tiny_schedule, seed=tiny_schedule.seed + 1)
    other = replace(other, text=format_schedule(other))
    simulated(other, there, overwrite=True)
    made = read_checked(there)
    assert made.fingerprint != before
    with pytest.raises(InputError, match="was made from other inputs"):
        simulated(tiny_schedule, there, resume=True)


def test_one_process_writes_at_a_time(bucket: StorePath) -> None:
    there = bucket / "held"
    with held_for_writing(there):
        with pytest.raises(InputError, match="another process is running it"), held_for_writing(there):
            pytest.fail("two held it")
        with held_for_reading(there):
            pass  # one's own run
        assert lease.is_claimed(there)
    assert not lease.is_claimed(there)
    with held_for_writing(there):
        pass


@pytest.mark.parametrize(
    ("claim", "is_alive"),
    [
        ({"machine": "another", "pid": 1, "born": "1"}, True),
        ({"machine": "ours", "pid": 2**22 + 1, "born": "1"}, False),
        ({"machine": "ours", "pid": os.getppid(), "born": "another's birth"}, False),
    ],
)
def test_a_claim_counts_until_its_process_is_known_to_have_ended(
    bucket: StorePath, claim: dict[str, object], is_alive: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = bucket / f"claimed-{claim['pid']}"
    told = claim | {"machine": lease._machine()} if claim["machine"] == "ours" else claim
    (there / lease.CLAIMS / "other.json").put(json.dumps(told).encode())
    assert lease.is_claimed_elsewhere(there) == is_alive
    if is_alive:
        with pytest.raises(InputError, match="another process is running it"), held_for_reading(there):
            pytest.fail("it was read while another writes it")
        with pytest.raises(InputError, match="another process is running it"), held_for_writing(there):
            pytest.fail("two held it")
        monkeypatch.setattr(lease, "EXPIRED", -10.0)  # the other has renewed nothing for longer than that
    with held_for_writing(there):
        assert [path.name for path in (there / lease.CLAIMS).iterdir() if path.name == "other.json"] == []


def test_no_manifest_is_put_once_another_claims_the_run(pretended_run: StorePath) -> None:
    there = pretended_run.parent / "lost"
    with held_for_writing(there):
        (there / lease.CLAIMS / "other.json").put(b'{"machine": "another", "pid": 1, "born": "1"}')
        with pytest.raises(InputError, match="another run took this place meanwhile"):
            write_manifest(there, read_complete(pretended_run))
    assert not (there / "manifest.json").exists()


def test_bytes_of_another_run_are_never_taken_for_the_manifests(copied: Copy) -> None:
    there = copied("mixed")
    manifest = read_complete(there)
    (part, *_) = [p for p in parts_of(manifest) if p.table == "mortality_event"]
    found = bytearray((there / part.record.file).read_bytes())
    found[len(found) // 2] ^= 1
    (there / part.record.file).put(found)
    (fault,) = find_faults(there, parts_of(manifest), cached=True)
    assert fault.file == part.record.file
    assert "its bytes were changed" in fault.words
