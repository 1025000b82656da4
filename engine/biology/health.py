"""Parameters of lice counts, treatments, the journal and the laboratory."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.biology.sourced import (
    NotNegative,
    Positive,
    Quartiles,
    Rising,
    Share,
    Shares,
    Sourced,
    Text,
    Vector,
    Whole,
    WholeRange,
)
from engine.inputs.reading import StrictModel

MethodName = Literal["THERMAL", "MECHANICAL", "FRESHWATER", "H2O2", "BATH"]
METHOD_NAMES: tuple[MethodName, ...] = ("THERMAL", "MECHANICAL", "FRESHWATER", "H2O2", "BATH")


class TreatmentType(Sourced):
    """The application's kind of treatment."""

    value: Literal["physical", "medication", "other"]


class TreatmentMethod(StrictModel):
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


class Methods(StrictModel):
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


class Vaccination(StrictModel):
    dosage: Text
    duration_days: Whole
    withholding_days: Whole


class Treatments(StrictModel):
    methods: Methods
    vaccination: Vaccination
    successful_reduction: Share
    partial_reduction: Share
    first_hour_utc: Whole
    last_hour_utc: Whole

    @model_validator(mode="after")
    def _order(self) -> Treatments:
        if self.partial_reduction.value > self.successful_reduction.value:
            raise ValueError("partial_reduction exceeds successful_reduction")
        if self.first_hour_utc.value >= self.last_hour_utc.value:
            raise ValueError("first_hour_utc is not before last_hour_utc")
        return self


class MethodShares(Sourced):
    """How often each method is chosen; the shares sum to 1."""

    value: dict[MethodName, Annotated[float, Field(ge=0, le=1)]]

    @model_validator(mode="after")
    def _whole(self) -> MethodShares:
        missing = [name for name in METHOD_NAMES if name not in self.value]
        if missing:
            raise ValueError(f"no share for {', '.join(missing)}")
        if abs(sum(self.value.values()) - 1) > 1e-9:
            raise ValueError(f"shares sum to {sum(self.value.values()):g}, not 1")
        return self


class LiceCounts(StrictModel):
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

    @model_validator(mode="after")
    def _lengths(self) -> LiceCounts:
        if len(self.mobile_shares.value) != 3:
            raise ValueError("mobile_shares are three: pre-adult females, pre-adult males, adult males")
        if len(self.method_shares.value) != 4 or len(self.method_confidence.value) != 4:
            raise ValueError("method_shares and method_confidence are four: manual, visual, automated, camera")
        if self.first_hour_utc.value >= self.last_hour_utc.value:
            raise ValueError("first_hour_utc is not before last_hour_utc")
        return self


class Journal(StrictModel):
    """When the people of a site write something down."""

    weekly_mortality: Rising
    event_loss: Rising
    lice_over: Rising
    oxygen_low: Rising
    oxygen_quiet_days: Whole
    notice_days: WholeRange
    diagnosis_days: WholeRange

    @model_validator(mode="after")
    def _lengths(self) -> Journal:
        if len(self.weekly_mortality.value) != 3:
            raise ValueError("weekly_mortality are three: an entry, medium and high severity")
        if len(self.oxygen_low.value) != 3:
            raise ValueError("oxygen_low are three: below them high, medium and low severity")
        for name in ("event_loss", "lice_over"):
            if len(getattr(self, name).value) != 2:
                raise ValueError(f"{name} are two: medium and high severity")
        return self


class Laboratory(StrictModel):
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
