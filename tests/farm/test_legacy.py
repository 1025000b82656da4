"""The older system's schedules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.biology.parameters import Biology
from engine.farm import schedule_file
from engine.farm.infrastructure import read_farm
from engine.farm.schedule import Schedule, to_date, to_day
from engine.farm.schedule_file import parse_schedule, read_any, rehash
from engine.forecast.sizing import biomass_flags
from engine.planning.starts import alternating_starts
from lake.errors import InputError
from tests.planning.farms import ROOT

SMALL = Path(__file__).with_name("older_system.yaml")
VARIANTS = Path(__file__).with_name("older_system_variants.yaml")
SEED = ROOT.parent / "shared/seed/batch_schedule_550_6day.yaml"


@pytest.fixture(scope="module")
def small() -> Schedule:
    return read_any(SMALL)


def test_it_runs_on_the_known_farm_and_biology_as_of_the_day_it_was_generated(small: Schedule) -> None:
    assert (small.farm.name, small.biology.name, small.seed) == ("faroe-scotland", "published", 1)
    assert to_date(small.as_of_day) == date(2025, 11, 19)
    assert small.partitions == (range(1, 3), range(3, 4))
    assert [b.number for b in small.batches] == ["FAR-2022-001", "SCO-2024-001", "FAR-2025-002"]
    assert [b.eggs for b in small.batches] == [3087678, 3280518, 3549802]


def test_the_faroes_last_area_goes_by_its_older_name(small: Schedule) -> None:
    rings = [small.farm.container(c).name for c in small.batches[0].stays[5].container_ids]
    assert rings == ["FI-SEA-23-Ring-09", "FI-SEA-23-Ring-10"]


def test_a_stay_cut_off_at_the_as_of_date_has_its_usual_length_again(small: Schedule) -> None:
    done, at_sea, fry = (batch.stays[-1] for batch in small.batches)
    assert done.days == 450
    assert done.end_day <= small.as_of_day
    assert at_sea.days == 450
    assert fry.days == 90
    assert min(at_sea.end_day, fry.end_day) > small.as_of_day
    assert [len(batch.stays) for batch in small.batches] == [6, 6, 2]


def test_it_is_the_same_schedule_in_our_format(small: Schedule) -> None:
    assert parse_schedule(small.text, "x", small.farm, small.biology) == small


def test_what_has_no_effect_is_named(small: Schedule) -> None:
    notes = "\n".join(small.notes)
    for word in ("seed", "2 stays were cut off", "target_saturation 0.87", "Minimal allocation", "FI-SEA-23"):
        assert word in notes


def _stay(data: dict[str, Any], batch: int, stage: str) -> dict[str, Any]:
    found: dict[str, Any] = data["batches"][batch]["freshwater"][stage]
    return found


Change = Callable[[dict[str, Any]], Any]
MUTATIONS: dict[str, tuple[Change, list[str]]] = {
    "cut short": (lambda d: d["batches"].pop(), ["total_batches", "3", "2"]),
    "unknown key": (lambda d: d["batches"][1].update(mood="calm"), ["batches[1].mood", "not known"]),
    "unknown container": (
        lambda d: _stay(d, 0, "fry").update(containers=["FI-FW-01-B-C1"]),
        ["batches[0].freshwater.fry.containers", "FI-FW-01-B-C1", "did you mean"],
    ),
    "another hall": (
        lambda d: _stay(d, 0, "fry").update(hall="FI-FW-02-Hall-B"),
        ["batches[0].freshwater.fry.containers", "FI-FW-02-Hall-B"],
    ),
    "a hall too many": (
        lambda d: _stay(d, 0, "fry").update(hall="MULTI(FI-FW-01-Hall-B, FI-FW-02-Hall-B)"),
        ["batches[0].freshwater.fry.hall", "MULTI", "FI-FW-02-Hall-B"],
    ),
    "a hall too few": (
        lambda d: _stay(d, 0, "fry").update(
            hall="MULTI(FI-FW-01-Hall-A, FI-FW-01-Hall-B)", containers=["FI-FW-01-B-C01", "FI-FW-02-B-C01"]
        ),
        ["batches[0].freshwater.fry.containers", "FI-FW-02-B-C01", "MULTI"],
    ),
    "unknown among several halls": (
        lambda d: _stay(d, 0, "fry").update(hall="MULTI(FI-FW-01-Hall-B, FI-FW-99-Hall-B)"),
        ["batches[0].freshwater.fry.hall", "FI-FW-99-Hall-B"],
    ),
    "ids alone": (
        lambda d: _stay(d, 0, "fry").update(containers=[101, 102]),
        ["batches[0].freshwater.fry.containers", "101", "metadata.container_ids", "write the container's name"],
    ),
    "ids as text": (
        lambda d: d["batches"][1]["sea"].update(rings=["7", "8"]),
        ["batches[1].sea.rings", "7 is an id of the older system's database"],
    ),
    "ids under a key of their own": (
        lambda d: (_stay(d, 0, "fry").pop("containers"), _stay(d, 0, "fry").update(container_ids=[101])),
        ["batches[0].freshwater.fry.container_ids", "101"],
    ),
    "no containers": (
        lambda d: _stay(d, 0, "fry").pop("containers"),
        ["batches[0].freshwater.fry.containers", "missing"],
    ),
    "an id that stands for nothing": (
        lambda d: d["metadata"].update(container_ids={101: "FI-FW-01-B-C1"}),
        ["metadata.container_ids.101", "FI-FW-01-B-C1", "did you mean"],
    ),
    "a ring of either area": (
        lambda d: d["batches"][1]["sea"].update(
            area="MULTI(S-SEA-01, S-SEA-02)", rings=["Ring-01", "S-SEA-02-Ring-01"]
        ),
        ["batches[1].sea.rings", "S-SEA-01-Ring-01 or S-SEA-02-Ring-01"],
    ),
    "areas far apart": (
        lambda d: d["batches"][1]["sea"].update(
            area="MULTI(S-SEA-01, S-SEA-03)", rings=["S-SEA-01-Ring-01", "S-SEA-03-Ring-01"]
        ),
        ["batches[1].sea.rings", "no neighbours"],
    ),
    "a harvest weight in grams": (
        lambda d: d["batches"][0].update(harvest_target_kg=4500.0),
        ["batches[0].harvest_target_kg", "4500"],
    ),
    "two harvest weights": (
        lambda d: (d["batches"][0].update(harvest_target_kg=4.5), d["batches"][0]["sea"].update(harvest_target_kg=5.0)),
        ["batches[0].harvest_target_kg", "4.5", "5 kg"],
    ),
    "no harvest weight": (
        lambda d: d["batches"][0].update(harvest_target_kg=-1.0),
        ["batches[0].harvest_target_kg", "-1.0"],
    ),
    "effective beyond its stays": (
        lambda d: d["batches"][0].update(effective_duration=901),
        ["batches[0].effective_duration", "901", "900"],
    ),
    "effective before the sea": (
        lambda d: d["batches"][0].update(effective_duration=300),
        ["batches[0].effective_duration", "300", "not at sea"],
    ),
    "post-smolt in both spellings": (
        lambda d: d["batches"][0]["freshwater"].update(post_smolt=_stay(d, 0, "post-smolt")),
        ["batches[0].freshwater.post"],
    ),
    "sea not mentioned": (lambda d: d["batches"][2].pop("sea"), ["batches[2].sea", "missing"]),
    "unknown area": (lambda d: d["batches"][1]["sea"].update(area="S-SEA-99"), ["batches[1].sea.area", "S-SEA-99"]),
    "ring of another area": (
        lambda d: d["batches"][1]["sea"].update(rings=["S-SEA-01-Ring-01", "S-SEA-02-Ring-01"]),
        ["batches[1].sea.rings", "S-SEA-02-Ring-01"],
    ),
    "rings miscounted": (lambda d: d["batches"][1]["sea"].update(rings_count=3), ["batches[1].sea.rings_count", "3"]),
    "overlap": (
        lambda d: (
            d["batches"][2].update(start_date="2022-11-20", duration=1),
            d["batches"][2]["freshwater"].pop("fry"),
            _stay(d, 2, "egg_alevin").update(containers=["FI-FW-01-A-C02"], hall="FI-FW-01-Hall-A", end_day=1),
        ),
        ["batches[2].freshwater.egg_alevin", "FI-FW-01-A-C02", "FAR-2022-001", "FAR-2025-002", "2022-11-20"],
    ),
    "other geography": (
        lambda d: d["batches"][1].update(geography="Faroe Islands"),
        ["batches[1].freshwater.egg_alevin.containers", "Scotland"],
    ),
    "unknown geography": (lambda d: d["batches"][1].update(geography="Norway"), ["batches[1].geography", "Norway"]),
    "gap": (lambda d: _stay(d, 0, "smolt").update(start_day=272), ["batches[0].freshwater.smolt", "gap of 2 days"]),
    "late first day": (
        lambda d: _stay(d, 0, "egg_alevin").update(start_day=2),
        ["batches[0].freshwater.egg_alevin.start_day"],
    ),
    "a stage missing": (lambda d: d["batches"][0]["freshwater"].pop("parr"), ["batches[0]", "add Parr"]),
    "ended before its time": (
        lambda d: d["batches"][0].update(sea=None, duration=450),
        ["batches[0].freshwater", "add Adult"],
    ),
    "another duration": (lambda d: d["batches"][0].update(duration=899), ["batches[0].duration", "899", "900"]),
    "starts years after as-of": (
        lambda d: d["batches"][2].update(start_date="2028-11-19"),
        ["batches[2].start_date", "as-of"],
    ),
    "twice": (lambda d: d["batches"][2].update(batch_id="FAR-2022-001"), ["batches[2].batch_id", "FAR-2022-001"]),
}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda name: name.replace(" ", "-"))
def test_a_wrong_one_is_refused_with_its_culprit(mutation: str, tmp_path: Path) -> None:
    change, culprits = MUTATIONS[mutation]
    data = yaml.safe_load(SMALL.read_text())
    change(data)
    path = tmp_path / "wrong.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False))
    with pytest.raises(InputError) as caught:
        read_any(path)
    for culprit in [str(path), *culprits]:
        assert culprit in str(caught.value)


@pytest.fixture(scope="module")
def varied() -> Schedule:
    return read_any(VARIANTS)


def _names(schedule: Schedule, batch: int, stage: int) -> list[str]:
    return [schedule.farm.container(c).name for c in schedule.batches[batch].stays[stage - 1].container_ids]


def test_ids_are_honoured_where_the_file_says_what_they_are(varied: Schedule) -> None:
    assert _names(varied, 0, 1) == ["FI-FW-01-A-C01", "FI-FW-01-A-C02"]
    assert _names(varied, 0, 2) == ["FI-FW-01-B-C01", "FI-FW-01-B-C02"]
    assert _names(varied, 1, 6) == ["S-SEA-01-Ring-20", "S-SEA-02-Ring-01"]
    # beside names they have no say
    assert _names(varied, 0, 3) == ["FI-FW-01-C-C01", "FI-FW-01-C-C02"]
    assert any("1 stays have ids" in note and "the names decide" in note for note in varied.notes)


def test_several_halls_and_two_neighbouring_areas_are_honoured(varied: Schedule) -> None:
    assert _names(varied, 0, 4) == ["FI-FW-01-D-C01", "FI-FW-02-D-C01"]
    assert varied.areas_per_batch == 2
    assert parse_schedule(varied.text, "x", varied.farm, varied.biology) == varied


def test_a_harvest_weight_is_the_batchs_own_or_the_files(varied: Schedule) -> None:
    assert [b.harvest_target_g for b in varied.batches] == [4_350.0, 5_200.0, 5_000.0]


def test_an_effective_duration_ends_the_stay_at_sea_or_counts_days_so_far(varied: Schedule) -> None:
    early, at_sea, young = varied.batches
    assert early.end_day - early.start_day == 850
    assert at_sea.end_day - at_sea.start_day == 900
    assert young.end_day - young.start_day == 90
    notes = "\n".join(varied.notes)
    assert "effective_duration ends the stay at sea of 1 batches" in notes
    assert "the duration of 2 batches counts the days up to the as-of date" in notes


def test_both_spellings_of_post_smolt_and_a_sea_that_is_null_are_read(varied: Schedule) -> None:
    assert [len(b.stays) for b in varied.batches] == [6, 6, 1]


def test_remarks_are_named_as_such(varied: Schedule) -> None:
    notes = "\n".join(varied.notes)
    assert "purpose 'near harvest' of 2 batches is a remark without effect" in notes
    assert "metadata.purpose 'UAT'" in notes


def test_cut_after_any_line_it_is_refused(tmp_path: Path, biology: Biology, monkeypatch: pytest.MonkeyPatch) -> None:
    path, farm = tmp_path / "cut.yaml", read_farm("faroe-scotland")
    monkeypatch.setattr(schedule_file, "read_farm", lambda *_: farm)  # read once, not for every cut
    monkeypatch.setattr(schedule_file, "read_biology", lambda *_: biology)
    for whole in (SMALL, VARIANTS):
        lines = whole.read_text().splitlines(keepends=True)
        for kept in range(len(lines)):
            path.write_text("".join(lines[:kept]))
            with pytest.raises(InputError, match=r"cut\.yaml"):
                read_any(path)


def test_scattered_partitions_are_replaced_and_said_so(tmp_path: Path, small: Schedule) -> None:
    data = yaml.safe_load(SMALL.read_text())
    data["metadata"]["worker_partitions"]["worker_1"]["batch_indices"] = [0, 2]
    path = tmp_path / "older_system.yaml"
    path.write_text(yaml.safe_dump(data))
    schedule = read_any(path)
    assert schedule.partitions == (range(1, 4),)
    assert any("worker_partitions" in note for note in schedule.notes)
    assert replace(schedule, partitions=(), notes=(), text="") == replace(small, partitions=(), notes=(), text="")


def test_it_has_nothing_to_rehash() -> None:
    with pytest.raises(InputError, match="older system"):
        rehash(SMALL)


@pytest.mark.skipif(not SEED.exists(), reason=f"the older system's 550-batch schedule is not at {SEED}")
def test_the_real_schedule_of_550_batches() -> None:
    schedule = read_any(SEED)
    assert len(schedule.batches) == 550
    assert [len(p) for p in schedule.partitions] == [40] * 4 + [39] * 10
    assert (schedule.as_of_day, schedule.batches[0].start_day) == (
        to_day(date(2025, 11, 19)),
        to_day(date(2016, 9, 23)),
    )
    in_progress = [b for b in schedule.batches if b.end_day > schedule.as_of_day]
    assert len(in_progress) == 142
    assert {len(b.stays) for b in in_progress} == {1, 2, 3, 4, 5, 6}
    # its batches of 3 to 3.8 million eggs outgrow eight rings: every one that goes to sea is flagged
    assert {b.id for b in schedule.batches if len(b.stays) == 6} <= biomass_flags(schedule)
    starts = alternating_starts(schedule.farm, 275, 6, schedule.as_of_day)
    assert [(s.number, s.geography_id, s.start_day) for s in starts] == [
        (b.number, b.geography_id, b.start_day) for b in schedule.batches
    ]
