"""Facts and payments, each recomputed in decimals from the rows of fish and feed beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from engine.farm.dimensions import dimension_tables
from engine.farm.infrastructure import Farm
from engine.farm.masters import pricing_rules
from engine.farm.schedule import Schedule
from engine.simulation.rows.feed import feed_tables
from engine.simulation.rows.finance import fact_rows, transaction_rows
from engine.simulation.rows.harvest import harvest_tables
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.moves import move_tables
from lake.tables import TABLES
from tests.simulation.trade_lives import LivedTo, alone, harvest_days, rows_of

STATES = TABLES["intercompany_transaction"].column("state").codes
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def sold(lives: list[BatchLife]) -> BatchLife:
    return lives[0]


def harvest_rows(life: BatchLife, table: str) -> list[dict[str, Any]]:
    return rows_of(alone(harvest_tables, life)[table])


@pytest.fixture(scope="module")
def masters(small_schedule: Schedule) -> dict[str, list[dict[str, Any]]]:
    rows = dimension_tables(small_schedule.farm, small_schedule.biology)
    return {name: rows[name].to_pylist() for name in ("company", "site", "intercompany_policy", "container")}


def test_every_lot_has_one_fact_with_its_figures(sold: BatchLife, masters: dict[str, list[dict[str, Any]]]) -> None:
    lots, facts = harvest_rows(sold, "harvest_lot"), rows_of(fact_rows(sold))
    events = {e["id"]: e for e in harvest_rows(sold, "harvest_event")}
    assert len(lots) == len(facts) > 10
    companies = {c["id"]: c for c in masters["company"]}
    sites = {s["id"]: s for s in masters["site"]}
    containers = {c["id"]: c for c in masters["container"]}
    for lot, fact in zip(lots, facts, strict=True):
        event = events[lot["event_id"]]
        assert (fact["lot_id"], fact["event_id"]) == (lot["id"], event["id"])
        assert (fact["quantity_kg"], fact["unit_count"]) == (lot["live_weight_kg"], lot["unit_count"])
        assert fact["product_grade_id"] == lot["product_grade_id"]
        assert fact["event_date"] == event["event_date"]
        assert fact["batch_id"] == fact["dim_batch_id"] == sold.batch_id
        company, site = companies[fact["dim_company_id"]], sites[fact["dim_site_id"]]
        assert (company["geography_id"], company["subsidiary"]) == (1, "FM")
        assert site["area_id"] == containers[event["container_id"]]["area_id"]
        assert site["company_id"] == company["id"]


def policy(masters: dict[str, list[dict[str, Any]]], row: dict[str, Any]) -> tuple[str, str, int, int, Decimal]:
    """Seller, buyer, their geography, grade and markup factor of a transaction's rule."""
    companies = {c["id"]: c for c in masters["company"]}
    rule = next(p for p in masters["intercompany_policy"] if p["id"] == row["policy_id"])
    seller, buyer = companies[rule["from_company_id"]], companies[rule["to_company_id"]]
    assert seller["geography_id"] == buyer["geography_id"]
    markup = 1 + rule["markup_percent"] / 100
    return seller["subsidiary"], buyer["subsidiary"], seller["geography_id"], rule["product_grade_id"], markup


def test_the_move_to_sea_is_paid_first_at_the_smolts_cost(
    sold: BatchLife, masters: dict[str, list[dict[str, Any]]]
) -> None:
    first, *others = rows_of(transaction_rows(sold))
    (move,) = (
        row
        for row in rows_of(alone(move_tables, sold)["transfer_workflow"])
        if row["finance_transaction_id"] is not None
    )
    seller, buyer, geography, _, markup = policy(masters, first)
    assert (seller, buyer, geography) == ("FW", "FM", 1)
    assert (first["transfer_workflow_id"], first["event_id"]) == (move["id"], None)
    assert move["finance_transaction_id"] == first["id"] == sold.batch_id << 10
    assert first["posting_date"] == move["actual_completion_date"]
    trade = sold.schedule.biology.model.trade
    cost = Decimal(str(trade.smolt_cost_per_fish)) * move["total_transferred_count"]
    cost += Decimal(str(trade.smolt_cost_per_kg)) * move["total_biomass_kg"] / 100
    assert abs(first["amount"] * CENT - cost * markup) <= Decimal("0.0051")
    assert all(row["transfer_workflow_id"] is None for row in others)


def feed_costs(sold: BatchLife) -> dict[int, Decimal]:
    """Each ring's feed, cents: what all rings ate up to the first harvest's evening by fish, then its own."""
    sea = sold.stages[-1]
    ids = sold.ids[-1].tolist()
    day = int(sold.harvest.day.min())
    fish = {i: int(n) for i, n in zip(ids, sea.population[:, day - sea.start_day], strict=True)}
    before, after = Decimal(0), Counter[int]()
    for meal in rows_of(alone(feed_tables, sold)["feeding_event"]):
        if meal["batch_assignment_id"] in fish:
            if meal["feeding_date"] <= day:
                before += meal["feed_cost"]
            else:
                after[meal["batch_assignment_id"]] += meal["feed_cost"]
    return {i: before * n / sum(fish.values()) + after[i] for i, n in fish.items()}


