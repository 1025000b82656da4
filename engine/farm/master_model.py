"""The strict model of the application's master data, a part of the farm file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.farm.staff_model import StaffModel
from engine.inputs.reading import StrictModel

Name = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(min_length=1)]


class LiceTypeModel(StrictModel):
    """A species, sex and stage of lice that is counted by itself."""

    species: Name
    gender: Literal["female", "male", "unknown"]
    stage: Name


class CompanyModel(StrictModel):
    """One company a geography: freshwater, farming, or logistics and sales."""

    subsidiary: Literal["FW", "FM", "LG"]
    name: str


class PolicyModel(StrictModel):
    """Pricing between two subsidiaries of a geography, for each of `grades`."""

    seller: Literal["FW", "FM", "LG"]
    buyer: Literal["FW", "FM", "LG"]
    grades: Annotated[list[Name], Field(min_length=1)]
    markup_percent: Annotated[float, Field(ge=0)]


class ScenarioModel(StrictModel):
    """The standard models by which the application projects a batch; values are the application's own.

    Names take {batch} and {geography}; that of the constraints, which all scenarios share, takes {transfer_g} and
    {harvest_g}. constraint_stages: the farm's stage for each of the application's. In the first hall_stages stages its
    scenarios, unlike its forecasts, read hall_temperature_c whatever the profile says.
    """

    tgc_model: str
    tgc_value: dict[str, float]
    exponent_n: float
    exponent_m: float
    release_period: Name
    fcr_model: Name
    fcr_by_stage: Annotated[list[float], Field(min_length=6, max_length=6)]
    mortality_model: Name
    daily_mortality_percent: Annotated[float, Field(ge=0)]
    temperature_profile: str
    hall_stages: Annotated[int, Field(ge=0, le=6)]
    hall_temperature_c: Annotated[float, Field(ge=0, le=30)]
    genotypes: dict[str, Name]  # by egg supplier
    constraints: Name
    constraint_stages: dict[Literal["egg", "alevin", "fry", "parr", "smolt", "post_smolt", "harvest"], Name]


class TemplateModel(StrictModel):
    """An activity planned for every batch on a day of its life.

    `stage`: the one that it leads to. `feed`: the one that a change of feed begins.
    """

    name: Name
    activity: Literal[
        "VACCINATION",
        "TREATMENT",
        "CULL",
        "HARVEST",
        "SALE",
        "FEED_CHANGE",
        "TRANSFER",
        "MAINTENANCE",
        "SAMPLING",
        "OTHER",
    ]
    day: Annotated[int, Field(ge=0)]
    weight_g: Annotated[float, Field(gt=0)] | None = None
    stage: str = ""
    feed: str = ""

    @model_validator(mode="after")
    def _aims(self) -> TemplateModel:
        if self.activity == "TRANSFER" and not self.stage:
            raise ValueError(f"{self.name}: a TRANSFER names the stage that it leads to")
        if self.activity == "FEED_CHANGE" and not self.feed:
            raise ValueError(f"{self.name}: a FEED_CHANGE names the feed that it begins")
        return self


class StoppingReasons(StrictModel):
    """Why a move was cancelled, and why an attempt at one of its actions was broken off."""

    cancelled: Annotated[list[Name], Field(min_length=1)]
    failed: Annotated[list[Name], Field(min_length=1)]


class MoveReasonsModel(StrictModel):
    """What stops a move from hall to hall, and one from a hall to the sea."""

    on_land: StoppingReasons
    to_sea: StoppingReasons


class MasterModel(StrictModel):
    """The master data of the application, by natural key."""

    egg_suppliers: Annotated[list[Name], Field(min_length=1)]
    egg_supplier_contacts: dict[str, Text]
    lice_types: Annotated[list[LiceTypeModel], Field(min_length=1)]
    health_parameters: Annotated[list[Name], Field(min_length=1)]
    score_labels: Annotated[list[Name], Field(min_length=2)]
    score_descriptions: list[Text]  # by score; {parameter} is what is scored
    vaccination_types: Annotated[list[Name], Field(min_length=1)]
    sample_types: Annotated[list[Name], Field(min_length=1)]
    currencies: dict[str, Literal["EUR", "GBP"]]
    companies: Annotated[list[CompanyModel], Field(min_length=3, max_length=3)]
    policies: Annotated[list[PolicyModel], Field(min_length=1)]
    scenario: ScenarioModel
    activities: Annotated[list[TemplateModel], Field(min_length=1, max_length=64)]
    move_reasons: MoveReasonsModel
    staff: StaffModel
