"""smoltworks, python -m smoltworks and python -m engine: one command, whose hints name what works where one stands."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from engine import __version__
from engine.commands import COMMANDS

ROOT = Path(__file__).parents[1]
SPELLINGS = ("script", "smoltworks", "engine")
HEAVY = ("numba", "pyarrow", "pydantic", "duckdb", "polars", "numpy", "psycopg", "altair", "rich")


@pytest.fixture(scope="module")
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the console script, as an installer writes it from what pyproject.toml declares."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    folder = tmp_path_factory.mktemp("bin")
    for name, target in declared.items():
        module, function = target.split(":")
        script = folder / name
        script.write_text(f"#!{sys.executable}\nimport sys\nfrom {module} import {function}\nsys.exit({function}())\n")
        script.chmod(0o755)
    return folder


def call(
    bin_folder: Path, spelling: str, *arguments: str | Path, path: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command as typed; `path` stands in for PATH, which else begins with the script's folder."""
    start = [str(bin_folder / "smoltworks")] if spelling == "script" else [sys.executable, "-m", spelling]
    paths = os.pathsep.join([str(bin_folder), os.environ["PATH"]]) if path is None else path
    return subprocess.run(
        [*start, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PATH": paths, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_it_lists_the_commands_and_tells_its_version(bin_folder: Path, spelling: str) -> None:
    for arguments in ((), ("--help",)):
        listed = call(bin_folder, spelling, *arguments)
        assert listed.returncode == 0, listed.stderr
        assert set(COMMANDS) <= set(re.findall(r"^  (\w+)  ", listed.stdout, re.MULTILINE))
        assert ("--install-completion" in listed.stdout) == (spelling == "script")
    version = call(bin_folder, spelling, "--version")
    assert (version.returncode, version.stdout) == (0, f"smoltworks {__version__}\n")
    unknown = call(bin_folder, spelling, "rnu")
    assert unknown.returncode == 2
    assert "Did you mean 'run'?" in unknown.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_the_same_by_every_spelling(bin_folder: Path, name: str) -> None:
    # an environment that was entered: `python` is the one that runs the tests
    entered = os.pathsep.join([str(bin_folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    alone = call(bin_folder, f"engine.{name}", "--help").stdout
    for spelling in SPELLINGS:
        usage, words = call(bin_folder, spelling, name, "--help", path=entered).stdout.split("\n", 1)
        assert usage.startswith(f"Usage: {'smoltworks' if spelling == 'script' else f'python -m {spelling}'} {name} ")
        assert words == alone.split("\n", 1)[1]
    assert re.findall(r"\S+-$", words, re.MULTILINE) == [], "a word is broken at its hyphen"


@pytest.mark.parametrize(
    "arguments",
    [("engine", "--help"), ("smoltworks", "--version"), *(("engine", name, "--help") for name in COMMANDS)]
    + [(f"engine.{name}", "--help") for name in COMMANDS],
    ids=" ".join,
)
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", *arguments], capture_output=True, text=True, check=True
    ).stderr
    modules = {line.rpartition("|")[2].strip() for line in loaded.splitlines() if line.startswith("import time:")}
    assert "engine" in modules
    assert modules & set(HEAVY) == set()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run",), r"--schedule: A schedule: a shipped name \(demo\), .*"),
        (("plot", "runs/demo"), r"WHAT: .*growth.*"),
        (("run", "--schedule", "demo", "--workers", "many"), r"--workers: Worker processes.*"),
    ],
    ids=" ".join,
)
def test_what_is_missing_or_wrong_is_told_with_its_meaning(
    bin_folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = call(bin_folder, "script", *arguments, "--json")
    assert done.returncode == 2
    assert re.search(rf"^  {words}$", done.stderr, re.MULTILINE), done.stderr
    assert re.match(words, json.loads(done.stdout)["error"]["cure"])


def test_completion_is_installed_and_completes(bin_folder: Path, tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "SHELL": "/bin/bash", "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    installed = call(bin_folder, "script", "--install-completion", "bash", **home)
    assert installed.returncode == 0, installed.stderr
    assert "smoltworks" in (tmp_path / ".bash_completions" / "smoltworks.sh").read_text()
    for words, completed in (("smoltworks ve", "verify"), ("smoltworks verify --stat", "--statistics")):
        asked = {"_SMOLTWORKS_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        assert completed in call(bin_folder, "script", **asked).stdout.split()


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """A folder, with a space in its name, in which a run was begun and not finished."""
    folder = tmp_path / "my run"
    (folder / "logs").mkdir(parents=True)
    (folder / "logs" / "run.jsonl").touch()
    return folder


def hinted(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The words of the command that a message names."""
    found = re.search(r"finish it: (.*)", done.stderr)
    assert found is not None, done.stderr
    return shlex.split(found[1])


@pytest.mark.parametrize("spelling", [*SPELLINGS, "engine.sql"])
def test_a_hint_begins_as_what_was_typed_and_works(bin_folder: Path, spelling: str, half: Path) -> None:
    arguments = (half,) if spelling == "engine.sql" else ("sql", half)
    words = hinted(call(bin_folder, spelling, *arguments))
    again = ["--schedule", str(half / "schedule.yaml"), "--out", str(half), "--resume"]
    assert words[-len(again) :] == again
    start = words[: -len(again)]
    if spelling == "script":
        assert start == ["smoltworks", "run"]
    else:
        module = ["engine.run"] if spelling == "engine.sql" else [spelling, "run"]
        assert start[1:] == ["-m", *module]
        same = shutil.which(start[0])
        assert same is not None
        assert Path(same).samefile(sys.executable)
    environment = {"PATH": os.pathsep.join([str(bin_folder), os.environ["PATH"]])}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    followed = subprocess.run(words, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert followed.returncode == 2
    assert "schedule.yaml: no such file" in followed.stderr


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_hint_names_the_program_by_its_path_where_a_shell_would_not_find_it(
    bin_folder: Path, spelling: str, half: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for name in ("python", "python3", "smoltworks"):  # of the same names, elsewhere
        (other / name).symlink_to("/bin/true")
    words = hinted(call(bin_folder, spelling, "sql", half, path=str(other)))
    assert words[0] == (str(bin_folder / "smoltworks") if spelling == "script" else os.path.abspath(sys.executable))


def test_a_hint_to_a_program_that_imports_us_is_a_whole_command(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from lake.next_step import command; print(command('load', 'a b', '--serve'))"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    words = shlex.split(told)
    assert words[-3:] == ["load", "a b", "--serve"]
    assert Path(words[0]).stem == "smoltworks" or words[1:3] == ["-m", "smoltworks"]


def test_no_message_spells_a_command_by_itself() -> None:
    for path in [*(ROOT / "engine").rglob("*.py"), *(ROOT / "io").rglob("*.py"), *(ROOT / "smoltworks").rglob("*.py")]:
        if path.name in ("schedule_text.py", "next_step.py", "commands.py", "__init__.py"):
            continue  # the header of a schedule's file is part of its data; the others tell of the spellings
        body = path.read_text(encoding="utf-8").split('"""', 2)[2]
        assert "python -m" not in body, path
