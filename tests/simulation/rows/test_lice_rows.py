"""Lice and treatments as rows: no louse is lost, outcomes follow the counts, the past stays as it was."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.farm.schedule import Schedule
from engine.simulation.lice.identification import CALIGUS, LICE_TYPES, SALMON_LOUSE, LiceShares, identify_lice
from engine.simulation.numerics import arithmetic as am
from engine.simulation.record import BatchHistory
from engine.simulation.rows.lice import lice_tables, type_positions
from engine.simulation.setting import vaccination_day
from lake.codes import SEA
from lake.errors import InputError
from tests.simulation.eventful import EventfulLife, Rows, cut, life_of_batch, rows_of
from tests.simulation.trade_lives import alone

EPOCH = date(1970, 1, 1)
ATTACHED, MOBILE, FEMALE = (
    {("female", "copepodid"), ("male", "copepodid"), ("female", "chalimus"), ("male", "chalimus")},
    {("female", "pre-adult"), ("male", "pre-adult"), ("male", "adult")},
    {("female", "adult")},
)


@pytest.fixture(scope="module")
def lived(eventful_life: EventfulLife) -> BatchHistory:
    """A batch harvested ring by ring."""
    return eventful_life(0)[0]


@pytest.fixture(scope="module")
def rows(eventful_life: EventfulLife) -> Rows:
    return eventful_life(0)[1]


def day_of(moment: datetime | date) -> int:
    return ((moment.date() if isinstance(moment, datetime) else moment) - EPOCH).days


def counts(schedule: Schedule, rows: Rows) -> dict[tuple[int, int], dict[tuple[str, str, str], int]]:
    """Lice by type, of each (assignment, day), with 0 of those that have no row."""
    types = [(t.species, t.gender, t.stage) for t in schedule.farm.model.master.lice_types]
    found: dict[tuple[int, int], dict[tuple[str, str, str], int]] = {}
    told = set()
    for row in rows["lice_count"]:
        kind = types[row["lice_type_id"] - 1]
        at = row["assignment_id"], day_of(row["count_date"])
        assert (at, kind) not in told
        told.add((at, kind))
        found.setdefault(at, dict.fromkeys(types, 0))[kind] = row["count_value"]
    return found


def test_every_louse_counted_has_a_type(small_schedule: Schedule, lived: BatchHistory, rows: Rows) -> None:
    sea, ids = lived.stages[-1], life_of_batch(small_schedule, lived).ids[-1]
    assert sea.lice is not None
    found = counts(small_schedule, rows)
    expected = {}
    for c, assignment in enumerate(ids.tolist()):
        for w, day in enumerate(sea.lice.day.tolist()):
            if sea.lice.sampled[c, w]:
                expected[assignment, day] = sea.lice.counted[c, w].tolist()
    sums = {
        at: [sum(of[SALMON_LOUSE, *kind] for kind in stage) for stage in (ATTACHED, MOBILE, FEMALE)]
        for at, of in found.items()
    }
    assert sums == expected
    assert sum(map(sum, expected.values())) > 0


def test_a_count_has_a_row_for_each_type_found_as_the_applications_users_enter_them(
    small_schedule: Schedule, lived: BatchHistory
) -> None:
    """One row of none where nothing was found; and the truth tells how many rows there must be."""
    sea = lived.stages[-1]
    assert sea.lice is not None
    # the salmon lice of half of the counts are put away: some counts then find nothing at all
    fewer = np.where(np.arange(len(sea.lice.day))[:, None] % 2, sea.lice.counted, 0)
    history = replace(lived, stages=(*lived.stages[:-1], replace(sea, lice=replace(sea.lice, counted=fewer))))
    rows = rows_of(small_schedule, history)
    types = [(t.species, t.gender, t.stage) for t in small_schedule.farm.model.master.lice_types]
    by_count = defaultdict(list)
    for row in rows["lice_count"]:
        by_count[row["assignment_id"], row["count_date"].date()].append(row)
    empty = 0
    for truth in rows["lice_truth"]:
        told = by_count.pop((truth["assignment_id"], truth["date"]))
        assert {r["fish_sampled"] for r in told} == {truth["fish_sampled"]}
        assert sum(r["count_value"] for r in told) == truth["lice_counted"]
        if truth["types_found"]:
            assert len(told) == truth["types_found"] == sum(r["count_value"] > 0 for r in told)
        else:
            (only,) = told
            assert only["count_value"] == 0
            assert types[only["lice_type_id"] - 1] == (SALMON_LOUSE, "female", "adult")
            empty += 1
    assert not by_count
    assert 0 < empty < len(rows["lice_truth"]) / 2


def test_counts_stand_in_order_within_the_stay_and_a_working_morning(
    small_schedule: Schedule, lived: BatchHistory, rows: Rows
) -> None:
    sea, model = lived.stages[-1], small_schedule.biology.model.lice_counts
    keys = [(r["assignment_id"], r["count_date"], r["lice_type_id"]) for r in rows["lice_count"]]
    assert keys == sorted(set(keys))
    ids = life_of_batch(small_schedule, lived).ids[-1].tolist()
    for row in rows["lice_count"]:
        ring = ids.index(row["assignment_id"])
        assert row["container_id"] == sea.container_ids[ring]
        assert sea.start_day <= day_of(row["count_date"]) < sea.start_day + sea.days_lived[ring]
        assert model.first_hour_utc <= row["count_date"].hour < model.last_hour_utc
        assert row["fish_sampled"] == 20
        assert 0.5 < row["confidence_level"] <= 1
    of_a_day = defaultdict(set)
    for row in rows["lice_count"]:
        of_a_day[row["count_date"].date()].add(row["detection_method"])
    assert {len(methods) for methods in of_a_day.values()} == {1}


SHARES = LiceShares(
    copepodid=0.3,
    female=0.5,
    pre_adult_female=0.39,
    pre_adult_male=0.30,
    caligus_mean=0.25,
    caligus_amplitude=0.8,
    caligus_peak_turns=9.5 / 12.0,
    caligus_sdlog=0.9,
    caligus_juvenile=0.15,
)


def identified(counted: np.ndarray, day: np.ndarray) -> np.ndarray:
    n, weeks, _ = counted.shape
    keys = np.random.default_rng(3).integers(0, 1 << 63, (n,), dtype=np.uint64)
    sampled = np.full((n, weeks), 20)
    return identify_lice(keys=keys, first_day=0, day=day, counted=counted, sampled=sampled, shares=SHARES)[0]


def test_stages_and_sexes_are_binomial_shares_of_what_was_seen() -> None:
    attached, mobile = 40, 300
    counted = np.tile(np.array([attached, mobile, 11]), (300, 20, 1))
    count = identified(counted, 7 * np.arange(20)).reshape(-1, len(LICE_TYPES))
    n = len(count)
    assert (count[:, 3] == 11).all()
    assert (count[:, [0, 1, 4, 5]].sum(axis=1) == attached).all()
    assert (count[:, [2, 6, 7]].sum(axis=1) == mobile).all()
    for columns, trials, share in (
        ([0, 4], attached, 0.3),
        ([0, 1], attached, 0.5),
        ([2], mobile, 0.39),
        ([6], mobile, 0.30),
        ([7], mobile, 0.31),
    ):
        seen = count[:, columns].sum(axis=1)
        sd = math.sqrt(trials * share * (1 - share))
        assert abs(seen.mean() - trials * share) < 4 * sd / math.sqrt(n), columns
        assert abs(seen.var() / sd**2 - 1) < 4 * math.sqrt(2 / n), columns


def test_caligus_has_its_season_and_is_overdispersed() -> None:
    """Mean by month as a cosine around the peak in October; at one time, variance mean + mean^2 (e^(sd^2) - 1)."""
    peak, trough = round((9.5 / 12) * 365.2425), round((3.5 / 12) * 365.2425)
    none = np.zeros((20_000, 1, 3), dtype=np.int64)
    at_peak = identified(none, np.array([peak]))[:, 0, 8:].sum(axis=1)
    at_trough = identified(none, np.array([trough]))[:, 0, 8:].sum(axis=1)
    for seen, season in ((at_peak, 1.8), (at_trough, 0.2)):
        mean = 20 * 0.25 * season
        variance = mean + mean**2 * (math.exp(0.9**2) - 1)
        assert seen.mean() == pytest.approx(mean, abs=4 * math.sqrt(variance / len(seen)))
        assert seen.var() == pytest.approx(variance, rel=0.25)
    count = identified(none, np.array([peak]))[:, 0].sum(axis=0)
    juveniles, adults = count[8] + count[10], count[9] + count[11]
    share = juveniles / (juveniles + adults)
    assert share == pytest.approx(0.15, abs=4 * math.sqrt(0.15 * 0.85 / (juveniles + adults)))
    assert (count[8] + count[9]) / (juveniles + adults) == pytest.approx(0.5, abs=0.01)


def test_what_one_ring_shows_in_a_week_changes_nothing_else() -> None:
    counted = np.random.default_rng(1).poisson(15, (4, 10, 3))
    day = 7 * np.arange(10)
    before = identified(counted, day)
    counted[2, 5] += [400, 90, 3]
    changed = before != identified(counted, day)
    assert changed[2, 5, :8].any()
    changed[2, 5, :8] = False
    assert not changed.any()


@given(st.integers(0, 400), st.floats(0, 1), st.floats(1e-9, 1 - 1e-9))
def test_a_binomial_quantile_is_that_of_the_exact_distribution(trials: int, share: float, u: float) -> None:
    """Exact by inversion; within one beyond 30 expected successes or failures."""
    total, exact = 0.0, trials
    for k in range(trials + 1):
        total += math.comb(trials, k) * share**k * (1 - share) ** (trials - k)
        if total >= u:
            exact = k
            break
    found = am.binomial_quantile(trials, share, u)
    assert 0 <= found <= trials
    assert abs(found - exact) <= (1 if 1e-4 < u < 1 - 1e-4 else 2)


def test_the_truth_of_lice_stands_for_every_count(small_schedule: Schedule, lived: BatchHistory, rows: Rows) -> None:
    sea = lived.stages[-1]
    assert sea.lice is not None
    found = {(r["assignment_id"], day_of(r["date"])): r for r in rows["lice_truth"]}
    assert len(found) == len(rows["lice_truth"])
    assert found.keys() == counts(small_schedule, rows).keys()
    ids = life_of_batch(small_schedule, lived).ids[-1].tolist()
    for (assignment, day), row in found.items():
        c, w = ids.index(assignment), sea.lice.day.tolist().index(day)
        for name in ("attached", "mobile", "adult_female"):
            assert float(row[name]) == pytest.approx(getattr(sea.lice, name)[c, w], abs=6e-5)
        assert float(row["external_pressure"]) == pytest.approx(sea.lice.pressure[c, w], abs=6e-5)


def test_a_treatment_row_for_each_treatment_and_each_tank_vaccinated(
    small_schedule: Schedule, lived: BatchHistory, rows: Rows
) -> None:
    mortality = small_schedule.biology.model.mortality
    stage = next(s for s in lived.stages if s.stage == mortality.vaccination_stage)
    life = life_of_batch(small_schedule, lived)
    day = vaccination_day(small_schedule, lived.batch, stage.stage, stage.start_day)
    vaccinated = {(int(id_), stage.start_day + day, "VACCINE", 0.0) for id_ in life.ids[lived.stages.index(stage)]}
    treated = {(int(life.ids[-1][t.container]), t.day, t.method, round(t.efficacy, 5)) for t in lived.treatments}
    truth = {r["treatment_id"]: r for r in rows["treatment_truth"]}
    found = {
        (r["batch_assignment_id"], day_of(r["treatment_date"]), r["method"], float(truth[r["id"]]["efficacy"]))
        for r in rows["treatment"]
    }
    assert found == vaccinated | treated
    assert len(rows["treatment"]) == len(truth) == len(found) > len(vaccinated) > 0


def test_treatments_are_told_as_the_biology_and_the_farm_name_them(small_schedule: Schedule, rows: Rows) -> None:
    policy, farm = small_schedule.biology.model.treatments, small_schedule.farm
    order = [(r["treatment_date"], r["container_id"]) for r in rows["treatment"]]
    assert order == sorted(order)
    kinds = {"THERMAL": "physical", "MECHANICAL": "physical", "FRESHWATER": "other", "H2O2": "medication"}
    kinds |= {"BATH": "medication", "VACCINE": "vaccination"}
    journal = {r["id"]: r for r in rows["journal_entry"]}
    for row in rows["treatment"]:
        assert row["treatment_type"] == kinds[row["method"]]
        told = policy.vaccination if row["method"] == "VACCINE" else policy.methods.of(row["method"])
        assert row["dosage"] == told.dosage
        assert row["withholding_period_days"] == told.withholding_days
        assert (row["vaccination_type_id"] is not None) == (row["method"] == "VACCINE")
        if row["vaccination_type_id"] is not None:
            assert farm.model.master.vaccination_types[row["vaccination_type_id"] - 1] == "Combined"
        assert farm.container(row["container_id"]).name in row["description"]
        entry = journal[row["journal_entry_id"]]
        assert entry["entry_date"].date() == row["treatment_date"].date()
        assert entry["entry_date"] > row["treatment_date"]
        assert entry["category"] == ("vaccination" if row["method"] == "VACCINE" else "treatment")
        assert entry["container_id"] in (None, row["container_id"])
    methods = {r["method"] for r in rows["treatment"]}
    assert "VACCINE" in methods
    assert 3 < len(methods) <= len(kinds)


def mobile_by_count(schedule: Schedule, rows: Rows) -> dict[int, list[tuple[int, int]]]:
    """(day, mobile lice and adult females) by assignment, in time."""
    found = defaultdict(list)
    for (assignment, day), of in sorted(counts(schedule, rows).items()):
        found[assignment].append((day, sum(of[SALMON_LOUSE, *kind] for kind in MOBILE | FEMALE)))
    return found


def judged(before: int | None, after: int | None) -> str:
    """The outcome by the counts on either side, all of 20 fish."""
    if before is None or after is None:
        return "pending"
    if after <= 0.3 * before + 1e-9:
        return "successful"
    return "partial" if after <= 0.7 * before + 1e-9 else "unsuccessful"


def outcomes(schedule: Schedule, rows: Rows) -> set[str]:
    """The outcomes of the treatments against lice, each checked against the rows of the counts."""
    seen = mobile_by_count(schedule, rows)
    found = set()
    for row in (r for r in rows["treatment"] if r["method"] != "VACCINE"):
        day, of = day_of(row["treatment_date"]), seen[row["batch_assignment_id"]]
        before = [lice for d, lice in of if d <= day]
        after = [lice for d, lice in of if d > day]
        expected = judged(before[-1] if before else None, after[0] if after else None)
        assert row["outcome"] == expected, row
        found.add(expected)
    return found


def test_an_outcome_follows_from_the_counts_on_either_side(
    small_schedule: Schedule, lived: BatchHistory, rows: Rows
) -> None:
    sea = lived.stages[-1]
    assert sea.lice is not None
    # make the lice fall after the first treatments by shares that span the thresholds
    counted = sea.lice.counted.copy()
    for i, treatment in enumerate(lived.treatments):
        w = int(np.searchsorted(sea.lice.day, treatment.day, side="right"))
        counted[treatment.container, w:] = counted[treatment.container, w - 1] * (10 - 2 * (i % 5)) // 10
    told = replace(lived, stages=(*lived.stages[:-1], replace(sea, lice=replace(sea.lice, counted=counted))))
    assert outcomes(small_schedule, rows_of(small_schedule, told)) == {"successful", "partial", "unsuccessful"}
    day = lived.treatments[-1].day + 1
    early = rows_of(replace(small_schedule, as_of_day=day), cut(lived, day))
    assert "pending" in outcomes(small_schedule, early)
    assert outcomes(small_schedule, rows) <= {"successful", "partial", "unsuccessful"}


def test_a_treatment_begins_after_that_days_count(small_schedule: Schedule, lived: BatchHistory) -> None:
    sea = lived.stages[-1]
    assert sea.lice is not None
    same = replace(lived.treatments[0], day=int(sea.lice.day[20]))
    rows = rows_of(small_schedule, replace(lived, treatments=(same,)))
    treated = next(r for r in rows["treatment"] if r["method"] != "VACCINE")
    counted = [r for r in rows["lice_count"] if r["assignment_id"] == treated["batch_assignment_id"]]
    that_day = [r["count_date"] for r in counted if r["count_date"].date() == treated["treatment_date"].date()]
    assert that_day
    assert max(that_day) < treated["treatment_date"]


def test_a_weighing_is_told_only_where_fish_were_weighed(small_schedule: Schedule, lived: BatchHistory) -> None:
    weighed = life_of_batch(small_schedule, lived).weighings.stages[-1]
    there = int(weighed.container[5])
    on = replace(lived.treatments[0], container=there, day=int(weighed.day[5]))
    off = replace(on, day=on.day + 1)
    rows = rows_of(small_schedule, replace(lived, treatments=(on, off)))
    told = {day_of(r["treatment_date"]): r["includes_weighing"] for r in rows["treatment"] if r["method"] == on.method}
    assert told == {on.day: True, off.day: False}


def test_a_batch_without_lice_or_treatments_has_no_such_rows(
    small_schedule: Schedule, histories: list[BatchHistory]
) -> None:
    sea = histories[0].stages[-1]
    quiet = replace(histories[0], stages=(*histories[0].stages[:3], replace(sea, lice=None)), treatments=())
    tables = alone(lice_tables, life_of_batch(small_schedule, quiet))
    assert all(len(made["batch_id"]) == 0 for made in tables.values())


def test_a_farm_without_a_type_of_the_salmon_louse_is_refused(small_schedule: Schedule) -> None:
    farm = small_schedule.farm
    known = farm.model.master.lice_types

    def with_types(types: list[Any]) -> Any:
        model = farm.model.model_copy(update={"master": farm.model.master.model_copy(update={"lice_types": types})})
        return replace(farm, model=model)

    with pytest.raises(InputError, match="chalimus"):
        type_positions(with_types([t for t in known if t.stage != "chalimus"]))
    # Caligus may be left out, and types that nobody sees may be there
    other = known[0].model_copy(update={"species": "Unknown"})
    kept = [other, *(t for t in known if t.species != CALIGUS)]
    assert type_positions(with_types(kept)).tolist() == [-1, *range(8)]


def test_a_vaccine_that_the_farm_does_not_know_is_refused(small_schedule: Schedule, lived: BatchHistory) -> None:
    farm = small_schedule.farm
    master = farm.model.master.model_copy(update={"vaccination_types": ["Furunculosis"]})
    poorer = replace(farm, model=farm.model.model_copy(update={"master": master}))
    with pytest.raises(InputError, match="'Combined' is no vaccination type"):
        alone(lice_tables, life_of_batch(replace(small_schedule, farm=poorer), lived))


@pytest.mark.parametrize("which", [0, 2])
@pytest.mark.parametrize("days_before", [1, 37, 100, 333])
def test_a_later_as_of_date_changes_only_what_was_pending(
    small_schedule: Schedule, eventful_life: EventfulLife, which: int, days_before: int
) -> None:
    late, after = eventful_life(which)
    day = late.stages[-1].end_day - days_before
    before = rows_of(replace(small_schedule, as_of_day=day), cut(late, day))
    as_of = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)
    for table, moment in (("lice_count", "count_date"), ("treatment", "treatment_date")):
        known = [r for r in after[table] if r[moment] < as_of]
        assert len(known) == len(before[table])
        for then, now in zip(before[table], known, strict=True):
            if table == "treatment" and then["outcome"] == "pending":
                now = now | {"outcome": "pending"}
            assert then == now
    assert before["lice_truth"] == [r for r in after["lice_truth"] if r["date"] < as_of.date()]
    assert before["treatment_truth"] == after["treatment_truth"][: len(before["treatment"])]


def test_the_sea_of_the_schedule_is_told_whole(
    small_schedule: Schedule, histories: list[BatchHistory], care_rows: list[Rows]
) -> None:
    """What the simulation itself lived through, not made by hand."""
    counted = 0
    for history, rows in zip(histories, care_rows, strict=True):
        outcomes(small_schedule, rows)
        if history.stages[-1].stage == SEA:
            lice = history.stages[-1].lice
            assert lice is not None
            assert len(counts(small_schedule, rows)) == int((lice.sampled > 0).sum())
            assert sum(r["lice_counted"] for r in rows["lice_truth"]) >= int(lice.counted.sum())
            counted += len(rows["lice_count"])
    assert counted > 0
