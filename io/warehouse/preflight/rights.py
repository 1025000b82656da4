"""What a database must allow before a row is written: a recent enough server, rights, no triggers of its own."""

from __future__ import annotations

from collections.abc import Iterable

from lake.errors import InputError, list_first
from warehouse.database import Connection, existing
from warehouse.uat.identifiers import qualified
from warehouse.uat.tables import HISTORY_TABLES, TARGET_TABLES, UAT_TABLES
from warehouse.uat.tables.truth import SCHEMA

# TimescaleDB guards a hypertable by triggers of its own, which belong to how it works.
TIMESCALE = "timescaledb"
TRIGGERS = """
SELECT n, t.tgname FROM unnest(%(names)s::text[], %(quoted)s::text[]) AS named (n, q)
JOIN pg_trigger t ON t.tgrelid = to_regclass(q)
WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND NOT EXISTS (
  SELECT 1 FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = %(timescale)s
  WHERE d.classid = 'pg_proc'::regclass AND d.objid = t.tgfoid AND d.deptype = 'e')
ORDER BY 1, 2
"""

# Ids are reserved under a lock that takes the right to change rows, though none is changed.
LOCKING = "UPDATE, DELETE, TRUNCATE"
TABLE_RIGHTS = f"""
SELECT n, lacking FROM unnest(%(names)s::text[], %(quoted)s::text[]) AS named (n, q)
CROSS JOIN LATERAL (SELECT to_regclass(q)::oid AS oid) t
CROSS JOIN LATERAL (VALUES
  (1, 'SELECT', has_table_privilege(oid, 'SELECT')),
  (2, 'INSERT', has_table_privilege(oid, 'INSERT')),
  (3, 'one of {LOCKING}', has_table_privilege(oid, '{LOCKING}')),
  (4, 'BYPASSRLS, for its rows are hidden from some users', NOT row_security_active(oid))
) AS rights (place, lacking, has)
WHERE NOT has ORDER BY 1, place
"""
SEQUENCE_RIGHTS = """
SELECT DISTINCT n FROM unnest(%(names)s::text[], %(quoted)s::text[], %(keys)s::text[]) AS named (n, q, k)
WHERE NOT has_sequence_privilege(pg_get_serial_sequence(q, k)::regclass, 'UPDATE') ORDER BY 1
"""
OWNED = """
SELECT n FROM unnest(%(names)s::text[], %(quoted)s::text[]) AS named (n, q)
JOIN pg_class c ON c.oid = to_regclass(q)
WHERE NOT pg_has_role(c.relowner, 'USAGE') ORDER BY 1
"""
DATABASE_RIGHTS = """
SELECT has_database_privilege(current_database(), 'CREATE'), has_database_privilege(current_database(), 'TEMP'),
       current_schema() IS NOT NULL AND has_schema_privilege(current_schema(), 'CREATE'),
       coalesce((SELECT has_schema_privilege(oid, 'CREATE') AND has_schema_privilege(oid, 'USAGE')
                 FROM pg_namespace WHERE nspname = %s), true)
"""


def refuse_triggers(connection: Connection, tables: Iterable[str]) -> None:
    """InputError naming the triggers on some tables, for they would run for every row, or change it."""
    found = connection.execute(TRIGGERS, {**_named(tables), "timescale": TIMESCALE}).fetchall()
    if found:
        raise InputError(
            "target database",
            "tables with triggers: " + list_first([f"{trigger} on {table}" for table, trigger in found]),
            "a trigger sees, or changes, every row of a load: disable it meanwhile "
            "(ALTER TABLE ... DISABLE TRIGGER ...), or load into another database",
        )


def refuse_without_rights_to_create(connection: Connection) -> None:
    """InputError naming what this user lacks to make our schema, temporary tables and, where absent, the UAT's."""
    row = connection.execute(DATABASE_RIGHTS, (SCHEMA,)).fetchone()
    assert row is not None
    create, temporary, tables, ours = row
    _refuse(
        connection,
        [
            right
            for right, has in (
                (f"CREATE on the database, for the schema {SCHEMA}", create),
                ("TEMPORARY on the database", temporary),
                (f"USAGE and CREATE on the schema {SCHEMA}", ours),
                (
                    "CREATE on the first schema of its search_path, for the UAT tables",
                    tables or existing(connection, UAT_TABLES),
                ),
            )
            if not has
        ],
    )


def refuse_without_rights_to_fill(connection: Connection, *, history: bool = False) -> None:
    """InputError naming what this user lacks on the tables, all of them there, and on their sequences.

    `history`: on the history tables too.
    """
    lacking: dict[str, list[str]] = {}
    tables = [name for name in TARGET_TABLES if history or name not in HISTORY_TABLES]
    for table, right in connection.execute(TABLE_RIGHTS, _named(tables)).fetchall():
        lacking.setdefault(str(table), []).append(str(right))
    counted = [name for name in tables if TARGET_TABLES[name].identity]
    keys = [TARGET_TABLES[name].identity for name in counted]
    for (table,) in connection.execute(SEQUENCE_RIGHTS, {**_named(counted), "keys": keys}).fetchall():
        lacking.setdefault(str(table), []).append("UPDATE on its sequence")
    _refuse(connection, [f"{' and '.join(rights)} on {table}" for table, rights in lacking.items()])


def refuse_without_ownership(connection: Connection, tables: Iterable[str]) -> None:
    """InputError naming those tables whose indexes and keys are to be set aside, and which others own."""
    rows = connection.execute(OWNED, _named(tables)).fetchall()
    if rows:
        raise InputError(
            "target database",
            f"the user {_user(connection)} does not own tables whose indexes are to be set aside: "
            + list_first([str(row[0]) for row in rows]),
            "load as their owner, or with --keep-indexes",
        )


def _named(tables: Iterable[str]) -> dict[str, list[str]]:
    names = list(tables)
    return {"names": names, "quoted": [qualified(name) for name in names]}


def _refuse(connection: Connection, lacking: list[str]) -> None:
    if lacking:
        raise InputError(
            "target database",
            f"the user {_user(connection)} lacks rights: {list_first(lacking)}",
            "grant them, or load as the owner of the UAT tables",
        )


def _user(connection: Connection) -> str:
    row = connection.execute("SELECT current_user").fetchone()
    return str(row[0]) if row else ""
