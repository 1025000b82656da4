"""Reads a schedule file: a strict model, then the farm's containers, then the checks, then count and hash."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from engine.biology.parameters import Biology, read_biology
from engine.farm.container_names import expand
from engine.farm.farm_fit import require_fit
from engine.farm.infrastructure import Farm, read_farm
from engine.farm.legacy import is_legacy, parse_legacy
from engine.farm.references import reference
from engine.farm.schedule import (
    EGGS,
    HARVEST_G,
    MAX_BATCHES,
    MAX_SEED,
    Batch,
    Cancellation,
    Schedule,
    Stay,
    TotalLoss,
    to_day,
)
from engine.farm.schedule_text import FORMAT, body_sha256, format_schedule
from engine.farm.validation import Field as Place
from engine.farm.validation import find_complaints, refuse
from engine.inputs.bounded import NAME, Day, FileName, Line, Location, Name, Prose, Sha256, within
from engine.inputs.reading import StrictModel, load_text, parse_yaml, suggest_name, validate
from engine.inputs.shipped_files import find_schedule
from lake.errors import InputError, shortened
from lake.next_step import command


def _partition(value: Any) -> Any:
    match = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a range of batches such as 1-40 is wanted")
    return (int(match[1]), int(match[2]))


def _entries(value: Any) -> Any:
    if value is None:
        raise ValueError("containers are wanted, e.g. A01..10; write several in brackets: [A01..03, B07]")
    return [value] if isinstance(value, str) else value


MAX_STAYS = 12  # twice as many as there are stages: what is wrong with them is told by name
Length = Annotated[int, within(1, 2_000, "days")]
Ordinal = Annotated[int, within(1, MAX_BATCHES, "batch")]
# what is written in the file, for its JSON schema: a range's text, and one entry without brackets
RangeText = Annotated[str, Field(pattern=r"^[0-9]{1,9}-[0-9]{1,9}$", max_length=19)]
Range = Annotated[tuple[Ordinal, Ordinal], BeforeValidator(_partition, json_schema_input_type=RangeText)]
EntryList = Annotated[list[Line], Field(min_length=1, max_length=10_000)]
Entries = Annotated[EntryList, BeforeValidator(_entries, json_schema_input_type=Line | EntryList)]


class _Strict(StrictModel):
    model_config = ConfigDict(strict=True)


class SourceModel(_Strict):
    """A farm or a biology: its shipped name or path, and the hash of its content."""

    name: Location
    sha256: Sha256


class CancellationModel(_Strict):
    """A batch's order of eggs, cancelled, as written."""

    date: Day
    reason: Annotated[str, Field(min_length=10, max_length=200, pattern=NAME)]


class TotalLossModel(_Strict):
    """The loss of all fish of a batch, as written."""

    date: Day
    cause: Literal["POWER_FAILURE", "WATER_QUALITY"]


class BatchModel(_Strict):
    """A batch, as written. days: of stays that are not of the stage's usual length; both by stage name.

    trays_received, lost, cancelled: see engine.farm.schedule.Batch.
    """

    batch: Name
    geography: Name
    start: Day
    eggs: Annotated[int, within(*EGGS, "eggs")]
    days: Annotated[dict[Name, Length], Field(default_factory=dict, max_length=MAX_STAYS)]
    harvest_target_g: Annotated[float, within(*HARVEST_G, "g")] | None = None
    move_under_way: Annotated[int, within(1, 1_000, "containers")] | None = None
    trays_received: Annotated[int, within(0, 1_000, "trays")] | None = None
    lost: TotalLossModel | None = None
    cancelled: CancellationModel | None = None
    stays: Annotated[dict[Name, Entries], Field(min_length=1, max_length=MAX_STAYS)]


class ScheduleModel(_Strict):
    """A schedule file, as written."""

    format: Literal["smoltworks-schedule/1"]
    name: FileName
    seed: Annotated[int, within(0, MAX_SEED, "seed")]
    as_of: Day
    farm: SourceModel
    biology: SourceModel
    stage_days: Annotated[list[Length], Field(min_length=6, max_length=6)]
    areas_per_batch: Annotated[int, within(1, 2, "areas")] = 1
    fallow_days: Annotated[int, within(0, 2_000, "days")] = 0
    partitions: Annotated[list[Range], Field(max_length=MAX_BATCHES)]
    notes: Annotated[list[Prose], Field(default_factory=list, max_length=1_000)]
    batch_count: Annotated[int, within(0, MAX_BATCHES, "batches")]
    body_sha256: Sha256
    batches: Annotated[list[BatchModel], Field(min_length=1, max_length=MAX_BATCHES)]


