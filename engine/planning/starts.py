"""When each batch starts, where, and what it is called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, cycle, islice

from engine.farm.infrastructure import Farm, Geography
from engine.farm.schedule import to_date
from engine.inputs.reading import suggest_name
from lake.errors import InputError, shortened

MIN_AGE_DAYS = 50
"""The last batch starts this many days before the as-of date."""
MAX_CYCLE_STARTS = 10_000
CURE = "give days (11), days in turn (4,5), or each geography's own (Faroe Islands=8,Scotland=45/4)"


@dataclass(frozen=True)
class Start:
    """A batch before it has containers and eggs."""

    number: str
    geography_id: int
    start_day: int


@dataclass(frozen=True)
class Stagger:
    """Days between starts. `gaps` recur over all geographies together; `own`, if given, geography by geography.

    own: one recurring sequence of gaps for each geography, in the farm's order. text: as a person writes it.
    """

    text: str
    gaps: tuple[int, ...] = ()
    gaps_by_geography: tuple[tuple[int, ...], ...] = ()

    def longest_days(self, batches: int, geographies: int) -> int:
        """An upper bound of the days from the first start to the last."""
        if self.gaps_by_geography:
            return max(batches * max(gaps) for gaps in self.gaps_by_geography)
        return batches * geographies * max(self.gaps)


def stagger_every(days: int) -> Stagger:
    """One start every so many days, over all geographies together."""
    return Stagger(text=str(days), gaps=(days,))


def even_gaps(days: int, starts: int) -> tuple[int, ...]:
    """Whole-day gaps that put `starts` starts into `days` days as evenly as days allow, over and over."""
    return tuple((i + 1) * days // starts - i * days // starts for i in range(starts))


def stagger_in_turn(days: int, geographies: int) -> Stagger:
    """Every geography starts a batch every so many days, in turn with the others: 9 days are gaps of 4 and 5."""
    gaps = even_gaps(days, geographies)
    return stagger_every(gaps[0]) if len(set(gaps)) == 1 else Stagger(text=",".join(map(str, gaps)), gaps=gaps)


def even_stagger(farm: Farm, periods: tuple[Fraction, ...]) -> Stagger:
    """Each geography's own mean days between starts, as a stagger that recurs exactly."""
    text = ",".join(f"{name}={period}" for name, period in zip(farm.geography_names, periods, strict=True))
    return Stagger(text=text, gaps_by_geography=tuple(even_gaps(p.numerator, p.denominator) for p in periods))


def parse_stagger(text: str, farm: Farm) -> Stagger:
    """A stagger as typed; InputError tells what is wrong with it.

    `11`: a start every 11 days, the geographies in turn. `4,5`: gaps of 4 and 5 days in turn. `Faroe
    Islands=8,Scotland=9`: each geography by itself (its batch prefix will do); there, too, gaps may alternate
    (`Scotland=11,11,11,12`), and 45/4 stands for four starts every 45 days.
    """
    given: dict[str, list[int]] = {}
    home = ""
    for token in text.split(","):
        name, equals, days = token.rpartition("=")
        if equals:
            home = _geography(name.strip(), farm)
            if home in given:
                raise InputError("--stagger", f"{home} is given twice in {shortened(text)}", "give each geography once")
        given.setdefault(home, []).extend(_gaps(days.strip(), text))
    if "" in given:
        if len(given) > 1:
            raise InputError("--stagger", f"{shortened(text)} names a geography for some of its days only", CURE)
        return Stagger(text=text, gaps=tuple(given[""]))
    missing = [name for name in farm.geography_names if name not in given]
    if missing:
        raise InputError(
            "--stagger", f"{shortened(text)} says nothing of {', '.join(missing)}", "give every geography's days"
        )
    return Stagger(text=text, gaps_by_geography=tuple(tuple(given[name]) for name in farm.geography_names))


def _geography(name: str, farm: Farm) -> str:
    prefixes = {g.batch_prefix: g.name for g in farm.geographies}
    if name in prefixes:
        return prefixes[name]
    if name not in farm.geography_names:
        cure = suggest_name(name, farm.geography_names, "geographies")
        raise InputError("--stagger", f"{shortened(name)} is no geography of farm {farm.name}", cure)
    return name


def _gaps(token: str, text: str) -> tuple[int, ...]:
    match = re.fullmatch(r"([0-9]{1,6})(?:/([0-9]{1,6}))?", token)
    if match is None:
        raise InputError("--stagger", f"{shortened(token)} in {shortened(text)} is no number of days", CURE)
    days, starts = int(match[1]), int(match[2] or 1)
    if not 1 <= starts <= MAX_CYCLE_STARTS:
        raise InputError("--stagger", f"{shortened(token)} has {starts} starts", f"give 1 to {MAX_CYCLE_STARTS}")
    return even_gaps(days, starts)


def plan_starts(farm: Farm, batches: int, stagger: Stagger, as_of_day: int) -> list[Start]:
    """`batches` starts in each geography, in order of day; the last falls on as-of - 50.

    With one stagger for all, geographies take turns in the farm's order, so of two the first starts on
    as-of - ((2 batches - 1) stagger + 50). With their own, each ends so that equal ones take turns as well.
    """
    geographies = farm.geographies
    count, last = len(geographies), as_of_day - MIN_AGE_DAYS
    if stagger.gaps_by_geography:
        days = []
        for g, gaps in enumerate(stagger.gaps_by_geography):
            offsets = _offsets(gaps, batches)
            end = last - (count - 1 - g) * sum(gaps) // (len(gaps) * count)
            days += [(end - offsets[-1] + offset, g, turn) for turn, offset in enumerate(offsets)]
        days.sort()
    else:
        offsets = _offsets(stagger.gaps, batches * count)
        days = [(last - offsets[-1] + offset, i % count, i // count) for i, offset in enumerate(offsets)]
    return [
        Start(number=batch_number(geographies[g], day, turn + 1), geography_id=g + 1, start_day=day)
        for day, g, turn in days
    ]


def moved_starts(farm: Farm, starts: list[Start], first_day: int) -> list[Start]:
    """The same starts, the first of them on another day; a number bears its start's year and the place in turn."""
    by = first_day - starts[0].start_day
    turns = [0] * len(farm.geographies)
    moved = []
    for start in starts:
        turns[start.geography_id - 1] += 1
        home, day = farm.geographies[start.geography_id - 1], start.start_day + by
        number = batch_number(home, day, turns[start.geography_id - 1])
        moved.append(Start(number=number, geography_id=start.geography_id, start_day=day))
    return moved


def batch_number(geography: Geography, start_day: int, ordinal: int) -> str:
    """A batch's number: the geography's prefix, the start's year and the ordinal there, FAR-2016-001."""
    return f"{geography.batch_prefix}-{to_date(start_day).year}-{ordinal:03d}"


def _offsets(gaps: tuple[int, ...], count: int) -> list[int]:
    return list(accumulate(islice(cycle(gaps), count - 1), initial=0))


def alternating_starts(farm: Farm, batches: int, stagger_days: int, as_of_day: int) -> list[Start]:
    """`batches` starts in each geography, taking turns in the farm's order, one every `stagger_days`."""
    return plan_starts(farm, batches, stagger_every(stagger_days), as_of_day)
