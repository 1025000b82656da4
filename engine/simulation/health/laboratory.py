"""Samples that a batch's people send to a laboratory in a disease event, and what it finds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import NamedTuple

from engine.farm.schedule import Schedule
from engine.simulation.health.events import NoticedEvent, whole_between
from engine.simulation.health.wording import capital
from engine.simulation.numerics import arithmetic as am
from engine.simulation.record import BatchHistory

WATER = "Water"


class Agent(NamedTuple):
    """The agent of a disease: its name, its name in results, and what is sampled for it."""

    name: str
    short_name: str
    samples: tuple[str, ...]


# by kind of event
AGENTS = {
    "PANCREAS_DISEASE": Agent(name="salmonid alphavirus", short_name="SAV", samples=("Heart Tissue", "Kidney Tissue")),
    "HEART_DISEASE": Agent(name="piscine orthoreovirus", short_name="PRV-1", samples=("Heart Tissue",)),
    "GILL_DISEASE": Agent(name="Neoparamoeba perurans", short_name="N. perurans", samples=("Gill Tissue",)),
    "WINTER_ULCER": Agent(name="Moritella viscosa", short_name="M. viscosa", samples=("Skin Swab", "Kidney Tissue")),
    "FUNGUS": Agent(name="Saprolegnia parasitica", short_name="S. parasitica", samples=("Skin Swab", WATER)),
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
class LabSamples:
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


def take_lab_samples(
    schedule: Schedule, history: BatchHistory, events: tuple[NoticedEvent, ...]
) -> tuple[LabSamples, ...]:
    """The samples of all events that a laboratory is asked about, by event; none dated past the as-of date.

    A stage's fish are sampled once a day: for what is noticed later, a day later.
    """
    policy = schedule.biology.model.laboratory
    known = schedule.farm.model.master.sample_types
    found: list[LabSamples] = []
    sampled: set[tuple[int, int]] = set()  # stages, by position, and days
    for i, event in sorted(enumerate(events), key=lambda e: (e[1].day, e[0])):
        if event.event.kind not in AGENTS:
            continue
        types = tuple(t for t in AGENTS[event.event.kind].samples if t in known)
        stage, key = history.stages[event.at], event.key
        day = event.day + whole_between(*policy.sample_days, am.uniform(key, 1))
        while (event.at, day) in sampled:
            day += 1
        lived = stage.days_lived.tolist()
        there = [c for c in event.containers if day < stage.start_day + lived[c]]
        # by lot: those with the smallest draws
        lots = sorted((am.uniform(key, DRAWS + DRAWS_A_SAMPLE * 4 * c), c) for c in there)
        chosen = tuple(sorted(c for _, c in lots[: policy.containers]))
        if not chosen or not types:
            continue
        sampled.add((event.at, day))
        sent = day + policy.send_days
        result = sent + whole_between(*policy.result_days, am.uniform(key, 2))
        findings = tuple(
            _examine(schedule, event, c, type_, draw=DRAWS + DRAWS_A_SAMPLE * (4 * c + 1 + t))
            for c in chosen
            for t, type_ in enumerate(types)
        )
        found.append(
            LabSamples(
                event=i,
                day=day,
                sent_day=sent,
                result_day=result,
                containers=chosen,
                types=types,
                findings=findings,
            )
        )
    return tuple(sorted(found, key=lambda samples: samples.event))


def _examine(schedule: Schedule, event: NoticedEvent, container: int, type_: str, draw: int) -> Finding:
    """Real-time PCR of one sample: the cycle at which the agent shows, if it does."""
    policy, key, agent = schedule.biology.model.laboratory, event.key, AGENTS[event.event.kind]
    name, where = agent.name, type_.lower()
    is_found = am.uniform(key, draw) < policy.detected_share
    ct = int(am.whole((policy.ct_mean + policy.ct_sd * am.normal(key, draw + 1)) * 10.0)) / 10.0
    ct = max(10.0, ct)
    if not is_found or ct >= policy.ct_limit:
        verdict, summary = "negative", f"{name} not detected in {where}."
    elif ct >= policy.ct_doubtful:
        verdict, summary = "inconclusive", f"Weak signal of {name} in {where} (Ct {ct}): inconclusive."
    else:
        verdict, summary = "positive", f"{name} detected in {where} (Ct {ct})."
    values: dict[str, float | int | None] = {f"{agent.short_name} Ct": None if verdict == "negative" else ct}
    if type_ != WATER:
        fish = policy.fish
        others = am.binomial_quantile(fish - 1, policy.detected_share, am.uniform(key, draw + 2))
        positive = 0 if verdict == "negative" else min(fish, 1 + others)
        values |= {"fish tested": fish, "fish positive": positive}
    return Finding(
        container=container, type=type_, verdict=verdict, summary=capital(summary), results=json.dumps(values)
    )
