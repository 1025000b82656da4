"""python -m engine.verify RUN --realism, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import engine.verify
import smoltworks
from engine.biology.bands import read_telltales
from engine.report.realism import classified
from engine.statistics.telltales.cages import FILE, Told
from tests.statistics.test_statistics_table import KEYS

TOLD = [bound.name for bound in read_telltales().told]


def verify(*arguments: str | Path) -> Result:
    return CliRunner().invoke(engine.verify.app, [*map(str, arguments)])


@pytest.fixture
def cages(tmp_path: Path) -> Path:
    """A folder with a few weeks of real cages."""
    lines = ["farm,cage,day,days_since_start,lep_fe,mortality", "Farm A,1,2019-01-07,50,0.5,0.001"]
    (tmp_path / FILE).write_text("\n".join(lines))
    return tmp_path


def test_json_holds_every_tell_tale_beside_the_checks(small_run: Path, cages: Path) -> None:
    done = verify(small_run, "--only", "18_names", "--realism", "--cages", cages, "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert [check["name"] for check in data["checks"]] == ["18_names"]
    assert "statistics" not in data
    realism = data["realism"]
    assert realism["judged"] is False
    assert [figure["name"] for figure in realism["telltales"]] == TOLD
    for figure in realism["telltales"]:
        assert set(figure) == KEYS
        assert (figure["value"] is None) == bool(figure["note"])
        assert figure["source"]
    within = [figure["within"] for figure in realism["telltales"]]
    assert (realism["inside"], realism["outside"]) == (within.count(True), within.count(False))
    assert realism["outside"] > 0  # and yet the exit code is 0
    assert {constant["column"] for constant in realism["constant_columns"]} >= {"feeding_event.method"}
    assert realism["classifier"]["auc"] is None
    assert realism["classifier"]["note"].startswith("too few: 0 windows of real cages")


def test_the_tables_show_value_bound_and_source(small_run: Path) -> None:
    done = verify(small_run, "--realism-only")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "tell-tales, told and not judged" in done.stdout
    (row,) = [line for line in done.stdout.splitlines() if "weight samples of the commonest size" in line]
    for words in (
        "100",
        "up to 70",
        "outside",
        "a net brings up a few more or fewer than asked (G); from growth_sample",
    ):
        assert words in row
    (row,) = [line for line in done.stdout.splitlines() if "feeding_event.method" in line]
    assert "none known" in row
    assert "tell-tales inside their bounds" in done.stdout
    assert f"classifier: real cages not given: --cages FOLDER, with {FILE}" in done.stdout
    assert "04_double_booking" not in done.stdout


def test_without_the_option_nothing_is_told(small_run: Path) -> None:
    done = verify(small_run, "--only", "18_names", "--json")
    assert "realism" not in json.loads(done.stdout)
    done = verify(small_run, "--only", "18_names")
    assert "tell-tales" not in done.stdout


def test_statistics_and_tell_tales_together(small_run: Path) -> None:
    done = verify(small_run, "--statistics-only", "--realism", "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert data["checks"] == []
    assert data["statistics"]
    assert data["realism"]["telltales"]
    done = verify(small_run, "--statistics", "--realism-only", "--json")
    assert json.loads(done.stdout)["statistics"] == data["statistics"]


def test_wrong_input_is_one_message(small_run: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / FILE).write_text("farm,cage\nFarm A,1\n")
    for arguments, words in (
        (("--cages", tmp_path), "add --realism"),
        (("--realism", "--cages", tmp_path), "there is no such file"),
        (("--realism-only", "--cages", tmp_path / "nowhere"), f"give the folder that holds {FILE}"),
        (("--realism-only", "--cages", other), "can't be read"),
        (("--realism-only", "--only", "18_names"), "use --realism"),
        (("--realism-only", "--to", "host=nowhere"), "use --realism"),
    ):
        done = verify(small_run, *arguments)
        assert (done.exit_code, done.stdout) == (2, ""), arguments
        assert words in done.stderr.replace("\n", " ")
        assert "Traceback" not in done.stderr
    assert not (small_run / "logs" / "verify.json").exists()  # nothing was checked before
    done = verify(tmp_path / "no-run", "--realism-only")
    assert (done.exit_code, "no such run folder" in done.stderr) == (2, True)


def test_a_person_asks_in_python(small_run: Path, cages: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    found = smoltworks.open_run(small_run).realism(cages=cages, on_step=lambda *step: steps.append(step))
    assert [figure.name for figure in found.telltales] == TOLD
    assert {figure.name for figure in found.outside} <= set(TOLD)
    assert found.told.note.startswith("too few")
    told = [step for step in steps if step[0] == "tell-tales"]
    assert told[-1][1] == told[-1][2] == len(told) - 1
    again = smoltworks.open_run(small_run).realism(cages=cages)
    assert again.to_json() == found.to_json()


def test_the_classifiers_word() -> None:
    told = Told(auc=0.903, lowest=0.82, highest=0.958, logistic=0.911, real=248, ours=2906, note="")
    assert classified(told) == (
        "classifier: real cages and ours are told apart at AUC 0.90 (.5 chance, 1 always; 0.82 to 0.96 by fold, "
        "248 windows of real cages, 2,906 of ours); 0.91 by a logistic regression"
    )
