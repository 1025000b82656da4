"""--biology on our schedules, as a user calls it: what is run, what is recorded, and what a resume accepts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from engine import plan
from engine.biology.derivation import parameters
from engine.biology.parameters import Biology, parse_biology, read_biology
from engine.execution.partition import PartitionTask
from engine.execution.run import run
from engine.farm.schedule import Schedule
from engine.farm.schedule_file import read_any, read_schedule
from engine.farm.schedule_text import self_contained
from engine.forecast.workload import predicted_events
from engine.report.__main__ import app as report
from lake.manifest import ALL_TABLES, PartitionRecord, read_complete

Write = Callable[[Path, Schedule], Path]
OVERLAY = """\
format: smoltworks-biology-overlay/1
name: slow
base: published
purpose: Fish that hardly grow at sea.
regions:
  Faroe Islands:
    sea_tgc: {value: 1.5, source: a poor site, confidence: G}
feed:
  appetite_sd: {value: 0.2}
"""


def call(command: str, folder: Path, *options: str | Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", f"engine.{command}", *map(str, options)]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120)


def refusal(folder: Path, *options: str | Path) -> str:
    process = call("run", folder, *options)
    assert (process.returncode, process.stdout) == (2, ""), process.stderr
    assert process.stderr.startswith("error: ")
    assert "Traceback" not in process.stderr
    return process.stderr


@dataclass(frozen=True)
class Ran:
    """A run of the small schedule with an overlay: its folder, the text of its schedule's file, what was told."""

    folder: Path
    schedule: str
    told: str
    json: dict[str, Any]

    @property
    def run_dir(self) -> Path:
        return self.folder / "runs" / "small"


@pytest.fixture(scope="module")
def ran(small_schedule: Schedule, write_schedule: Write, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("farmer")
    path = write_schedule(folder / "plans", small_schedule)
    (folder / "mine").mkdir()
    (folder / "mine" / "slow.yaml").write_text(OVERLAY, encoding="utf-8")
    process = call("run", folder, "--schedule", "plans/small.yaml", "--biology", "mine/slow.yaml", "--json")
    assert process.returncode == 0, process.stderr
    return Ran(
        folder=folder,
        schedule=path.read_text(encoding="utf-8"),
        told=process.stderr,
        json=json.loads(process.stdout),
    )


def test_the_runs_folder_names_and_keeps_what_was_used_and_the_schedule_is_untouched(
    ran: Ran, small_schedule: Schedule
) -> None:
    slow = read_biology(str(ran.folder / "mine" / "slow.yaml"))
    assert (ran.folder / "plans" / "small.yaml").read_text(encoding="utf-8") == ran.schedule == small_schedule.text
    kept = yaml.safe_load((ran.run_dir / "schedule.yaml").read_text(encoding="utf-8"))
    assert kept["biology"] == {"name": "slow", "sha256": slow.sha256}
    written = (ran.run_dir / "biology" / "slow.yaml").read_text(encoding="utf-8")
    assert parse_biology(written, "copy") == slow
    again = read_any(ran.run_dir / "schedule.yaml")
    assert again.biology == slow
    assert again.batches == small_schedule.batches
    assert ran.json["biology"] == {"name": "slow", "sha256": slow.sha256}
    assert "slow: published but for 2 parameters: feed.appetite_sd 0.08 -> 0.2" in ran.told


def test_the_forecast_is_made_with_it(ran: Ran, small_schedule: Schedule) -> None:
    manifest = read_complete(ran.run_dir)
    foreseen = int(predicted_events(read_any(ran.run_dir / "schedule.yaml")).sum())
    assert manifest.estimate == {ALL_TABLES: foreseen}
    assert foreseen != int(predicted_events(small_schedule).sum())


def test_the_manifest_records_base_and_changed_parameters_and_the_report_shows_them(ran: Ran, biology: Biology) -> None:
    record = json.loads((ran.run_dir / "manifest.json").read_text(encoding="utf-8"))["biology"]
    assert (record["name"], record["purpose"]) == ("slow", "Fish that hardly grow at sea.")
    assert record["base"] == {"name": "published", "sha256": biology.sha256}
    changed = {c["path"]: (c["base"], c["value"], c["source"]) for c in record["changed"]}
    usual = parameters(biology.file)["feed.appetite_sd"]
    assert changed == {
        "feed.appetite_sd": (
            usual.value,
            0.2,
            f"{usual.source}; value set by overlay slow, source and confidence as in published",
        ),
        "regions.Faroe Islands.sea_tgc": (biology.region("Faroe Islands").sea_tgc, 1.5, "a poor site"),
    }
    shown = CliRunner().invoke(report, [str(ran.run_dir), "--json"])
    assert shown.exit_code == 0, shown.stderr
    assert json.loads(shown.stdout)["biology"] == record
    shown = CliRunner().invoke(report, [str(ran.run_dir)])
    assert "biology   slow: published but for 2 parameters: feed.appetite_sd 0.08 -> 0.2; regions.Faroe" in shown.stdout


def test_a_resume_with_another_biology_is_refused_and_with_the_same_one_not(ran: Ran) -> None:
    before = (ran.run_dir / "manifest.json").read_bytes()
    for options in ([], ["--biology", "heat-wave"]):
        message = refusal(ran.folder, "--schedule", "plans/small.yaml", "--out", "runs/small", "--resume", *options)
        assert "biology_sha256" in message
        assert "biology" in message.splitlines()[-1]
    same = call(
        "run", ran.folder, "--schedule", "plans/small.yaml", "--biology", "mine/slow.yaml", "--resume", "--json"
    )
    assert same.returncode == 0, same.stderr
    own = call("run", ran.folder, "--schedule", "runs/small/schedule.yaml", "--out", "runs/small", "--resume", "--json")
    assert own.returncode == 0, own.stderr
    assert json.loads(own.stdout)["fingerprint"] == ran.json["fingerprint"]
    assert (ran.run_dir / "manifest.json").read_bytes() == before


def test_a_run_of_the_runs_own_schedule_is_the_same_run(ran: Ran, tmp_path: Path) -> None:
    process = call("run", tmp_path, "--schedule", ran.run_dir / "schedule.yaml", "--out", "again", "--json")
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)["fingerprint"] == ran.json["fingerprint"]
    assert read_complete(tmp_path / "again").biology == read_complete(ran.run_dir).biology
    assert read_complete(tmp_path / "again").identity == read_complete(ran.run_dir).identity


