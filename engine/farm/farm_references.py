"""What a farm's file names must be there, within the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import model_validator

from engine.biology.water import HALL_VARIABLES, SEA_VARIABLES
from engine.farm.farm_model import FarmModel
from engine.inputs.bounded import require_own
from engine.inputs.reading import Unfit, suggest_name
from lake.errors import shortened, shown

MAX_CONTAINERS = 250_000  # of a farm: the largest companies have some ten thousand
TEMPERATURE = "Temperature"
SUBSIDIARIES = ("FW", "FM", "LG")
# every louse that is counted has a type
SALMON_LICE = tuple(
    ("Lepeophtheirus salmonis", gender, stage)
    for gender in ("female", "male")
    for stage in ("copepodid", "chalimus", "pre-adult", "adult")
)


class FarmFile(FarmModel):
    """A farm file whose parts agree with each other."""

    @model_validator(mode="after")
    def _references(self) -> FarmFile:
        check_farm(self)
        places = sum(
            5 * g.stations.count * self.halls.containers + g.areas.count * self.areas.rings for g in self.geographies
        )
        if places > MAX_CONTAINERS:
            raise ValueError(f"the farm would have {places:,} containers; {MAX_CONTAINERS:,} are the most")
        return self


def check_farm(farm: FarmModel) -> None:
    """Unfit or ValueError where the file's parts contradict each other, or one names what isn't there."""
    _own_names(farm)
    for key, name, known, what in _named(farm):
        if name not in known:
            raise Unfit(key, name, f"is none of the {what}; {suggest_name(name, known, what)}", is_entry=False)
    for key, given, wanted in _complete(farm):
        if missing := [name for name in wanted if name not in given]:
            raise Unfit(key, list(given), f"lacks {list_names(missing)}; add it", is_entry=False)
    _sensors(farm)
    _stages(farm)
    _prices(farm)


def _own_names(farm: FarmModel) -> None:
    """Things of a kind have names of their own."""
    master = farm.master
    named: tuple[tuple[str, list[str]], ...] = (
        ("geographies", [g.name for g in farm.geographies]),
        ("stages", [s.name for s in farm.stages]),
        ("parameters", [p.name for p in farm.parameters]),
        ("container types", [t.name for t in farm.container_types]),
        ("feeds", [f.name for f in farm.feeds]),
        ("grades", [g.code for g in farm.grades]),
        ("master.egg_suppliers", master.egg_suppliers),
        ("master.health_parameters", master.health_parameters),
        ("master.score_labels", master.score_labels),
        ("master.vaccination_types", master.vaccination_types),
        ("master.sample_types", master.sample_types),
        ("master.companies", [str(c.subsidiary) for c in master.companies]),
        ("master.lice_types", [f"{t.species}, {t.gender}, {t.stage}" for t in master.lice_types]),
        ("master.activities", [a.name for a in master.activities]),
        *((f"sensors of {kind.name}", kind.sensors) for kind in farm.container_types),
    )
    for what, names in named:
        require_own(names, what)
    if len({g.batch_prefix for g in farm.geographies}) != len(farm.geographies):
        raise ValueError("two geographies share a batch_prefix; batch numbers would collide")


def _named(farm: FarmModel) -> Iterator[tuple[str, str, list[str], str]]:
    """Every name that must be among others: its key, the name, the others, and what these are."""
    master = farm.master
    kinds, parameters = [t.name for t in farm.container_types], [p.name for p in farm.parameters]
    stages, grades = [s.name for s in farm.stages], [g.code for g in farm.grades]
    geographies, feeds = [g.name for g in farm.geographies], [f.name for f in farm.feeds]
    for i, stage in enumerate(farm.stages):
        yield f"stages[{i}].container_type", stage.container_type, kinds, "container types"
    for i, kind in enumerate(farm.container_types):
        for sensor in kind.sensors:
            yield f"container_types[{i}].sensors", sensor, parameters, "parameters"
    for i, policy in enumerate(master.policies):
        for grade in policy.grades:
            yield f"master.policies[{i}].grades", grade, grades, "grades"
    for i, activity in enumerate(master.activities):
        if activity.stage:
            yield f"master.activities[{i}].stage", activity.stage, stages, "stages"
        if activity.feed:
            yield f"master.activities[{i}].feed", activity.feed, feeds, "feeds"
    for word, stage_name in master.scenario.constraint_stages.items():
        yield f"master.scenario.constraint_stages.{word}", stage_name, stages, "stages"
    for key, names, known, what in (
        ("currencies", master.currencies, geographies, "geographies"),
        ("scenario.tgc_value", master.scenario.tgc_value, geographies, "geographies"),
        ("staff.names", master.staff.names, geographies, "geographies"),
        ("scenario.genotypes", master.scenario.genotypes, master.egg_suppliers, "egg suppliers"),
        ("egg_supplier_contacts", master.egg_supplier_contacts, master.egg_suppliers, "egg suppliers"),
    ):
        for name in names:
            yield f"master.{key}", name, known, what


def _complete(farm: FarmModel) -> Iterator[tuple[str, Iterable[str], Iterable[str]]]:
    """Every mapping or list that must name all of some things: its key, what it names, what it must."""
    master, geographies = farm.master, [g.name for g in farm.geographies]
    yield "master.currencies", master.currencies, geographies
    yield "master.scenario.tgc_value", master.scenario.tgc_value, geographies
    yield "master.staff.names", master.staff.names, geographies
    yield "master.scenario.genotypes", master.scenario.genotypes, master.egg_suppliers
    yield "master.egg_supplier_contacts", master.egg_supplier_contacts, master.egg_suppliers
    yield "master.companies", [c.subsidiary for c in master.companies], SUBSIDIARIES
    types = [", ".join((t.species, t.gender, t.stage)) for t in master.lice_types]
    yield "master.lice_types", types, [", ".join(kind) for kind in SALMON_LICE]


def _sensors(farm: FarmModel) -> None:
    """Every container has a thermometer, and no sensor of what the water there doesn't tell."""
    places: dict[str, tuple[str, ...]] = {s.container_type: HALL_VARIABLES for s in farm.stages[:-1]}
    at_sea = farm.stages[-1].container_type
    if at_sea in places:
        raise ValueError(f"container type {shown(at_sea)} is at sea and in a hall; make two of it")
    places[at_sea] = SEA_VARIABLES
    for i, kind in enumerate(farm.container_types):
        if TEMPERATURE not in kind.sensors:
            raise ValueError(f"container type {kind.name} has no Temperature sensor; every container needs one")
        for sensor in kind.sensors:
            if sensor not in (known := places.get(kind.name, (*HALL_VARIABLES, *SEA_VARIABLES))):
                where = f"container_types[{i}].sensors"
                raise Unfit(where, sensor, f"is not simulated there; take some of {list_names(known)}", is_entry=False)


