"""Options out of all bounds: refused by name in a sentence, before anything is planned."""

from __future__ import annotations

from typing import Any

import pytest

import smoltworks
from lake.errors import InputError
from tests.planning.farms import ROOT

USUAL: dict[str, Any] = {"batches": 2, "stagger": 100, "as_of": "2025-11-19"}
WRONG: list[tuple[str, Any]] = [
    *(("as_of", day) for day in ("1950-01-01", "1970-01-01", "2262-01-01", "9999-12-31", "10000-01-01", "nan", "")),
    *(("batches", number) for number in (0, -1, 10**9, 10**30, "nan", "1e9", "inf", "٣")),
    *(("stagger", days) for days in (0, -1, 10**9, "nan", "inf", "1e300", "6,", "6/0", "6/999999", "")),
    *(("seed", seed) for seed in (-1, 2**63, 2**64)),
    *(("rings", rings) for rings in (0, -1, 10**9, "0-8", "20-8", "nan")),
    *(("partitions", number) for number in (0, -1, 10**9)),
    *(("areas_per_batch", number) for number in (0, 3, 10**9)),
    *(("adult_days", days) for days in (0, -1, 10**9)),
    *(("fallow_days", days) for days in (-1, 10**9)),
    *(("eggs", eggs) for eggs in (0, -1, "1e99", "9" * 500, "nan", "5e6-1e6", "1-2")),
    *(("harvest_confidence", share) for share in (0.0, 1.0, -1.0, 1e300, float("nan"), float("inf"))),
    *(("target_saturation", share) for share in (0.0, 1.0, -1.0, 1e300, float("nan"), float("-inf"))),
    *(("name", name) for name in ("../x", ".x", "a\u202eb", "a\nb", " a", "x" * 101, "a/b")),
    ("batches_per_area", 2),
]


@pytest.mark.parametrize(("option", "value"), WRONG)
def test_an_option_out_of_bounds_is_refused_by_its_name(option: str, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        smoltworks.plan(**(USUAL | {option: value}))
    told = str(caught.value)
    assert "--" + option.replace("_", "-") in told
    assert all(line.isprintable() and len(line) < 300 for line in told.split("\n"))


@pytest.mark.parametrize("as_of", ["1970-06-01", "1973-01-01", "2261-06-01", "2259-01-01", "1950-01-01", "9999-01-01"])
def test_a_ladder_at_an_end_of_time_is_refused(as_of: str) -> None:
    with pytest.raises(InputError, match="--as-of"):
        smoltworks.plan_ladder(as_of=as_of)


@pytest.mark.parametrize("as_of", ["2200-01-01", "2261-12-31", "9999-01-01", "1950-01-01", "2020-01-01"])
def test_a_schedule_advanced_to_an_end_of_time_is_refused(as_of: str) -> None:
    with pytest.raises(InputError, match="--advance"):
        smoltworks.advance(ROOT / "schedules/demo.yaml", as_of)


@pytest.mark.parametrize("option", ["batches", "stagger"])
@pytest.mark.parametrize("value", [-1, 10**9, "nan", "9" * 5_000])
def test_new_batches_out_of_bounds_are_refused(option: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"--{option}"):
        smoltworks.advance(ROOT / "schedules/demo.yaml", "2026-11-19", **{option: value})
