"""Parameters of the examination of fish: when, how many, and what makes a score bad."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from engine.biology.values import (
    FEW,
    NEVER_FALLING,
    Coefficient,
    Days,
    DaysOrMore,
    Fish,
    Floats,
    Names,
    Saturation,
    Share,
    Spread,
    Written,
)
from engine.inputs.reading import Unfit
from lake.codes import EVENT_KINDS, TREATMENT_METHODS

BURDENS = ("MORTALITY", "LICE", "LOW_OXYGEN")  # of a container, beside its events and treatments
DRIVERS = (*BURDENS, *EVENT_KINDS, *TREATMENT_METHODS)
THINNESS = "THINNESS"  # of one fish

Effects = Annotated[Floats, Written(Coefficient)]
Scale = Annotated[float, Field(ge=1e-6, le=1_000)]


@dataclass(frozen=True, kw_only=True)
class HealthSampling:
    """Vectors over `parameters` (their baselines, the parts of one general condition, each driver's effects)."""

    first_day: DaysOrMore
    interval_days: DaysOrMore
    sample_size: Fish
    parameters: Names
    thresholds: Annotated[Floats, Written(Coefficient, FEW, NEVER_FALLING)]
    baseline: Effects
    general: Annotated[Floats, Written(Share)]
    unexplained_sd: Spread
    mortality_days: DaysOrMore
    mortality_scale: Scale
    lice_scale: Scale
    oxygen_days: DaysOrMore
    oxygen_floor: Saturation
    oxygen_scale: Scale
    loss_scale: Scale
    recovery_days: Days
    treatment_days: DaysOrMore
    effects: dict[str, Effects]

    def __post_init__(self) -> None:
        if wrong := set(self.effects) ^ {*DRIVERS, THINNESS}:
            raise ValueError(
                "effects must have one row for each of the known drivers; missing or unknown: "
                + ", ".join(sorted(wrong))
            )
        vectors = {"baseline": self.baseline, "general": self.general}
        vectors |= {f"effects.{name}": vector for name, vector in self.effects.items()}
        for name, vector in vectors.items():
            if len(vector) != len(self.parameters):
                wanted = f"has {len(vector)} values, not {len(self.parameters)}: one for each of the parameters"
                raise Unfit(name, vector, wanted)
