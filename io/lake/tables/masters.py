"""The dimension tables of the application's master data: health, finance, feed conversion, mortality, templates."""

from __future__ import annotations

import pyarrow as pa

from lake.tables.declaration import DIM_ID, NAME, REF, TEXT, Column, Table, decimal

ACTIVE = Column("is_active", pa.bool_(), "in use")

STAFF_TABLES: tuple[Table, ...] = (
    Table(
        "staff",
        "Who works for the farm. Names are made up, addresses of a domain that nobody has.",
        (
            DIM_ID,
            Column("username", TEXT, "natural key"),
            Column("first_name", TEXT, "given name"),
            Column("last_name", TEXT, "family name"),
            Column("email", TEXT, "address"),
            Column("geography_id", REF, "where; null: the whole company", references="geography", nullable=True),
            Column("station_id", REF, "the station, of its people", references="station", nullable=True),
            Column("area_id", REF, "the area, of its people", references="area", nullable=True),
            Column(
                "shift_days", pa.int32(), "after so many days the next of those who share a job takes over", unit="d"
            ),
        ),
        key=("id",),
        grain="a member of staff",
        unique=(("username",),),
    ),
    Table(
        "staff_profile",
        "What a member of staff does, and sees in the application.",
        (
            DIM_ID,
            Column("staff_id", REF, "who", references="staff"),
            Column("full_name", TEXT, "name"),
            Column(
                "role",
                TEXT,
                "the application's role",
                codes=("ADMIN", "MGR", "OPR", "SHIP_CREW", "VET", "QA", "FIN", "VIEW"),
            ),
            Column("geography", TEXT, "Faroe Islands, Scotland, or both", codes=("FO", "SC", "ALL")),
            Column(
                "subsidiary",
                TEXT,
                "broodstock, freshwater, farming, logistics and sales, or all",
                codes=("BS", "FW", "FM", "LG", "ALL"),
            ),
            Column("job_title", TEXT, "job"),
            Column("department", TEXT, "department"),
        ),
        key=("id",),
        grain="a member of staff",
        unique=(("staff_id",),),
    ),
)

