"""The strict model of a farm file, and what must agree within it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.farm.master_model import MasterModel, Name
from engine.inputs.reading import StrictModel

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class SpeciesModel(StrictModel):
    """The one species that the farm grows."""

    name: Name
    scientific_name: Name


class StageModel(StrictModel):
    """A stage of life: the container type and hall letter that it takes, and its usual weights, lowest and highest."""

    name: Name
    container_type: Name
    hall: str = ""
    weight_g: tuple[float, float]


class ParameterModel(StrictModel):
    """What a sensor measures."""

    name: Name
    unit: str


class ContainerTypeModel(StrictModel):
    """A tray, tank or ring, its limits, and the parameters that it has sensors for."""

    name: Name
    category: Literal["TRAY", "TANK", "PEN"]
    volume_m3: Positive
    max_biomass_kg: Positive
    max_density_kg_m3: Positive
    sensors: list[Name]


class HallsModel(StrictModel):
    """Containers a hall, and its silo's capacity by the hall's letter."""

    containers: Count
    silo_capacity_kg: dict[str, Positive]


class AreasModel(StrictModel):
    """Rings and barges of a sea area."""

    rings: Count
    max_biomass_kg: Positive
    barges: Count
    barge_capacity_kg: Positive


class NamesModel(StrictModel):
    """Templates of names, with {station}, {hall}, {area}, {number}, {container} and {parameter}."""

    hall: str
    tank: str
    silo: str
    ring: str
    barge: str
    sensor: str


class SeriesModel(StrictModel):
    """How many stations or areas there are, and their name with {number}."""

    count: Annotated[int, Field(ge=0)]
    name: str


class GeographyModel(StrictModel):
    """A geography; its places are spread evenly over latitude and longitude, degrees, first to last."""

    name: Name
    batch_prefix: Annotated[str, Field(pattern=r"^[A-Z]{2,6}$")]
    stations: SeriesModel
    areas: SeriesModel
    latitude: tuple[float, float]
    longitude: tuple[float, float]


class FeedModel(StrictModel):
    """A feed, given to fish from `from_g` on, g."""

    name: Name
    brand: Name
    size_category: Literal["MICRO", "SMALL", "MEDIUM", "LARGE"]
    pellet_size_mm: Positive
    from_g: Annotated[float, Field(ge=0)]
    price_per_kg: Positive


class GradeModel(StrictModel):
    """A grade that harvested fish are sold by."""

    code: Name
    name: Name


class FarmModel(StrictModel):
    """A farm file, as written."""

    format: Literal["smoltworks-farm/1"]
    name: Name
    species: SpeciesModel
    readings_per_day: Annotated[int, Field(ge=1, le=24)]
    stages: Annotated[list[StageModel], Field(min_length=6, max_length=6)]
    parameters: Annotated[list[ParameterModel], Field(min_length=1)]
    container_types: Annotated[list[ContainerTypeModel], Field(min_length=1)]
    halls: HallsModel
    areas: AreasModel
    names: NamesModel
    geographies: Annotated[list[GeographyModel], Field(min_length=1)]
    feeds: Annotated[list[FeedModel], Field(min_length=1)]
    grades: Annotated[list[GradeModel], Field(min_length=5, max_length=5)]
    master: MasterModel

    @model_validator(mode="after")
    def _references(self) -> FarmModel:
        for what, names in (
            ("geographies", [g.name for g in self.geographies]),
            ("stages", [s.name for s in self.stages]),
            ("container types", [t.name for t in self.container_types]),
        ):
            if len(set(names)) != len(names):
                twice = next(name for name in names if names.count(name) > 1)
                raise ValueError(f"two {what} are called {twice!r}; give each a name of its own")
        kinds = {t.name for t in self.container_types}
        parameters = {p.name for p in self.parameters}
        for stage in self.stages:
            if stage.container_type not in kinds:
                raise ValueError(
                    f"stage {stage.name} names container type {stage.container_type!r}, not one of {sorted(kinds)}"
                )
        for stage in self.stages[:-1]:
            if stage.hall not in self.halls.silo_capacity_kg:
                raise ValueError(f"stage {stage.name} has hall {stage.hall!r} without a silo_capacity_kg")
        if self.stages[-1].hall:
            raise ValueError(f"the last stage, {self.stages[-1].name}, lives at sea and has no hall")
        for kind in self.container_types:
            if unknown := set(kind.sensors) - parameters:
                raise ValueError(f"container type {kind.name} has sensors {sorted(unknown)} that are no parameters")
            if "Temperature" not in kind.sensors:
                raise ValueError(f"container type {kind.name} has no Temperature sensor; every container needs one")
        if [f.from_g for f in self.feeds] != sorted({f.from_g for f in self.feeds}) or self.feeds[0].from_g != 0:
            raise ValueError("feeds: from_g must start at 0 and rise from feed to feed")
        if 24 % self.readings_per_day:
            raise ValueError(f"readings_per_day {self.readings_per_day} does not divide 24 hours")
        for what, named in (
            ("master.currencies", self.master.currencies),
            ("master.scenario.tgc_value", self.master.scenario.tgc_value),
            ("master.staff.names", self.master.staff.names),
        ):
            if missing := {g.name for g in self.geographies} - set(named):
                raise ValueError(f"{what} lacks {', '.join(sorted(missing))}")
        for what, by_supplier in (
            ("master.scenario.genotypes", self.master.scenario.genotypes),
            ("master.egg_supplier_contacts", self.master.egg_supplier_contacts),
        ):
            if missing := set(self.master.egg_suppliers) - set(by_supplier):
                raise ValueError(f"{what} lacks {', '.join(sorted(missing))}")
        if len(self.master.score_descriptions) != len(self.master.score_labels):
            raise ValueError("master.score_descriptions are not as many as master.score_labels")
        grades = {g.code for g in self.grades}
        for policy in self.master.policies:
            if unknown := set(policy.grades) - grades:
                raise ValueError(f"master.policies names grades {sorted(unknown)} that are not in grades")
        priced = {(p.seller, p.buyer, g) for p in self.master.policies for g in p.grades}
        if missing := grades - {g for seller, buyer, g in priced if (seller, buyer) == ("FM", "LG")}:
            raise ValueError(f"master.policies has no rule from FM to LG for grades {sorted(missing)}")
        if not any((seller, buyer) == ("FW", "FM") for seller, buyer, _ in priced):
            raise ValueError("master.policies has no rule from FW to FM: smolts could not be priced")
        if unknown := {a.stage for a in self.master.activities} - {s.name for s in self.stages} - {""}:
            raise ValueError(f"master.activities names stages {sorted(unknown)} that are not in stages")
        if unknown := {a.feed for a in self.master.activities} - {f.name for f in self.feeds} - {""}:
            raise ValueError(f"master.activities names feeds {sorted(unknown)} that are not in feeds")
        if len({g.batch_prefix for g in self.geographies}) != len(self.geographies):
            raise ValueError("two geographies share a batch_prefix; batch numbers would collide")
        return self
