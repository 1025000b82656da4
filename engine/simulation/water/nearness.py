"""What near places share: fields over a coast, alike where places are near and apart where they are far.

A field is a sum of waves over the plane, each with a course of its own in time (random Fourier features, Rahimi & Recht
2007): it is known at any place, whatever other places there are.
"""

from __future__ import annotations

import numpy as np

from engine.simulation.numerics import arithmetic as am

WAVES = 12
KM_A_DEGREE = 111.2
DRAWS = 3  # a wave


def shares_at(key: np.uint64, latitude: float, longitude: float, range_km: float) -> np.ndarray:
    """How much of each wave's course shows at a place, (WAVES,); their squares sum to 1.

    range_km: the distance at which the correlation of two places has fallen to e^(-1/2).
    """
    north = latitude * KM_A_DEGREE / range_km
    east = longitude * KM_A_DEGREE * am.cos_turns(latitude / 360.0) / range_km
    share = np.empty(WAVES)
    for k in range(WAVES):
        across = north * am.normal(key, DRAWS * k) + east * am.normal(key, DRAWS * k + 1)
        share[k] = am.cos_turns(across / am.TWO_PI + am.uniform(key, DRAWS * k + 2))
    found: np.ndarray = share / np.sqrt((share * share).sum())
    return found
