"""The company's infrastructure: stations, halls, areas, containers, sensors and feed containers, with ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from engine.farm.farm_model import FarmModel
from engine.farm.farm_references import FarmFile
from engine.inputs.reading import load_text, parse_yaml, sha256, validate
from engine.inputs.shipped_files import find_shipped
from lake.errors import InputError, shortened


@dataclass(frozen=True)
class Geography:
    """A part of the company that a batch never leaves. batch_prefix: what its batches' numbers begin with."""

    id: int
    name: str
    batch_prefix: str


class InGeography(Protocol):
    """What lies or lives in one geography: a station, a hall, an area, a container, a batch, a start."""

    @property
    def geography_id(self) -> int: ...


@dataclass(frozen=True)
class Station:
    """A freshwater station, which has a hall for each stage."""

    id: int
    name: str
    geography_id: int


@dataclass(frozen=True)
class Hall:
    """A hall of a station serves one freshwater stage (1 to 5) with `container_ids`, fed from one silo."""

    id: int
    name: str
    station_id: int
    geography_id: int
    stage: int
    container_ids: range
    feed_container_ids: range

    @property
    def hall_id(self) -> int:
        return self.id

    @property
    def area_id(self) -> None:
        return None


@dataclass(frozen=True)
class Area:
    """A sea area with `ring_ids`; ring i of n is fed from barge i * barges // n."""

    id: int
    name: str
    geography_id: int
    ring_ids: range
    feed_container_ids: range

    @property
    def hall_id(self) -> None:
        return None

    @property
    def area_id(self) -> int:
        return self.id


Place = Hall | Area


@dataclass(frozen=True)
class Container:
    """A tray or tank in a hall, or a ring in a sea area: `place`. Sensors have consecutive ids."""

    id: int
    name: str
    container_type_id: int
    stage: int
    place: Place
    volume_m3: float
    max_biomass_kg: float
    max_density_kg_m3: float
    feed_container_id: int
    sensor_ids: range
    sensor_parameter_ids: tuple[int, ...]

    @property
    def geography_id(self) -> int:
        return self.place.geography_id

    @property
    def is_at_sea(self) -> bool:
        return isinstance(self.place, Area)

    @property
    def hall(self) -> Hall:
        """The hall of a tray or tank; ValueError for a ring."""
        if isinstance(self.place, Hall):
            return self.place
        raise ValueError(f"{self.name} is a ring of {self.place.name}, not in a hall")

    @property
    def area(self) -> Area:
        """The sea area of a ring; ValueError for a tray or tank."""
        if isinstance(self.place, Area):
            return self.place
        raise ValueError(f"{self.name} stands in {self.place.name}, not at sea")

    @property
    def biomass_limit_kg(self) -> float:
        """The tighter of the biomass limit and the density limit, kg."""
        return min(self.max_biomass_kg, self.max_density_kg_m3 * self.volume_m3)


@dataclass(frozen=True)
class FeedContainer:
    """A silo of a hall or a barge of a sea area: `place`."""

    id: int
    name: str
    container_type: str
    capacity_kg: float
    place: Place


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
    def geographies(self) -> tuple[Geography, ...]:
        return tuple(
            Geography(id=i, name=g.name, batch_prefix=g.batch_prefix) for i, g in enumerate(self.model.geographies, 1)
        )

    @cached_property
    def geography_names(self) -> tuple[str, ...]:
        return tuple(g.name for g in self.geographies)

    def geography(self, geography_id: int) -> Geography:
        return self.geographies[geography_id - 1]

    def geography_of(self, thing: InGeography) -> Geography:
        """The geography in which a batch, a container, a hall, an area or a station is."""
        return self.geographies[thing.geography_id - 1]

    def halls_in(self, geography_id: int, stage: int | None = None) -> list[Hall]:
        """A geography's halls, or those of one stage, in the file's order."""
        return [h for h in self.halls if h.geography_id == geography_id and stage in (None, h.stage)]

    def areas_in(self, geography_id: int) -> list[Area]:
        """A geography's sea areas in the file's order."""
        return [a for a in self.areas if a.geography_id == geography_id]

    def container(self, container_id: int) -> Container:
        return self.containers[container_id - 1]

    def sensor_name(self, container: Container, parameter_id: int) -> str:
        parameter = self.model.parameters[parameter_id - 1].name.replace(" ", "")
        return self.model.names.sensor.format(container=container.name, parameter=parameter)


def resolve_farm(model: FarmModel, text: str) -> Farm:
    """Number everything that the file describes. InputError when two things get one name."""
    builder = _Builder(model)
    for geography_id, geography in enumerate(model.geographies, 1):
        for number in range(1, geography.stations.count + 1):
            builder.add_station(geography.stations.name.format(number=number), geography_id)
        for number in range(1, geography.areas.count + 1):
            builder.add_area(geography.areas.name.format(number=number), geography_id)
    farm = Farm(
        model=model,
        text=text,
        stations=builder.stations,
        halls=builder.halls,
        areas=builder.areas,
        containers=builder.containers,
        feed_containers=builder.feed_containers,
        sensor_count=builder.sensor_count,
    )
    _require_own_names(farm)
    return farm


