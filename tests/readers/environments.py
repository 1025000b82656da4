"""The readers that are tried, each in an environment of its own, made from the registry: .venv-readers/NAME."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv-readers"
PROBE = Path(__file__).with_name("probe.py")
PYTHON = "3.11"  # the last for which every one of these has a wheel


@dataclass(frozen=True)
class Reader:
    """A reader's name here and the probe that asks it, what is installed, and what it gives otherwise than exactly.

    differs: our types in words, as this reader gives them; where that is a float, sums may differ in the last digit.
    """

    name: str
    probe: str
    packages: tuple[str, ...]
    differs: tuple[tuple[str, str], ...] = ()
    remark: str = ""
    needs: str = ""  # a command without which it can't work
    beside: str = ""  # the reader whose environment it uses

    @property
    def javascript(self) -> bool:
        """Whether it comes from npm and runs in Node."""
        return self.needs == "node"


OLD_NUMPY = "numpy<2"
PANDAS_2 = "pandas 2.2 on pyarrow 17"
PANDAS_17, NEW_PANDAS = ("pandas==2.2.3", "pyarrow==17.0.0", OLD_NUMPY), ("pandas", "pyarrow")
AS_FLOATS = (("decimal", "float"), ("date", "local timestamp"))
OLD_DUCKDB, NEW_DUCKDB = "DuckDB 1.0", "DuckDB, newest"
VIEWS, BY_VIEWS = "lake.duckdb", "by `lake.duckdb`, opened from another folder"
RECIPE = "the recipe above: decimals as floats, days as times"
READERS = (
    Reader(name="pyarrow 16", probe="pyarrow", packages=("pyarrow==16.1.0", OLD_NUMPY)),
    Reader(name="pyarrow 17", probe="pyarrow", packages=("pyarrow==17.0.0", OLD_NUMPY)),
    Reader(name="pyarrow 19", probe="pyarrow", packages=("pyarrow==19.0.1",)),
    Reader(name="pyarrow, newest", probe="pyarrow", packages=("pyarrow",)),
    Reader(name="Polars 1.9", probe="polars", packages=("polars==1.9.0",)),
    Reader(name="Polars 1.20", probe="polars", packages=("polars==1.20.0",)),
    Reader(name="Polars 1.37", probe="polars", packages=("polars==1.37.1",)),
    Reader(name="Polars, newest", probe="polars", packages=("polars",)),
    Reader(name="pandas 2.2 on pyarrow 16", probe="pandas", packages=("pandas==2.2.3", "pyarrow==16.1.0", OLD_NUMPY)),
    Reader(name=PANDAS_2, probe="pandas", packages=PANDAS_17),
    Reader(name="pandas, newest", probe="pandas", packages=NEW_PANDAS),
    Reader(
        name="pandas 2.2, recipe", probe="recipe", packages=PANDAS_17, differs=AS_FLOATS, remark=RECIPE, beside=PANDAS_2
    ),
    Reader(
        name="pandas, newest, recipe",
        probe="recipe",
        packages=NEW_PANDAS,
        differs=AS_FLOATS,
        remark=RECIPE,
        beside="pandas, newest",
    ),
    Reader(name=OLD_DUCKDB, probe="duckdb", packages=("duckdb==1.0.0",)),
    Reader(name=NEW_DUCKDB, probe="duckdb", packages=("duckdb",)),
    Reader(name=f"{OLD_DUCKDB}, views", probe=VIEWS, packages=("duckdb==1.0.0",), remark=BY_VIEWS, beside=OLD_DUCKDB),
    Reader(name=f"{NEW_DUCKDB}, views", probe=VIEWS, packages=("duckdb",), remark=BY_VIEWS, beside=NEW_DUCKDB),
    Reader(name="DataFusion 43", probe="datafusion", packages=("datafusion==43.1.0",)),
    Reader(name="DataFusion, newest", probe="datafusion", packages=("datafusion",)),
    Reader(
        name="fastparquet, newest",
        probe="fastparquet",
        packages=("fastparquet",),
        differs=(("decimal", "float"), ("date", "local timestamp"), ("timestamp", "local timestamp")),
        remark="decimals as floats, days as times, times without a zone: its own way",
    ),
    Reader(name="ClickHouse (chdb), newest", probe="chdb", packages=("chdb",)),
    Reader(
        name="hyparquet, newest",
        probe="hyparquet",
        packages=("hyparquet", "hyparquet-compressors"),
        differs=(("decimal", "float"),),
        remark="JavaScript, in a browser too; decimals as numbers, its own way",
        needs="node",
    ),
    Reader(name="Spark 3.5", probe="pyspark", packages=("pyspark==3.5.*",), needs="java"),
)


def environment(reader: Reader) -> Path | str:
    """The interpreter that has a reader, or why there is none; made once, and anew when what is wanted changes.

    What is wanted of a newest reader changes every day.
    """
    if reader.needs and shutil.which(reader.needs) is None:
        return f"no {reader.needs} on this machine"
    base = _python()
    if base is None:
        return f"no Python {PYTHON} on this machine"
    folder = FOLDER / _folder_name(reader.beside or reader.name)
    day = "" if "==" in reader.packages[0] else date.today().isoformat()
    mark, wanted = folder / ".ready", hashlib.sha256(f"{reader.packages}{day}".encode()).hexdigest()
    python = folder / "bin" / "python"
    if not (mark.exists() and mark.read_text() == wanted):
        shutil.rmtree(folder, ignore_errors=True)
        install = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--only-binary=:all:"]
        if reader.probe == "pyspark":
            install.remove("--only-binary=:all:")  # Spark comes as source alone
        if reader.javascript:
            install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)]
        for command in ([base, "-m", "venv", str(folder)], [*install, *reader.packages]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
                return f"can't be installed: {last}"
        mark.write_text(wanted)
    return python


def asking(reader: Reader, python: Path) -> list[str]:
    """The command that lets a reader of an environment tell what it sees, but for the file that lists the tables."""
    if not reader.javascript:
        return [str(python), str(PROBE), reader.probe]
    beside = shutil.copy(PROBE.with_suffix(".mjs"), python.parents[1])  # Node looks for modules where the script lies
    return ["node", str(beside), reader.probe]


def version(python: Path, reader: Reader) -> str:
    """The installed version of a reader, and of the pyarrow below it."""
    if reader.javascript:
        told = (python.parents[1] / "node_modules" / name / "package.json" for name in reader.packages)
        found = [json.loads(file.read_text(encoding="utf-8")) for file in told]
        return ", ".join(f"{package['name']} {package['version']}" for package in found)
    names = {"pandas": ("pandas", "pyarrow"), "recipe": ("pandas", "pyarrow"), VIEWS: ("duckdb",)}.get(
        reader.probe, (reader.probe,)
    )
    code = f"from importlib.metadata import version; print(*(n + ' ' + version(n) for n in {names!r}), sep=', ')"
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _folder_name(name: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", name.lower())


def _python() -> str | None:
    if f"{sys.version_info.major}.{sys.version_info.minor}" == PYTHON:
        return sys.executable
    return shutil.which(f"python{PYTHON}")
