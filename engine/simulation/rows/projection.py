"""The days ahead of the stays that are lived in at the as-of date, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.farm.schedule import Batch, Schedule
from engine.simulation.observed.projection import StaysNow, StaysProjection, project_stays
from engine.simulation.record import StageHistory
from engine.simulation.rows.activities import Activities
from engine.simulation.rows.columns import Columns, biomass_units, hundredths
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.scenario import Baseline, StandardModels, profile_id, standard_models
from lake.codes import SEA
from lake.columns import Nullable


@dataclass(frozen=True)
class Ahead:
    """The n stays that are lived in at the as-of date, from their last state on.

    positions (n,): in the last stage. weight_cg, fish (n,): the last state's. bias, bias_days (n,): measured
    temperature less profile in 0.01 degC, and the days measured. length (n,): days ahead; profile (days,) in 0.01
    degC, weights_cg and population (n, days) at the end of day `first_day` + i; beyond length without meaning.
    """

    positions: np.ndarray
    weight_cg: np.ndarray
    fish: np.ndarray
    bias: np.ndarray
    bias_days: np.ndarray
    first_day: int
    length: np.ndarray
    profile: np.ndarray
    weights_cg: np.ndarray
    population: np.ndarray


@dataclass(frozen=True)
class StayDays:
    """What is known of n stays of one stage, day by day; the days before the as-of date count.

    positions (n,): of the stays in the stage. weight_cg, population, temp_c (n, days); measured (n, days): the
    temperature was, and is not interpolated.
    """

    positions: np.ndarray
    weight_cg: np.ndarray
    population: np.ndarray
    temp_c: np.ndarray
    measured: np.ndarray


def look_ahead(life: BatchLife) -> Ahead:
    """Project every stay that is lived in: on land to its planned end, at sea to the batch's target weight."""
    stage, known = life.stages[-1], life.estimates[-1]
    positions = np.flatnonzero(~stage.emptied)
    days = StayDays(
        positions=positions,
        weight_cg=known.weight_cg[positions],
        population=stage.population[positions],
        temp_c=known.temp_c[positions],
        measured=known.temp_measured[positions],
    )
    target_cg = life.history.harvest_target_cg if stage.stage == SEA else 0
    return project(life.schedule, life.history.batch, stage, days, target_cg=target_cg)


def days_ahead(schedule: Schedule, batch: Batch, stage: StageHistory, target_cg: int) -> int:
    """Days ahead of one stay, for a plan's forecast: of the stage's first container, as it truly grows.

    The stage is the one that the batch lives in at the as-of date and may be lived beyond it; target_cg: 0 on land.
    """
    days = StayDays(
        positions=np.zeros(1, dtype=np.int64),
        weight_cg=stage.weight_cg[:1],
        population=stage.population[:1],
        temp_c=stage.temp_c[:1],
        measured=np.ones((1, stage.days), dtype=bool),
    )
    return int(project(schedule, batch, stage, days, target_cg=target_cg).length[0])


def project(schedule: Schedule, batch: Batch, stage: StageHistory, known: StayDays, *, target_cg: int) -> Ahead:
    """The days ahead of a batch's stays, from the as-of date on; target_cg: where they end, 0 for no target."""
    policy, first = schedule.biology.model.outlook, schedule.as_of_day
    models = standard_models(schedule, batch.geography_id)
    days = max(0, min(stage.planned_end_day - first, policy.horizon_days))
    yesterday = first - 1 - stage.start_day
    weight_now, fish_now = (v[:, yesterday].astype(np.int64) for v in (known.weight_cg, known.population))
    bias, bias_days = _bias(schedule, models, stage, known)
    profile = models.temperature(np.full(days, stage.stage), first + np.arange(days))
    ahead = StaysProjection(
        weight_cg=np.zeros((len(weight_now), days), dtype=np.int64),
        population=np.zeros((len(weight_now), days), dtype=np.int64),
        length=np.zeros(len(weight_now), dtype=np.int64),
    )
    project_stays(
        StaysNow(weight_cg=weight_now, fish=fish_now, bias_hundredths=bias),
        temp_hundredths=profile,
        tgc=float(models.tgc[stage.stage - 1]),
        mortality=models.mortality,
        target_cg=target_cg,
        out=ahead,
    )
    return Ahead(
        positions=known.positions,
        weight_cg=weight_now,
        fish=fish_now,
        bias=bias,
        bias_days=bias_days,
        first_day=first,
        length=ahead.length,
        profile=profile,
        weights_cg=ahead.weight_cg,
        population=ahead.population,
    )


