"""Every state that the application knows and life can bring about is seen in a run of the UAT ladder.

docs/explanation/expected.md tells how often: its table is held against the rows of a run, made without readings, meals
and days.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from engine.farm.schedule_file import read_schedule
from engine.simulation.emission import FAMILIES
from engine.simulation.fish.history import simulate_batch
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.undelivered import undelivered_tables
from engine.simulation.water.climate import Climate
from lake.columns import Nullable
from lake.tables import TABLES

SCHEDULES = Path(__file__).resolve().parents[1] / "schedules"
STATES = (
    ("batch", "status"),
    ("transfer_workflow", "status"),
    ("transfer_action", "status"),
    ("creation_workflow", "status"),
    ("creation_action", "status"),
    ("planned_activity", "status"),
    ("treatment", "outcome"),
    ("intercompany_transaction", "state"),
)
MADE_BY = ("stay", "move", "origin", "lice", "finance", "outlook")  # the families whose tables have a state
PAGE = SCHEDULES.parent / "docs" / "explanation" / "expected.md"
ROW = re.compile(r"^\| (\w+)\.(\w+) \| (\w+) \| ([\d,]+) \|(.*)\|$", re.MULTILINE)

Counts = dict[tuple[str, str, str], int]


@pytest.fixture(scope="module")
def told() -> dict[tuple[str, str, str], tuple[int, str]]:
    """The table: rows, and why there are none, by table, column and code."""
    found = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {(table, column, code): (int(rows.replace(",", "")), why) for table, column, code, rows, why in found}


@pytest.fixture(scope="module")
def counted() -> Counts:
    """Rows of the ladder by table, column and code."""
    schedule = read_schedule(SCHEDULES / "uat-ladder.yaml")
    first = min(batch.start_day for batch in schedule.batches)
    climate = Climate(
        farm=schedule.farm, biology=schedule.biology, seed=schedule.seed, days=schedule.as_of_day, first_day=first
    )
    families = [family for family in FAMILIES if family[0].__name__ in {f"{name}_tables" for name in MADE_BY}]
    assert len(families) == len(MADE_BY)
    counts: Counter[tuple[str, str, str]] = Counter()
    for batch in schedule.batches:
        if batch.is_delivered(schedule.as_of_day):
            life = BatchLife(schedule=schedule, history=simulate_batch(schedule, climate, batch), climate=climate)
            tables = {name: rows for family in families for name, rows in family.tables(life).items()}
        else:
            tables = undelivered_tables(schedule, batch, over_capacity_planned=False)
        for table, column in STATES:
            codes = TABLES[table].column(column).codes
            values = tables.get(table, {}).get(column, np.zeros(0, dtype=np.int64))
            values = values.values if isinstance(values, Nullable) else values
            counts.update((table, column, codes[int(value)]) for value in values)
    return {(t, c, code): counts[t, c, code] for t, c in STATES for code in TABLES[t].column(c).codes}


def test_the_table_tells_of_every_code(told: dict[tuple[str, str, str], tuple[int, str]]) -> None:
    assert list(told) == [(t, c, code) for t, c in STATES for code in TABLES[t].column(c).codes]


def test_the_table_counts_the_rows_of_a_run(told: dict[tuple[str, str, str], tuple[int, str]], counted: Counts) -> None:
    assert {key: rows for key, (rows, _) in told.items()} == counted


def test_where_there_is_no_row_the_table_says_why(told: dict[tuple[str, str, str], tuple[int, str]]) -> None:
    assert {key for key, (rows, why) in told.items() if (rows == 0) != (why.strip() != "")} == set()
