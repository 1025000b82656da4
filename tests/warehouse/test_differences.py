"""Master rows of the database that say something else than the run are named, and stay as they are."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from psycopg import sql

from lake.manifest import Manifest
from tests.warehouse import small_lake
from tests.warehouse.probing import ask, one
from warehouse.database import connect, identifier
from warehouse.differences import DifferingColumn, DifferingValue
from warehouse.load import load_run

Lake = tuple[Path, Manifest]


@pytest.fixture
def other(loaded: str, tmp_path: Path) -> Lake:
    """Another run of the same farm, for whose fish there is room in the database."""
    with connect(loaded) as connection:
        for place in ("container", "area"):
            connection.execute(
                sql.SQL("UPDATE {} SET name = 'Old ' || name").format(identifier(f"infrastructure_{place}"))
            )
    return tmp_path, small_lake.build(tmp_path, name="other", prefix="SCO", fingerprint="f2")


def test_the_same_master_rows_differ_in_nothing(loaded: str, other: Lake) -> None:
    """Not in numbers of fewer decimals than the run's, nor in times of entry, nor in what the run does not know."""
    with connect(loaded) as connection:
        connection.execute("UPDATE infrastructure_freshwaterstation SET created_at = now(), description = 'old'")
    assert load_run(*other, loaded).differing_master_rows == []


def test_values_that_differ_are_named_and_left(loaded: str, other: Lake) -> None:
    with connect(loaded) as connection:
        for change in (
            "infrastructure_freshwaterstation SET latitude = latitude - 0.5",
            "environmental_environmentalparameter SET unit = 'K' WHERE name = 'Temperature'",
            "inventory_feed SET is_active = false WHERE name = 'Grower'",
            "infrastructure_hall SET name = name, active = false",
            "scenario_tgcmodel SET tgc_value = tgc_value + 0.001",
        ):
            connection.execute(f"UPDATE {change}")
    before = ask(loaded, "SELECT s::text FROM infrastructure_freshwaterstation s")
    result = load_run(*other, loaded)
    assert ask(loaded, "SELECT s::text FROM infrastructure_freshwaterstation s") == before
    assert one(loaded, "SELECT unit FROM environmental_environmentalparameter WHERE name = 'Temperature'") == "K"
    found = {f"{column.table}.{column.column}": column for column in result.differing_master_rows}
    station = "Faroe Islands, Station"
    assert found.pop("infrastructure_freshwaterstation.latitude").values == (
        DifferingValue(row=station, ours=Decimal("62.123456"), theirs=Decimal("61.623456")),
    )
    assert found.pop("environmental_environmentalparameter.unit").values == (
        DifferingValue(row="Temperature", ours="°C", theirs="K"),
    )
    assert found.pop("inventory_feed.is_active").values == (DifferingValue(row="Grower", ours=True, theirs=False),)
    assert found.pop("infrastructure_hall.active").values == (
        DifferingValue(row=f"{station}, Hall", ours=True, theirs=False),
    )
    assert set(found) <= {"scenario_tgcmodel.tgc_value"}


def test_the_largest_difference_is_that_of_numbers() -> None:
    def column(name: str, *pairs: tuple[object, object]) -> DifferingColumn:
        values = tuple(DifferingValue(row="row", ours=ours, theirs=theirs) for ours, theirs in pairs)
        return DifferingColumn(table="table", column=name, values=values)

    assert column("temperature", (Decimal("8.1"), 12.4), (3, 4), (5, None)).largest == 4.3
    assert column("unit", ("°C", "K")).largest is None
    assert column("active", (True, False)).largest is None
    assert column("hall_id", (3, 4)).largest is None
