"""What the farm knows of its fish: weights from samples and expected growth, temperatures from sensors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.simulation.record import StageHistory


@dataclass(frozen=True)
class StageEstimate:
    """One stage as the farm estimates it. Arrays (n, days), beyond the days lived without meaning.

    weight_cg: mean weight in 0.01 g. arrival_cg (n,): on arrival. anchor: a position in the codes of
    daily_state.anchor_type, -1 for none. confidence: of the weight, in hundredths. temp_c; temp_measured: it is the
    mean of readings, not interpolated. fcr: feed / growth since the stay began, thousandths, -1 where nothing grew.
    """

    weight_cg: np.ndarray
    arrival_cg: np.ndarray
    anchor: np.ndarray
    confidence: np.ndarray
    temp_c: np.ndarray
    temp_measured: np.ndarray
    fcr: np.ndarray


def assimilate(stage: StageHistory) -> StageEstimate:
    """The estimate of one stage."""
    shape = stage.weight_cg.shape
    weight_g = stage.mu0 * (stage.mu0 * stage.mu0 + 3.0 * stage.v0)
    return StageEstimate(
        weight_cg=stage.weight_cg,
        arrival_cg=np.floor(weight_g * 100.0 + 0.5).astype(np.int64),
        anchor=np.full(shape, -1, dtype=np.int8),
        confidence=np.full(shape, 80, dtype=np.int64),
        temp_c=stage.temp_c,
        temp_measured=np.ones(shape, dtype=bool),
        fcr=np.full(shape, -1, dtype=np.int64),
    )
