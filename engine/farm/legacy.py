"""Reads the older system's schedules: no seed, no farm, stays cut off at the day they were generated."""

from __future__ import annotations

import difflib
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.biology.parameters import Biology
from engine.farm.farm_fit import require_fit
from engine.farm.infrastructure import Farm
from engine.farm.legacy_ahead import settle_ahead
from engine.farm.legacy_model import (
    HallStayModel,
    LegacyBatchModel,
    LegacyModel,
    MetadataModel,
    SeaModel,
    days_with_fractions,
    names_in,
)
from engine.farm.schedule import STAGE_DAYS, Batch, Schedule, Stay, to_day
from engine.farm.schedule_text import format_schedule
from engine.farm.validation import Field as Place
from engine.farm.validation import find_complaints, refuse
from engine.inputs.reading import suggest_name, validate
from lake.codes import SEA
from lake.errors import MAX_QUOTED, shortened, shown

STAGE_KEYS = ("egg_alevin", "fry", "parr", "smolt", "post-smolt")
AREA_ALIASES = {"Faroe Islands Sea Area 1": "FI-SEA-23"}
"""The older system's 43rd area stood under a name of its own; it is the 23rd of the Faroes."""
SEED = 1


def is_legacy(data: Mapping[str, Any]) -> bool:
    """Whether a parsed YAML file is one of the older system's."""
    return "format" not in data and "metadata" in data


