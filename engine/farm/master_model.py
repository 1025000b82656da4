"""The strict model of the application's master data, a part of the farm file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.farm.staff_model import StaffModel
from engine.farm.templates import Template, of
from engine.inputs.bounded import Line, Name, Text, within
from engine.inputs.reading import StrictModel

Few = Field(min_length=1, max_length=50)
Percent = Annotated[float, within(0, 1_000, "%")]
DailyPercent = Annotated[float, within(0, 100, "% a day")]
ScenarioTgc = Annotated[float, within(0, 0.1, "g^(1/3) a degree-day")]
Exponent = Annotated[float, within(0, 5, "exponent")]
Fcr = Annotated[float, within(0, 10, "feed over growth")]
Celsius = Annotated[float, within(0, 30, "degC")]
Day = Annotated[int, within(0, 3_650, "day of the batch's life")]
Grams = Annotated[float, within(0.001, 20_000, "g")]


class LiceTypeModel(StrictModel):
    """A species, sex and stage of lice that is counted by itself."""

    species: Name
    gender: Literal["female", "male", "unknown"]
    stage: Name


class CompanyModel(StrictModel):
    """One company a geography: freshwater, farming, or logistics and sales."""

    subsidiary: Literal["FW", "FM", "LG"]
    name: Annotated[Template, of("geography")]


class PolicyModel(StrictModel):
    """Pricing between two subsidiaries of a geography, for each of `grades`."""

    seller: Literal["FW", "FM", "LG"]
    buyer: Literal["FW", "FM", "LG"]
    grades: Annotated[list[Name], Few]
    markup_percent: Percent


class ScenarioModel(StrictModel):
    """The standard models by which the application projects a batch; values are the application's own.

    Names take {batch} and {geography}; that of the constraints, which all scenarios share, takes {transfer_g} and
    {harvest_g}. constraint_stages: the farm's stage for each of the application's. In the first hall_stages stages its
    scenarios, unlike its forecasts, read hall_temperature_c whatever the profile says.
    """

    tgc_model: Annotated[Template, of("batch", "geography")]
    tgc_value: Annotated[dict[Name, ScenarioTgc], Few]
    exponent_n: Exponent
    exponent_m: Exponent
    release_period: Name
    fcr_model: Name
    fcr_by_stage: Annotated[list[Fcr], Field(min_length=6, max_length=6)]
    mortality_model: Name
    daily_mortality_percent: DailyPercent
    temperature_profile: Annotated[Template, of("batch", "geography")]
    hall_stages: Annotated[int, Field(ge=0, le=6)]
    hall_temperature_c: Celsius
    genotypes: Annotated[dict[Name, Name], Few]  # by egg supplier
    constraints: Annotated[Template, of("transfer_g", "harvest_g")]
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
    day: Day
    weight_g: Grams | None = None
    stage: Line = ""
    feed: Line = ""

    @model_validator(mode="after")
    def _aims(self) -> TemplateModel:
        if self.activity == "TRANSFER" and not self.stage:
            raise ValueError(f"{self.name}: a TRANSFER names the stage that it leads to")
        if self.activity == "FEED_CHANGE" and not self.feed:
            raise ValueError(f"{self.name}: a FEED_CHANGE names the feed that it begins")
        return self


class StoppingReasons(StrictModel):
    """Why a move was cancelled, and why an attempt at one of its actions was broken off."""

    cancelled: Annotated[list[Name], Few]
    failed: Annotated[list[Name], Few]


class MoveReasonsModel(StrictModel):
    """What stops a move from hall to hall, and one from a hall to the sea."""

    on_land: StoppingReasons
    to_sea: StoppingReasons


class MasterModel(StrictModel):
    """The master data of the application, by natural key."""

    egg_suppliers: Annotated[list[Name], Few]
    egg_supplier_contacts: Annotated[dict[Name, Text], Few]
    lice_types: Annotated[list[LiceTypeModel], Few]
    health_parameters: Annotated[list[Name], Few]
    score_labels: Annotated[list[Name], Field(min_length=2, max_length=20)]
    score_descriptions: Annotated[list[Annotated[Text, of("parameter")]], Few]  # by score
    vaccination_types: Annotated[list[Name], Few]
    sample_types: Annotated[list[Name], Few]
    currencies: Annotated[dict[Name, Literal["EUR", "GBP"]], Few]
    companies: Annotated[list[CompanyModel], Field(min_length=3, max_length=3)]
    policies: Annotated[list[PolicyModel], Few]
    scenario: ScenarioModel
    activities: Annotated[list[TemplateModel], Field(min_length=1, max_length=64)]
    move_reasons: MoveReasonsModel
    staff: StaffModel
