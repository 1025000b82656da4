"""python -m engine.plan as a person calls it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.execution.repetition import FILE
from engine.farm.schedule_file import read_schedule
from engine.plan import app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "schedules/README.md").read_text()
COMMANDS = re.findall(r"^python -m engine\.plan (.*) --output schedules/(\S+\.yaml)$", README, re.MULTILINE)
SMALL = ["--batches", "3", "--stagger", "100", "--as-of", "2025-11-19"]


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def test_every_committed_schedule_has_its_command() -> None:
    assert {name for _, name in COMMANDS} == {p.name for p in (ROOT / "schedules").glob("*.yaml")} - {FILE}


@pytest.mark.parametrize(("options", "name"), COMMANDS, ids=[name for _, name in COMMANDS])
def test_a_committed_schedule_is_what_its_command_writes(options: str, name: str, tmp_path: Path) -> None:
    code, out, err = run(*shlex.split(options), "--output", str(tmp_path / name))
    assert (code, err) == (0, ""), out
    assert (tmp_path / name).read_bytes() == (ROOT / "schedules" / name).read_bytes()


def test_the_demo_has_a_batch_in_every_stage_and_two_past_their_end() -> None:
    demo = read_schedule(ROOT / "schedules/demo.yaml")
    stages = {s.stage for b in demo.batches for s in b.stays if s.start_day <= demo.as_of_day - 1 < s.end_day}
    done = [b for b in demo.batches if b.end_day <= demo.as_of_day]
    assert stages == {1, 2, 3, 4, 5, 6}
    assert {b.geography_id for b in done} == {1, 2}
    assert [b.geography_id for b in demo.batches] == [1, 2] * 6


def test_json_is_one_object_on_stdout_and_words_go_to_stderr(tmp_path: Path) -> None:
    """A subprocess, for the streams and the exit code as a shell sees them."""
    target = tmp_path / "plan.yaml"
    command = [sys.executable, "-m", "engine.plan", *SMALL, "--output", str(target), "--json", "--workers", "64,1,2,14"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert (data["batches"], data["conflicts"]) == (6, 0)
    assert set(data["saturation"]["planned"]) == {"freshwater", "sea", "total"}
    assert "Adult" in data["bottleneck"] or "Egg" in data["bottleneck"]
    assert "planned saturation" in done.stderr
    assert [span["workers"] for span in data["makespan"]] == [1, 2, 14, 64]
    assert all(span["ratio"] >= 1 for span in data["makespan"])
    assert "of the busiest worker" in done.stderr
    assert "\x1b" not in done.stderr
    assert len(read_schedule(target).batches) == 6


def test_no_room_is_exit_2_with_batch_day_and_pool_and_nothing_written(tmp_path: Path) -> None:
    target = tmp_path / "plan.yaml"
    command = [sys.executable, "-m", "engine.plan", "--batches", "400", "--stagger", "5", "--as-of", "2025-11-19"]
    done = subprocess.run(
        [*command, "--output", str(target), "--json"], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 2
    told = json.loads(done.stdout)
    assert told["exit_code"] == 2
    assert 0.7 < told["error"]["bound"]["saturation"] < 0.9
    assert all(near["options"].startswith("--") and near["saturation"] > 0 for near in told["error"]["nearest"])
    assert done.stderr.startswith("error: ")
    assert told["error"]["problem"] in done.stderr
    assert re.search(r"SCO-\d{4}-\d{3} on \d{4}-\d\d-\d\d: all 40 places of 8 rings in Scotland", done.stderr)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--batches, --stagger and --as-of"),
        (SMALL, "--output is missing"),
        ([*SMALL[:-1], "2025-11-31", "--dry-run"], "'2025-11-31' is no date"),
        ([*SMALL, "--dry-run", "--eggs", "many"], "--eggs: 'many'"),
        ([*SMALL, "--dry-run", "--farm", "atlantis"], "atlantis"),
        ([*SMALL, "--dry-run", "--biology", "alchemy"], "alchemy"),
        ([*SMALL, "--dry-run", "--eggs", "3.0e6-3.8e6", "--strict-biomass"], "6 more|5 more batches exceed"),
        (["--rehash", "nowhere.yaml"], "no such file"),
        ([*SMALL, "--dry-run", "--rings", "many"], "--rings: 'many'"),
        ([*SMALL, "--dry-run", "--rings", "20-8"], "--rings: 20-8 is out of range"),
        ([*SMALL, "--dry-run", "--rings", "0"], "--rings: 0 is out of range"),
        ([*SMALL, "--dry-run", "--areas-per-batch", "3"], "--areas-per-batch: 3"),
        ([*SMALL, "--dry-run", "--batches-per-area", "2"], "--batches-per-area: '2'"),
        ([*SMALL, "--dry-run", "--fallow-days", "-1"], "--fallow-days: -1"),
        ([*SMALL, "--dry-run", "--adult-days", "-1"], "--adult-days: -1"),
        ([*SMALL, "--dry-run", "--target-saturation", "87"], "--target-saturation: 87 is out of range"),
        ([*SMALL, "--dry-run", "--target-saturation", "0.5"], "--target-saturation: 3 batches .* reach 0.0"),
        ([*SMALL, "--dry-run", "--harvest-confidence", "1.5"], "--harvest-confidence: 1.5"),
        ([*SMALL, "--dry-run", "--picture", "load.gif"], "--picture: load.gif"),
        ([*SMALL, "--dry-run", "--stagger", "Iceland=8,Scotland=9"], "'Iceland' is no geography"),
        ([*SMALL, "--dry-run", "--stagger", "0"], "--stagger: 0 is out of range"),
        ([*SMALL, "--dry-run", "--batches", "few"], "--batches: 'few'"),
        ([*SMALL, "--dry-run", "--batches", "-3"], "--batches: -3"),
    ],
)
def test_wrong_usage_is_exit_2_with_one_message(arguments: list[str], words: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert re.search(words, err)


def test_no_room_names_plans_that_fit_and_they_do() -> None:
    asked = ["--as-of", "2025-11-19", "--dry-run", "--batches", "120"]
    code, out, err = run(*asked, "--stagger", "5")
    assert (code, out) == (2, "")
    offered = re.findall(r"fits: (--\S+) (\S+) \(([0-9.]+)% saturation\)", err)
    assert [option for option, _, _ in offered] == [
        "--batches",
        "--stagger",
        "--adult-days",
        "--rings",
        "--areas-per-batch",
    ]
    for option, value, share in offered:
        code, out, err = run(*asked, "--stagger", "5", option, value, "--json")
        assert code == 0, err
        assert json.loads(out)["saturation"]["planned"]["total"] == pytest.approx(float(share) / 100, abs=6e-4)


def test_what_is_left_open_is_found_and_told_so_that_it_can_be_typed(tmp_path: Path) -> None:
    options = ["--as-of", "2025-11-19", "--rings", "8-20", "--areas-per-batch", "2", "--json"]
    path = tmp_path / "found.yaml"
    code, out, err = run(*options, "--batches", "auto", "--stagger", "auto", "--output", str(path))
    assert code == 0, err
    found = json.loads(out)
    assert found["saturation"]["planned"]["total"] > 0.98
    assert found["upper_bound"]["gap"] < 0.001
    request = found["request"]
    assert f"found: --batches {request['batches']} --stagger '{request['stagger']}'" in err
    again = tmp_path / "again/found.yaml"
    code, _, err = run(
        *options, "--batches", str(request["batches"]), "--stagger", request["stagger"], "--output", str(again)
    )
    assert code == 0, err
    assert again.read_bytes() == path.read_bytes()


def test_the_report_holds_pools_bound_rings_and_cutoff(tmp_path: Path) -> None:
    picture = tmp_path / "load.svg"
    code, out, err = run(*SMALL, "--dry-run", "--json", "--picture", str(picture))
    assert code == 0, err
    data = json.loads(out)
    assert {"batches", "saturation", "days_between_starts", "gap"} <= set(data["upper_bound"])
    assert len(data["pools"]) == 12
    assert all(pool["mean"] <= pool["peak"] <= pool["usable"] <= pool["capacity"] for pool in data["pools"])
    assert data["rings_histogram"] == {"8": 6}
    cutoff = data["cutoff"]
    names = [*cutoff["certainly_completed"], *cutoff["certainly_active"], *cutoff["undecided"]]
    assert len(set(names)) == 6
    low, high = cutoff["completed"]["interval_95"]
    assert len(cutoff["certainly_completed"]) <= low <= high
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_another_file_is_not_overwritten_unless_asked(tmp_path: Path) -> None:
    target = tmp_path / "plan.yaml"
    target.write_text("mine\n")
    code, _, err = run(*SMALL, "--output", str(target))
    assert (code, target.read_text()) == (2, "mine\n")
    assert "--overwrite" in err
    assert run(*SMALL, "--output", str(target), "--overwrite")[0] == 0
    assert run(*SMALL, "--output", str(target))[0] == 0  # the same content again
    assert run(*SMALL, "--output", str(target), "--seed", "2")[0] == 2


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    code, out, _ = run(*SMALL, "--output", str(tmp_path / "plan.yaml"), "--dry-run", "--json")
    assert code == 0
    assert json.loads(out)["output"] is None
    assert list(tmp_path.iterdir()) == []


def test_rehash_renews_an_edited_file_in_place(tmp_path: Path) -> None:
    target = tmp_path / "plan.yaml"
    assert run(*SMALL, "--output", str(target))[0] == 0
    target.write_text(re.sub(r"eggs: \d+", "eggs: 222222", target.read_text(), count=1))
    code, out, _ = run("--rehash", str(target), "--json")
    assert (code, json.loads(out)) == (0, {"file": str(target), "changed": True})
    assert read_schedule(target).batches[0].eggs == 222222
    assert json.loads(run("--rehash", str(target), "--json")[1])["changed"] is False


def test_a_farm_of_ones_own_is_found_again_from_where_the_schedule_lies(tmp_path: Path) -> None:
    farm = (ROOT / "schedules/farms/faroe-scotland.yaml").read_text()
    (tmp_path / "mine").mkdir()
    own = tmp_path / "mine/farm.yaml"
    own.write_text(farm.replace("price_per_kg: 3.20", "price_per_kg: 3.30"))
    target = tmp_path / "plans/plan.yaml"
    assert run(*SMALL, "--farm", str(own), "--output", str(target))[0] == 0
    assert "farm: {name: ../mine/farm.yaml" in target.read_text().replace('"', "")
    assert read_schedule(target).farm.sha256 in target.read_text()


def test_help_does_not_load_the_heavy_libraries() -> None:
    code = "import sys, engine.plan; print([m for m in ('numpy', 'pyarrow', 'numba', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
