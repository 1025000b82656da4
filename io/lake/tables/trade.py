"""The event tables of feed in store, of what a harvest leaves, and of money between companies."""

from __future__ import annotations

import pyarrow as pa

from lake.codes import CONFIDENCE_LEVELS
from lake.tables.declaration import BATCH_REF, DATE, ID, REF, ROW_ID, TEXT, TIMESTAMP, Column, Table, count, decimal

TRADE_TABLES: tuple[Table, ...] = (
    Table(
        "feed_container_stock",
        "What is left of a lot at the as-of date in a silo or barge that the batch is fed from; lots used up have no "
        "row, nor what a batch left behind, which is written off.",
        (
            BATCH_REF,
            Column("feed_container_id", REF, "where it lies", references="feed_container"),
            Column("feed_purchase_id", ID, "the lot", references="feed_purchase"),
            Column(
                "quantity_kg",
                decimal(10, 2),
                "feed_purchase.closing_kg to 10 g; a lot with less than 5 g is used up",
                unit="kg",
            ),
            Column("entry_date", TIMESTAMP, "when it was delivered, UTC"),
        ),
        key=("feed_purchase_id",),
        grain="a lot of feed not used up",
        order=("feed_purchase_id",),
    ),
    Table(
        "container_feeding_summary",
        "Feed and growth of one stay in one calendar period, as the farm estimates it: every week from Monday and "
        "every month from the first that the stay lies in, wholly or in part, and that is over by the as-of date. "
        "Stages on yolk have none.",
        (
            BATCH_REF,
            Column(
                "container_assignment_id", ID, "the stay", references="container_assignment", view_name="assignment_id"
            ),
            Column("period_start", DATE, "a Monday, or the first of a month", delta=True),
            Column("period_end", DATE, "the Sunday, or the last of the month", delta=True),
            Column("total_feed_kg", decimal(10, 2), "feed given", unit="kg"),
            Column(
                "starting_biomass_kg",
                decimal(10, 2),
                "estimated biomass on the first morning of the stay in the period",
                unit="kg",
            ),
            Column(
                "ending_biomass_kg",
                decimal(10, 2),
                "estimated biomass on the last evening of the stay in the period",
                unit="kg",
            ),
            Column(
                "growth_kg",
                decimal(10, 2),
                "estimated gross growth, that of the dead and culled included, never negative: what a weighing revises "
                "is booked over the weeks after it (the biology's summary_revision_days), and what would take growth "
                "back waits for growth to come",
                unit="kg",
            ),
            Column("fcr", decimal(5, 3), "feed / growth; null without feed or growth, or above 99.999", nullable=True),
            Column(
                "confidence_level",
                TEXT,
                "by the age of the latest weighing on the last day",
                codes=CONFIDENCE_LEVELS,
            ),
            Column(
                "estimation_method",
                TEXT,
                "the fish were weighed in the period, or not",
                codes=("MEASURED", "INTERPOLATED"),
            ),
            Column("data_points", pa.int32(), "feedings in the period"),
        ),
        key=("container_assignment_id", "period_start", "period_end"),
        grain="a stay and calendar week or month",
        order=("container_assignment_id", "period_start", "period_end"),
    ),
    Table(
        "batch_feeding_summary",
        "Feed and growth of a batch in a calendar week or month: exactly the sums of its containers' rows. Fish that "
        "were moved within the period are in the starting biomass of both containers and in the ending one of both.",
        (
            BATCH_REF,
            Column("period_start", DATE, "a Monday, or the first of a month", delta=True),
            Column("period_end", DATE, "the Sunday, or the last of the month", delta=True),
            Column("total_feed_kg", decimal(10, 2), "feed given", unit="kg"),
            Column(
                "average_biomass_kg",
                decimal(10, 2),
                "mean of the evenings' estimated biomass, of all containers, over the days lived",
                unit="kg",
            ),
            Column(
                "average_feeding_percentage",
                decimal(5, 2),
                "feed a day lived / average biomass",
                unit="%",
                nullable=True,
            ),
            Column("total_feed_consumed_kg", decimal(10, 2), "feed eaten: all that was given", unit="kg"),
            Column("total_biomass_gain_kg", decimal(10, 2), "ending less starting biomass", unit="kg"),
            Column("total_starting_biomass_kg", decimal(10, 2), "sum over the containers", unit="kg"),
            Column("total_ending_biomass_kg", decimal(10, 2), "sum over the containers", unit="kg"),
            Column("total_growth_kg", decimal(10, 2), "sum over the containers", unit="kg"),
            Column("fcr", decimal(5, 3), "feed / growth; null as with containers", nullable=True),
            Column("weighted_avg_fcr", decimal(5, 3), "the containers' FCR weighted by their feed", nullable=True),
            Column("estimation_method", TEXT, "how the biomass is known", codes=("MEASURED", "INTERPOLATED", "MIXED")),
            Column("container_count", pa.int32(), "stays with fish on their first morning in the period"),
            Column(
                "overall_confidence_level",
                TEXT,
                "the lowest of the containers'",
                codes=CONFIDENCE_LEVELS,
            ),
        ),
        key=("batch_id", "period_start", "period_end"),
        grain="a batch and calendar week or month",
        order=("period_start", "period_end"),
    ),
    Table(
        "harvest_waste",
        "What a harvest left that is not sold: viscera and blood are live less gutted weight; of the last grade's "
        "gutted weight, a share is discarded.",
        (
            BATCH_REF,
            Column("event_id", ID, "the harvest", references="harvest_event"),
            Column("category", TEXT, "kind", codes=("VISCERA_AND_BLOOD", "DISCARD")),
            Column("weight_kg", decimal(12, 3), "weight", unit="kg"),
        ),
        key=("event_id", "category"),
        grain="a harvest and kind of waste",
        order=("event_id", "category"),
    ),
    Table(
        "fact_harvest",
        "Finance's fact of one harvest lot.",
        (
            ROW_ID,
            BATCH_REF,
            Column("event_date", TIMESTAMP, "the harvest's time"),
            Column("quantity_kg", decimal(12, 3), "live weight of the lot, as AquaMind projects it", unit="kg"),
            count("unit_count", "fish"),
            Column("dim_batch_id", REF, "the batch, by id without a key", references="batch"),
            Column("dim_company_id", REF, "the farming company", references="company"),
            Column("dim_site_id", REF, "the sea area", references="site"),
            Column("event_id", ID, "the harvest", references="harvest_event"),
            Column("lot_id", ID, "the lot", references="harvest_lot"),
            Column("product_grade_id", REF, "the grade", references="product_grade"),
        ),
        key=("id",),
        grain="a harvest lot",
        unique=(("lot_id",),),
        id_bits=14,
        order=("id",),
    ),
    Table(
        "intercompany_transaction",
        "Fish that changed hands: freshwater to farming at the move to sea, farming to sales at a harvest, by grade; "
        "at cost plus the policy's markup, in order of time.",
        (
            ROW_ID,
            BATCH_REF,
            Column("posting_date", DATE, "day"),
            Column("amount", decimal(14, 2), "what the buyer pays", unit="currency"),
            Column("currency", TEXT, "of the geography", codes=("EUR", "GBP")),
            Column(
                "state",
                TEXT,
                "state of the posting at the as-of date, by its age",
                codes=("pending", "posted", "exported"),
            ),
            Column("policy_id", REF, "the rule of pricing", references="intercompany_policy"),
            Column("transfer_workflow_id", ID, "the move to sea", references="transfer_workflow", nullable=True),
            Column("event_id", ID, "the harvest", references="harvest_event", nullable=True),
        ),
        key=("id",),
        grain="a move to sea, or a harvest and grade",
        unique=(("event_id", "transfer_workflow_id", "policy_id"),),
        id_bits=10,
        order=("id",),
    ),
)
