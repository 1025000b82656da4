"""Rows of the eggs' delivery and of the water at each move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from engine.biology.water import HALL_VARIABLES, SEA_VARIABLES
from engine.farm.schedule import Batch, Schedule, deal_eggs
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import DAY_US, MINUTE_US
from engine.simulation.numerics.streams import Stream, stream_key, stream_keys
from engine.simulation.rows.columns import Columns, Tables, code, hundredths, row_ids
from engine.simulation.rows.handling import handling_minutes
from engine.simulation.rows.life import BatchLife
from lake.columns import Nullable

DELIVERY_METHODS = ("TRANSPORT", "HELICOPTER", "BOAT", "INTERNAL_TRANSFER")  # the order of a region's shares
LOT_NUMBERS = 100_000
TRANSITION_ROWS = 1  # a move


def origin_tables(life: BatchLife) -> Tables:
    """creation_workflow, creation_action, stage_transition_environment."""
    workflow, actions = creation_rows(life)
    return {
        "creation_workflow": workflow,
        "creation_action": actions,
        "stage_transition_environment": transition_rows(life),
    }


def count_creation_rows(trays: int) -> int:
    """Rows of an order of eggs: its own and a delivery for each tray."""
    return 1 + trays


def creation_rows(life: BatchLife) -> tuple[Columns, Columns]:
    """The order of eggs and its deliveries, one a tray, all on the batch's first day."""
    return order_rows(life.schedule, life.history.batch, water_c=life.estimates[0].temp_c[:, 0])


def order_rows(schedule: Schedule, batch: Batch, water_c: np.ndarray) -> tuple[Columns, Columns]:
    """An order of eggs and its deliveries, one a tray; water_c (trays,): in the first trays, which have theirs.

    The trays are to hold what was ordered: a surplus makes up for what arrives dead. A lot from a poor spawning
    brings more dead eggs, scores worse and loses more until first feeding: all three know the egg stage's frailty.
    """
    eggs, lot = schedule.biology.model.eggs, order_lot(schedule, batch)
    trays = batch.stays[0].container_ids
    each = stream_keys(
        schedule.seed, Stream.EGGS, batch.number, each=tuple(schedule.farm.container(c).name for c in trays)
    )
    frailty = am.normal(stream_key(schedule.seed, Stream.FRAILTY, batch.number, 1), 0)
    sdlog = eggs.dead_on_arrival_sdlog
    share = eggs.dead_on_arrival * am.exp(sdlog * frailty - 0.5 * sdlog * sdlog)
    placed = deal_eggs(batch.eggs, len(trays))
    n, done = len(trays), np.arange(len(trays)) < len(water_c)
    dead = np.array(
        [am.poisson_quantile(share * n, am.uniform(key, 0)) for n, key in zip(placed, each, strict=True)],
        dtype=np.int64,
    )
    dead = np.where(done, dead, 0)
    weight = eggs.quality_lot_share
    own_weight = np.sqrt(1.0 - weight * weight)
    quality = np.array([own_weight * am.normal(key, 1) - weight * frailty for key in each])
    received = np.where(done, placed + dead, 0)
    came, complete = len(water_c) > 0, len(water_c) == n
    planned = batch.start_day - int(came and lot.is_late)
    expected = np.where(done | (not came), planned, max(planned, schedule.as_of_day))
    status = _order_status(schedule, batch, len(water_c))
    workflow = row_ids("creation_workflow", batch.id, 1)
    first_day = np.array([batch.start_day])
    rows: Columns = {
        "id": workflow,
        "batch_id": np.array([batch.id]),
        "workflow_number": pa.array([f"CRT-{batch.number}"], pa.string()),
        "status": np.array([code("creation_workflow", "status", status)]),
        "egg_source_type": np.array([code("creation_workflow", "egg_source_type", "EXTERNAL")]),
        "external_supplier_id": np.array([lot.supplier + 1]),
        "external_supplier_batch_number": pa.array(["" if status == "DRAFT" else lot.number], pa.string()),
        "external_cost_per_thousand": np.array([lot.cents_per_thousand]),
        "total_eggs_planned": np.array([placed.sum()]),
        "total_eggs_received": np.array([received.sum()]),
        "total_mortality_on_arrival": np.array([dead.sum()]),
        "planned_start_date": np.array([planned]),
        "planned_completion_date": expected[-1:],
        "actual_start_date": _where(np.array([came]), first_day),
        "actual_completion_date": _where(np.array([complete]), first_day),
        "total_actions": np.array([n]),
        "actions_completed": np.array([len(water_c)]),
        **_cancellation(schedule, batch),
    }
    water = np.zeros(n)
    water[: len(water_c)] = water_c
    minutes = handling_minutes(
        key=stream_key(schedule.seed, Stream.HANDLING_TIME, batch.number, 0),
        fish=received,
        rigging=eggs.handling_minutes,
        per_minute=eggs.handling_per_minute,
        sdlog=eggs.handling_sdlog,
    )
    actions: Columns = {
        "id": row_ids("creation_action", batch.id, n),
        "batch_id": np.full(n, batch.id),
        "workflow_id": np.full(n, workflow[0]),
        "action_number": np.arange(1, n + 1),
        "status": np.where(
            done, code("creation_action", "status", "COMPLETED"), code("creation_action", "status", "PENDING")
        ),
        "dest_assignment_id": row_ids("container_assignment", batch.id, n),
        "egg_count_planned": placed,
        "egg_count_actual": _where(done, received),
        "mortality_on_arrival": dead,
        "expected_delivery_date": expected,
        "actual_delivery_date": _where(done, np.full(n, batch.start_day)),
        "delivery_method": _where(done, np.full(n, code("creation_action", "delivery_method", lot.method))),
        "water_temp_on_arrival": _where(done, hundredths(water)),
        "egg_quality_score": _where(done, 1 + np.searchsorted(eggs.quality_thresholds, quality, side="right")),
        "execution_duration_minutes": _where(done, minutes),
    }
    return rows, actions


