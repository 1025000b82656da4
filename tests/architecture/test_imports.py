"""Imports run down the rooms, in no circle, and each name has one door."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture import imports
from tests.architecture.planted import Rule, findings, offenders, plant
from tests.architecture.source import Source

RULES: tuple[Rule, ...] = (imports.against_the_arrows, imports.circles, imports.second_doors)


@pytest.mark.parametrize("rule", RULES)
def test_no_module_breaks_the_rule(rule: Rule, source: Source) -> None:
    assert findings(rule, source) == []


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        ("engine/inputs/reading.py", "from engine.biology import parameters"),
        ("engine/farm/schedule.py", "from engine.planning.planner import plan"),
        ("engine/farm/schedule.py", "def late() -> None:\n    import engine.planning.planner\n"),
        ("engine/farm/schedule.py", "if True:\n    from ..planning import planner\n"),
        ("engine/planning/planner.py", "from engine import plan"),
        ("engine/plan.py", "import smoltworks"),
        ("engine/planning/planner.py", "from warehouse import load"),
        ("io/lake/writer.py", "from warehouse import load"),
        ("io/warehouse/load.py", "from engine.inputs import reading"),
        ("engine/simulation/water/sea.py", "from engine.simulation.rows import feed"),
        ("engine/simulation/lice/counts.py", "from engine.simulation.fish.life import live"),
        ("engine/simulation/rows/feed.py", "from engine.simulation import emission"),
        ("engine/simulation/numerics/series.py", "from engine.simulation import record"),
        ("engine/simulation/record.py", "from engine.simulation.lice import counts"),
    ],
)
def test_an_import_against_the_arrows_is_found(origin: str, line: str, tmp_path: Path) -> None:
    source = plant(tmp_path, {origin: line})
    module = origin.removeprefix("io/").removesuffix(".py").replace("/", ".")
    assert offenders(imports.against_the_arrows, source) == {module}


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        ("engine/plan.py", "from engine.planning.planner import plan"),
        ("engine/plan.py", "from engine import __version__"),
        ("engine/simulation/rows/feed.py", "from engine.simulation.record import Batch"),
        ("engine/simulation/fish/life.py", "from engine.simulation.lice import counts"),
        ("engine/simulation/record.py", "from engine.simulation.water import sea"),
        ("io/warehouse/load.py", "import lake.writer"),
        ("io/warehouse/load.py", "import json"),
    ],
)
def test_an_import_along_the_arrows_is_none_of_them(origin: str, line: str, tmp_path: Path) -> None:
    source = plant(tmp_path, {origin: line})
    assert not offenders(imports.against_the_arrows, source)
    assert not offenders(imports.circles, source)


def test_a_circle_is_found_through_any_number_of_modules(tmp_path: Path) -> None:
    source = plant(
        tmp_path,
        {
            "engine/farm/schedule.py": "def late() -> None:\n    from engine.farm import sizing\n",
            "engine/farm/sizing.py": "from engine.farm.masters import rows",
            "engine/farm/masters.py": "import engine.farm.schedule\nimport lake.writer\n",
            "engine/planning/planner.py": "import engine.farm.schedule",
        },
    )
    circle = {"engine.farm.schedule", "engine.farm.sizing", "engine.farm.masters"}
    assert offenders(imports.circles, source) == circle


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        ("engine/farm/__init__.py", "from engine.farm.schedule import Batch"),
        ("engine/farm/sizing.py", "from engine.farm.schedule import Batch as Batch"),
        ("engine/farm/sizing.py", 'from engine.farm.schedule import Batch\n__all__ = ["Batch"]'),
        ("engine/farm/sizing.py", "from engine.farm import schedule\nBatch = schedule.Batch"),
    ],
)
def test_a_second_door_is_found(origin: str, text: str, tmp_path: Path) -> None:
    source = plant(tmp_path, {origin: text})
    found = offenders(imports.second_doors, source)
    assert found == {origin.removesuffix(".py").removesuffix("/__init__").replace("/", ".")}


def test_the_front_door_and_what_a_package_makes_of_its_modules_are_none(tmp_path: Path) -> None:
    source = plant(
        tmp_path,
        {
            "smoltworks/__init__.py": 'from engine.farm.schedule import Batch\n__all__ = ["Batch"]',
            "io/lake/__init__.py": "from lake.writer import A\nBOTH = (A, 2)\n",
        },
    )
    assert not offenders(imports.second_doors, source)
