"""The treatments of a batch as its people gave and judged them: vaccinations, and those against lice."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.lice.stages import ADULT_FEMALE, MOBILE
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import DAY_US, MINUTE_US
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.record import BatchHistory, SeaLice, Treatment
from engine.simulation.setting import NEVER, vaccination_day
from lake.codes import VACCINE

EVENING_HOUR, MINUTES_AN_HOUR = 19, 60


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
    position_of = {stage.stage: at for at, stage in enumerate(history.stages)}
    days: dict[tuple[int, int], list[Treatment]] = {}
    for treatment in sorted(given, key=lambda t: (t.day, t.stage, t.container)):
        days.setdefault((treatment.day, position_of[treatment.stage]), []).append(treatment)
    counts = {at: _MobileCounts(stage.lice) for at, stage in enumerate(history.stages) if stage.lice is not None}
    found = []
    for (day, at), that_day in days.items():
        minutes = _begun_at(schedule, history, day, len(that_day))
        for minute, treatment in zip(minutes, that_day, strict=True):
            c = treatment.container
            before, after = counts[at].around(c, day) if at in counts else (None, None)
            found.append(
                Remedy(
                    at=at,
                    container=c,
                    day=day,
                    time_us=day * DAY_US + minute * MINUTE_US,
                    method=treatment.method,
                    efficacy=treatment.efficacy,
                    loss=treatment.loss,
                    before=before,
                    after=after,
                    outcome="successful" if treatment.method == VACCINE else _outcome(schedule, before, after),
                )
            )
    return tuple(sorted(found, key=lambda r: (r.time_us, r.at, r.container)))


def _begun_at(schedule: Schedule, history: BatchHistory, day: int, containers: int) -> list[int]:
    """The minute of the day at which each of a day's containers is begun with, one after the other, before midnight."""
    work = schedule.biology.model.work
    key = stream_key(schedule.seed, Stream.WORK, history.batch.number, "treatment", day)
    earliest, latest = work.start_hours_utc * MINUTES_AN_HOUR
    shortest, longest = work.ring_minutes
    minute = earliest + (latest - earliest) * am.uniform(key, 0)
    found = []
    for c in range(containers):
        # a day's work is done by the evening, however many containers there are
        left = (EVENING_HOUR * MINUTES_AN_HOUR - minute) / (containers - c)
        found.append(int(minute))
        minute += min(shortest + (longest - shortest) * am.uniform(key, c + 1), left)
    return found


def _vaccinations(schedule: Schedule, history: BatchHistory) -> list[Treatment]:
    mortality = schedule.biology.model.mortality
    found = []
    for stage in history.stages:
        d = vaccination_day(schedule, history.batch, stage.stage, stage.start_day)
        if NEVER < d < stage.days:
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