def read_any(path: Path, farm: str | None = None, biology: str | None = None) -> Schedule:
    """The schedule of a file in our format or in the older system's; which one is seen from its keys.

    `farm` and `biology` (names or paths) stand in for those that the file names (ours) or for faroe-scotland
    and published (the older system's, which names none). A biology that is given is taken whatever hash the file
    has, and the schedule then names it; a farm must be the one that the file was made for. InputError when the
    file is absent, cut short or wrong. path: or the name of a shipped schedule.
    """
    path = find_schedule(path)
    source, text = str(path), load_text(path)
    data = parse_yaml(text, source)
    if is_legacy(data):
        return parse_legacy(
            data,
            source,
            farm=read_farm(farm or "faroe-scotland", path.parent),
            biology=read_biology(biology or "published", path.parent),
            name=path.stem,
        )
    model = _model(data, source)
    return _resolve(
        model,
        data,
        source=source,
        farm=read_farm(farm or model.farm.name, path.parent),
        biology=read_biology(biology or model.biology.name, path.parent),
        another_biology=biology is not None,
    )


def read_schedule(path: Path) -> Schedule:
    """The schedule of a file in our format; InputError (file, key, value, cure) when anything is wrong."""
    source = str(path)
    data = parse_yaml(load_text(path), source)
    model = _model(data, source)
    return _resolve(
        model,
        data,
        source=source,
        farm=read_farm(model.farm.name, path.parent),
        biology=read_biology(model.biology.name, path.parent),
    )


def parse_schedule(text: str, source: str, farm: Farm, biology: Biology) -> Schedule:
    """The schedule of a text in our format on a farm and a biology that were read already, as in a worker."""
    data = parse_yaml(text, source)
    return _resolve(_model(data, source), data, source=source, farm=farm, biology=biology)


def with_biology(schedule: Schedule, biology: str) -> Schedule:
    """The schedule with another biology (a name or a path), as read_any gives it; InputError when that is wrong."""
    found = read_biology(biology)
    require_fit(schedule.farm, found)
    changed = replace(schedule, biology=found, biology_file="")
    return replace(changed, text=format_schedule(changed))


def rehash(path: Path, biology: str | None = None) -> str:
    """The file's text with count and hashes renewed, in canonical form (comments are lost). Writes nothing.

    biology: a name or a path of one that the file shall name from now on. InputError when anything else is wrong
    with the file.
    """
    source = str(path)
    data = parse_yaml(load_text(path), source)
    if is_legacy(data):
        raise InputError(source, "is a schedule of the older system, which has no hash", "it can be run as it is")
    _require_format(data, source)
    batches = data.get("batches")
    data["batch_count"] = len(batches) if isinstance(batches, list) else 0
    data["body_sha256"] = "0" * 64
    for key in ("farm", "biology"):
        if isinstance(data.get(key), dict):
            data[key]["sha256"] = "0" * 64
    model = validate(ScheduleModel, data, source)
    farm = read_farm(model.farm.name, path.parent)
    the_biology = read_biology(biology or model.biology.name, None if biology else path.parent)
    if biology is not None:
        data["biology"]["name"] = reference(
            "biology", the_biology.name, content_sha256=the_biology.sha256, given=biology, folder=path.parent
        )
    data["farm"]["sha256"], data["biology"]["sha256"] = farm.sha256, the_biology.sha256
    data["body_sha256"] = body_sha256(data)
    return _resolve(validate(ScheduleModel, data, source), data, source=source, farm=farm, biology=the_biology).text


def _rehash_hint(source: str) -> str:
    return f"if the edit is meant, renew it: {command('plan', '--rehash', source)}"


def _require_format(data: Mapping[str, Any], source: str) -> None:
    found = data.get("format")
    if found is not None and found != FORMAT:
        raise InputError(
            source, f"key format has value {shortened(found)}", f"a schedule with format {FORMAT} is wanted here"
        )


def _model(data: dict[str, Any], source: str) -> ScheduleModel:
    _require_format(data, source)
    listed = data.get("batches")
    count, declared = len(listed) if isinstance(listed, list) else 0, data.get("batch_count")
    if isinstance(declared, int) and count < declared:
        raise InputError(
            source,
            f"key batch_count says {declared}, but batches holds {count}; is the file cut short?",
            "take a whole copy; " + _rehash_hint(source),
        )
    return validate(ScheduleModel, data, source)