def _where(known: np.ndarray, values: np.ndarray) -> np.ndarray | Nullable:
    """The values, null where they are not known."""
    return values if known.all() else Nullable(values, known)


@dataclass(frozen=True)
class Lot:
    """The eggs that a batch's order is about. supplier: a position; is_late: they come a day later than agreed."""

    supplier: int
    number: str
    cents_per_thousand: int
    method: str
    is_late: bool


def order_lot(schedule: Schedule, batch: Batch) -> Lot:
    """A batch's lot of eggs: alike whether it has come or not."""
    eggs, farm = schedule.biology.model.eggs, schedule.farm
    geography = farm.geography_of(batch).name
    key = stream_key(schedule.seed, Stream.EGGS, batch.number)
    suppliers, supplier = farm.model.master.egg_suppliers, egg_supplier(schedule, batch)
    price = getattr(eggs.price_per_thousand, farm.model.master.currencies[geography])
    price *= max(0.5, 1.0 + eggs.price_sd * am.normal(key, 2))
    shares = schedule.biology.region(geography).egg_delivery_shares
    year = int(np.datetime64(batch.start_day, "D").astype("datetime64[Y]").astype(int)) + 1970
    initials = "".join(word[0] for word in suppliers[supplier].split())
    return Lot(
        supplier=supplier,
        number=f"{initials}-{year}-{int(am.uniform(key, 4) * LOT_NUMBERS):05d}",
        cents_per_thousand=int(am.whole(price * 100.0)),
        method=DELIVERY_METHODS[_choice(shares, am.uniform(key, 3))],
        is_late=am.uniform(key, 0) < eggs.late_share,
    )


def _cancellation(schedule: Schedule, batch: Batch) -> Columns:
    """Why an order was cancelled, and when: within working hours of its day."""
    cancelled = batch.cancelled
    first, last = (60 * hour for hour in schedule.biology.model.outlook.working_hours_utc)
    u = am.uniform(stream_key(schedule.seed, Stream.EGGS, batch.number), 5)
    time = 0 if cancelled is None else cancelled.day * DAY_US + (first + int(u * (last - first))) * MINUTE_US
    return {
        "cancellation_reason": pa.array(["" if cancelled is None else cancelled.reason], pa.string()),
        "cancelled_at": Nullable(np.array([time]), np.array([cancelled is not None])),
    }


def _order_status(schedule: Schedule, batch: Batch, trays: int) -> str:
    """What an order has come to of which so many trays are filled."""
    if batch.cancelled is not None:
        return "CANCELLED"
    if trays:
        return "COMPLETED" if trays == len(batch.stays[0].container_ids) else "IN_PROGRESS"
    days_ahead = batch.start_day - schedule.as_of_day
    return "PLANNED" if days_ahead <= schedule.biology.model.outlook.eggs_ordered_days else "DRAFT"


def transition_rows(life: BatchLife) -> Columns:
    """The water that each move led into, in the first container entered, on that day.

    Temperature as daily_state has it and oxygen as the container held it; the rest is the hall's or area's field.
    """
    moves, farm = life.history.moves, life.schedule.farm
    temp_c, oxygen, ph, salinity = (np.zeros(len(moves)) for _ in range(4))
    at_sea = np.zeros(len(moves), dtype=bool)
    for i, (move, stage, known) in enumerate(zip(moves, life.stages[1:], life.estimates[1:], strict=True)):
        c = int(move.dest[0]) if len(move.dest) else 0
        container = farm.container(stage.container_ids[c])
        water = life.climate.water(container, move.day, move.day + 1)[:, 0]
        at_sea[i] = container.is_at_sea
        temp_c[i], oxygen[i] = known.temp_c[c, 0], stage.oxygen_mean[c, 0]
        ph[i] = water[(SEA_VARIABLES if at_sea[i] else HALL_VARIABLES).index("pH")]
        salinity[i] = water[SEA_VARIABLES.index("Salinity")] if at_sea[i] else 0.0
    return {
        "batch_id": np.full(len(moves), life.batch_id),
        "batch_transfer_workflow_id": life.move_ids,
        "temperature": hundredths(temp_c),
        "oxygen": hundredths(oxygen),
        "salinity": Nullable(hundredths(salinity), at_sea),
        "ph": hundredths(ph),
    }


def egg_supplier(schedule: Schedule, batch: Batch) -> int:
    """The position of the supplier of a batch's eggs."""
    u = am.uniform(stream_key(schedule.seed, Stream.EGGS, batch.number), 1)
    house_share = schedule.biology.model.eggs.house_supplier_share
    return _supplier(len(schedule.farm.model.master.egg_suppliers), batch.geography_id, house_share, u)


def _supplier(suppliers: int, geography_id: int, house_share: float, u: float) -> int:
    """The position of a lot's supplier: the geography's first choice, the suppliers in turn, or one of the others."""
    house = (geography_id - 1) % suppliers
    if u < house_share or suppliers == 1:
        return house
    other = int((u - house_share) / (1.0 - house_share) * (suppliers - 1))
    return (house + 1 + min(other, suppliers - 2)) % suppliers


def _choice(shares: tuple[float, ...], u: float) -> int:
    """The position that a uniform falls on when `shares` are laid end to end."""
    total = 0.0
    for i, share in enumerate(shares):
        total += share
        if u < total:
            return i
    return max(i for i, share in enumerate(shares) if share > 0.0)
