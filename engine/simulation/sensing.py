"""What sensors show: their errors and faults, the same for readings and for what a farmer makes of them."""

from __future__ import annotations

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.climate import Climate
from engine.simulation.record import StageHistory


def daily_temperature(schedule: Schedule, climate: Climate, stage: StageHistory) -> tuple[np.ndarray, np.ndarray]:
    """The mean of a day's temperature readings, degC, and whether there were any; both (n, days).

    As a farmer computes it: what the sensor shows, right or wrong; 0 where nothing was read.
    """
    return np.where(stage.present, stage.temp_c, 0.0), stage.present
