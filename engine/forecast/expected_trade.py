"""How many rows a batch's feeding, harvest and payments will hold, from its life in representative containers."""

from __future__ import annotations

import numpy as np

from engine.farm.schedule import Schedule, Stay
from engine.simulation.feed.provision import expected_lots
from engine.simulation.harvest.lots import reap
from engine.simulation.record import BatchHistory, StageHistory
from lake.codes import SEA


def trade_rows(
    schedule: Schedule, history: BatchHistory, stay: Stay, stage: StageHistory, whole: np.ndarray
) -> dict[str, int]:
    """Expected rows of one stay up to the as-of date; `whole`: days that each of its containers is lived in at all."""
    model = schedule.biology.model
    lived = np.minimum(whole, schedule.as_of_day - stay.start_day)
    lots = expected_lots(schedule, history, stage, stay.container_ids, lived)
    rows = {
        "feeding_event": sum(2 * int((stage.ration[0, :days] > 1).sum()) for days in lived),
        "feed_purchase": len(lots.day),
        "feed_container_stock": int((lots.left >= 50).sum()) if (whole > lived).any() else 0,
    }
    if stay.stage == SEA or model.stages.fcr[stay.stage - 1] > 0:
        periods = -(-lived // model.feed.summary_days)
        rows["container_feeding_summary"] = int(periods.sum())
        rows["batch_feeding_summary"] = int(periods.max())
    if stay.stage == SEA:
        rows["intercompany_transaction"] = 1
        rows |= _harvest_rows(schedule, history, int((stay.start_day + whole <= schedule.as_of_day).sum()))
    return rows


def _harvest_rows(schedule: Schedule, history: BatchHistory, emptied: int) -> dict[str, int]:
    """Rows of `emptied` rings, each as those lived."""
    harvest = reap(schedule, history)
    if not emptied or not len(harvest.ring):
        return {}
    rings = len(harvest.ring)
    lots = len(harvest.event) * emptied // rings
    sales = len(set(zip(harvest.event.tolist(), harvest.grade.tolist(), strict=True))) * emptied // rings
    return {
        "harvest_event": emptied,
        "harvest_lot": lots,
        "harvest_waste": 2 * emptied,
        "fact_harvest": lots,
        "intercompany_transaction": 1 + sales,
    }
