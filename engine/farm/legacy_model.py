"""The older system's schedule files as they were written, in all their spellings."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field

from engine.farm.schedule import EGGS, MAX_BATCHES
from engine.inputs.bounded import LINE, Day, Line, Name, Prose, within
from engine.inputs.reading import StrictModel

SEVERAL = re.compile(r"MULTI\((?P<names>.*)\)", re.DOTALL)


def _key(value: Any) -> Any:
    """A name, or a database's id as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _by_text(value: Any) -> Any:
    return {_key(k): v for k, v in value.items()} if isinstance(value, dict) else value


def _whole(value: Any) -> Any:
    """A day as a weight model gave it, rounded down."""
    return math.floor(value) if isinstance(value, float) and math.isfinite(value) else value


Key = Annotated[Name, BeforeValidator(_key)]
Keys = Annotated[list[Key], Field(min_length=1, max_length=10_000)]
Kilograms = Annotated[float, within(0.1, 20, "kg")]
Count = Annotated[int, within(0, MAX_BATCHES, "batches")]
DayOfLife = Annotated[int, within(0, 100_000, "days"), BeforeValidator(_whole)]
Stagger = Annotated[int, within(0, 3_650, "days")] | Annotated[float, within(0, 3_650, "days")]
Places = Annotated[str, Field(min_length=1, max_length=1_000, pattern=LINE)]  # one, or MULTI(a, b)


class _Strict(StrictModel):
    model_config = ConfigDict(strict=True, populate_by_name=True)


class WorkerModel(_Strict):
    batch_indices: Annotated[list[Count], Field(max_length=MAX_BATCHES)]
    batch_range: Line = ""
    count: Count


class MetadataModel(_Strict):
    """container_ids: which container each id of the older database stands for, if the file uses ids.

    What else stands there tells how the file came about: it has no effect.
    """

    model_config = ConfigDict(strict=True, populate_by_name=True, extra="allow")

    generated_date: Day
    total_batches: Count
    batches_per_geography: Count | None = None
    target_saturation: Annotated[float, within(0, 100, "share")] | None = None
    stagger_days: Stagger | None = None
    purpose: Prose | None = None
    harvest_target_kg: Kilograms | None = None
    container_ids: Annotated[
        dict[Key, Name], Field(max_length=MAX_BATCHES), BeforeValidator(_by_text), Field(default_factory=dict)
    ]
    worker_partitions: Annotated[dict[Name, WorkerModel], Field(default_factory=dict, max_length=10_000)]


class HallStayModel(_Strict):
    """hall: a hall's name, or MULTI(a, b); station: its station. Of containers (names or ids) and container_ids one is
    needed."""

    hall: Places
    station: Line | None = None
    containers: Keys | None = None
    container_ids: Keys | None = None
    start_day: DayOfLife
    end_day: DayOfLife


class FreshwaterModel(_Strict):
    egg_alevin: HallStayModel
    fry: HallStayModel | None = None
    parr: HallStayModel | None = None
    smolt: HallStayModel | None = None
    post_smolt: HallStayModel | None = Field(None, validation_alias=AliasChoices("post-smolt", "post_smolt"))

    def stages(self) -> tuple[HallStayModel | None, ...]:
        return (self.egg_alevin, self.fry, self.parr, self.smolt, self.post_smolt)


class SeaModel(_Strict):
    """area: an area's name, or MULTI(a, b). Of rings (names, short or whole, or ids) and ring_ids one is needed."""

    area: Places
    rings: Keys | None = None
    ring_ids: Keys | None = None
    rings_count: Annotated[int, within(0, 10_000, "rings")] | None = None
    start_day: DayOfLife
    end_day: DayOfLife
    note: Prose | None = None
    harvest_target_kg: Kilograms | None = None


class LegacyBatchModel(_Strict):
    """duration: days to the end of the last stay; effective_duration: days lived, where that is less."""

    batch_id: Key
    start_date: Day
    eggs: Annotated[int, within(*EGGS, "eggs")]
    duration: DayOfLife
    effective_duration: DayOfLife | None = None
    geography: Name
    station: Line
    purpose: Prose | None = None
    sea_batch_number_target: Line | None = None
    harvest_target_kg: Kilograms | None = None
    freshwater: FreshwaterModel
    sea: SeaModel | None  # null, not absent: a file cut before its last line is told from a whole one


class LegacyModel(_Strict):
    """A file of the older system, as written."""

    metadata: MetadataModel
    batches: Annotated[list[LegacyBatchModel], Field(min_length=1, max_length=MAX_BATCHES)]


def names_in(text: str) -> list[str]:
    """The names that a hall or area stands for: MULTI(a, b) is a and b, anything else itself."""
    match = SEVERAL.fullmatch(text.strip())
    if match is None:
        return [text]
    return [name.strip() for name in re.split(r"[,;]", match["names"]) if name.strip()] or [text]


def days_with_fractions(data: Mapping[str, Any]) -> int:
    """How many days of a file, as parsed, have fractions."""
    batches = [batch for batch in data["batches"] if isinstance(batch, dict)]
    stays = [stay for batch in batches for stay in (batch.get("sea"), *_values(batch.get("freshwater")))]
    entries = [entry for entry in (*batches, *stays) if isinstance(entry, dict)]
    days = (entry.get(key) for entry in entries for key in ("duration", "effective_duration", "start_day", "end_day"))
    return sum(isinstance(day, float) and day != math.floor(day) for day in days)


def _values(mapping: Any) -> list[Any]:
    return list(mapping.values()) if isinstance(mapping, dict) else []
