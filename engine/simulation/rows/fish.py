"""Rows of mortality_event, growth_sample, individual_growth_observation and daily_state."""

from __future__ import annotations

import numpy as np

from engine.simulation import observation
from engine.simulation.history import StageHistory
from engine.simulation.rows.shared import (
    Columns,
    Subject,
    biomass_units,
    code,
    hundredths,
    mean_weight_g,
    row_ids,
    stack,
)
from engine.simulation.streams import Stream
from lake.columns import Nullable

STATISTICS = (
    "avg_weight_g",
    "std_deviation_weight",
    "min_weight_g",
    "max_weight_g",
    "avg_length_cm",
    "std_deviation_length",
    "condition_factor",
)


def mortality_rows(subject: Subject) -> Columns:
    """A row for each stay and day with deaths, and one for each with a cull; nothing on other days."""
    parts = []
    for stage, ids in zip(subject.stages, subject.ids, strict=True):
        lost = np.stack([stage.dead, stage.culled], axis=2)
        c, d, is_cull = np.nonzero(lost)
        count = lost[c, d, is_cull]
        cause = np.where(is_cull == 1, code("mortality_event", "cause", "OTHER"), stage.cause[c, d])
        parts.append(
            {
                "container_id": np.array(stage.container_ids)[c],
                "assignment_id": ids[c],
                "event_date": stage.start_day + d,
                "count": count,
                "biomass_kg": biomass_units(count, stage.weight_cg[c, d]),
                "cause": cause,
                "is_cull": is_cull == 1,
                "batch_id": subject.batch_id,
            }
        )
    return stack(parts)


def sample_rows(subject: Subject) -> tuple[Columns, Columns, np.ndarray]:
    """The weekly samples, their fish, and for each stay the day of its latest sample (-1 for none)."""
    growth = subject.schedule.biology.model.growth
    every, size = growth.sample_interval_days.value, growth.sample_size.value
    samples: list[Columns] = []
    fish: list[Columns] = []
    latest: list[np.ndarray] = []
    before = 0
    for stage, ids in zip(subject.stages, subject.ids, strict=True):
        n = len(stage.container_ids)
        most = n * (stage.days // every) if stage.stage >= growth.first_sampled_stage.value else 0
        container, day, count = (np.empty(most, dtype=np.int64) for _ in range(3))
        statistics = np.empty((most, len(STATISTICS)), dtype=np.int64)
        of, number, weight, length = (np.empty(most * size, dtype=np.int64) for _ in range(4))
        taken = weighed = 0
        if most:
            taken, weighed = observation.weigh(
                subject.container_keys(Stream.FISH, stage),
                stage.start_day,
                every,
                size,
                stage.population,
                stage.mu,
                stage.v,
                growth.condition_factor.value[stage.stage - 1],
                growth.condition_factor_sd.value,
                container,
                day,
                count,
                statistics,
                of,
                number,
                weight,
                length,
            )
        at = container[:taken]
        row = row_ids("growth_sample", subject.batch_id, taken, before)
        samples.append(
            {
                "id": row,
                "container_id": np.array(stage.container_ids)[at],
                "assignment_id": ids[at],
                "sample_date": day[:taken],
                "sample_size": count[:taken],
                "batch_id": subject.batch_id,
                **{name: statistics[:taken, i] for i, name in enumerate(STATISTICS)},
            }
        )
        fish.append(
            {
                "growth_sample_id": row[of[:weighed]],
                "fish_identifier": number[:weighed],
                "weight_g": weight[:weighed],
                "length_cm": length[:weighed],
                "batch_id": subject.batch_id,
            }
        )
        last = np.full(n, -1, dtype=np.int64)
        np.maximum.at(last, at, day[:taken])
        latest.append(last)
        before += taken
    return stack(samples), stack(fish), np.concatenate(latest)


def state_rows(subject: Subject) -> Columns:
    """One row a stay and day: the state at the day's end, before anything leaves."""
    growth = subject.schedule.biology.model.growth
    parts: list[Columns] = []
    anchors: list[np.ndarray] = []
    ratios: list[np.ndarray] = []
    birth = subject.history.batch.start_day
    for i, (stage, ids) in enumerate(zip(subject.stages, subject.ids, strict=True)):
        n, days = stage.population.shape
        date = stage.start_day + np.arange(days)
        anchor = np.full((n, days), -1, dtype=np.int8)
        if i > 0:
            anchor[:, 0] = code("daily_state", "anchor_type", "transfer")
        if stage.stage >= growth.first_sampled_stage.value:
            weekly = slice(growth.sample_interval_days.value - 1, None, growth.sample_interval_days.value)
            sampled = code("daily_state", "anchor_type", "growth_sample")
            anchor[:, weekly] = np.where(stage.population[:, weekly] > 0, sampled, anchor[:, weekly])
        anchors.append(anchor.ravel())
        ratios.append(_feed_ratio(stage).ravel())
        parts.append(
            {
                "container_id": np.repeat(np.array(stage.container_ids), days),
                "assignment_id": np.repeat(ids, days),
                "lifecycle_stage_id": stage.stage,
                "date": np.tile(date, n),
                "day_number": np.tile(date - birth + 1, n),
                "avg_weight_g": stage.weight_cg.ravel(),
                "population": stage.population.ravel(),
                "biomass_kg": biomass_units(stage.population, stage.weight_cg).ravel(),
                "temp_c": hundredths(stage.temp_c).ravel(),
                "mortality_count": (stage.dead + stage.culled).ravel(),
                "feed_kg": stage.ration.ravel(),
                "batch_id": subject.batch_id,
            }
        )
    columns = stack(parts)
    anchor, ratio = np.concatenate(anchors), np.concatenate(ratios)
    columns["anchor_type"] = Nullable(np.maximum(anchor, 0), anchor >= 0)
    columns["observed_fcr"] = Nullable(np.maximum(ratio, 0), ratio >= 0)
    return columns


def _feed_ratio(stage: StageHistory) -> np.ndarray:
    """Feed over gross growth since the stay began, in thousandths, (n, days); -1 where nothing grew."""
    root = np.concatenate([stage.mu0[:, None], stage.mu], axis=1)
    spread = np.concatenate([stage.v0[:, None], stage.v], axis=1)
    weight_g = mean_weight_g(root, spread)
    fish = np.concatenate([stage.fish[:, None], stage.population[:, :-1]], axis=1)
    growth_kg = np.cumsum(fish * (weight_g[:, 1:] - weight_g[:, :-1]) / 1000.0, axis=1)
    feed_kg = np.cumsum(stage.ration, axis=1) / 10000.0
    grown = growth_kg > 0
    ratio = np.floor(feed_kg / np.where(grown, growth_kg, 1.0) * 1000.0 + 0.5)
    return np.where(grown & (feed_kg > 0), ratio, -1).astype(np.int64)
