"""PostgreSQL's errors in words: what it says, and what helps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import MappingProxyType

import psycopg
from psycopg.conninfo import conninfo_to_dict

from lake.errors import InputError

SECRETS = ("password", "sslpassword", "oauth_client_secret")

FULL_DISK = "53100"
GONE = "the server, or what lies between, ended the connection; see whether it runs, and why it ended"
# By the beginning of the error's SQLSTATE, the longest that fits: what helps.
ADVICE = MappingProxyType(
    {
        FULL_DISK: "the server's disk is full: free some there, or give the server a larger one",
        "53200": "the server has no memory left: raise max_locks_per_transaction, or give it more memory",
        "53300": "the server has no connection left: close some sessions, or load with --connections 1",
        "53400": "a limit of the server is reached: raise the one it names (such as temp_file_limit)",
        "40P01": "another session held what the load waited for, and waited for it in turn: let that one end first",
        "40001": "another session changed the same rows: let that one end first",
        "55P03": "another session holds what is needed for longer than may be waited: end its transaction",
        "57014": "somebody, or a limit of time on the way, cancelled the statement",
        "57": GONE,
        "08": GONE,
        "25P": "a limit of idle time ended the connection: lift it for this user",
        "25006": "the server does not let itself be written to: a standby, or set to read only",
        "42501": "this user may not do that: load as a user that owns the UAT tables and may create a schema",
        "58": "the server can't use its files: see its log",
        "XX": "the server's files are damaged: see its log, and restore the database from its backup",
    }
)


def hide_secrets(message: str, dsn: str) -> str:
    """A server's or libpq's message without the DSN's secrets."""
    for name, value in conninfo_to_dict(dsn).items():
        if name in SECRETS and value:
            message = message.replace(str(value), "***")
    return message


def explain_error(error: psycopg.Error) -> str:
    """A constraint's failure in words: which one, and PostgreSQL's detail."""
    detail = error.diag.message_detail or ""
    return f"{error.diag.message_primary or error} {detail}".strip()


def describe_error(error: psycopg.Error, dsn: str) -> str:
    """What PostgreSQL says, without secrets, and on a second line what helps, where that is known."""
    state = error.sqlstate or ("08" if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) else "")
    advice = next((ADVICE[state[:n]] for n in (5, 3, 2) if state[:n] in ADVICE), "")
    said = " ".join(hide_secrets(explain_error(error), dsn).split())
    return f"{said}\n  {advice}" if advice else said


@contextmanager
def database_errors(dsn: str, failure: Callable[[str], Exception] | None = None) -> Iterator[None]:
    """No psycopg.Error leaves the block: it becomes what `failure` makes of its description, else an InputError."""
    try:
        yield
    except psycopg.Error as e:
        words = describe_error(e, dsn)
        if failure is not None:
            raise failure(words) from e
        problem, _, cure = words.partition("\n  ")
        raise InputError("target database", problem, cure) from None
