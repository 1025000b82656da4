"""Parameters of the examination of fish: when, how many, and what makes a score bad."""

from __future__ import annotations

from dataclasses import dataclass

from engine.biology.values import Names, NotNegative, Positive, RisingVector, Vector, Whole
from lake.codes import EVENT_KINDS, TREATMENT_METHODS

BURDENS = ("MORTALITY", "LICE", "LOW_OXYGEN")  # of a container, beside its events and treatments
DRIVERS = (*BURDENS, *EVENT_KINDS, *TREATMENT_METHODS)
THINNESS = "THINNESS"  # of one fish


@dataclass(frozen=True, kw_only=True)
class HealthSampling:
    """Vectors over `parameters` (their baselines, the parts of one general condition, each driver's effects)."""

    first_day: Whole
    interval_days: Whole
    sample_size: Whole
    parameters: Names
    thresholds: RisingVector
    baseline: Vector
    general: Vector
    unexplained_sd: NotNegative
    mortality_days: Whole
    mortality_scale: Positive
    lice_scale: Positive
    oxygen_days: Whole
    oxygen_floor: NotNegative
    oxygen_scale: Positive
    loss_scale: Positive
    recovery_days: Whole
    treatment_days: Whole
    effects: dict[str, Vector]

    def __post_init__(self) -> None:
        if self.interval_days < 1 or self.sample_size < 1 or self.first_day < 1:
            raise ValueError("first_day, interval_days and sample_size must be 1 or more")
        if min(self.mortality_days, self.oxygen_days, self.treatment_days) < 1:
            raise ValueError("mortality_days, oxygen_days and treatment_days must be 1 or more")
        if any(not 0.0 <= share <= 1.0 for share in self.general):
            raise ValueError("general must hold shares from 0 to 1")
        if set(self.effects) != {*DRIVERS, THINNESS}:
            wrong = ", ".join(sorted(set(self.effects) ^ {*DRIVERS, THINNESS}))
            raise ValueError(f"effects must have one row for each of the known drivers; missing or unknown: {wrong}")
        for name, vector in (("baseline", self.baseline), ("general", self.general), *self.effects.items()):
            if len(vector) != len(self.parameters):
                raise ValueError(f"{name} must have a value for each of the {len(self.parameters)} parameters")
