"""Kernels of treatments against lice: by which method, and what each does to lice and fish."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.lice.stages import ATTACHED, MOBILE, STAGES, inverse_logit
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel


class Delousing(NamedTuple):
    """When and how lice are treated; arrays over methods (engine.biology.health.METHOD_NAMES) unless said otherwise.

    limit (days,): adult females a fish above which a count calls for a treatment, lead_days later, rings_a_day, not
    sooner than interval_days after the last. efficacy: logit-normal, of mobiles; attached_factor: the share of it that
    holds for attached lice. loss: share of the fish that die of it, lognormal by its mean, over days as in
    loss_spread (days after,). batch_key: of the batch's stream; ring_keys (rings,).
    """

    limit: np.ndarray
    lead_days: int
    rings_a_day: int
    interval_days: int
    method_cumulative: np.ndarray
    efficacy_logit: np.ndarray
    efficacy_sd: np.ndarray
    attached_factor: np.ndarray
    loss_mean: np.ndarray
    loss_sdlog: np.ndarray
    loss_spread: np.ndarray
    withholding_days: np.ndarray
    fasting_days: np.ndarray
    batch_key: np.uint64
    ring_keys: np.ndarray


class RingTreatments(NamedTuple):
    """Rings as treated, (treatments,): see record.Treatment. ring, method: positions; day: of the stay."""

    ring: np.ndarray
    day: np.ndarray
    method: np.ndarray
    efficacy: np.ndarray
    loss: np.ndarray


def blank_treatments(limit: int) -> RingTreatments:
    """Room for `limit` treatments of a ring."""
    return RingTreatments(
        ring=np.zeros(limit, dtype=np.int64),
        day=np.zeros(limit, dtype=np.int64),
        method=np.zeros(limit, dtype=np.int64),
        efficacy=np.zeros(limit),
        loss=np.zeros(limit),
    )


def first_treatments(treatments: RingTreatments, count: int) -> RingTreatments:
    """Those that were given."""
    return RingTreatments(
        ring=treatments.ring[:count],
        day=treatments.day[:count],
        method=treatments.method[:count],
        efficacy=treatments.efficacy[:count],
        loss=treatments.loss[:count],
    )


@kernel
def treat_ring(r: int, number: int, m: int, lice: np.ndarray, delousing: Delousing) -> tuple[float, float]:
    """The batch's treatment `number`, by method m, of ring r: fewer lice (rings, STAGES) in it.

    Returns the share of its mobile lice removed and the share of its fish that will die of it.
    """
    key = delousing.ring_keys[r]
    efficacy = inverse_logit(delousing.efficacy_logit[m] + delousing.efficacy_sd[m] * am.normal(key, 2 * number))
    sd = delousing.loss_sdlog[m]
    z = am.normal(key, 2 * number + 1)
    loss: float = min(0.5, delousing.loss_mean[m] * am.exp(sd * z - 0.5 * sd * sd))
    lice[r, ATTACHED] *= 1.0 - efficacy * delousing.attached_factor[m]
    for s in range(MOBILE, STAGES):
        lice[r, s] *= 1.0 - efficacy
    return efficacy, loss
