"""Schedule files: what is written is read back, and what was tampered with is refused with its culprit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.farm.schedule import Schedule
from engine.farm.schedule_file import parse_schedule, read_any, read_schedule, rehash
from engine.farm.schedule_text import format_schedule
from lake.errors import InputError
from tests.farm.small_plans import schedules
from tests.planning.farms import ROOT

DEMO = (ROOT / "schedules/demo.yaml").read_text()
FIRST_KEY = DEMO.index("format:")


@cache
def shipped_demo() -> Schedule:
    return read_schedule(ROOT / "schedules/demo.yaml")


@pytest.fixture(scope="module")
def demo() -> Schedule:
    return shipped_demo()


@given(schedules())
@settings(max_examples=60, deadline=None)
def test_reading_what_was_written_gives_the_schedule_back(schedule: Schedule) -> None:
    again = parse_schedule(schedule.text, "x.yaml", schedule.farm, schedule.biology)
    assert again == schedule
    assert format_schedule(again) == schedule.text


def test_a_file_cut_after_any_line_is_refused(demo: Schedule) -> None:
    lines = DEMO.splitlines(keepends=True)
    for kept in range(len(lines)):
        with pytest.raises(InputError, match=r"x\.yaml"):
            parse_schedule("".join(lines[:kept]), "x.yaml", demo.farm, demo.biology)


@given(st.integers(0, len(DEMO.rstrip()) - 1))
@settings(max_examples=60, deadline=None)
def test_a_file_cut_anywhere_is_refused(length: int) -> None:
    schedule = shipped_demo()
    with pytest.raises(InputError, match=r"x\.yaml"):
        parse_schedule(DEMO[:length], "x.yaml", schedule.farm, schedule.biology)


DIGITS = [m.start() for m in re.finditer(r"[0-9]", DEMO) if m.start() > FIRST_KEY]


@given(st.sampled_from(DIGITS), st.integers(1, 9))
@settings(max_examples=150, deadline=None)
def test_a_changed_digit_is_refused_until_the_file_is_rehashed(at: int, step: int) -> None:
    changed = DEMO[:at] + str((int(DEMO[at]) + step) % 10) + DEMO[at + 1 :]
    schedule = shipped_demo()
    with pytest.raises(InputError, match=r"x\.yaml"):
        parse_schedule(changed, "x.yaml", schedule.farm, schedule.biology)


def test_a_meant_edit_is_accepted_after_rehashing(tmp_path: Path, demo: Schedule) -> None:
    path = tmp_path / "edited.yaml"
    path.write_text(re.sub(r"eggs: [0-9]+", "eggs: 123456", DEMO, count=1))
    with pytest.raises(InputError, match=r"body_sha256.*\n.*--rehash"):
        read_any(path)
    path.write_text(rehash(path))
    edited = read_any(path)
    assert edited.batches[0].eggs == 123456
    assert edited.batches[1:] == demo.batches[1:]
    assert rehash(path) == path.read_text()


def test_the_spelling_of_the_values_does_not_matter(tmp_path: Path, demo: Schedule) -> None:
    path = tmp_path / "spelled.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(DEMO), sort_keys=True, default_flow_style=False))
    assert replace(read_any(path), text="") == replace(demo, text="")


Data = dict[str, Any]


def _overlap(data: Data) -> None:
    data["batches"][2]["stays"]["Adult"] = data["batches"][0]["stays"]["Adult"]
    data["batches"][2]["start"] = date(2023, 3, 1)


def _two_areas(data: Data) -> None:
    data["batches"][1]["stays"]["Adult"] = ["S-SEA-01-Ring-01..04", "S-SEA-02-Ring-01..04"]


MUTATIONS: dict[str, tuple[Callable[[Data], Any], list[str]]] = {
    "overlap": (_overlap, ["FAR-2023-001", "FAR-2023-002", "FI-SEA-01-Ring-01..08", "batches[2].stays.Adult"]),
    "one container of another batch": (
        lambda d: d["batches"][7]["stays"].update(Adult=["S-SEA-04-Ring-01..07", "S-SEA-03-Ring-01"]),
        ["batches[7].stays.Adult", "areas", "S-SEA-03"],
    ),
    "other geography": (
        lambda d: d["batches"][1]["stays"].update(Fry="FI-FW-09-B-C01..10"),
        ["batches[1].stays.Fry", "FI-FW-09-B-C01..10", "Faroe Islands", "Scotland"],
    ),
    "other stage": (
        lambda d: d["batches"][1]["stays"].update(Fry="S-FW-09-C-C01..10"),
        ["batches[1].stays.Fry", "S-FW-09-C-C01..10", "Parr"],
    ),
    "two areas": (_two_areas, ["batches[1].stays.Adult", "S-SEA-01, S-SEA-02"]),
    "unknown container": (
        lambda d: d["batches"][3]["stays"].update(Smolt="S-FW-02-D-C01..12"),
        ["batches[3].stays.Smolt", "S-FW-02-D-C11", "did you mean"],
    ),
    "a container twice": (
        lambda d: d["batches"][3]["stays"].update(Smolt="S-FW-02-D-C01..10, S-FW-02-D-C04"),
        ["batches[3].stays.Smolt", "S-FW-02-D-C04 twice"],
    ),
    "gap in the stages": (lambda d: d["batches"][0]["stays"].pop("Parr"), ["batches[0].stays", "add Parr"]),
    "ends too early": (lambda d: d["batches"][0]["stays"].pop("Adult"), ["batches[0].stays", "add Adult"]),
    "unknown stage": (
        lambda d: d["batches"][0]["stays"].update({"Smolts": "FI-FW-02-D-C01"}),
        ["batches[0].stays.Smolts", "did you mean 'Smolt'"],
    ),
    "days of no stay": (
        lambda d: (d["batches"][11]["stays"].pop("Adult"), d["batches"][11].update(days={"Adult": 3})),
        ["batches[11].days.Adult"],
    ),
    "starts years after as-of": (
        lambda d: d["batches"][11].update(start=date(2028, 11, 19)),
        ["batches[11].start", "2028-11-19", "as-of", "year"],
    ),
    "no cause of a loss": (
        lambda d: d["batches"][9].update(lost={"date": date(2025, 6, 1), "cause": "BOREDOM"}),
        ["batches[9].lost.cause", "BOREDOM", "POWER_FAILURE"],
    ),
    "lost before its life": (
        lambda d: d["batches"][9].update(lost={"date": date(2025, 4, 6), "cause": "POWER_FAILURE"}),
        ["batches[9].lost", "2025-04-06", "a day of its life", "2025-04-07"],
    ),
    "lost on the as-of date": (
        lambda d: d["batches"][9].update(lost={"date": date(2025, 11, 19), "cause": "POWER_FAILURE"}),
        ["batches[9].lost", "2025-11-19", "a day of its life"],
    ),
    "lost at sea": (
        lambda d: d["batches"][0].update(lost={"date": date(2024, 6, 1), "cause": "POWER_FAILURE"}),
        ["batches[0].lost", "at sea on 2024-06-01", "before 2024-04-30"],
    ),
    "more trays than there are": (
        lambda d: d["batches"][11].update(trays_received=10),
        ["batches[11].trays_received", "10 of 10 trays", "give 1 to 9"],
    ),
    "no tray": (lambda d: d["batches"][11].update(trays_received=0), ["batches[11].trays_received", "give 1 to 9"]),
    "trays of a batch in Parr": (
        lambda d: d["batches"][9].update(trays_received=3),
        ["batches[9].trays_received", "first stage", "2025-11-19"],
    ),
    "cancelled after it began": (
        lambda d: d["batches"][11].update(cancelled={"date": date(2025, 10, 1), "reason": "The hall is not ready."}),
        ["batches[11].cancelled", "2025-10-01", "2025-09-30"],
    ),
    "cancelled without a reason": (
        lambda d: d["batches"][11].update(cancelled={"date": date(2025, 9, 1), "reason": "none"}),
        ["batches[11].cancelled.reason", "at least 10"],
    ),
    "lost and cancelled": (
        lambda d: d["batches"][11].update(
            lost={"date": date(2025, 10, 9), "cause": "WATER_QUALITY"},
            cancelled={"date": date(2025, 9, 1), "reason": "The hall is not ready."},
        ),
        ["batches[11].cancelled", "lost and cancelled", "keep one"],
    ),
    "none begun": (lambda d: d.update(as_of=date(2023, 2, 5)), ["batches[0].start", "2023-02-05", "move as_of"]),
    "a century ago": (lambda d: d["batches"][0].update(start=date(216, 9, 23)), ["batches[0].start", "year"]),
    "before 1970": (
        lambda d: d["batches"][0].update(start=date(1969, 12, 31)),
        ["batches[0].start", "1969-12-31", "1970-01-02"],
    ),
    "number twice": (
        lambda d: d["batches"][4].update(batch="FAR-2023-001"),
        ["batches[4].batch", "FAR-2023-001", "batches[0].batch"],
    ),
    "number too long": (lambda d: d["batches"][4].update(batch="F" * 51), ["batches[4].batch", "50"]),
    "blank number": (lambda d: d["batches"][4].update(batch=" "), ["batches[4].batch", "blank"]),
    "too few eggs": (lambda d: d["batches"][4].update(eggs=12), ["batches[4].eggs", "12"]),
    "eggs as text": (lambda d: d["batches"][4].update(eggs="640000"), ["batches[4].eggs", "640000", "integer"]),
    "eggs as yes": (lambda d: d["batches"][4].update(eggs=True), ["batches[4].eggs", "integer"]),
    "no move on that day": (lambda d: d["batches"][4].update(move_under_way=1), ["batches[4].move_under_way"]),
    "harvest target": (lambda d: d["batches"][4].update(harvest_target_g=5.8), ["batches[4].harvest_target_g"]),
    "unknown geography": (
        lambda d: d["batches"][4].update(geography="Faroes"),
        ["batches[4].geography", "Faroes", "Faroe Islands"],
    ),
    "unknown key of a batch": (lambda d: d["batches"][4].update(egs=3), ["batches[4].egs", "did you mean 'eggs'"]),
    "unknown key at the top": (lambda d: d.update(sed=3), ["key sed", "did you mean 'seed'"]),
    "unknown key of the farm": (lambda d: d["farm"].update(sha=3), ["farm.sha", "sha256"]),
    "another format": (lambda d: d.update(format="smoltworks-schedule/2"), ["smoltworks-schedule/2"]),
    "as-of as a number": (lambda d: d.update(as_of=20251119), ["as_of", "20251119", "2025-11-19"]),
    "negative seed": (lambda d: d.update(seed=-1), ["seed", "-1"]),
    "five stages": (lambda d: d.update(stage_days=[90] * 5), ["stage_days"]),
    "no batches": (lambda d: d.update(batches=[]), ["batches"]),
    "partitions overlap": (lambda d: d.update(partitions=["1-6", "5-12"]), ["partitions[1]", "overlaps", "5-6"]),
    "partitions leave out": (lambda d: d.update(partitions=["1-6", "8-12"]), ["partitions[1]", "batch 7"]),
    "partitions stop short": (lambda d: d.update(partitions=["1-6"]), ["partitions", "7-12"]),
    "partitions go on": (lambda d: d.update(partitions=["1-13"]), ["partitions[0]", "12"]),
    "partition of words": (lambda d: d.update(partitions=["all"]), ["partitions[0]", "1-40"]),
    "name that leaves the runs' folder": (lambda d: d.update(name="../evil"), ["name", "../evil"]),
    "unknown farm": (lambda d: d["farm"].update(name="atlantis"), ["atlantis"]),
    "a list of nothing": (lambda d: d["batches"][0]["stays"].update(Fry=None), ["batches[0].stays.Fry"]),
}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda name: name.replace(" ", "-"))
def test_a_wrong_schedule_is_refused_with_its_culprit_even_when_rehashed(mutation: str, tmp_path: Path) -> None:
    change, culprits = MUTATIONS[mutation]
    data = yaml.safe_load(DEMO)
    change(data)
    path = tmp_path / "wrong.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True))
    for attempt in (lambda: read_any(path), lambda: rehash(path)):
        with pytest.raises(InputError) as caught:
            attempt()
        assert str(path) in str(caught.value) or "atlantis" in culprits
        for culprit in culprits:
            assert culprit in str(caught.value)


def test_a_batch_added_or_removed_without_rehash_is_noticed(tmp_path: Path) -> None:
    lines = DEMO.splitlines(keepends=True)
    path = tmp_path / "x.yaml"
    path.write_text("".join(lines[:-1]))
    with pytest.raises(InputError, match=r"batch_count says 12, but batches holds 11.*cut short"):
        read_any(path)
    path.write_text(DEMO + lines[-1].replace("SCO-2025-006", "SCO-2025-007"))
    with pytest.raises(InputError, match=r"batch_count says 12, but batches holds 13(.|\n)*SCO-2025-007"):
        read_any(path)


def test_a_farm_that_changed_since_is_refused_with_both_hashes(tmp_path: Path, demo: Schedule) -> None:
    (tmp_path / "farms").mkdir()
    farm = (ROOT / "schedules/farms/faroe-scotland.yaml").read_text()
    (tmp_path / "farms/faroe-scotland.yaml").write_text(farm.replace("price_per_kg: 3.20", "price_per_kg: 3.30"))
    path = tmp_path / "demo.yaml"
    path.write_text(DEMO)
    with pytest.raises(InputError, match=f"{demo.farm.sha256}.*--rehash|{demo.farm.sha256}(.|\n)*--rehash") as caught:
        read_any(path)
    renewed = rehash(path)
    path.write_text(renewed)
    again = read_any(path)
    assert again.farm.sha256 in str(caught.value)
    assert again.farm.sha256 != demo.farm.sha256
    assert again.batches == demo.batches


def test_an_absent_file_a_folder_and_a_farm_are_no_schedule(tmp_path: Path) -> None:
    for path, words in (
        (tmp_path / "none.yaml", "no such file"),
        (tmp_path, "is a folder"),
        (ROOT / "schedules/farms/faroe-scotland.yaml", "smoltworks-farm/1"),
    ):
        with pytest.raises(InputError, match=words):
            read_any(path)
