"""Random streams, keyed by (seed, stream, entity) and by nothing else: not by worker, partition or order.

An entity is named (a batch by its number, a place by its name), so that a farm or a schedule that grows leaves
every old draw where it was. Draw i of a stream is a hash of (key, i): SplitMix64 read at random access.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import xxhash

from engine.simulation.numerics.arithmetic import GOLDEN


class Stream(IntEnum):
    """Every stream of the simulation. Numbers are part of the data's identity: never reuse or renumber."""

    SEA_ANOMALY = 1  # per geography, by month
    HEAT_WAVE = 2  # per geography, by year
    SITE = 3  # per place: temperature offset, TGC, frailty
    WATER = 4  # per place and variable, by day
    BATCH = 5  # per batch: harvest target, yield, superior share
    GROWTH = 6  # per batch and stage, and per container
    FRAILTY = 7  # per batch and stage
    BATCH_NOISE = 8  # per batch and stage, by week
    CONTAINER_NOISE = 9  # per batch and container, by week
    DEATHS = 10  # per batch and container, by day
    CAUSE = 11  # per batch and container, by day
    OUTBREAK = 12  # per batch
    APPETITE = 13  # per batch and container, by day
    FCR = 14  # per batch and stage
    TRANSFER = 15  # per batch and stage, by action
    FISH = 16  # per batch and container, by day and fish
    SENSOR = 17  # per sensor: bias
    READING = 18  # per sensor, by reading
    FEED_PRICE = 19  # per batch, feed container and feed, by lot
    GRADE = 20  # per batch and container
    CULL = 21  # per batch and container
    LICE_PRESSURE = 22  # per area, by week
    LICE = 23  # per batch and container, by week and stage of lice
    LICE_COUNT = 24  # per batch and container, by week; again by the types of what was seen; per batch: the method
    TREATMENT = 25  # per batch and container, by treatment
    EVENT = 26  # per batch and stage, by event
    FAULT = 27  # per sensor
    SELECTION = 28  # per batch and container: how a sample's fish differ from all
    DEAD_SIZE = 29  # per batch and container, by day
    HEALTH_SAMPLE = 30  # per batch: its fish, their general condition, each parameter; by sampling and fish
    JOURNAL = 31  # per batch, by day
    LABORATORY = 32  # per batch, by event
    EGGS = 33  # per batch, and per batch and tray
    FEED_MARKET = 34  # per geography, by month
    HANDLING_TIME = 35  # per batch and stage left (0: the eggs' delivery), by action
    PLANNING = 36  # per batch, by activity
    SITE_CURRENT = 37  # per area
    WASTE = 38  # per batch and container
    YEAR_CLASS = 39  # per geography, by year of the eggs
    WEATHER = 40  # per geography or area, and variable, by observation
    STRIKE = 42  # what befalls places: per geography, kind and year; per area and year; per batch and area, by event
    SEA_LOCAL = 43  # per geography: the waves that near areas share; per wave, by month
    COLLECTION = 44  # per place, by day: whether its crew goes round; per batch and container: whether it is reached
    TREATMENT_DAY = 45  # per area, by day: how well treatments go there
    WORK = 46  # per place and routine: its weekday, by day; per area: a vessel's rings, by day
    RING_FILL = 47  # per batch and stage left: how full each container of the next one is
    OXYGEN_DIP = 53  # per area, by day
    MOVE_PLAN = 61  # per batch and stage left: the plan, then by action


def stream_key(seed: int, stream: Stream, *entity: str | int) -> np.uint64:
    """The 64-bit key of a stream; entities are separated, so ("a", "bc") and ("ab", "c") differ."""
    name = "\x1f".join((str(int(seed)), str(int(stream)), *map(str, entity)))
    return np.uint64(xxhash.xxh3_64_intdigest(name.encode()))


def stream_keys(seed: int, stream: Stream, *entity: str, each: tuple[str, ...]) -> np.ndarray:
    """Keys of one stream for each of several entities, uint64."""
    common = "\x1f".join((str(int(seed)), str(int(stream)), *entity, ""))
    return np.array([xxhash.xxh3_64_intdigest((common + e).encode()) for e in each], dtype=np.uint64)


def later(key: np.uint64, draws: int) -> np.uint64:
    """The key of a stream that begins so many draws later: its draw i is this one's draw `draws` + i."""
    return np.uint64((int(key) + draws * int(GOLDEN)) & 0xFFFF_FFFF_FFFF_FFFF)
