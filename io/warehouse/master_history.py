"""The history of the master rows that a load adds: that they were created, when and by whom."""

from __future__ import annotations

from psycopg import sql

from warehouse.database import Connection, identifier
from warehouse.encoding import Context
from warehouse.load_log import AddedRows, reserve_ids
from warehouse.uat.tables import HISTORY_TABLES, TARGET_TABLES
from warehouse.uat.tables.history import OWN, history_name

USERS = "auth_user"
WHEN = ("created_at", "date_joined")  # the column that tells it


def add_history(connection: Connection, added: list[AddedRows], context: Context) -> list[AddedRows]:
    """A row of history for each master row that was added; which were added by that.

    The users' is nobody's: the loading user is one of them, and would stay for the sake of the own history.
    """
    past = []
    for rows in added:
        name = history_name(rows.table)
        if name not in HISTORY_TABLES:
            continue
        own = {column.name for column in OWN.columns}
        columns = [column.name for column in HISTORY_TABLES[name].columns if column.name not in own]
        when = next(column for column in WHEN if column in columns)
        base = reserve_ids(connection, name, rows.last - rows.first + 1)
        key = TARGET_TABLES[rows.table].identity
        query = sql.SQL(
            "INSERT INTO {history} ({columns}, history_id, history_date, history_type, history_user_id) "
            "SELECT {columns}, {base} + {key} - {before}, {when}, '+', {user} FROM {table} "
            "WHERE {key} BETWEEN {first} AND {last}"
        ).format(
            history=identifier(name),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            base=sql.Literal(base),
            key=sql.Identifier(key),
            before=sql.Literal(rows.first - 1),
            when=sql.Identifier(when),
            user=sql.Literal(None if rows.table == USERS else context.user_id),
            table=identifier(rows.table),
            first=sql.Literal(rows.first),
            last=sql.Literal(rows.last),
        )
        connection.execute(query)
        past.append(AddedRows(table=name, first=base + 1, last=base + rows.last - rows.first + 1))
    return past
