"""Extends a schedule to a later as-of date: old batches stay as they are and live on, new ones follow them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice, pairwise, takewhile
from statistics import median_low

from engine.farm.infrastructure import Farm
from engine.farm.schedule import MAX_BATCHES, Batch, Schedule, Stay, to_date
from engine.farm.validation import MAX_AGE_DAYS, MAX_STAY_DAYS
from engine.forecast import sizing
from engine.forecast.workload import predicted_events
from engine.inputs.reading import sha256
from engine.planning.finishing import finish_schedule
from engine.planning.options import require_whole
from engine.planning.partitions import balance_partitions, sum_partitions
from engine.planning.places import USUAL_RINGS
from engine.planning.starts import MIN_AGE_DAYS, Start, batch_number
from engine.planning.vacancies import Vacancies
from lake.codes import SEA
from lake.errors import InputError

MAX_PATTERN_GAPS = 60
"""Gaps after which a pattern of starts must recur to be taken for one."""
RECENT_BATCHES = 120
"""Batches of a geography whose rings and days the new ones follow."""


@dataclass(frozen=True)
class NewBatches:
    """How the new batches follow the old ones; None: as the old ones do.

    batches: new batches in each geography, or None for as many as start 50 days before the new as-of date or
    earlier. stagger_days: days between starts over all geographies together, or None for the old pattern.
    """

    batches: int | None = None
    stagger_days: int | None = None


def advance(
    schedule: Schedule,
    as_of_day: int,
    new_batches: NewBatches | None = None,
    *,
    name: str = "",
    farm_file: str | None = None,
    biology_file: str | None = None,
) -> Schedule:
    """The schedule as of `as_of_day`, later than before, under `name` (its own unless given).

    Old batches keep ids, numbers, eggs, containers and days, and so, draws being keyed by number, place and day,
    every row dated before the old as-of date; but a move that was under way on it is made on that day alone, and a
    batch whose eggs came into some trays alone has them in all, from its first day. A batch whose plan lacks its later
    stages gets them. New batches
    start on or after the old as-of date, so that no new row is dated before it; they take the old ones' usual
    rings and days, and eggs by the same rule. Old partitions stay; new ones hold the new batches.

    InputError when the date is not later, or the farm has no room (batch, day and pool are named).
    """
    new_batches = new_batches or NewBatches()
    if as_of_day <= schedule.as_of_day:
        raise InputError(
            "--advance",
            f"{to_date(as_of_day)} is not after the schedule's as-of date {to_date(schedule.as_of_day)}",
            "give a later date",
        )
    oldest = min(batch.start_day for batch in schedule.batches)
    if as_of_day - oldest > MAX_AGE_DAYS:
        raise InputError(
            "--advance",
            f"{to_date(as_of_day)} is more than a century after the first batch's start, {to_date(oldest)}",
            f"give a day to {to_date(oldest + MAX_AGE_DAYS)}",
        )
    for option, value, least, most in (
        ("--batches", new_batches.batches, 0, MAX_BATCHES),
        ("--stagger", new_batches.stagger_days, 1, MAX_STAY_DAYS),
    ):
        if value is not None:
            require_whole(option, value, least, most)
    farm, old = schedule.farm, schedule.batches
    vacancies = Vacancies(farm, old, schedule.as_of_day, schedule.fallow_days)
    lived_on = tuple(_with_later_stages(schedule, batch, vacancies) for batch in old)
    starts = _new_starts(schedule, as_of_day, new_batches)
    egg_rule = _EggRule(schedule)
    new: list[Batch] = []
    for start in starts:
        stays = _find_stays(schedule, start, (), vacancies)
        new.append(
            Batch(
                id=len(old) + len(new) + 1,
                number=start.number,
                geography_id=start.geography_id,
                eggs=egg_rule.eggs_for(start, stays),
                stays=stays,
            )
        )
    continued = f"continues {schedule.name} as of {to_date(schedule.as_of_day)}, sha256 {sha256(schedule.text)}"
    made = replace(
        schedule,
        name=name or schedule.name,
        as_of_day=as_of_day,
        batches=(*lived_on, *new),
        partitions=(*schedule.partitions, *_new_partitions(schedule, new, as_of_day)),
        text="",
        notes=(*schedule.notes, continued),
        farm_file=schedule.farm_file if farm_file is None else farm_file,
        biology_file=schedule.biology_file if biology_file is None else biology_file,
    )
    return finish_schedule(made)


def find_recurring_gaps(gaps: Sequence[int]) -> tuple[int, ...]:
    """The shortest sequence of which all `gaps` (at least one) are repetitions, else their median alone.

    A sequence counts only when it is seen at least twice, or is a single gap.
    """
    for length in range(1, min(MAX_PATTERN_GAPS, len(gaps)) + 1):
        if length > 1 and length * 2 > len(gaps):
            break
        if sum(gaps[:length]) and all(gap == gaps[i % length] for i, gap in enumerate(gaps)):
            turn = len(gaps) % length
            return tuple(gaps[(turn + i) % length] for i in range(length))
    return (max(1, median_low(gaps)),)


def _new_starts(schedule: Schedule, as_of_day: int, new_batches: NewBatches) -> list[Start]:
    """New batches in order of start, on or after the old as-of date and before the new one."""
    geographies = range(1, len(schedule.farm.geography_names) + 1)
    if new_batches.stagger_days is not None:
        last = max(schedule.batches, key=lambda b: (b.start_day, b.id))
        slots = {
            g: _from_as_of(schedule, _days_in_turn(last, g, new_batches.stagger_days, len(geographies)))
            for g in geographies
        }
    else:
        slots = {g: _from_as_of(schedule, days) for g, days in _days_by_pattern(schedule).items()}
    found: list[tuple[int, int]] = []
    for g, days in slots.items():
        if new_batches.batches is None:
            mine = list(takewhile(lambda day: day <= as_of_day - MIN_AGE_DAYS, days))
        else:
            mine = list(islice(days, new_batches.batches))
            if mine and mine[-1] >= as_of_day:
                raise InputError(
                    "--batches",
                    f"the last of {new_batches.batches} new batches in {schedule.farm.geography(g).name} would start "
                    f"on {to_date(mine[-1])}, not before {to_date(as_of_day)}",
                    "ask for fewer, a shorter --stagger or a later --advance",
                )
        found += [(day, g) for day in mine]
    return _number_starts(schedule, sorted(found))


def _days_in_turn(last: Batch, geography_id: int, stagger_days: int, geographies: int) -> Iterator[int]:
    first = (geography_id - last.geography_id - 1) % geographies + 1
    return (last.start_day + turn * stagger_days for turn in count(first, geographies))


def _days_by_pattern(schedule: Schedule) -> dict[int, Iterator[int]]:
    """Days after the last start of each geography that has any, by its own recurring gaps."""
    days: dict[int, list[int]] = {}
    for batch in schedule.batches:
        days.setdefault(batch.geography_id, []).append(batch.start_day)
    gaps = {
        g: find_recurring_gaps([b - a for a, b in pairwise(sorted(each))]) for g, each in days.items() if len(each) > 1
    }
    if not gaps:
        raise InputError(
            f"schedule {schedule.name}", "no geography has two batches to take the stagger from", "give --stagger"
        )
    fallback = gaps[min(gaps)]
    return {g: _repeated(max(each), gaps.get(g, fallback)) for g, each in sorted(days.items())}


def _repeated(last: int, gaps: Sequence[int]) -> Iterator[int]:
    for i in count():
        last += gaps[i % len(gaps)]
        yield last


def _from_as_of(schedule: Schedule, days: Iterable[int]) -> Iterator[int]:
    return (day for day in days if day >= schedule.as_of_day)


def _number_starts(schedule: Schedule, found: Sequence[tuple[int, int]]) -> list[Start]:
    """Numbers that go on from the geography's highest: FAR-2026-276."""
    taken = {batch.number for batch in schedule.batches}
    ordinals: dict[int, int] = {}
    for geography in schedule.farm.geographies:
        pattern = re.compile(rf"{re.escape(geography.batch_prefix)}-[0-9]{{4}}-([0-9]{{1,9}})")
        numbers = [int(m[1]) for number in taken if (m := pattern.fullmatch(number))]
        here = sum(b.geography_id == geography.id for b in schedule.batches)
        ordinals[geography.id] = max(numbers, default=here)
    starts = []
    for day, g in found:
        ordinals[g] += 1
        starts.append(
            Start(number=batch_number(schedule.farm.geography(g), day, ordinals[g]), geography_id=g, start_day=day)
        )
    return starts


