"""Samples that a batch's people send to a laboratory in a disease event, and what it finds."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.record import BatchHistory, HealthEvent

WATER = "Water"
# the agent of a kind of event, its name in results, and what is sampled
AGENTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "PANCREAS_DISEASE": ("salmonid alphavirus", "SAV", ("Heart Tissue", "Kidney Tissue")),
    "HEART_DISEASE": ("piscine orthoreovirus", "PRV-1", ("Heart Tissue",)),
    "GILL_DISEASE": ("Neoparamoeba perurans", "N. perurans", ("Gill Tissue",)),
    "WINTER_ULCER": ("Moritella viscosa", "M. viscosa", ("Skin Swab", "Kidney Tissue")),
    "FUNGUS": ("Saprolegnia parasitica", "S. parasitica", ("Skin Swab", WATER)),
}
DRAWS = 16  # of the event, before those of its samples
DRAWS_A_SAMPLE = 4


@dataclass(frozen=True)
class Finding:
    """One sample's result. results: JSON."""

    container: int
    type: str
    verdict: str
    summary: str
    results: str


@dataclass(frozen=True)
class Samples:
    """What was taken of one event on one day. containers: positions in the stage; types: of the farm's list."""

    event: int
    day: int
    sent_day: int
    result_day: int
    containers: tuple[int, ...]
    types: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def positive(self) -> int:
        """Samples in which the agent was found."""
        return sum(f.verdict == "positive" for f in self.findings)

    @property
    def positive_containers(self) -> tuple[int, ...]:
        """Where it was found, positions in the stage."""
        return tuple(dict.fromkeys(f.container for f in self.findings if f.verdict == "positive"))


@dataclass(frozen=True)
class Noticed:
    """An event that began before the as-of date, as its site took note of it. at: position in the stages.

    containers: those of the event that were lived in when it began; day: of the first entry.
    """

    at: int
    event: HealthEvent
    containers: tuple[int, ...]
    day: int
    key: np.uint64


def noticed(schedule: Schedule, history: BatchHistory) -> tuple[Noticed, ...]:
    """The events of a batch in order of time, stage and kind; those that no container lived to see are left out."""
    low, high = schedule.biology.model.journal.notice_days
    at_of = {stage.stage: at for at, stage in enumerate(history.stages)}
    found = []
    for event in sorted(history.events, key=lambda e: (e.start_day, e.stage, e.kind, e.containers)):
        if event.stage not in at_of or event.start_day >= schedule.as_of_day:
            continue
        stage = history.stages[at_of[event.stage]]
        there = tuple(c for c in event.containers if event.start_day < stage.start_day + int(stage.days_lived[c]))
        if there:
            key = stream_key(
                schedule.seed, Stream.LABORATORY, history.batch.number, event.kind, event.stage, event.start_day
            )
            day = event.start_day + whole_between(low, high, am.uniform(key, 0))
            found.append(Noticed(at_of[event.stage], event, there, day, key))
    return tuple(found)


def whole_between(low: int, high: int, u: float) -> int:
    """A whole number from low to high, each alike, from a uniform."""
    return low + min(high - low, int(u * (high - low + 1)))


def laboratory(schedule: Schedule, history: BatchHistory, events: tuple[Noticed, ...]) -> tuple[Samples, ...]:
    """The samples of all events that a laboratory is asked about, by event; none dated past the as-of date."""
    policy = schedule.biology.model.laboratory
    known = schedule.farm.model.master.sample_types
    found = []
    for i, noticed_event in enumerate(events):
        if noticed_event.event.kind not in AGENTS:
            continue
        types = tuple(t for t in AGENTS[noticed_event.event.kind][2] if t in known)
        stage, key = history.stages[noticed_event.at], noticed_event.key
        day = noticed_event.day + whole_between(*policy.sample_days, am.uniform(key, 1))
        there = [c for c in noticed_event.containers if day < stage.start_day + int(stage.days_lived[c])]
        # by lot: those with the smallest draws
        lots = sorted((am.uniform(key, DRAWS + DRAWS_A_SAMPLE * 4 * c), c) for c in there)
        chosen = tuple(sorted(c for _, c in lots[: policy.containers]))
        if not chosen or not types:
            continue
        sent = day + policy.send_days
        result = sent + whole_between(*policy.result_days, am.uniform(key, 2))
        findings = tuple(
            _examine(schedule, noticed_event, c, type_, DRAWS + DRAWS_A_SAMPLE * (4 * c + 1 + t))
            for c in chosen
            for t, type_ in enumerate(types)
        )
        found.append(Samples(i, day, sent, result, chosen, types, findings))
    return tuple(found)


def _examine(schedule: Schedule, noticed_event: Noticed, container: int, type_: str, draw: int) -> Finding:
    """Real-time PCR of one sample: the cycle at which the agent shows, if it does."""
    policy, key = schedule.biology.model.laboratory, noticed_event.key
    agent, short, _ = AGENTS[noticed_event.event.kind]
    there = am.uniform(key, draw) < policy.detected_share
    ct = int(am.whole((policy.ct_mean + policy.ct_sd * am.normal(key, draw + 1)) * 10.0)) / 10.0
    ct = max(10.0, ct)
    if not there or ct >= policy.ct_limit:
        verdict, summary = "negative", f"{agent} not detected in {type_.lower()}."
    elif ct >= policy.ct_doubtful:
        verdict, summary = "inconclusive", f"Weak signal of {agent} in {type_.lower()} (Ct {ct}): inconclusive."
    else:
        verdict, summary = "positive", f"{agent[0].upper()}{agent[1:]} detected in {type_.lower()} (Ct {ct})."
    values: dict[str, float | int | None] = {f"{short} Ct": None if verdict == "negative" else ct}
    if type_ != WATER:
        fish = policy.fish
        others = am.binomial_quantile(fish - 1, policy.detected_share, am.uniform(key, draw + 2))
        positive = 0 if verdict == "negative" else min(fish, 1 + others)
        values |= {"fish tested": fish, "fish positive": positive}
    return Finding(container, type_, verdict, summary[0].upper() + summary[1:], json.dumps(values))
