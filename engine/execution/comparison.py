"""Two runs held side by side: what was changed, which tables are the same, and what became of each batch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from engine.biology.derivation import changes
from engine.execution.inputs import read_inputs
from engine.farm.schedule import Batch, Schedule, to_date
from lake.adult_females import ADULT_FEMALES
from lake.checked import OnStep, read_checked, unheard
from lake.held import held_for_reading
from lake.manifest import Manifest
from lake.views import connect

Value = float | int | str | date | None
OUTCOMES = MappingProxyType(
    {
        "status": "",
        "last_day": "",
        "mean_weight_g": "g",
        "fish": "fish",
        "survival": "share of the eggs",
        "dead": "fish",
        "culled": "fish",
        "biomass_t": "t",
        "feed_t": "t",
        "economic_fcr": "kg/kg",
        "feed_cost": "currency",
        "lice_peak": "adult females/fish",
        "rings_treated": "rings",
    }
)
"""What is compared of a batch, and its unit. fish, biomass_t, mean_weight_g: of what was harvested or stands at the
as-of date. last_day: of the harvest, or the as-of date. economic_fcr: feed over that biomass."""

QUERY = f"""
WITH harvested AS (
    SELECT batch_id, sum(harvested_count)::BIGINT AS fish, sum(live_weight_kg)::DOUBLE AS kg,
        max(event_date)::DATE AS day
    FROM harvest_event GROUP BY batch_id
),
standing AS (
    SELECT batch_id, sum(population_count)::BIGINT AS fish, sum(biomass_kg)::DOUBLE AS kg
    FROM container_assignment WHERE is_active GROUP BY batch_id
),
died AS (
    SELECT batch_id, sum(count) FILTER (NOT is_cull)::BIGINT AS dead, sum(count) FILTER (is_cull)::BIGINT AS culled
    FROM mortality_event GROUP BY batch_id
),
fed AS (
    SELECT batch_id, sum(amount_kg)::DOUBLE AS kg, sum(feed_cost)::DOUBLE AS cost FROM feeding_event GROUP BY batch_id
),
counted AS (SELECT batch_id, day, sum(females) / sum(fish) AS females FROM ({ADULT_FEMALES}) GROUP BY ALL),
lice AS (SELECT batch_id, max(females)::DOUBLE AS peak FROM counted GROUP BY batch_id),
treated AS (SELECT batch_id, count(*) AS rings FROM treatment WHERE method <> 'VACCINE' GROUP BY batch_id)
SELECT
    b.batch_number AS batch, b.status::VARCHAR AS status, coalesce(b.actual_end_date - 1, run.as_of) AS last_day,
    1000 * (coalesce(h.kg, 0) + coalesce(s.kg, 0)) / nullif(coalesce(h.fish, 0) + coalesce(s.fish, 0), 0)
        AS mean_weight_g,
    coalesce(h.fish, 0) + coalesce(s.fish, 0) AS fish,
    (coalesce(h.fish, 0) + coalesce(s.fish, 0)) / nullif(b.initial_count, 0)::DOUBLE AS survival,
    coalesce(d.dead, 0) AS dead, coalesce(d.culled, 0) AS culled,
    (coalesce(h.kg, 0) + coalesce(s.kg, 0)) / 1000 AS biomass_t, coalesce(f.kg, 0) / 1000 AS feed_t,
    f.kg / nullif(coalesce(h.kg, 0) + coalesce(s.kg, 0), 0) AS economic_fcr, coalesce(f.cost, 0) AS feed_cost,
    l.peak AS lice_peak, coalesce(t.rings, 0) AS rings_treated
FROM batch b CROSS JOIN run
LEFT JOIN harvested h ON h.batch_id = b.id
LEFT JOIN standing s ON s.batch_id = b.id
LEFT JOIN died d ON d.batch_id = b.id
LEFT JOIN fed f ON f.batch_id = b.id
LEFT JOIN lice l ON l.batch_id = b.id
LEFT JOIN treated t ON t.batch_id = b.id
ORDER BY b.id
"""
TABLES_READ: tuple[str, ...] = (
    *("batch", "container_assignment", "harvest_event", "mortality_event", "feeding_event"),
    *("lice_count", "lice_type", "treatment"),
)


@dataclass(frozen=True)
class Change:
    """Something that is not the same in the inputs; None where it is absent. what: run, schedule, farm or biology."""

    what: str
    key: str
    before: Any
    after: Any


@dataclass(frozen=True)
class TableMatch:
    """A table in both runs: of how many batches of both its rows have one fingerprint, and of how many others."""

    table: str
    same: int
    different: int


@dataclass(frozen=True)
class Outcome:
    """One figure of a batch that differs."""

    batch: str
    outcome: str
    before: Value
    after: Value

    @property
    def difference(self) -> float | int | None:
        """After less before: days of dates, None of words and where one is missing."""
        a, b = self.before, self.after
        if isinstance(a, date) and isinstance(b, date):
            return (b - a).days
        return b - a if isinstance(a, int | float) and isinstance(b, int | float) else None


@dataclass(frozen=True)
class Pair:
    """A batch of both runs with every outcome by name, whether it differs or not."""

    batch: str
    geography: str
    before: Mapping[str, Value]
    after: Mapping[str, Value]


@dataclass(frozen=True)
class Comparison:
    """Run `first` and run `second`; changes and outcomes tell what differs, `only_*` which batches one alone has.

    pairs: the batches of both.
    """

    first: str
    second: str
    changes: tuple[Change, ...]
    tables: tuple[TableMatch, ...]
    batches: int
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    pairs: tuple[Pair, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether nothing differs but the runs' names."""
        told = (self.changes, self.only_first, self.only_second, self.outcomes)
        return not any(told) and not any(table.different for table in self.tables)

    def to_json(self) -> dict[str, Any]:
        """As --json prints it; dates as ISO text."""
        data = asdict(replace(self, pairs=()))
        del data["pairs"]
        for row, outcome in zip(data["outcomes"], self.outcomes, strict=True):
            row["difference"] = outcome.difference
        found: dict[str, Any] = json.loads(json.dumps(data, default=str))
        return {"same": self.is_same, **found, "units": dict(OUTCOMES)}


