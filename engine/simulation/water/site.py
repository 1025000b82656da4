"""What a sea area's place makes of tide, rain and oxygen."""

from __future__ import annotations

import numpy as np

from engine.biology.water import Environment
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import DAYS_A_YEAR
from engine.simulation.numerics.series import season
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.water import sea, tide


def current_at(env: Environment, seed: int, area: str) -> tide.Current:
    """The current at an area (name)."""
    key = stream_key(seed, Stream.SITE_CURRENT, area)
    low, high = env.current_range_m_s
    speed_m_s = env.current_median_m_s * am.exp(env.current_sdlog * am.normal(key, 0))
    return tide.Current(
        speed_m_s=min(max(speed_m_s, low), high),
        background_m_s=env.current_background_m_s,
        drift=env.current_drift_share,
        lunar=env.tide_lunar_share,
        solar=env.tide_solar_share,
        minor_axis=env.tide_minor_share,
        phase=am.uniform(key, 1),
    )


def rain_exposure(env: Environment, seed: int, area: str) -> float:
    """How much of the rain shows at an area (name), over what shows at a usual one."""
    return float(am.exp(env.rain_exposure_sdlog * am.normal(stream_key(seed, Stream.SITE, area), 4)))


def fouling(env: Environment, seed: int, area: str, days: np.ndarray) -> np.ndarray:
    """How far an area's (name) nets are on their way from one cleaning to the next on some days, (days,), 0 to 1."""
    grown: np.ndarray = (days / env.cleaning_days + am.uniform(stream_key(seed, Stream.SITE_CURRENT, area), 2)) % 1.0
    return grown


def staleness(env: Environment, seed: int, ring: str) -> float:
    """How long water stays in a ring (name) over how long it does in those of its area in the mean."""
    z = am.normal(stream_key(seed, Stream.WATER, ring, "lee"), 0)
    return float(am.exp(env.ring_water_sdlog * z - 0.5 * env.ring_water_sdlog * env.ring_water_sdlog))


def oxygen_dips(env: Environment, seed: int, area: str, days: int) -> np.ndarray:
    """By how much water poor in oxygen, from below or of a bloom that decays, lowers an area's, % saturation, by day.

    (days,) since 1970: episodes that fade over days, more of them late in the year and at sites that are prone to them.
    """
    prone = am.exp(env.oxygen_dip_site_sdlog * am.normal(stream_key(seed, Stream.SITE, area), 6))
    late = 1.0 + env.oxygen_dip_season * season(0, days, env.oxygen_dip_peak_day)
    dips = sea.rain(
        key=stream_key(seed, Stream.OXYGEN_DIP, area),
        days=days,
        chance=np.minimum(env.oxygen_dips_a_year * prone / DAYS_A_YEAR * late, 1.0),
        depth=env.oxygen_dip_depth,
        memory_days=env.oxygen_dip_days,
    )
    low: np.ndarray = np.minimum(dips, env.oxygen_dip_limit)
    return low
