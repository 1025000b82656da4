"""Kernel of the oxygen that water holds."""

from __future__ import annotations

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel

MIN_SATURATION = 1.0  # %: water that fish are in is never quite without
MG_A_ML = 1.42903  # mg of oxygen a mL at standard temperature and pressure


@kernel
def saturation_mg_l(temp_c: float, salinity: float) -> float:
    """Oxygen of air-saturated water, mg/L, at temp_c (degC) and salinity (PSU). Weiss 1970, Deep-Sea Research 17."""
    k = (temp_c + 273.15) / 100.0
    ln_ml_l = (
        -173.4292
        + 249.6339 / k
        + 143.3483 * am.log(k)
        - 21.8492 * k
        + salinity * (-0.033096 + 0.014259 * k - 0.0017 * k * k)
    )
    return am.exp(ln_ml_l) * MG_A_ML
