"""Who of the staff a row names, in DuckDB's SQL: the rule of warehouse.uat.people once more, so that what
warehouse.people computed with arrays can be held against it."""

from __future__ import annotations

from warehouse.moments import DAY
from warehouse.reconciling.paths_sql import Paths
from warehouse.uat.identifiers import literal
from warehouse.uat.people import Person
from warehouse.uat.times import column_at

OWNER_SQL = "(SELECT owner FROM run_days)"
SHIFT_SQL = "(SELECT greatest(max(shift_days), 1) FROM staff)"
PLACES = {
    "container": (
        "k.station_id IS NOT NULL OR k.area_id IS NOT NULL",
        "k.station_id, CASE WHEN k.station_id IS NULL THEN k.area_id END",
    ),
    "geography": ("k.station_id IS NULL AND k.area_id IS NULL AND k.geography_id IS NOT NULL", "k.geography_id"),
}
AT_CONTAINERS = (
    "SELECT c.id AS place, n.username, n.turn, n.size FROM container c LEFT JOIN hall h ON h.id = c.hall_id "
    "JOIN ({members}) n ON n.station_id = h.station_id OR n.station_id IS NULL AND n.area_id = c.area_id"
)
IN_GEOGRAPHIES = "SELECT n.geography_id AS place, n.username, n.turn, n.size FROM ({members}) n"


def username(paths: Paths, person: Person) -> str:
    """The username of a row's person; null where `person.where` is."""
    day = f"({paths.value(person.day)} // {DAY})"
    found = []
    for role, subsidiary, path in person.choices:
        kind = "container" if column_at(paths.table, path).references == "container" else "geography"
        there, place = PLACES[kind]
        wanted = f"p.role = {literal(role)}" + (f" AND p.subsidiary = {literal(subsidiary)}" if subsidiary else "")
        members = (
            f"SELECT k.*, row_number() OVER (PARTITION BY {place} ORDER BY k.id) - 1 AS turn, "
            f"count(*) OVER (PARTITION BY {place}) AS size FROM staff k JOIN staff_profile p ON p.staff_id = k.id "
            f"WHERE {wanted} AND ({there})"
        )
        rows = (AT_CONTAINERS if kind == "container" else IN_GEOGRAPHIES).format(members=members)
        on_shift = f"{{alias}}.turn = {day} // {SHIFT_SQL} % {{alias}}.size"
        found.append(paths.join(f"({rows})", f"{{alias}}.place = {paths.value(path)} AND {on_shift}") + ".username")
    named = f"coalesce({', '.join(found)}, {OWNER_SQL})"
    return f"CASE WHEN t.{person.where} IS NOT NULL THEN {named} END" if person.where else named
