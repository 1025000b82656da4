"""Checks a resolved schedule against its farm, whoever made it: reader, planner or a person's hand."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal

from engine.farm.container_names import compact
from engine.farm.infrastructure import Farm
from engine.farm.occupancy import occupancy, overlaps
from engine.farm.schedule import EGGS, HARVEST_G, Batch, Schedule, to_date, to_day
from engine.inputs.bounded import FIRST_DATE, LAST_DATE, NAME
from engine.inputs.reading import refusal
from lake.codes import SEA
from lake.errors import shortened

MAX_NUMBER_LENGTH = 50
MAX_STAY_DAYS = 2_000
MAX_AGE_DAYS = 100 * 366
MAX_DAYS_AHEAD = 2 * 366

FATES: tuple[Literal["trays_received", "lost", "cancelled"], ...] = ("trays_received", "lost", "cancelled")

Field = Literal[
    "batch",
    "start",
    "eggs",
    "geography",
    "harvest_target_g",
    "move_under_way",
    "stays",
    "trays_received",
    "lost",
    "cancelled",
]
Locate = Callable[[int, "Field | int"], str]
"""(batch index, field or stage number) -> key path in the file."""


def key_path(index: int, field: Field | int) -> str:
    """The key of a batch's field, or of its stay in a stage by number: for a schedule that lies in no file yet."""
    return f"batches[{index}].{field}"


def find_complaints(schedule: Schedule, locate: Locate = key_path) -> list[str]:
    """Everything wrong with the schedule's meaning, each with key path, value and cure. Empty: it holds."""
    found: list[str] = []
    found += _numbers(schedule, locate)
    for index, batch in enumerate(schedule.batches):
        found += _batch(schedule, index, batch, locate)
    if not all(batch.stays for batch in schedule.batches):
        return found
    found += find_double_bookings(schedule, locate)
    found += _too_soon(schedule, locate)
    found += partition_complaints(schedule.partitions, len(schedule.batches))
    if schedule.batches and not any(batch.is_delivered(schedule.as_of_day) for batch in schedule.batches):
        found.append(
            f"{locate(0, 'start')}: no batch starts before the as-of date {to_date(schedule.as_of_day)}; "
            "start one earlier or move as_of"
        )
    return found


def refuse(source: str, found: Sequence[str]) -> None:
    """InputError with the first complaints, when there are any."""
    if found:
        raise refusal(source, found)


def _numbers(schedule: Schedule, locate: Locate) -> Iterator[str]:
    first: dict[str, int] = {}
    for index, batch in enumerate(schedule.batches):
        where, number = locate(index, "batch"), batch.number
        if re.fullmatch(NAME, number) is None:
            yield (
                f"{where}: batch number {shortened(number)} is blank, or has stray blanks or unprintable characters; "
                "use e.g. FAR-2016-001"
            )
        if len(number) > MAX_NUMBER_LENGTH:
            yield (
                f"{where}: batch number {shortened(number)} has {len(number)} characters; "
                f"shorten it to {MAX_NUMBER_LENGTH} at most"
            )
        alike = unicodedata.normalize("NFC", number)
        if alike in first:
            yield (
                f"{where}: batch number {shortened(number)} is given twice, first at "
                f"{locate(first[alike], 'batch')}; give each batch its own"
            )
        first.setdefault(alike, index)


