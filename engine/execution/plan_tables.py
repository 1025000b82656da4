"""What checks know besides the lake: the plan, and what the biology allows, as rows of lake.views.PLAN_TABLES."""

from __future__ import annotations

from typing import Any

from engine.biology.health import METHOD_NAMES
from engine.farm.schedule import Batch, Schedule, deal_eggs, to_date
from engine.forecast.sizing import biomass_flags
from lake.codes import VACCINE

Rows = list[dict[str, Any]]
CONFIDENCE_FROM = ("high_from_days", "medium_from_days", "low_from_days")
LICE_STAGES = ("attached", "mobile", "adult_female")

REST_DAYS = 6  # that follow each other, at most


def _eggs_placed(batch: Batch, as_of_day: int) -> int:
    """The eggs that are in trays by the as-of date."""
    if not batch.is_delivered(as_of_day):
        return 0
    return int(deal_eggs(batch.eggs, len(batch.stays[0].container_ids))[: batch.trays_received].sum())


def plan_tables(schedule: Schedule) -> dict[str, list[dict[str, Any]]]:
    """The rows of lake.views.PLAN_TABLES: the plan, and what the biology allows."""
    from engine.simulation.water.site import staleness  # kernels: what only reads a run needs none

    farm, bio = schedule.farm, schedule.biology.model
    flagged = biomass_flags(schedule)
    sensors, regions = bio.sensors, [schedule.biology.region(name) for name in farm.geography_names]
    sea = len(farm.stage_names)
    return {
        "planned_batch": [
            {
                "batch_id": b.id,
                "batch_number": b.number,
                "geography_id": b.geography_id,
                "eggs": b.eggs,
                "eggs_placed": _eggs_placed(b, schedule.as_of_day),
                "status": b.planned_status(schedule.as_of_day) or None,
                "start_date": to_date(b.start_day),
                "end_date": to_date(b.end_day),
                "harvest_target_g": b.harvest_target_g,
                "over_capacity": b.id in flagged,
            }
            for b in schedule.batches
        ],
        "planned_stay": [
            {
                "batch_id": b.id,
                "lifecycle_stage_id": s.stage,
                "container_id": c,
                "area_id": farm.container(c).place.area_id,
                "start_date": to_date(s.start_day - (i < begun)),
                "end_date": to_date(s.end_day),
            }
            for b in schedule.batches
            for s in b.held_stays
            for begun in [b.move_under_way if s.start_day == schedule.as_of_day else 0]
            for i, c in enumerate(s.container_ids)
        ],
        "sensor_limit": [
            {
                "parameter_id": i,
                "low": sensors.physical_range[p.name][0],
                "high": sensors.physical_range[p.name][1],
                "noise_sd": sensors.noise_sd[p.name],
                "bias_sd": sensors.bias_sd[p.name],
                "drift_low": sensors.drift_a_month[p.name][0],
                "drift_high": sensors.drift_a_month[p.name][1],
                "resolution": sensors.resolution[p.name],
            }
            for i, p in enumerate(farm.model.parameters, 1)
        ],
        "fcr_band": [
            {"geography_id": g, "lifecycle_stage_id": stage, "mean": mean, "sd": sd}
            for g, region in enumerate(regions, 1)
            for stage, mean, sd in (
                *((i, fcr, bio.stages.fcr_sd) for i, fcr in enumerate(bio.stages.fcr, 1)),
                (sea, region.sea_fcr, region.sea_fcr_sd),
            )
        ],
        "exchange_rate": [
            {"geography_id": g, "per_eur": region.currency_per_eur} for g, region in enumerate(regions, 1)
        ],
        "planned_lice_limit": [
            {
                "geography_id": g,
                "month": month,
                "limit_females": limit,
                "treated_above": limit * region.treatment_trigger,
            }
            for g, region in enumerate(regions, 1)
            for month, limit in enumerate(region.adult_female_limit, 1)
        ],
        "ring_water": [
            {"container_id": c.id, "staleness": staleness(bio.environment, schedule.seed, c.name)}
            for c in farm.containers
            if c.is_at_sea
        ],
        "treatment_rule": [
            {
                "method": name,
                "treatment_type": method.type,
                "duration_days": method.duration_days,
                "withholding_days": method.withholding_days,
                "fasting_days": method.fasting_days,
            }
            for name in METHOD_NAMES
            for method in [bio.treatments.methods.of(name)]
        ]
        + [
            {
                "method": VACCINE,
                "treatment_type": "vaccination",
                "duration_days": bio.treatments.vaccination.duration_days,
                "withholding_days": bio.treatments.vaccination.withholding_days,
                "fasting_days": 0,
            }
        ],
        "parameter": [
            {"name": name, "value": value}
            for name, value in (
                ("readings_per_day", farm.model.readings_per_day),
                ("weather_a_day", len(bio.weather.hours_utc)),
                ("storm_m_s", bio.weather.storm_m_s),
                ("storm_hours", bio.weather.storm_hours),
                ("service_interval_days", sensors.service_interval_days),
                ("respiration_size_exponent", bio.respiration.size_exponent),
                ("appetite_sd", bio.feed.appetite_sd),
                ("bag_kg", bio.feed.bag_kg),
                ("summary_revision_days", bio.feed.summary_revision_days),
                ("summary_least_growth", bio.feed.summary_least_growth),
                *zip(CONFIDENCE_FROM, bio.feed.summary_confidence_days, strict=True),
                *(
                    (f"lice_count_size_{stage}", size)
                    for stage, size in zip(LICE_STAGES, bio.lice.count_size, strict=True)
                ),
                ("treatment_lead_days", bio.lice.treatment_lead_days),
                ("treatment_interval_days", bio.lice.treatment_interval_days),
                ("least_rings_treated", min(bio.work.rings_treated)),
                ("successful_reduction", bio.treatments.successful_reduction),
                ("partial_reduction", bio.treatments.partial_reduction),
                ("vaccination_stage", bio.mortality.vaccination_stage),
                ("vaccination_from_day", bio.mortality.vaccination_day - bio.work.vaccination_spread_days),
                ("vaccination_to_day", bio.mortality.vaccination_day + bio.work.vaccination_spread_days + REST_DAYS),
                ("move_planned_days", bio.handling.move_planned_days),
                ("move_draft_days", bio.handling.move_draft_days),
                ("harvest_rings_a_day", bio.harvest.rings_a_day),
                ("gutted_yield", bio.harvest.gutted_yield),
                ("gutted_yield_sd", bio.harvest.gutted_yield_sd),
                ("reject_discard_share", bio.harvest.reject_discard_share),
                ("feed_share_of_cost", bio.trade.feed_share_of_cost),
                ("smolt_cost_per_fish", bio.trade.smolt_cost_per_fish),
                ("smolt_cost_per_kg", bio.trade.smolt_cost_per_kg),
                ("sample_size", bio.growth.sample_size),
                ("eggs_ordered_days", bio.outlook.eggs_ordered_days),
                ("fcr_least_growth", bio.monitoring.fcr_least_growth),
                ("scenario_hall_stages", farm.model.master.scenario.hall_stages),
                ("scenario_hall_temperature_c", farm.model.master.scenario.hall_temperature_c),
                ("horizon_days", bio.outlook.horizon_days),
                ("harvest_threshold_g", bio.outlook.harvest_threshold_g),
                ("transfer_threshold_g", bio.outlook.transfer_threshold_g),
                ("attention_days", bio.outlook.attention_days),
                ("bias_window_days", bio.outlook.bias_window_days),
                *((f"selection_sd_{i}", sd) for i, sd in enumerate(bio.monitoring.selection_sd, 1)),
            )
        ],
    }
