"""A run in parts: the local run's bytes, whatever the order, whatever was killed; and what is missing is named."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from engine.biology.parameters import Biology
from engine.execution import apart
from engine.execution.part_journals import Share, held_for_part, parse_share, part_journal
from engine.execution.partition import simulate_partition
from engine.execution.parts import MadePart, deal, simulate_part
from engine.execution.progress import SILENT, read_progress
from engine.execution.run import finalise, run
from engine.execution.tasks import foresee
from engine.farm.infrastructure import Farm
from engine.farm.schedule import Schedule
from engine.farm.schedule_text import format_schedule
from engine.run import app
from lake.errors import InputError, RunFailed
from lake.journal import PartBegun
from lake.manifest import Manifest, PartitionRecord, read_complete
from tests.execution.run_files import Synchronous, lake_bytes, marks
from tests.execution.test_cluster import until
from tests.small_plan import write_schedule
from tests.tiny_plan import make_tiny_schedule

OF = 3
Whole = tuple[dict[str, str], Manifest]


@pytest.fixture(scope="module")
def schedule(small_farm: Farm, biology: Biology) -> Schedule:
    """Five short lives in four partitions."""
    return make_tiny_schedule(small_farm, biology, partitions=4)


@pytest.fixture(scope="module")
def whole(schedule: Schedule, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    run_dir = tmp_path_factory.mktemp("runs") / "whole"
    manifest = run(schedule, run_dir, Synchronous(), 1)
    return lake_bytes(run_dir), manifest


def part(schedule: Schedule, run_dir: Path, number: int, of: int = OF) -> MadePart:
    with ThreadPoolExecutor(1) as here:
        return simulate_part(schedule, run_dir, Share(number=number, of=of), executor=here)


def _untimed(manifest: Manifest) -> Manifest:
    return replace(manifest, run="", seconds=0.0, compiling=0.0, workers=1, partitions=())


def command(*options: str | Path) -> list[str]:
    return [sys.executable, "-m", "engine.run", *map(str, options)]


def test_parts_in_any_order_one_of_them_killed_give_the_bytes_of_a_local_run(
    schedule: Schedule, whole: Whole, tmp_path: Path
) -> None:
    run_dir, file = tmp_path / "run", write_schedule(tmp_path, schedule)
    assert not part(schedule, run_dir, 3).failed

    killed = subprocess.Popen(command("--schedule", file, "--out", run_dir, "--part", "1/3", "--workers", "1"))
    until(lambda: list(run_dir.glob("underway/0001-of-0003/*/logs/progress-*.json")))
    assert read_progress(run_dir).parts == {"of": 3, "begun": 2, "running": 1, "ended": 1}
    killed.kill()
    killed.wait()
    assert read_progress(run_dir).state == "interrupted"
    assert not part(schedule, run_dir, 2).failed
    with pytest.raises(RunFailed, match=r"of 4 partitions are missing or damaged: \d \(batches") as missing:
        finalise(schedule, run_dir)
    assert not (run_dir / "manifest.json").exists()

    mine = deal(foresee(schedule).rows, OF)[0]
    assert set(missing.value.errors) <= set(mine)
    repeated = part(schedule, run_dir, 1)
    assert sorted(r.partition for r in repeated.records) == mine
    assert read_progress(run_dir).state == "made"
    # whatever the killed process's worker was at, it ends with it, and harms nothing
    done = subprocess.run(
        command("--schedule", file, "--out", run_dir, "--finalise", "--json"), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["fingerprint"] == whole[1].fingerprint
    assert lake_bytes(run_dir) == whole[0]
    made = read_complete(run_dir)
    assert _untimed(made) == _untimed(whole[1])
    assert marks(made) == marks(whole[1])
    assert {path.name for path in run_dir.iterdir()} == {
        *{"lake", "logs", "farms", "biology", "schedule.yaml", "manifest.json"},
        *{".run.lock", "lake.sql", "lake.duckdb"},
    }
    assert {path.name for path in (run_dir / "logs").iterdir()} == {"run.jsonl", "inputs.json", "checked.json"}
    # a job that the scheduler begins once more finds nothing to do
    again = part(schedule, run_dir, 2)
    assert (again.is_whole, again.records) == (True, ())
    assert finalise(schedule, run_dir) == made


def test_a_part_that_is_repeated_makes_what_is_missing_or_damaged_alone(schedule: Schedule, tmp_path: Path) -> None:
    first = part(schedule, tmp_path / "run", 1, of=2)
    assert (len(first.records), first.kept) == (2, ())
    again = part(schedule, tmp_path / "run", 1, of=2)
    assert (len(again.kept), again.events_made) == (2, 0)
    damaged = first.records[0]
    (tmp_path / "run" / damaged.tables["daily_state"].file).write_bytes(b"PAR1")
    mended = part(schedule, tmp_path / "run", 1, of=2)
    assert mended.kept == (first.records[1].partition,)
    assert mended.events_made == damaged.events


def test_a_partition_that_fails_is_told_and_the_others_are_kept(
    schedule: Schedule, whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(task: Any) -> PartitionRecord:
        if task.partition == 0:
            raise ValueError("the disk is on fire")
        return simulate_partition(task)

    monkeypatch.setattr(apart, "simulate_partition", fails)
    made = part(schedule, tmp_path / "run", 1, of=1)
    assert [r.partition for r in made.failed] == [0]
    assert read_progress(tmp_path / "run").to_json()["partitions"]["failed"] == 1
    monkeypatch.undo()
    # a resume makes the rest and the run, as after anything else
    assert run(schedule, tmp_path / "run", Synchronous(), 1, resume=True).fingerprint == whole[1].fingerprint
    assert lake_bytes(tmp_path / "run") == whole[0]


def test_more_parts_than_partitions_leave_nothing_to_some(schedule: Schedule, tmp_path: Path) -> None:
    assert part(schedule, tmp_path / "run", 9, of=9).records == ()
    assert not (tmp_path / "run").exists()


def test_a_folder_of_another_run_is_refused(schedule: Schedule, biology: Biology, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    part(schedule, run_dir, 1, of=4)
    other = replace(schedule, seed=12)
    with pytest.raises(InputError, match="seed 11 is now 12"):
        part(replace(other, text=format_schedule(other)), run_dir, 2, of=4)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "salmon.jpg").write_bytes(b"fish")
    with pytest.raises(InputError, match="not a run folder"):
        part(schedule, tmp_path / "photos", 1)
    with pytest.raises(InputError, match="no run to resume"):
        finalise(schedule, tmp_path / "nowhere")


def test_parts_exclude_a_run_and_themselves_but_not_each_other(schedule: Schedule, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    part(schedule, run_dir, 1, of=4)
    with held_for_part(run_dir, Share(number=1, of=4)), held_for_part(run_dir, Share(number=2, of=4)):
        with pytest.raises(InputError, match="part 2/4 is being made by another process"):
            part(schedule, run_dir, 2, of=4)
        with pytest.raises(InputError, match="in use"):
            finalise(schedule, run_dir)
        with pytest.raises(InputError, match="in use"):
            run(schedule, run_dir, Synchronous(), 1, resume=True)


def test_a_part_on_another_machine_goes_on_as_long_as_it_is_heard_of(schedule: Schedule, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    part(schedule, run_dir, 1, of=4)
    lines = part_journal(run_dir, Share(number=1, of=4)).read().lines
    begun = lines[0]
    assert isinstance(begun, PartBegun)
    for ago, state in ((0.0, "running"), (SILENT + 60.0, "interrupted")):
        there = replace(begun, host="node17", at=time.time() - ago, part=2)
        part_journal(run_dir, Share(number=2, of=4)).rewrite([there])
        assert read_progress(run_dir).state == state
        shutil.rmtree(run_dir / "underway", ignore_errors=True)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=60), st.integers(1, 70))
def test_every_partition_is_dealt_to_one_part_and_no_part_is_long(rows: list[int], parts: int) -> None:
    hands = deal(rows, parts)
    assert sorted(p for hand in hands for p in hand) == list(range(len(rows)))
    loads = [sum(rows[p] for p in hand) for hand in hands]
    # no part could be relieved of its shortest partition by the one that has least
    assert all(load - min(rows[p] for p in hand) <= min(loads) for load, hand in zip(loads, hands, strict=True) if hand)


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/0", "-1/3", "1/10000", "1/2/3", ""])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--part"):
        parse_share(text)


def test_options_that_contradict_each_other_are_refused() -> None:
    for options in (
        ["--part", "1/3", "--finalise"],
        ["--part", "1/3", "--overwrite"],
        ["--finalise", "--executor", "dask"],
    ):
        done = CliRunner().invoke(app, ["--schedule", "demo", *options])
        assert (done.exit_code, "leave those out" in done.stderr) == (2, True)
