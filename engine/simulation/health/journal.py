"""What the people of a site wrote down of a batch: entries that repeat nothing but what is in the data.

An entry rests on what was known on its day, so that a later as-of date adds entries and changes none; only whether
and how its matter ended is told as of the as-of date.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.health import wording
from engine.simulation.health.entries import EVENING_HOUR, HARVEST_HOUR, SEVERITIES, Entry, EntryWriter
from engine.simulation.health.events import NoticedEvent, notice_events, whole_between
from engine.simulation.health.laboratory import AGENTS, LabSamples, take_lab_samples
from engine.simulation.health.warning_signs import adult_female_counts, days_of_low_oxygen, run_starts, weekly_mortality
from engine.simulation.lice.stages import ADULT_FEMALE
from engine.simulation.lice.treatments import MobileCount, Remedy, remedies
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import WEEK_DAYS
from engine.simulation.record import BatchHistory, StageHistory
from lake.codes import SEA, VACCINE

AFTER_TREATMENT_DAYS = 14  # for so long fish are counted as lost by a treatment (Walde 2021)


@dataclass(frozen=True)
class CareRecord:
    """How a batch was looked after: its treatments, the events that were noticed, samples and the journal."""

    remedies: tuple[Remedy, ...]
    noticed: tuple[NoticedEvent, ...]
    samples: tuple[LabSamples, ...]
    entries: tuple[Entry, ...]

    @property
    def entry_of(self) -> dict[int, int]:
        """The position of the entry that tells of each remedy."""
        return {r: e for e, entry in enumerate(self.entries) for r in entry.treatments}


def record_care(schedule: Schedule, history: BatchHistory) -> CareRecord:
    """Everything that was done for a batch and written of it, in order of time."""
    given = remedies(schedule, history)
    events = notice_events(schedule, history)
    samples = take_lab_samples(schedule, history, events)
    writer = _JournalWriter(schedule, history)
    entries = [
        *writer.moves(),
        *writer.treatments(given),
        *writer.events(events, samples),
        *writer.lice(),
        *writer.mortality(given, events),
        *writer.oxygen(),
        *writer.harvest(),
        *writer.total_loss(),
    ]
    entries.sort(key=lambda e: (e.time_us, e.category, e.text))
    return CareRecord(remedies=given, noticed=events, samples=samples, entries=tuple(entries))


class _JournalWriter(EntryWriter):
    """The entries of one batch, by subject."""

    def moves(self) -> Iterator[Entry]:
        """Eggs placed, and every transfer."""
        stages = self.history.stages
        first = stages[0]
        eggs = int(first.fish.sum())
        where = f"{len(first.container_ids)} {self.nouns(first)} in {self.site(first)}"
        yield self.entry(first, first.start_day, "action", f"{eggs:,} eggs placed in {where}.")
        for source, dest, move in zip(stages, stages[1:], self.history.moves, strict=False):
            arrived, lost = int(move.arrived.sum()), int(move.lost.sum())
            text = (
                f"Moved {wording.fish(arrived)} from {self.site(source)} to "
                f"{len(dest.container_ids)} {self.nouns(dest)} in {self.site(dest)}; "
                f"{lost:,} lost on the way ({wording.percent(lost, arrived + lost)})."
            )
            yield self.entry(dest, move.day, "action", text)

    def treatments(self, given: tuple[Remedy, ...]) -> Iterator[Entry]:
        """One entry for all containers of a stage that were treated alike on one day."""
        groups: dict[tuple[int, int, str], list[int]] = {}
        for i, remedy in enumerate(given):
            groups.setdefault((remedy.day, remedy.at, remedy.method), []).append(i)
        for (day, at, method), members in groups.items():
            stage = self.history.stages[at]
            containers = [given[i].container for i in members]
            where = self.places(stage, containers)
            if method == VACCINE:
                fish = _morning_fish(stage, containers, day)
                vaccine = self.schedule.region_of(self.history.batch).vaccine
                text = f"{wording.fish(fish)} vaccinated ({vaccine}) in {where}."
                entry = self.entry(stage, day, "vaccination", text, containers=containers)
                yield entry._replace(treatments=tuple(members))
                continue
            before = [given[i].before for i in members]
            text = f"{wording.METHODS[method]} of {where}{_lice_text(before, '; counted on {date}: {a_fish}')}."
            entry = self.entry(stage, day, "treatment", text, containers=containers)._replace(treatments=tuple(members))
            yield self._with_treatment_end(entry, stage, [given[i] for i in members])

    def _with_treatment_end(self, entry: Entry, stage: StageHistory, treated: list[Remedy]) -> Entry:
        after = [r.after for r in treated]
        if all(a is not None for a in after):
            return entry._replace(notes=_lice_text(after, "Counted on {date}: {a_fish}.").strip())
        missing = [r.container for r in treated if r.after is None]
        if bool(stage.emptied[missing].all()):
            return entry._replace(notes="Harvested before all rings were counted again.")
        return entry._replace(resolved=False)

    def events(self, events: tuple[NoticedEvent, ...], samples: tuple[LabSamples, ...]) -> Iterator[Entry]:
        """What happened to the fish: notice, samples, cause, and a look back a week later."""
        sampled = {s.event: s for s in samples}
        for i, event in enumerate(events):
            stage, what = self.history.stages[event.at], wording.EVENTS[event.event.kind]
            level = SEVERITIES[bisect_right(self.policy.event_loss, event.event.loss)]
            start, day = event.event.start_day, event.day
            if _occupied(stage, event.containers, day):
                words = self.choose_wording(
                    wording.NOTICED if event.event.kind in AGENTS else wording.STRUCK, day, "issue"
                )
                yield self._with_event_end(
                    self._event_entry(event, day, "issue", words, since=start, level=level), event
                )
            if i in sampled:
                yield self._sample_entry(stage, event, sampled[i])
                if sampled[i].result_day < self.schedule.as_of_day and _occupied(
                    stage, event.containers, sampled[i].result_day
                ):
                    yield self._with_event_end(self._diagnosis(stage, event, sampled[i], what, level=level), event)
            elif event.event.kind not in AGENTS:
                low, high = self.policy.diagnosis_days
                known = day + whole_between(low, high, am.uniform(event.key, 3))
                if _count_dead(stage, _occupied(stage, event.containers, known), start, known):
                    words = self.choose_wording(wording.ESTABLISHED, known, "diagnosis")
                    yield self._with_event_end(
                        self._event_entry(event, known, "diagnosis", words, since=start, level=level), event
                    )
            later = day + WEEK_DAYS
            if later < event.event.end_day and _occupied(stage, event.containers, later):
                words = self.choose_wording(wording.FOLLOWED, later, "observation")
                yield self._with_event_end(
                    self._event_entry(event, later, "observation", words, since=later - WEEK_DAYS + 1, level=level),
                    event,
                )

    def _event_entry(self, event: NoticedEvent, day: int, category: str, words: str, since: int, level: str) -> Entry:
        """An entry with the dead from `since` to `day` in the containers still lived in."""
        stage = self.history.stages[event.at]
        there = _occupied(stage, event.containers, day)
        lost = _count_dead(stage, there, since, day)
        fish = _morning_fish(stage, there, since)
        text = words.format(
            dead=wording.dead(stage, lost),
            places=self.places(stage, there),
            start=wording.date(since),
            share=wording.percent(lost, fish),
            what=wording.EVENTS[event.event.kind],
        )
        return self.entry(stage, day, category, _sentences(text), containers=there, severity=level)

    def _with_event_end(self, entry: Entry, event: NoticedEvent) -> Entry:
        """The entry with the event's end and its toll, once it is over or the fish are gone."""
        stage = self.history.stages[event.at]
        a, end = event.event.start_day, event.event.end_day
        lived, emptied = stage.days_lived.tolist(), stage.emptied.tolist()
        if all(emptied[c] for c in event.containers):
            end = min(end, stage.start_day + max(lived[c] for c in event.containers))
        if end > self.schedule.as_of_day:
            return entry._replace(resolved=False)
        lost = _count_dead(stage, event.containers, a, end - 1)
        text = f"Over: {wording.dead(stage, lost)} from {wording.date(a)} to {wording.date(end - 1)}."
        return entry._replace(notes=text)

    def _sample_entry(self, stage: StageHistory, event: NoticedEvent, samples: LabSamples) -> Entry:
        where = self.places(stage, samples.containers)
        kinds = wording.listed([t.lower() for t in samples.types])
        text = f"{kinds} sampled in {where}, for {wording.EVENTS[event.event.kind]}."
        entry = self.entry(stage, samples.day, "sample", text, containers=samples.containers)
        if samples.result_day >= self.schedule.as_of_day:
            return entry._replace(resolved=False)
        return entry._replace(notes=f"Results of {wording.date(samples.result_day)}: {_verdict_text(event, samples)}.")

    def _diagnosis(self, stage: StageHistory, event: NoticedEvent, samples: LabSamples, what: str, level: str) -> Entry:
        concerned = samples.positive_containers or samples.containers
        if samples.positive:
            end = f"{wording.capital(what)} confirmed in {self.places(stage, concerned)}"
        else:
            end = f"{wording.capital(what)} is not confirmed"
        there = _occupied(stage, concerned, samples.result_day)
        text = f"Laboratory: {_verdict_text(event, samples)}. {end}."
        return self.entry(stage, samples.result_day, "diagnosis", text, containers=there, severity=level)

    def lice(self) -> Iterator[Entry]:
        """Counts whose mean over all rings is above the limit, once for as long as they last."""
        limits = self.schedule.region_of(self.history.batch).adult_female_limit
        for stage in self.history.stages:
            lice = stage.lice
            if lice is None:
                continue
            females, fish, limit, is_above = adult_female_counts(lice, limits)
            starts = run_starts(is_above)
            below = np.flatnonzero((fish > 0) & ~is_above) if starts else np.zeros(0, dtype=np.int64)
            for w in starts:
                rings = np.flatnonzero(lice.sampled[:, w] > 0).tolist()
                a_fish = lice.counted[rings, w, ADULT_FEMALE] / lice.sampled[rings, w]
                worst = self.schedule.farm.container(stage.container_ids[rings[int(a_fish.argmax())]]).name
                times = float(females[w] / fish[w] / limit[w])
                level = SEVERITIES[bisect_right(self.policy.lice_over, times)]
                text = (
                    f"{females[w] / fish[w]:.2f} adult female lice a fish counted in {len(rings)} rings, above the "
                    f"limit of {limit[w]:g}; most in {worst}, {a_fish.max():.2f}."
                )
                entry = self.entry(stage, int(lice.day[w]), "observation", text, severity=level)
                after = next((v for v in below if v > w), None)
                day = None if after is None else int(lice.day[after])
                notes = "" if day is None else f"Not above the limit at the count of {wording.date(day)}."
                yield self.with_end(entry, stage, day, notes)

    def mortality(self, given: tuple[Remedy, ...], events: tuple[NoticedEvent, ...]) -> Iterator[Entry]:
        """Whole weeks of a stage in which more fish died than usual, outside of what an event explains."""
        bounds = self.policy.weekly_mortality
        for at, stage in enumerate(self.history.stages):
            n = len(stage.container_ids)
            dead, fish, level = weekly_mortality(stage, bounds)
            for w in run_starts(level > 0):
                first = stage.start_day + WEEK_DAYS * w
                last = first + WEEK_DAYS - 1
                if any(e.at == at and e.event.start_day <= last and e.event.end_day > first for e in events):
                    continue
                there = _occupied(stage, range(n), first)
                text = self.choose_wording(wording.MORTALITY, last, "issue").format(
                    share=wording.percent(int(dead[w]), int(fish[w])),
                    dead=wording.dead(stage, int(dead[w])),
                    places=self.places(stage, there),
                    start=wording.date(first),
                    end=wording.date(last),
                ) + _treatments_text(given, at, last)
                entry = self.entry(stage, last, "issue", text, containers=there, severity=SEVERITIES[int(level[w]) - 1])
                lower = np.flatnonzero(level[w + 1 :] == 0)
                if len(lower):
                    v = w + 1 + int(lower[0])
                    end = stage.start_day + WEEK_DAYS * (v + 1) - 1
                    share = wording.percent(int(dead[v]), int(fish[v]))
                    yield self.with_end(entry, stage, end, f"{share} in the week to {wording.date(end)}.")
                else:
                    yield self.with_end(entry, stage, None, "")

    def oxygen(self) -> Iterator[Entry]:
        """Days of little oxygen, once in a while."""
        bounds = self.policy.oxygen_low
        for stage in self.history.stages:
            below, days = days_of_low_oxygen(stage, bounds[-1], self.policy.oxygen_quiet_days)
            low = np.asarray(below.any(axis=0))
            for d in days:
                containers = below[:, d].nonzero()[0].tolist()
                value = float(stage.oxygen_min[containers, d].min())
                level = SEVERITIES[2 - bisect_right(bounds, value)]
                text = f"Oxygen low in {self.places(stage, containers)}: down to about {value:.0f} % saturation."
                day = stage.start_day + d
                entry = self.entry(stage, day, "issue", text, containers=containers, severity=level, hour=EVENING_HOUR)
                again = np.flatnonzero(~low[d + 1 :])
                end = day + 1 + int(again[0]) if len(again) else None
                notes = "" if end is None else f"Above {bounds[-1]:g} % throughout on {wording.date(end)}."
                yield self.with_end(entry, stage, end, notes)

    def harvest(self) -> Iterator[Entry]:
        """The first day of a harvest, and the last one once every ring is empty."""
        stage = self.history.stages[-1]
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
            text = f"{wording.fish(int(fish[rings].sum()))} harvested from {self.places(stage, rings)}."
            if day == last and stage.emptied.all():
                text += f" All rings are empty: {wording.fish(int(fish.sum()))} in all."
            yield self.entry(stage, day, "action", text, containers=rings, hour=HARVEST_HOUR)

    def total_loss(self) -> Iterator[Entry]:
        """The day on which all fish died."""
        lost, stage = self.history.batch.lost, self.history.stages[-1]
        if lost is None or not self.history.lost:
            return
        containers = range(len(stage.container_ids))
        dead = wording.dead(stage, int(stage.dead[:, -1].sum()))
        text = f"All lost to {wording.EVENTS[lost.cause]}: {dead} in {self.places(stage, containers)}."
        entry = self.entry(stage, lost.day, "issue", text, severity=SEVERITIES[-1], hour=EVENING_HOUR)
        yield self.with_end(entry, stage, lost.day, "The batch is ended; the hall is emptied and disinfected.")


