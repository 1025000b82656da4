"""Rows of mortality_record: the dead of each container and week, sorted by reason."""

from __future__ import annotations

import math

import numpy as np

from engine.biology.fish import Mortality
from engine.simulation.numerics.calendar import DAY_US, HOUR_US, WEEK_DAYS, first_of_week, weeks_since_1970
from engine.simulation.rows.columns import BatchRows, Columns, edges, part_counts
from engine.simulation.rows.lives import Lives
from lake.codes import MORTALITY_CAUSES, SEA


def death_tables(lives: Lives) -> dict[str, BatchRows]:
    """mortality_record."""
    days, number, stay_edges = lives.days, len(MORTALITY_CAUSES), edges(lives.stays)
    died = np.flatnonzero(days.dead != 0)
    before = lives.first_ids("container_assignment") - stay_edges[:-1]
    stay = days.columns["assignment_id"][died] - np.repeat(before, part_counts(died, days.edges))
    weeks = weeks_since_1970(days.columns["date"][died])
    first, last = (weeks.min(), weeks.max()) if len(weeks) else (0, 0)
    which = (stay * (last - first + 1) + weeks - first) * number + days.cause[died]
    count = np.bincount(which, weights=days.dead[died]).astype(np.int64)  # exact: whole and below 2^53
    found = np.flatnonzero(count != 0)
    (stay, week), cause = np.divmod(found // number, last - first + 1), found % number
    sunday = first_of_week(first + week) + WEEK_DAYS - 1
    is_over = (sunday < lives.schedule.as_of_day) | lives.of_stays(lambda s: s.emptied)[stay]
    stay, sunday, cause, found = (values[is_over] for values in (stay, sunday, cause, found))
    hour = lives.schedule.biology.model.outlook.working_hours_utc[1]
    left = lives.of_stays(lambda s: s.start_day + s.days_lived.astype(np.int64) - 1)[stay]
    columns: Columns = {
        "container_id": lives.container_ids[stay],
        "assignment_id": lives.stay_ids[stay],
        "event_date": np.minimum(sunday, left) * DAY_US + hour * HOUR_US,
        "count": count[found],
        "reason_id": cause + 1,
    }
    return {"mortality_record": lives.rows(columns, part_counts(stay, stay_edges))}


def count_death_rows(mortality: Mortality, stage: int, days: int, share_with_deaths: float) -> float:
    """Rows of a container lived in for so many days, on such a share of which dead are found, each day of one cause.

    What decides the cause is drawn anew once in a while.
    """
    causes = mortality.sea_causes if stage == SEA else mortality.freshwater_causes
    draws = 1 + (WEEK_DAYS - 1) * (1 - mortality.cause_memory)
    a_draw = WEEK_DAYS / draws  # days of one cause
    found = 1 - (1 - share_with_deaths) ** a_draw
    return days / WEEK_DAYS * math.fsum(1 - (1 - found * share) ** draws for share in causes)
