"""What stands in a load's way is named before a row is written: an old server, missing rights, triggers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

import warehouse.database
import warehouse.preflight.rights
from lake.errors import InputError
from lake.manifest import Manifest
from tests.warehouse import foreign
from tests.warehouse.probing import one, snapshot, structure
from warehouse.database import connect
from warehouse.load import Options, load_run
from warehouse.reconciling.reconcile import reconcile

Lake = tuple[Path, Manifest]
NUMBERS = count(1)

FILL = "SELECT, INSERT, DELETE"
FUNCTION = "CREATE FUNCTION noticed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"


def execute(dsn: str, *statements: str) -> None:
    with connect(dsn) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def clerk(server: str) -> Iterator[str]:
    """A user without any rights."""
    name = f"clerk{next(NUMBERS)}"
    execute(server, f"CREATE ROLE {name} LOGIN")
    yield name
    execute(server, f"DROP ROLE {name}")


def allow(dsn: str, user: str, rights: str = FILL, sequences: str = "ALL") -> str:
    """Give a user rights to fill all tables, which it does not own; its DSN."""
    execute(
        dsn,
        f"GRANT CREATE ON DATABASE {one(dsn, 'SELECT current_database()')} TO {user}",
        f"GRANT {rights} ON ALL TABLES IN SCHEMA public TO {user}",
        f"GRANT {sequences} ON ALL SEQUENCES IN SCHEMA public TO {user}",
    )
    return make_conninfo(dsn, user=user)


def refused(dsn: str, lake: Lake, match: str, owner: str = "", options: Options | None = None) -> str:
    """The message of a refusal that leaves the database as it was; `owner`: a DSN that may look at it."""
    owner = owner or dsn
    before, shape = snapshot(owner), structure(owner)
    with pytest.raises(InputError, match=match) as refusal:
        load_run(*lake, dsn, options=options or Options())
    assert snapshot(owner) == before
    assert structure(owner) == shape
    assert not one(owner, "SELECT to_regnamespace('smoltworks') IS NOT NULL")
    return str(refusal.value)


def test_an_old_server_is_refused(database: str, lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warehouse.database, "OLDEST_SERVER", 99)
    with pytest.raises(InputError, match="its server is PostgreSQL 18, the oldest that will do is 99"):
        load_run(*lake, database)


@pytest.mark.parametrize("table", ["health_licecount", "infrastructure_container", "auth_user"])
def test_a_trigger_is_named(used: str, lake: Lake, table: str) -> None:
    execute(used, FUNCTION, f"CREATE TRIGGER audit AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION noticed()")
    refused(used, lake, f"tables with triggers: audit on {table}\n.*disable it")


def test_a_trigger_that_does_not_fire_is_none(used: str, lake: Lake) -> None:
    execute(
        used,
        FUNCTION,
        "CREATE TRIGGER audit AFTER INSERT ON batch_batch FOR EACH ROW EXECUTE FUNCTION noticed()",
        "ALTER TABLE batch_batch DISABLE TRIGGER audit",
        "CREATE TRIGGER audit AFTER INSERT ON django_content_type FOR EACH ROW EXECUTE FUNCTION noticed()",
    )
    assert load_run(*lake, used).rows == lake[1].tables


@pytest.mark.parametrize("extension", ["timescaledb", "plpgsql"])
def test_the_triggers_of_timescale_are_none(
    used: str, lake: Lake, monkeypatch: pytest.MonkeyPatch, extension: str
) -> None:
    """It can't be installed here, so another extension, which gets a trigger's function, plays it."""
    monkeypatch.setattr(warehouse.preflight.rights, "TIMESCALE", extension)
    execute(
        used,
        FUNCTION,
        "CREATE TRIGGER guard AFTER INSERT ON batch_batch FOR EACH ROW EXECUTE FUNCTION noticed()",
        "ALTER EXTENSION plpgsql ADD FUNCTION noticed()",
    )
    if extension == "plpgsql":
        assert load_run(*lake, used).rows == lake[1].tables
    else:
        assert refused(used, lake, "tables with triggers: guard on batch_batch")


def test_a_user_without_any_right_learns_all_that_it_lacks(clerk: str, used: str, lake: Lake) -> None:
    message = refused(make_conninfo(used, user=clerk), lake, f"the user {clerk} lacks rights", used)
    assert "CREATE on the database, for the schema smoltworks" in message


def test_a_user_that_can_make_no_tables_is_refused(clerk: str, database: str, lake: Lake) -> None:
    dsn = make_conninfo(database, user=clerk)
    name = one(database, "SELECT current_database()")
    execute(database, f"GRANT CREATE ON DATABASE {name} TO {clerk}")
    refused(dsn, lake, "lacks rights: CREATE on the first schema of its search_path, for the UAT tables", database)
    execute(database, f"GRANT CREATE ON SCHEMA public TO {clerk}")
    assert load_run(*lake, dsn).rows == lake[1].tables


@pytest.mark.parametrize(
    ("revoked", "right"),
    [
        ("INSERT ON inventory_feedingevent", "INSERT on inventory_feedingevent"),
        ("SELECT ON infrastructure_container", "SELECT on infrastructure_container"),
        ("INSERT, DELETE ON batch_batch", "INSERT and one of UPDATE, DELETE, TRUNCATE on batch_batch"),
        ("UPDATE ON SEQUENCE batch_batch_id_seq", "UPDATE on its sequence on batch_batch"),
    ],
)
def test_a_right_that_is_missing_is_named(clerk: str, used: str, lake: Lake, revoked: str, right: str) -> None:
    dsn = allow(used, clerk)
    execute(used, f"REVOKE {revoked} FROM {clerk}")
    refused(dsn, lake, f"the user {clerk} lacks rights: {right}\n", used)


def test_rows_that_a_policy_hides_are_no_ground_for_a_load(clerk: str, used: str, lake: Lake) -> None:
    dsn = allow(used, clerk)
    execute(
        used,
        "CREATE POLICY own ON batch_batch USING (id > 1000000)",
        "ALTER TABLE batch_batch ENABLE ROW LEVEL SECURITY",
    )
    refused(dsn, lake, "BYPASSRLS, for its rows are hidden from some users on batch_batch", used)


def test_who_does_not_own_the_tables_keeps_their_indexes(clerk: str, used: str, lake: Lake) -> None:
    foreign.add_events(used)
    dsn = allow(used, clerk)
    message = refused(dsn, lake, f"the user {clerk} does not own tables", used)
    assert "finance_factharvest;" in message
    assert "batch_batch;" not in message  # others' rows are there, so its indexes stay anyway
    assert load_run(*lake, dsn, options=Options(keep_indexes=True)).rows == lake[1].tables
    assert list(reconcile(*lake, used)) == []


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        ("ALTER TABLE health_licecount DROP COLUMN count_value", "no column health_licecount.count_value"),
        ("ALTER TABLE batch_batch DROP COLUMN id CASCADE", "no column batch_batch.id"),
        ("ALTER TABLE batch_batch ALTER notes TYPE varchar(9)", "notes is character varying(9), expected text"),
        ("ALTER TABLE batch_batch ADD must integer NOT NULL", "batch_batch.must is not null without a default"),
        ("DROP TABLE health_licecount", "no table health_licecount"),
    ],
)
def test_other_tables_are_refused(used: str, lake: Lake, statement: str, difference: str) -> None:
    execute(used, statement)
    with pytest.raises(InputError, match="its tables are not those of the UAT database") as refusal:
        load_run(*lake, used)
    assert difference in str(refusal.value)
    assert not one(used, "SELECT to_regnamespace('smoltworks') IS NOT NULL")
