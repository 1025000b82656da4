"""What the tests of health samplings share: the farm's parameters, and how a history's samplings are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.simulation.record import BatchHistory

PARAMETERS = 9
SAMPLE = 75
GILL, EYE, WOUNDS, FIN, BODY, SWIMMING, APPETITE, MUCOUS, COLOUR = range(PARAMETERS)
Scores = NDArray[np.int64]
Examine = Callable[[BatchHistory], tuple[dict[str, Any], dict[str, Any], Scores]]


def of_sampling(event: dict[str, Any], fish: dict[str, Any], i: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = fish["sampling_event_id"] == event["id"][i]
    return found
