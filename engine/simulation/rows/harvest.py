"""Rows of harvest_event and harvest_lot."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.simulation import arithmetic as am
from engine.simulation.record import SEA
from engine.simulation.rows.shared import Columns, Subject, Tables, empty, row_ids
from engine.simulation.streams import Stream, stream_key

EVENING_US = 79_200_000_000  # 22:00: the harvest closes the day, after its meals and readings
DAY_US = 86_400_000_000


def superior_share(key: np.uint64, a: int, b: int) -> float:
    """A Beta(a, b) draw for whole a, b: the a-th smallest of a + b - 1 uniforms (Jöhnk; order statistics)."""
    draws = sorted(am.uniform(key, 100 + i) for i in range(a + b - 1))
    return float(draws[a - 1])


def grade_counts(fish: int, best: float, lower: tuple[float, ...], u: float) -> list[int]:
    """Fish by grade, best first; they sum to `fish`. u in (0, 1) settles the best grade's rounding."""
    counts = [min(fish, int(fish * best + u))]
    rest = fish - counts[0]
    left = rest
    for share in lower[:-1]:
        take = min(left, int(rest * share + 0.5))
        counts.append(take)
        left -= take
    return [*counts, left]


def harvest_tables(subject: Subject) -> Tables:
    """harvest_event, harvest_lot, harvest_waste, fact_harvest and intercompany_transaction."""
    events, lots = harvest_rows(subject)
    return {
        "harvest_event": events,
        "harvest_lot": lots,
        **{name: empty(name) for name in ("harvest_waste", "fact_harvest", "intercompany_transaction")},
    }


def harvest_rows(subject: Subject) -> tuple[Columns, Columns]:
    """One event a ring and one lot a grade; lots sum to the event in fish and grams. Nothing before harvest."""
    h, schedule = subject.history, subject.schedule
    sea = h.stages[-1]
    rings = [c for c in range(len(sea.container_ids)) if sea.stage == SEA and sea.gone[c]]
    region = schedule.biology.region(schedule.farm.geography_names[h.batch.geography_id - 1])
    policy = schedule.biology.model.harvest
    key = stream_key(schedule.seed, Stream.BATCH, h.batch.number)
    best = superior_share(key, *region.superior_beta.value)
    gutted = policy.gutted_yield.value + policy.gutted_yield_sd.value * am.normal(key, 1)
    grade_keys = subject.container_keys(Stream.GRADE, sea)
    fish = np.zeros(len(sea.container_ids), dtype=np.int64)
    fish[rings] = sea.last(sea.population)[rings]
    live_g = (fish * sea.last(sea.weight_cg) + 50) // 100
    taken = np.flatnonzero(fish)
    events = row_ids("harvest_event", subject.batch_id, len(taken))
    lots: dict[str, list[int]] = {
        "event_id": [],
        "product_grade_id": [],
        "size_class": [],
        "unit_count": [],
        "live_weight_kg": [],
    }
    for event, c in zip(events.tolist(), taken.tolist(), strict=True):
        counts = grade_counts(int(fish[c]), best, policy.lower_grade_shares.value, am.uniform(grade_keys[c], 0))
        # the lots share the ring's live weight in proportion to their fish; cumulative rounding loses nothing
        done = counted = 0
        for grade, count in enumerate(counts, 1):
            if count == 0:
                continue
            counted += count
            upto = int(live_g[c]) * counted // int(fish[c])
            lots["event_id"].append(event)
            lots["product_grade_id"].append(grade)
            lots["size_class"].append(0)
            lots["unit_count"].append(count)
            lots["live_weight_kg"].append(upto - done)
            done = upto
    lot_columns: Columns = {name: np.array(values, dtype=np.int64) for name, values in lots.items()}
    rows = len(lots["event_id"])
    lot_columns |= {
        "id": row_ids("harvest_lot", subject.batch_id, rows),
        "batch_id": np.full(rows, subject.batch_id),
        "gutted_weight_kg": np.floor(lot_columns["live_weight_kg"] * gutted + 0.5),
    }
    last_day = sea.start_day + sea.lived - 1
    names = subject.names(sea)
    event_columns: Columns = {
        "id": events,
        "batch_id": np.full(len(taken), subject.batch_id),
        "container_id": np.array(sea.container_ids)[taken],
        "assignment_id": subject.ids[-1][taken],
        "event_date": last_day[taken] * DAY_US + EVENING_US,
        "dest_geography_id": np.full(len(taken), h.batch.geography_id),
        "document_ref": pa.array([f"HRV-{h.batch.number}-{names[c]}" for c in taken.tolist()], pa.string()),
        "harvested_count": fish[taken],
        "live_weight_kg": live_g[taken],
    }
    return event_columns, lot_columns
