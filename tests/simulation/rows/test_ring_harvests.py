"""Once a harvest is decided, each ring has its day; what was done by then was done as planned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.simulation.harvest.planned import planned_harvest_days
from engine.simulation.record import Treatment
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.ring_harvests import ring_harvests
from engine.simulation.setting import days_of_rest
from lake.codes import SEA
from tests.simulation.trade_lives import LivedTo, changed, harvest_days

HARVESTED, ENDED, AT_SEA = 0, 1, 2  # positions in the small schedule


def test_rings_are_emptied_on_the_days_planned_at_the_decision(lives: list[BatchLife]) -> None:
    for position in (HARVESTED, ENDED):
        life = lives[position]
        planned = planned_harvest_days(life.schedule, life.history)
        assert len(planned) == 3
        assert sorted(planned.tolist()) == harvest_days(life.history)


def test_before_the_decision_no_ring_has_a_day(lives: list[BatchLife]) -> None:
    assert len(planned_harvest_days(lives[AT_SEA].schedule, lives[AT_SEA].history)) == 0
    assert len(ring_harvests(lives[AT_SEA]).due) == 0


def test_what_was_planned_before_the_as_of_date_is_what_came(lives: list[BatchLife], lived_to: LivedTo) -> None:
    whole = lives[HARVESTED]
    planned = planned_harvest_days(whole.schedule, whole.history)
    for as_of in (whole.history.trigger_day + 1, int(planned.max())):
        life = lived_to(HARVESTED, as_of)
        found = ring_harvests(life)
        np.testing.assert_array_equal(found.due, planned)
        assert found.status == tuple("COMPLETED" if day < as_of else "PENDING" for day in planned.tolist())
        np.testing.assert_array_equal(found.done_us > 0, planned < as_of)
        assert found.container_id.tolist() == list(life.stages[-1].container_ids)


def test_a_ring_that_a_treatment_withholds_is_planned_later(lives: list[BatchLife]) -> None:
    whole = lives[HARVESTED]
    decided = whole.history.trigger_day
    planned = planned_harvest_days(whole.schedule, changed(whole, treatments=()).history)
    bath = Treatment(stage=SEA, container=0, day=decided, method="BATH", efficacy=0.9, loss=0.0)
    found = planned_harvest_days(whole.schedule, replace(whole.history, treatments=(bath,)))
    rest = whole.schedule.biology.model.treatments.methods.of("BATH").withholding_days
    # the first day of work from then on
    kinds = days_of_rest(whole.schedule.region_of(whole.history.batch))
    assert found[0] >= decided + rest + 1 > planned[0]
    assert kinds[decided + rest + 1 : found[0]].all()
    later = replace(bath, day=decided + 1)  # ordered, and called off by the decision
    assert planned_harvest_days(whole.schedule, replace(whole.history, treatments=(later,)))[0] == planned[0]