def _stages(farm: FarmModel) -> None:
    """Each stage on land has a hall with a silo; weights rise from stage to stage."""
    for stage in farm.stages[:-1]:
        if stage.hall not in farm.halls.silo_capacity_kg:
            raise ValueError(f"stage {stage.name} has hall {shortened(stage.hall)} without a silo_capacity_kg")
    if farm.stages[-1].hall:
        raise ValueError(f"the last stage, {farm.stages[-1].name}, lives at sea and has no hall")
    for i, (before, after) in enumerate(zip(farm.stages, farm.stages[1:], strict=False), 1):
        if after.weight_g[0] < before.weight_g[0] or after.weight_g[1] < before.weight_g[1]:
            told = f"is below {list(before.weight_g)} of the stage before; weights rise from stage to stage"
            raise Unfit(f"stages[{i}].weight_g", list(after.weight_g), told, is_entry=False)


def _prices(farm: FarmModel) -> None:
    """Feeds follow the fish's weight, every grade and the smolt have a price, scores a label and a description each."""
    master = farm.master
    if [f.from_g for f in farm.feeds] != sorted({f.from_g for f in farm.feeds}) or farm.feeds[0].from_g != 0:
        raise ValueError("feeds: from_g must start at 0 and rise from feed to feed")
    if 24 % farm.readings_per_day:
        raise ValueError(f"readings_per_day {farm.readings_per_day} does not divide 24 hours")
    if len(master.score_descriptions) != len(master.score_labels):
        raise ValueError("master.score_descriptions are not as many as master.score_labels")
    priced = {(p.seller, p.buyer, g) for p in master.policies for g in p.grades}
    if missing := [g.code for g in farm.grades if ("FM", "LG", g.code) not in priced]:
        raise ValueError(f"master.policies has no rule from FM to LG for grades {list_names(missing)}")
    if not any((seller, buyer) == ("FW", "FM") for seller, buyer, _ in priced):
        raise ValueError("master.policies has no rule from FW to FM: smolts could not be priced")


def list_names(names: Iterable[str]) -> str:
    """Names in a message, at most as long as one value."""
    return shortened(", ".join(names))[1:-1]
