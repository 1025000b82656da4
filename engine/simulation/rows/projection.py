"""The days ahead of the stays that are lived in at the as-of date, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.farm.schedule import Batch, Schedule
from engine.simulation.observed import projection
from engine.simulation.record import StageHistory
from engine.simulation.rows.activities import Activities
from engine.simulation.rows.scenario import Baseline, StandardModels, profile_id, standard_models
from engine.simulation.rows.shared import Columns, Subject, biomass_units, hundredths
from lake.codes import SEA
from lake.columns import Nullable


@dataclass(frozen=True)
class Ahead:
    """The n stays that are lived in at the as-of date, from their last state on.

    at (n,): position in the last stage. weight_cg, fish (n,): the last state's. bias, bias_days (n,): measured
    temperature less profile in 0.01 degC, and the days measured. length (n,): days ahead; profile (days,) in 0.01
    degC, weights_cg and population (n, days) at the end of day `first_day` + i; beyond length without meaning.
    """

    at: np.ndarray
    weight_cg: np.ndarray
    fish: np.ndarray
    bias: np.ndarray
    bias_days: np.ndarray
    first_day: int
    length: np.ndarray
    profile: np.ndarray
    weights_cg: np.ndarray
    population: np.ndarray


def look_ahead(subject: Subject) -> Ahead:
    """Project every stay that is lived in: on land to its planned end, at sea to the batch's target weight."""
    schedule, history = subject.schedule, subject.history
    stage, known = subject.stages[-1], subject.estimates[-1]
    target = history.harvest_target_cg if stage.stage == SEA else 0
    at = np.flatnonzero(~stage.emptied)
    weight, measured = known.weight_cg[at], known.temp_measured[at]
    return ahead_of(
        schedule, history.batch, stage, at, weight, stage.population[at], known.temp_c[at], measured, target
    )


def days_ahead(schedule: Schedule, batch: Batch, stage: StageHistory, target_cg: int) -> int:
    """Days ahead of one stay, for a plan's forecast: of the stage's first container, as it truly grows.

    The stage is the one that the batch lives in at the as-of date and may be lived beyond it; target_cg: 0 on land.
    """
    first = np.zeros(1, dtype=np.int64)
    measured = np.ones((1, stage.days), dtype=bool)
    ahead = ahead_of(
        schedule, batch, stage, first, stage.weight_cg[:1], stage.population[:1], stage.temp_c[:1], measured, target_cg
    )
    return int(ahead.length[0])


def ahead_of(
    schedule: Schedule,
    batch: Batch,
    stage: StageHistory,
    at: np.ndarray,
    weight_cg: np.ndarray,
    fish: np.ndarray,
    temp_c: np.ndarray,
    measured: np.ndarray,
    target_cg: int,
) -> Ahead:
    """The days ahead of the stays `at` (positions in the stage, (n,)) of a batch, from the as-of date on.

    weight_cg, fish, temp_c and measured (n, days): the stays' days, of which those before the as-of date count.
    """
    policy, first = schedule.biology.model.outlook, schedule.as_of_day
    models = standard_models(schedule, batch.geography_id)
    days = max(0, min(stage.planned_end_day - first, policy.horizon_days))
    yesterday = first - 1 - stage.start_day
    weight_now, fish_now = (values[:, yesterday].astype(np.int64) for values in (weight_cg, fish))
    bias, bias_days = _bias(schedule, models, stage, temp_c, measured)
    profile = models.temperature(np.full(days, stage.stage), first + np.arange(days))
    weights = np.zeros((len(at), days), dtype=np.int64)
    population = np.zeros((len(at), days), dtype=np.int64)
    length = np.zeros(len(at), dtype=np.int64)
    projection.project_stays(
        weight_now,
        fish_now,
        profile,
        bias,
        float(models.tgc[stage.stage - 1]),
        models.mortality,
        target_cg,
        weights,
        population,
        length,
    )
    return Ahead(at, weight_now, fish_now, bias, bias_days, first, length, profile, weights, population)


