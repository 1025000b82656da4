"""A session of our own: whatever database, role or environment sets, ours is the same, and it is read back."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import Any, LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict

from lake.errors import InputError

Session = psycopg.Connection[tuple[Any, ...]]

# What results, refusals or the spelling of values depend on; one that the server does not know is left out.
# default_transaction_read_only is not among them: who sets that wants nothing written, and is heeded.
SETTINGS = MappingProxyType(
    {
        "statement_timeout": "0",
        "lock_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
        "idle_session_timeout": "0",
        "transaction_timeout": "0",
        "client_encoding": "UTF8",
        "DateStyle": "ISO, YMD",
        "IntervalStyle": "postgres",
        "TimeZone": "UTC",
        "extra_float_digits": "1",
        "bytea_output": "hex",
        "array_nulls": "on",
        "standard_conforming_strings": "on",
        "quote_all_identifiers": "off",
        "transform_null_equals": "off",
        "exit_on_error": "off",
        "row_security": "on",
        "restrict_nonsystem_relation_kind": "",
        "session_replication_role": "origin",
        "default_transaction_isolation": "read committed",
        "default_transaction_deferrable": "off",
    }
)
DEFAULT_SCHEMA = "public"
APPLICATION_TABLE = "batch_batch"  # where this one is, there are the others
SEARCH_PATH = "search_path"

# In force before the first statement, which a short limit of the role's would cut off already.
FROM_THE_START = " ".join(
    f"-c {name}=0"
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout")
)
# How a pooler, or a server too old for one of them, refuses them: it is then asked without.
UNKNOWN_AT_START = ("startup parameter", "unrecognized configuration parameter")


def open_session(dsn: str, **parameters: Any) -> Session:
    """An autocommit connection whose session is ours. psycopg.Error when it can't be opened; InputError when a setting
    does not take, the application's tables are in several schemas, or a pooler shares the session with others."""
    named = str(conninfo_to_dict(dsn).get("options") or "")
    given = named or os.environ.get("PGOPTIONS", "")
    host = str(conninfo_to_dict(dsn).get("host") or "")
    if host.startswith("/"):
        parameters.setdefault("hostaddr", "")  # PGHOSTADDR is about another server than that of this socket
    parameters |= {"autocommit": True, "client_encoding": "UTF8"}
    try:
        connection = psycopg.connect(dsn, **parameters, options=f"{given} {FROM_THE_START}".strip())
    except psycopg.OperationalError as e:
        if not any(words in str(e) for words in UNKNOWN_AT_START):
            raise
        connection = psycopg.connect(dsn, **parameters, options=named)
    try:
        _set_up(connection, keep_search_path=SEARCH_PATH in named)
        _refuse_shared(connection, dsn, parameters, named)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: Session, *, keep_search_path: bool) -> None:
    given = str(_value(connection, "SHOW search_path"))
    connection.execute("SET search_path TO pg_catalog")  # so that nobody's functions answer what is asked below
    rows = connection.execute(
        "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)", (list(SETTINGS),)
    ).fetchall()
    found = {str(name): str(value) for name, value in rows}
    wanted = {name: value for name, value in SETTINGS.items() if name in found}
    wanted[SEARCH_PATH] = given if keep_search_path else _application_schema(connection)
    for name, value in wanted.items():
        # one that has its value already needs no right to set it
        if found.get(name) != value:
            try:
                connection.execute("SELECT pg_catalog.set_config(%s, %s, false)", (name, value))
            except psycopg.Error as e:
                if connection.broken:
                    raise
                raise _not_taken([f"{name} is {found.get(name)!r}, not {value!r}: {e.diag.message_primary}"]) from None
    rows = connection.execute(
        "SELECT name, pg_catalog.current_setting(name) FROM pg_catalog.unnest(%s::text[]) AS name", (list(wanted),)
    ).fetchall()
    wrong = [f"{name} is {value!r}, not {wanted[name]!r}" for name, value in rows if value != wanted[name]]
    if wrong:
        raise _not_taken(wrong)


def _not_taken(wrong: list[str]) -> InputError:
    return InputError(
        "target database",
        f"settings of the session do not take: {'; '.join(wrong)}",
        "take them out of ALTER DATABASE, ALTER ROLE and PGOPTIONS, and connect to the server itself, not to a pooler",
    )


def _application_schema(connection: Session) -> str:
    """A search_path that leads to the application's tables alone; the default one where there are none."""
    rows = connection.execute(
        """
        SELECT n.nspname, quote_ident(n.nspname) FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relname = %s AND c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' ORDER BY 1
        """,
        (APPLICATION_TABLE,),
    ).fetchall()
    schemas = {str(name): str(quoted) for name, quoted in rows}
    if not schemas or DEFAULT_SCHEMA in schemas:
        return DEFAULT_SCHEMA
    if len(schemas) > 1:
        raise InputError(
            "target database",
            f"the application's tables are in several schemas: {', '.join(schemas)}",
            f"name one in the connection string: options='-c search_path={next(iter(schemas))}'",
        )
    return next(iter(schemas.values()))


def _refuse_shared(connection: Session, dsn: str, parameters: dict[str, Any], options: str) -> None:
    """InputError where a pooler gives the server's session to others between our transactions.

    Settings and the loader's lock would then be theirs as well as ours.
    """
    process = "SELECT pg_backend_pid()"
    own = _value(connection, process)
    if connection.info.backend_pid == own:
        return  # no pooler is between
    try:
        with psycopg.connect(dsn, **parameters, options=options) as other, other.transaction():
            # while the other holds a session in a transaction, one that is truly ours stays ours
            shared = _value(other, process) == own or _value(connection, process) != own
    except psycopg.Error:
        return  # there is one session for us, and nobody else gets it
    if shared:
        raise InputError(
            "target database",
            "a pooler gives its sessions to others between transactions",
            "connect to the server itself, or to a pool of mode 'session'",
        )


def _value(connection: Session, query: LiteralString) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]
