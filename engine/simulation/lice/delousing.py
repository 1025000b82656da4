"""Kernels of treatments against lice: by which method, and what each does to lice and fish."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from engine.simulation.lice.stages import ATTACHED, MOBILE, STAGES, inverse_logit
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel

LEAST_RECENT = 1e-6  # deaths a fish and day: of none there is no logarithm


class Strain(NamedTuple):
    """How a treatment's loss answers to the fish: it goes with (W / weight_g)^weight_exponent and
    (r / recent)^recent_exponent, r their deaths a fish and day of late, and is as given at temp_c and for such fish;
    all together at most `limit` times more or less.
    """

    temp_c: float
    weight_g: float
    weight_exponent: float
    recent: float
    recent_exponent: float
    limit: float


class Delousing(NamedTuple):
    """When and how lice are treated; arrays over methods (engine.biology.health.METHOD_NAMES) unless said otherwise.

    limit (days,): adult females a fish above which a count calls for a treatment, lead_days later or when a
    vessel has time: it treats so many rings on each day of the stay, rings (days,); not sooner than interval_days after
    the last treatment. efficacy: logit-normal, of mobiles; attached_factor: the share of it that
    holds for attached lice. loss: share of the fish that die of it, lognormal by its mean, over days as in
    loss_spread (days after,); its log rises by loss_temp_slope a degC, and as in `strain`. day_share: weight of an
    area's day, its vessel and crew, in efficacy and loss; a ring has sqrt(1 - x^2). zest: share of its appetite that it
    leaves. batch_key: of the batch's stream; ring_keys, area_keys (rings,).
    """

    limit: np.ndarray
    lead_days: int
    rings: np.ndarray
    interval_days: int
    method_cumulative: np.ndarray
    efficacy_logit: np.ndarray
    efficacy_sd: np.ndarray
    attached_factor: np.ndarray
    loss_mean: np.ndarray
    loss_sdlog: np.ndarray
    loss_spread: np.ndarray
    loss_temp_slope: np.ndarray
    strain: Strain
    day_share: float
    zest: np.ndarray
    withholding_days: np.ndarray
    fasting_days: np.ndarray
    batch_key: np.uint64
    ring_keys: np.ndarray
    area_keys: np.ndarray


class Patients(NamedTuple):
    """Fish that are treated on a day since 1970: the water (degC), their mean weight, deaths a fish and day of late."""

    day: int
    temp_c: float
    weight_g: float
    recent: float


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
def book_vessel(start: int, rings: np.ndarray, booked: np.ndarray) -> None:
    """The day of the stay on which each ring is treated, `booked` (rings,), from day `start` on by a vessel's days."""
    d = start
    left = rings[min(d, rings.shape[0] - 1)]
    for r in range(booked.shape[0]):
        while left == 0 and d < rings.shape[0]:
            d += 1
            left = rings[min(d, rings.shape[0] - 1)]
        booked[r] = d
        left = max(left - 1, 0)


@kernel
def treat_ring(
    r: int, number: int, m: int, patients: Patients, lice: np.ndarray, delousing: Delousing
) -> tuple[float, float]:
    """The batch's treatment `number`, by method m, of ring r: fewer lice (rings, STAGES) in it.

    Returns the share of its mobile lice removed and the share of its fish that will die of it.
    """
    key, area, share = delousing.ring_keys[r], delousing.area_keys[r], delousing.day_share
    own_share = math.sqrt(1.0 - share * share)
    z = share * am.normal(area, 2 * patients.day) + own_share * am.normal(key, 2 * number)
    efficacy = inverse_logit(delousing.efficacy_logit[m] + delousing.efficacy_sd[m] * z)
    sd = delousing.loss_sdlog[m]
    z = share * am.normal(area, 2 * patients.day + 1) + own_share * am.normal(key, 2 * number + 1)
    mean = delousing.loss_mean[m] * strain_of(delousing.loss_temp_slope[m], patients, delousing.strain)
    loss: float = min(0.5, mean * am.exp(sd * z - 0.5 * sd * sd))
    lice[r, ATTACHED] *= 1.0 - efficacy * delousing.attached_factor[m]
    for s in range(MOBILE, STAGES):
        lice[r, s] *= 1.0 - efficacy
    return efficacy, loss


@kernel
def strain_of(temp_slope: float, patients: Patients, strain: Strain) -> float:
    """How many times as many fish die of a treatment as usual: more in warm water, of large fish, of sick ones."""
    log = temp_slope * (patients.temp_c - strain.temp_c)
    log += strain.weight_exponent * am.log(max(patients.weight_g, 1.0) / strain.weight_g)
    log += strain.recent_exponent * am.log(max(patients.recent, LEAST_RECENT) / strain.recent)
    most = am.log(strain.limit)
    return am.exp(min(max(log, -most), most))
