"""What we made and can make again is listed, and removed when asked: never what is in use, or what others made."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from typer.testing import CliRunner

from engine.clean import app
from lake.manifest import Manifest
from warehouse.loaded_target import loaded_target, record_load
from warehouse.server_users import OWNER


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A present folder with a run that has a database, and kernels in a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    for folder in (
        "runs/mine/logs",
        "runs/mine/postgres",
        "runs/mine/lake",
        "cache/smoltworks/kernels/0123456789abcdef",
    ):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("runs/mine/logs/run.jsonl", "runs/mine/lake/part", "cache/smoltworks/kernels/0123456789abcdef/a.nbi"):
        (tmp_path / file).write_text("x" * 9_000)
    (tmp_path / "runs/mine/postgres/PG_VERSION").write_text("18\n")
    return tmp_path


def clean(*arguments: str) -> tuple[int, list[tuple[str, bool]], str]:
    result = CliRunner().invoke(app, [*arguments, "--json"])
    traces = json.loads(result.stdout)["traces"] if result.stdout else []
    return result.exit_code, [(each["kind"], each["removed"]) for each in traces], result.stderr


def test_what_is_there_is_listed_and_goes_when_asked(home: Path) -> None:
    assert clean()[:2] == (0, [("database", False), ("kernels", False)])
    assert (home / "runs/mine/postgres/PG_VERSION").exists()
    assert clean("runs/mine", "--yes")[:2] == (0, [("database", True)])
    assert not (home / "runs/mine/postgres").exists()
    assert (home / "runs/mine/lake/part").exists()
    assert clean("all", "--yes")[:2] == (0, [("kernels", True)])
    assert clean()[:2] == (0, [])
    assert (home / "cache/smoltworks/kernels").is_dir()


def test_what_was_removed_is_noted_nowhere_so_that_it_is_loaded_anew(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, manifest = home / "runs/mine", SimpleNamespace(fingerprint="f1")
    monkeypatch.setattr("warehouse.loaded_target.read_manifest", lambda run_dir: manifest)
    record_load(run, cast("Manifest", manifest), None)
    assert loaded_target(run) is not None
    assert clean("runs/mine", "--yes")[:2] == (0, [("database", True)])
    (run / "postgres").mkdir()  # the next load makes one, in which nothing is yet
    (run / "postgres/PG_VERSION").write_text("18\n")
    assert loaded_target(run) is None


def test_a_database_in_use_is_kept_and_told(home: Path) -> None:
    with (home / "runs/mine" / OWNER).open("w") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        code, found, told = clean("runs/mine", "--yes")
    assert (code, found) == (1, [("database", False)])
    assert "another command uses it" in told
    assert (home / "runs/mine/postgres/PG_VERSION").exists()


def test_what_others_made_is_left_alone(home: Path) -> None:
    (home / "runs/mine/postgres/PG_VERSION").rename(home / "runs/mine/postgres/letter.txt")
    (home / "cache/smoltworks/kernels/notes").mkdir()
    (home / "cache/smoltworks/kernels/fedcba9876543210").symlink_to(home / "runs")
    (home / "runs/theirs").mkdir()
    assert clean("all", "--yes")[:2] == (0, [("kernels", True)])
    assert (home / "runs/mine/postgres/letter.txt").exists()
    assert sorted(os.listdir(home / "cache/smoltworks/kernels")) == ["fedcba9876543210", "notes"]
    code, _, told = clean("runs/theirs", "--yes")
    assert (code, "not a run folder" in told) == (2, True)
