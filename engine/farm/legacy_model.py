"""The older system's schedule files as they were written, in all their spellings."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field

from engine.inputs.reading import StrictModel

SEVERAL = re.compile(r"MULTI\((?P<names>.*)\)", re.DOTALL)


def _date(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _key(value: Any) -> Any:
    """A name, or a database's id as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _by_text(value: Any) -> Any:
    return {_key(k): v for k, v in value.items()} if isinstance(value, dict) else value


Day = Annotated[date, BeforeValidator(_date)]
Key = Annotated[str, BeforeValidator(_key)]
Keys = Annotated[list[Key], Field(min_length=1)]
Kilograms = Annotated[float, Field(gt=0)]


class _Strict(StrictModel):
    model_config = ConfigDict(strict=True, populate_by_name=True)


class WorkerModel(_Strict):
    batch_indices: list[int]
    batch_range: str = ""
    count: int


class MetadataModel(_Strict):
    """container_ids: which container each id of the older database stands for, if the file uses ids."""

    generated_date: Day
    total_batches: int
    batches_per_geography: int | None = None
    target_saturation: float | None = None
    stagger_days: int | float | None = None
    purpose: str | None = None
    harvest_target_kg: Kilograms | None = None
    container_ids: Annotated[dict[str, str], BeforeValidator(_by_text), Field(default_factory=dict)]
    worker_partitions: Annotated[dict[str, WorkerModel], Field(default_factory=dict)]


class HallStayModel(_Strict):
    """hall: a hall's name, or MULTI(a, b). Of containers (names or ids) and container_ids one is needed."""

    hall: str
    containers: Keys | None = None
    container_ids: Keys | None = None
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
    """area: an area's name, or MULTI(a, b). Of rings (names, short or whole, or ids) and ring_ids one is needed."""

    area: str
    rings: Keys | None = None
    ring_ids: Keys | None = None
    rings_count: int | None = None
    start_day: int
    end_day: int
    note: str | None = None
    harvest_target_kg: Kilograms | None = None


class LegacyBatchModel(_Strict):
    """duration: days to the end of the last stay; effective_duration: days lived, where that is less."""

    batch_id: str
    start_date: Day
    eggs: int
    duration: int
    effective_duration: int | None = None
    geography: str
    station: str
    purpose: str | None = None
    harvest_target_kg: Kilograms | None = None
    freshwater: FreshwaterModel
    sea: SeaModel | None  # null, not absent: a file cut before its last line is told from a whole one


class LegacyModel(_Strict):
    """A file of the older system, as written."""

    metadata: MetadataModel
    batches: Annotated[list[LegacyBatchModel], Field(min_length=1)]


def names_in(text: str) -> list[str]:
    """The names that a hall or area stands for: MULTI(a, b) is a and b, anything else itself."""
    match = SEVERAL.fullmatch(text.strip())
    if match is None:
        return [text]
    return [name.strip() for name in re.split(r"[,;]", match["names"]) if name.strip()] or [text]