def _with_later_stages(schedule: Schedule, batch: Batch, vacancies: Vacancies) -> Batch:
    batch = replace(batch, move_under_way=0, trays_received=None)
    if batch.stays[-1].stage == SEA or batch.cancelled is not None or batch.lost is not None:
        return batch
    start = Start(number=batch.number, geography_id=batch.geography_id, start_day=batch.start_day)
    return replace(batch, stays=_find_stays(schedule, start, batch.stays, vacancies))


def _find_stays(schedule: Schedule, start: Start, stays: tuple[Stay, ...], vacancies: Vacancies) -> tuple[Stay, ...]:
    """`stays` and what is missing to six, in containers that are free; they are held from then on."""
    farm, found = schedule.farm, list(stays)
    day = found[-1].end_day if found else start.start_day
    station = farm.container(found[-1].container_ids[0]).hall.station_id if found else 0
    for stage in range(len(found) + 1, SEA + 1):
        end = day + _usual_days(schedule, start.geography_id, stage, day)
        if stage == SEA:
            containers = _find_rings(schedule, start, day=day, end=end, vacancies=vacancies)
        else:
            hall = vacancies.hall(stage, start.geography_id, start_day=day, end_day=end, station_id=station)
            containers = tuple(hall.container_ids) if hall else ()
            station = hall.station_id if hall else 0
        if not containers:
            raise _no_room(farm, start, stage=stage, day=day, end=end)
        found.append(Stay(stage=stage, container_ids=containers, start_day=day, end_day=end))
        vacancies.take(found[-1])
        day = end
    return tuple(found)


