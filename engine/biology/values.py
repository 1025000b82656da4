"""The kinds of value that a biology file holds: what is written for each, and what the engine then computes with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, Field

Floats = npt.NDArray[np.float64]

Number = Annotated[float, Field()]
Share = Annotated[float, Field(ge=0, le=1)]
PositiveShare = Annotated[float, Field(gt=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Whole = Annotated[int, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
Text = Annotated[str, Field(min_length=1, max_length=100)]
Names = Annotated[tuple[str, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Written:
    """An array's form in the file, a list: the kind of its values, how many, and what else holds of them."""

    each: Any = float
    length: int | None = None
    checks: tuple[AfterValidator, ...] = ()

    @property
    def type(self) -> Any:
        """The type that pydantic validates."""
        limits = Field(min_length=1 if self.length is None else self.length, max_length=self.length)
        values: Any = tuple.__class_getitem__((self.each, ...))
        return Annotated.__class_getitem__((values, limits, *self.checks))  # type: ignore[attr-defined]


def _sum_to_one(values: tuple[float, ...]) -> tuple[float, ...]:
    if abs(sum(values) - 1) > 1e-9:
        raise ValueError(f"shares sum to {sum(values):g}, not 1")
    return values


def _never_falling(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if any(b < a for a, b in pairwise(values)):
        raise ValueError(f"values fall: {values}")
    return values


SUM_TO_ONE = AfterValidator(_sum_to_one)
NEVER_FALLING = AfterValidator(_never_falling)

Vector = Annotated[Floats, Written()]
Rising = Annotated[tuple[float, ...], Field(min_length=1), NEVER_FALLING]
RisingVector = Annotated[Floats, Written(checks=(NEVER_FALLING,))]
Months = Annotated[tuple[float, ...], Field(min_length=12, max_length=12)]
MonthVector = Annotated[Floats, Written(length=12)]
Shares = Annotated[tuple[Share, ...], SUM_TO_ONE]
ShareVector = Annotated[Floats, Written(each=Share, checks=(SUM_TO_ONE,))]
FreshwaterStages = tuple[float, float, float, float, float]
Stages = Annotated[tuple[NotNegative, ...], Field(min_length=6, max_length=6)]  # the sea's last
Range = tuple[float, float]


def _ordered_quartiles(values: tuple[float, float]) -> tuple[float, float]:
    if values[0] > values[1]:
        raise ValueError(f"the lower quartile {values[0]:g} exceeds the upper {values[1]:g}")
    return values


Quartiles = Annotated[tuple[Share, Share], AfterValidator(_ordered_quartiles)]


def _ordered_range(values: tuple[int, int]) -> tuple[int, int]:
    if values[0] > values[1]:
        raise ValueError(f"least {values[0]} exceeds most {values[1]}")
    return values


WholeRange = Annotated[tuple[Whole, Whole], AfterValidator(_ordered_range)]

_Order = Annotated[int, Field(ge=1, le=200)]
BetaOrders = tuple[_Order, _Order]  # a and b of a Beta distribution: the a-th smallest of a + b - 1 uniforms


def read_only(values: Iterable[float]) -> Floats:
    """The values as an array that nobody can change."""
    array = np.array(tuple(values), dtype=np.float64)
    array.flags.writeable = False
    return array