def test_a_whole_file_takes_the_place_of_the_biology_and_is_held_against_the_published_set(
    small_schedule: Schedule, biology: Biology, write_schedule: Write, tmp_path: Path
) -> None:
    path = write_schedule(tmp_path, small_schedule)
    old = f"appetite_sd: {{value: {biology.model.feed.appetite_sd:g}"
    assert old in biology.text
    (tmp_path / "biology").mkdir()
    mine = tmp_path / "biology" / "published.yaml"
    mine.write_text(biology.text.replace(old, "appetite_sd: {value: 0.3"), encoding="utf-8")
    assert "key biology.sha256" in refusal(tmp_path, "--schedule", path)  # a file that changed under the schedule
    schedule = read_any(path, biology=str(mine))
    assert schedule.biology.model.feed.appetite_sd == 0.3
    assert (schedule.biology.name, schedule.batches) == ("published", small_schedule.batches)
    assert f"biology: {{name: published, sha256: {schedule.biology.sha256}}}" in schedule.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (OVERLAY.replace("appetite_sd", "apetite_sd"), ["feed.apetite_sd", "did you mean 'appetite_sd'"]),
        (OVERLAY.replace("0.2", "lots"), ["feed.appetite_sd.value", "'lots'"]),
        (OVERLAY.replace("base: published", "base: slow.yaml"), ["is its own base"]),
        (OVERLAY.replace("base: published", "base: nowhere"), ["key base has value 'nowhere'", "published"]),
    ],
)
def test_a_wrong_overlay_is_refused_before_anything_is_written(
    text: str, words: list[str], small_schedule: Schedule, write_schedule: Write, tmp_path: Path
) -> None:
    path = write_schedule(tmp_path, small_schedule)
    (tmp_path / "slow.yaml").write_text(text, encoding="utf-8")
    message = refusal(tmp_path, "--schedule", path, "--biology", "slow.yaml")
    for word in ["slow.yaml", *words]:
        assert word in message
    assert not (tmp_path / "runs").exists()


