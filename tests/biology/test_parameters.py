"""The biology file: every parameter says its unit, source and confidence; anything else is refused by name."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, is_dataclass
from typing import Any

import numpy as np
import pytest
import yaml

from engine.biology.derivation import changes, parameters, plain
from engine.biology.parameters import Biology, parse_biology, read_biology
from engine.inputs.shipped_files import find_shipped, shipped_names
from lake.errors import InputError


@pytest.fixture(scope="module")
def data(biology: Biology) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(biology.text)
    return loaded


def entries(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every entry, and whatever is none, as YAML alone sees it."""
    for key, value in node.items():
        if isinstance(value, dict) and not {"value", "unit"} & set(value):
            yield from entries(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def test_every_parameter_has_a_value_a_unit_a_source_and_a_confidence(data: dict[str, Any]) -> None:
    found = dict(entries(data))
    bare = [path for path, entry in found.items() if not isinstance(entry, dict)]
    assert {path.rpartition(".")[2] for path in bare} == {"format", "name", "cause", "at_sea"}
    assert all(path.startswith("events.kinds.") for path in bare if "." in path)
    for path, entry in found.items():
        if path not in bare:
            assert set(entry) == {"value", "unit", "source", "confidence"}, path
            assert entry["confidence"] in ("V", "D", "G"), path
            assert str(entry["unit"]).strip(), path
            assert str(entry["source"]).strip(), path
    assert len(found) > 300


def test_the_model_reaches_every_entry_of_the_file(biology: Biology, data: dict[str, Any]) -> None:
    known = parameters(biology.file)
    assert set(known) == {path for path, _ in entries(data) if path not in ("format", "name")}
    assert known["regions.Scotland.sea_tgc"].value == data["regions"]["Scotland"]["sea_tgc"]["value"]
    assert changes(biology.file, biology.file, None) == []
    assert type(biology.file).model_validate(plain(biology.file)) == biology.file


def plain_values(node: Any) -> Iterator[Any]:
    """Every value of a resolved biology."""
    if is_dataclass(node):
        yield from plain_values(vars(node))
    elif isinstance(node, dict):
        for each in node.values():
            yield from plain_values(each)
    else:
        yield node


def test_a_resolved_biology_holds_plain_values_that_nobody_can_change(biology: Biology) -> None:
    elsewhere = pickle.loads(pickle.dumps(biology))
    assert elsewhere == biology
    assert elsewhere.file == biology.file
    for found in (biology, elsewhere):
        values = list(plain_values(found.model))
        arrays = [value for value in values if isinstance(value, np.ndarray)]
        assert {type(value) for value in values} == {bool, int, float, str, tuple, np.ndarray}
        assert not any(array.flags.writeable for array in arrays)
        assert {array.dtype for array in arrays} == {np.dtype(np.float64)}
        with pytest.raises(FrozenInstanceError):
            found.model.feed.bag_kg = 20.0  # type: ignore[misc]
    for mine, theirs in zip(plain_values(biology.model), plain_values(elsewhere.model), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def set_value(*path: str, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = to

    return change


def drop(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        for key in path[:-1]:
            data = data[key]
        del data[path[-1]]

    return change


CV = ("growth", "container_tgc_cv")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (set_value("grwoth", to={}), ["grwoth", "did you mean 'growth'"]),
        (set_value("growth", "container_tgc_cvv", to={}), ["growth.container_tgc_cvv", "did you mean"]),
        (set_value("regions", "Scotland", "sea_tcg", to={}), ["regions.Scotland.sea_tcg", "did you mean 'sea_tgc'"]),
        (set_value(*CV, "note", to="x"), ["growth.container_tgc_cv.note", "'x'", "not known"]),
        (drop(*CV), ["growth.container_tgc_cv is missing"]),
        (drop(*CV, "unit"), ["growth.container_tgc_cv.unit is missing"]),
        (drop(*CV, "source"), ["growth.container_tgc_cv.source is missing"]),
        (drop(*CV, "confidence"), ["growth.container_tgc_cv.confidence is missing"]),
        (set_value(*CV, "confidence", to="X"), ["growth.container_tgc_cv.confidence", "'X'", "'V', 'D' or 'G'"]),
        (set_value(*CV, "source", to=""), ["growth.container_tgc_cv.source"]),
        (set_value(*CV, "value", to="much"), ["growth.container_tgc_cv.value", "'much'", "number"]),
        (set_value(*CV, "value", to="0.5"), ["growth.container_tgc_cv.value", "'0.5'", "without quotes"]),
        (set_value(*CV, "value", to="1e-5"), ["growth.container_tgc_cv.value", "1.0e-5"]),
        (set_value(*CV, "value", to=True), ["growth.container_tgc_cv.value", "True", "no number"]),
        (set_value(*CV, "value", to=-1), ["growth.container_tgc_cv.value", "-1", "greater than or equal to 0"]),
        (set_value(*CV, "value", to=float("nan")), ["growth.container_tgc_cv.value", "finite"]),
        (set_value(*CV, "value", to=[1, 2]), ["growth.container_tgc_cv.value", "[1, 2]"]),
        (set_value(*CV, to=0.02), ["growth.container_tgc_cv", "0.02"]),
        (set_value("feed", "lot_cover_days", "value", to=1.5), ["feed.lot_cover_days.value", "1.5"]),
        (set_value("stages", "fcr", "value", to=[1, 1]), ["stages.fcr.value"]),
        (set_value("events", "weeks", "value", to=[0.5, 0.4]), ["events.weeks", "0.9, not 1"]),
        (set_value("events", "kinds", "FLOOD", to={}), ["events.kinds.FLOOD.cause is missing"]),
        (drop("regions", "Scotland", "event_weights", "STORM"), ["regions.Scotland.event_weights", "STORM"]),
        (drop("events", "kinds", "JELLYFISH", "cause"), ["events.kinds.JELLYFISH.cause is missing"]),
        (
            set_value("mortality", "shape_day", "value", to=[1, 2]),
            ["mortality.shape_day.value", "must have one value more"],
        ),
        (set_value("name", to="a/b"), ["name", "'a/b'"]),
        (set_value("format", to="smoltworks-biology/9"), ["format", "smoltworks-biology/9", "smoltworks-biology/1"]),
        (drop("format"), ["format is missing"]),
    ],
)
def test_a_wrong_file_is_refused_with_file_path_value_and_cure(
    change: Callable[[dict[str, Any]], None], words: list[str], data: dict[str, Any]
) -> None:
    wrong = copy.deepcopy(data)
    change(wrong)
    with pytest.raises(InputError) as caught:
        parse_biology(yaml.safe_dump(wrong), "mine.yaml")
    for word in ["mine.yaml", *words]:
        assert word in str(caught.value)


def test_a_farm_whose_sensors_the_file_does_not_know_is_refused(data: dict[str, Any], biology: Biology) -> None:
    measured = list(data["sensors"]["noise_sd"])
    biology.require_sensors(measured)
    with pytest.raises(InputError, match=r"key sensors\.noise_sd has no Chlorophyll"):
        biology.require_sensors([*measured, "Chlorophyll"])
    lacking = copy.deepcopy(data)
    del lacking["sensors"]["spike"]["NO3"]
    with pytest.raises(InputError, match=r"key sensors\.spike has no NO3"):
        parse_biology(yaml.safe_dump(lacking), "lacking").require_sensors(measured)


def test_an_absent_biology_is_refused_with_what_is_shipped() -> None:
    with pytest.raises(InputError) as caught:
        read_biology("alchemy")
    assert "no such biology file" in str(caught.value)
    for name in ("published", "heat-wave"):
        assert name in str(caught.value)
        assert name in shipped_names("biology")
    assert find_shipped("biology", "published", None).name == "published.yaml"


def test_a_freshwater_stage_holds_what_the_file_says_of_it_by_section() -> None:
    biology = read_biology("published")
    region, stages, mortality = biology.region("Scotland"), biology.model.stages, biology.model.mortality
    parr = biology.freshwater_stage("Scotland", 3)
    assert (parr.temperature_c, parr.tgc, parr.tgc_cv) == (
        region.hall_temperature_c[2],
        region.freshwater_tgc[2],
        region.freshwater_tgc_cv[2],
    )
    assert (parr.individual_tgc_cv, parr.fcr) == (stages.individual_tgc_cv[2], stages.fcr[2])
    assert (parr.loss, parr.frailty_sd, parr.transfer_loss) == (
        mortality.freshwater_loss[2],
        mortality.freshwater_frailty_sd[2],
        mortality.transfer_loss[2],
    )
    with pytest.raises(InputError, match="Atlantis"):
        biology.freshwater_stage("Atlantis", 3)
