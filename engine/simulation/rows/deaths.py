"""Rows of mortality_record: the dead of each container and week, sorted by reason."""

from __future__ import annotations

import numpy as np

from engine.biology.fish import Mortality
from engine.simulation.numerics.calendar import DAY_US, HOUR_US, WEEK_DAYS, first_of_week, weeks_since_1970
from engine.simulation.record import StageHistory
from engine.simulation.rows.columns import Tables, stack
from engine.simulation.rows.expected_life import ExpectedLife, ExpectedStay, RowCounts
from engine.simulation.rows.life import BatchLife
from lake.codes import MORTALITY_CAUSES, SEA


def death_tables(life: BatchLife) -> Tables:
    """mortality_record."""
    hour = life.schedule.biology.model.outlook.working_hours_utc[1]
    parts = []
    for stage, ids in zip(life.stages, life.ids, strict=True):
        sums, sundays = _by_week(stage)
        last = stage.start_day + stage.days_lived.astype(np.int64) - 1
        c, w, cause = np.nonzero(sums)
        is_over = (sundays[w] < life.schedule.as_of_day) | stage.emptied[c]
        c, w, cause = c[is_over], w[is_over], cause[is_over]
        parts.append(
            {
                "batch_id": life.batch_id,
                "container_id": np.array(stage.container_ids)[c],
                "assignment_id": ids[c],
                "event_date": np.minimum(sundays[w], last[c]) * DAY_US + hour * HOUR_US,
                "count": sums[c, w, cause],
                "reason_id": cause + 1,
            }
        )
    return {"mortality_record": stack(parts)}


def expected_deaths(expected: ExpectedLife) -> RowCounts:
    """The weeks that are over and the causes in which the fish lived with die, for each container."""
    as_of_day = expected.schedule.as_of_day
    return {"mortality_record": sum(_expected(stay, as_of_day) for stay in expected.stays)}


def count_death_rows(mortality: Mortality, stage: int, days: int, share_with_deaths: float) -> float:
    """Rows of a container lived in for so many days, on such a share of which fish die, each day of one cause."""
    causes = mortality.sea_causes if stage == SEA else mortality.freshwater_causes
    return days / WEEK_DAYS * sum(1 - (1 - share_with_deaths * share) ** WEEK_DAYS for share in causes)


def _expected(stay: ExpectedStay, as_of_day: int) -> int:
    sums, sundays = _by_week(stay.stage)
    reasons = (sums[0] > 0).sum(axis=1)
    rows = 0
    for lived, end in zip(stay.lived_days.tolist(), stay.end_days.tolist(), strict=True):
        last = stay.planned.start_day + lived - 1
        begun = first_of_week(weeks_since_1970(sundays)) <= last
        rows += int(reasons[begun & ((sundays < as_of_day) | (end <= as_of_day))].sum())
    return rows


def _by_week(stage: StageHistory) -> tuple[np.ndarray, np.ndarray]:
    """The dead by container, week and cause, (n, weeks, causes), and each week's Sunday, days since 1970."""
    n, days = stage.dead.shape
    weeks = weeks_since_1970(stage.start_day + np.arange(days))
    number = int(weeks[-1] - weeks[0]) + 1
    sums = np.zeros((n, number, len(MORTALITY_CAUSES)), dtype=np.int64)
    container = np.broadcast_to(np.arange(n)[:, None], (n, days))
    np.add.at(sums, (container, np.broadcast_to(weeks - weeks[0], (n, days)), stage.cause), stage.dead)
    return sums, first_of_week(weeks[0] + np.arange(number)) + WEEK_DAYS - 1