def _bias(
    schedule: Schedule, models: StandardModels, stage: StageHistory, temp_c: np.ndarray, measured: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean of measured - profile in 0.01 degC, halves up, within the bounds, and the days measured; 0 without any."""
    policy = schedule.biology.model.outlook
    end = schedule.as_of_day - stage.start_day
    window = slice(max(0, end - policy.bias_window_days), end)
    day = stage.start_day + np.arange(window.start, window.stop)
    profile = models.temperature(np.full(len(day), stage.stage), day)
    seen = measured[:, window]
    off = np.where(seen, hundredths(temp_c[:, window]) - profile, 0).sum(axis=1)
    days = seen.sum(axis=1)
    count = np.maximum(days, 1)
    low, high = (round(bound * 100) for bound in policy.bias_bounds_c)
    return np.clip((2 * off + count) // (2 * count), low, high), days


def projection_rows(subject: Subject, ahead: Ahead) -> Columns:
    """live_forward_projection: one row a stay and day ahead."""
    stage, days = subject.stages[-1], ahead.weights_cg.shape[1]
    policy = subject.schedule.biology.model.outlook
    c, d = np.nonzero(np.arange(days) < ahead.length[:, None])
    at, date = ahead.at[c], ahead.first_day + d
    weight, population = ahead.weights_cg[c, d], ahead.population[c, d]
    models = standard_models(subject.schedule, subject.history.batch.geography_id)
    low, high = (round(bound * 100) for bound in policy.bias_bounds_c)

    def same(value: int) -> np.ndarray:
        return np.full(len(c), value)

    return {
        "batch_id": same(subject.batch_id),
        "container_id": np.array(stage.container_ids)[at],
        "assignment_id": subject.ids[-1][at],
        "computed_date": same(ahead.first_day - 1),
        "projection_date": date,
        "day_number": date - subject.history.batch.start_day + 1,
        "projected_weight_g": weight,
        "projected_population": population,
        "projected_biomass_kg": biomass_units(population, weight),
        "temperature_used_c": ahead.profile[d] + ahead.bias[c],
        "tgc_value_used": same(round(models.tgc[stage.stage - 1] * 10_000)),
        "temp_profile_id": same(profile_id(subject, stage.stage)),
        "temp_bias_c": ahead.bias[c],
        "temp_bias_window_days": ahead.bias_days[c],
        "temp_bias_clamp_min_c": same(low),
        "temp_bias_clamp_max_c": same(high),
    }


def summary_rows(subject: Subject, ahead: Ahead, expected: Baseline, activities: Activities) -> Columns:
    """container_forecast_summary: one row a stay that is lived in.

    At sea the harvest: the first day ahead at or over the batch's target, none if the stay is planned to end
    before. On land the move: the planned end of the stay, at the weight of the evening before. Attention is due when
    either comes within the policy's days and no activity is pending for it, or one is pending but overdue.
    """
    history, stage, known = subject.history, subject.stages[-1], subject.estimates[-1]
    n, days, last_day = len(ahead.at), ahead.weights_cg.shape[1], ahead.first_day - 1
    at_sea, can_move = stage.stage == SEA, stage.stage < SEA
    end = np.maximum(ahead.length - 1, 0)
    final = ahead.weights_cg[np.arange(n), end] if days else ahead.weight_cg
    reached = at_sea & (ahead.length > 0) & (final >= history.harvest_target_cg)
    harvest_day = ahead.first_day + end
    original = expected.first_day_of(history.harvest_target_cg)
    soon = ahead.first_day + subject.schedule.biology.model.outlook.attention_days
    due_day = np.where(reached, harvest_day, stage.planned_end_day)
    next_step = "HARVEST" if at_sea else "TRANSFER"
    unplanned, overdue = not activities.open(next_step), activities.open(next_step, overdue=True)

    def same(value: int | bool) -> np.ndarray:
        return np.full(n, value)

    def on(valid: bool | np.ndarray, value: int | np.ndarray) -> Nullable:
        return Nullable(np.broadcast_to(np.asarray(value), n), np.broadcast_to(np.asarray(valid), n))

    threshold = subject.schedule.farm.model.stages[stage.stage].weight_g[0] if can_move else 0.0
    return {
        "batch_id": same(subject.batch_id),
        "assignment_id": subject.ids[-1][ahead.at],
        "current_weight_g": ahead.weight_cg,
        "current_population": ahead.fish,
        "current_biomass_kg": biomass_units(ahead.fish, ahead.weight_cg),
        "state_date": same(last_day),
        "state_day_number": same(last_day - history.batch.start_day + 1),
        "state_confidence": stage.last(known.confidence)[ahead.at],
        "projected_harvest_date": on(reached, harvest_day),
        "projected_harvest_weight_g": on(reached, final),
        "days_to_harvest": on(reached, harvest_day - last_day),
        "harvest_threshold_g": on(at_sea, history.harvest_target_cg),
        "projected_transfer_date": on(can_move, stage.planned_end_day),
        "projected_transfer_weight_g": on(can_move, final),
        "days_to_transfer": on(can_move, stage.planned_end_day - last_day),
        "transfer_threshold_g": on(can_move, round(threshold * 100)),
        "original_harvest_date": on(at_sea and original >= 0, original),
        "harvest_variance_days": on(reached & (original >= 0), harvest_day - original),
        "has_planned_harvest": same(activities.open("HARVEST")),
        "has_planned_transfer": same(activities.open("TRANSFER")),
        "needs_planning_attention": overdue | (unplanned & (due_day <= soon)),
        "temp_profile_id": same(profile_id(subject, stage.stage)),
        "temp_bias_c": ahead.bias,
        "temp_bias_window_days": ahead.bias_days,
        "computed_date": same(last_day),
    }