def _resolve(
    model: ScheduleModel,
    data: Mapping[str, Any],
    source: str,
    farm: Farm,
    biology: Biology,
    *,
    another_biology: bool = False,
) -> Schedule:
    """The model on its farm and its biology, or on another biology, which takes the place of the one named."""
    for key, named, present in (
        ("farm", model.farm, farm.sha256),
        ("biology", model.biology, model.biology.sha256 if another_biology else biology.sha256),
    ):
        if named.sha256 != present:
            raise InputError(
                source,
                f"key {key}.sha256 is {named.sha256}, but {key} {named.name} is now {present}: "
                "it has changed since the schedule was made",
                f"restore the {key} file, or renew it: {command('plan', '--rehash', source)}",
            )
    require_fit(farm, biology)
    stages = {name: i for i, name in enumerate(farm.stage_names, 1)}
    found: list[str] = []
    batches = tuple(
        _batch(entry, i, usual=tuple(model.stage_days), stages=stages, farm=farm, found=found)
        for i, entry in enumerate(model.batches)
    )
    refuse(source, found)
    schedule = Schedule(
        name=model.name,
        seed=model.seed,
        as_of_day=to_day(model.as_of),
        farm=farm,
        biology=biology,
        batches=batches,
        partitions=tuple(range(first, last + 1) for first, last in model.partitions),
        text="",
        notes=tuple(model.notes),
        stage_days=tuple(model.stage_days),
        farm_file="" if model.farm.name == farm.name else model.farm.name,
        biology_file="" if another_biology or model.biology.name == biology.name else model.biology.name,
        areas_per_batch=model.areas_per_batch,
        fallow_days=model.fallow_days,
    )

    def locate(index: int, place: Place | int) -> str:
        if isinstance(place, int):
            name = farm.stage_names[place - 1] if 1 <= place <= len(farm.stage_names) else str(place)
            return f"batches[{index}].stays.{name}"
        return f"batches[{index}].{place}"

    found = find_complaints(schedule, locate)
    if model.batch_count != len(model.batches):
        found.insert(
            0,
            f"key batch_count says {model.batch_count}, but batches holds {len(model.batches)}; "
            + _rehash_hint(source),
        )
    refuse(source, found)
    if (actual := body_sha256(data)) != model.body_sha256:
        raise InputError(
            source,
            f"key body_sha256 is {model.body_sha256}, but the file's values give {actual}: one was changed",
            _rehash_hint(source),
        )
    return replace(schedule, text=format_schedule(schedule))


def _batch(
    entry: BatchModel,
    index: int,
    usual: tuple[int, ...],
    stages: Mapping[str, int],
    farm: Farm,
    found: list[str],
) -> Batch:
    path = f"batches[{index}]"
    if entry.geography not in farm.geography_names:
        cure = suggest_name(entry.geography, farm.geography_names, "geographies")
        found.append(f"{path}.geography: {shortened(entry.geography)} is not in farm {farm.name}; {cure}")
    for key, given in (("stays", entry.stays), ("days", entry.days)):
        for name in given:
            if name not in stages:
                cure = suggest_name(name, stages, "stages")
                found.append(f"{path}.{key}.{name}: {shortened(name)} is no stage of farm {farm.name}; {cure}")
            elif name not in entry.stays:
                found.append(f"{path}.days.{name}: batch {entry.batch} has no stay in {name}; remove it")
    day = to_day(entry.start)
    stays: list[Stay] = []
    for name, stage in stages.items():
        if name not in entry.stays:
            continue
        end = day + entry.days.get(name, usual[stage - 1])
        ids = _containers(entry.stays[name], f"{path}.stays.{name}", farm, found)
        stays.append(Stay(stage=stage, container_ids=ids, start_day=day, end_day=end))
        day = end
    lost, cancelled = entry.lost, entry.cancelled
    geography = farm.geography_names.index(entry.geography) + 1 if entry.geography in farm.geography_names else 0
    return Batch(
        id=index + 1,
        number=entry.batch,
        geography_id=geography,
        eggs=entry.eggs,
        stays=tuple(stays),
        harvest_target_g=entry.harvest_target_g,
        move_under_way=entry.move_under_way or 0,
        trays_received=entry.trays_received,
        lost=None if lost is None else TotalLoss(day=to_day(lost.date), cause=lost.cause),
        cancelled=None if cancelled is None else Cancellation(day=to_day(cancelled.date), reason=cancelled.reason),
    )


def _containers(entries: list[str], path: str, farm: Farm, found: list[str]) -> tuple[int, ...]:
    known = farm.container_id_by_name
    ids: list[int] = []
    for entry in entries:
        try:
            names = expand(entry, known)
        except ValueError as e:
            found.append(f"{path}: {e}")
            continue
        for name in names:
            if name in known:
                ids.append(known[name])
            else:
                cure = suggest_name(name, known, "containers")
                found.append(f"{path}: {shortened(name)} is no container of farm {farm.name}; {cure}")
                break
    return tuple(ids)
