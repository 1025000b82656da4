"""Words for what happens in a batch: places, counts, dates, treatments and events, as a site writes them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.numerics import arithmetic as am
from engine.simulation.record import StageHistory

EPOCH = datetime.date(1970, 1, 1).toordinal()
NAMED = 3  # containers named one by one before the rest is only counted

NOUNS = {"TRAY": "tray", "TANK": "tank", "PEN": "ring"}
METHODS = {
    "THERMAL": "thermal delousing",
    "MECHANICAL": "mechanical delousing",
    "FRESHWATER": "freshwater treatment",
    "H2O2": "hydrogen peroxide treatment",
    "BATH": "medicinal bath",
    "VACCINE": "vaccination",
}
EVENTS = {
    "PANCREAS_DISEASE": "pancreas disease",
    "HEART_DISEASE": "heart and skeletal muscle inflammation",
    "GILL_DISEASE": "amoebic gill disease",
    "WINTER_ULCER": "winter ulcer",
    "JELLYFISH": "jellyfish",
    "ALGAL_BLOOM": "an algal bloom",
    "PREDATOR": "predators",
    "STORM": "rough weather",
    "HANDLING": "injuries from handling",
    "FUNGUS": "fungus",
    "WATER_QUALITY": "poor water quality",
    "POWER_FAILURE": "a power failure",
}
NOTICED = (
    "{dead} in {places} since {start}; {what} suspected.",
    "{places}: {dead} from {start} to today. It looks like {what}.",
    "Suspected {what}. {dead} since {start} in {places}.",
    "{what} suspected in {places}, {dead} since {start}.",
)
STRUCK = (
    "{what}: {dead} since {start} in {places}.",
    "{dead} in {places} since {start}. {what}.",
    "{what}, {places}: {dead} from {start} to today.",
)
FOLLOWED = (
    "{what}, {places}: {dead} in the last 7 days ({share} of the stock).",
    "{dead} in the last 7 days in {places}, {share} of the stock. {what} not over.",
    "A week on, {what}: {dead} in 7 days, {share} of the stock in {places}.",
)
ESTABLISHED = (
    "Cause of the deaths in {places}: {what}. {dead} since {start}.",
    "{dead} in {places} since {start}, put down to {what}.",
)
MORTALITY = (
    "Weekly mortality {share}: {dead} in {places} from {start} to {end}.",
    "{dead} in {places} in the week from {start} to {end}, {share} of the stock.",
    "High mortality: {share} in 7 days, {dead} in {places} from {start} to {end}.",
)


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def choose(options: Sequence[str], key: np.uint64, index: int) -> str:
    """One of several wordings, by a draw."""
    return options[int(am.uniform(key, index) * len(options))]


@lru_cache(maxsize=16_384)
def date(day: int) -> str:
    """A day since 1970 as 2024-03-01."""
    return datetime.date.fromordinal(EPOCH + day).isoformat()


def fish(count: int) -> str:
    return f"{count:,} fish"


def dead(stage: StageHistory, count: int) -> str:
    what = "eggs and alevins" if stage.stage == 1 else "fish"
    return f"{count:,} dead {what}" if count else f"no dead {what}"


def percent(part: int, whole: int) -> str:
    """A share as 0.12 %; 0.00 % of nothing."""
    return f"{100.0 * part / whole if whole else 0.0:.2f} %"


def listed(words: Sequence[str]) -> str:
    """a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def noun(schedule: Schedule, stage: StageHistory, count: int = 2) -> str:
    """What a stage's containers are called."""
    container = schedule.farm.container(stage.container_ids[0])
    kind = schedule.farm.model.container_types[container.container_type_id - 1]
    return NOUNS[kind.category] + ("" if count == 1 else "s")


def places(schedule: Schedule, stage: StageHistory, containers: Sequence[int]) -> str:
    """Some of a stage's containers, by name where they are few."""
    count, every = len(containers), len(stage.container_ids)
    if count == every and count > 2:
        return f"all {count} {noun(schedule, stage)}"
    names = [schedule.farm.container(stage.container_ids[c]).name for c in containers[:NAMED]]
    if count <= NAMED:
        return listed(names)
    rest = f"{count - NAMED} more"
    return f"{count} of {every} {noun(schedule, stage)} ({', '.join(names)} and {rest})"


def site(schedule: Schedule, stage: StageHistory) -> str:
    """The hall or the area, or both areas, of a stage."""
    return listed(list(dict.fromkeys(schedule.farm.container(id_).place.name for id_ in stage.container_ids)))
