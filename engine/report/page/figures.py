"""The page's charts: what each asks, which dataset it draws, and how the page's filters act on it."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from engine.report.page import stock, yields
from engine.report.page.figure import Figure


def figures(geographies: Sequence[str], pools: Sequence[str], grades: Sequence[str]) -> tuple[Figure, ...]:
    """Every chart in the page's order; pools and grades in the order in which they are shown."""
    colour = alt.Color("geography:N", title="geography", scale=alt.Scale(domain=list(geographies)))
    return (
        stock.places(),
        stock.occupancy(pools),
        stock.growth(colour),
        stock.survival(colour),
        stock.deaths(),
        yields.water(colour),
        yields.lice(colour),
        yields.feed(colour),
        yields.harvest(grades),
        yields.harvest_weights(colour),
    )
