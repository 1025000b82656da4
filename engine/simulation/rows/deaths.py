"""Rows of mortality_record: the dead of each container and week, sorted by reason."""

from __future__ import annotations

import numpy as np

from engine.biology.fish import Mortality
from engine.simulation.numerics.calendar import DAY_US, HOUR_US, WEEK_DAYS, first_of_week, weeks_since_1970
from engine.simulation.rows.columns import Columns, Tables
from engine.simulation.rows.life import BatchLife
from lake.codes import MORTALITY_CAUSES, SEA


def death_tables(life: BatchLife) -> Tables:
    """mortality_record."""
    days, number = life.days, len(MORTALITY_CAUSES)
    i = np.flatnonzero(days.dead)
    stay = days.columns["assignment_id"][i] - life.ids[0][0]
    weeks = weeks_since_1970(days.columns["date"][i])
    first, last = (weeks.min(), weeks.max()) if len(i) else (0, 0)
    which = (stay * (last - first + 1) + weeks - first) * number + days.cause[i]
    count = np.bincount(which, weights=days.dead[i])  # exact: whole and below 2^53
    found = np.flatnonzero(count)
    (stay, week), cause = np.divmod(found // number, last - first + 1), found % number
    sunday = first_of_week(first + week) + WEEK_DAYS - 1
    is_over = (sunday < life.schedule.as_of_day) | life.joined(lambda s: s.emptied)[stay]
    stay, sunday, cause, found = (values[is_over] for values in (stay, sunday, cause, found))
    hour = life.schedule.biology.model.outlook.working_hours_utc[1]
    left = life.joined(lambda s: s.start_day + s.days_lived.astype(np.int64) - 1)[stay]
    rows: Columns = {
        "batch_id": np.full(len(found), life.batch_id),
        "container_id": life.container_ids[stay],
        "assignment_id": np.concatenate(life.ids)[stay],
        "event_date": np.minimum(sunday, left) * DAY_US + hour * HOUR_US,
        "count": count[found].astype(np.int64),
        "reason_id": cause + 1,
    }
    return {"mortality_record": rows}


def count_death_rows(mortality: Mortality, stage: int, days: int, share_with_deaths: float) -> float:
    """Rows of a container lived in for so many days, on such a share of which fish die, each day of one cause."""
    causes = mortality.sea_causes if stage == SEA else mortality.freshwater_causes
    return days / WEEK_DAYS * sum(1 - (1 - share_with_deaths * share) ** WEEK_DAYS for share in causes)
