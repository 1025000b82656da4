"""odd_state of days in order: to the last row what invariants/shared/odd_state.sql makes of days in any order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from lake.rows_in_order import Columns, joined, to_arrow
from lake.state_days import (
    Connection,
    Days,
    LacksOrder,
    MadeOfDays,
    days_in_order,
    flags,
    known,
    parameter,
    says,
)

_STAYS = "SELECT assignment_id, first_day, initial_count FROM stay ORDER BY assignment_id"
_WEIGHED = "SELECT assignment_id, date, weighed, vaccinated FROM weighing_day ORDER BY assignment_id, date"
_STATE = (
    "population",
    "mortality_count",
    "feed_kg",
    "avg_weight_g",
    "anchor_type",
    "weight_source",
    "weight_confidence",
)
_TRUTH = ("population", "mortality_count", "feed_kg", "avg_weight_g", "std_weight_g", "appetite")
_WEIGHT, _CONFIDENCE = pa.decimal64(10, 2), pa.decimal64(3, 2)
_KINDS = {
    "date": pa.date32(),
    "known_g": _WEIGHT,
    "true_g": _WEIGHT,
    "known_before_g": _WEIGHT,
    "true_before_g": _WEIGHT,
    "weight_confidence": _CONFIDENCE,
    "confidence_before": _CONFIDENCE,
}
_SELECT = """
SELECT
    assignment_id, date, population, mortality_count, anchor_type, weight_source, weight_confidence, known_g, true_g,
    true_population, agree::BOOLEAN AS agree, weighed::BOOLEAN AS weighed, vaccinated::BOOLEAN AS vaccinated,
    fish_before, nullif(error_g, 'nan'::DOUBLE) AS error_g,
    CASE WHEN NOT first::BOOLEAN THEN known_before_g END AS known_before_g,
    CASE WHEN NOT first::BOOLEAN THEN true_before_g END AS true_before_g,
    CASE WHEN NOT first::BOOLEAN THEN confidence_before END AS confidence_before
FROM made_odd_state
"""


def odd_state(connection: Connection, run_dir: Path) -> MadeOfDays:
    """The table; LacksOrder as of lake.state_days."""
    stays, weighed = known(connection, _STAYS), known(connection, _WEIGHED)
    sample = parameter(connection, "sample_size")
    pieces: list[Columns] = []
    words: list[list[pa.Array]] = [[], []]
    for days in days_in_order(connection, run_dir, _STATE, _TRUTH):
        found, row = _odd(days, stays, weighed, sample)
        pieces.append(found)
        rows = pa.Array.from_buffers(pa.int64(), len(row), [None, pa.py_buffer(row)])
        for of, name in zip(words, ("anchor_type", "weight_source"), strict=True):
            of.append(days.state.column(name).take(rows).cast(pa.string()))
    table = to_arrow(joined(pieces), _KINDS)
    for of, name in zip(words, ("anchor_type", "weight_source"), strict=True):
        table = table.append_column(name, pa.chunked_array(of))
    return MadeOfDays({"made_odd_state": table}, _SELECT)


def _odd(days: Days, stays: Columns, weighed: Columns, sample: float) -> tuple[Columns, np.ndarray]:
    """The odd days, and where they are."""
    at, there = days.find_stays(stays)
    if not there.all():
        raise LacksOrder
    first = np.zeros(days.state.num_rows, bool)
    first[days.start] = True
    fish, dead = days.of_state("population"), days.of_state("mortality_count")
    known_g, true_g = days.of_state("avg_weight_g"), days.of_truth("avg_weight_g")
    confidence, measured = days.of_state("weight_confidence"), says(days.state.column("weight_source"), "measured")
    found = {
        "assignment_id": days.of_state("assignment_id"),
        "date": days.of_state("date"),
        "population": fish,
        "mortality_count": dead,
        "weight_confidence": confidence,
        "known_g": known_g,
        "true_g": true_g,
        "true_population": days.of_truth("population"),
        "agree": (days.of_truth("population") == fish)
        & (days.of_truth("mortality_count") == dead)
        & (days.of_truth("feed_kg") == days.of_state("feed_kg")),
        "weighed": np.zeros(len(fish), bool),
        "vaccinated": np.zeros(len(fish), bool),
        "fish_before": days.before(fish, stays["initial_count"][at]),
        "known_before_g": days.before(known_g, 0),
        "true_before_g": days.before(true_g, 0),
        "confidence_before": days.before(confidence, 0),
        "first": first,
        "error_g": _error(days, measured, sample),
    }
    here, of = days.find_days(weighed)
    for name in ("weighed", "vaccinated"):
        found[name][here] = weighed[name][of]
    anchored = days.state.column("anchor_type")
    odd = ~(
        found["agree"]
        & ~measured
        & (confidence <= found["confidence_before"])
        & (fish == found["fish_before"] - dead)
        & (true_g >= found["true_before_g"])
        & (known_g >= found["known_before_g"])
        & ~(np.abs(known_g - true_g) / 100 > found["error_g"])
    )
    odd |= first | found["weighed"] | found["vaccinated"] | (found["date"] == days.by_row(stays["first_day"][at]))
    if anchored.null_count < len(anchored):
        odd |= flags(anchored.is_valid())
    row = np.flatnonzero(odd)
    return {name: values[row] for name, values in found.items()}, row


def _error(days: Days, measured: np.ndarray, sample: float) -> np.ndarray:
    """By how much the farm's estimate may err, g; NaN where no fish are, or nothing tells it yet."""
    known_g, true_g = days.of_state("avg_weight_g"), days.of_truth("avg_weight_g")
    short = (1000 - days.of_truth("appetite")) * (known_g - days.before(known_g, 0))
    if np.abs(short).max() >= (1 << 62) // len(short):
        raise LacksOrder
    since = measured.copy()
    since[days.start] = True
    since = np.flatnonzero(since)
    summed = short.cumsum()
    off_feed_g = (summed - np.repeat(summed[since], np.diff(since, append=len(summed)))) / 100_000
    off_feed_g[days.start[~measured[days.start]]] = np.nan
    none = -1 << 43  # less than any weight
    weighed_g = days.running_max(np.where(measured, true_g, none))
    weighed_g = np.where(weighed_g == none, days.by_row(true_g[days.start]), weighed_g)
    error_g = 8 * (days.of_truth("std_weight_g") / 100) / np.sqrt(sample) + 0.5 * ((true_g - weighed_g) / 100)
    return np.where(days.of_state("population") > 0, error_g + 0.01 + off_feed_g, np.nan)
