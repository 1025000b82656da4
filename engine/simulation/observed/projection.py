"""Kernels that carry a population forward by the application's models: TGC, feed conversion, daily mortality.

The application grows the mean weight itself, W^(1/3) += TGC / 1000 x T a day (Iwama & Tautz 1981), with one TGC a
stage and neither spread between fish nor a response to temperature or size: what is expected, not what happens.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel


class StageModels(NamedTuple):
    """The application's models of stages 1 to 6: tgc (6,), g^(1/3) per 1000 degree-days; fcr (6,), feed / growth;
    mortality: share that dies a day.
    """

    tgc: np.ndarray
    fcr: np.ndarray
    mortality: float


class BatchProjection(NamedTuple):
    """A batch's days ahead, (days,), at the end of the day, whole numbers.

    weight_cg: mean weight, 0.01 g; population: 0.01 fish, for parts of a fish die too; feed: of the day, 0.0001 kg,
    eaten by those who live.
    """

    weight_cg: np.ndarray
    population: np.ndarray
    feed: np.ndarray


class StaysNow(NamedTuple):
    """n stays of a batch as they are known now, (n,): mean weight (0.01 g), fish, and by how much their water is
    warmer than the profile (0.01 degC).
    """

    weight_cg: np.ndarray
    fish: np.ndarray
    bias_hundredths: np.ndarray


class StaysProjection(NamedTuple):
    """n stays' days ahead, at the end of the day: mean weight (0.01 g) and whole fish, (n, days)."""

    weight_cg: np.ndarray
    population: np.ndarray


@kernel
def grown_root(root: float, tgc: float, temp_c: float) -> float:
    """The cube root of a weight (g^(1/3)) after a day; tgc in g^(1/3) per 1000 degree-days. Cold water adds nothing."""
    return root + tgc / 1000.0 * max(temp_c, 0.0)


@kernel
def project_batch(
    weight_g: float,
    fish: float,
    stage: np.ndarray,
    temp_hundredths: np.ndarray,
    models: StageModels,
    out: BatchProjection,
) -> None:
    """A batch's days from `weight_g` and `fish` on, by the models of its stages.

    stage (days,): 1 to 6. temp_hundredths (days,): 0.01 degC.
    """
    root = am.cbrt(weight_g)
    before_g = weight_g
    alive = fish
    for d in range(stage.shape[0]):
        s = stage[d] - 1
        root = grown_root(root, models.tgc[s], temp_hundredths[d] / 100.0)
        after_g = root * root * root
        alive *= 1.0 - models.mortality
        out.weight_cg[d] = am.whole(after_g * 100.0)
        out.population[d] = am.whole(alive * 100.0)
        out.feed[d] = am.whole(models.fcr[s] * alive * (after_g - before_g) * 10.0)
        before_g = after_g


@kernel
def project_stays(
    now: StaysNow, stage: np.ndarray, temp_hundredths: np.ndarray, models: StageModels, out: StaysProjection
) -> None:
    """The days ahead of n stays through the stages to come; of a day's fish a whole number dies.

    stage (days,): 1 to 6. temp_hundredths (days,): the profile, 0.01 degC.
    """
    n, days = out.weight_cg.shape
    for c in range(n):
        root = am.cbrt(now.weight_cg[c] / 100.0)
        alive = now.fish[c]
        for d in range(days):
            temp_c = (temp_hundredths[d] + now.bias_hundredths[c]) / 100.0
            root = grown_root(root, models.tgc[stage[d] - 1], temp_c)
            alive -= am.whole(alive * models.mortality)
            out.weight_cg[c, d] = am.whole(root * root * root * 100.0)
            out.population[c, d] = alive
