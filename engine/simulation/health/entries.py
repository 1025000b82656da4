"""An entry of a batch's journal, and how one is written: its time, its wording, its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.farm.schedule import Schedule
from engine.simulation.health import wording
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import DAY_US, HOUR_US, MINUTE_US
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.record import BatchHistory, StageHistory
from lake.codes import SEA

SEVERITIES = ("low", "medium", "high")
# when each kind of entry is written, hours UTC: after the day's work that it tells of
WRITTEN = {
    "observation": 12,
    "sample": 13,
    "diagnosis": 14,
    "issue": 15,
    "action": 17,
    "treatment": 19,
    "vaccination": 19,
}
HARVEST_HOUR = 22  # a harvest closes the day, after its meals and readings
EVENING_HOUR = 21  # after the day's last readings


class Entry(NamedTuple):
    """One entry of the journal. container: an id of the farm, None for the batch. severity: "" for none.

    treatments: positions of the remedies that it tells of.
    """

    time_us: int
    category: str
    severity: str
    container: int | None
    text: str
    resolved: bool
    notes: str = ""
    treatments: tuple[int, ...] = ()


class EntryWriter:
    """Writes the entries of one batch."""

    def __init__(self, schedule: Schedule, history: BatchHistory) -> None:
        self.schedule, self.history = schedule, history
        self.policy = schedule.biology.model.journal
        self.key = stream_key(schedule.seed, Stream.JOURNAL, history.batch.number)

    def entry(
        self,
        stage: StageHistory,
        day: int,
        category: str,
        text: str,
        containers: Sequence[int] = (),
        severity: str = "",
        hour: int = 0,
    ) -> Entry:
        """An entry on `day`, some minutes past its hour; on one container where only one is concerned."""
        minute = int(am.uniform(self.key, 16 * day + len(WRITTEN)) * 60)
        time_us = day * DAY_US + (hour or WRITTEN[category]) * HOUR_US + minute * MINUTE_US
        container = stage.container_ids[containers[0]] if len(containers) == 1 else None
        return Entry(
            time_us=time_us,
            category=category,
            severity=severity,
            container=container,
            text=wording.capital(text),
            resolved=True,
        )

    def nouns(self, stage: StageHistory) -> str:
        return wording.noun(self.schedule, stage)

    def site(self, stage: StageHistory) -> str:
        return wording.site(self.schedule, stage)

    def places(self, stage: StageHistory, containers: Sequence[int]) -> str:
        return wording.places(self.schedule, stage, containers)

    def choose_wording(self, options: Sequence[str], day: int, category: str) -> str:
        return wording.choose(options, self.key, 16 * day + list(WRITTEN).index(category))

    def with_end(self, entry: Entry, stage: StageHistory, day: int | None, notes: str) -> Entry:
        """The entry with its end: on `day` with `notes`; or with the fish gone; or not yet."""
        if day is None and bool(stage.emptied.all()):
            last = stage.start_day + int(stage.days_lived.max())
            if self.history.lost and stage is self.history.stages[-1]:
                return entry._replace(notes=f"All lost on {wording.date(last - 1)}.")
            word = "Harvested" if stage.stage == SEA else "Moved on"
            return entry._replace(notes=f"{word} by {wording.date(last - 1 if stage.stage == SEA else last)}.")
        return entry._replace(notes=notes) if day is not None else entry._replace(resolved=False)
