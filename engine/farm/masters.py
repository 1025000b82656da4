"""The application's master data as rows of dimension tables, and the look-ups of what they say."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from engine.biology.outlook import Outlook
from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm, Hall, Place
from engine.farm.schedule import STAGE_DAYS
from engine.farm.staff import staff_rows
from lake.codes import MORTALITY_CAUSES

DAYS_A_YEAR = 365


def company_id(farm: Farm, geography_id: int, subsidiary: str) -> int:
    """The id of a geography's company."""
    kinds = [c.subsidiary for c in farm.model.master.companies]
    return (geography_id - 1) * len(kinds) + kinds.index(subsidiary) + 1  # type: ignore[arg-type]


def site_id(farm: Farm, place: Place) -> int:
    """The id of finance's site: a hall's station or a sea area; stations first, then areas."""
    return place.station_id if isinstance(place, Hall) else len(farm.stations) + place.id


def pricing_rules(farm: Farm, geography_id: int, seller: str, buyer: str) -> list[tuple[int, float]]:
    """The rule's id and markup (%) between two companies for each of the farm's grades; id 0 where there is none."""
    found = dict.fromkeys((g.code for g in farm.model.grades), (0, 0.0))
    rules = sum(len(policy.grades) for policy in farm.model.master.policies)
    rule = (geography_id - 1) * rules
    for policy in farm.model.master.policies:
        for grade in policy.grades:
            rule += 1
            if (policy.seller, policy.buyer) == (seller, buyer):
                found[grade] = (rule, policy.markup_percent)
    return list(found.values())


def sea_profile_c(biology: Biology, geography: str) -> tuple[float, ...]:
    """A year's expected sea temperature, degC to the hundredth, 1 January first: between the middles of the months."""
    region = biology.region(geography)
    return _year_c(tuple(region.sea_month_c), region.sea_offset_c)


@lru_cache
def _year_c(month_c: tuple[float, ...], offset_c: float) -> tuple[float, ...]:
    found = []
    for day in range(DAYS_A_YEAR):
        whole, part = divmod((day + 0.5) / DAYS_A_YEAR * 12 - 0.5, 1.0)
        here, after = month_c[int(whole) % 12], month_c[int(whole + 1) % 12]
        found.append(round(here + (after - here) * part + offset_c, 2))
    return tuple(found)


def stage_tgc(biology: Biology, geography: str) -> tuple[float, ...]:
    """Expected TGC of stages 1 to 6, g^(1/3) per 1000 degree-days to four places: what tgc_model_stage says.

    An alevin gains weight from its yolk: the first value takes an egg to its weight at first feeding within the
    stage's usual days. The last is the mean over a stay at sea, warm water and large fish included.
    """
    region, stages = biology.region(geography), biology.model.stages
    gained = _cube_root(stages.first_feeding_weight_g) - _cube_root(stages.egg_weight_g)
    yolk = 1000.0 * gained / (region.hall_temperature_c[0] * STAGE_DAYS[0])
    fed = region.freshwater_tgc[1:]
    return tuple(round(value, 4) for value in (yolk, *fed, region.expected_sea_tgc))


@lru_cache
def _cube_root(x: float) -> float:
    """Newton from above: sums and quotients alone, so that every machine finds the same."""
    y = max(x, 1.0)
    for _ in range(64):
        y = (2.0 * y + x / (y * y)) / 3.0
    return y


def _policies(farm: Farm) -> list[dict[str, Any]]:
    grades = [g.code for g in farm.model.grades]
    rows: list[dict[str, Any]] = []
    for geography_id in (geography.id for geography in farm.geographies):
        for policy in farm.model.master.policies:
            for grade in policy.grades:
                rows.append(
                    {
                        "id": len(rows) + 1,
                        "from_company_id": company_id(farm, geography_id, policy.seller),
                        "to_company_id": company_id(farm, geography_id, policy.buyer),
                        "pricing_basis": "grade",
                        "product_grade_id": grades.index(grade) + 1,
                        "method": "cost_plus",
                        "markup_percent": policy.markup_percent,
                    }
                )
    return rows


def _constraint_set(farm: Farm, policy: Outlook) -> dict[str, Any]:
    """The one set, known by its thresholds: others make another, where the application's rows are not changed."""
    transfer_g, harvest_g = (f"{g:g}" for g in (policy.transfer_threshold_g, policy.harvest_threshold_g))
    name = farm.model.master.scenario.constraints.format(transfer_g=transfer_g, harvest_g=harvest_g)
    text = (
        f"Smolts go to sea at {transfer_g} g, fish are harvested at {harvest_g} g; otherwise the stages' usual weights."
    )
    return {"id": 1, "name": name, "description": text, "is_active": True}


