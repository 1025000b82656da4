"""Parameters of what befalls fish beside the usual: diseases, jellyfish, predators, storms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from engine.biology.sourced import BARE
from engine.biology.values import (
    BY_MONTH,
    SOME_ABOVE_ZERO,
    Floats,
    LengthDays,
    Loss,
    PerYear,
    Places,
    PositiveRatio,
    PositiveShare,
    Ratio,
    Share,
    ShareVector,
    Spread,
    Written,
)

Pace = Annotated[float, Field(ge=0.1, le=35)]
Kilometres = Annotated[float, Field(ge=0.01, le=20_000)]


@dataclass(frozen=True, kw_only=True)
class EventKind:
    """One kind of event. weight: its share of the events in freshwater; at sea the regions' own hold. pace: how many
    times faster than `weeks` its losses come."""

    cause: Annotated[Literal["DISEASE", "HANDLING", "PREDATION", "ENVIRONMENTAL", "UNKNOWN", "OTHER"], BARE]
    at_sea: Annotated[bool, BARE]
    weight: Ratio
    severity: PositiveRatio
    pace: Pace
    months: Annotated[Floats, Written(Ratio, BY_MONTH, SOME_ABOVE_ZERO)]


@dataclass(frozen=True, kw_only=True)
class PlaceEvent:
    """How a kind of event comes over places: to those at a distance with e^(-distance / reach_km), and of them to the
    share `exposed` with harm; it drifts by km_a_day."""

    reach_km: Kilometres
    exposed: Share
    km_a_day: Kilometres


@dataclass(frozen=True, kw_only=True)
class Contagion:
    """How an outbreak passes to other farms: with `probability` to one in the same area, with that times `outside`
    times e^(-distance / reach_km) to one in another; about delay_days later, log SD delay_sd. spontaneous: the share of
    the usual outbreaks that come from no other farm. immune_days: after an outbreak.
    """

    spontaneous: PositiveShare
    probability: Share
    outside: Share
    reach_km: Kilometres
    delay_days: LengthDays
    delay_sd: Spread
    immune_days: LengthDays


@dataclass(frozen=True, kw_only=True)
class Events:
    """kinds: by lake.codes.EVENT_KINDS. places, contagion: how those at sea spread, that don't befall one farm alone.

    year_sd: of the log of how often a kind strikes by geography and year. shared_loss: the correlation of the log
    losses of farms that one event or outbreak reaches.
    """

    weeks: ShareVector
    limit: Places
    onset_days: LengthDays
    ring_sd: Spread
    ring_limit: PositiveRatio
    loss_limit: Loss
    year_sd: Spread
    shared_loss: Share
    freshwater_per_stage: PerYear
    freshwater_loss_median: Loss
    freshwater_loss_sdlog: Spread
    kinds: dict[str, EventKind]
    places: dict[str, PlaceEvent]
    contagion: dict[str, Contagion]

    def __post_init__(self) -> None:
        at_sea = {name for name, kind in self.kinds.items() if kind.at_sea}
        for section, names in (("places", self.places), ("contagion", self.contagion)):
            if strange := set(names) - at_sea:
                raise ValueError(f"events.{section} {', '.join(sorted(strange))} are no kinds of event at sea")
        if both := set(self.places) & set(self.contagion):
            raise ValueError(f"{', '.join(sorted(both))} stands in events.places and in events.contagion")