def test_each_grade_of_a_harvest_is_paid_once_and_bears_its_share_of_the_rings_cost(
    sold: BatchLife, masters: dict[str, list[dict[str, Any]]]
) -> None:
    _, *sales = rows_of(transaction_rows(sold))
    events = {e["id"]: e for e in harvest_rows(sold, "harvest_event")}
    gutted: Counter[tuple[int, int]] = Counter()
    for lot in harvest_rows(sold, "harvest_lot"):
        gutted[lot["event_id"], lot["product_grade_id"]] += lot["gutted_weight_kg"]
    fed = feed_costs(sold)
    share = Decimal(str(sold.schedule.biology.model.trade.feed_share_of_cost))
    paid: Counter[int] = Counter()
    rings: Counter[int] = Counter()
    for (event_id, _), grams in gutted.items():
        rings[event_id] += grams
    assert len(sales) == len(gutted)
    for row in sales:
        seller, buyer, geography, grade, markup = policy(masters, row)
        assert (seller, buyer, geography) == ("FM", "LG", 1)
        event = events[row["event_id"]]
        due = fed[event["assignment_id"]] / share * gutted.pop((event["id"], grade)) / rings[event["id"]] * markup
        assert row["amount"] == int(due.quantize(Decimal(1), ROUND_HALF_UP))
        assert row["posting_date"] == event["event_date"] // 86_400_000_000
        paid[event["id"]] += row["amount"]
    assert not gutted
    for event_id, cents in paid.items():  # a ring's grades pay for all of its cost, to half a cent each
        whole = fed[events[event_id]["assignment_id"]] / share * markup
        assert abs(cents - whole) <= Decimal("2.5")


def test_a_ring_that_lost_its_fish_sells_the_rest_at_the_others_price(sold: BatchLife) -> None:
    """Its feed was eaten by fish that died; the batch bears it, and the batch's cost does not change."""
    sea, first = sold.stages[-1], int(sold.harvest.day.min())
    population = sea.population.copy()
    population[0, first - sea.start_day - 1 :] //= 1000
    stages = (*sold.history.stages[:-1], replace(sea, population=population))
    ill = replace(sold, history=replace(sold.history, stages=stages))
    prices = []
    for life in (sold, ill):
        gutted: Counter[int] = Counter()
        for lot in harvest_rows(life, "harvest_lot"):
            gutted[lot["event_id"]] += lot["gutted_weight_kg"]
        paid: Counter[int] = Counter()
        for row in rows_of(transaction_rows(life))[1:]:
            paid[row["event_id"]] += row["amount"]
        prices.append([paid[e] / gutted[e] for e in gutted])
        assert max(prices[-1]) < 1.5 * min(prices[-1])
    assert max(prices[1]) > max(prices[0])


def test_a_kilogram_costs_what_it_does_in_the_trade(sold: BatchLife) -> None:
    """Feed is half of the cost, so 4 to 6 EUR a kg gutted (Nofima, Kontali 2016-2023), before the markup."""
    _, *sales = rows_of(transaction_rows(sold))
    cents = sum(row["amount"] for row in sales) / 1.1
    grams = sum(lot["gutted_weight_kg"] for lot in harvest_rows(sold, "harvest_lot"))
    assert 3.5 < cents * 10 / grams < 6.5


def test_scots_pay_in_pounds(lives: list[BatchLife]) -> None:
    faroese, scottish = ({row["currency"] for row in rows_of(transaction_rows(life))} for life in lives[:2])
    codes = TABLES["intercompany_transaction"].column("currency").codes
    assert ([codes[c] for c in faroese], [codes[c] for c in scottish]) == (["EUR"], ["GBP"])


def test_transactions_are_numbered_in_order_of_time_and_keep_their_rows(sold: BatchLife, lived_to: LivedTo) -> None:
    rows = rows_of(transaction_rows(sold), "state")
    first = harvest_days(sold.history)[0]
    assert [row["id"] for row in rows] == list(range(rows[0]["id"], rows[0]["id"] + len(rows)))
    assert [row["posting_date"] for row in rows] == sorted(row["posting_date"] for row in rows)
    for day in (sold.stages[-1].start_day + 1, first, first + 1):
        early = rows_of(transaction_rows(lived_to(0, day)), "state")
        assert early == [row for row in rows if row["posting_date"] < day]
        assert early


@pytest.mark.parametrize("days", [1, 3, 4, 30, 31, 400])
def test_the_state_follows_the_age_at_the_as_of_date(sold: BatchLife, days: int) -> None:
    trade = sold.schedule.biology.model.trade
    last = harvest_days(sold.history)[-1]
    later = BatchLife(
        schedule=replace(sold.schedule, as_of_day=last + days), history=sold.history, climate=sold.climate
    )
    row = rows_of(transaction_rows(later))[-1]
    expected = "pending" if days <= trade.pending_days else "posted"
    if days > trade.export_days:
        expected = "exported"
    assert STATES[row["state"]] == expected


def test_fish_that_never_reached_the_sea_are_not_paid_for(lives: list[BatchLife]) -> None:
    for life in lives[3:]:
        assert rows_of(transaction_rows(life)) == rows_of(fact_rows(life)) == []


def test_pricing_is_the_rule_of_the_dimension_table(small_farm: Farm, masters: dict[str, list[dict[str, Any]]]) -> None:
    for geography in (1, 2):
        rules = pricing_rules(small_farm, geography, "FM", "LG")
        for grade, (rule, markup) in enumerate(rules, 1):
            row = {"policy_id": rule}
            assert policy(masters, row) == ("FM", "LG", geography, grade, 1 + Decimal(str(markup)) / 100)
    assert pricing_rules(small_farm, 1, "FW", "LG") == [(0, 0.0)] * 5