class Synchronous(Executor):
    """Runs each task as it is given, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def unlived(task: PartitionTask) -> PartitionRecord:
    """A partition that fails before anything is simulated."""
    return PartitionRecord(
        partition=task.partition, first_batch=1, last_batch=2, status="failed", seconds=0.0, peak_memory_mb=0.0
    )


def planned(*options: str | Path) -> None:
    usual = ["--batches", "1", "--stagger", "100", "--as-of", "2025-11-19"]
    done = CliRunner().invoke(plan.app, [*usual, *map(str, options)])
    assert done.exit_code == 0, done.stderr


def test_a_plan_names_a_shipped_overlay_by_name_and_ones_own_by_path(tmp_path: Path) -> None:
    target = tmp_path / "plans" / "hot.yaml"
    planned("--biology", "heat-wave", "--output", target)
    assert yaml.safe_load(target.read_text())["biology"]["name"] == "heat-wave"
    assert read_schedule(target).biology.model.environment.heat_wave_probability == 1.0
    (tmp_path / "mine").mkdir()
    overlay = tmp_path / "mine" / "slow.yaml"
    overlay.write_text(OVERLAY, encoding="utf-8")
    target = tmp_path / "plans" / "slow.yaml"
    planned("--biology", overlay, "--output", target)
    schedule = read_any(target)
    assert yaml.safe_load(schedule.text)["biology"]["name"] == "../mine/slow.yaml"
    # in a run's folder it is found by its name, wherever the folder lies
    kept = self_contained(schedule)
    assert yaml.safe_load(kept.text)["biology"] == {"name": "slow", "sha256": schedule.biology.sha256}
    run(schedule, tmp_path / "deep/down/run", Synchronous(), 1, simulate=unlived)
    assert (tmp_path / "deep/down/run/schedule.yaml").read_text(encoding="utf-8") == kept.text
    overlay.write_text(OVERLAY.replace("0.2", "0.3"), encoding="utf-8")
    assert read_any(tmp_path / "deep/down/run/schedule.yaml").biology == schedule.biology
    assert "key biology.sha256" in refusal(tmp_path, "--schedule", target)


def test_a_schedule_may_bear_its_biologys_name(tmp_path: Path) -> None:
    target = tmp_path / "heat-wave.yaml"
    planned("--biology", "heat-wave", "--output", target)
    assert read_schedule(target).biology == read_biology("heat-wave")
    planned("--biology", "heat-wave", "--output", target)  # the same again


def test_the_older_systems_files_take_an_overlay_too() -> None:
    older = read_any(Path(__file__).parent / "farm" / "older_system.yaml", biology="heat-wave")
    assert older.biology.name == "heat-wave"
    assert "biology: {name: heat-wave, sha256: " in older.text


def test_rehash_can_give_a_schedule_another_biology(tmp_path: Path) -> None:
    target = tmp_path / "plan.yaml"
    planned("--output", target)
    before = read_schedule(target)
    done = CliRunner().invoke(plan.app, ["--rehash", str(target), "--biology", "heat-wave"])
    assert done.exit_code == 0, done.stderr
    after = read_schedule(target)
    assert (before.biology.name, after.biology.name) == ("published", "heat-wave")
    assert after.batches == before.batches
    assert CliRunner().invoke(plan.app, ["--rehash", str(target)]).exit_code == 0
    assert read_schedule(target).text == after.text


def test_an_absent_biology_is_refused_with_the_shipped_names(tmp_path: Path) -> None:
    done = CliRunner().invoke(plan.app, ["--batches", "1", "--stagger", "9", "--as-of", "2025-11-19", "--biology", "x"])
    assert done.exit_code == 2
    done = CliRunner().invoke(
        plan.app,
        ["--batches", "1", "--stagger", "9", "--as-of", "2025-11-19", "--dry-run", "--biology", "alchemy"],
    )
    assert done.exit_code == 2
    for name in ("published", "heat-wave", "pd-outbreak"):
        assert name in done.stderr