class _Builder:
    """Adds one station or area after the other, with all that stands there, each thing under the next free id."""

    def __init__(self, model: FarmModel) -> None:
        self.model = model
        self.stations: list[Station] = []
        self.halls: list[Hall] = []
        self.areas: list[Area] = []
        self.containers: list[Container] = []
        self.feed_containers: list[FeedContainer] = []
        self.sensor_count = 0
        self._types = {t.name: (i, t) for i, t in enumerate(model.container_types, 1)}
        self._parameter_ids = {p.name: i for i, p in enumerate(model.parameters, 1)}

    def add_station(self, name: str, geography_id: int) -> None:
        """A station with a hall for each freshwater stage, its silo and its containers."""
        names, halls = self.model.names, self.model.halls
        station = Station(id=len(self.stations) + 1, name=name, geography_id=geography_id)
        self.stations.append(station)
        for stage, described in enumerate(self.model.stages[:-1], 1):
            first, silo = len(self.containers) + 1, len(self.feed_containers) + 1
            hall = Hall(
                id=len(self.halls) + 1,
                name=names.hall.format(station=name, hall=described.hall),
                station_id=station.id,
                geography_id=geography_id,
                stage=stage,
                container_ids=range(first, first + halls.containers),
                feed_container_ids=range(silo, silo + 1),
            )
            self.halls.append(hall)
            self.feed_containers.append(
                FeedContainer(
                    id=silo,
                    name=names.silo.format(station=name, hall=described.hall),
                    container_type="SILO",
                    capacity_kg=halls.silo_capacity_kg[described.hall],
                    place=hall,
                )
            )
            for number in range(1, halls.containers + 1):
                tank = names.tank.format(station=name, hall=described.hall, number=number)
                self._add_container(tank, stage, hall, silo)

    def add_area(self, name: str, geography_id: int) -> None:
        """A sea area with its barges and rings."""
        names, areas = self.model.names, self.model.areas
        first, first_barge = len(self.containers) + 1, len(self.feed_containers) + 1
        area = Area(
            id=len(self.areas) + 1,
            name=name,
            geography_id=geography_id,
            ring_ids=range(first, first + areas.rings),
            feed_container_ids=range(first_barge, first_barge + areas.barges),
        )
        self.areas.append(area)
        for number, barge_id in enumerate(area.feed_container_ids, 1):
            self.feed_containers.append(
                FeedContainer(
                    id=barge_id,
                    name=names.barge.format(area=name, number=number),
                    container_type="BARGE",
                    capacity_kg=areas.barge_capacity_kg,
                    place=area,
                )
            )
        for n in range(areas.rings):
            ring = names.ring.format(area=name, number=n + 1)
            self._add_container(ring, len(self.model.stages), area, first_barge + n * areas.barges // areas.rings)

    def _add_container(self, name: str, stage: int, place: Place, feed_container_id: int) -> None:
        type_id, kind = self._types[self.model.stages[stage - 1].container_type]
        first_sensor = self.sensor_count + 1
        self.sensor_count += len(kind.sensors)
        self.containers.append(
            Container(
                id=len(self.containers) + 1,
                name=name,
                container_type_id=type_id,
                stage=stage,
                place=place,
                volume_m3=kind.volume_m3,
                max_biomass_kg=kind.max_biomass_kg,
                max_density_kg_m3=kind.max_density_kg_m3,
                feed_container_id=feed_container_id,
                sensor_ids=range(first_sensor, self.sensor_count + 1),
                sensor_parameter_ids=tuple(self._parameter_ids[s] for s in kind.sensors),
            )
        )


def _require_own_names(farm: Farm) -> None:
    named: tuple[tuple[str, Sequence[Station | Place | Container | FeedContainer]], ...] = (
        ("station", farm.stations),
        ("hall", farm.halls),
        ("area", farm.areas),
        ("container", farm.containers),
        ("feed container", farm.feed_containers),
    )
    for kind, things in named:
        seen: set[str] = set()
        for thing in things:
            if thing.name in seen:
                raise InputError(
                    f"farm {farm.name}",
                    f"two {kind}s are called {shortened(thing.name)}",
                    "let the name templates include {station}, {hall}, {area} and {number}",
                )
            seen.add(thing.name)


def read_farm(name: str, beside: Path | None = None) -> Farm:
    """The farm of a path or a shipped name; InputError when absent or wrong."""
    path = find_shipped("farms", name, beside)
    return parse_farm(load_text(path), str(path))


def parse_farm(text: str, source: str) -> Farm:
    """A farm from its YAML text."""
    model = validate(FarmFile, parse_yaml(text, source), source)
    try:
        return resolve_farm(model, text)
    except (KeyError, IndexError, ValueError) as e:
        raise InputError(
            source,
            f"a name template is wrong: {e}",
            "templates know {station}, {hall}, {area}, {number}, {container}, {parameter}",
        ) from None
