"""Reads the older system's schedules: no seed, no farm, stays cut off at the day they were generated."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm
from engine.farm.reading import StrictModel, validate
from engine.farm.schedule import STAGE_DAYS, Batch, Schedule, Stay, to_day
from engine.farm.schedule_text import format_schedule
from engine.farm.validation import Field as Place
from engine.farm.validation import complaints, nearest, refuse

STAGE_KEYS = ("egg_alevin", "fry", "parr", "smolt", "post-smolt")
AREA_ALIASES = {"Faroe Islands Sea Area 1": "FI-SEA-23"}
"""The older system's 43rd area stood under a name of its own; it is the 23rd of the Faroes."""
SEED = 1


def _date(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_date)]


class _Strict(StrictModel):
    model_config = ConfigDict(strict=True, populate_by_name=True)


class WorkerModel(_Strict):
    batch_indices: list[int]
    batch_range: str = ""
    count: int


class MetadataModel(_Strict):
    generated_date: Day
    total_batches: int
    batches_per_geography: int | None = None
    target_saturation: float | None = None
    stagger_days: int | float | None = None
    worker_partitions: Annotated[dict[str, WorkerModel], Field(default_factory=dict)]


class HallStayModel(_Strict):
    hall: str
    containers: Annotated[list[str], Field(min_length=1)]
    start_day: int
    end_day: int


class FreshwaterModel(_Strict):
    egg_alevin: HallStayModel
    fry: HallStayModel | None = None
    parr: HallStayModel | None = None
    smolt: HallStayModel | None = None
    post_smolt: HallStayModel | None = Field(None, validation_alias=AliasChoices("post-smolt", "post_smolt"))

    def stages(self) -> tuple[HallStayModel | None, ...]:
        return (self.egg_alevin, self.fry, self.parr, self.smolt, self.post_smolt)


class SeaModel(_Strict):
    area: str
    rings: Annotated[list[str], Field(min_length=1)]
    rings_count: int
    start_day: int
    end_day: int
    note: str | None = None


class LegacyBatchModel(_Strict):
    batch_id: str
    start_date: Day
    eggs: int
    duration: int
    geography: str
    station: str
    freshwater: FreshwaterModel
    sea: SeaModel | None


class LegacyModel(_Strict):
    """A file of the older system, as written."""

    metadata: MetadataModel
    batches: Annotated[list[LegacyBatchModel], Field(min_length=1)]


def is_legacy(data: Mapping[str, Any]) -> bool:
    """Whether a parsed YAML file is one of the older system's."""
    return "format" not in data and "metadata" in data


def parse_legacy(
    data: dict[str, Any], source: str, *, farm: Farm, biology: Biology, name: str, seed: int = SEED
) -> Schedule:
    """The schedule of a parsed legacy file, on `farm` with `biology`; its text is the schedule in our format.

    The as-of date is the file's generated_date; the file has no seed, so `seed` (1) stands for it. A stay
    that the file cut off at the as-of date is in progress and gets its usual length back (90 days, 450 at
    sea). What cannot be honoured stands in the schedule's notes. InputError for anything wrong.
    """
    model = validate(LegacyModel, data, source)
    meta = model.metadata
    found: list[str] = []
    if meta.total_batches != len(model.batches):
        found.append(
            f"metadata.total_batches says {meta.total_batches}, but batches holds {len(model.batches)}; "
            "is the file cut short?"
        )
        refuse(source, found)
    as_of = to_day(meta.generated_date)
    reader = _Reader(farm, as_of, found)
    batches = tuple(reader.batch(i, entry) for i, entry in enumerate(model.batches))
    refuse(source, found)
    partitions, partition_note = _partitions(meta, len(batches))
    schedule = Schedule(
        name=re.sub(r"[^A-Za-z0-9-]+", "-", name).strip("-") or "legacy",
        seed=seed,
        as_of_day=as_of,
        farm=farm,
        biology=biology,
        batches=batches,
        partitions=partitions,
        text="",
        notes=tuple(_notes(model, reader.restored, seed) + partition_note),
    )

    def locate(index: int, place: Place | int) -> str:
        field = {"batch": "batch_id", "start": "start_date", "stays": "freshwater"}.get(str(place), str(place))
        if isinstance(place, int):
            field = "sea.rings" if place == 6 else f"freshwater.{STAGE_KEYS[place - 1]}.containers"
        return f"batches[{index}].{field}"

    refuse(source, complaints(schedule, locate))
    return replace(schedule, text=format_schedule(schedule))


