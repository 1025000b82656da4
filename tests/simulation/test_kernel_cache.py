"""Machine code is kept from run to run, and none of it outlives an edit of what it was made from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.simulation.numerics.kernel_sources import ROOT

# a kernel of one room whose callees lie in another; how often its machine code was found on disk
SCRIPT = """
from engine.simulation.water.oxygen import saturation_mg_l
print(saturation_mg_l(10.0, 0.0), sum(saturation_mg_l.stats.cache_hits.values()))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The engine's sources, to be edited."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "engine", tmp_path / "engine", ignore=ignored)
    shutil.copytree(ROOT / "io" / "lake", tmp_path / "io" / "lake", ignore=ignored)
    return tmp_path


def begin(copy: Path, cache: Path | None = None) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": f"{copy}:{copy / 'io'}", "XDG_CACHE_HOME": str(cache or copy / "cache")}
    env.pop("NUMBA_CACHE_DIR", None)
    return subprocess.Popen([sys.executable, "-c", SCRIPT], env=env, cwd=copy, stdout=subprocess.PIPE, text=True)


def run(copy: Path, process: subprocess.Popen[str] | None = None) -> tuple[float, int]:
    """What a process of its own computes from the copy, and how many of its kernels it did not compile."""
    value, hits = (process or begin(copy)).communicate()[0].split()
    return float(value), int(hits)


def test_of_two_processes_that_begin_together_one_compiles(copy: Path) -> None:
    (value, first), (same, second) = (run(copy, process) for process in [begin(copy), begin(copy)])
    assert value == same
    assert {first, second} == {0, 1}


def test_an_edited_callee_in_another_room_is_compiled_anew(copy: Path) -> None:
    value, found = run(copy)
    assert found == 0
    assert value == pytest.approx(11.28, abs=0.01)  # mg/L of fresh water at 10 degC, Weiss 1970
    assert run(copy) == (value, 1)
    arithmetic = copy / "engine/simulation/numerics/arithmetic.py"
    source = arithmetic.read_text("utf-8")
    series_of_exp = "for n in range(13, 0, -1):"
    assert source.count(series_of_exp) == 1
    arithmetic.write_text(source.replace(series_of_exp, "for n in range(2, 0, -1):"), "utf-8")
    coarse, found = run(copy)
    assert found == 0
    assert coarse == pytest.approx(value, rel=0.05)
    assert coarse != value
    arithmetic.write_text(source, "utf-8")
    assert run(copy) == (value, 1)


def test_a_copy_elsewhere_finds_what_was_compiled(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    value, found = run(copy)
    assert found == 0
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(copy, elsewhere, dirs_exist_ok=True)
    (elsewhere / "cache").rename(elsewhere / "none")
    assert run(elsewhere, begin(elsewhere, copy / "cache")) == (value, 1)


def test_an_edit_outside_what_a_kernel_is_made_of_compiles_nothing(copy: Path) -> None:
    run(copy)
    for edited in ("climate", "tide"):  # no kernel; and kernels of which the other is not made
        with (copy / f"engine/simulation/water/{edited}.py").open("a", encoding="utf-8") as file:
            file.write("\n# a remark\n")
    assert run(copy)[1] == 1
