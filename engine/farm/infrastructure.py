"""The company's infrastructure: stations, halls, areas, containers, sensors and feed containers, with ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from engine.farm.farm_model import FarmModel
from engine.inputs.reading import load_text, parse_yaml, sha256, validate
from engine.inputs.shipped_files import find_shipped
from lake.errors import InputError


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
