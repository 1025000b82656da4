"""What the people of a site wrote down of a batch: entries that repeat nothing but what is in the data.

An entry rests on what was known on its day, so that a later as-of date adds entries and changes none; only whether
and how its matter ended is told as of the as-of date.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.health import wording as say
from engine.simulation.health.laboratory import AGENTS, Noticed, Samples, laboratory, noticed, whole_between
from engine.simulation.health.signs import beginnings, counts_of_females, low_oxygen, weeks_of_deaths
from engine.simulation.lice.treatments import LiceSeen, Remedy, remedies
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import DAY_US, HOUR_US, MINUTE_US, WEEK_DAYS
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.record import BatchHistory, StageHistory
from lake.codes import SEA, VACCINE

SEVERITIES = ("low", "medium", "high")
AFTER_TREATMENT_DAYS = 14  # for so long fish are counted as lost by a treatment (Walde 2021)
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


@dataclass(frozen=True)
class Entry:
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


@dataclass(frozen=True)
class Care:
    """How a batch was looked after: its treatments, the events that were noticed, samples and the journal."""

    remedies: tuple[Remedy, ...]
    noticed: tuple[Noticed, ...]
    samples: tuple[Samples, ...]
    entries: tuple[Entry, ...]

    @property
    def entry_of(self) -> dict[int, int]:
        """The position of the entry that tells of each remedy."""
        return {r: e for e, entry in enumerate(self.entries) for r in entry.treatments}


def care(schedule: Schedule, history: BatchHistory) -> Care:
    """Everything that was done for a batch and written of it, in order of time."""
    given = remedies(schedule, history)
    events = noticed(schedule, history)
    samples = laboratory(schedule, history, events)
    writer = _Writer(schedule, history)
    entries = [
        *writer.moves(),
        *writer.treatments(given),
        *writer.events(events, samples),
        *writer.lice(),
        *writer.mortality(given, events),
        *writer.oxygen(),
        *writer.harvest(),
    ]
    entries.sort(key=lambda e: (e.time_us, e.category, e.text))
    return Care(given, events, samples, tuple(entries))


class _Writer:
    """The entries of one batch, by subject."""

    def __init__(self, schedule: Schedule, history: BatchHistory) -> None:
        self._schedule, self._history = schedule, history
        self._policy = schedule.biology.model.journal
        self._key = stream_key(schedule.seed, Stream.JOURNAL, history.batch.number)

    def _entry(
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
        minute = int(am.uniform(self._key, 16 * day + len(WRITTEN)) * 60)
        time_us = day * DAY_US + (hour or WRITTEN[category]) * HOUR_US + minute * MINUTE_US
        container = stage.container_ids[containers[0]] if len(containers) == 1 else None
        return Entry(time_us, category, severity, container, say.capital(text), True, "")

    def _words(self, options: Sequence[str], day: int, category: str) -> str:
        return say.choose(options, self._key, 16 * day + list(WRITTEN).index(category))

    def _over(self, entry: Entry, stage: StageHistory, day: int | None, notes: str) -> Entry:
        """The entry with its end: on `day` with `notes`; or with the fish gone; or not yet."""
        if day is None and bool(stage.emptied.all()):
            last = stage.start_day + int(stage.days_lived.max())
            word = "Harvested" if stage.stage == SEA else "Moved on"
            return replace(entry, notes=f"{word} by {say.date(last - 1 if stage.stage == SEA else last)}.")
        return replace(entry, notes=notes) if day is not None else replace(entry, resolved=False)

    def moves(self) -> Iterator[Entry]:
        """Eggs placed, and every transfer."""
        stages = self._history.stages
        first = stages[0]
        eggs = int(first.fish.sum())
        where = f"{len(first.container_ids)} {say.noun(self._schedule, first)} in {say.site(self._schedule, first)}"
        yield self._entry(first, first.start_day, "action", f"{eggs:,} eggs placed in {where}.")
        for source, dest, move in zip(stages, stages[1:], self._history.moves, strict=False):
            arrived, lost = int(move.arrived.sum()), int(move.lost.sum())
            text = (
                f"Moved {say.fish(arrived)} from {say.site(self._schedule, source)} to "
                f"{len(dest.container_ids)} {say.noun(self._schedule, dest)} in {say.site(self._schedule, dest)}; "
                f"{lost:,} lost on the way ({say.percent(lost, arrived + lost)})."
            )
            yield self._entry(dest, move.day, "action", text)

    def treatments(self, given: tuple[Remedy, ...]) -> Iterator[Entry]:
        """One entry for all containers of a stage that were treated alike on one day."""
        groups: dict[tuple[int, int, str], list[int]] = {}
        for i, remedy in enumerate(given):
            groups.setdefault((remedy.day, remedy.at, remedy.method), []).append(i)
        for (day, at, method), members in groups.items():
            stage = self._history.stages[at]
            containers = [given[i].container for i in members]
            where = say.places(self._schedule, stage, containers)
            if method == VACCINE:
                fish = int(stage.before(stage.population, stage.fish)[containers, day - stage.start_day].sum())
                vaccine = self._schedule.biology.region(self._geography).vaccine
                text = f"{say.fish(fish)} vaccinated ({vaccine}) in {where}."
                yield replace(self._entry(stage, day, "vaccination", text, containers), treatments=tuple(members))
                continue
            before = [given[i].before for i in members]
            text = f"{say.METHODS[method]} of {where}{_counted(before, '; counted on {date}: {a_fish}')}."
            entry = replace(self._entry(stage, day, "treatment", text, containers), treatments=tuple(members))
            yield self._treatment_over(entry, stage, [given[i] for i in members])

    def _treatment_over(self, entry: Entry, stage: StageHistory, treated: list[Remedy]) -> Entry:
        after = [r.after for r in treated]
        if all(a is not None for a in after):
            return replace(entry, notes=_counted(after, "Counted on {date}: {a_fish}.").strip())
        missing = [r.container for r in treated if r.after is None]
        if bool(stage.emptied[missing].all()):
            return replace(entry, notes="Harvested before all rings were counted again.")
        return replace(entry, resolved=False)

    @property
    def _geography(self) -> str:
        return self._schedule.farm.geography_of(self._history.batch).name

    def events(self, events: tuple[Noticed, ...], samples: tuple[Samples, ...]) -> Iterator[Entry]:
        """What befell the fish: notice, samples, cause, and a look back a week later."""
        sampled = {s.event: s for s in samples}
        for i, event in enumerate(events):
            stage, what = self._history.stages[event.at], say.EVENTS[event.event.kind]
            level = SEVERITIES[int(np.searchsorted(self._policy.event_loss, event.event.loss, side="right"))]
            start, day = event.event.start_day, event.day
            if self._there(stage, event.containers, day):
                words = self._words(say.NOTICED if event.event.kind in AGENTS else say.STRUCK, day, "issue")
                yield self._event_over(self._event_entry(event, day, "issue", words, start, level), event)
            if i in sampled:
                yield self._sample_entry(stage, event, sampled[i])
                if sampled[i].result_day < self._schedule.as_of_day and self._there(
                    stage, event.containers, sampled[i].result_day
                ):
                    yield self._event_over(self._diagnosis(stage, event, sampled[i], what, level), event)
            elif event.event.kind not in AGENTS:
                low, high = self._policy.diagnosis_days
                known = day + whole_between(low, high, am.uniform(event.key, 3))
                if self._died(stage, self._there(stage, event.containers, known), start, known):
                    words = self._words(say.ESTABLISHED, known, "diagnosis")
                    yield self._event_over(self._event_entry(event, known, "diagnosis", words, start, level), event)
            later = day + WEEK_DAYS
            if later < event.event.end_day and self._there(stage, event.containers, later):
                words = self._words(say.FOLLOWED, later, "observation")
                yield self._event_over(
                    self._event_entry(event, later, "observation", words, later - WEEK_DAYS + 1, level), event
                )

    def _there(self, stage: StageHistory, containers: Sequence[int], day: int) -> list[int]:
        """Those of the containers that are lived in on a day (none past the as-of date)."""
        return [c for c in containers if day < stage.start_day + int(stage.days_lived[c])]

    def _died(self, stage: StageHistory, containers: Sequence[int], first: int, last: int) -> int:
        """The dead of some containers from the first to the last day."""
        return int(stage.dead[list(containers), first - stage.start_day : last - stage.start_day + 1].sum())

    def _event_entry(self, event: Noticed, day: int, category: str, words: str, since: int, level: str) -> Entry:
        """An entry with the dead from `since` to `day` in the containers still lived in."""
        stage = self._history.stages[event.at]
        there = self._there(stage, event.containers, day)
        lost = self._died(stage, there, since, day)
        fish = int(stage.before(stage.population, stage.fish)[there, since - stage.start_day].sum())
        text = words.format(
            dead=say.dead(stage, lost),
            places=say.places(self._schedule, stage, there),
            start=say.date(since),
            share=say.percent(lost, fish),
            what=say.EVENTS[event.event.kind],
        )
        return self._entry(stage, day, category, _sentences(text), there, level)

    def _event_over(self, entry: Entry, event: Noticed) -> Entry:
        """The entry with the event's end and its toll, once it is over or the fish are gone."""
        stage = self._history.stages[event.at]
        a, end = event.event.start_day, event.event.end_day
        left = stage.start_day + int(stage.days_lived[list(event.containers)].max())
        if bool(stage.emptied[list(event.containers)].all()):
            end = min(end, left)
        if end > self._schedule.as_of_day:
            return replace(entry, resolved=False)
        lost = self._died(stage, event.containers, a, end - 1)
        text = f"Over: {say.dead(stage, lost)} from {say.date(a)} to {say.date(end - 1)}."
        return replace(entry, notes=text)

    def _sample_entry(self, stage: StageHistory, event: Noticed, samples: Samples) -> Entry:
        where = say.places(self._schedule, stage, samples.containers)
        kinds = say.listed([t.lower() for t in samples.types])
        text = f"{kinds} sampled in {where}, for {say.EVENTS[event.event.kind]}."
        entry = self._entry(stage, samples.day, "sample", text, samples.containers)
        if samples.result_day >= self._schedule.as_of_day:
            return replace(entry, resolved=False)
        return replace(entry, notes=f"Results of {say.date(samples.result_day)}: {_verdict(event, samples)}.")

    def _diagnosis(self, stage: StageHistory, event: Noticed, samples: Samples, what: str, level: str) -> Entry:
        concerned = samples.positive_containers or samples.containers
        if samples.positive:
            end = f"{say.capital(what)} confirmed in {say.places(self._schedule, stage, concerned)}"
        else:
            end = f"{say.capital(what)} is not confirmed"
        there = self._there(stage, concerned, samples.result_day)
        text = f"Laboratory: {_verdict(event, samples)}. {end}."
        return self._entry(stage, samples.result_day, "diagnosis", text, there, level)

    def lice(self) -> Iterator[Entry]:
        """Counts whose mean over all rings is above the limit, once for as long as they last."""
        limits = self._schedule.biology.region(self._geography).adult_female_limit
        for stage in self._history.stages:
            lice = stage.lice
            if lice is None:
                continue
            females, fish, limit, over = counts_of_females(lice, limits)
            below = np.flatnonzero((fish > 0) & ~over)
            for w in beginnings(over):
                rings = np.flatnonzero(lice.sampled[:, w] > 0).tolist()
                a_fish = lice.counted[rings, w, 2] / lice.sampled[rings, w]
                worst = self._schedule.farm.container(stage.container_ids[rings[int(np.argmax(a_fish))]]).name
                times = float(females[w] / fish[w] / limit[w])
                level = SEVERITIES[int(np.searchsorted(self._policy.lice_over, times, side="right"))]
                text = (
                    f"{females[w] / fish[w]:.2f} adult female lice a fish counted in {len(rings)} rings, above the "
                    f"limit of {limit[w]:g}; most in {worst}, {a_fish.max():.2f}."
                )
                entry = self._entry(stage, int(lice.day[w]), "observation", text, (), level)
                after = below[below > w]
                day = int(lice.day[after[0]]) if len(after) else None
                notes = "" if day is None else f"Not above the limit at the count of {say.date(day)}."
                yield self._over(entry, stage, day, notes)

    def mortality(self, given: tuple[Remedy, ...], events: tuple[Noticed, ...]) -> Iterator[Entry]:
        """Whole weeks of a stage in which more fish died than usual, outside of what an event explains."""
        bounds = self._policy.weekly_mortality
        for at, stage in enumerate(self._history.stages):
            n = len(stage.container_ids)
            dead, fish, level = weeks_of_deaths(stage, bounds)
            for w in beginnings(level > 0):
                first = stage.start_day + WEEK_DAYS * w
                last = first + WEEK_DAYS - 1
                if any(e.at == at and e.event.start_day <= last and e.event.end_day > first for e in events):
                    continue
                there = self._there(stage, range(n), first)
                text = self._words(say.MORTALITY, last, "issue").format(
                    share=say.percent(int(dead[w]), int(fish[w])),
                    dead=say.dead(stage, int(dead[w])),
                    places=say.places(self._schedule, stage, there),
                    start=say.date(first),
                    end=say.date(last),
                ) + _treated(given, at, last)
                entry = self._entry(stage, last, "issue", text, there, SEVERITIES[int(level[w]) - 1])
                lower = np.flatnonzero(level[w + 1 :] == 0)
                if len(lower):
                    v = w + 1 + int(lower[0])
                    end = stage.start_day + WEEK_DAYS * (v + 1) - 1
                    share = say.percent(int(dead[v]), int(fish[v]))
                    yield self._over(entry, stage, end, f"{share} in the week to {say.date(end)}.")
                else:
                    yield self._over(entry, stage, None, "")

    def oxygen(self) -> Iterator[Entry]:
        """Days of little oxygen, once in a while."""
        bounds = self._policy.oxygen_low
        for stage in self._history.stages:
            below, told = low_oxygen(stage, bounds[-1], self._policy.oxygen_quiet_days)
            low = np.asarray(below.any(axis=0))
            for d in told:
                containers = np.flatnonzero(below[:, d]).tolist()
                value = float(stage.oxygen_min[containers, d].min())
                level = SEVERITIES[2 - int(np.searchsorted(bounds, value, side="right"))]
                text = (
                    f"Oxygen low in {say.places(self._schedule, stage, containers)}: "
                    f"down to about {value:.0f} % saturation."
                )
                day = stage.start_day + d
                entry = self._entry(stage, day, "issue", text, containers, level, EVENING_HOUR)
                again = np.flatnonzero(~low[d + 1 :])
                end = day + 1 + int(again[0]) if len(again) else None
                notes = "" if end is None else f"Above {bounds[-1]:g} % throughout on {say.date(end)}."
                yield self._over(entry, stage, end, notes)

    def harvest(self) -> Iterator[Entry]:
        """The first day of a harvest, and the last one once every ring is empty."""
        stage = self._history.stages[-1]
        if stage.stage != SEA or not stage.emptied.any():
            return
        taken = np.flatnonzero(stage.emptied)
        last_day = stage.start_day + stage.days_lived - 1
        fish = stage.last(stage.population).astype(np.int64)
        first, last = int(last_day[taken].min()), int(last_day[taken].max())
        for day in dict.fromkeys((first, last)):
            if day == last != first and not stage.emptied.all():
                continue
            rings = [c for c in taken.tolist() if last_day[c] == day]
            text = f"{say.fish(int(fish[rings].sum()))} harvested from {say.places(self._schedule, stage, rings)}."
            if day == last and stage.emptied.all():
                text += f" All rings are empty: {say.fish(int(fish.sum()))} in all."
            yield self._entry(stage, day, "action", text, rings, hour=HARVEST_HOUR)


def _counted(seen: Sequence[LiceSeen | None], words: str) -> str:
    """Mobile lice a fish over the rings counted, or nothing where none was."""
    found = [s for s in seen if s is not None]
    if not found:
        return ""
    lice, fish = sum(s.lice for s in found), sum(s.fish for s in found)
    when = say.listed([say.date(d) for d in sorted({s.day for s in found})])
    return words.format(date=when, a_fish=f"{lice / fish:.2f} mobile lice a fish")


def _verdict(event: Noticed, samples: Samples) -> str:
    agent, _, _ = AGENTS[event.event.kind]
    count = len(samples.findings)
    return f"{agent} in {samples.positive} of {count} sample{'' if count == 1 else 's'}"


def _treated(given: tuple[Remedy, ...], at: int, last: int) -> str:
    """The treatments of the fortnight before, as a sentence."""
    recent = sorted({(r.day, r.method) for r in given if r.at == at and 0 <= last - r.day < AFTER_TREATMENT_DAYS})
    return f" After {say.listed([f'{say.METHODS[m]} on {say.date(d)}' for d, m in recent])}." if recent else ""


def _sentences(text: str) -> str:
    """The text with a capital after each full stop."""
    return ". ".join(say.capital(part) for part in text.split(". "))
