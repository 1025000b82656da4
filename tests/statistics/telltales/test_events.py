"""Storms, blooms and infections: whether neighbours have them too, and whether they come in good and bad years."""

from __future__ import annotations

from datetime import date

import pytest

from engine.statistics.telltales import events
from tests.statistics.hand_made import PLACES, Row, Rows, batch, day, ring, states
from tests.statistics.telltales.bounds import farm_records, inside

OF_PLACES = "storms, blooms and jellyfish that strike the area's other batch within 28 days"
INFECTIOUS = "PD, gill and heart disease that strike the area's other batch within 28 days"
DISPERSION = "storms, blooms and jellyfish, dispersion by month and geography"


def event(batch: int, kind: str, start: date, container: int | None = None) -> Row:
    return {"batch_id": batch, "container_id": container or batch, "kind": kind, "start_date": start}


def two_batches_in_an_area(*happened: Row, days: int = 100) -> Rows:
    """Batches 1 and 3 stand in area 1, batch 2 alone in area 2; what befell the area's other batch."""
    records = farm_records(
        container=[*PLACES["container"][:2], PLACES["container"][0] | {"id": 3}],
        batch=[batch(n) for n in (1, 2, 3)],
        container_assignment=[ring(n, n, container=n) for n in (1, 2, 3)],
        daily_state=[row for n in (1, 2, 3) for row in states(n, [1000] * days)],
        health_event=list(happened),
    )
    found = events.together(records)
    (place,), (infection,) = (inside(found, name) for name in (OF_PLACES, INFECTIOUS))
    return [
        {"value": found[name].value, "count": found[name].count, "inside": is_inside}
        for name, is_inside in ((OF_PLACES, place), (INFECTIOUS, infection))
    ]


def test_weather_strikes_both_batches_of_an_area() -> None:
    both, _ = two_batches_in_an_area(event(1, "STORM", day(10)), event(3, "STORM", day(12)))
    assert both == {"value": 100.0, "count": 2, "inside": True}
    one, _ = two_batches_in_an_area(event(1, "STORM", day(10)))
    assert one == {"value": 0.0, "count": 1, "inside": False}


def test_infections_pass_to_the_neighbour() -> None:
    _, both = two_batches_in_an_area(
        event(1, "PANCREAS_DISEASE", day(10)),
        event(3, "PANCREAS_DISEASE", day(38)),
        event(1, "GILL_DISEASE", day(10)),
        event(1, "HEART_DISEASE", day(10)),
    )
    assert both == {"value": 50.0, "count": 4, "inside": True}
    _, none = two_batches_in_an_area(event(1, "GILL_DISEASE", day(10)))
    assert none == {"value": 0.0, "count": 1, "inside": False}


@pytest.mark.parametrize(
    ("kind", "start"),
    [("STORM", day(39)), ("ALGAL_BLOOM", day(10))],
    ids=["five weeks later", "of another kind"],
)
def test_what_comes_later_or_is_something_else_is_not_the_same(kind: str, start: date) -> None:
    found, _ = two_batches_in_an_area(event(1, "STORM", day(10)), event(3, kind, start))
    assert (found["value"], found["count"]) == (0.0, 2)


def test_an_event_without_a_neighbour_is_no_witness() -> None:
    alone, _ = two_batches_in_an_area(event(2, "STORM", day(10)))
    empty, _ = two_batches_in_an_area(event(1, "STORM", day(60)), days=50)  # all have left by then
    assert alone == empty == {"value": None, "count": 0, "inside": None}


def test_rings_struck_together_are_one_event() -> None:
    found, _ = two_batches_in_an_area(*(event(1, "STORM", day(10), container=1) for _ in range(5)))
    assert found["count"] == 1


def test_good_and_bad_years() -> None:
    """Three Januaries of one geography: a storm in each, or all three in one of them."""
    for years, value, natural in (((0, 1, 2), 0.0, False), ((2, 2, 2), 3.0, True)):
        records = farm_records(
            batch=[batch(1)],
            container_assignment=[ring(1, 1)],
            daily_state=states(1, [1000] * 1400),
            health_event=[event(1, "STORM", date(2021 + year, 1, 5 + n), container=1) for n, year in enumerate(years)],
        )
        found = events.together(records)
        assert found[DISPERSION].value == pytest.approx(value)
        assert inside(found, DISPERSION) == [natural]
        assert found[DISPERSION].count == 46  # months from March 2020 to December 2023