def _occupied(stage: StageHistory, containers: Sequence[int], day: int) -> list[int]:
    """Those of the containers that are lived in on a day (none past the as-of date)."""
    lived = stage.days_lived.tolist()
    return [c for c in containers if day < stage.start_day + lived[c]]


def _morning_fish(stage: StageHistory, containers: Sequence[int], day: int) -> int:
    """The fish in some containers on the morning of a day."""
    before = day - stage.start_day - 1
    return int((stage.population[containers, before] if before >= 0 else stage.fish[containers]).sum())


def _count_dead(stage: StageHistory, containers: Sequence[int], first: int, last: int) -> int:
    """The dead of some containers from the first to the last day."""
    dead = stage.dead[:, first - stage.start_day : last - stage.start_day + 1].sum(axis=1).tolist()
    return sum(dead[c] for c in containers)


def _lice_text(counts: Sequence[MobileCount | None], words: str) -> str:
    """Mobile lice a fish over the rings counted, or nothing where none was."""
    found = [s for s in counts if s is not None]
    if not found:
        return ""
    lice, fish = sum(s.lice for s in found), sum(s.fish for s in found)
    when = wording.listed([wording.date(d) for d in sorted({s.day for s in found})])
    return words.format(date=when, a_fish=f"{lice / fish:.2f} mobile lice a fish")


def _verdict_text(event: NoticedEvent, samples: LabSamples) -> str:
    agent = AGENTS[event.event.kind].name
    count = len(samples.findings)
    return f"{agent} in {samples.positive} of {count} sample{'' if count == 1 else 's'}"


def _treatments_text(given: tuple[Remedy, ...], at: int, last: int) -> str:
    """The treatments of the fortnight before, as a sentence."""
    recent = sorted({(r.day, r.method) for r in given if r.at == at and 0 <= last - r.day < AFTER_TREATMENT_DAYS})
    return (
        f" After {wording.listed([f'{wording.METHODS[m]} on {wording.date(d)}' for d, m in recent])}." if recent else ""
    )


def _sentences(text: str) -> str:
    """The text with a capital after each full stop."""
    return ". ".join(wording.capital(part) for part in text.split(". "))
