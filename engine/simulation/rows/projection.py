"""The days ahead of the stays that are lived in at the as-of date, to the scenario's end, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.biology.outlook import Outlook
from engine.simulation.observed.projection import StageModels, StaysNow, StaysProjection, project_stays
from engine.simulation.rows.activities import Activities
from engine.simulation.rows.columns import Columns, biomass_units, hundredths, row_ids, text
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.models import profile_name, standard_models
from engine.simulation.rows.scenario import Baseline
from lake.columns import Nullable


@dataclass(frozen=True)
class Ahead:
    """The n stays that are lived in at the as-of date, from their last state on.

    positions (n,): in the last stage. weight_cg, fish, confidence (n,): the last state's; confidence is the least of
    its scores, in hundredths. bias, bias_days (n,): known temperature less profile in 0.01 degC, and of how many days.
    day, stage, profile (days,): since 1970, 1 to 6, in 0.01 degC. weights_cg, population (n, days): at the day's end.
    """

    positions: np.ndarray
    weight_cg: np.ndarray
    fish: np.ndarray
    confidence: np.ndarray
    bias: np.ndarray
    bias_days: int
    day: np.ndarray
    stage: np.ndarray
    profile: np.ndarray
    weights_cg: np.ndarray
    population: np.ndarray


@dataclass(frozen=True)
class Crossing:
    """Where n stays first reach a weight, all (n,): day (since 1970) and weight_cg mean nothing unless reached."""

    reached: np.ndarray
    day: np.ndarray
    weight_cg: np.ndarray


def days_ahead(policy: Outlook, age_days: int) -> int:
    """Days that are projected of a batch which is so old at the as-of date: to the end of its scenario."""
    return min(max(policy.scenario_days - age_days, 0), policy.horizon_days)


def look_ahead(life: BatchLife, baseline: Baseline) -> Ahead:
    """Project every stay that is lived in, through the scenario's stages and temperatures, to the scenario's end."""
    schedule, batch = life.schedule, life.history.batch
    stage, known = life.stages[-1], life.estimates[-1]
    positions = np.flatnonzero(~stage.emptied)
    yesterday, age = schedule.as_of_day - 1 - stage.start_day, schedule.as_of_day - batch.start_day
    days = days_ahead(schedule.biology.model.outlook, age)
    coming = slice(age, age + days)
    models = standard_models(schedule, batch.geography_id)
    weight_now = known.weight_cg[positions, yesterday].astype(np.int64)
    fish_now = stage.population[positions, yesterday].astype(np.int64)
    bias, bias_days = _bias(life, baseline, positions)
    out = StaysProjection._make(np.zeros((len(positions), days), dtype=np.int64) for _ in StaysProjection._fields)
    project_stays(
        StaysNow(weight_cg=weight_now, fish=fish_now, bias_hundredths=bias),
        stage=baseline.stage[coming],
        temp_hundredths=baseline.profile[coming],
        models=StageModels(tgc=models.tgc, fcr=models.fcr, mortality=models.mortality),
        out=out,
    )
    return Ahead(
        positions=positions,
        weight_cg=weight_now,
        fish=fish_now,
        confidence=_least_confidence(life, positions),
        bias=bias,
        bias_days=bias_days,
        day=schedule.as_of_day + np.arange(days),
        stage=baseline.stage[coming],
        profile=baseline.profile[coming],
        weights_cg=out.weight_cg,
        population=out.population,
    )


def _bias(life: BatchLife, baseline: Baseline, positions: np.ndarray) -> tuple[np.ndarray, int]:
    """Mean of known - profile in 0.01 degC over the stay's last days, halves up, within the bounds; how many days."""
    policy, stage = life.schedule.biology.model.outlook, life.stages[-1]
    end = life.schedule.as_of_day - stage.start_day
    # beyond its scenario a profile's last value is held
    first, last = stage.start_day - life.history.batch.start_day, len(baseline.profile) - 1
    days = np.arange(max(0, end - policy.bias_window_days), end)
    profile = baseline.profile[np.minimum(first + days, last)]
    excess = (hundredths(life.estimates[-1].temp_c[positions][:, days]) - profile).sum(axis=1)
    low, high = (round(bound * 100) for bound in policy.bias_bounds_c)
    return np.clip((2 * excess + len(days)) // (2 * len(days)), low, high), len(days)


def _least_confidence(life: BatchLife, positions: np.ndarray) -> np.ndarray:
    """The least of the last state's confidence scores, hundredths, (n,): of weight, temperature, feed conversion."""
    stage, known = life.stages[-1], life.estimates[-1]
    guessed = round(life.schedule.biology.model.monitoring.interpolated_confidence * 100)
    weight = stage.last(known.confidence)[positions]
    temp = np.where(stage.last(known.temp_measured)[positions], 100, guessed)
    conversion = np.where(stage.last(known.fcr)[positions] >= 0, weight, 0)
    least: np.ndarray = np.minimum(np.minimum(weight, temp), conversion)
    return least


def projection_rows(life: BatchLife, ahead: Ahead) -> Columns:
    """live_forward_projection: one row a stay and day ahead."""
    n, days = ahead.weights_cg.shape
    policy = life.schedule.biology.model.outlook
    position, day = np.repeat(ahead.positions, days), np.tile(ahead.day, n)
    weight, population = ahead.weights_cg.reshape(-1), ahead.population.reshape(-1)
    models = standard_models(life.schedule, life.history.batch.geography_id)
    tgc = np.rint(models.tgc * 10_000).astype(np.int64)
    low, high = (round(bound * 100) for bound in policy.bias_bounds_c)

    def repeat(value: int) -> np.ndarray:
        return np.full(n * days, value)

    return {
        "batch_id": repeat(life.batch_id),
        "container_id": np.array(life.stages[-1].container_ids)[position],
        "assignment_id": life.ids[-1][position],
        "computed_date": repeat(life.schedule.as_of_day - 1),
        "projection_date": day,
        "day_number": day - life.history.batch.start_day + 1,
        "projected_weight_g": weight,
        "projected_population": population,
        "projected_biomass_kg": biomass_units(population, weight),
        "temperature_used_c": (ahead.bias[:, None] + ahead.profile).reshape(-1),
        "tgc_value_used": np.tile(tgc[ahead.stage - 1], n),
        **_profile(life, n * days),
        "temp_bias_c": np.repeat(ahead.bias, days),
        "temp_bias_window_days": repeat(ahead.bias_days),
        "temp_bias_clamp_min_c": repeat(low),
        "temp_bias_clamp_max_c": repeat(high),
    }


def summary_rows(life: BatchLife, ahead: Ahead, baseline: Baseline, activities: Activities) -> Columns:
    """container_forecast_summary: one row a stay that is lived in, in whatever stage.

    Harvest and transfer are the first days ahead at or over their weights; fish that weigh as much already get there
    on the first day ahead. Attention is due when either comes within the policy's days and no activity is open for it.
    """
    history, policy = life.history, life.schedule.biology.model.outlook
    n, last_day = len(ahead.positions), life.schedule.as_of_day - 1
    harvest_cg, transfer_cg = (round(g * 100) for g in (policy.harvest_threshold_g, policy.transfer_threshold_g))
    harvest, transfer = _first_day_at(ahead, harvest_cg), _first_day_at(ahead, transfer_cg)
    target = _first_day_at(ahead, history.harvest_target_cg)
    original = baseline.first_day_of(harvest_cg)
    harvest_planned, transfer_planned = activities.has_open("HARVEST"), activities.has_open("TRANSFER")

    def repeat(value: int | bool) -> np.ndarray:
        return np.full(n, value)

    def is_soon(crossing: Crossing) -> np.ndarray:
        soon: np.ndarray = crossing.reached & (crossing.day - last_day <= policy.attention_days)
        return soon

    return {
        "batch_id": repeat(life.batch_id),
        "assignment_id": life.ids[-1][ahead.positions],
        "current_weight_g": ahead.weight_cg,
        "current_population": ahead.fish,
        "current_biomass_kg": biomass_units(ahead.fish, ahead.weight_cg),
        "state_date": repeat(last_day),
        "state_day_number": repeat(last_day - history.batch.start_day + 1),
        "state_confidence": ahead.confidence,
        "projected_harvest_date": Nullable(harvest.day, harvest.reached),
        "projected_harvest_weight_g": Nullable(harvest.weight_cg, harvest.reached),
        "days_to_harvest": Nullable(harvest.day - last_day, harvest.reached),
        "harvest_threshold_g": repeat(harvest_cg),
        "projected_transfer_date": Nullable(transfer.day, transfer.reached),
        "projected_transfer_weight_g": Nullable(transfer.weight_cg, transfer.reached),
        "days_to_transfer": Nullable(transfer.day - last_day, transfer.reached),
        "transfer_threshold_g": repeat(transfer_cg),
        "original_harvest_date": Nullable(repeat(original), repeat(original >= 0)),
        "harvest_variance_days": Nullable(harvest.day - original, harvest.reached & (original >= 0)),
        "has_planned_harvest": repeat(harvest_planned),
        "has_planned_transfer": repeat(transfer_planned),
        "needs_planning_attention": (is_soon(harvest) & (not harvest_planned))
        | (is_soon(transfer) & (not transfer_planned)),
        "harvest_target_g": repeat(history.harvest_target_cg),
        "target_harvest_date": Nullable(target.day, target.reached),
        **_profile(life, n),
        "temp_bias_c": ahead.bias,
        "temp_bias_window_days": repeat(ahead.bias_days),
        "computed_date": repeat(last_day),
    }


def _first_day_at(ahead: Ahead, weight_cg: int) -> Crossing:
    """The first day ahead on which each stay weighs so much or more."""
    n, days = ahead.weights_cg.shape
    if not days:
        never = np.zeros(n, dtype=np.int64)
        return Crossing(reached=np.zeros(n, dtype=bool), day=never, weight_cg=never)
    heavy = ahead.weights_cg >= weight_cg
    first, reached = heavy.argmax(axis=1), np.logical_or.reduce(heavy, axis=1)
    return Crossing(reached=reached, day=ahead.day[first], weight_cg=ahead.weights_cg[np.arange(n), first])


def _profile(life: BatchLife, rows: int) -> Columns:
    """The batch's temperature profile in every row."""
    name = profile_name(life.schedule, life.history.batch)
    return {
        "temp_profile_id": np.repeat(row_ids("temperature_profile", life.batch_id, 1), rows),
        "temp_profile_name": text(name, rows),
    }
