"""A batch that sees everything: lice, treatments, events, little oxygen and a harvest over several days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from engine.farm.schedule import Schedule
from engine.simulation.record import BatchHistory, HealthEvent, SeaLice, StageHistory, Treatment
from engine.simulation.rows.journal import journal_tables
from engine.simulation.rows.lice import lice_tables
from engine.simulation.rows.life import BatchLife
from lake.codes import MORTALITY_CAUSES, SEA
from lake.columns import record_batch
from lake.tables import TABLES
from tests.simulation.climates import climate_for
from tests.simulation.trade_lives import alone

Rows = dict[str, list[dict[str, Any]]]
EventfulLife = Callable[[int], tuple[BatchHistory, Rows]]  # by position, see the fixture
DAILY = (
    "population",
    "dead",
    "culled",
    "cause",
    "mu",
    "v",
    "weight_cg",
    "dead_cg",
    "culled_cg",
    "ration",
    "temp_c",
    "oxygen_draw",
    "oxygen_mean",
    "oxygen_min",
    "appetite",
    "fasted",
)
METHODS = ("THERMAL", "MECHANICAL", "FRESHWATER", "H2O2", "BATH")
SEA_KINDS = ("PANCREAS_DISEASE", "GILL_DISEASE", "WINTER_ULCER", "HEART_DISEASE", "STORM", "JELLYFISH", "PREDATOR")


def eventful(history: BatchHistory, days_between_rings: int = 3) -> BatchHistory:
    """The history with its rings emptied one after the other, if harvested, and much that happened to its fish."""
    rng = np.random.default_rng(5)
    sea = history.stages[-1]
    assert sea.stage == SEA
    n = len(sea.container_ids)
    lived = sea.days_lived - np.arange(n)[::-1] * days_between_rings if sea.emptied.all() else sea.days_lived
    here = np.arange(sea.days) < lived[:, None]
    oxygen = np.where(rng.uniform(size=here.shape) < 0.02, rng.uniform(40, 64, here.shape), 85.0)
    dead = np.where(here, sea.dead, 0)
    dead[:, 140:147] += 400
    sea = replace(sea, days_lived=lived, oxygen_min=oxygen, dead=dead, population=np.where(here, sea.population, 0))
    sea = replace(sea, lice=_lice(rng, sea))
    start = sea.start_day
    events = [
        HealthEvent(
            stage=SEA,
            containers=tuple(range(n)) if i % 2 else (i % n,),
            kind=kind,
            cause=MORTALITY_CAUSES.index("DISEASE"),
            start_day=at,
            end_day=at + 35,
            loss=loss,
        )
        for i, (kind, loss) in enumerate(zip(SEA_KINDS, rng.uniform(0.001, 0.08, len(SEA_KINDS)), strict=True))
        for at in [start + 30 + 50 * i]
    ]
    parr = history.stages[2]
    events.append(
        HealthEvent(
            stage=3,
            containers=(1,),
            kind="FUNGUS",
            cause=0,
            start_day=parr.start_day + 40,
            end_day=parr.start_day + 60,
            loss=0.01,
        )
    )
    # one that begins after every ring is empty or the data end: nobody sees it
    events.append(
        HealthEvent(
            stage=SEA,
            containers=(0,),
            kind="ALGAL_BLOOM",
            cause=3,
            start_day=start + sea.days + 2,
            end_day=start + sea.days + 9,
            loss=0.2,
        )
    )
    treatments = [
        Treatment(
            stage=SEA,
            container=c,
            day=start + 60 + 41 * i,
            method=method,
            efficacy=float(rng.uniform()),
            loss=float(rng.uniform(0, 0.05)),
        )
        for i, method in enumerate(METHODS * 2)
        for c in range(n)
        if (c + i) % 2 == 0 and 60 + 41 * i < lived[c]
    ]
    return replace(
        history, stages=(*history.stages[:-1], sea), events=tuple(reversed(events)), treatments=tuple(treatments)
    )


def _lice(rng: np.random.Generator, sea: StageHistory) -> SeaLice:
    day = sea.start_day + np.arange(7, sea.days, 7)
    n = len(sea.container_ids)
    sampled = np.where(day - sea.start_day < sea.days_lived[:, None], 20, 0)
    rise = np.linspace(0.05, 1.2, len(day))
    mean = np.stack([np.tile(rise * k, (n, 1)) for k in (2.0, 1.6, 0.8)], axis=2) * rng.uniform(
        0.5, 1.5, (n, len(day), 1)
    )
    counted = rng.poisson(mean * sampled[:, :, None] * rng.gamma(2.0, 0.5, mean.shape))
    return SeaLice(
        day=day,
        attached=mean[..., 0],
        mobile=mean[..., 1],
        adult_female=mean[..., 2],
        pressure=np.tile(rise, (n, 1)),
        counted=counted,
        sampled=sampled,
    )


def cut(history: BatchHistory, as_of_day: int) -> BatchHistory:
    """The history as it stands at an earlier as-of date."""
    stages = []
    for stage in (s for s in history.stages if s.start_day < as_of_day):
        days = min(stage.days, as_of_day - stage.start_day)
        # the fish of a tank are moved on the day after its last; a ring's harvest closes its last day
        left = stage.days_lived <= days if stage.stage == SEA else stage.days_lived < as_of_day - stage.start_day
        lice = stage.lice
        if lice is not None:
            w = lice.day < as_of_day
            named = ("day", "attached", "mobile", "adult_female", "pressure", "sampled")
            until = {name: getattr(lice, name)[..., w] for name in named}
            lice = replace(lice, counted=lice.counted[:, w], **until)
        daily = {name: getattr(stage, name)[:, :days] for name in DAILY}
        stages.append(
            replace(
                stage, days_lived=np.minimum(stage.days_lived, days), emptied=stage.emptied & left, lice=lice, **daily
            )
        )
    over = history.harvested and stages[-1].stage == SEA and bool(stages[-1].emptied.all())
    return replace(
        history,
        stages=tuple(stages),
        moves=tuple(m for m in history.moves if m.day < as_of_day),
        treatments=tuple(t for t in history.treatments if t.day < as_of_day),
        harvested=over,
        harvest_reason=history.harvest_reason if over else "",
    )


def life_of_batch(schedule: Schedule, history: BatchHistory) -> BatchLife:
    """The batch as families of rows see it."""
    return BatchLife(schedule=schedule, history=history, climate=climate_for(schedule))


def rows_of(schedule: Schedule, history: BatchHistory) -> Rows:
    """The rows of a history, see rows_of_life."""
    return rows_of_life(life_of_batch(schedule, history))


def rows_of_life(life: BatchLife) -> Rows:
    """The rows of lice and of the journal as the lake stores them, a dictionary each, in their order."""
    found = {}
    for table, made in (alone(lice_tables, life) | alone(journal_tables, life)).items():
        batch = record_batch(TABLES[table], made)
        batch.validate(full=True)
        found[table] = pa.Table.from_batches([batch]).to_pylist()
    return found
