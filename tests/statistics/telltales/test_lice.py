"""Lice that a farm's rings share, that neighbours pass on, and what people do about them."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.statistics.telltales import lice
from engine.statistics.telltales.frames import FarmRecords
from tests.statistics.hand_made import PLACES, Row, Rows, batch, day, evening, harvested, lot, ring, states, treatment
from tests.statistics.telltales.bounds import farm_records, inside

SHARE = "adult female lice, share of the variance of their logarithm between farm-weeks, Scotland"
NEXT = "adult female lice, correlation of their logarithm with the next week's, Scotland"
CV = "adult female lice, CV between the rings of a farm, median, Scotland"
ABOVE_1 = "farm-weeks above 1 of the adult female lice a fish, Scotland"
ABOVE_2 = "farm-weeks above 2 of the adult female lice a fish, Scotland"
IN_MAY = "sites above 2 of the adult female lice a fish in May, Scotland"
LAGGED = "lice attached, regressed on adult females 3 weeks before"
SOON, AT_ONCE = (f"counts above the limit followed within 2 {unit}" for unit in ("weeks", "days"))


def count(stay: int, n: int, females: float) -> Rows:
    """A count of 100 fish on a day: adult females of the salmon louse, and others that don't matter."""
    what = {"assignment_id": stay, "count_date": evening(n), "fish_sampled": 100}
    return [
        what | {"lice_type_id": 1, "count_value": round(100 * females)},
        what | {"lice_type_id": 2, "count_value": 77},
    ]


def scottish_counts(levels: NDArray[np.float64]) -> FarmRecords:
    """levels: farm, ring, week; each farm stands in an area of its own."""
    farms, rings, weeks = levels.shape
    stays = [(1 + farm * rings + n, farm + 1, levels[farm, n]) for farm in range(farms) for n in range(rings)]
    area = PLACES["container"][1]
    return farm_records(
        container=[area | {"id": farm, "area_id": farm} for farm in range(1, farms + 1)],
        batch=[batch(farm, geography=2) for farm in range(1, farms + 1)],
        container_assignment=[ring(stay, farm, container=farm) for stay, farm, _ in stays],
        lice_count=[
            row for stay, _, of in stays for week in range(weeks) for row in count(stay, 2 + 7 * week, of[week])
        ],
    )


def test_rings_of_a_farm_share_their_lice() -> None:
    """A farm's course through the weeks with rings about it, against rings on their own about a constant."""
    rng = np.random.default_rng(2)
    course = [rng.normal(size=(20, 1))]
    for _ in range(59):
        course.append(0.92 * course[-1] + math.sqrt(1 - 0.92**2) * rng.normal(size=(20, 1)))
    shared = np.stack(course, axis=2) + 0.5 * rng.normal(size=(20, 8, 60))
    alone = rng.normal(size=(20, 8, 60))
    found = lice.farm_weeks(scottish_counts(0.4 * np.exp(shared)))
    names = (SHARE, NEXT, CV, ABOVE_1)
    assert inside(found, *names) == [True] * 4, [found[name].value for name in names]
    assert [found[name].count for name in names] == [9600, 160 * 59, found[CV].count, 1200]
    apart = lice.farm_weeks(scottish_counts(1.2 * np.exp(alone)))
    assert inside(apart, *names) == [False] * 4, [apart[name].value for name in names]
    assert apart[SHARE].value == pytest.approx(0, abs=0.03)


def test_farm_weeks_with_many() -> None:
    """Ten farms for a week: of two rings each, whose mean is what counts; May is day 62 to 92 at sea."""
    means = np.array([0.1] * 8 + [1.5, 2.5])
    for spread in (0.0, 1.0):
        rings = np.stack([means * (1 - spread), means * (1 + spread)], axis=1)
        found = lice.farm_weeks(scottish_counts(rings[:, :, None].repeat(9, axis=2)))
        assert [found[name].value for name in (ABOVE_1, ABOVE_2)] == [20.0, 10.0]
        assert found[IN_MAY].count == 0  # day 58 is the last
    may = lice.farm_weeks(scottish_counts(np.stack([means, means], axis=1)[:, :, None].repeat(12, axis=2)))
    assert (may[IN_MAY].value, may[IN_MAY].count) == (10.0, 10)
    assert inside(may, ABOVE_1, ABOVE_2, IN_MAY) == [True] * 3
    none = lice.farm_weeks(scottish_counts(np.full((10, 2, 12), 0.1)))
    assert inside(none, ABOVE_1, ABOVE_2, IN_MAY) == [False] * 3