def _stage_constraints(farm: Farm, policy: Outlook) -> list[dict[str, Any]]:
    """The stages' weights; the greatest of the smolt and of the harvest are the thresholds of forecasts."""
    greatest = {"smolt": policy.transfer_threshold_g, "harvest": policy.harvest_threshold_g}
    rows = []
    for word, name in farm.model.master.scenario.constraint_stages.items():
        stage = farm.stage_names.index(name)
        low, high = farm.model.stages[stage].weight_g
        most = greatest.get(word, high)
        rows.append(
            {
                "constraint_set_id": 1,
                "lifecycle_stage": word,
                "min_weight_g": min(low, most),
                "max_weight_g": most,
                "typical_duration_days": STAGE_DAYS[stage],
            }
        )
    return rows


def master_rows(farm: Farm, biology: Biology) -> dict[str, list[dict[str, Any]]]:
    """Rows of lake.tables.masters.MASTER_TABLES, by table; ids are ordinals in the farm file's order."""
    master, names = farm.model.master, farm.geography_names
    scenario, stages = master.scenario, farm.stage_names
    stage_ids = {name: i for i, name in enumerate(stages, 1)}
    scores = [
        {
            "parameter_id": p,
            "score_value": value,
            "label": label,
            "description": master.score_descriptions[value].format(parameter=name),
            "display_order": value,
        }
        for p, name in enumerate(master.health_parameters, 1)
        for value, label in enumerate(master.score_labels)
    ]
    sites = [
        {"source_model": kind, "station_id": station, "area_id": area, "site_name": name, "company_id": company}
        for kind, station, area, name, company in (
            *(("station", s.id, None, s.name, company_id(farm, s.geography_id, "FW")) for s in farm.stations),
            *(("area", None, a.id, a.name, company_id(farm, a.geography_id, "FM")) for a in farm.areas),
        )
    ]
    return {
        "egg_supplier": _numbered(
            [{"name": n, "contact_details": master.egg_supplier_contacts[n]} for n in master.egg_suppliers]
        ),
        "lice_type": _numbered(
            [
                {"species": t.species, "gender": t.gender, "development_stage": t.stage, "is_active": True}
                for t in master.lice_types
            ]
        ),
        "health_parameter": _numbered(
            [
                {"name": n, "is_active": True, "min_score": 0, "max_score": len(master.score_labels) - 1}
                for n in master.health_parameters
            ]
        ),
        "parameter_score_definition": _numbered(scores),
        "mortality_reason": _numbered([{"name": cause} for cause in MORTALITY_CAUSES]),
        **{name: _numbered(rows) for name, rows in staff_rows(farm).items()},
        "vaccination_type": _numbered([{"name": n} for n in master.vaccination_types]),
        "sample_type": _numbered([{"name": n} for n in master.sample_types]),
        "company": _numbered(
            [
                {
                    "geography_id": g,
                    "subsidiary": c.subsidiary,
                    "display_name": c.name.format(geography=name),
                    "currency": master.currencies[name],
                }
                for g, name in enumerate(names, 1)
                for c in master.companies
            ]
        ),
        "site": _numbered(sites),
        "intercompany_policy": _policies(farm),
        "biological_constraints": [_constraint_set(farm, biology.model.outlook)],
        "stage_constraint": _numbered(_stage_constraints(farm, biology.model.outlook)),
        "fcr_model": [{"id": 1, "name": scenario.fcr_model}],
        "fcr_model_stage": _numbered(
            [
                {"model_id": 1, "stage_id": i, "fcr_value": value, "duration_days": days}
                for i, (value, days) in enumerate(zip(scenario.fcr_by_stage, STAGE_DAYS, strict=True), 1)
            ]
        ),
        "mortality_model": [
            {
                "id": 1,
                "name": scenario.mortality_model,
                "frequency": "daily",
                "rate": scenario.daily_mortality_percent,
            }
        ],
        "activity_template": _numbered(
            [
                {
                    "name": a.name,
                    "activity_type": a.activity,
                    "trigger_type": "DAY_OFFSET",
                    "day_offset": a.day,
                    "weight_threshold_g": a.weight_g,
                    "target_lifecycle_stage_id": stage_ids[a.stage] if a.stage else None,
                    "is_active": True,
                }
                for a in master.activities
            ]
        ),
    }


def _numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": i, **row} for i, row in enumerate(rows, 1)]
