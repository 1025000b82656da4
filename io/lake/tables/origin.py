"""The event tables of a batch's beginning: eggs ordered and delivered, and the water that its moves passed through."""

from __future__ import annotations

import pyarrow as pa

from lake.codes import ACTION_STATUSES, WORKFLOW_STATUSES
from lake.tables.declaration import (
    BATCH_REF,
    DATE,
    ID,
    REF,
    ROW_ID,
    TEXT,
    TIMESTAMP,
    Column,
    Table,
    count,
    decimal,
)

ORIGIN_TABLES: tuple[Table, ...] = (
    Table(
        "creation_workflow",
        "A batch's order of eggs; totals are the sums of its actions.",
        (
            ROW_ID,
            BATCH_REF,
            Column("workflow_number", TEXT, "unique"),
            Column("status", TEXT, "state of the delivery", codes=WORKFLOW_STATUSES),
            Column("egg_source_type", TEXT, "own broodstock or bought", codes=("INTERNAL", "EXTERNAL")),
            Column("external_supplier_id", REF, "who sold the eggs", references="egg_supplier"),
            Column("external_supplier_batch_number", TEXT, "the supplier's number of the lot; '' in a draft"),
            Column("external_cost_per_thousand", decimal(10, 2), "price of a thousand eggs", unit="currency/1000"),
            count("total_eggs_planned", "eggs ordered"),
            count("total_eggs_received", "eggs delivered, dead ones included"),
            count("total_mortality_on_arrival", "eggs found dead on arrival; received - these are placed"),
            Column("planned_start_date", DATE, "planned first delivery"),
            Column("planned_completion_date", DATE, "planned last delivery"),
            Column("actual_start_date", DATE, "first delivery", nullable=True),
            Column("actual_completion_date", DATE, "last delivery, once all are done", nullable=True),
            Column("total_actions", pa.int32(), "deliveries"),
            Column("actions_completed", pa.int32(), "deliveries done"),
            Column("cancellation_reason", TEXT, "why it was cancelled; '' where it was not"),
            Column("cancelled_at", TIMESTAMP, "when, UTC", nullable=True),
        ),
        key=("id",),
        grain="a batch's order of eggs",
        id_bits=1,
        order=("id",),
    ),
    Table(
        "creation_action",
        "Eggs delivered into one tray, or to be: what is null is not known before.",
        (
            ROW_ID,
            BATCH_REF,
            Column("workflow_id", ID, "the order", references="creation_workflow"),
            Column("action_number", pa.int32(), "1 to n within the workflow"),
            Column("status", TEXT, "state of the delivery", codes=ACTION_STATUSES),
            Column("dest_assignment_id", ID, "the stay that begins, or is reserved", references="container_assignment"),
            count("egg_count_planned", "eggs ordered for the tray"),
            count("egg_count_actual", "eggs delivered, dead ones included", nullable=True),
            count("mortality_on_arrival", "eggs found dead on arrival"),
            Column("expected_delivery_date", DATE, "planned day"),
            Column("actual_delivery_date", DATE, "day", nullable=True),
            Column(
                "delivery_method",
                TEXT,
                "how",
                nullable=True,
                codes=("TRANSPORT", "HELICOPTER", "BOAT", "INTERNAL_TRANSFER"),
            ),
            Column(
                "water_temp_on_arrival",
                decimal(5, 2),
                "mean temperature of the tray that day",
                unit="degC",
                nullable=True,
            ),
            Column("egg_quality_score", pa.int16(), "1 (poor) to 5 (excellent)", nullable=True),
            Column("execution_duration_minutes", pa.int32(), "how long it took", unit="min", nullable=True),
        ),
        key=("id",),
        grain="a delivery of eggs into one tray",
        id_bits=8,
        order=("id",),
    ),
    Table(
        "stage_transition_environment",
        "The water that the fish of one move entered, as measured in the first container entered.",
        (
            BATCH_REF,
            Column("batch_transfer_workflow_id", ID, "the move", references="transfer_workflow"),
            Column("temperature", decimal(5, 2), "temperature", unit="degC"),
            Column("oxygen", decimal(5, 2), "oxygen", unit="% saturation"),
            Column("salinity", decimal(5, 2), "salinity; null on land", unit="PSU", nullable=True),
            Column("ph", decimal(4, 2), "acidity", unit="pH"),
        ),
        key=("batch_transfer_workflow_id",),
        grain="a move from stage to stage",
        order=("batch_transfer_workflow_id",),
    ),
)