def _batch(schedule: Schedule, index: int, batch: Batch, locate: Locate) -> Iterator[str]:
    low, high = EGGS
    if not low <= batch.eggs <= high:
        yield f"{locate(index, 'eggs')}: batch {batch.number} has {batch.eggs} eggs; give {low} to {high}"
    target = batch.harvest_target_g
    if target is not None and not HARVEST_G[0] <= target <= HARVEST_G[1]:
        yield f"{locate(index, 'harvest_target_g')}: {target:g} g is no harvest weight; give 100 to 20000 g"
    if not batch.stays:
        yield f"{locate(index, 'stays')}: batch {batch.number} has no stay; give it at least its first stage"
        return
    age = schedule.as_of_day - batch.start_day
    if age <= -MAX_DAYS_AHEAD:
        yield (
            f"{locate(index, 'start')}: batch {batch.number} starts on {to_date(batch.start_day)}, more than "
            f"{MAX_DAYS_AHEAD} days after the as-of date {to_date(schedule.as_of_day)}; is the year right?"
        )
    elif age > MAX_AGE_DAYS:
        yield (
            f"{locate(index, 'start')}: batch {batch.number} starts on {to_date(batch.start_day)}, more than "
            "a century before the as-of date; is the year right?"
        )
    elif batch.start_day < to_day(FIRST_DATE):
        yield (
            f"{locate(index, 'start')}: batch {batch.number} starts on {to_date(batch.start_day)}; the water is "
            f"simulated from {FIRST_DATE} on: start it then or later"
        )
    elif batch.end_day > to_day(LAST_DATE):
        yield (
            f"{locate(index, 'start')}: batch {batch.number} ends on {to_date(batch.end_day)}, after {LAST_DATE}, the "
            "last day that can be told; let it start earlier"
        )
    yield from _fate(schedule, index, batch, locate)
    yield from _stage_order(schedule, index, batch, locate)
    yield from _containers(schedule, index, batch, locate)
    if batch.move_under_way:
        yield from _move_under_way(schedule, index, batch, locate)


def _fate(schedule: Schedule, index: int, batch: Batch, locate: Locate) -> Iterator[str]:
    """Trays received so far, a loss of all fish, a cancelled order: each at its time, at most one of them."""
    number, start, as_of = batch.number, to_date(batch.start_day), to_date(schedule.as_of_day)
    fates = [name for name in FATES if getattr(batch, name) is not None]
    if len(fates) > 1:
        yield f"{locate(index, fates[1])}: batch {number} has {' and '.join(fates)}; keep one of them"
    trays, first = len(batch.stays[0].container_ids), batch.stays[0]
    if (received := batch.trays_received) is not None:
        if not 1 <= received < trays:
            yield f"{locate(index, 'trays_received')}: {received} of {trays} trays; give 1 to {trays - 1}"
        if not first.start_day < schedule.as_of_day <= first.end_day:
            yield (
                f"{locate(index, 'trays_received')}: batch {number} starts on {start}; eggs are under way only to a "
                f"batch that is in its first stage on the as-of date {as_of}: leave it out"
            )
    if (lost := batch.lost) is not None:
        there = next((stay.stage for stay in batch.stays if stay.start_day <= lost.day < stay.end_day), 0)
        if not there or lost.day >= schedule.as_of_day:
            yield (
                f"{locate(index, 'lost')}: batch {number} is lost on {to_date(lost.day)}; give a day of its life, from "
                f"{start} to the day before the as-of date {as_of}"
            )
        elif there == SEA:
            yield (
                f"{locate(index, 'lost')}: batch {number} is at sea on {to_date(lost.day)}; all are lost in a hall: "
                f"give a day before {to_date(batch.stays[SEA - 1].start_day)}"
            )
    if (cancelled := batch.cancelled) is not None and cancelled.day >= min(batch.start_day + 1, schedule.as_of_day):
        yield (
            f"{locate(index, 'cancelled')}: batch {number} is cancelled on {to_date(cancelled.day)}; give a day before "
            f"the as-of date {as_of}, at the latest its start {start}"
        )


