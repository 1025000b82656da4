"""Parameters of lice, treatments and journal: what an edited file may not say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from engine.biology.health_sampling import THINNESS
from engine.biology.parameters import Biology, parse_biology
from lake.errors import InputError


def edited(biology: Biology, path: str, value: Any) -> str:
    """The file with one value replaced."""
    data = yaml.safe_load(biology.text)
    at = data
    *keys, last = path.split("/")
    for key in keys:
        at = at[key]
    at[last] = value
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("regions/Scotland/treatment_shares/value", {"THERMAL": 0.5, "MECHANICAL": 0.5}, "no share for FRESHWATER"),
        ("regions/Scotland/treatment_shares/value/BATH", 0.9, "sum to"),
        ("regions/Scotland/adult_female_limit/value", [1.0] * 11, "adult_female_limit"),
        ("treatments/methods/THERMAL/efficacy_iqr/value", [0.9, 0.1], "efficacy_iqr.value.*values fall"),
        ("treatments/methods/THERMAL/efficacy_median/value", 1.2, "efficacy_median"),
        ("treatments/partial_reduction/value", 0.9, "exceeds successful_reduction"),
        ("treatments/last_hour_utc/value", 8, "not before last_hour_utc"),
        ("lice_counts/mobile_shares/value", [0.5, 0.5], "not 3: pre-adult females"),
        ("lice_counts/method_shares/value", [1.0], "not 4: manual, visual"),
        ("journal/weekly_mortality/value", [0.05, 0.02, 0.01], "fall"),
        ("journal/oxygen_low/value", [60], "oxygen_low.value.*not 3"),
        ("laboratory/result_days/value", [12, 5], "result_days.value.*values fall"),
    ],
)
def test_what_contradicts_itself_is_refused(biology: Biology, path: str, value: Any, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        parse_biology(edited(biology, path, value), "edited")


def test_one_value_of_a_method_can_be_changed_alone(biology: Biology) -> None:
    resistant = parse_biology(edited(biology, "treatments/methods/BATH/efficacy_median/value", 0.02), "edited").model
    methods, before = resistant.treatments.methods, biology.model.treatments.methods
    assert methods.of("BATH").efficacy_median == 0.02
    assert methods.of("THERMAL") == before.of("THERMAL")
    assert methods.of("BATH").loss_mean == before.of("BATH").loss_mean
    with pytest.raises(KeyError):
        methods.of("VACCINE")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda h: h["effects"].pop("STORM"), "STORM"),
        (lambda h: h["effects"].update(FLOOD=h["effects"]["STORM"]), "FLOOD"),
        (lambda h: h["effects"].pop(THINNESS), THINNESS),
        (lambda h: h["effects"]["LICE"]["value"].pop(), "LICE"),
        (lambda h: h["baseline"]["value"].append(0.0), "baseline"),
        (lambda h: h["general"]["value"].__setitem__(0, 1.2), "general"),
        (lambda h: h["thresholds"]["value"].reverse(), "thresholds"),
        (lambda h: h["interval_days"].update(value=0), "interval_days"),
    ],
)
def test_a_wrong_table_of_effects_is_refused(
    biology: Biology, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    data = yaml.safe_load(biology.text)
    change(data["health"])
    with pytest.raises(InputError, match=words):
        parse_biology(yaml.safe_dump(data, allow_unicode=True), "wrong")