class _Reader:
    """Turns entries into batches, collecting complaints and counting the stays whose length it restored."""

    def __init__(self, farm: Farm, as_of: int, found: list[str]) -> None:
        self.farm, self.as_of, self.found = farm, as_of, found
        self.restored = 0
        self.halls = {h.name: h for h in farm.halls}
        self.areas = {a.name: a for a in farm.areas}

    def batch(self, index: int, entry: LegacyBatchModel) -> Batch:
        path, farm, start = f"batches[{index}]", self.farm, to_day(entry.start_date)
        if entry.geography not in farm.geography_names:
            cure = nearest(entry.geography, farm.geography_names, "geographies")
            self.found.append(f"{path}.geography: {entry.geography!r} is not in farm {farm.name}; {cure}")
        last_day, stays = 0, []
        for stage, stay in enumerate(entry.freshwater.stages(), 1):
            if stay is not None:
                where = f"{path}.freshwater.{STAGE_KEYS[stage - 1]}"
                ids = self.hall_containers(where, stay)
                stays.append(self.stay(stage, ids, start, stay.start_day, stay.end_day))
                last_day = stay.end_day
        if entry.sea is not None:
            ids = self.rings(f"{path}.sea", entry.sea)
            stays.append(self.stay(6, ids, start, entry.sea.start_day, entry.sea.end_day))
            last_day = entry.sea.end_day
        if stays and stays[0].start_day != start:
            self.found.append(
                f"{path}.freshwater.egg_alevin.start_day: the first stay starts on day "
                f"{stays[0].start_day - start}; let it start on day 0"
            )
        if entry.duration != last_day:
            self.found.append(
                f"{path}.duration: {entry.duration} days, but the last stay ends on day {last_day}; correct one of them"
            )
        geography = farm.geography_names.index(entry.geography) + 1 if entry.geography in farm.geography_names else 0
        return Batch(index + 1, entry.batch_id, geography, entry.eggs, tuple(stays))

    def stay(self, stage: int, ids: tuple[int, ...], start: int, first: int, last: int) -> Stay:
        usual = STAGE_DAYS[stage - 1]
        if last - first < usual and start + last == self.as_of:
            self.restored += 1
            last = first + usual
        return Stay(stage, ids, start + first, start + last)

    def hall_containers(self, where: str, stay: HallStayModel) -> tuple[int, ...]:
        ids = self.containers(f"{where}.containers", stay.containers, stay.containers)
        hall = self.halls.get(stay.hall)
        if hall is None:
            self.found.append(
                f"{where}.hall: {stay.hall!r} is no hall of farm {self.farm.name}; "
                f"{nearest(stay.hall, self.halls, 'halls')}"
            )
        elif strays := [self.farm.container(c).name for c in ids if c not in hall.container_ids]:
            self.found.append(
                f"{where}.containers: {', '.join(strays)} stands in another hall than {stay.hall}; name its hall"
            )
        return ids

    def rings(self, where: str, sea: SeaModel) -> tuple[int, ...]:
        name = AREA_ALIASES.get(sea.area, sea.area)
        if sea.rings_count != len(sea.rings):
            self.found.append(f"{where}.rings_count: {sea.rings_count}, but rings names {len(sea.rings)}; correct one")
        if name not in self.areas:
            self.found.append(
                f"{where}.area: {sea.area!r} is no area of farm {self.farm.name}; {nearest(name, self.areas, 'areas')}"
            )
            return ()
        known, area = self.farm.container_id_by_name, self.areas[name]
        names = [ring if ring in known else f"{name}-{ring}" for ring in sea.rings]
        ids = self.containers(f"{where}.rings", names, sea.rings)
        if strays := [self.farm.container(c).name for c in ids if c not in area.ring_ids]:
            self.found.append(f"{where}.rings: {', '.join(strays)} lies in another area than {sea.area}; name its area")
        return ids

    def containers(self, where: str, names: list[str], given: list[str]) -> tuple[int, ...]:
        known = self.farm.container_id_by_name
        ids = []
        for name, written in zip(names, given, strict=True):
            if name in known:
                ids.append(known[name])
            else:
                self.found.append(
                    f"{where}: {written!r} is no container of farm {self.farm.name}; "
                    f"{nearest(name, known, 'containers')}"
                )
        return tuple(ids)


def _partitions(meta: MetadataModel, count: int) -> tuple[tuple[range, ...], list[str]]:
    workers = sorted(meta.worker_partitions.values(), key=lambda w: min(w.batch_indices, default=0))
    parts, expected = [], 0
    for worker in workers:
        indices = range(expected, expected + len(worker.batch_indices))
        if not indices or worker.batch_indices != list(indices) or worker.count != len(indices):
            break
        parts.append(range(indices.start + 1, indices.stop + 1))
        expected = indices.stop
    if parts and expected == count and len(parts) == len(workers):
        return tuple(parts), []
    number = max(1, -(-count // 40))
    cuts = [1 + count * i // number for i in range(number + 1)]
    note = (
        "metadata.worker_partitions does not hold each batch once, in order; "
        f"{number} partitions of equal numbers of batches stand for it"
    )
    return tuple(range(a, b) for a, b in itertools.pairwise(cuts)), [note]


def _notes(model: LegacyModel, restored: int, seed: int) -> list[str]:
    meta = model.metadata
    notes = [f"the older system's schedules have no seed; {seed} is used"]
    if restored:
        notes.append(
            f"{restored} stays were cut off at the as-of date {meta.generated_date}; they are in "
            f"progress and have their usual length again ({STAGE_DAYS[0]} days, {STAGE_DAYS[5]} at sea)"
        )
    if meta.target_saturation is not None:
        notes.append(
            f"metadata.target_saturation {meta.target_saturation:g} was the older planner's goal; the stays decide"
        )
    remarks: dict[str, int] = {}
    for batch in model.batches:
        if batch.sea is not None and batch.sea.note:
            remarks[batch.sea.note] = remarks.get(batch.sea.note, 0) + 1
    notes += [f"sea.note {text!r} of {n} batches is a remark without effect" for text, n in remarks.items()]
    if renamed := {b.sea.area for b in model.batches if b.sea is not None and b.sea.area in AREA_ALIASES}:
        notes += [f"area {name!r} is {AREA_ALIASES[name]}" for name in sorted(renamed)]
    return notes