def _stage_order(schedule: Schedule, index: int, batch: Batch, locate: Locate) -> Iterator[str]:
    names = schedule.farm.stage_names
    for position, stay in enumerate(batch.stays, 1):
        if stay.stage != position:
            missing = position < stay.stage
            found = f"stage {_stage(names, stay.stage)} comes {'before' if missing else 'after'} its turn"
            yield (
                f"{locate(index, stay.stage)}: batch {batch.number}: {found}; the stages run "
                f"{', '.join(names)} without a gap" + (f": add {_stage(names, position)}" if missing else "")
            )
            return
        length = stay.days
        if not 1 <= length <= MAX_STAY_DAYS:
            yield (
                f"{locate(index, stay.stage)}: batch {batch.number} stays {length} days in "
                f"{_stage(names, stay.stage)}; give 1 to {MAX_STAY_DAYS}"
            )
    for before, after in zip(batch.stays, batch.stays[1:], strict=False):
        if after.start_day != before.end_day:
            days = after.start_day - before.end_day
            yield (
                f"{locate(index, after.stage)}: batch {batch.number} enters {_stage(names, after.stage)} on "
                f"{to_date(after.start_day)} but leaves {_stage(names, before.stage)} on "
                f"{to_date(before.end_day)} ({'a gap' if days > 0 else 'an overlap'} of {abs(days)} days); "
                "let the one end as the next begins"
            )
    goes_on = batch.lost is None and batch.cancelled is None
    if goes_on and len(batch.stays) < len(names) and batch.end_day < schedule.as_of_day:
        yield (
            f"{locate(index, 'stays')}: batch {batch.number} ends with "
            f"{_stage(names, batch.stays[-1].stage)} on {to_date(batch.end_day)}, before the as-of date "
            f"{to_date(schedule.as_of_day)}; add {_stage(names, len(batch.stays) + 1)}"
        )


def _stage(names: Sequence[str], stage: int) -> str:
    return names[stage - 1] if 1 <= stage <= len(names) else f"number {stage}"


def _containers(schedule: Schedule, index: int, batch: Batch, locate: Locate) -> Iterator[str]:
    farm = schedule.farm
    home = farm.geography_of(batch).name
    for stay in batch.stays:
        where, stage = locate(index, stay.stage), _stage(farm.stage_names, stay.stage)
        if not stay.container_ids:
            yield f"{where}: batch {batch.number} has no container in {stage}; name at least one"
            continue
        repeated = [c for c, n in Counter(stay.container_ids).items() if n > 1]
        if repeated:
            yield f"{where}: batch {batch.number} names {_names(farm, repeated)} twice; once is enough"
        containers = [farm.container(c) for c in stay.container_ids]
        strangers = [c for c in containers if c.geography_id != batch.geography_id]
        if strangers:
            abroad = farm.geography_of(strangers[0]).name
            yield (
                f"{where}: {_names(farm, [c.id for c in strangers])} lies in {abroad}, batch {batch.number} "
                f"in {home}; a batch never leaves its geography: give it containers of {home}"
            )
        misfits = [c for c in containers if c.stage != stay.stage]
        if misfits:
            yield (
                f"{where}: {_names(farm, [c.id for c in misfits])} is for "
                f"{farm.stage_names[misfits[0].stage - 1]}, batch {batch.number} needs it for {stage}; "
                f"give it containers for {stage}"
            )
        areas = sorted({c.area.id: c.area for c in containers if c.is_at_sea}.items())
        if len(areas) > schedule.areas_per_batch:
            names = ", ".join(area.name for _, area in areas)
            yield (
                f"{where}: batch {batch.number} has rings in {len(areas)} areas ({names}); keep them in "
                + ("one" if schedule.areas_per_batch == 1 else f"{schedule.areas_per_batch}, by areas_per_batch")
            )
        elif areas and areas[-1][0] - areas[0][0] >= len(areas):
            names = " and ".join(area.name for _, area in areas)
            yield (
                f"{where}: batch {batch.number} has rings in {names}, which are no neighbours; "
                "give it areas whose numbers follow each other"
            )


def _move_under_way(schedule: Schedule, index: int, batch: Batch, locate: Locate) -> Iterator[str]:
    """A move begun on the eve: on the as-of date, between halls, container into container, into free ones."""
    where, as_of = locate(index, "move_under_way"), schedule.as_of_day
    pair = next((p for p in pairwise(batch.stays) if p[1].start_day == as_of and p[1].stage < SEA), None)
    if pair is None:
        yield f"{where}: batch {batch.number} moves from no hall to another on {to_date(as_of)}; remove it"
        return
    source, into = pair
    n = len(source.container_ids)
    if len(into.container_ids) != n or not batch.move_under_way < n or source.days < 2:
        yield (
            f"{where}: {batch.move_under_way} of {n} containers of batch {batch.number} can't be emptied by themselves "
            f"into {len(into.container_ids)}; give fewer, as many to enter as to leave, and 2 days in them or more"
        )
    entered = set(into.container_ids[: batch.move_under_way])
    for other in schedule.batches:
        for stay in other.stays:
            taken = sorted(entered.intersection(stay.container_ids))
            if taken and stay.start_day <= as_of - 1 < stay.end_day:
                yield (
                    f"{where}: {_names(schedule.farm, taken)} holds fish of {other.number} on {to_date(as_of - 1)}, "
                    f"when batch {batch.number} begins to move in; remove it, or give it other containers"
                )