def infected(own: float, beside: float, around: float) -> FarmRecords:
    """Two batches in each of three areas 22 km apart in a row, and of one far off; the attached follow the females."""
    rng = np.random.default_rng(4)
    farms = {n: (n + 1) // 2 for n in range(1, 9)}
    near: dict[int, tuple[int, ...]] = {1: (2,), 2: (1, 3), 3: (2,), 4: ()}
    weeks = 60
    females = {n: rng.normal(size=weeks) for n in farms}
    rows: Rows = []
    for n, area in farms.items():
        other = next(m for m in farms if m != n and farms[m] == area)
        for week in range(3, weeks):
            before = week - 3
            drawn = own * females[n][before] + beside * females[other][before]
            if near[area]:
                drawn += around * np.mean([females[m][before] for m in farms if farms[m] in near[area]])
            rows.append(truth(n, week, math.exp(drawn), math.exp(females[n][week])))
        rows += [truth(n, week, 1.0, math.exp(females[n][week])) for week in range(3)]
    return farm_records(
        area=[
            {"id": n, "geography_id": 1, "latitude": latitude, "longitude": -7.0}
            for n, latitude in enumerate((62.0, 62.2, 62.4, 63.0), 1)
        ],
        container=[PLACES["container"][0] | {"id": area, "area_id": area} for area in near],
        batch=[batch(n) for n in farms],
        container_assignment=[ring(n, n, container=area) for n, area in farms.items()],
        lice_truth=rows,
    )


def truth(stay: int, week: int, attached: float, females: float) -> Row:
    less = lice.MIN_ATTACHED  # what is added before the logarithm
    return {
        "assignment_id": stay,
        "date": day(2 + 7 * week),
        "attached": attached - less,
        "adult_female": females - less,
    }


def test_neighbours_pass_their_lice_on() -> None:
    """Exactly the coefficients that went in come out; the far area has no neighbour, and so no say."""
    names = [f"{LAGGED}, {where}" for where in ("own", "other batch in the area", "areas within 30 km")]
    for coefficients, natural in (((0.6, 0.3, 0.2), [True] * 3), ((0.6, 0.0, 0.0), [True, False, False])):
        found = lice.neighbours(infected(*coefficients))
        assert [found[name].value for name in names] == pytest.approx(list(coefficients), abs=1e-9)
        assert {found[name].count for name in names} == {6 * 57}
        assert inside(found, *names) == natural


def test_without_variation_there_is_no_regression() -> None:
    records = infected(0.6, 0.3, 0.2)
    rows = [truth(n, week, 1.0, 1.0) for n in range(1, 9) for week in range(60)]
    still = FarmRecords(dict(records.tables) | {"lice_truth": farm_records(lice_truth=rows).tables["lice_truth"]})
    found = lice.neighbours(still)
    assert [measure.value for measure in found.values()] == [None] * 3


def answered(*acts: int, counted: int = 30, last: int = 80, harvest: bool = False) -> list[tuple[float | None, int]]:
    """A farm above the limit in a week and the next, with acts on days; what of it is answered soon, and at once."""
    done: dict[str, Rows] = {"treatment": [treatment(n, 1, act) for n, act in enumerate(acts)]}
    if harvest:
        done = {"harvest_event": [harvested(1, 1000, n=act) for act in acts], "harvest_lot": [lot(1, 1000)]}
    records = farm_records(
        batch=[batch(1)],
        container_assignment=[ring(1, 1), ring(2, 1)],
        lice_limit=[{"geography_id": 1, "month": month, "adult_female_limit": 0.5} for month in range(1, 13)],
        lice_count=[
            *(row for stay in (1, 2) for n in (counted, counted + 7) for row in count(stay, n, 0.6)),
            *(row for stay in (1, 2) for row in count(stay, last, 0.1)),
        ],
        **done,
    )
    found = lice.limits(records)
    return [(found[name].value, found[name].count) for name in (SOON, AT_ONCE)]


def test_what_follows_a_count_above_the_limit() -> None:
    assert answered(35) == [(100.0, 1), (0.0, 1)]
    assert answered(31) == [(100.0, 1), (100.0, 1)]
    assert answered(44) == [(100.0, 1), (0.0, 1)]
    assert answered(45) == [(0.0, 1), (0.0, 1)]
    assert answered(29) == answered() == [(0.0, 1), (0.0, 1)]  # before, or never
    assert answered(40, harvest=True) == [(100.0, 1), (0.0, 1)]
    assert answered(counted=70) == [(None, 0), (None, 0)]  # no time to answer is left


def test_answers_by_the_shipped_bounds() -> None:
    """Of three farms two answer after days; or each at once."""
    for waits, natural in (((5, 9, None), True), ((0, 1, 0), False)):
        records = farm_records(
            batch=[batch(n) for n in (1, 2, 3)],
            container_assignment=[ring(n, n) for n in (1, 2, 3)],
            lice_limit=[{"geography_id": 1, "month": month, "adult_female_limit": 0.5} for month in range(1, 13)],
            lice_count=[row for n in (1, 2, 3) for row in (*count(n, 30, 0.6), *count(n, 80, 0.1))],
            treatment=[treatment(n, n, 30 + wait) for n, wait in enumerate(waits, 1) if wait is not None],
        )
        assert inside(lice.limits(records), SOON, AT_ONCE) == [natural] * 2


def test_warm_water_makes_treatments_dearer() -> None:
    name = "fish lost to treatments above 12 degC over below 9 degC"
    for warm, ratio, natural in ((0.02, 2.0, True), (0.01, 1.0, False)):
        temperatures = [8.0, 10.0, 13.0]
        records = farm_records(
            batch=[batch(1)],
            container_assignment=[ring(1, 1)],
            daily_state=states(1, [1000] * 30, temp_c=[temperatures[n // 10] for n in range(30)]),
            treatment=[treatment(n, 1, 10 * n - 5) for n in (1, 2, 3)],
            treatment_truth=[{"treatment_id": n, "expected_loss": e} for n, e in ((1, 0.01), (2, 0.5), (3, warm))],
        )
        found = lice.treatment_conditions(records)
        assert found[name].value == pytest.approx(ratio)
        assert found[name].count == 1
        assert inside(found, name) == [natural]


def test_a_vessel_treats_as_many_as_the_day_allows() -> None:
    name = "days of treatment at which an area has the commonest number of rings treated"
    for rings_a_day, share, natural in (((3, 2, 3, 1), 50.0, True), ((1, 1, 1, 1), 100.0, False)):
        records = farm_records(
            batch=[batch(1)],
            container_assignment=[ring(n, 1) for n in (1, 2, 3)],
            treatment=[
                treatment(10 * n + stay, stay, 20 + 30 * n)
                for n, rings in enumerate(rings_a_day)
                for stay in range(1, rings + 1)
            ],
        )
        found = lice.treatment_conditions(records)
        assert (found[name].value, found[name].count) == (share, 4)
        assert inside(found, name) == [natural]


def test_weeks_begin_on_mondays() -> None:
    """Counts of a Sunday and of the next day are of two weeks, two of one week are one."""
    rows = [*count(1, 8, 0.2), *count(1, 9, 0.4), *count(1, 11, 0.8)]
    records = farm_records(batch=[batch(1)], container_assignment=[ring(1, 1)], lice_count=rows)
    weeks = records.females.select("week", "date", "females").rows()
    monday = day(9)
    assert weeks == [(monday - timedelta(7), day(8), 0.2), (monday, monday, pytest.approx(0.6))]
