"""Parameters of lice counts, treatments, the journal and the laboratory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from engine.biology.values import (
    NEVER_FALLING,
    SUM_TO_ONE,
    Celsius,
    Days,
    DaysRange,
    Exponent,
    Fish,
    Floats,
    Loss,
    PositiveRatio,
    Ratio,
    Saturation,
    Share,
    Slope,
    Spread,
    Text,
    Weight,
    WholeHour,
    Written,
    exactly,
)
from engine.inputs.reading import Unfit

MethodName = Literal["THERMAL", "MECHANICAL", "FRESHWATER", "H2O2", "BATH"]
METHOD_NAMES: tuple[MethodName, ...] = get_args(MethodName)
TreatmentType = Literal["physical", "medication", "other"]  # the application's kinds

MOBILES = exactly(3, "pre-adult females, pre-adult males, adult males")
COUNTING_METHODS = exactly(4, "manual, visual, automated, camera")
MEDIUM_AND_HIGH = exactly(2, "medium and high severity")
Cycles = Annotated[float, Field(ge=0.1, le=100)]  # of a polymerase chain reaction


@dataclass(frozen=True, kw_only=True)
class TreatmentMethod:
    """A way to remove lice. efficacy: share of the mobile lice removed; loss: share of the fish lost in 14 days."""

    type: TreatmentType
    dosage: Text
    duration_days: Days
    fasting_days: Days
    withholding_days: Days
    efficacy_median: Loss
    efficacy_iqr: Annotated[tuple[Loss, Loss], NEVER_FALLING]
    attached_factor: Share
    loss_mean: Share
    loss_sdlog: Spread
    loss_temp_slope: Slope
    appetite_left: Share


@dataclass(frozen=True, kw_only=True)
class Methods:
    """Every method, by its name in treatment.method."""

    THERMAL: TreatmentMethod
    MECHANICAL: TreatmentMethod
    FRESHWATER: TreatmentMethod
    H2O2: TreatmentMethod
    BATH: TreatmentMethod

    def of(self, name: str) -> TreatmentMethod:
        """A method by name; KeyError when there is none."""
        if name not in METHOD_NAMES:
            raise KeyError(name)
        method: TreatmentMethod = getattr(self, name)
        return method


@dataclass(frozen=True, kw_only=True)
class Vaccination:
    dosage: Text
    duration_days: Days
    withholding_days: Days


@dataclass(frozen=True, kw_only=True)
class Treatments:
    methods: Methods
    vaccination: Vaccination
    successful_reduction: Share
    partial_reduction: Share
    loss_temp_c: Celsius
    loss_weight_g: Weight
    loss_weight_exponent: Exponent
    loss_recent: PositiveRatio
    loss_recent_exponent: Exponent
    loss_limit: Annotated[float, Field(ge=1, le=100)]
    day_share: Share
    first_hour_utc: WholeHour
    last_hour_utc: WholeHour

    def __post_init__(self) -> None:
        if self.partial_reduction > self.successful_reduction:
            raise Unfit(
                "partial_reduction",
                self.partial_reduction,
                f"exceeds successful_reduction, {self.successful_reduction:g}",
            )
        _check_hours(self)


def _of_every_method(shares: dict[MethodName, float]) -> dict[MethodName, float]:
    missing = [name for name in METHOD_NAMES if name not in shares]
    if missing:
        raise ValueError(f"no share for {', '.join(missing)}")
    return shares


MethodShares = Annotated[dict[MethodName, Share], AfterValidator(_of_every_method), SUM_TO_ONE]


@dataclass(frozen=True, kw_only=True)
class LiceCounts:
    """How counted lice divide into stages and sexes, and how they are counted."""

    copepodid_share: Share
    female_share: Share
    mobile_shares: Annotated[tuple[Share, ...], MOBILES, SUM_TO_ONE]
    caligus_seasonal_amplitude: Share
    caligus_sdlog: Spread
    caligus_juvenile_share: Share
    first_hour_utc: WholeHour
    last_hour_utc: WholeHour
    method_shares: Annotated[tuple[Share, ...], COUNTING_METHODS, SUM_TO_ONE]
    method_confidence: Annotated[Floats, Written(Share, COUNTING_METHODS)]
    confidence_sd: Share
    types_found_share: Share

    def __post_init__(self) -> None:
        _check_hours(self)


@dataclass(frozen=True, kw_only=True)
class Journal:
    """When the people of a site write something down."""

    weekly_mortality: Annotated[tuple[Share, ...], exactly(3, "an entry, medium and high severity"), NEVER_FALLING]
    event_loss: Annotated[tuple[Share, ...], MEDIUM_AND_HIGH, NEVER_FALLING]
    lice_over: Annotated[tuple[Ratio, ...], MEDIUM_AND_HIGH, NEVER_FALLING]
    oxygen_low: Annotated[tuple[Saturation, ...], exactly(3, "below them high, medium and low severity"), NEVER_FALLING]
    oxygen_quiet_days: Days
    notice_days: DaysRange
    diagnosis_days: DaysRange


@dataclass(frozen=True, kw_only=True)
class Laboratory:
    """Samples sent in a disease event and what polymerase chain reaction finds in them."""

    containers: Annotated[int, Field(ge=0, le=1_000)]
    sample_days: DaysRange
    send_days: Days
    result_days: DaysRange
    detected_share: Share
    ct_mean: Cycles
    ct_sd: Cycles
    ct_doubtful: Cycles
    ct_limit: Cycles
    fish: Fish


def _check_hours(section: Treatments | LiceCounts) -> None:
    if section.first_hour_utc >= section.last_hour_utc:
        raise Unfit("first_hour_utc", section.first_hour_utc, f"is not before last_hour_utc, {section.last_hour_utc}")
