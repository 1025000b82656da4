"""What published figures a run's statistics are held against: the bands file as a strict model."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.biology.sourced import Sourced
from engine.inputs.bounded import Name, within
from engine.inputs.reading import StrictModel, load_text, parse_yaml, validate
from engine.inputs.shipped_files import find_shipped
from lake.errors import shortened

Figure = Annotated[float, within(-1e9, 1e9, "the statistic's own")]


class Band(Sourced):
    """What one statistic is held against: from low to high, inclusive; without limits it is told, not judged.

    published: the figure in the source. least: of how many things (those that the statistic counts) there must be
    data, or it is not judged. A geography's statistic is skipped in a farm without that geography.
    """

    statistic: Name
    geography: Name | None = None
    low: Figure | None = None
    high: Figure | None = None
    published: Figure | None = None
    least: Annotated[int, within(1, 1_000_000_000, "things")]

    @property
    def name(self) -> str:
        """The statistic's name, with its geography."""
        return self.statistic if self.geography is None else f"{self.statistic}, {self.geography}"

    @property
    def cited(self) -> str:
        """The source with its confidence."""
        return f"{self.source} ({self.confidence})"

    @model_validator(mode="after")
    def _ordered(self) -> Band:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low:g} lies above high {self.high:g}")
        return self


class DensityLimit(Sourced):
    """A law on rings: (from this mean weight on, g; at most so much, kg/m3), the weights ascending from 0."""

    value: Annotated[tuple[tuple[Figure, Figure], ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _ascending(self) -> DensityLimit:
        weights = [weight for weight, _ in self.value]
        if weights[0] != 0 or sorted(set(weights)) != weights:
            raise ValueError("the weights must begin with 0 and ascend")
        return self


class Bands(StrictModel):
    """A bands file. required: a run must lie within; told: shown beside. The limit is what a statistic counts by."""

    format: Literal["smoltworks-bands/1"]
    faroese_density_limit: DensityLimit
    required: Annotated[tuple[Band, ...], Field(max_length=1_000)]
    told: Annotated[tuple[Band, ...], Field(max_length=1_000)]

    @model_validator(mode="after")
    def _consistent(self) -> Bands:
        _hold_names_apart((*self.required, *self.told))
        for band in self.required:
            if band.low is None and band.high is None:
                raise ValueError(f"statistic {shortened(band.name)} is required, but has neither low nor high")
        return self


class Telltales(StrictModel):
    """The tell-tales' file. told: each with its bound; constant: why a table.column may say the same in every row."""

    format: Literal["smoltworks-telltales/1"]
    told: Annotated[tuple[Band, ...], Field(max_length=1_000)]
    constant: Annotated[dict[str, Name], Field(max_length=1_000)]

    @model_validator(mode="after")
    def _consistent(self) -> Telltales:
        _hold_names_apart(self.told)
        for band in self.told:
            if band.low is None and band.high is None:
                raise ValueError(f"tell-tale {shortened(band.name)} has neither low nor high")
        return self


def _hold_names_apart(bands: tuple[Band, ...]) -> None:
    seen: set[str] = set()
    for band in bands:
        if band.name in seen:
            raise ValueError(f"statistic {shortened(band.name)} is given twice")
        seen.add(band.name)


def read_telltales(name: str = "realism") -> Telltales:
    """The tell-tales' bounds of a path or a shipped name; InputError when absent or wrong."""
    path = find_shipped("telltales", name, None)
    return parse_telltales(load_text(path), str(path))


def parse_telltales(text: str, source: str) -> Telltales:
    return validate(Telltales, parse_yaml(text, source), source)


def read_bands(name: str = "bands") -> Bands:
    """The bands of a path or a shipped name; InputError when absent or wrong."""
    path = find_shipped("bands", name, None)
    return parse_bands(load_text(path), str(path))


def parse_bands(text: str, source: str) -> Bands:
    return validate(Bands, parse_yaml(text, source), source)
