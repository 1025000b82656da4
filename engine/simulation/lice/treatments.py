"""The treatments of a batch as its people gave and judged them: vaccinations, and those against lice."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.lice.stages import ADULT_FEMALE, MOBILE
from engine.simulation.numerics.calendar import DAY_US, MINUTE_US
from engine.simulation.record import BatchHistory, SeaLice, Treatment
from lake.codes import VACCINE


@dataclass(frozen=True)
class MobileCount:
    """Mobile lice and adult females together, on `fish` sampled on `day`."""

    day: int
    lice: int
    fish: int


@dataclass(frozen=True)
class Remedy:
    """One treatment of one container. `at`: position in the batch's stages; container: position in the stage.

    time_us: when it began, microseconds since 1970. before, after: the counts on either side, where there are any.
    """

    at: int
    container: int
    day: int
    time_us: int
    method: str
    efficacy: float
    loss: float
    before: MobileCount | None
    after: MobileCount | None
    outcome: str


def remedies(schedule: Schedule, history: BatchHistory) -> tuple[Remedy, ...]:
    """Every treatment of a batch, by time, then by container."""
    given = [*_vaccinations(schedule, history), *history.treatments]
    treatments = schedule.biology.model.treatments
    first, last = treatments.first_hour_utc * 60, treatments.last_hour_utc * 60
    position_of = {stage.stage: at for at, stage in enumerate(history.stages)}
    days: dict[tuple[int, int], list[Treatment]] = {}
    for treatment in sorted(given, key=lambda t: (t.day, t.stage, t.container)):
        days.setdefault((treatment.day, position_of[treatment.stage]), []).append(treatment)
    counts = {at: _MobileCounts(stage.lice) for at, stage in enumerate(history.stages) if stage.lice is not None}
    found = []
    for (day, at), that_day in days.items():
        stage = history.stages[at]
        # one container after the other, in steps of five minutes
        step = (last - first) // len(stage.container_ids) // 5 * 5
        for turn, treatment in enumerate(that_day):
            c = treatment.container
            before, after = counts[at].around(c, day) if at in counts else (None, None)
            found.append(
                Remedy(
                    at=at,
                    container=c,
                    day=day,
                    time_us=day * DAY_US + (first + turn * step) * MINUTE_US,
                    method=treatment.method,
                    efficacy=treatment.efficacy,
                    loss=treatment.loss,
                    before=before,
                    after=after,
                    outcome="successful" if treatment.method == VACCINE else _outcome(schedule, before, after),
                )
            )
    return tuple(sorted(found, key=lambda r: (r.time_us, r.at, r.container)))


def _vaccinations(schedule: Schedule, history: BatchHistory) -> list[Treatment]:
    mortality = schedule.biology.model.mortality
    found = []
    for stage in history.stages:
        d = mortality.vaccination_day
        if stage.stage == mortality.vaccination_stage and d < stage.days:
            found += [
                Treatment(
                    stage=stage.stage,
                    container=c,
                    day=stage.start_day + d,
                    method=VACCINE,
                    efficacy=0.0,
                    loss=mortality.vaccination_loss,
                )
                for c in np.flatnonzero((stage.days_lived > d) & (stage.population[:, d] > 0)).tolist()
            ]
    return found


class _MobileCounts:
    """The counts of a stay at sea, ring by ring."""

    def __init__(self, lice: SeaLice) -> None:
        self._day, self._sampled = lice.day.tolist(), lice.sampled.tolist()
        self._lice = (lice.counted[:, :, MOBILE].astype(np.int64) + lice.counted[:, :, ADULT_FEMALE]).tolist()
        self._weeks = [[w for w, fish in enumerate(sampled) if fish > 0] for sampled in self._sampled]

    def around(self, ring: int, day: int) -> tuple[MobileCount | None, MobileCount | None]:
        """The last count up to the morning of `day`, and the first one after it."""
        weeks = self._weeks[ring]
        later = bisect_right(weeks, day, key=self._day.__getitem__)
        before = self._count(ring, weeks[later - 1]) if later > 0 else None
        return before, self._count(ring, weeks[later]) if later < len(weeks) else None

    def _count(self, ring: int, week: int) -> MobileCount:
        return MobileCount(day=self._day[week], lice=self._lice[ring][week], fish=self._sampled[ring][week])


def _outcome(schedule: Schedule, before: MobileCount | None, after: MobileCount | None) -> str:
    """A code of treatment.outcome by the fall in mobile lice from count to count; pending until both are there."""
    if before is None or after is None:
        return "pending"
    policy = schedule.biology.model.treatments
    # lice a fish before and after, both times fish x fish
    was, now = before.lice * after.fish, after.lice * before.fish
    if now <= was * (1.0 - policy.successful_reduction):
        return "successful"
    return "partial" if now <= was * (1.0 - policy.partial_reduction) else "unsuccessful"
