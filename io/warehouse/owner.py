"""To whom a load belongs: the user whose scenarios they are, since the application lists a user's own alone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from lake.errors import InputError
from warehouse.database import Connection
from warehouse.load_log import AddedRows, reserve_ids
from warehouse.passwords import UNUSABLE, unusable_password

SYSTEM = "system_admin"  # the account of the application's own bootstrap
MAX_NAMED = 5


def owner_name(connection: Connection, asked: str, staff: Collection[str]) -> str:
    """The username asked for; without one, the only superuser who can log in; else the system's account.

    InputError when the one asked for is neither in the database nor of the run's staff.
    """
    if not asked:
        found = connection.execute(
            "SELECT username FROM auth_user WHERE is_superuser AND is_active AND left(password, 1) <> %s LIMIT 2",
            (UNUSABLE,),
        ).fetchall()
        return str(found[0][0]) if len(found) == 1 else SYSTEM
    there = connection.execute("SELECT username FROM auth_user ORDER BY is_active DESC, id LIMIT %s", (MAX_NAMED + 1,))
    if asked not in staff and _user_id(connection, asked) is None:
        names = [str(row[0]) for row in there.fetchall()]
        known = ", ".join(names[:MAX_NAMED]) + (" and others" if len(names) > MAX_NAMED else "")
        cure = f"users there: {known}" if names else "it has no users yet"
        raise InputError(
            "--user", f"the database has no user {asked!r}", f"{cure}; a member of the run's staff will do"
        )
    return asked


def user_id(connection: Connection, name: str, joined: date, added: list[AddedRows]) -> int:
    """The id of a user; one who is not there is added, with a password that lets nobody in, and told of."""
    id_ = _user_id(connection, name)
    if id_ is None:
        id_ = reserve_ids(connection, "auth_user", 1) + 1
        added.append(AddedRows(table="auth_user", first=id_, last=id_))
        connection.execute(
            """
            INSERT INTO auth_user (id, username, password, is_superuser, is_staff, is_active,
                                   first_name, last_name, email, date_joined)
            VALUES (%s, %s, %s, false, false, true, '', '', '', %s)
            """,
            (id_, name, unusable_password(name), joined),
        )
    return id_


def _user_id(connection: Connection, name: str) -> int | None:
    row = connection.execute("SELECT id FROM auth_user WHERE username = %s", (name,)).fetchone()
    return None if row is None else int(row[0])