def _find_rings(schedule: Schedule, start: Start, day: int, end: int, vacancies: Vacancies) -> tuple[int, ...]:
    """The rings of an old batch where all are free, so that the sea stays cut as it was; else any that are.

    As many as usual; where they don't fit, the largest smaller number that old batches took.
    """
    stays = _recent(schedule, start.geography_id, SEA)
    counts = Counter(len(stay.container_ids) for stay in stays)
    usual = max(counts, key=lambda n: (counts[n], n)) if counts else min(USUAL_RINGS, schedule.farm.model.areas.rings)
    smallest = min(counts, default=usual)
    places = {stay.container_ids for stay in stays}
    if found := vacancies.place(sorted(places), day, end, smallest):
        return found
    for rings in sorted({usual, *(n for n in counts if n < usual)}, reverse=True):
        if found := vacancies.rings(
            start.geography_id, day, end, count=rings, areas_per_batch=schedule.areas_per_batch
        ):
            return found
    return ()


def _usual_days(schedule: Schedule, geography_id: int, stage: int, day: int) -> int:
    """The commonest length of the stage in old batches; at sea, of those transferred in the same month if any."""
    stays = _recent(schedule, geography_id, stage)
    if stage == SEA:
        month = to_date(day).month
        stays = [stay for stay in stays if to_date(stay.start_day).month == month] or stays
    lengths = Counter(stay.days for stay in stays)
    return max(lengths, key=lambda n: (lengths[n], n)) if lengths else schedule.stage_days[stage - 1]


def _recent(schedule: Schedule, geography_id: int, stage: int) -> list[Stay]:
    mine = [b for b in schedule.batches if b.geography_id == geography_id and len(b.stays) >= stage]
    return [batch.stays[stage - 1] for batch in mine[-RECENT_BATCHES:]]


def _no_room(farm: Farm, start: Start, stage: int, day: int, end: int) -> InputError:
    pool = f"{farm.geography_of(start).name} {farm.stage_names[stage - 1]}"
    return InputError(
        f"farm {farm.name}",
        f"no room for batch {start.number} from {to_date(day)} to {to_date(end - 1)}: "
        f"{pool} is taken by batches that are there",
        "ask for fewer --batches or a longer --stagger",
    )


class _EggRule:
    """Eggs as the old batches have them: fitted to the containers' limits, or else within the old ones' range."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        whole = [b for b in schedule.batches if len(b.stays) == SEA][-RECENT_BATCHES:]
        self.is_fitted = all(b.eggs <= self._fit(b, b.stays) for b in whole)
        self.low = min((b.eggs for b in schedule.batches), default=0)
        self.high = max((b.eggs for b in schedule.batches), default=0)

    def eggs_for(self, start: Start, stays: tuple[Stay, ...]) -> int:
        """The eggs of a new batch, by seed and number."""
        if self.is_fitted:
            return sizing.vary_eggs(self._fit(start, stays), self.schedule.seed, start.number)
        share = sizing.keyed_share(self.schedule.seed, "eggs", start.number)
        return self.low + int((self.high - self.low + 1) * share)

    def _fit(self, batch: Batch | Start, stays: tuple[Stay, ...]) -> int:
        farm, biology = self.schedule.farm, self.schedule.biology
        return sizing.fit_eggs(stays, farm.geography_of(batch).name, biology, farm)


def _new_partitions(schedule: Schedule, new: Sequence[Batch], as_of_day: int) -> list[range]:
    """Partitions of the new batches, of about as many events each as the old ones had."""
    if not new:
        return []
    before = len(schedule.batches)
    old = predicted_events(schedule)
    usual = max(1, sum(sum_partitions(old, schedule.partitions)) // len(schedule.partitions))
    events = predicted_events(replace(schedule, batches=tuple(new), as_of_day=as_of_day))
    parts = balance_partitions(events, min(len(new), max(1, round(int(events.sum()) / usual))))
    return [range(before + part.start, before + part.stop) for part in parts]
