"""What is compared between lake and target where the rule of derived_comparisons says too little or too much."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

Measure = tuple[str, str, str]  # its name, SQL for the lake, SQL for the target


@dataclass(frozen=True)
class Comparison:
    """One table's figures by batch, and `by`: a name in SQL for the lake and for the target.

    `within` tells those of one name apart, such as containers of several halls: likewise, and it is not shown.
    `lake` and `uat` are joins: t is the table and b its batch, reached in the target over the references that the
    loader wrote; {offsets[TABLE]} stands there, and in the target's measures, for what is added to that table's ids.
    `keys` is SQL for the target that is true where a row's own references contradict each other: never. `of`: the
    history table whose figures these are, t in the target; empty for those of the table's own rows.
    """

    table: str
    uat: str
    measures: tuple[Measure, ...]
    lake: str = ""
    by: tuple[str, str] = ("NULL", "NULL")
    within: tuple[str, str] = ("NULL", "NULL")
    keys: str = "false"
    of: str = ""


DAY_IN_UTC = "to_char({}(t.reading_time) AT TIME ZONE 'UTC', 'YYYY-MM-DD')"

# Three rows in four are readings: not every column, but what a confusion of sensors, stays or times would show in.
READINGS = Comparison(
    table="environmental_reading",
    uat="JOIN batch_batch b ON b.id = t.batch_id"
    " JOIN environmental_environmentalparameter p ON p.id = t.parameter_id"
    " JOIN infrastructure_sensor n ON n.id = t.sensor_id"
    " JOIN batch_batchcontainerassignment a ON a.id = t.batch_container_assignment_id",
    measures=(
        ("value", "sum(t.value)", "sum(t.value)"),
        ("min reading_time", "min(t.reading_time::date)::text", DAY_IN_UTC.format("min")),
        ("max reading_time", "max(t.reading_time::date)::text", DAY_IN_UTC.format("max")),
    ),
    lake="JOIN environmental_parameter p ON p.id = t.parameter_id",
    by=("p.name", "p.name"),
    keys="n.container_id <> t.container_id OR n.sensor_type <> p.name OR a.container_id <> t.container_id"
    " OR a.batch_id <> t.batch_id",
)

# Figures by batch and by this column of the lake: a code, or the name of the dimension row that it refers to.
BY = MappingProxyType(
    {
        "batch": "lifecycle_stage_id",
        "container_assignment": "container_id",
        "feeding_event": "feed_id",
        "feed_purchase": "feed_id",
        "mortality_event": "cause",
        "harvest_event": "dest_geography_id",
        "harvest_lot": "product_grade_id",
        "lice_count": "lice_type_id",
        "mortality_record": "reason_id",
        "fish_parameter_score": "parameter_id",
        "planned_activity": "activity_type",
        "harvest_waste": "category",
    }
)


def _words(name: str, word: str) -> Measure:
    lake, uat = f"t.{name}_source = '{word}'", f"t.sources->>'{name}' = '{word}'"
    return f"{word} {name}", f"count(*) FILTER (WHERE {lake})", f"count(*) FILTER (WHERE {uat})"


def _scores(name: str) -> Measure:
    return f"confidence in {name}", f"sum(t.{name}_confidence)", f"sum((t.confidence_scores->>'{name}')::numeric)"


# Figures of columns that are computed, and of several columns together.
ALSO: MappingProxyType[str, tuple[Measure, ...]] = MappingProxyType(
    {
        "feed_purchase": (("cost", "sum(t.quantity_kg * t.cost_per_kg)", "sum(t.quantity_kg * t.cost_per_kg)"),),
        "mortality_event": (("culls", "count(*) FILTER (WHERE t.is_cull)", "count(nullif(t.description, ''))"),),
        "daily_state": (
            _words("weight", "measured"),
            _words("temp", "interpolated"),
            _words("fcr", "none"),
            *(_scores(name) for name in ("weight", "temp", "fcr")),
        ),
        "intercompany_transaction": (
            (
                "object_id",
                "sum(coalesce(t.transfer_workflow_id, t.event_id))",
                "sum(t.object_id - CASE WHEN t.event_id IS NULL THEN {offsets[transfer_workflow]} "
                "ELSE {offsets[harvest_event]} END)",
            ),
        ),
    }
)

# Contradictions beside those between a row's batch and container and those of what it refers to.
CONTRADICTIONS = MappingProxyType(
    {
        "transfer_action": "t.dest_container_id <> (SELECT a.container_id FROM batch_batchcontainerassignment a"
        " WHERE a.id = t.dest_assignment_id)",
        "daily_state": "t.lifecycle_stage_id <> (SELECT a.lifecycle_stage_id FROM batch_batchcontainerassignment a"
        " WHERE a.id = t.assignment_id)",
        "intercompany_transaction": "t.event_id <> t.object_id OR t.event_id IS NULL AND NOT EXISTS (SELECT 1 FROM"
        " batch_batchtransferworkflow w WHERE w.id = t.object_id AND w.finance_transaction_id = t.tx_id)",
    }
)
