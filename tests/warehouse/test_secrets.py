"""No password of a database is ever written or told, in whatever form and by whatever way it was given."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from psycopg.conninfo import conninfo_to_dict
from typer.testing import CliRunner

from engine import load, verify
from engine.report.__main__ import app as report_app
from engine.report.console import input_errors
from tests.warehouse import small_lake

SECRET = "hush it's \\ 50%&"
QUOTED = SECRET.replace("\\", "\\\\").replace("'", "\\'")
SPELLINGS = {SECRET, QUOTED, quote(SECRET, safe=""), quote_plus(SECRET), json.dumps(SECRET)[1:-1], repr(SECRET)[1:-1]}


def words(parameters: dict[str, str], **secrets: str) -> str:
    plain = " ".join(f"{name}={value}" for name, value in parameters.items())
    return plain + "".join(f" {name}='{value}'" for name, value in secrets.items())


def address(parameters: dict[str, str]) -> str:
    user, database, host = (quote(parameters[name], safe="") for name in ("user", "dbname", "host"))
    return f"postgresql://{user}:{quote(SECRET, safe='')}@/{database}?host={host}&port={parameters.get('port', '5432')}"


@pytest.fixture(params=["password", "address", "sslpassword", "PGPASSWORD", "PGPASSFILE"])
def dsn(
    request: pytest.FixtureRequest, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A way to a database that would take any password, with one planted."""
    parameters = {name: str(value) for name, value in conninfo_to_dict(database).items()}
    if request.param in ("password", "sslpassword"):
        yield words(parameters, **{request.param: QUOTED})
    elif request.param == "address":
        yield address(parameters)
    else:
        kept = tmp_path / "pgpass"
        kept.write_text("*:*:*:*:" + SECRET.replace("\\", "\\\\") + "\n")
        kept.chmod(0o600)
        monkeypatch.setenv(request.param, SECRET if request.param == "PGPASSWORD" else str(kept))
        yield words(parameters)


def holds_secret(text: str | bytes) -> bool:
    data = text.encode() if isinstance(text, str) else text
    return any(spelling.encode() in data for spelling in SPELLINGS)


def test_the_search_finds_every_spelling() -> None:
    assert all(holds_secret(f"a {spelling} b") for spelling in SPELLINGS)
    assert not holds_secret("password=***")


def test_a_load_writes_and_tells_none(dsn: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    run = tmp_path / "run"
    run.mkdir()
    small_lake.build(run)
    told = []
    for app, arguments, expected in (
        (load.app, (run, "--to", dsn, "--json"), 0),
        (load.app, (run, "--to", dsn), 0),
        (verify.app, (run, "--to", dsn, "--json"), None),
        (verify.app, (run,), None),
        (report_app, (run,), None),
        (load.app, (run, "--to", dsn, "--restore", "--json"), 0),
        (load.app, (run, "--to", dsn, "--wipe", "--yes", "--json"), 0),
        (load.app, (run, "--to", dsn.replace("dbname=", "dbname=no_"), "--json"), None),
    ):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert expected in (None, result.exit_code), result.stderr
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        told.append(result.stdout + result.stderr)
        for path in run.rglob("*"):
            assert not (path.is_file() and holds_secret(path.read_bytes())), path
    assert not any(holds_secret(text) for text in told)
    assert not holds_secret(caplog.text)


@pytest.mark.parametrize("spelled", [("--to", "{}"), ("--to={}",)], ids=["apart", "together"])
def test_a_fault_of_ours_is_written_down_without_it(
    spelled: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logs").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["smoltworks", "load", "run", *(word.format(QUOTED) for word in spelled), "--json"])
    with pytest.raises(SystemExit), input_errors(tmp_path):
        raise KeyError("nobody foresaw this")
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert any(b"nobody foresaw this" in each and b"smoltworks load run" in each for each in written)
    assert not any(holds_secret(each) for each in written)
