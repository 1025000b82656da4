"""What feed costs over time: a monthly index that every batch of a geography pays alike."""

from __future__ import annotations

import numpy as np

from engine.biology.parameters import Biology
from engine.simulation.numerics.calendar import months_since_1970
from engine.simulation.numerics.series import ar1, exponential
from engine.simulation.numerics.streams import Stream, stream_key

WORLD = ""  # the part of the index that all geographies share


def feed_index(biology: Biology, seed: int, geography: str, first_day: int, days: int) -> np.ndarray:
    """The price of feed on each of `days` days from first_day (since 1970), (days,), relative to the farm's own prices.

    A lognormal AR(1) by month, part of it the world's, mean-corrected, on a steady trend; from 1970 on, so that
    no span of days shifts a draw.
    """
    policy = biology.model.feed
    month = months_since_1970(np.arange(first_day, first_day + days))
    months = int(month[-1]) + 1 if days else 0
    sd, common = policy.market_sd, policy.market_common

    def series(place: str) -> np.ndarray:
        return ar1(stream_key(seed, Stream.FEED_MARKET, place), months, policy.market_ar1, sd)

    noise = common * series(WORLD) + np.sqrt(1.0 - common * common) * series(geography)
    years = np.arange(months) / 12.0 - (policy.market_epoch_year - 1970)
    index: np.ndarray = exponential(noise - 0.5 * sd * sd + policy.market_trend * years, 1.0)[month]
    return index
