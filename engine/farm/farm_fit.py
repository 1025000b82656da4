"""What a farm names must be in the biology that it is simulated with, and the other way about."""

from __future__ import annotations

from engine.biology.parameters import Biology
from engine.farm.farm_references import list_names
from engine.farm.infrastructure import Farm
from engine.inputs.reading import suggest_name
from lake.errors import InputError, shortened


def require_fit(farm: Farm, biology: Biology) -> None:
    """InputError unless the biology has what the farm names, and the farm what the biology names."""
    for geography in farm.geography_names:
        region = biology.region(geography)
        known = farm.model.master.vaccination_types
        if region.vaccine not in known:
            raise InputError(
                f"biology {biology.name}",
                f"regions.{geography}.vaccine {shortened(region.vaccine)} is no vaccination type of farm {farm.name}",
                f"take one of {list_names(known)}",
            )
    biology.require_sensors([parameter.name for parameter in farm.model.parameters])
    require_health_fit(farm, biology)
    bag_kg = biology.model.feed.bag_kg
    stores = [*farm.model.halls.silo_capacity_kg.values(), farm.model.areas.barge_capacity_kg]
    if min(stores) < bag_kg:
        raise InputError(
            f"biology {biology.name}",
            f"feed.bag_kg {bag_kg:g} is more than the smallest store of farm {farm.name} holds, {min(stores):g} kg",
            "give a smaller bag, or larger stores",
        )


def require_health_fit(farm: Farm, biology: Biology) -> None:
    """InputError unless the biology knows the farm's health parameters, and both tell as many scores."""
    health, master = biology.model.health, farm.model.master
    if unknown := [name for name in master.health_parameters if name not in health.parameters]:
        near = suggest_name(unknown[0], health.parameters, "parameters of health")
        raise InputError(
            f"biology {biology.name}",
            f"health.parameters lacks {list_names(unknown)} of farm {farm.name}",
            f"{near}; or add the names and a value for each to every vector of health",
        )
    if len(master.score_labels) != len(health.thresholds) + 1:
        raise InputError(
            f"biology {biology.name}",
            f"health.thresholds tell {len(health.thresholds) + 1} scores; farm {farm.name} "
            f"labels {len(master.score_labels)}",
            "give one threshold less than master.score_labels",
        )
