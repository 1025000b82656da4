"""The strict model of a farm file, and what must agree within it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from engine.farm.master_model import MasterModel
from engine.farm.templates import Template, of
from engine.inputs.bounded import CODE, FileName, Line, Name, within
from engine.inputs.reading import StrictModel

# Well beyond what there is: SalMar's Ocean Farm 1, among the largest pens, is 110 m wide, 69 m high, 250,000 m3, and is
# to give some 6,000 t a year (salmar.no, "Offshore fish farming - a new era"). The other bounds are general knowledge.
Volume = Annotated[float, within(0.01, 1_000_000, "m3")]
ContainerBiomass = Annotated[float, within(0.1, 20_000_000, "kg")]
AreaBiomass = Annotated[float, within(1, 500_000_000, "kg")]
Density = Annotated[float, within(0.1, 1_000, "kg/m3")]
FeedStore = Annotated[float, within(10, 5_000_000, "kg")]
PelletSize = Annotated[float, within(0.05, 50, "mm")]
FeedPrice = Annotated[float, within(0.01, 1_000, "EUR/kg")]
Grams = Annotated[float, within(0, 20_000, "g")]
StageGrams = Annotated[float, within(0.001, 20_000, "g")]
Places = Annotated[int, within(1, 1_000, "containers, rings or barges")]
SiteCount = Annotated[int, within(0, 1_000, "stations or areas")]
Latitude = Annotated[float, within(-90, 90, "degrees north")]
Longitude = Annotated[float, within(-180, 180, "degrees east")]


def _first_to_last(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"runs backwards; write the lower one first: [{bounds[1]:g}, {bounds[0]:g}]")
    return bounds


def _rising(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] >= bounds[1]:
        raise ValueError("doesn't rise; give the lowest weight, then a higher one")
    return bounds


class SpeciesModel(StrictModel):
    """The one species that the farm grows."""

    name: Name
    scientific_name: Name


class StageModel(StrictModel):
    """A stage of life: the container type and hall letter that it takes, and its usual weights, lowest and highest."""

    name: Name
    container_type: Name
    hall: Line = ""
    weight_g: Annotated[tuple[StageGrams, StageGrams], AfterValidator(_rising)]


class ParameterModel(StrictModel):
    """What a sensor measures."""

    name: Name
    unit: Line


class ContainerTypeModel(StrictModel):
    """A tray, tank or ring, its limits, and the parameters that it has sensors for."""

    name: Name
    category: Literal["TRAY", "TANK", "PEN"]
    volume_m3: Volume
    max_biomass_kg: ContainerBiomass
    max_density_kg_m3: Density
    sensors: Annotated[list[Name], Field(min_length=1, max_length=50)]


class HallsModel(StrictModel):
    """Containers a hall, and its silo's capacity by the hall's letter."""

    containers: Places
    silo_capacity_kg: Annotated[dict[Name, FeedStore], Field(max_length=20)]


class AreasModel(StrictModel):
    """Rings and barges of a sea area."""

    rings: Places
    max_biomass_kg: AreaBiomass
    barges: Places
    barge_capacity_kg: FeedStore


class NamesModel(StrictModel):
    """Templates of names, with {station}, {hall}, {area}, {number}, {container} and {parameter}."""

    hall: Annotated[Template, of("station", "hall")]
    tank: Annotated[Template, of("station", "hall", "number")]
    silo: Annotated[Template, of("station", "hall")]
    ring: Annotated[Template, of("area", "number")]
    barge: Annotated[Template, of("area", "number")]
    sensor: Annotated[Template, of("container", "parameter")]


class SeriesModel(StrictModel):
    """How many stations or areas there are, and their name with {number}."""

    count: SiteCount
    name: Annotated[Template, of("number")]


class GeographyModel(StrictModel):
    """A geography; its places are spread evenly over latitude and longitude, degrees, first to last."""

    name: Name
    batch_prefix: Annotated[str, Field(min_length=2, max_length=6, pattern=CODE)]
    stations: SeriesModel
    areas: SeriesModel
    latitude: Annotated[tuple[Latitude, Latitude], AfterValidator(_first_to_last)]
    longitude: Annotated[tuple[Longitude, Longitude], AfterValidator(_first_to_last)]


class FeedModel(StrictModel):
    """A feed, given to fish from `from_g` on, g."""

    name: Name
    brand: Name
    size_category: Literal["MICRO", "SMALL", "MEDIUM", "LARGE"]
    pellet_size_mm: PelletSize
    from_g: Grams
    price_per_kg: FeedPrice


class GradeModel(StrictModel):
    """A grade that harvested fish are sold by."""

    code: Name
    name: Name


class FarmModel(StrictModel):
    """A farm file, as written."""

    format: Literal["smoltworks-farm/1"]
    name: FileName
    species: SpeciesModel
    readings_per_day: Annotated[int, Field(ge=1, le=24)]
    stages: Annotated[list[StageModel], Field(min_length=6, max_length=6)]
    parameters: Annotated[list[ParameterModel], Field(min_length=1, max_length=50)]
    container_types: Annotated[list[ContainerTypeModel], Field(min_length=1, max_length=50)]
    halls: HallsModel
    areas: AreasModel
    names: NamesModel
    geographies: Annotated[list[GeographyModel], Field(min_length=1, max_length=20)]
    feeds: Annotated[list[FeedModel], Field(min_length=1, max_length=50)]
    grades: Annotated[list[GradeModel], Field(min_length=5, max_length=5)]
    master: MasterModel
