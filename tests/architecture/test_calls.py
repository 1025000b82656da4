"""Calls can't be mixed up: few parameters, few arguments by position, records built by keyword; modules stay short."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture import calls
from tests.architecture.planted import Rule, findings, offenders, plant
from tests.architecture.source import Source

RULES: tuple[Rule, ...] = (
    calls.too_many_parameters,
    calls.too_many_by_position,
    calls.records_by_position,
    calls.too_long,
)
RECORDS = """
from dataclasses import dataclass
from typing import NamedTuple

class Water(NamedTuple):
    temp_c: float
    salinity: float
    oxygen: float

@dataclass(frozen=True)
class Fish:
    count: int
    weight_g: float
    length_cm: float

class Pair(NamedTuple):
    low: float
    high: float
"""


@pytest.mark.parametrize("rule", RULES)
def test_no_module_breaks_the_rule(rule: Rule, source: Source) -> None:
    assert findings(rule, source) == []


@pytest.mark.parametrize(
    "text",
    [
        "def f(a, b, c, d, e, f, g, h, i): ...",
        "def f(a, b, c, d, *, e, f, g, h, i): ...",
        "class C:\n    def f(self, a, b, c, d, e, f, g, h, i): ...",
        "def outer():\n    def f(a, b, c, d, e, f, g, h, /, i): ...",
    ],
)
def test_nine_parameters_are_found(text: str, tmp_path: Path) -> None:
    source = plant(tmp_path, {"tests/farm/test_sizing.py": text})
    assert offenders(calls.too_many_parameters, source) == {"tests.farm.test_sizing"}


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        ("engine/farm/sizing.py", "def f(a, b, c, d, e, f, g, h): ..."),
        ("engine/farm/sizing.py", "class C:\n    def f(self, a, b, c, d, e, f, g, h): ..."),
        ("smoltworks/door.py", "def simulate(schedule, *, a, b, c, d, e, f, g, h, i): ..."),
        ("engine/plan.py", "def f(a, b, c, d, e, f, g, h, i: Annotated[int, typer.Option()]): ..."),
    ],
)
def test_eight_parameters_options_and_the_doors_keywords_are_fine(origin: str, text: str, tmp_path: Path) -> None:
    assert not offenders(calls.too_many_parameters, plant(tmp_path, {origin: text}))


@pytest.mark.parametrize(
    "text", ["f(1, 2, 3, 4, 5)", "a.b.f(1, 2, 3, 4, 5, six=6)", "f(1, 2, 3, 4, *rest)", "f(1)(1, 2, 3, 4, 5)"]
)
def test_five_arguments_by_position_are_found(text: str, tmp_path: Path) -> None:
    source = plant(tmp_path, {"benchmarks/test_run.py": text})
    assert offenders(calls.too_many_by_position, source) == {"benchmarks.test_run"}


@pytest.mark.parametrize(
    "text",
    [
        "f(1, 2, 3, 4, five=5)",
        "zip(1, 2, 3, 4, 5)",
        "def f(first, *rest): ...\nf(1, 2, 3, 4, 5)",
        "from engine.farm.schedule import any_of\nany_of(1, 2, 3, 4, 5)",
    ],
)
def test_keywords_and_functions_of_any_number_of_like_things_are_fine(text: str, tmp_path: Path) -> None:
    source = plant(
        tmp_path, {"engine/farm/sizing.py": text, "engine/farm/schedule.py": "def any_of(*things): return things"}
    )
    assert not offenders(calls.too_many_by_position, source)


@pytest.mark.parametrize(
    "text",
    [
        "from engine.farm.schedule import Water\nWater(8.0, 35.0, 90.0)",
        "from engine.farm.schedule import Fish as F\nF(1, weight_g=2.0, length_cm=3.0)",
        "from engine.farm import schedule\nschedule.Water(*values)",
        "import engine.farm.schedule\nengine.farm.schedule.Fish(1, 2.0, 3.0)",
        RECORDS + "Water(8.0, 35.0, 90.0)",
    ],
)
def test_a_record_built_by_position_is_found(text: str, tmp_path: Path) -> None:
    source = plant(tmp_path, {"engine/farm/sizing.py": text, "engine/farm/schedule.py": RECORDS})
    assert offenders(calls.records_by_position, source) == {"engine.farm.sizing"}


def test_a_record_by_keyword_and_one_of_two_fields_are_fine(tmp_path: Path) -> None:
    text = RECORDS + "Water(temp_c=8.0, salinity=35.0, oxygen=90.0)\nFish(**found)\nPair(1.0, 2.0)\n"
    assert not offenders(calls.records_by_position, plant(tmp_path, {"engine/farm/sizing.py": text}))


def test_a_module_of_401_lines_is_found(tmp_path: Path) -> None:
    source = plant(tmp_path, {"io/lake/writer.py": "x = 1\n" * 401, "engine/plan.py": "x = 1\n" * 400})
    assert offenders(calls.too_long, source) == {"lake.writer"}
