"""Kernel of a lice count: what was seen on the sampled fish, divided into species, sexes and stages."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.lice.stages import ADULT_FEMALE, ATTACHED, MOBILE
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import DAYS_A_YEAR
from engine.simulation.numerics.compilation import kernel

SALMON_LOUSE, CALIGUS = "Lepeophtheirus salmonis", "Caligus elongatus"
# what `identify_lice` tells apart, in its order
LICE_TYPES: tuple[tuple[str, str, str], ...] = (
    (SALMON_LOUSE, "female", "copepodid"),
    (SALMON_LOUSE, "female", "chalimus"),
    (SALMON_LOUSE, "female", "pre-adult"),
    (SALMON_LOUSE, "female", "adult"),
    (SALMON_LOUSE, "male", "copepodid"),
    (SALMON_LOUSE, "male", "chalimus"),
    (SALMON_LOUSE, "male", "pre-adult"),
    (SALMON_LOUSE, "male", "adult"),
    (CALIGUS, "female", "juvenile"),
    (CALIGUS, "female", "adult"),
    (CALIGUS, "male", "juvenile"),
    (CALIGUS, "male", "adult"),
)
TYPES = len(LICE_TYPES)
DRAWS = 12  # uniforms a ring and day of the stay


class LiceShares(NamedTuple):
    """What a count is made of: shares of copepodids in the attached, of females in each stage, of pre-adult females and
    males in the mobile; Caligus a fish.

    caligus_peak_turns: when Caligus are most, as a part of the year; caligus_amplitude: share of the mean;
    caligus_sdlog: of a ring's count.
    """

    copepodid: float
    female: float
    pre_adult_female: float
    pre_adult_male: float
    caligus_mean: float
    caligus_amplitude: float
    caligus_peak_turns: float
    caligus_sdlog: float
    caligus_juvenile: float


class IdentifiedLice(NamedTuple):
    """Counts of n rings as identified. lice (n, counts, TYPES): seen, by LICE_TYPES.

    moment, certainty (n, counts): a uniform and a standard normal, for the time of the count and the trust in it.
    """

    lice: np.ndarray
    moment: np.ndarray
    certainty: np.ndarray


@kernel
def identify_lice(
    keys: np.ndarray, first_day: int, day: np.ndarray, counted: np.ndarray, sampled: np.ndarray, shares: LiceShares
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tell species, sexes and stages of counted lice apart; every total of `counted` (n, counts, 3) is conserved.

    Returns the fields of IdentifiedLice.

    counted: attached, mobile and adult female salmon lice on `sampled` (n, counts) fish; day (counts,), first_day:
    since 1970. keys (n,): of the rings' streams. Caligus have a season of their own and a lognormal spread between
    rings and counts.
    """
    n, counts = sampled.shape
    count = np.empty((n, counts, TYPES), dtype=np.int64)
    moment, certainty = np.empty((n, counts)), np.empty((n, counts))
    for c in range(keys.shape[0]):
        key = keys[c]
        for w in range(day.shape[0]):
            at = DRAWS * (day[w] - first_day)
            attached, mobile = counted[c, w, ATTACHED], counted[c, w, MOBILE]
            copepodids = am.binomial_quantile(attached, shares.copepodid, am.uniform(key, at))
            chalimi = attached - copepodids
            females = am.binomial_quantile(copepodids, shares.female, am.uniform(key, at + 1))
            count[c, w, 0], count[c, w, 4] = females, copepodids - females
            females = am.binomial_quantile(chalimi, shares.female, am.uniform(key, at + 2))
            count[c, w, 1], count[c, w, 5] = females, chalimi - females
            females = am.binomial_quantile(mobile, shares.pre_adult_female, am.uniform(key, at + 3))
            share = shares.pre_adult_male / max(1.0 - shares.pre_adult_female, 1e-9)
            males = am.binomial_quantile(mobile - females, min(share, 1.0), am.uniform(key, at + 4))
            count[c, w, 2], count[c, w, 6], count[c, w, 7] = females, males, mobile - females - males
            count[c, w, 3] = counted[c, w, ADULT_FEMALE]
            season = 1.0 + shares.caligus_amplitude * am.cos_turns(day[w] / DAYS_A_YEAR - shares.caligus_peak_turns)
            sd = shares.caligus_sdlog
            a_fish = shares.caligus_mean * season * am.exp(sd * am.normal(key, at + 5) - 0.5 * sd * sd)
            caligus = am.poisson_quantile(a_fish * sampled[c, w], am.uniform(key, at + 6))
            juveniles = am.binomial_quantile(caligus, shares.caligus_juvenile, am.uniform(key, at + 7))
            females = am.binomial_quantile(juveniles, shares.female, am.uniform(key, at + 8))
            count[c, w, 8], count[c, w, 10] = females, juveniles - females
            females = am.binomial_quantile(caligus - juveniles, shares.female, am.uniform(key, at + 9))
            count[c, w, 9], count[c, w, 11] = females, caligus - juveniles - females
            moment[c, w] = am.uniform(key, at + 10)
            certainty[c, w] = am.normal(key, at + 11)
    return count, moment, certainty
