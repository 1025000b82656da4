"""How far sea areas lie from each other."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from engine.farm.sites import coordinates
from engine.simulation.numerics import arithmetic as am
from engine.simulation.water.climate import Climate

KM_A_DEGREE = 111.2  # of latitude
FULL_TURN = 360.0

_known: WeakKeyDictionary[Climate, np.ndarray] = WeakKeyDictionary()


def distances_km(climate: Climate) -> np.ndarray:
    """Between a farm's areas, as the gull flies, (areas, areas), by the areas' ids less 1."""
    found = _known.get(climate)
    if found is None:
        found = _known[climate] = _distances(climate)
    return found


def _distances(climate: Climate) -> np.ndarray:
    where = coordinates(climate.farm, climate.farm.areas, "areas")
    north = np.array([float(where[area.id].latitude) for area in climate.farm.areas])
    east = np.array([float(where[area.id].longitude) for area in climate.farm.areas])
    narrower = np.array([am.cos_turns(latitude / FULL_TURN) for latitude in north.tolist()])
    up = north[:, None] - north
    across = (east[:, None] - east) * 0.5 * (narrower[:, None] + narrower)
    apart: np.ndarray = KM_A_DEGREE * np.sqrt(up * up + across * across)
    return apart
