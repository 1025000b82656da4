"""Foreign keys held by the loader: rows on their way are held against the very ids that the server has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from lake.errors import InputError
from warehouse.database import Connection
from warehouse.uat.identifiers import qualified

KEYS = """
SELECT a.attname, n.nspname, c.relname, f.attname
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.confrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
JOIN pg_attribute f ON f.attrelid = k.confrelid AND f.attnum = k.confkey[1]
WHERE k.contype = 'f' AND k.conrelid = to_regclass(%s) AND k.confrelid <> k.conrelid
ORDER BY k.conname
"""
# A row of COPY's binary format with one bigint; before the first are 19 bytes, after the last 2.
BEFORE, AFTER = 19, 2
ROW = np.dtype([("columns", ">i2"), ("bytes", ">i4"), ("value", ">i8")])


class BrokenKey(InputError):
    """A row refers to one that is not there."""


@dataclass(frozen=True)
class Key:
    """A foreign key of one column: the ids that the other table has, in order."""

    column: str
    to: str
    ids: np.ndarray

    def check(self, table: str, values: pa.Array) -> None:
        """BrokenKey unless every value that is not null is among the ids."""
        wanted = pc.unique(values).drop_null().to_numpy(zero_copy_only=False).astype(np.int64)
        place = np.minimum(np.searchsorted(self.ids, wanted), max(len(self.ids) - 1, 0))
        lost = wanted[self.ids[place] != wanted] if len(self.ids) else wanted
        if len(lost):
            raise BrokenKey(
                table, f"{self.column} {lost[0]} is no row of {self.to}", "verify the run: its tables do not agree"
            )


def hold_keys(connection: Connection, table: str) -> list[Key]:
    """The foreign keys that a table has, within a transaction, until whose end no row that they lead to may go."""
    keys = []
    for column, schema, to, referred in connection.execute(KEYS, (qualified(table),)).fetchall():
        parent = sql.Identifier(schema, to)
        connection.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(parent))
        keys.append(Key(column=column, to=to, ids=_ids(connection, parent, referred)))
    return keys


def checked(batches: Iterator[pa.RecordBatch], table: str, keys: list[Key]) -> Iterator[pa.RecordBatch]:
    """The target's rows as they are; BrokenKey where one refers to no row."""
    for rows in batches:
        for key in keys:
            if key.column in rows.schema.names:
                key.check(table, rows.column(key.column))
        yield rows


def _ids(connection: Connection, table: sql.Identifier, column: str) -> np.ndarray:
    query = sql.SQL("COPY (SELECT {}::bigint FROM {}) TO STDOUT (FORMAT BINARY)")
    with connection.cursor() as cursor, cursor.copy(query.format(sql.Identifier(column), table)) as copy:
        data = b"".join(copy)
    rows = np.frombuffer(data, ROW, offset=BEFORE, count=(len(data) - BEFORE - AFTER) // ROW.itemsize)
    return np.sort(rows["value"].astype(np.int64))
