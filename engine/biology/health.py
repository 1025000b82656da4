"""Parameters of lice counts, treatments, the journal and the laboratory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator

from engine.biology.values import (
    NotNegative,
    Positive,
    Quartiles,
    Rising,
    Share,
    Shares,
    Text,
    Vector,
    Whole,
    WholeRange,
)

MethodName = Literal["THERMAL", "MECHANICAL", "FRESHWATER", "H2O2", "BATH"]
METHOD_NAMES: tuple[MethodName, ...] = ("THERMAL", "MECHANICAL", "FRESHWATER", "H2O2", "BATH")


TreatmentType = Literal["physical", "medication", "other"]  # the application's kinds


@dataclass(frozen=True, kw_only=True)
class TreatmentMethod:
    """A way to remove lice. efficacy: share of the mobile lice removed; loss: share of the fish lost in 14 days."""

    type: TreatmentType
    dosage: Text
    duration_days: Whole
    fasting_days: Whole
    withholding_days: Whole
    efficacy_median: Share
    efficacy_iqr: Quartiles
    attached_factor: Share
    loss_mean: Share
    loss_sdlog: NotNegative


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
    duration_days: Whole
    withholding_days: Whole


@dataclass(frozen=True, kw_only=True)
class Treatments:
    methods: Methods
    vaccination: Vaccination
    successful_reduction: Share
    partial_reduction: Share
    first_hour_utc: Whole
    last_hour_utc: Whole

    def __post_init__(self) -> None:
        if self.partial_reduction > self.successful_reduction:
            raise ValueError("partial_reduction exceeds successful_reduction")
        if self.first_hour_utc >= self.last_hour_utc:
            raise ValueError("first_hour_utc is not before last_hour_utc")


def _whole(shares: dict[MethodName, float]) -> dict[MethodName, float]:
    missing = [name for name in METHOD_NAMES if name not in shares]
    if missing:
        raise ValueError(f"no share for {', '.join(missing)}")
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise ValueError(f"shares sum to {sum(shares.values()):g}, not 1")
    return shares


MethodShares = Annotated[dict[MethodName, Share], AfterValidator(_whole)]  # how often each is chosen


@dataclass(frozen=True, kw_only=True)
class LiceCounts:
    """How counted lice divide into stages and sexes, and how they are counted."""

    copepodid_share: Share
    female_share: Share
    mobile_shares: Shares
    caligus_seasonal_amplitude: Share
    caligus_sdlog: NotNegative
    caligus_juvenile_share: Share
    first_hour_utc: Whole
    last_hour_utc: Whole
    method_shares: Shares
    method_confidence: Vector
    confidence_sd: NotNegative

    def __post_init__(self) -> None:
        if len(self.mobile_shares) != 3:
            raise ValueError("mobile_shares are three: pre-adult females, pre-adult males, adult males")
        if len(self.method_shares) != 4 or len(self.method_confidence) != 4:
            raise ValueError("method_shares and method_confidence are four: manual, visual, automated, camera")
        if self.first_hour_utc >= self.last_hour_utc:
            raise ValueError("first_hour_utc is not before last_hour_utc")


@dataclass(frozen=True, kw_only=True)
class Journal:
    """When the people of a site write something down."""

    weekly_mortality: Rising
    event_loss: Rising
    lice_over: Rising
    oxygen_low: Rising
    oxygen_quiet_days: Whole
    notice_days: WholeRange
    diagnosis_days: WholeRange

    def __post_init__(self) -> None:
        if len(self.weekly_mortality) != 3:
            raise ValueError("weekly_mortality are three: an entry, medium and high severity")
        if len(self.oxygen_low) != 3:
            raise ValueError("oxygen_low are three: below them high, medium and low severity")
        for name in ("event_loss", "lice_over"):
            if len(getattr(self, name)) != 2:
                raise ValueError(f"{name} are two: medium and high severity")


@dataclass(frozen=True, kw_only=True)
class Laboratory:
    """Samples sent in a disease event and what polymerase chain reaction finds in them."""

    containers: Whole
    sample_days: WholeRange
    send_days: Whole
    result_days: WholeRange
    detected_share: Share
    ct_mean: Positive
    ct_sd: NotNegative
    ct_doubtful: Positive
    ct_limit: Positive
    fish: Whole
