"""The kinds of value that a biology file holds, each with unit, source and confidence."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from engine.inputs.reading import StrictModel

NUMBER = re.compile(r"[-+]?[0-9.]+(e[-+]?[0-9]+)?", re.IGNORECASE)


class Sourced(StrictModel):
    """What a parameter carries beside its value. V: read in its source; D: derived; G: general knowledge."""

    unit: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]
    confidence: Literal["V", "D", "G"]

    @field_validator("value", mode="before", check_fields=False)
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        """Yes, true and "0.5" are no numbers, and YAML reads 1e-5 as text."""
        if cls.model_fields["value"].annotation is not str:
            inner = value.values() if isinstance(value, dict) else value
            for each in inner if isinstance(value, (dict, list, tuple)) else (value,):
                if isinstance(each, bool) or (isinstance(each, str) and NUMBER.fullmatch(each.strip())):
                    raise ValueError(f"{each!r} is no number to YAML; write it as 0.5 or 1.0e-5, without quotes")
        return value


class Scalar(Sourced):
    value: float


class Share(Sourced):
    value: Annotated[float, Field(ge=0, le=1)]


class PositiveShare(Sourced):
    value: Annotated[float, Field(gt=0, le=1)]


class Positive(Sourced):
    value: Annotated[float, Field(gt=0)]


class NotNegative(Sourced):
    value: Annotated[float, Field(ge=0)]


class Whole(Sourced):
    value: Annotated[int, Field(ge=0)]


class Count(Sourced):
    value: Annotated[int, Field(ge=1)]


class Vector(Sourced):
    value: Annotated[tuple[float, ...], Field(min_length=1)]


class Names(Sourced):
    value: Annotated[tuple[str, ...], Field(min_length=1)]


class FreshwaterStages(Sourced):
    """One value per freshwater stage."""

    value: tuple[float, float, float, float, float]


class Stages(Sourced):
    """One value at least 0 per stage, the sea's last."""

    value: Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(min_length=6, max_length=6)]


class Months(Sourced):
    value: Annotated[tuple[float, ...], Field(min_length=12, max_length=12)]


class Shares(Sourced):
    """Shares that sum to 1."""

    value: tuple[Annotated[float, Field(ge=0, le=1)], ...]

    @model_validator(mode="after")
    def _sum(self) -> Shares:
        if abs(sum(self.value) - 1) > 1e-9:
            raise ValueError(f"shares sum to {sum(self.value):g}, not 1")
        return self


class BetaOrders(Sourced):
    """Whole a and b of a Beta distribution, drawn as the a-th smallest of a + b - 1 uniforms."""

    value: tuple[Annotated[int, Field(ge=1, le=200)], Annotated[int, Field(ge=1, le=200)]]


class Range(Sourced):
    value: tuple[float, float]


class Quartiles(Sourced):
    """Lower and upper quartile of a share."""

    value: tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]]

    @model_validator(mode="after")
    def _order(self) -> Quartiles:
        if self.value[0] > self.value[1]:
            raise ValueError(f"the lower quartile {self.value[0]:g} exceeds the upper {self.value[1]:g}")
        return self


class Rising(Sourced):
    """Values that never fall from one to the next."""

    value: Annotated[tuple[float, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _order(self) -> Rising:
        if any(b < a for a, b in pairwise(self.value)):
            raise ValueError(f"values fall: {self.value}")
        return self


class WholeRange(Sourced):
    """Least and most of a whole number."""

    value: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]

    @model_validator(mode="after")
    def _order(self) -> WholeRange:
        if self.value[0] > self.value[1]:
            raise ValueError(f"least {self.value[0]} exceeds most {self.value[1]}")
        return self


class Text(Sourced):
    value: Annotated[str, Field(min_length=1, max_length=100)]