def compare_runs(first: Path, second: Path, *, check: bool = True, on_step: OnStep = unheard) -> Comparison:
    """Hold two complete runs side by side, batches by their numbers; InputError when one is not complete.

    check: read files only whose bytes are those that the manifests record. on_step: hears of the hashing.
    """
    a, b = (_Side(each, check=check, on_step=on_step) for each in (first, second))
    numbers = [{batch.number: batch for batch in side.schedule.batches} for side in (a, b)]
    both = [number for number in numbers[0] if number in numbers[1]]
    ids = [(numbers[0][number].id, numbers[1][number].id) for number in both]
    return Comparison(
        first=str(first),
        second=str(second),
        changes=tuple(_changes(a, b, both)),
        tables=tuple(_tables(a.manifest, b.manifest, ids)),
        batches=len(both),
        only_first=tuple(number for number in numbers[0] if number not in numbers[1]),
        only_second=tuple(number for number in numbers[1] if number not in numbers[0]),
        outcomes=tuple(
            Outcome(batch=number, outcome=name, before=a.outcomes[number][name], after=b.outcomes[number][name])
            for number in both
            for name in OUTCOMES
            if a.outcomes[number][name] != b.outcomes[number][name]
        ),
        pairs=tuple(
            Pair(
                batch=number,
                geography=a.schedule.farm.geography_of(numbers[0][number]).name,
                before=a.outcomes[number],
                after=b.outcomes[number],
            )
            for number in both
        ),
    )


class _Side:
    """What is read of one run."""

    def __init__(self, run_dir: Path, *, check: bool, on_step: OnStep) -> None:
        with held_for_reading(run_dir):
            self.manifest = read_checked(run_dir, TABLES_READ, check=check, on_step=on_step)
            self.schedule = read_inputs(run_dir, self.manifest.identity)
            on_step(f"reading {run_dir}", 0, 0)
            with connect(run_dir, self.manifest, tables=TABLES_READ) as lake:
                found = lake.execute(QUERY)
                names = [column[0] for column in found.description or ()]
                self.outcomes = {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}


def _changes(a: _Side, b: _Side, both: list[str]) -> Iterator[Change]:
    for key in ("version", "schedule", "seed", "as_of", "batch_count"):
        before, after = getattr(a.manifest.identity, key), getattr(b.manifest.identity, key)
        if before != after:
            yield Change(what="run", key=key, before=before, after=after)
    yield from _changed("schedule", _plan(a.schedule, both), _plan(b.schedule, both))
    yield from _changed("farm", _flat(a.schedule.farm.model), _flat(b.schedule.farm.model))
    if a.schedule.biology.sha256 != b.schedule.biology.sha256:
        for change in changes(a.schedule.biology.file, b.schedule.biology.file, None):
            yield Change(what="biology", key=change.path, before=change.base, after=change.value)


def _changed(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            yield Change(what=what, key=key, before=before.get(key), after=after.get(key))


def _plan(schedule: Schedule, numbers: list[str]) -> dict[str, Any]:
    """What the schedule says of each of the batches, by key."""
    by_number = {batch.number: batch for batch in schedule.batches}
    return {f"{number}.{key}": value for number in numbers for key, value in _planned(by_number[number], schedule)}


def _planned(batch: Batch, schedule: Schedule) -> Iterator[tuple[str, Any]]:
    yield "eggs", batch.eggs
    yield "harvest_target_g", batch.harvest_target_g
    for stay in batch.stays:
        stage = schedule.farm.stage_names[stay.stage - 1]
        names = [schedule.farm.container(c).name for c in stay.container_ids]
        yield f"{stage}.days", f"{to_date(stay.start_day)} to {to_date(stay.end_day)}"
        yield f"{stage}.containers", f"{names[0]} to {names[-1]}, {len(names)}" if len(names) > 1 else names[0]


def _flat(value: Any, key: str = "") -> dict[str, Any]:
    """A model's values by their path, such as areas.rings; a list of numbers is one value."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {k: v for name, each in value.items() for k, v in _flat(each, f"{key}.{name}" if key else name).items()}
    if isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value):
        return {k: v for i, each in enumerate(value) for k, v in _flat(each, f"{key}[{i}]").items()}
    return {key: value}


def _tables(a: Manifest, b: Manifest, ids: list[tuple[int, int]]) -> Iterator[TableMatch]:
    prints = [{batch: by for p in m.partitions for batch, by in p.fingerprints.items()} for m in (a, b)]
    for table in dict.fromkeys((*a.tables, *b.tables)):
        same = sum(prints[0].get(i, {}).get(table) == prints[1].get(j, {}).get(table) for i, j in ids)
        yield TableMatch(table=table, same=same, different=len(ids) - same)
    for table in dict.fromkeys((*a.dimensions, *b.dimensions)):
        one, other = a.dimensions.get(table), b.dimensions.get(table)
        is_same = one is not None and other is not None and one.xxh3 == other.xxh3
        yield TableMatch(table=table, same=int(is_same), different=int(not is_same))
