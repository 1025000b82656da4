"""The kinds of value that a biology file holds: their ranges and lengths, and what the engine then computes with.

Ranges are wide, so that stress can be tried, but such that every array has a bound and every loop an end.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, Field

from engine.inputs.bounded import Counted, Name

Floats = npt.NDArray[np.float64]

FRESHWATER_STAGES, STAGES = 5, 6  # the sea's is the last
MAX_VALUES = 100  # of a list that the biology itself gives its length

# shares, ratios and logarithms
Share = Annotated[float, Field(ge=0, le=1)]
PositiveShare = Annotated[float, Field(ge=0.001, le=1)]
Memory = Annotated[float, Field(ge=0, le=0.999)]  # of an AR(1), from one value to the next
Ratio = Annotated[float, Field(ge=0, le=1_000)]
PositiveRatio = Annotated[float, Field(ge=1e-6, le=1_000)]
Coefficient = Annotated[float, Field(ge=-100, le=100)]
Slope = Annotated[float, Field(ge=-2, le=2)]  # of a logarithm
Exponent = Annotated[float, Field(ge=-1, le=1)]
Spread = Annotated[float, Field(ge=0, le=3)]  # SD of a logarithm, a logit or a share

# time
Days = Annotated[int, Field(ge=0, le=3_650)]
DaysOrMore = Annotated[int, Field(ge=1, le=3_650)]
Day = Annotated[float, Field(ge=0, le=3_650)]  # of a stay, not only whole ones
LengthDays = Annotated[float, Field(ge=0.1, le=3_650)]
DayOfYear = Annotated[float, Field(ge=0, le=366)]
Hour = Annotated[float, Field(ge=0, lt=24)]
WholeHour = Annotated[int, Field(ge=0, le=24)]
LengthHours = Annotated[float, Field(ge=0.1, le=720)]
Minutes = Annotated[float, Field(ge=0, le=1_440)]
PerMinute = Annotated[float, Field(ge=1, le=1_000_000)]
PerYear = Annotated[float, Field(ge=0, le=100)]
Year = Annotated[int, Field(ge=1_900, le=2_100)]

# fish, lice and feed
Weight = Annotated[float, Field(ge=0.001, le=20_000)]  # g
WeightSd = Annotated[float, Field(ge=0, le=5_000)]
Tgc = Annotated[float, Field(ge=0, le=10)]
PositiveTgc = Annotated[float, Field(ge=0.01, le=10)]
Fcr = Annotated[float, Field(ge=0, le=10)]
PositiveFcr = Annotated[float, Field(ge=0.1, le=10)]
Loss = Annotated[float, Field(ge=0, lt=1)]  # a share whose complement has a logarithm
Hazard = Annotated[float, Field(ge=0, le=100)]
Stage = Annotated[int, Field(ge=0, le=STAGES)]
Fish = Annotated[int, Field(ge=1, le=1_000)]
Lice = Annotated[float, Field(ge=0, le=1_000)]
Places = Annotated[int, Field(ge=1, le=1_000)]  # containers, rings, events

# water
Celsius = Annotated[float, Field(ge=-50, le=50)]
CelsiusSd = Annotated[float, Field(ge=0, le=10)]
Saturation = Annotated[float, Field(ge=0, le=200)]  # %
PositiveSaturation = Annotated[float, Field(ge=0.1, le=200)]
Salinity = Annotated[float, Field(ge=0, le=50)]  # PSU
Ph = Annotated[float, Field(ge=0, le=14)]
Concentration = Annotated[float, Field(ge=1e-6, le=10_000)]  # mg/L
Current = Annotated[float, Field(ge=1e-4, le=10)]  # m/s
Reading = Annotated[float, Field(ge=-100, le=2_000)]  # in a sensor's unit
ReadingSd = Annotated[float, Field(ge=0, le=200)]
Resolution = Annotated[float, Field(ge=0.0001, le=100)]

# money
Price = Annotated[float, Field(ge=0, le=1_000_000)]
PositivePrice = Annotated[float, Field(ge=0.01, le=1_000_000)]

Text = Name
Names = Annotated[tuple[Text, ...], Field(min_length=1, max_length=MAX_VALUES)]


def exactly(length: int, of: str) -> Counted:
    """A list's length is `length`; of: what its values are."""
    return Counted(least=length, most=length, of=of)


def _sum_to_one(values: Any) -> Any:
    total = sum(values.values() if isinstance(values, dict) else values)
    if abs(total - 1) > 1e-9:
        raise ValueError(f"shares sum to {total:g}, not 1")
    return values


def _never_falling(values: Any) -> Any:
    if any(b < a for a, b in pairwise(values)):
        raise ValueError("values fall: none may be less than the one before")
    return values


def _rising(values: Any) -> Any:
    if any(b <= a for a, b in pairwise(values)):
        raise ValueError("values don't rise: each must be more than the one before")
    return values


def _some_above_zero(values: Any) -> Any:
    if not any(value > 0 for value in values):
        raise ValueError("no value is above 0")
    return values


FEW = Counted(least=1, most=MAX_VALUES)
SUM_TO_ONE = AfterValidator(_sum_to_one)
NEVER_FALLING = AfterValidator(_never_falling)
RISING = AfterValidator(_rising)
SOME_ABOVE_ZERO = AfterValidator(_some_above_zero)
BY_FRESHWATER_STAGE = exactly(FRESHWATER_STAGES, "one for each freshwater stage")
BY_STAGE = exactly(STAGES, "one for each stage, the sea's last")
BY_MONTH = exactly(12, "January to December")


class Written:
    """An array's form in the file: a list of `each`, for which `checks` hold. Without a length, 1 to MAX_VALUES."""

    def __init__(self, each: Any, *checks: AfterValidator | Counted) -> None:
        counted = any(isinstance(check, Counted) for check in checks)
        self.each, self.checks = each, checks if counted else (FEW, *checks)

    @property
    def type(self) -> Any:
        """The type that pydantic validates."""
        values: Any = tuple.__class_getitem__((self.each, ...))
        return Annotated[values, *self.checks]


ShareVector = Annotated[Floats, Written(Share, FEW, SUM_TO_ONE)]
FreshwaterLosses = Annotated[tuple[Loss, ...], BY_FRESHWATER_STAGE]
FreshwaterSpreads = Annotated[tuple[Spread, ...], BY_FRESHWATER_STAGE]
DaysRange = Annotated[tuple[Days, Days], NEVER_FALLING]
HourRange = Annotated[tuple[WholeHour, WholeHour], RISING]
HoursRange = Annotated[tuple[LengthHours, LengthHours], NEVER_FALLING]
ReadingRange = Annotated[tuple[Reading, Reading], NEVER_FALLING]
Limits = Annotated[tuple[Reading, Reading], RISING]
CurrentRange = Annotated[tuple[Current, Current], NEVER_FALLING]

_Order = Annotated[int, Field(ge=1, le=200)]
BetaOrders = tuple[_Order, _Order]  # a and b of a Beta distribution: the a-th smallest of a + b - 1 uniforms


def read_only(values: Iterable[float]) -> Floats:
    """The values as an array that nobody can change."""
    array = np.array(tuple(values), dtype=np.float64)
    array.flags.writeable = False
    return array
