"""Writes a schedule as text, always the same bytes for the same schedule, with its count and hash."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import yaml

from engine.farm.container_names import compact
from engine.farm.schedule import Batch, Schedule, to_date

FORMAT = "smoltworks-schedule/1"
HEADER = """\
# Which batch is where, when. Written by `python -m engine.plan`; after an edit by hand, renew the count and
# the hashes with `python -m engine.plan --rehash FILE`. Stages follow each other; A01..10 is a range.
"""
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./&()-]*( [A-Za-z0-9_./&()-]+)*")
PARTITION = re.compile(r"[0-9]+-[0-9]+")
HASH = re.compile(r"(?=.*[a-df])[0-9a-f]{64}")
WORDS_OF_YAML = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
UNSEALED = ("batch_count", "body_sha256")


def body_sha256(data: Mapping[str, Any]) -> str:
    """Hash of a parsed schedule file but for its count and hash: of values, not their spelling in YAML."""
    body = {key: value for key, value in data.items() if key not in UNSEALED}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def schedule_data(schedule: Schedule) -> dict[str, Any]:
    """The schedule as the values of its file, in the file's order, count and hash included."""
    farm, biology = schedule.farm, schedule.biology
    data: dict[str, Any] = {
        "format": FORMAT,
        "name": schedule.name,
        "seed": schedule.seed,
        "as_of": to_date(schedule.as_of_day),
        "farm": {"name": schedule.farm_file or farm.name, "sha256": farm.sha256},
        "biology": {"name": schedule.biology_file or biology.name, "sha256": biology.sha256},
        "stage_days": list(schedule.stage_days),
        **({"areas_per_batch": schedule.areas_per_batch} if schedule.areas_per_batch != 1 else {}),
        **({"fallow_days": schedule.fallow_days} if schedule.fallow_days else {}),
        "partitions": [f"{p.start}-{p.stop - 1}" for p in schedule.partitions],
    }
    if schedule.notes:
        data["notes"] = list(schedule.notes)
    data["batch_count"] = len(schedule.batches)
    batches = [_batch_data(schedule, batch) for batch in schedule.batches]
    data["body_sha256"] = body_sha256({**data, "batches": batches})
    return {**data, "batches": batches}


def _batch_data(schedule: Schedule, batch: Batch) -> dict[str, Any]:
    farm = schedule.farm
    known = farm.container_id_by_name
    data: dict[str, Any] = {
        "batch": batch.number,
        "geography": farm.geography_of(batch).name,
        "start": to_date(batch.start_day),
        "eggs": batch.eggs,
    }
    days = {
        farm.stage_names[stay.stage - 1]: stay.days
        for stay in batch.stays
        if stay.days != schedule.stage_days[stay.stage - 1]
    }
    if days:
        data["days"] = days
    if batch.harvest_target_g is not None:
        data["harvest_target_g"] = batch.harvest_target_g
    if batch.move_under_way:
        data["move_under_way"] = batch.move_under_way
    if batch.trays_received is not None:
        data["trays_received"] = batch.trays_received
    if batch.lost is not None:
        data["lost"] = {"date": to_date(batch.lost.day), "cause": batch.lost.cause}
    if batch.cancelled is not None:
        data["cancelled"] = {"date": to_date(batch.cancelled.day), "reason": batch.cancelled.reason}
    stays: dict[str, Any] = {}
    for stay in batch.stays:
        entries = compact([farm.container(c).name for c in stay.container_ids], known)
        stays[farm.stage_names[stay.stage - 1]] = entries[0] if len(entries) == 1 else entries
    data["stays"] = stays
    return data


def format_schedule(schedule: Schedule) -> str:
    """The schedule's file. A pure function: same schedule, same bytes; reading it gives the schedule back."""
    data = schedule_data(schedule)
    batches = data.pop("batches")
    lines = []
    for key, value in data.items():
        if key == "notes":
            lines += ["notes:", *(f"- {_flow(note)}" for note in value)]
        else:
            lines.append(f"{key}: {_flow(value)}")
    lines.append("batches:")
    lines += [f"- {_flow(batch)}" for batch in batches]
    return HEADER + "\n".join(lines) + "\n"


def self_contained(schedule: Schedule) -> Schedule:
    """The schedule as a run's folder keeps it: its farm and its biology lie beside it under their names."""
    if not (schedule.farm_file or schedule.biology_file):
        return schedule
    named = replace(schedule, farm_file="", biology_file="")
    return replace(named, text=format_schedule(named))


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(v) for v in value) + "]"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, date):
        return value.isoformat()
    return _number(value)


def _text(value: str) -> str:
    if PLAIN.fullmatch(value) and value.lower() not in WORDS_OF_YAML:
        return value
    if PARTITION.fullmatch(value) or HASH.fullmatch(value):
        return value
    quoted = yaml.safe_dump(value, default_style='"', width=2**20, allow_unicode=True)
    return str(quoted).rstrip("\n")


def _number(value: float) -> str:
    return yaml.safe_dump(value).split("\n")[0] if isinstance(value, float) else str(value)
