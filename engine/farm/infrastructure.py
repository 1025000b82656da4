"""The company's infrastructure: stations, halls, areas, containers, sensors and feed containers, with ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.farm.masters import MasterModel
from engine.inputs.reading import StrictModel, find_shipped, load_text, parse_yaml, sha256, validate
from lake.errors import InputError

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class SpeciesModel(StrictModel):
    name: Name
    scientific_name: Name


class StageModel(StrictModel):
    name: Name
    container_type: Name
    hall: str = ""
    weight_g: tuple[float, float]


class ParameterModel(StrictModel):
    name: Name
    unit: str


class ContainerTypeModel(StrictModel):
    name: Name
    category: Literal["TRAY", "TANK", "PEN"]
    volume_m3: Positive
    max_biomass_kg: Positive
    max_density_kg_m3: Positive
    sensors: list[Name]


class HallsModel(StrictModel):
    containers: Count
    silo_capacity_kg: dict[str, Positive]


class AreasModel(StrictModel):
    rings: Count
    max_biomass_kg: Positive
    barges: Count
    barge_capacity_kg: Positive


class NamesModel(StrictModel):
    hall: str
    tank: str
    silo: str
    ring: str
    barge: str
    sensor: str


class SeriesModel(StrictModel):
    count: Annotated[int, Field(ge=0)]
    name: str


class GeographyModel(StrictModel):
    name: Name
    batch_prefix: Annotated[str, Field(pattern=r"^[A-Z]{2,6}$")]
    stations: SeriesModel
    areas: SeriesModel
    latitude: tuple[float, float]
    longitude: tuple[float, float]


class FeedModel(StrictModel):
    name: Name
    brand: Name
    size_category: Literal["MICRO", "SMALL", "MEDIUM", "LARGE"]
    pellet_size_mm: Positive
    from_g: Annotated[float, Field(ge=0)]
    price_per_kg: Positive


class GradeModel(StrictModel):
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
        ):
            if missing := {g.name for g in self.geographies} - set(named):
                raise ValueError(f"{what} lacks {', '.join(sorted(missing))}")
        if missing := set(self.master.egg_suppliers) - set(self.master.scenario.genotypes):
            raise ValueError(f"master.scenario.genotypes lacks {', '.join(sorted(missing))}")
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


@dataclass(frozen=True)
class Station:
    id: int
    name: str
    geography_id: int


@dataclass(frozen=True)
class Hall:
    """A hall serves one freshwater stage (1 to 5) with `container_ids`."""

    id: int
    name: str
    station_id: int
    geography_id: int
    stage: int
    container_ids: range
    feed_container_id: int


@dataclass(frozen=True)
class Area:
    """A sea area with `ring_ids`; ring i of n is fed from barge i * barges // n."""

    id: int
    name: str
    geography_id: int
    ring_ids: range
    feed_container_ids: range


@dataclass(frozen=True)
class Container:
    """A tray, tank or ring. Exactly one of hall_id, area_id is not 0. Sensors have consecutive ids."""

    id: int
    name: str
    container_type_id: int
    geography_id: int
    stage: int
    hall_id: int
    area_id: int
    volume_m3: float
    max_biomass_kg: float
    max_density_kg_m3: float
    feed_container_id: int
    sensor_ids: range
    sensor_parameter_ids: tuple[int, ...]

    @property
    def biomass_limit_kg(self) -> float:
        """The tighter of the biomass limit and the density limit, kg."""
        return min(self.max_biomass_kg, self.max_density_kg_m3 * self.volume_m3)


@dataclass(frozen=True)
class FeedContainer:
    id: int
    name: str
    container_type: str
    capacity_kg: float
    hall_id: int
    area_id: int


@dataclass(frozen=True)
class Farm:
    """A resolved farm: every thing has an id, its ordinal from 1 in the file's order; `xs[id - 1]` is x."""

    model: FarmModel
    text: str
    stations: list[Station] = field(default_factory=list)
    halls: list[Hall] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    containers: list[Container] = field(default_factory=list)
    feed_containers: list[FeedContainer] = field(default_factory=list)
    sensor_count: int = 0

    @property
    def name(self) -> str:
        return self.model.name

    @cached_property
    def sha256(self) -> str:
        return sha256(self.text)

    @cached_property
    def container_id_by_name(self) -> dict[str, int]:
        return {c.name: c.id for c in self.containers}

    @cached_property
    def stage_names(self) -> tuple[str, ...]:
        return tuple(s.name for s in self.model.stages)

    @cached_property
    def geography_names(self) -> tuple[str, ...]:
        return tuple(g.name for g in self.model.geographies)

    def container(self, container_id: int) -> Container:
        return self.containers[container_id - 1]

    def area_named(self, name: str) -> Area:
        return next(a for a in self.areas if a.name == name)

    def sensor_name(self, container: Container, parameter_id: int) -> str:
        parameter = self.model.parameters[parameter_id - 1].name.replace(" ", "")
        return self.model.names.sensor.format(container=container.name, parameter=parameter)


