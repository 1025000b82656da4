"""Rows of fact_harvest and intercompany_transaction."""

from __future__ import annotations

import numpy as np

from engine.farm.masters import company_id, pricing_rules, site_id
from engine.simulation.rows.columns import Columns, Tables, biomass_units, code, codes, row_ids
from engine.simulation.rows.harvest import event_ids, event_times
from engine.simulation.rows.life import BatchLife
from lake.codes import SEA
from lake.columns import Nullable


def finance_tables(life: BatchLife) -> Tables:
    """fact_harvest and intercompany_transaction."""
    return {"fact_harvest": fact_rows(life), "intercompany_transaction": transaction_rows(life)}


def fact_rows(life: BatchLife) -> Columns:
    """One fact a lot, with the lot's figures."""
    harvest, farm = life.harvest, life.schedule.farm
    lots = len(harvest.event)
    places = [farm.container(c).place for c in life.stages[-1].container_ids]
    sites = np.array([site_id(farm, place) for place in places], dtype=np.int64)
    return {
        "id": row_ids("fact_harvest", life.batch_id, lots),
        "batch_id": np.full(lots, life.batch_id),
        "event_date": event_times(life)[harvest.event],
        "quantity_kg": harvest.lot_live_g,
        "unit_count": harvest.count,
        "dim_batch_id": np.full(lots, life.batch_id),
        "dim_company_id": np.full(lots, company_id(farm, life.history.batch.geography_id, "FM")),
        "dim_site_id": sites[harvest.ring[harvest.event]],
        "event_id": event_ids(life)[harvest.event],
        "lot_id": row_ids("harvest_lot", life.batch_id, lots),
        "product_grade_id": harvest.grade + 1,
    }


def transaction_rows(life: BatchLife) -> Columns:
    """The move to sea first, then each harvest's grades: in order of time."""
    schedule = life.schedule
    farm, trade = schedule.farm, schedule.biology.model.trade
    geography = life.history.batch.geography_id
    smolt_day, smolt_cents, smolt_policy, workflow = _smolts(life)
    event, grade, cents = _sales(life)
    moves = len(smolt_day)
    day = np.concatenate([smolt_day, life.harvest.day[event]])
    rows = len(day)
    policies = [policy for policy, _ in pricing_rules(farm, geography, "FM", "LG")]
    age = schedule.as_of_day - day
    states = codes("intercompany_transaction", "state", ("pending", "posted", "exported"))
    currency = farm.model.master.currencies[farm.geography(geography).name]
    return {
        "id": row_ids("intercompany_transaction", life.batch_id, rows),
        "batch_id": np.full(rows, life.batch_id),
        "posting_date": day,
        "amount": np.concatenate([smolt_cents, cents]),
        "currency": np.full(rows, code("intercompany_transaction", "currency", currency)),
        "state": states[(age > trade.pending_days).astype(np.int64) + (age > trade.export_days)],
        "policy_id": np.concatenate([smolt_policy, np.array(policies, dtype=np.int64)[grade]]),
        "transfer_workflow_id": Nullable(np.concatenate([workflow, np.zeros_like(event)]), np.arange(rows) < moves),
        "event_id": Nullable(
            np.concatenate([np.zeros_like(workflow), event_ids(life)[event]]), np.arange(rows) >= moves
        ),
    }


def _smolts(life: BatchLife) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Day, amount (cents), policy and workflow of the move to sea: one entry, none before it.

    Cost plus the policy's markup; the cost of a smolt rises with its weight, as the farm estimates it at the move.
    """
    schedule, history = life.schedule, life.history
    to_sea = [i for i, stage in enumerate(history.stages[1:]) if stage.stage == SEA]
    if not to_sea:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none, none
    (i,) = to_sea
    move, farm = history.moves[i], schedule.farm
    fish = move.arrived.astype(np.int64)
    source = history.stages[i]
    weight = source.last(life.estimates[i].weight_cg)[move.source]
    biomass = int(biomass_units(fish, weight).sum())
    trade = schedule.biology.model.trade
    policy, markup = next(p for p in pricing_rules(farm, history.batch.geography_id, "FW", "FM") if p[0])
    currency = schedule.region_of(history.batch).currency_per_eur
    cost = trade.smolt_cost_per_fish * int(fish.sum()) + trade.smolt_cost_per_kg * (biomass / 100.0)
    cents = int(np.floor(cost * currency * (1.0 + markup / 100.0) * 100.0 + 0.5))
    workflow = life.move_ids[i]
    found = (move.day, cents, policy, int(workflow))
    day, amount, rule, flow = (np.array([value], dtype=np.int64) for value in found)
    return day, amount, rule, flow


def _sales(life: BatchLife) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Event and grade (positions) and amount (cents) of what farming sold to sales, by event and grade.

    A ring's cost is that of its feed (see _feed_cents) over feed's share of all cost; its grades bear it by gutted
    weight, and the policy's markup comes on top.
    """
    schedule, harvest = life.schedule, life.harvest
    grades = len(schedule.farm.model.grades)
    gutted = np.zeros((len(harvest.ring), grades), dtype=np.int64)
    np.add.at(gutted, (harvest.event, harvest.grade), harvest.gutted_g)
    event, grade = np.nonzero(gutted)
    cost = _feed_cents(life) / schedule.biology.model.trade.feed_share_of_cost
    per_g = cost / np.maximum(gutted.sum(axis=1), 1)
    markup = np.array([m for _, m in pricing_rules(schedule.farm, life.history.batch.geography_id, "FM", "LG")])
    amount = per_g[event] * gutted[event, grade] * (1.0 + markup[grade] / 100.0)
    return event, grade, np.floor(amount + 0.5).astype(np.int64)


def _feed_cents(life: BatchLife) -> np.ndarray:
    """What the fish of each harvest have cost in feed at sea, cents (events,).

    Up to the evening of the batch's first harvest all rings' feed is one cost, which their fish of that evening bear
    alike: a ring that has lost nearly all of its fish would else sell the rest at a hundred times the market's price.
    """
    harvest, sea = life.harvest, life.stages[-1]
    if not len(harvest.ring):
        return np.zeros(0)
    evening = int(harvest.day.min()) - sea.start_day
    meals = life.feeding[-1].cost.sum(axis=2)
    fish = (sea.population * sea.present)[:, evening].astype(np.int64)
    shared = int(meals[:, : evening + 1].sum()) / int(fish.sum())
    cents: np.ndarray = (shared * fish + meals[:, evening + 1 :].sum(axis=1))[harvest.ring]
    return cents
