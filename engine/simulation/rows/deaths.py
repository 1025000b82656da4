"""Rows of mortality_record: the dead of each container and week, sorted by reason."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.biology.fish import Mortality
from engine.simulation.numerics.calendar import DAY_US, HOUR_US, WEEK_DAYS, first_of_week, weeks_since_1970
from engine.simulation.rows.columns import BatchRows, Columns
from engine.simulation.rows.groups import GroupStays, batch_ids, group_rows
from engine.simulation.rows.life import BatchLife
from lake.codes import MORTALITY_CAUSES, SEA


def death_tables(lives: Sequence[BatchLife]) -> dict[str, BatchRows]:
    """mortality_record."""
    stays, number = GroupStays(lives), len(MORTALITY_CAUSES)
    stay_of_row, day, dead, cause_of_row, before = [], [], [], [], 0
    for life, containers in zip(lives, stays.counts, strict=True):
        days = life.days
        i = np.flatnonzero(days.dead != 0)
        stay_of_row.append(days.columns["assignment_id"][i] + (before - life.ids[0][0]))
        day.append(days.columns["date"][i])
        dead.append(days.dead[i])
        cause_of_row.append(days.cause[i])
        before += containers
    weeks = weeks_since_1970(np.concatenate(day))
    first, last = (weeks.min(), weeks.max()) if len(weeks) else (0, 0)
    which = (np.concatenate(stay_of_row) * (last - first + 1) + weeks - first) * number + np.concatenate(cause_of_row)
    count = np.bincount(which, weights=np.concatenate(dead)).astype(np.int64)  # exact: whole and below 2^53
    found = np.flatnonzero(count != 0)
    (stay, week), cause = np.divmod(found // number, last - first + 1), found % number
    sunday = first_of_week(first + week) + WEEK_DAYS - 1
    schedule = lives[0].schedule
    is_over = (sunday < schedule.as_of_day) | stays.joined(lambda s: s.emptied)[stay]
    stay, sunday, cause, found = (values[is_over] for values in (stay, sunday, cause, found))
    hour = schedule.biology.model.outlook.working_hours_utc[1]
    left = stays.joined(lambda s: s.start_day + s.days_lived.astype(np.int64) - 1)[stay]
    ends = np.searchsorted(stay, np.cumsum(stays.counts))
    counts = np.diff(ends, prepend=0).tolist()
    columns: Columns = {
        "batch_id": batch_ids(lives, counts),
        "container_id": stays.container_ids[stay],
        "assignment_id": stays.ids[stay],
        "event_date": np.minimum(sunday, left) * DAY_US + hour * HOUR_US,
        "count": count[found],
        "reason_id": cause + 1,
    }
    return {"mortality_record": group_rows(lives, counts, columns)}


def count_death_rows(mortality: Mortality, stage: int, days: int, share_with_deaths: float) -> float:
    """Rows of a container lived in for so many days, on such a share of which fish die, each day of one cause."""
    causes = mortality.sea_causes if stage == SEA else mortality.freshwater_causes
    return days / WEEK_DAYS * sum(1 - (1 - share_with_deaths * share) ** WEEK_DAYS for share in causes)
