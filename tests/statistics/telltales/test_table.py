"""The bounds file, read strictly, and the table of tell-tales: every one computed, too little data told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.biology.bands import parse_telltales, read_telltales
from engine.inputs.shipped_files import shipped_names
from engine.statistics.measure import Measure, Measures
from engine.statistics.records import run_tables
from engine.statistics.telltales.frames import FarmRecords
from engine.statistics.telltales.table import FAMILIES, compute_telltales, hold
from lake.errors import InputError
from lake.manifest import read_complete
from tests.statistics.telltales.bounds import FARM, farm_records

SHIPPED = Path(__file__).resolve().parents[3] / "schedules" / "biology" / "realism.yaml"
CONSTANTS = "columns that are constant without a reason"


def computed(records: FarmRecords) -> Measures:
    found: Measures = {CONSTANTS: Measure(value=0.0, count=79, counted="tables", basis="every table")}
    for family in compute_telltales(records):
        assert not set(family) & set(found)
        found |= family
    return found


def test_every_shipped_bound_has_its_tell_tale(small_run: Path) -> None:
    """And every tell-tale a bound, where there is one by geography in one of them at least."""
    records = FarmRecords(run_tables(small_run, read_complete(small_run)))
    found = computed(records)
    held = hold(read_telltales(), found, records.geographies)
    assert all(figure.measure is not None for figure in held)
    assert not any(figure.required or figure.failed for figure in held)
    bounded = {figure.band.statistic for figure in held}
    without_place = {name.removesuffix(", Scotland").removesuffix(", Faroe Islands") for name in found}
    assert without_place == bounded
    assert any(figure.value is not None for figure in held)


def test_the_same_run_tells_the_same(small_run: Path) -> None:
    tables = run_tables(small_run, read_complete(small_run))
    one, other = (hold(read_telltales(), computed(FarmRecords(tables)), FARM) for _ in range(2))
    assert [figure.to_json() for figure in one] == [figure.to_json() for figure in other]


def test_nothing_to_compute_from_is_told() -> None:
    found = computed(farm_records())
    assert len(found) > len(FAMILIES)
    held = hold(read_telltales(), found, FARM)
    assert {figure.name for figure in held if figure.value is not None} == {CONSTANTS}
    assert all(figure.note.startswith("too few: 0 of at least ") for figure in held if figure.value is None)


def test_a_bound_says_how_much_data_it_takes() -> None:
    bounds = read_telltales()
    (name,) = [bound.name for bound in bounds.told if bound.statistic == "moves begun on the planned day"]
    for count, is_held in ((99, False), (100, True)):
        measures = computed(farm_records()) | {name: Measure(value=100.0, count=count, counted="moves", basis="")}
        (figure,) = [figure for figure in hold(bounds, measures, FARM) if figure.name == name]
        assert (figure.within is False) is is_held
        assert (figure.note == "") is is_held


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    """The shipped file with its first bounds."""
    data: dict[str, Any] = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    return data | {"told": data["told"][:2]}


def first(change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], None]:
    return lambda data: change(data["told"][0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data.update(format="smoltworks-bands/1"), "format"),
        (lambda data: data.update(required=[]), "required"),
        (lambda data: data.pop("constant"), "constant"),
        (lambda data: data["constant"].update({"batch.species_id": ""}), "batch.species_id"),
        (first(lambda bound: bound.update(lo=1)), "told[0].lo"),
        (first(lambda bound: bound.update(low="few")), "told[0].low"),
        (first(lambda bound: bound.update(low=20)), "low 20 lies above high 15"),
        (first(lambda bound: (bound.pop("low"), bound.pop("high"))), "has neither low nor high"),
        (first(lambda bound: bound.pop("source")), "told[0].source"),
        (first(lambda bound: bound.update(confidence="X")), "told[0].confidence"),
        (first(lambda bound: bound.update(least=0)), "told[0].least"),
        (lambda data: data["told"].append(data["told"][0]), "is given twice"),
    ],
)
def test_a_wrong_bound_is_named(shipped: dict[str, Any], change: Callable[[dict[str, Any]], Any], words: str) -> None:
    data = yaml.safe_load(yaml.safe_dump(shipped))
    parse_telltales(yaml.safe_dump(data), "realism.yaml")
    change(data)
    with pytest.raises(InputError) as error:
        parse_telltales(yaml.safe_dump(data), "realism.yaml")
    assert words in str(error.value)
    assert "realism.yaml" in str(error.value)


def test_a_bound_that_nothing_computes_is_wrong(shipped: dict[str, Any]) -> None:
    data = shipped | {"told": [shipped["told"][0] | {"statistic": "lice counts on Saturday"}]}
    bounds = parse_telltales(yaml.safe_dump(data), "realism.yaml")
    with pytest.raises(InputError, match="did you mean 'lice counts on Saturday or Sunday'"):
        hold(bounds, computed(farm_records()), FARM)


def test_a_published_figure_lies_in_its_bound() -> None:
    """A slip of the pen in a limit shows."""
    published = [bound for bound in read_telltales().told if bound.published is not None]
    assert len(published) > 8
    for bound in published:
        assert bound.published is not None
        assert bound.low is None or bound.low <= bound.published, bound.name
        assert bound.high is None or bound.published <= bound.high, bound.name


def test_the_file_is_neither_a_biology_nor_bands() -> None:
    assert shipped_names("telltales") == ["realism"]
    assert "realism" not in [*shipped_names("biology"), *shipped_names("bands")]
    with pytest.raises(InputError, match="realism"):
        read_telltales("dreams")
