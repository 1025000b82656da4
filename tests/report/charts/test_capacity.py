"""The capacity report's picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.planning.capacity import capacity_report
from engine.planning.planner import Request, plan
from engine.report.charts.capacity import write_picture
from lake.errors import InputError
from tests.planning.farms import AS_OF, biology, shipped

SCHEDULE = plan(Request(name="a plan", batches=60, stagger_days=15, as_of_day=AS_OF), shipped(), biology())


def test_a_picture_shows_every_pool_and_what_it_holds(tmp_path: Path) -> None:
    report = capacity_report(SCHEDULE)
    path = tmp_path / "there/load.svg"
    write_picture(path, SCHEDULE, report)
    svg = path.read_text(encoding="utf-8").replace("&amp;", "&")
    assert "a plan" in svg
    for pool in report.pools:
        assert f"{pool.name}: peak {pool.peak:,}" in svg
    assert [each.name for each in path.parent.iterdir()] == ["load.svg"]


def test_a_picture_is_of_the_kind_that_its_name_says(tmp_path: Path) -> None:
    write_picture(tmp_path / "load.png", SCHEDULE, capacity_report(SCHEDULE))
    assert (tmp_path / "load.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(InputError, match=r"load\.gif.*\n.*\.svg, \.png"):
        write_picture(tmp_path / "load.gif", SCHEDULE, capacity_report(SCHEDULE))
    with pytest.raises(InputError, match="cannot be written"):
        write_picture(Path("/dev/null/load.svg"), SCHEDULE, capacity_report(SCHEDULE))
