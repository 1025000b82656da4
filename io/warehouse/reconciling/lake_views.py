"""The lake as a load took it, as DuckDB views: each table's chosen rows, with the batches' new names.

The rule is selection's; it is written anew in SQL, so that one can be held against the other.
"""

from __future__ import annotations

import duckdb

from lake.object_files import let_read
from lake.tables import EVENT_TABLE_NAMES
from warehouse.selection import TIMES, Extract, Reference, references
from warehouse.uat.expressions import LakeColumn
from warehouse.uat.identifiers import literal
from warehouse.uat.mapping import EVENT_MAPPINGS


def create_views(lake: duckdb.DuckDBPyConnection, extract: Extract, prefix: str, owner: str) -> None:
    """Views named after the tables, in the connection's default schema; whole.TABLE has all of the run's rows.

    run_days is one row: the first batch's first day, the as-of date, and the user to whom the load belongs.
    """
    let_read(lake, extract.run_dir)
    lake.execute("CREATE SCHEMA whole; CREATE SCHEMA kept")
    files = extract.manifest.files
    for name, paths in files.items():
        listed = ", ".join(literal(str(extract.run_dir / path)) for path in paths)
        schema = "whole" if name in EVENT_TABLE_NAMES else "main"
        lake.execute(f"CREATE VIEW {schema}.{name} AS SELECT * FROM read_parquet([{listed}])")
    for name in EVENT_TABLE_NAMES:
        if name not in files:
            lake.execute(f"CREATE VIEW whole.{name} AS SELECT NULL::BIGINT AS id WHERE false")
    lake.execute(
        "CREATE TABLE run_days AS SELECT min(start_date) AS first_day, CAST(? AS DATE) AS as_of, ? AS owner "
        "FROM whole.batch",
        [extract.manifest.identity.as_of, owner],
    )
    made: set[str] = set()
    for name in EVENT_TABLE_NAMES:
        _keep(lake, name, extract, made)
    for name in EVENT_TABLE_NAMES:
        _rename(lake, name, extract, prefix)


def _keep(lake: duckdb.DuckDBPyConnection, table: str, extract: Extract, made: set[str]) -> None:
    """kept.TABLE: rows of chosen batches and days, and with what they must refer to."""
    if table in made:
        return
    made.add(table)
    required = [r for r in references(EVENT_MAPPINGS[table]) if r.required]
    for other in (t for reference in required for t in reference.tables if t != table):
        _keep(lake, other, extract, made)
    conditions = ["true" if table in extract.tables else "false"]
    if extract.batches is not None:
        numbers = ", ".join(map(str, sorted(extract.batches)))
        conditions.append(f"{'id' if table == 'batch' else 'batch_id'} IN ({numbers})")
    if table in TIMES:
        day = f"CAST({TIMES[table]} AS DATE)"
        conditions += [f"{day} >= DATE '{extract.since}'"] if extract.since else []
        conditions += [f"{day} < DATE '{extract.until}'"] if extract.until else []
    conditions += [_leads_to_kept(reference) for reference in required if extract.has_days]
    lake.execute(f"CREATE VIEW kept.{table} AS SELECT * FROM whole.{table} WHERE {' AND '.join(conditions)}")


def _rename(lake: duckdb.DuckDBPyConnection, table: str, extract: Extract, prefix: str) -> None:
    """TABLE: the kept rows, without references to what was not kept, texts renamed."""
    changes = []
    if not extract.is_whole:
        optional = [r for r in references(EVENT_MAPPINGS[table]) if not r.required]
        changes += [f"CASE WHEN {_leads_to_kept(r)} THEN {r.columns[0]} END AS {r.columns[0]}" for r in optional]
    if prefix:
        expressions = [e for e in EVENT_MAPPINGS[table].columns.values() if isinstance(e, LakeColumn) and e.prefixed]
        changes += [f"{literal(prefix)} || {e.column} AS {e.column}" for e in expressions]
    columns = f"* REPLACE ({', '.join(changes)})" if changes else "*"
    lake.execute(f"CREATE VIEW main.{table} AS SELECT {columns} FROM kept.{table}")


def _leads_to_kept(reference: Reference) -> str:
    cases = [
        f"WHEN {column} IS NOT NULL THEN {column} IN (SELECT id FROM kept.{table})"
        for column, table in zip(reference.columns, reference.tables, strict=True)
    ]
    return f"CASE {' '.join(cases)} ELSE false END"