MASTER_TABLES: tuple[Table, ...] = (
    *STAFF_TABLES,
    Table(
        "egg_supplier",
        "Who sells eggs.",
        (DIM_ID, NAME, Column("contact_details", TEXT, "how to reach him")),
        key=("id",),
        grain="a supplier",
    ),
    Table(
        "lice_type",
        "A species, sex and stage of sea lice.",
        (
            DIM_ID,
            Column("species", TEXT, "species"),
            Column("gender", TEXT, "sex"),
            Column("development_stage", TEXT, "stage"),
            ACTIVE,
        ),
        key=("id",),
        grain="a species, sex and stage of lice",
        unique=(("species", "gender", "development_stage"),),
    ),
    Table(
        "health_parameter",
        "What is scored on a fish.",
        (
            DIM_ID,
            NAME,
            ACTIVE,
            Column("min_score", pa.int32(), "best"),
            Column("max_score", pa.int32(), "worst"),
        ),
        key=("id",),
        grain="a parameter scored",
    ),
    Table(
        "parameter_score_definition",
        "What a score means.",
        (
            DIM_ID,
            Column("parameter_id", REF, "the parameter", references="health_parameter"),
            Column("score_value", pa.int32(), "the score"),
            Column("label", TEXT, "in a word"),
            Column("description", TEXT, "in a sentence"),
            Column("display_order", pa.int32(), "order"),
        ),
        key=("id",),
        grain="a parameter and score",
        unique=(("parameter_id", "score_value"),),
    ),
    Table(
        "mortality_reason",
        "Why fish died: the causes of mortality_event.",
        (DIM_ID, NAME),
        key=("id",),
        grain="a reason",
    ),
    Table("vaccination_type", "A vaccine.", (DIM_ID, NAME), key=("id",), grain="a vaccine"),
    Table("sample_type", "What is sent to a laboratory.", (DIM_ID, NAME), key=("id",), grain="a type of sample"),
    Table(
        "company",
        "A subsidiary in one geography.",
        (
            DIM_ID,
            Column("geography_id", REF, "where", references="geography"),
            Column("subsidiary", TEXT, "freshwater, farming, or logistics and sales", codes=("FW", "FM", "LG")),
            Column("display_name", TEXT, "name"),
            Column("currency", TEXT, "its currency"),
        ),
        key=("id",),
        grain="a geography and subsidiary",
        unique=(("geography_id", "subsidiary"),),
    ),
    Table(
        "site",
        "A station or an area, as finance sees it.",
        (
            DIM_ID,
            Column("source_model", TEXT, "what it is", codes=("station", "area")),
            Column("station_id", REF, "the station", references="station", nullable=True),
            Column("area_id", REF, "the area", references="area", nullable=True),
            Column("site_name", TEXT, "name"),
            Column("company_id", REF, "whose", references="company"),
        ),
        key=("id",),
        grain="a station or area",
        unique=(("station_id", "area_id"),),
    ),
    Table(
        "intercompany_policy",
        "How fish are priced between two companies.",
        (
            DIM_ID,
            Column("from_company_id", REF, "seller", references="company"),
            Column("to_company_id", REF, "buyer", references="company"),
            Column("pricing_basis", TEXT, "by grade or by stage", codes=("grade", "lifecycle")),
            Column("product_grade_id", REF, "the grade", references="product_grade", nullable=True),
            Column("method", TEXT, "rule", codes=("cost_plus", "market", "standard")),
            Column("markup_percent", decimal(6, 3), "on cost", unit="%"),
        ),
        key=("id",),
        grain="a pair of companies, and grade",
    ),
    Table(
        "biological_constraints",
        "Between which weights a batch is expected to be in each stage.",
        (DIM_ID, NAME, Column("description", TEXT, "in words"), ACTIVE),
        key=("id",),
        grain="a set of weights",
    ),
    Table(
        "stage_constraint",
        "The weights of one stage; the greatest of smolt and harvest are the thresholds of forecasts.",
        (
            DIM_ID,
            Column("constraint_set_id", REF, "the set", references="biological_constraints"),
            Column("lifecycle_stage", TEXT, "the application's own word for the stage"),
            Column("min_weight_g", decimal(10, 2), "least mean weight", unit="g"),
            Column("max_weight_g", decimal(10, 2), "greatest mean weight", unit="g"),
            Column("typical_duration_days", pa.int32(), "usual length", unit="d"),
        ),
        key=("id",),
        grain="a set and stage",
        unique=(("constraint_set_id", "lifecycle_stage"),),
    ),
    Table("fcr_model", "Expected feed conversion.", (DIM_ID, NAME), key=("id",), grain="a model"),
    Table(
        "fcr_model_stage",
        "Expected feed conversion in one stage.",
        (
            DIM_ID,
            Column("model_id", REF, "the model", references="fcr_model"),
            Column("stage_id", pa.int8(), "the stage", references="lifecycle_stage"),
            Column("fcr_value", decimal(6, 3), "feed / growth"),
            Column("duration_days", pa.int32(), "length of the stage", unit="d"),
        ),
        key=("id",),
        grain="a model and stage",
        unique=(("model_id", "stage_id"),),
    ),
    Table(
        "mortality_model",
        "Expected mortality.",
        (
            DIM_ID,
            NAME,
            Column("frequency", TEXT, "of the rate", codes=("daily", "weekly")),
            Column("rate", decimal(8, 5), "share that dies in each such time", unit="%"),
        ),
        key=("id",),
        grain="a model",
    ),
    Table(
        "activity_template",
        "What is planned for every batch.",
        (
            DIM_ID,
            NAME,
            Column("activity_type", TEXT, "kind"),
            Column(
                "trigger_type", TEXT, "what makes it due", codes=("DAY_OFFSET", "WEIGHT_THRESHOLD", "STAGE_TRANSITION")
            ),
            Column("day_offset", pa.int32(), "day of the batch's life, 0 first", nullable=True, unit="d"),
            Column("weight_threshold_g", decimal(10, 2), "mean weight", unit="g", nullable=True),
            Column(
                "target_lifecycle_stage_id",
                pa.int8(),
                "the stage that it leads to",
                references="lifecycle_stage",
                nullable=True,
            ),
            ACTIVE,
        ),
        key=("id",),
        grain="a planned activity",
    ),
)
