"""The treatments of a batch as its people gave and judged them: vaccinations, and those against lice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.numerics.calendar import DAY_US, MINUTE_US
from engine.simulation.record import BatchHistory, SeaLice, Treatment
from lake.codes import VACCINE


@dataclass(frozen=True)
class LiceSeen:
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
    before: LiceSeen | None
    after: LiceSeen | None
    outcome: str


def remedies(schedule: Schedule, history: BatchHistory) -> tuple[Remedy, ...]:
    """Every treatment of a batch, by time, then by container."""
    given = [*_vaccinations(schedule, history), *history.treatments]
    treatments = schedule.biology.model.treatments
    first, last = treatments.first_hour_utc * 60, treatments.last_hour_utc * 60
    at_of = {stage.stage: at for at, stage in enumerate(history.stages)}
    days: dict[tuple[int, int], list[Treatment]] = {}
    for treatment in sorted(given, key=lambda t: (t.day, t.stage, t.container)):
        days.setdefault((treatment.day, at_of[treatment.stage]), []).append(treatment)
    found = []
    for (day, at), that_day in days.items():
        stage = history.stages[at]
        # one container after the other, in steps of five minutes
        step = (last - first) // len(stage.container_ids) // 5 * 5
        for turn, treatment in enumerate(that_day):
            c = treatment.container
            before, after = _counts_around(stage.lice, c, day)
            found.append(
                Remedy(
                    at,
                    c,
                    day,
                    day * DAY_US + (first + turn * step) * MINUTE_US,
                    treatment.method,
                    treatment.efficacy,
                    treatment.loss,
                    before,
                    after,
                    "successful" if treatment.method == VACCINE else _outcome(schedule, before, after),
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
                Treatment(stage.stage, c, stage.start_day + d, VACCINE, 0.0, mortality.vaccination_loss)
                for c in np.flatnonzero((stage.days_lived > d) & (stage.population[:, d] > 0)).tolist()
            ]
    return found


def _counts_around(lice: SeaLice | None, container: int, day: int) -> tuple[LiceSeen | None, LiceSeen | None]:
    """The last count up to the morning of `day`, and the first one after it."""
    if lice is None:
        return None, None
    counted = np.flatnonzero(lice.sampled[container] > 0)
    later = int(np.searchsorted(lice.day[counted], day, side="right"))

    def seen(w: int) -> LiceSeen:
        lice_seen = int(lice.counted[container, w, 1]) + int(lice.counted[container, w, 2])
        return LiceSeen(int(lice.day[w]), lice_seen, int(lice.sampled[container, w]))

    before = seen(int(counted[later - 1])) if later > 0 else None
    after = seen(int(counted[later])) if later < len(counted) else None
    return before, after


def _outcome(schedule: Schedule, before: LiceSeen | None, after: LiceSeen | None) -> str:
    """A code of treatment.outcome by the fall in mobile lice from count to count; pending until both are there."""
    if before is None or after is None:
        return "pending"
    policy = schedule.biology.model.treatments
    # lice a fish before and after, both times fish x fish
    was, now = before.lice * after.fish, after.lice * before.fish
    if now <= was * (1.0 - policy.successful_reduction):
        return "successful"
    return "partial" if now <= was * (1.0 - policy.partial_reduction) else "unsuccessful"
