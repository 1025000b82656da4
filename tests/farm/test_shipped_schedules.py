"""Schedules by name: the shipped ones from anywhere, a file of that name in the way first, nothing by guess."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from engine.execution.repetition import recorded_schedules
from engine.farm.schedule_file import read_any
from engine.inputs.shipped_files import find_schedule, shipped_names
from lake.errors import InputError
from tests.planning.farms import ROOT

SHIPPED = ["400-7day", "550-6day", "584-11day", "584-87pct", "demo", "uat-ladder"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_shipped_schedule_is_found_by_its_name_from_anywhere() -> None:
    assert shipped_names("schedules") == SHIPPED
    assert [find_schedule(Path(name)).stem for name in SHIPPED] == SHIPPED
    assert read_any(Path("demo")) == read_any(ROOT / "schedules/demo.yaml")
    assert sorted(path.stem for path in recorded_schedules()) == SHIPPED


def test_a_file_of_that_name_in_the_way_is_taken(tmp_path: Path) -> None:
    for taken in ("demo.yaml", "demo"):
        (tmp_path / taken).write_text("format: smoltworks-schedule/1\n")
        assert find_schedule(Path("demo")) == Path(taken)
        with pytest.raises(InputError, match=f"^{taken}: "):
            read_any(Path("demo"))


def test_what_nothing_is_called_names_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'demo'"):
        read_any(Path("dmo"))
    with pytest.raises(InputError, match="the shipped schedules are 400-7day, "):
        read_any(Path("published"))  # a biology
    with pytest.raises(InputError, match="no such file"):
        read_any(Path("here/demo"))
    (tmp_path / "runs").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        read_any(Path("runs"))


def test_the_wheel_carries_what_the_repository_does() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    carried = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    files = {f"schedules/{path.name}" for path in (ROOT / "schedules").glob("*.yaml")}
    assert files == {name for name in carried if name.endswith(".yaml")}
    for name, to in carried.items():
        # schedules lie in a folder, as farms and biologies do
        assert to == "engine/inputs/shipped/" + (name if name in files else name.removeprefix("schedules/"))