def _names(farm: Farm, ids: Sequence[int]) -> str:
    return ", ".join(compact([farm.container(c).name for c in ids], farm.container_id_by_name))


def find_double_bookings(schedule: Schedule, locate: Locate) -> list[str]:
    """One complaint per pair of stays that share containers: both batches, the containers, the days."""
    farm = schedule.farm
    pairs: dict[tuple[int, int, int, int, int, int], list[int]] = {}
    for o in overlaps(occupancy(schedule.batches)):
        key = (o.first_batch, o.second_batch, o.first_stage, o.second_stage, o.start_day, o.end_day)
        pairs.setdefault(key, []).append(o.container)
    found = []
    for (a, b, _, stage, start, end), containers in sorted(pairs.items()):
        found.append(
            f"{locate(b, stage)}: {_names(farm, sorted(containers))} is booked twice, by "
            f"{schedule.batches[a].number} and {schedule.batches[b].number}, from {to_date(start)} to "
            f"{to_date(end - 1)} ({end - start} days); give one of them other containers or other days"
        )
    return found


def _too_soon(schedule: Schedule, locate: Locate) -> list[str]:
    """One complaint per pair of stays with fewer than the schedule's fallow days between them in a container."""
    if not schedule.fallow_days:
        return []
    rows = occupancy(schedule.batches)
    pairs: dict[tuple[int, int, int, int], list[int]] = {}
    for o in overlaps(replace(rows, end_day=rows.end_day + schedule.fallow_days)):
        left = next(s.end_day for s in schedule.batches[o.first_batch].stays if s.stage == o.first_stage)
        if left <= o.start_day:  # else it is a double booking, and told as one
            key = (o.first_batch, o.second_batch, o.second_stage, o.start_day - left)
            pairs.setdefault(key, []).append(o.container)
    return [
        f"{locate(b, stage)}: {_names(schedule.farm, sorted(containers))} lies fallow for {days} days between "
        f"{schedule.batches[a].number} and {schedule.batches[b].number}, not {schedule.fallow_days}; give one of them "
        "other containers or other days, or lower fallow_days"
        for (a, b, stage, days), containers in sorted(pairs.items())
    ]


def conflict_count(schedule: Schedule) -> int:
    """Times that a container's next stay begins before the last one ended."""
    return len(overlaps(occupancy(schedule.batches)))


def partition_complaints(partitions: Sequence[range], count: int) -> list[str]:
    """What keeps `partitions` (ranges of ordinals from 1) from holding `count` batches once, in order."""
    if not partitions:
        return ["partitions: none given; give at least one, e.g. [1-" + str(count) + "]"]
    found, expected = [], 1
    for i, part in enumerate(partitions):
        where, text = f"partitions[{i}]", f"{part.start}-{part.stop - 1}"
        if part.start < 1 or len(part) < 1:
            found.append(f"{where}: {text} is no range of batches; count from 1, low to high")
        elif part.start < expected:
            again = _span(part.start, min(part.stop, expected) - 1)
            found.append(f"{where}: {text} overlaps an earlier one in {again}; start it at {expected}")
        elif part.start > expected:
            gap = _span(expected, part.start - 1)
            found.append(f"{where}: {text} leaves out {gap}; start it at {expected}")
        if part.stop - 1 > count:
            found.append(f"{where}: {text} reaches past the last batch, {count}; end it there")
        expected = max(expected, part.stop)
    if expected <= count:
        found.append(f"partitions: none holds {_span(expected, count)}; let the last partition end at {count}")
    return found


def _span(first: int, last: int) -> str:
    return f"batch {first}" if first == last else f"batches {first}-{last}"
