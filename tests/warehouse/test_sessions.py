"""Whatever database, role and environment set, a load does the same; what it can't bear is refused before it begins."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count, cycle
from pathlib import Path

import duckdb
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import warehouse.preflight.server
from lake.errors import InputError
from lake.manifest import Manifest
from tests.warehouse import foreign
from tests.warehouse.databases import new_database
from tests.warehouse.probing import ask, one
from warehouse.database import connect
from warehouse.load import Options, load_run
from warehouse.reconciling.derived_comparisons import LAKE_HASH, UAT_HASH
from warehouse.reconciling.reconcile import reconcile
from warehouse.selection import Selection
from warehouse.session import SETTINGS
from warehouse.uat.identifiers import literal, qualified
from warehouse.uat.tables import UAT_TABLES
from warehouse.wipe import wipe_run

Lake = tuple[Path, Manifest]
NUMBERS = count(1)
WAYS = ("database", "role", "environment")

ODD = {
    "client_encoding": "LATIN1",
    "DateStyle": "SQL, DMY",
    "IntervalStyle": "sql_standard",
    "TimeZone": "Pacific/Kiritimati",
    "extra_float_digits": "-15",
    "bytea_output": "escape",
    "statement_timeout": "1ms",
    "lock_timeout": "1ms",
    "idle_in_transaction_session_timeout": "1ms",
    "idle_session_timeout": "5ms",
    "transaction_timeout": "200ms",
    "search_path": "elsewhere, public",
    "standard_conforming_strings": "off",
    "array_nulls": "off",
    "quote_all_identifiers": "on",
    "transform_null_equals": "on",
    "exit_on_error": "on",
    "row_security": "off",
    "session_replication_role": "replica",
    "default_transaction_isolation": "serializable",
    "default_transaction_deferrable": "on",
    "enable_hashjoin": "off",
}
ENVIRONMENT = {
    "PGCLIENTENCODING": "LATIN1",
    "PGTZ": "Asia/Kathmandu",
    "PGDATESTYLE": "German",
    "PGGEQO": "off",
    "PGHOSTADDR": "192.0.2.1",
    "PGAPPNAME": "another",
}
# few tables, so that a load takes a moment: texts, days, times, numbers and JSON are among their columns
PART = Options(selection=Selection(tables=("daily_state", "environmental_reading", "planned_activity")))


@pytest.fixture(scope="module")
def somebody(server: str) -> Iterator[str]:
    """A superuser other than the server's own, so that a setting of this role stops nobody else."""
    execute(server, "CREATE ROLE somebody SUPERUSER LOGIN")
    yield "somebody"
    execute(server, "DROP ROLE somebody")


@pytest.fixture(scope="module")
def template(server: str) -> Iterator[str]:
    """A database in use, and beside the application's schema another with tables of the same names."""
    with new_database(server, "session_template") as dsn:
        foreign.create(dsn)
        execute(dsn, "CREATE SCHEMA elsewhere", "CREATE TABLE elsewhere.batch_batch (LIKE public.batch_batch)")
        execute(dsn, "CREATE TABLE elsewhere.auth_user (LIKE public.auth_user)")
        yield "session_template"


@pytest.fixture
def target(server: str, template: str, somebody: str) -> Iterator[str]:
    with new_database(server, f"session{next(NUMBERS)}", template) as dsn:
        yield make_conninfo(dsn, user=somebody)


@pytest.fixture(scope="module")
def outcome(server: str, template: str, lake: Lake) -> tuple[str, ...]:
    """Every table of the application after a load and verification where nothing is set."""
    with new_database(server, "session_plain", template) as dsn:
        load_run(*lake, dsn, options=PART)
        assert list(reconcile(*lake, dsn)) == []
        return digests(dsn)


