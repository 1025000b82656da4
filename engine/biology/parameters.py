"""The biology file as a strict model: every parameter with unit, source and confidence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.biology.events import Events
from engine.biology.fish import Feed, Growth, Mortality, Respiration, Stages
from engine.biology.handling import Eggs, Handling
from engine.biology.health import Journal, Laboratory, LiceCounts, Treatments
from engine.biology.health_sampling import HealthSampling
from engine.biology.lice import Lice
from engine.biology.monitoring import Monitoring
from engine.biology.outlook import Outlook
from engine.biology.region import Region
from engine.biology.trade import Harvest, Trade
from engine.biology.water import Environment, Sensors
from engine.farm.reading import StrictModel, find_shipped, load_text, parse_yaml, sha256, validate
from lake.errors import InputError


class BiologyModel(StrictModel):
    """A biology file, as written; `regions` are keyed by the farm's geographies."""

    format: Literal["smoltworks-biology/1"]
    name: Annotated[str, Field(min_length=1)]
    growth: Growth
    feed: Feed
    respiration: Respiration
    mortality: Mortality
    events: Events
    lice: Lice
    stages: Stages
    eggs: Eggs
    handling: Handling
    health: HealthSampling
    monitoring: Monitoring
    environment: Environment
    sensors: Sensors
    lice_counts: LiceCounts
    treatments: Treatments
    journal: Journal
    laboratory: Laboratory
    harvest: Harvest
    outlook: Outlook
    trade: Trade
    regions: dict[str, Region]

    @model_validator(mode="after")
    def _lengths(self) -> BiologyModel:
        if len(self.growth.temperature_response.value) != len(self.growth.temperature_response_c.value):
            raise ValueError("growth.temperature_response and temperature_response_c differ in length")
        if len(self.mortality.shape_day.value) != len(self.mortality.shape_rate.value) + 1:
            raise ValueError("mortality.shape_day must have one value more than shape_rate")
        for name, region in self.regions.items():
            at_sea = {kind for kind, event in self.events.kinds.items() if event.at_sea}
            if wrong := at_sea ^ set(region.event_weights):
                raise ValueError(f"regions.{name}.event_weights and the events.kinds at sea differ: {sorted(wrong)}")
        return self


@dataclass(frozen=True)
class Biology:
    """A biology file: the model, and the text as written, whose hash identifies it."""

    model: BiologyModel
    text: str

    @cached_property
    def sha256(self) -> str:
        return sha256(self.text)

    @property
    def name(self) -> str:
        return self.model.name

    def region(self, geography: str) -> Region:
        """The parameters of a geography; InputError when the file has none."""
        try:
            return self.model.regions[geography]
        except KeyError:
            raise InputError(
                f"biology {self.name}",
                f"no region for the farm's geography {geography!r}",
                f"add regions.{geography}; the file has {', '.join(self.model.regions)}",
            ) from None


def read_biology(name: str, beside: Path | None = None) -> Biology:
    """The biology of a path or a shipped name; InputError when absent or wrong."""
    path = find_shipped("biology", name, beside)
    return parse_biology(load_text(path), str(path))


def parse_biology(text: str, source: str) -> Biology:
    return Biology(validate(BiologyModel, parse_yaml(text, source), source), text)
