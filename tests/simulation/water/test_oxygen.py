"""What water holds, against the values that Weiss himself tabulated."""

from __future__ import annotations

import numpy as np
import pytest

from engine.simulation.water.oxygen import saturation_mg_l

ML_TO_MG = 1.42903

# Weiss 1970, Deep-Sea Research 17, 721-735, as the CSIRO SeaWater library's own test quotes it: (degC, PSU, mL/L)
TABLE = (
    (-1.0, 20.0, 9.162),
    (-1.0, 40.0, 7.984),
    (10.0, 20.0, 6.950),
    (10.0, 40.0, 6.121),
    (20.0, 20.0, 5.644),
    (20.0, 40.0, 5.015),
    (40.0, 20.0, 4.050),
    (40.0, 40.0, 3.656),
)


@pytest.mark.parametrize(("temp_c", "salinity", "ml_l"), TABLE)
def test_saturation_is_that_of_the_published_table(temp_c: float, salinity: float, ml_l: float) -> None:
    assert saturation_mg_l(temp_c, salinity) / ML_TO_MG == pytest.approx(ml_l, abs=0.003)


@pytest.mark.parametrize(("temp_c", "mg_l"), [(0.0, 14.6), (5.0, 12.8), (10.0, 11.3), (15.0, 10.1), (20.0, 9.09)])
def test_fresh_water_holds_what_the_european_standard_tabulates(temp_c: float, mg_l: float) -> None:
    """EN 25814, solubility in water in equilibrium with air at 101.325 kPa."""
    assert saturation_mg_l(temp_c, 0.0) == pytest.approx(mg_l, abs=0.06)


def test_warm_and_salt_water_hold_less() -> None:
    by_temp = np.array([saturation_mg_l(t, 35.0) for t in np.linspace(-1.0, 40.0, 50)])
    by_salt = np.array([saturation_mg_l(10.0, s) for s in np.linspace(0.0, 40.0, 50)])
    assert (np.diff(by_temp) < 0).all()
    assert (np.diff(by_salt) < 0).all()
