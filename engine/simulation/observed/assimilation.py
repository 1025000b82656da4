"""Kernels of what a farm knows of its fish: weights from samples and expected growth, temperatures from sensors.

Between samples the farm reckons with its standard growth model: the region's published TGC (Iwama & Tautz 1981) with
its response to temperature, not what a batch really does. A sample of 30 fish has a standard error of about 4 % at sea,
so it moves the estimate most of the way, not all of it. A day's state rests on that day and those before alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import WEEK_DAYS
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.series import interpolate

MAX_FCR = 99_999_999  # numeric(8,3), thousandths


class Known(NamedTuple):
    """What is known of n containers at one time, (n,): mean weight (g), and days since fish were weighed."""

    weight_g: np.ndarray
    age_days: np.ndarray


class ExpectedGrowth(NamedTuple):
    """The growth that a farm expects of a stage.

    tgc: g^(1/3) per 1000 degree-days where the responses are 1; yolk: g^(1/3) a day without feed; size_response: share
    of the TGC at a mean weight of size_g; response: at response_c (degC).
    """

    tgc: float
    yolk: float
    size_g: np.ndarray
    size_response: np.ndarray
    response_c: np.ndarray
    response: np.ndarray


class Trust(NamedTuple):
    """How far the farm believes what it observes: see engine.biology.monitoring.

    anchor_weight: share of the way that a sample moves the estimate; after_week, floor: confidence a week after a
    sample, and the least; min_growth: share of the arrived biomass that must be grown before a conversion is told.
    """

    anchor_weight: float
    after_week: float
    floor: float
    min_growth: float


class Observations(NamedTuple):
    """What is observed of a stage. fish, days_lived (n,); the others (n, days), as in StageHistory.

    sample_cg: mean weight of that day's sample, 0.01 g, 0 for none.
    """

    fish: np.ndarray
    days_lived: np.ndarray
    population: np.ndarray
    culled: np.ndarray
    culled_cg: np.ndarray
    ration: np.ndarray
    temp_c: np.ndarray
    sample_cg: np.ndarray


class StateColumns(NamedTuple):
    """Where `assimilate` writes: see state_estimate.StageEstimate."""

    weight_cg: np.ndarray
    confidence: np.ndarray
    fcr: np.ndarray
    last: Known


@kernel
def fill_gaps(temp_c: np.ndarray, measured: np.ndarray, days_lived: np.ndarray, usual_c: float) -> np.ndarray:
    """Temperatures (n, days) with the unmeasured days filled from what is known by then.

    The mean of the containers of the stage that were measured that day, which stand in the same water; where none was,
    the day before's; usual_c before the first.
    """
    n, days = temp_c.shape
    out = np.empty((n, days))
    common = usual_c
    for d in range(days):
        total = 0.0
        count = 0
        for c in range(n):
            if d < days_lived[c] and measured[c, d]:
                total += temp_c[c, d]
                count += 1
        if count > 0:
            common = total / count
        for c in range(n):
            out[c, d] = temp_c[c, d] if measured[c, d] else common
    return out


@kernel
def grown_root(root: float, temp_c: float, expected: ExpectedGrowth) -> float:
    """The cube-root weight a day later, where fish are fed or live on their yolk."""
    g = expected.yolk
    if expected.tgc > 0.0 and temp_c > 0.0:
        share = interpolate(temp_c, expected.response_c, expected.response)
        share *= interpolate(root * root * root, expected.size_g, expected.size_response)
        g += expected.tgc / 1000.0 * temp_c * share
    return root + g


@kernel
def assimilate(
    arrival: Known,
    observed: Observations,
    expected: ExpectedGrowth,
    trust: Trust,
    out: StateColumns,
) -> None:
    """Estimate every container's mean weight day by day, from what was known on arrival.

    Within a day: growth, where something was fed; the cull, whose fish are weighed; the sample. The conversion counts
    as growth what all fish alive in the morning gained, less what the cull alone raised the mean by.
    """
    n, days = observed.population.shape
    for c in range(n):
        root = am.cbrt(arrival.weight_g[c])
        weight_g = arrival.weight_g[c]
        before_g = weight_g
        alive = observed.fish[c]
        min_grown_g = trust.min_growth * alive * weight_g
        age = arrival.age_days[c]
        fed = 0
        grown_g = 0.0
        for d in range(min(days, observed.days_lived[c])):
            age += 1
            if observed.ration[c, d] > 0 or expected.yolk > 0.0:
                root = grown_root(root, observed.temp_c[c, d], expected)
                weight_g = root * root * root
            stay, culled, culled_g = observed.population[c, d], observed.culled[c, d], observed.culled_cg[c, d] / 100.0
            if culled > 0 and stay > 0 and culled_g < weight_g:
                weight_g += (weight_g - culled_g) * culled / stay
                root = am.cbrt(weight_g)
            if observed.sample_cg[c, d] > 0:
                weight_g += trust.anchor_weight * (observed.sample_cg[c, d] / 100.0 - weight_g)
                root = am.cbrt(weight_g)
                age = 0
            fed += observed.ration[c, d]
            grown_g += alive * (weight_g - before_g) - culled * (weight_g - culled_g)
            # feed in 0.0001 kg, in thousandths
            ratio = fed * 100.0 / grown_g if fed > 0 and grown_g > min_grown_g else -1.0
            out.weight_cg[c, d] = am.whole(weight_g * 100.0)
            out.confidence[c, d] = am.whole(100.0 * max(1.0 - (1.0 - trust.after_week) * age / WEEK_DAYS, trust.floor))
            out.fcr[c, d] = am.whole(ratio) if 0.0 <= ratio < MAX_FCR else -1
            before_g = weight_g
            alive = stay
        out.last.weight_g[c] = weight_g
        out.last.age_days[c] = age


@kernel
def mix_arrivals(source: np.ndarray, dest: np.ndarray, arrived: np.ndarray, last: Known, arrival: Known) -> None:
    """What the farm knows of the fish that arrive: the mean weight of the mixture, and the oldest of its weighings.

    source, dest, arrived (actions,): see record.Move; last: of the containers left; arrival: of those arrived at,
    written.
    """
    for j in range(arrival.weight_g.shape[0]):
        fish = 0
        total_g = 0.0
        age = 0
        for a in range(dest.shape[0]):
            if dest[a] == j:
                fish += arrived[a]
                total_g += arrived[a] * last.weight_g[source[a]]
                age = max(age, last.age_days[source[a]])
        # where nothing arrived alive there is nothing to weigh, and any weight will do
        arrival.weight_g[j] = total_g / fish if fish > 0 else last.weight_g[0]
        arrival.age_days[j] = age