def resolve_farm(model: FarmModel, text: str) -> Farm:
    """Number everything that the file describes. InputError when two things get one name."""
    stations: list[Station] = []
    halls: list[Hall] = []
    areas: list[Area] = []
    containers: list[Container] = []
    feeders: list[FeedContainer] = []
    kinds = {t.name: (i, t) for i, t in enumerate(model.container_types, 1)}
    parameter_ids = {p.name: i for i, p in enumerate(model.parameters, 1)}
    sensors = 0

    def add_container(name: str, stage: int, geography: int, hall: int, area: int, feeder: int) -> int:
        nonlocal sensors
        kind_id, kind = kinds[model.stages[stage - 1].container_type]
        ids = range(sensors + 1, sensors + 1 + len(kind.sensors))
        sensors += len(kind.sensors)
        containers.append(
            Container(
                len(containers) + 1,
                name,
                kind_id,
                geography,
                stage,
                hall,
                area,
                kind.volume_m3,
                kind.max_biomass_kg,
                kind.max_density_kg_m3,
                feeder,
                ids,
                tuple(parameter_ids[s] for s in kind.sensors),
            )
        )
        return len(containers)

    names = model.names
    sea = len(model.stages)
    for g, geography in enumerate(model.geographies, 1):
        for s in range(1, geography.stations.count + 1):
            station = Station(len(stations) + 1, geography.stations.name.format(number=s), g)
            stations.append(station)
            for order, stage in enumerate(model.stages[:-1], 1):
                hall_id = len(halls) + 1
                feeder = FeedContainer(
                    len(feeders) + 1,
                    names.silo.format(station=station.name, hall=stage.hall),
                    "SILO",
                    model.halls.silo_capacity_kg[stage.hall],
                    hall_id,
                    0,
                )
                feeders.append(feeder)
                first = len(containers) + 1
                for n in range(1, model.halls.containers + 1):
                    tank = names.tank.format(station=station.name, hall=stage.hall, number=n)
                    add_container(tank, order, g, hall_id, 0, feeder.id)
                halls.append(
                    Hall(
                        hall_id,
                        names.hall.format(station=station.name, hall=stage.hall),
                        station.id,
                        g,
                        order,
                        range(first, len(containers) + 1),
                        feeder.id,
                    )
                )
        for a in range(1, geography.areas.count + 1):
            area_id, name = len(areas) + 1, geography.areas.name.format(number=a)
            first_feeder = len(feeders) + 1
            feeders.extend(
                FeedContainer(
                    first_feeder + b,
                    names.barge.format(area=name, number=b + 1),
                    "BARGE",
                    model.areas.barge_capacity_kg,
                    0,
                    area_id,
                )
                for b in range(model.areas.barges)
            )
            first = len(containers) + 1
            for n in range(model.areas.rings):
                barge = first_feeder + n * model.areas.barges // model.areas.rings
                add_container(names.ring.format(area=name, number=n + 1), sea, g, 0, area_id, barge)
            areas.append(
                Area(area_id, name, g, range(first, len(containers) + 1), range(first_feeder, len(feeders) + 1))
            )
    farm = Farm(model, text, stations, halls, areas, containers, feeders, sensors)
    for kind_of, things in (
        ("station", stations),
        ("hall", halls),
        ("area", areas),
        ("container", containers),
        ("feed container", feeders),
    ):
        seen: set[str] = set()
        for thing in things:
            if thing.name in seen:
                raise InputError(
                    f"farm {model.name}",
                    f"two {kind_of}s are called {thing.name!r}",
                    "let the name templates include {station}, {hall}, {area} and {number}",
                )
            seen.add(thing.name)
    return farm


def read_farm(name: str, beside: Path | None = None) -> Farm:
    """The farm of a path or a shipped name; InputError when absent or wrong."""
    path = find_shipped("farms", name, beside)
    return parse_farm(load_text(path), str(path))


def parse_farm(text: str, source: str) -> Farm:
    """A farm from its YAML text."""
    model = validate(FarmModel, parse_yaml(text, source), source)
    try:
        return resolve_farm(model, text)
    except (KeyError, IndexError, ValueError) as e:
        raise InputError(
            source,
            f"a name template is wrong: {e}",
            "templates know {station}, {hall}, {area}, {number}, {container}, {parameter}",
        ) from None
