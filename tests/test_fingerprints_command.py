"""smoltworks fingerprints: the same data as recorded, or a plain word of what is other."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import smoltworks
from engine.biology.parameters import Biology
from engine.execution import tasks
from engine.execution.repetition import FILE, read_record
from engine.farm.infrastructure import Farm
from engine.farm.schedule import AreaDays, Schedule
from engine.farm.sites import planned_days
from engine.fingerprints import app
from tests import small_plan, tiny_plan

SCHEDULES = Path(__file__).resolve().parents[1] / "schedules"
ROW = re.compile(r"^\| ([\w-]+) \| ([\d,]+) \| `([0-9a-f]{32})` \|$", re.MULTILINE)


@pytest.fixture
def tiny(tmp_path: Path, small_farm: Farm, biology: Biology) -> Path:
    """A schedule that nobody has recorded, in a folder of its own."""
    return small_plan.write_schedule(tmp_path, tiny_plan.make_tiny_schedule(small_farm, biology))


def check(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*map(str, arguments), "--workers", "1"])
    return result.exit_code, result.stdout, result.stderr


def test_the_readme_tells_what_is_recorded_of_every_shipped_schedule() -> None:
    recorded = read_record(SCHEDULES)
    assert set(recorded) == {path.stem for path in SCHEDULES.glob("*.yaml")} - {Path(FILE).stem}
    told = ROW.findall((SCHEDULES / "README.md").read_text(encoding="utf-8"))
    assert {name: (int(events.replace(",", "")), print_) for name, events, print_ in told} == {
        name: (each.events, each.fingerprint) for name, each in recorded.items()
    }


def test_the_demo_gives_the_recorded_data() -> None:
    (found,) = smoltworks.fingerprints([SCHEDULES / "demo.yaml"])
    assert found.outcome == "same", found


def test_what_is_recorded_is_the_same_the_next_time_and_other_data_are_told(tiny: Path) -> None:
    code, told, _ = check(tiny)
    assert (code, "tiny.yaml: not recorded (" in told) == (1, True)
    assert check(tiny, "--record")[0] == 0
    code, out, told = check(tiny, "--json")
    assert (code, "tiny.yaml: same (" in told) == (0, True)
    found = json.loads(out)
    assert found["same"] is True
    assert found["schedules"][0]["events"] == found["schedules"][0]["recorded"]["events"] > 0

    record = yaml.safe_load((tiny.parent / FILE).read_text())
    record["schedules"]["tiny"]["fingerprint"] = "0" * 32
    (tiny.parent / FILE).write_text(yaml.safe_dump(record))
    code, out, told = check(tiny, "--json")
    assert (code, json.loads(out)["schedules"][0]["outcome"]) == (1, "differs")
    assert "0" * 32 in told


def test_a_run_that_breaks_an_invariant_is_told_and_not_recorded(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, told, _ = check(tiny, "--verify", "--record")
    assert (code, "invariants broken: 13_weights\n" in told) == (1, True)  # a fish of stages of a week grows in leaps
    assert not (tiny.parent / FILE).exists()
    # two batches in an area at once, each with a partition of its own that knows nothing of the other
    monkeypatch.setattr(tasks, "own_area_days", as_if_alone)
    assert "invariants broken: 07_foreign_keys, 13_weights, 17_readings\n" in check(tiny, "--verify")[1]


def as_if_alone(schedule: Schedule) -> AreaDays:
    return {b.id: {area: (days,) for area, days in planned_days(schedule.farm, b).items()} for b in schedule.batches}


def test_runs_are_made_in_the_folder_given_and_removed(tiny: Path, tmp_path: Path) -> None:
    room = tmp_path / "room"
    assert check(tiny, "--in", room)[0] == 2
    room.mkdir()
    assert f"running {tiny}" in check(tiny, "--in", room)[2]
    assert list(room.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("format: smoltworks-fingerprints/1\nschedules: {tiny: {events: -1, fingerprint: x}}\n", "schedules.tiny"),
        ("format: smoltworks-fingerprints/2\nschedules: {}\n", "format"),
        ("", "empty"),
    ],
)
def test_a_record_that_is_none_is_refused_before_anything_runs(tiny: Path, text: str, wrong: str) -> None:
    (tiny.parent / FILE).write_text(text)
    code, out, told = check(tiny)
    assert (code, out) == (2, "")
    assert wrong in told
    assert "running" not in told