def parse_legacy(
    data: dict[str, Any], source: str, *, farm: Farm, biology: Biology, name: str, seed: int = SEED
) -> Schedule:
    """The schedule of a parsed legacy file, on `farm` with `biology`; its text is the schedule in our format.

    The as-of date is the file's generated_date; the file has no seed, so `seed` (1) stands for it. A stay
    that the file cut off at the as-of date is in progress and gets its usual length back (90 days, 450 at
    sea). Containers may be given by the older database's ids where metadata.container_ids names them. What
    cannot be honoured stands in the schedule's notes. InputError for anything wrong.
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
    require_fit(farm, biology)
    reader = _Reader(farm, meta, found)
    batches = tuple(reader.batch(i, entry) for i, entry in enumerate(model.batches))
    refuse(source, found)
    batches, ahead = settle_ahead(batches, as_of)
    partitions, partition_note = _partitions(meta, len(batches))
    schedule = Schedule(
        name=re.sub(r"[^A-Za-z0-9-]+", "-", name).strip("-")[:100] or "legacy",
        seed=seed,
        as_of_day=as_of,
        farm=farm,
        biology=biology,
        batches=batches,
        partitions=partitions,
        text="",
        notes=tuple(_notes(model, reader, seed) + _rounded(days_with_fractions(data)) + ahead + partition_note),
        areas_per_batch=reader.areas_per_batch,
    )

    def locate(index: int, place: Place | int) -> str:
        field = {
            "batch": "batch_id",
            "start": "start_date",
            "stays": "freshwater",
            "harvest_target_g": "harvest_target_kg",
        }.get(str(place), str(place))
        if isinstance(place, int):
            field = "sea.rings" if place == SEA else f"freshwater.{STAGE_KEYS[place - 1]}.containers"
        return f"batches[{index}].{field}"

    refuse(source, find_complaints(schedule, locate))
    return replace(schedule, text=format_schedule(schedule))


class _Reader:
    """Turns entries into batches, collecting complaints and counting what it had to make of them."""

    def __init__(self, farm: Farm, meta: MetadataModel, found: list[str]) -> None:
        self.farm, self.as_of, self.found = farm, to_day(meta.generated_date), found
        self.names_by_id, self.usual_target_kg = meta.container_ids, meta.harvest_target_kg
        self.restored = self.cut_short = self.counted_to_as_of = self.ids_beside_names = 0
        self.areas_per_batch = 1
        self.halls = {h.name: h for h in farm.halls}
        self.areas = {a.name: a for a in farm.areas}
        for key, name in meta.container_ids.items():
            if name not in farm.container_id_by_name:
                cure = suggest_name(name, farm.container_id_by_name, "containers")
                found.append(
                    f"metadata.container_ids.{key}: {shortened(name)} is no container of farm {farm.name}; {cure}"
                )

    def batch(self, index: int, entry: LegacyBatchModel) -> Batch:
        path, farm, start = f"batches[{index}]", self.farm, to_day(entry.start_date)
        if entry.geography not in farm.geography_names:
            cure = suggest_name(entry.geography, farm.geography_names, "geographies")
            self.found.append(f"{path}.geography: {shortened(entry.geography)} is not in farm {farm.name}; {cure}")
        last_day, stays = 0, []
        for stage, stay in enumerate(entry.freshwater.stages(), 1):
            if stay is not None:
                where = f"{path}.freshwater.{STAGE_KEYS[stage - 1]}"
                ids = self.hall_containers(where, stay)
                stays.append(self.stay(stage, ids, start=start, first=stay.start_day, last=stay.end_day))
                last_day = stay.end_day
        if entry.sea is not None:
            ids = self.rings(f"{path}.sea", entry.sea)
            stays.append(self.stay(SEA, ids, start=start, first=entry.sea.start_day, last=entry.sea.end_day))
            last_day = entry.sea.end_day
        if stays and stays[0].start_day != start:
            self.found.append(
                f"{path}.freshwater.egg_alevin.start_day: the first stay starts on day "
                f"{stays[0].start_day - start}; let it start on day 0"
            )
        if max(entry.duration, entry.effective_duration or 0) < last_day and start + entry.duration == self.as_of:
            self.counted_to_as_of += 1
        elif last_day not in (entry.duration, entry.effective_duration):
            self.found.append(
                f"{path}.duration: {entry.duration} days, but the last stay ends on day {last_day}; correct one of them"
            )
        elif entry.effective_duration is not None:
            stays[-1] = self.shorten_stay(
                path, stays[-1], start=start, effective=entry.effective_duration, last_day=last_day
            )
        geography = farm.geography_names.index(entry.geography) + 1 if entry.geography in farm.geography_names else 0
        return Batch(
            id=index + 1,
            number=entry.batch_id,
            geography_id=geography,
            eggs=entry.eggs,
            stays=tuple(stays),
            harvest_target_g=self.harvest_target_g(path, entry),
        )

    def stay(self, stage: int, ids: tuple[int, ...], start: int, first: int, last: int) -> Stay:
        usual = STAGE_DAYS[stage - 1]
        if last - first < usual and start + last == self.as_of:
            self.restored += 1
            last = first + usual
        return Stay(stage=stage, container_ids=ids, start_day=start + first, end_day=start + last)

    def shorten_stay(self, path: str, stay: Stay, start: int, effective: int, last_day: int) -> Stay:
        """The last stay, ended after `effective` days where the batch had left it by then.

        An effective duration that reaches to the as-of date counts the days lived so far and shortens nothing.
        """
        if effective > last_day:
            self.found.append(
                f"{path}.effective_duration: {effective} days, but the last stay ends on day {last_day}; "
                "correct one of them"
            )
        elif effective < last_day and start + effective >= self.as_of:
            self.counted_to_as_of += 1
        elif effective < last_day and stay.stage == SEA and start + effective > stay.start_day:
            self.cut_short += 1
            return replace(stay, end_day=start + effective)
        elif effective < last_day:
            self.found.append(
                f"{path}.effective_duration: {effective} days, but the batch is not at sea then: a batch ends with "
                "its harvest; let it end at sea, or remove effective_duration"
            )
        return stay

    def harvest_target_g(self, path: str, entry: LegacyBatchModel) -> float | None:
        own = {kg for kg in (entry.harvest_target_kg, entry.sea and entry.sea.harvest_target_kg) if kg}
        if len(own) > 1:
            self.found.append(
                f"{path}.harvest_target_kg: {entry.harvest_target_kg:g} kg, but its sea stay says "
                f"{entry.sea.harvest_target_kg if entry.sea else 0:g} kg; correct one of them"
            )
        target_kg = own.pop() if own else self.usual_target_kg
        return None if target_kg is None else round(target_kg * 1000, 3)

    def hall_containers(self, where: str, stay: HallStayModel) -> tuple[int, ...]:
        ids = self.containers(where, "containers", stay.containers, stay.container_ids)
        halls, named = [], names_in(stay.hall)
        stations = [station.name for station in self.farm.stations]
        if stay.station is not None and stay.station not in stations:
            cure = suggest_name(stay.station, stations, "stations")
            self.found.append(
                f"{where}.station: {shortened(stay.station)} is no station of farm {self.farm.name}; {cure}"
            )
        for name in named:
            if name in self.halls:
                halls.append(self.halls[name])
            else:
                cure = suggest_name(name, self.halls, "halls")
                self.found.append(f"{where}.hall: {shortened(name)} is no hall of farm {self.farm.name}; {cure}")
        for hall in halls:
            at = stations[hall.station_id - 1]
            if stay.station in stations and stay.station != at:
                self.found.append(
                    f"{where}.station: {hall.name} stands in {at}, not in {stay.station}; correct one of them"
                )
        if ids and len(halls) == len(named):
            self.require_in_rooms(
                f"{where}.containers",
                ids,
                rooms={h.name: h.container_ids for h in halls},
                what="hall",
                written=stay.hall,
            )
        return ids

    def rings(self, where: str, sea: SeaModel) -> tuple[int, ...]:
        given, named = sea.rings or sea.ring_ids or [], names_in(sea.area)
        if sea.rings_count is not None and sea.rings_count != len(given):
            self.found.append(f"{where}.rings_count: {sea.rings_count}, but rings names {len(given)}; correct one")
        areas = {AREA_ALIASES.get(name, name): name for name in named}
        for name, written in areas.items():
            if name not in self.areas:
                self.found.append(
                    f"{where}.area: {shortened(written)} is no area of farm {self.farm.name}; "
                    f"{suggest_name(name, self.areas, 'areas')}"
                )
                return ()
        ids = self.containers(where, "rings", names=sea.rings, ids=sea.ring_ids, areas=list(areas))
        if ids:
            self.require_in_rooms(
                f"{where}.rings", ids, rooms={a: self.areas[a].ring_ids for a in areas}, what="area", written=sea.area
            )
            used = {self.farm.container(c).place for c in ids}
            self.areas_per_batch = max(self.areas_per_batch, min(2, len(used), len(areas)))
        return ids

    def require_in_rooms(
        self, where: str, ids: Sequence[int], rooms: Mapping[str, Iterable[int]], what: str, written: str
    ) -> None:
        """Complaints when a container stands in none of the rooms named, or a room of several holds none."""
        inside = {c: name for name, members in rooms.items() for c in members}
        if strays := [self.farm.container(c).name for c in ids if c not in inside]:
            verb = "lies" if what == "area" else "stands"
            self.found.append(f"{where}: {', '.join(strays)} {verb} in another {what} than {written}; name its {what}")
        elif idle := [name for name in rooms if name not in {inside[c] for c in ids}]:
            self.found.append(
                f"{where.rpartition('.')[0]}.{what}: {written} names {', '.join(idle)}, but none of the containers "
                f"is there; name only the {what}s in use"
            )

    def containers(
        self, where: str, key: str, names: list[str] | None, ids: list[str] | None, areas: Sequence[str] = ()
    ) -> tuple[int, ...]:
        """Container ids of the farm for names, or for ids of the older database where the file explains them."""
        known = self.farm.container_id_by_name
        if names is None and ids is None:
            self.found.append(f"{where}.{key}: missing; name the containers")
            return ()
        if names is not None and ids is not None:
            self.ids_beside_names += 1
        if names is None:
            key = "ring_ids" if areas else "container_ids"
        found = []
        for written in names or ids or []:
            short = [f"{area}-{written}" for area in areas if f"{area}-{written}" in known]
            name = self.names_by_id.get(written, short[0] if len(short) == 1 else written)
            if name in known:
                found.append(known[name])
            elif len(short) > 1:
                self.found.append(
                    f"{where}.{key}: {shortened(written)} may be {' or '.join(short)}; write the whole name"
                )
            elif written.isdecimal():
                example = self.farm.containers[0].name
                self.found.append(
                    f"{where}.{key}: {written} is an id of the older system's database, which is not known here; "
                    f"write the container's name, or say what each id is: metadata.container_ids: "
                    f"{{{written}: {example}, ...}}"
                )
                break
            elif written not in self.names_by_id:
                cure = suggest_name(f"{areas[0]}-{written}" if areas else written, known, "containers")
                self.found.append(
                    f"{where}.{key}: {shortened(written)} is no container of farm {self.farm.name}; {cure}"
                )
        return tuple(found)


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


def _rounded(days: int) -> list[str]:
    return [f"{days} days have fractions; they are rounded down"] if days else []


def _notes(model: LegacyModel, reader: _Reader, seed: int) -> list[str]:
    """What the file says that has no effect here, or another one than the words suggest."""
    meta = model.metadata
    notes = [f"the older system's schedules have no seed; {seed} is used"]
    if reader.restored:
        notes.append(
            f"{reader.restored} stays were cut off at the as-of date {meta.generated_date}; they are in "
            f"progress and have their usual length again ({STAGE_DAYS[0]} days, {STAGE_DAYS[SEA - 1]} at sea)"
        )
    if reader.cut_short:
        notes.append(
            f"effective_duration ends the stay at sea of {reader.cut_short} batches: they are harvested then at the "
            "latest, sooner if they reach their weight"
        )
    if reader.counted_to_as_of:
        notes.append(
            f"the duration of {reader.counted_to_as_of} batches counts the days up to the as-of date and shortens "
            "nothing"
        )
    if reader.ids_beside_names:
        notes.append(
            f"{reader.ids_beside_names} stays have ids of the older system's database beside names; the names decide"
        )
    if meta.target_saturation is not None:
        notes.append(
            f"metadata.target_saturation {meta.target_saturation:g} was the older planner's goal; the stays decide"
        )
    if meta.purpose:
        notes.append(f"metadata.purpose {shortened(meta.purpose)} is a remark without effect")
    for key, texts in (
        ("purpose", [batch.purpose for batch in model.batches]),
        ("sea.note", [batch.sea.note for batch in model.batches if batch.sea is not None]),
    ):
        remarks = Counter(text for text in texts if text)
        notes += [f"{key} {shortened(text)} of {n} batches is a remark without effect" for text, n in remarks.items()]
    at_sea = sum(batch.sea_batch_number_target is not None for batch in model.batches)
    if at_sea:
        notes.append(f"sea_batch_number_target of {at_sea} batches has no effect: a batch keeps its number")
    for key, value in (meta.model_extra or {}).items():
        near = difflib.get_close_matches(key[:MAX_QUOTED], MetadataModel.model_fields, n=1, cutoff=0.85)
        hint = f"; did you mean {near[0]}?" if near else ""
        notes.append(f"metadata.{shown(key)} {shortened(value)} has no effect{hint}")
    areas = {name for b in model.batches if b.sea is not None for name in names_in(b.sea.area)}
    notes += [f"area {shortened(name)} is {AREA_ALIASES[name]}" for name in sorted(areas & set(AREA_ALIASES))]
    return notes
