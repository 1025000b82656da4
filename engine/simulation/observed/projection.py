"""Kernels that carry a population forward by the application's models: TGC, feed conversion, daily mortality.

The application grows the mean weight itself, W^(1/3) += TGC / 1000 x T a day (Iwama & Tautz 1981), with one TGC a
stage and neither spread between fish nor a response to temperature or size: what is expected, not what happens.
"""

from __future__ import annotations

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel


@kernel
def grown(root: float, tgc: float, temp_c: float) -> float:
    """The cube root of a weight (g^(1/3)) after a day; tgc in g^(1/3) per 1000 degree-days. Cold water adds nothing."""
    return root + tgc / 1000.0 * max(temp_c, 0.0)


@kernel
def project_batch(
    weight_g: float,
    fish: float,
    stage: np.ndarray,
    temp_hundredths: np.ndarray,
    tgc: np.ndarray,
    fcr: np.ndarray,
    mortality: float,
    weight_cg: np.ndarray,
    population: np.ndarray,
    feed: np.ndarray,
) -> None:
    """A batch's days from `weight_g` and `fish` on, by the models of stages 1 to 6.

    stage (days,): 1 to 6. temp_hundredths (days,): 0.01 degC. tgc (6,): g^(1/3) per 1000 degree-days. fcr (6,): feed /
    growth. mortality: share that dies a day. Outputs (days,), at the end of the day, whole numbers: weight_cg, mean
    weight in 0.01 g; population in 0.01 fish, for parts of a fish die too; feed of the day in 0.0001 kg, eaten by
    those who live.
    """
    root = am.cbrt(weight_g)
    before_g = weight_g
    alive = fish
    for d in range(stage.shape[0]):
        s = stage[d] - 1
        root = grown(root, tgc[s], temp_hundredths[d] / 100.0)
        after_g = root * root * root
        alive *= 1.0 - mortality
        weight_cg[d] = am.whole(after_g * 100.0)
        population[d] = am.whole(alive * 100.0)
        feed[d] = am.whole(fcr[s] * alive * (after_g - before_g) * 10.0)
        before_g = after_g


@kernel
def project_stays(
    weight_cg: np.ndarray,
    fish: np.ndarray,
    temp_hundredths: np.ndarray,
    bias_hundredths: np.ndarray,
    tgc: float,
    mortality: float,
    target_cg: int,
    weights_cg: np.ndarray,
    population: np.ndarray,
    length: np.ndarray,
) -> None:
    """The days ahead of n stays of one stage, each until its own mean weight reaches the target.

    weight_cg (n,): mean weight now, 0.01 g; fish (n,). temp_hundredths (days,): the profile, 0.01 degC;
    bias_hundredths (n,) is added to it. target_cg: 0 for none. Outputs, at the end of the day: weights_cg (n, days);
    population (n, days), whole fish; length (n,): days until the target, that day included, or all.
    """
    n, days = weights_cg.shape
    for c in range(n):
        root = am.cbrt(weight_cg[c] / 100.0)
        alive = float(fish[c])
        length[c] = days
        for d in range(days):
            root = grown(root, tgc, (temp_hundredths[d] + bias_hundredths[c]) / 100.0)
            alive *= 1.0 - mortality
            weights_cg[c, d] = am.whole(root * root * root * 100.0)
            population[c, d] = am.whole(alive)
            if target_cg > 0 and weights_cg[c, d] >= target_cg:
                length[c] = d + 1
                break