def _bias(
    schedule: Schedule, models: StandardModels, stage: StageHistory, known: StayDays
) -> tuple[np.ndarray, np.ndarray]:
    """Mean of measured - profile in 0.01 degC, halves up, within the bounds, and the days measured; 0 without any."""
    policy = schedule.biology.model.outlook
    end = schedule.as_of_day - stage.start_day
    window = slice(max(0, end - policy.bias_window_days), end)
    day = stage.start_day + np.arange(window.start, window.stop)
    profile = models.temperature(np.full(len(day), stage.stage), day)
    measured = known.measured[:, window]
    excess = np.where(measured, hundredths(known.temp_c[:, window]) - profile, 0).sum(axis=1)
    days = measured.sum(axis=1)
    count = np.maximum(days, 1)
    low, high = (round(bound * 100) for bound in policy.bias_bounds_c)
    return np.clip((2 * excess + count) // (2 * count), low, high), days


def projection_rows(life: BatchLife, ahead: Ahead) -> Columns:
    """live_forward_projection: one row a stay and day ahead."""
    stage, days = life.stages[-1], ahead.weights_cg.shape[1]
    policy = life.schedule.biology.model.outlook
    c, d = np.nonzero(np.arange(days) < ahead.length[:, None])
    position, date = ahead.positions[c], ahead.first_day + d
    weight, population = ahead.weights_cg[c, d], ahead.population[c, d]
    models = standard_models(life.schedule, life.history.batch.geography_id)
    low, high = (round(bound * 100) for bound in policy.bias_bounds_c)

    def repeat(value: int) -> np.ndarray:
        return np.full(len(c), value)

    return {
        "batch_id": repeat(life.batch_id),
        "container_id": np.array(stage.container_ids)[position],
        "assignment_id": life.ids[-1][position],
        "computed_date": repeat(ahead.first_day - 1),
        "projection_date": date,
        "day_number": date - life.history.batch.start_day + 1,
        "projected_weight_g": weight,
        "projected_population": population,
        "projected_biomass_kg": biomass_units(population, weight),
        "temperature_used_c": ahead.profile[d] + ahead.bias[c],
        "tgc_value_used": repeat(round(models.tgc[stage.stage - 1] * 10_000)),
        "temp_profile_id": repeat(profile_id(life, stage.stage)),
        "temp_bias_c": ahead.bias[c],
        "temp_bias_window_days": ahead.bias_days[c],
        "temp_bias_clamp_min_c": repeat(low),
        "temp_bias_clamp_max_c": repeat(high),
    }


def summary_rows(life: BatchLife, ahead: Ahead, baseline: Baseline, activities: Activities) -> Columns:
    """container_forecast_summary: one row a stay that is lived in.

    At sea the harvest: the first day ahead at or over the batch's target, none if the stay is planned to end
    before. On land the move: the planned end of the stay, at the weight of the evening before. Attention is due when
    either comes within the policy's days and no activity is pending for it, or one is pending but overdue.
    """
    history, stage, known = life.history, life.stages[-1], life.estimates[-1]
    n, days, last_day = len(ahead.positions), ahead.weights_cg.shape[1], ahead.first_day - 1
    at_sea, can_move = stage.stage == SEA, stage.stage < SEA
    end = np.maximum(ahead.length - 1, 0)
    final = ahead.weights_cg[np.arange(n), end] if days else ahead.weight_cg
    reached = at_sea & (ahead.length > 0) & (final >= history.harvest_target_cg)
    harvest_day = ahead.first_day + end
    original = baseline.first_day_of(history.harvest_target_cg)
    soon = ahead.first_day + life.schedule.biology.model.outlook.attention_days
    due_day = np.where(reached, harvest_day, stage.planned_end_day)
    next_step = "HARVEST" if at_sea else "TRANSFER"
    unplanned, overdue = not activities.has_open(next_step), activities.has_open(next_step, overdue=True)

    def repeat(value: int | bool) -> np.ndarray:
        return np.full(n, value)

    def nullable(valid: bool | np.ndarray, value: int | np.ndarray) -> Nullable:
        return Nullable(np.broadcast_to(np.asarray(value), n), np.broadcast_to(np.asarray(valid), n))

    threshold = life.schedule.farm.model.stages[stage.stage].weight_g[0] if can_move else 0.0
    return {
        "batch_id": repeat(life.batch_id),
        "assignment_id": life.ids[-1][ahead.positions],
        "current_weight_g": ahead.weight_cg,
        "current_population": ahead.fish,
        "current_biomass_kg": biomass_units(ahead.fish, ahead.weight_cg),
        "state_date": repeat(last_day),
        "state_day_number": repeat(last_day - history.batch.start_day + 1),
        "state_confidence": stage.last(known.confidence)[ahead.positions],
        "projected_harvest_date": nullable(reached, harvest_day),
        "projected_harvest_weight_g": nullable(reached, final),
        "days_to_harvest": nullable(reached, harvest_day - last_day),
        "harvest_threshold_g": nullable(at_sea, history.harvest_target_cg),
        "projected_transfer_date": nullable(can_move, stage.planned_end_day),
        "projected_transfer_weight_g": nullable(can_move, final),
        "days_to_transfer": nullable(can_move, stage.planned_end_day - last_day),
        "transfer_threshold_g": nullable(can_move, round(threshold * 100)),
        "original_harvest_date": nullable(at_sea and original >= 0, original),
        "harvest_variance_days": nullable(reached & (original >= 0), harvest_day - original),
        "has_planned_harvest": repeat(activities.has_open("HARVEST")),
        "has_planned_transfer": repeat(activities.has_open("TRANSFER")),
        "needs_planning_attention": overdue | (unplanned & (due_day <= soon)),
        "temp_profile_id": repeat(profile_id(life, stage.stage)),
        "temp_bias_c": ahead.bias,
        "temp_bias_window_days": ahead.bias_days,
        "computed_date": repeat(last_day),
    }
