"""The bands file: every row of the published table, strict reading, words for what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.biology.bands import Band, parse_bands, read_bands
from lake.errors import InputError

SHIPPED = Path(__file__).resolve().parents[2] / "schedules" / "biology" / "bands.yaml"
REQUIRED: dict[str, tuple[float | None, float | None]] = {
    "sea temperature, annual mean, Faroe Islands": (8.0, 8.8),
    "sea temperature, March mean, Faroe Islands": (6.0, 6.9),
    "sea temperature, August mean, Faroe Islands": (10.2, 11.4),
    "sea temperature, February mean, Scotland": (7.4, 8.7),
    "sea temperature, August mean, Scotland": (13.4, 14.3),
    "monthly sea temperature anomaly, standard deviation": (0.35, 0.75),
    "monthly sea temperature anomaly, lag-1 autocorrelation": (0.60, 0.80),
    "freshwater monthly mortality over 3 g, median": (0.15, 0.30),
    "ova to smolt, share that survives": (0.63, 0.80),
    "mean sea loss, Scotland": (18, 27),
    "mean sea loss, Faroe Islands": (5, 11),
    "fall of the mean sea loss without the worst 20 % of batches": (25, 45),
    "weekly ring mortality, mean over median": (4, 9),
    "weekly ring mortality, share of deaths in the worst 5 % of ring-weeks": (0.55, 0.80),
    "weekly ring mortality, lag-1 autocorrelation of the log rate within rings": (0.35, 0.65),
    "sea mortality from day 360 over days 60-240": (1.6, 15),
    "sea mortality at days 1-21 over days 60-240": (1.9, 10),
    "share of deaths at sea, infectious": (30, 46),
    "share of deaths at sea, trauma": (25, 41),
    "share of deaths at sea, unknown": (12, 28),
    "share of deaths at sea, environmental": (1, 8),
    "biological FCR at sea, mean": (1.08, 1.22),
    "biological FCR at sea, 1st percentile": (0.95, None),
    "gutted weight, mean, Faroe Islands": (5.1, 5.8),
    "gutted weight, mean, Scotland": (4.3, 5.2),
    "CV of weight within a batch at harvest": (18, 25),
    "skewness of weight within a batch at harvest": (0, 0.6),
    "implied sea TGC, 5th percentile, Faroe Islands": (2.6, 3.4),
    "implied sea TGC, 95th percentile, Faroe Islands": (2.6, 3.4),
    "implied sea TGC, 5th percentile, Scotland": (2.0, 3.05),
    "implied sea TGC, 95th percentile, Scotland": (2.0, 3.05),
    "superior share, mean": (0.86, 0.95),
    "superior share, 5th percentile": (0.5, 0.85),
    "fish lost in the 14 days after a treatment, thermal": (1.1 * 0.6, 1.1 * 1.4),
    "fish lost in the 14 days after a treatment, mechanical": (1.2 * 0.6, 1.2 * 1.4),
    "fish lost in the 14 days after a treatment, freshwater": (1.3 * 0.6, 1.3 * 1.4),
    "fish lost in the 14 days after a treatment, H2O2": (1.35 * 0.6, 1.35 * 1.4),
    "fish lost in the 14 days after a treatment, bath": (0.4 * 0.6, 0.4 * 1.4),
    "pre-harvest biomass estimate, mean absolute error": (4, 6),
}


def test_every_figure_of_the_published_table_is_required() -> None:
    required = {band.name: band for band in read_bands().required}
    assert list(required) == list(REQUIRED)
    for name, (low, high) in REQUIRED.items():
        assert required[name].low == pytest.approx(low), name
        assert required[name].high == pytest.approx(high), name


def test_a_published_figure_that_is_judged_lies_in_its_band() -> None:
    """A slip of the pen in a limit shows."""
    bands = read_bands()
    judged = [b for b in (*bands.required, *bands.told) if b.published is not None and (b.low, b.high) != (None, None)]
    assert len(judged) > 30
    for b in judged:
        assert b.published is not None
        assert b.low is None or b.low <= b.published, b.name
        assert b.high is None or b.published <= b.high, b.name


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    """The first bands of the shipped file."""
    data: dict[str, Any] = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    return data | {"required": data["required"][:3], "told": data["told"][:1]}


def changed(data: dict[str, Any], **changes: Any) -> str:
    """The text with its first required band changed."""
    first, *others = data["required"]
    first = {key: value for key, value in (first | changes).items() if value != "gone"}
    return yaml.safe_dump(data | {"required": [first, *others]})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lo": 8.0}, "required[0].lo"),
        ({"low": "cold"}, "required[0].low"),
        ({"low": 9.0, "high": 8.0}, "low 9 lies above high 8"),
        ({"source": "gone"}, "key required[0].source is missing"),
        ({"source": ""}, "required[0].source"),
        ({"unit": "gone"}, "key required[0].unit is missing"),
        ({"confidence": "X"}, "required[0].confidence"),
        ({"least": 0}, "required[0].least"),
        ({"low": "gone", "high": "gone"}, "has neither low nor high"),
        ({"statistic": "sea temperature, March mean"}, "is given twice"),
    ],
)
def test_a_wrong_band_is_named(shipped: dict[str, Any], changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as error:
        parse_bands(changed(shipped, **changes), "bands.yaml")
    assert words in str(error.value)
    assert "bands.yaml" in str(error.value)


def test_a_limit_whose_weights_do_not_ascend_is_refused(shipped: dict[str, Any]) -> None:
    for limits in ([[0, 10], [2000, 15], [1000, 20]], [[500, 10]], [[0, 10], [0, 15]]):
        data = shipped | {"faroese_density_limit": shipped["faroese_density_limit"] | {"value": limits}}
        with pytest.raises(InputError, match="begin with 0 and ascend"):
            parse_bands(yaml.safe_dump(data), "bands.yaml")


def test_a_key_given_twice_is_refused() -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace("low: 8.0, ", "low: 8.0, low: 8.1, ", 1)
    with pytest.raises(InputError, match="given twice"):
        parse_bands(text, "bands.yaml")


def test_a_band_without_a_geography_is_named_by_its_statistic() -> None:
    fields: dict[str, Any] = {"statistic": "S", "unit": "u", "source": "s", "confidence": "G", "least": 1}
    assert Band(**fields).name == "S"
    assert Band(**fields, geography="Scotland").name == "S, Scotland"
