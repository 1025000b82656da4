"""The list of AquaMind's tables that stay empty, against the application's own list of tables."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from warehouse.uat.coverage import EMPTY, coverage_text, empty_lines, filled
from warehouse.uat.tables import UAT_TABLES

COLUMNS = Path(__file__).parents[3] / "shared" / "uat" / "columns.csv"


def test_no_table_that_is_filled_has_a_reason_to_be_empty() -> None:
    assert not EMPTY.keys() & filled().keys()


@pytest.mark.skipif(not COLUMNS.is_file(), reason=f"the facts about the UAT database ({COLUMNS}) are not beside this")
def test_every_table_of_the_application_is_filled_or_has_a_reason() -> None:
    with COLUMNS.open(newline="") as lines:
        tables = {row["table_name"] for row in csv.DictReader(lines)}
    assert EMPTY.keys() | filled().keys() == tables


def test_the_documentation_tells_which_tables_stay_empty() -> None:
    readme = (Path(__file__).parents[2] / "docs/how-to/uat.md").read_text(encoding="utf-8")
    assert "\n\n" + "\n".join(empty_lines()) + "\n\n" in readme, "copy warehouse.uat.coverage.empty_lines() there"


def test_the_list_names_every_table_once() -> None:
    lines = [line for line in coverage_text() if line.startswith("| ")]
    names = [line.split(" | ")[0].removeprefix("| ") for line in lines]
    assert {name: names.count(name) for name in {*EMPTY, *filled()} if names.count(name) != 1} == {}


def test_every_declared_table_is_filled_or_referred_to() -> None:
    """A declared table that is empty is one that filled tables refer to, and which an empty database has with them."""
    referred = {c.references[0] for table in UAT_TABLES.values() for c in table.columns if c.references}
    assert UAT_TABLES.keys() - filled().keys() <= referred
