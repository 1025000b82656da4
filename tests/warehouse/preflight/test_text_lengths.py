"""A text that the target's column can't hold is named before a row is written; what is an enumeration always fits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lake.errors import InputError
from lake.tables import TABLES
from tests.warehouse import small_lake
from tests.warehouse.probing import one
from warehouse.load import Options, load_run
from warehouse.preflight.text_lengths import VARYING
from warehouse.uat.expressions import Constant, LakeColumn
from warehouse.uat.mapping import DIMENSIONS, EVENTS
from warehouse.uat.tables import TARGET_TABLES

GENOTYPE = 255  # characters of scenario.genotype


def test_enumerations_and_constants_fit() -> None:
    for mapping in (*EVENTS, *DIMENSIONS):
        for name, expression in mapping.columns.items():
            kind = TARGET_TABLES[mapping.uat].column(name).type
            if not kind.startswith(VARYING):
                continue
            texts: tuple[object, ...] = ()
            if isinstance(expression, LakeColumn):
                texts = TABLES[mapping.lake].column(expression.column).codes
            elif isinstance(expression, Constant):
                texts = (expression.value,)
            assert max((len(str(text)) for text in texts), default=0) <= int(kind.split("(")[1][:-1])


@pytest.mark.parametrize("text", ["å" * (GENOTYPE + 1), "å" * GENOTYPE])  # characters count, not bytes
def test_a_long_text_of_an_event(database: str, tmp_path: Path, text: str) -> None:
    manifest = small_lake.build(tmp_path)
    rows = small_lake.events(2)["scenario"]
    rows[-1]["genotype"] = text
    part = small_lake.write(tmp_path, "scenario", 1, rows)
    first, second = manifest.partitions
    second = replace(second, tables={**second.tables, "scenario": part})
    manifest = replace(manifest, partitions=(first, second))
    if len(text) <= GENOTYPE:
        assert load_run(tmp_path, manifest, database).rows == manifest.tables
        return
    words = "table scenario: scenario.genotype holds 255 characters, but one of its texts has 256: 'ååå"
    with pytest.raises(InputError, match=words):
        load_run(tmp_path, manifest, database)
    assert not one(database, "SELECT to_regnamespace('smoltworks') IS NOT NULL")


def test_a_long_name_in_the_master_data(database: str, tmp_path: Path) -> None:
    manifest = small_lake.build(tmp_path)
    rows = small_lake.dimensions()["station"]
    rows[0]["name"] = "s" * 101
    part = small_lake.write(tmp_path, "station", 0, rows)
    manifest = replace(manifest, dimensions={**manifest.dimensions, "station": part})
    with pytest.raises(InputError, match=r"table station: infrastructure_freshwaterstation.name holds 100 characters"):
        load_run(tmp_path, manifest, database)


def test_a_long_prefix(database: str, tmp_path: Path) -> None:
    manifest = small_lake.build(tmp_path)
    with pytest.raises(InputError, match=r"--prefix: .* would be '(P{50}).*', more than 50 characters"):
        load_run(tmp_path, manifest, database, options=Options(prefix="P" * 50))
