"""What a load tells: a screen that stays short, and all of it as JSON."""

from __future__ import annotations

import io
import json
from decimal import Decimal

from rich.console import Console

from engine.report.load import load_data, print_load
from warehouse.differences import DifferingColumn, DifferingValue
from warehouse.load_result import LoadResult


def differing(columns: int) -> LoadResult:
    """Each column differs in 900 rows, the first by 1, the last by 900."""
    values = tuple(
        DifferingValue(row=f"Area {n}", ours=Decimal("1.5"), theirs=Decimal("1.5") + n) for n in range(1, 901)
    )
    named = [DifferingColumn(table="master", column=f"column_{n}", values=values) for n in range(columns)]
    return LoadResult(already=False, differing_master_rows=named)


def screen(result: LoadResult) -> list[str]:
    text = io.StringIO()
    print_load(Console(file=text, width=80), result)
    return text.getvalue().splitlines()


def test_differing_master_rows_are_told_by_column_with_the_first_and_the_largest() -> None:
    assert screen(differing(2))[-3:] == [
        "1,800 values of master rows differ from the run's, and were left as they are:",
        "  master.column_0: 900 rows, by up to 900 (Area 1: 2.5, the run's 1.5; Area 2: 3.5, the run's 1.5)",
        "  master.column_1: 900 rows, by up to 900 (Area 1: 2.5, the run's 1.5; Area 2: 3.5, the run's 1.5)",
    ]
    assert len(screen(differing(0))) == len(screen(differing(2))) - 3


def test_many_columns_leave_the_screen_short_and_are_all_in_json() -> None:
    result = differing(40)
    assert len(screen(result)) < 20
    assert screen(result)[-1] == "  and 28 more columns; --json names them all"
    data = json.loads(json.dumps(load_data(result)))["differing_master_rows"]
    assert len(data) == 40
    assert data[39]["largest"] == 900
    assert data[39]["values"][-1] == {"row": "Area 900", "ours": 1.5, "theirs": 901.5}
    assert len(data[39]["values"]) == 900
