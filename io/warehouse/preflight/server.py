"""What a database must be before anything is asked of it: one that stores UTF-8 and can be written."""

from __future__ import annotations

from types import MappingProxyType

from lake.errors import InputError
from warehouse.database import Connection

STATE = """
SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::bool,
       (SELECT source FROM pg_settings WHERE name = 'default_transaction_read_only')
"""
READ_ONLY_BY = MappingProxyType(
    {
        "database": "ALTER DATABASE ... RESET default_transaction_read_only",
        "user": "ALTER ROLE ... RESET default_transaction_read_only",
        "database user": "ALTER ROLE ... IN DATABASE ... RESET default_transaction_read_only",
        "client": "take default_transaction_read_only out of PGOPTIONS and the connection string",
    }
)


def refuse_other_encoding(connection: Connection) -> None:
    """InputError unless the database stores texts as UTF-8: others lack letters that ours have, or take any bytes."""
    row = connection.execute("SELECT current_setting('server_encoding'), current_database()").fetchone()
    assert row is not None
    encoding, name = row
    if encoding != "UTF8":
        raise InputError(
            "target database",
            f"{name} stores texts as {encoding}, which can't hold or does not check the run's",
            "make one that stores UTF-8 and migrate it: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0",
        )


def refuse_read_only(connection: Connection) -> None:
    """InputError where nothing can be written: a standby, or a server, database or role that is set to read only."""
    row = connection.execute(STATE).fetchone()
    assert row is not None
    recovering, read_only, source = row
    if recovering:
        raise InputError("target database", "its server is a standby, in recovery", "connect to the primary server")
    if read_only:
        raise InputError(
            "target database",
            f"it is read-only: default_transaction_read_only is on, set by {source}",
            "if it may be written, " + READ_ONLY_BY.get(str(source), "set it off in the server's configuration"),
        )