def execute(dsn: str, *statements: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            connection.execute(sql.SQL(statement))


def digests(dsn: str) -> tuple[str, ...]:
    """A checksum of each table's rows."""
    with connect(dsn) as connection:
        query = " UNION ALL ".join(
            f"SELECT {literal(name)}, md5(string_agg(t::text, ';' ORDER BY t::text)) FROM {qualified(name)} t"
            for name in UAT_TABLES
        )
        return tuple(sorted(f"{name} {digest}" for name, digest in connection.execute(sql.SQL(query)).fetchall()))


@contextmanager
def setting(dsn: str, name: str, value: str, way: str) -> Iterator[None]:
    """A setting that is made for a DSN's database, its role, or the environment, as long as the block lasts."""
    of, server = conninfo_to_dict(dsn), make_conninfo(dsn, dbname="postgres", user="postgres")
    if way == "environment":
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PGOPTIONS", "-c {}={}".format(name, value.replace(" ", "\\ ")))
            yield
        return
    whose = f"DATABASE {of['dbname']}" if way == "database" else f"ROLE {of['user']}"
    written = value if name == "search_path" else literal(value)
    execute(server, f'ALTER {whose} SET "{name}" = {written}')
    yield
    execute(server, f'ALTER {whose} RESET "{name}"')


def session(dsn: str) -> dict[str, str]:
    with connect(dsn) as connection:
        rows = connection.execute(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", ([*SETTINGS, "search_path"],)
        ).fetchall()
    return {str(name): str(value) for name, value in rows}


def known(server: str, name: str) -> None:
    if not ask(server, "SELECT 1 FROM pg_settings WHERE name = %s", name):
        pytest.skip("this server has no such setting")


@pytest.mark.parametrize("name", ODD)
def test_no_setting_of_database_role_or_environment_reaches_a_session(name: str, server: str, target: str) -> None:
    known(server, name)
    plain = session(target)
    for way in WAYS:
        with setting(target, name, ODD[name], way):
            assert session(target) == plain, way


@pytest.mark.parametrize(("name", "way"), list(zip(ODD, cycle(WAYS), strict=False)))
def test_no_setting_changes_what_is_loaded_and_verified(
    name: str, way: str, server: str, target: str, *, lake: Lake, outcome: tuple[str, ...]
) -> None:
    known(server, name)
    with setting(target, name, ODD[name], way):
        load_run(*lake, target, options=PART)
        assert list(reconcile(*lake, target)) == []
    assert digests(target) == outcome
    assert one(target, "SELECT count(*) FROM elsewhere.batch_batch") == 0


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_no_variable_of_the_environment_reaches_a_session(
    name: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = session(target)
    monkeypatch.setenv(name, ENVIRONMENT[name])
    assert session(target) == plain


def test_a_limit_of_a_moment_stops_no_session(server: str, target: str) -> None:
    """A role's limit is in force from its first statement on."""
    for name in ("statement_timeout", "idle_session_timeout"):
        with setting(target, name, "1ms", "role"), connect(target) as connection:
            connection.execute("SELECT pg_sleep(0.05)")


def test_a_setting_that_does_not_take_is_refused_by_name(server: str, target: str) -> None:
    """Whether keys are checked is not for everybody to say."""
    execute(server, "CREATE ROLE clerk LOGIN")
    try:
        with (
            setting(target, "session_replication_role", "replica", "database"),
            pytest.raises(InputError, match=r"session_replication_role is 'replica', not 'origin': permission denied"),
        ):
            connect(make_conninfo(target, user="clerk"))
    finally:
        execute(server, "DROP ROLE clerk")


def test_tables_go_into_the_schema_where_the_application_has_its_own(target: str, lake: Lake) -> None:
    execute(target, "DROP SCHEMA elsewhere CASCADE", "ALTER SCHEMA public RENAME TO tenant", "CREATE SCHEMA public")
    load_run(*lake, target, options=PART)
    assert list(reconcile(*lake, target)) == []
    assert one(target, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    assert one(target, "SELECT count(*) > 0 FROM tenant.batch_batch")


def test_which_of_several_schemas_is_asked_for(target: str, lake: Lake) -> None:
    execute(target, "ALTER SCHEMA public RENAME TO tenant", "CREATE SCHEMA public")
    with pytest.raises(InputError, match="in several schemas: elsewhere, tenant"):
        load_run(*lake, target, options=PART)
    named = make_conninfo(target, options="-c search_path=tenant")
    load_run(*lake, named, options=PART)
    assert list(reconcile(*lake, named)) == []


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_of_another_encoding_is_refused(server: str, lake: Lake, encoding: str) -> None:
    name = f"session{next(NUMBERS)}"
    execute(server, f"CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    dsn = make_conninfo(server, dbname=name)
    try:
        for refused in (load_run, reconcile):
            with pytest.raises(InputError, match=f"{name} stores texts as {encoding}"):
                refused(*lake, dsn)
        assert ask(dsn, "SELECT tablename FROM pg_tables WHERE schemaname IN ('public', 'smoltworks')") == []
    finally:
        execute(server, f"DROP DATABASE {name}")


def test_texts_are_compared_as_what_they_say_and_not_as_bytes(server: str) -> None:
    """The degree sign is one byte in LATIN1 and two in UTF-8; its checksum is the lake's in both."""
    name = f"session{next(NUMBERS)}"
    execute(server, f"CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    try:
        found = one(make_conninfo(server, dbname=name), f"SELECT {UAT_HASH.format('chr(176)')}")
        assert duckdb.execute(f"SELECT {LAKE_HASH.format('chr(176)')}").fetchall() == [(found,)]
    finally:
        execute(server, f"DROP DATABASE {name}")


@pytest.mark.parametrize("way", WAYS)
def test_what_is_meant_to_be_read_only_is_refused_and_can_be_verified(
    server: str, target: str, lake: Lake, way: str
) -> None:
    load_run(*lake, target, options=PART)
    with setting(target, "default_transaction_read_only", "on", way):
        for refused in (lambda: load_run(*lake, target), lambda: wipe_run(lake[1], target)):
            with pytest.raises(InputError, match=r"it is read-only.*\n.*if it may be written"):
                refused()
        assert list(reconcile(*lake, target)) == []


def test_a_standby_is_refused_and_can_be_verified(target: str, lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that says of itself that it is in recovery stands for a second server that follows a first."""
    load_run(*lake, target, options=PART)
    execute(
        target,
        "CREATE SCHEMA standby",
        "CREATE FUNCTION standby.pg_is_in_recovery() RETURNS bool LANGUAGE sql AS 'SELECT true'",
    )
    monkeypatch.setattr(
        warehouse.preflight.server, "STATE", warehouse.preflight.server.STATE.replace("pg_is", "standby.pg_is")
    )
    with pytest.raises(InputError, match="a standby, in recovery"):
        load_run(*lake, target, options=PART)
    assert list(reconcile(*lake, target)) == []


class Pooler:
    """One session of a server, given to whoever sends something next, and free again when a transaction is over."""

    def __init__(self, server: str, folder: Path) -> None:
        self.turn = threading.Lock()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(folder / ".s.PGSQL.5432"))
        self.socket.listen()
        self.backend = socket.socket(socket.AF_UNIX)
        of = conninfo_to_dict(server)
        self.backend.connect(f"{of['host']}/.s.PGSQL.5432")
        words = b"".join(f"{k}\0{v}\0".encode() for k, v in (("user", of["user"]), ("database", of["dbname"])))
        self.backend.sendall(struct.pack("!ii", len(words) + 9, 196608) + words + b"\0")
        self.greeting = b"".join(m for m in self.answers() if m[:1] != b"K")
        threading.Thread(target=self.serve, daemon=True).start()

    def answers(self) -> Iterator[bytes]:
        """The server's messages up to the one that says it is ready."""
        while True:
            message = self.message(self.backend)
            yield message
            if message[:1] == b"Z":
                self.idle = message[-1:] == b"I"
                return

    @staticmethod
    def message(of: socket.socket) -> bytes:
        head = of.recv(5, socket.MSG_WAITALL)
        if len(head) < 5:
            raise EOFError
        (length,) = struct.unpack("!i", head[1:])
        return head + (of.recv(length - 4, socket.MSG_WAITALL) if length > 4 else b"")

    def serve(self) -> None:
        while True:
            client, _ = self.socket.accept()
            threading.Thread(target=self.client, args=(client,), daemon=True).start()

    def client(self, client: socket.socket) -> None:
        (length,) = struct.unpack("!i", client.recv(4, socket.MSG_WAITALL))
        startup = client.recv(length - 4, socket.MSG_WAITALL)
        if b"options" in startup:
            words = b"SFATAL\0C08P01\0Munsupported startup parameter: options\0\0"
            client.sendall(b"E" + struct.pack("!i", len(words) + 4) + words)
            client.close()
            return
        key = b"K" + struct.pack("!iii", 12, 999_999, 1)
        client.sendall(self.greeting[:-6] + key + self.greeting[-6:])
        with suppress(EOFError, OSError):
            while True:
                asked = self.message(client)
                with self.turn:
                    while True:
                        if asked[:1] == b"X":
                            return
                        self.backend.sendall(asked)
                        if asked[:1] in (b"Q", b"S"):
                            for answer in self.answers():
                                client.sendall(answer)
                            if self.idle:
                                break
                        asked = self.message(client)


def test_a_pooler_that_gives_sessions_to_others_is_refused(target: str, server_folder: Path) -> None:
    """Such a pooler knows no options, has a process number of its own, and one session for all who are idle."""
    Pooler(target, server_folder)
    with pytest.raises(InputError, match="a pooler gives its sessions to others"):
        connect(make_conninfo(target, host=str(server_folder)))
