"""The readers that are tried, each in an environment of its own, made from the registry: .venv-readers/NAME."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv-readers"
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


OLD_NUMPY = "numpy<2"
PANDAS_2 = "pandas 2.2 on pyarrow 17"
PANDAS_17, NEW_PANDAS = ("pandas==2.2.3", "pyarrow==17.0.0", OLD_NUMPY), ("pandas", "pyarrow")
AS_FLOATS = (("decimal", "float"), ("date", "local timestamp"))
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
    Reader(name="DuckDB 1.0", probe="duckdb", packages=("duckdb==1.0.0",)),
    Reader(name="DuckDB, newest", probe="duckdb", packages=("duckdb",)),
    Reader(name="DataFusion 43", probe="datafusion", packages=("datafusion==43.1.0",)),
    Reader(name="DataFusion, newest", probe="datafusion", packages=("datafusion",)),
    Reader(
        name="fastparquet, newest",
        probe="fastparquet",
        packages=("fastparquet",),
        differs=(("decimal", "float"), ("date", "local timestamp"), ("timestamp", "local timestamp")),
        remark="decimals as floats, days as times, times without a zone: its own way",
    ),
    Reader(name="Spark 3.5", probe="pyspark", packages=("pyspark==3.5.*",), needs="java"),
)


def environment(reader: Reader) -> Path | str:
    """The interpreter that has a reader, or why there is none; made once, and anew when what is wanted changes."""
    if reader.needs and shutil.which(reader.needs) is None:
        return f"no {reader.needs} on this machine"
    base = _python()
    if base is None:
        return f"no Python {PYTHON} on this machine"
    folder = FOLDER / (reader.beside or reader.name).lower().replace(", ", "-").replace(" ", "-")
    mark, wanted = folder / ".ready", hashlib.sha256(repr(reader.packages).encode()).hexdigest()
    python = folder / "bin" / "python"
    if not (mark.exists() and mark.read_text() == wanted):
        shutil.rmtree(folder, ignore_errors=True)
        install = ["-m", "pip", "install", "-qq", "--disable-pip-version-check", "--only-binary=:all:"]
        if reader.needs:
            install.remove("--only-binary=:all:")  # Spark comes as source alone
        for command in ([base, "-m", "venv", str(folder)], [str(python), *install, *reader.packages]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
                return f"can't be installed: {last}"
        mark.write_text(wanted)
    return python


def version(python: Path, reader: Reader) -> str:
    """The installed version of a reader, and of the pyarrow below it."""
    names = ("pandas", "pyarrow") if reader.probe in ("pandas", "recipe") else (reader.probe,)
    code = f"from importlib.metadata import version; print(*(n + ' ' + version(n) for n in {names!r}), sep=', ')"
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _python() -> str | None:
    if f"{sys.version_info.major}.{sys.version_info.minor}" == PYTHON:
        return sys.executable
    return shutil.which(f"python{PYTHON}")
