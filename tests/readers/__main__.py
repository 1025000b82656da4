"""Lets every reader open a run's lake, and holds what it sees against ours: python -m tests.readers [RUN] [--write]"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import smoltworks
from engine.biology.parameters import read_biology
from tests import small_plan
from tests.readers.comparing import Outcome, Told, compare
from tests.readers.environments import PROBE, READERS, Reader, asking, environment, version
from tests.readers.page import Row, write

LIMIT_SECONDS = 3600


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.readers", description=__doc__)
    parser.add_argument("run", nargs="?", help="an existing run; one of the small schedule is made unless given")
    parser.add_argument("--only", metavar="TEXT", default="", help="the readers whose name holds this")
    parser.add_argument("--write", action="store_true", help="write the table of docs/readers.md")
    options = parser.parse_args()
    if options.write and options.only:
        parser.error("--write writes a whole table: leave --only away")
    with tempfile.TemporaryDirectory(prefix="smoltworks-readers-") as folder:
        listed = Path(folder) / "tables.json"
        listed.write_text(json.dumps(_files(Path(options.run) if options.run else _small_run(Path(folder)))))
        ours = _ask([sys.executable, str(PROBE), "pyarrow"], listed)
        if isinstance(ours, str) or any("error" in table for table in ours.values()):
            raise SystemExit(f"our own reader fails: {ours}")
        chosen = [reader for reader in READERS if options.only.lower() in reader.name.lower()]
        rows = [_try(reader, listed, ours) for reader in chosen]
    failed, untried = [row for row in rows if row.wrong], [row for row in rows if row.outcome is None]
    print(f"\n{len(failed)} readers see something else" if failed else "\nevery reader that was tried sees the same")
    if untried:
        print(f"not tried: {len(untried)}" + (", so docs/readers.md is left as it was" if options.write else ""))
    elif options.write:
        write(rows, ours)
    return 1 if failed else 0


def _try(reader: Reader, listed: Path, ours: Told) -> Row:
    python = environment(reader)
    if isinstance(python, str):
        row = Row(reader=reader, version="", outcome=None, skipped=python)
    else:
        told = _ask(asking(reader, python), listed)
        outcome = Outcome(refused=[told]) if isinstance(told, str) else compare(reader, told, ours)
        row = Row(reader=reader, version=version(python, reader), outcome=outcome)
    print(row.line, flush=True)
    for wrong in (*row.refused, *row.differing)[:10]:
        print(f"    {wrong}", flush=True)
    return row


def _ask(reader: list[str], listed: Path) -> Told | str:
    """What a reader tells of the tables, or how it ended."""
    quiet = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")} | {"TZ": "UTC"}
    quiet |= {"PYSPARK_PYTHON": reader[0], "SPARK_LOCAL_IP": "127.0.0.1"}
    command = [*reader, str(listed)]
    try:
        done = subprocess.run(command, env=quiet, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"not done after {LIMIT_SECONDS} s"
    if done.returncode:
        return f"ended with {done.returncode}: {(done.stderr.strip().splitlines() or ['no word'])[-1][:200]}"
    told: Told = json.loads(done.stdout)
    return told


def _small_run(folder: Path) -> Path:
    farm, biology = small_plan.make_farm(), read_biology("published")
    schedule = small_plan.write_schedule(folder, small_plan.make_schedule(farm, biology))
    return smoltworks.simulate(schedule, out=folder / "run").path


def _files(run_dir: Path) -> dict[str, list[str]]:
    """Every table's files, with rows or without."""
    files = smoltworks.open_run(run_dir).manifest.files
    return {name: [str(run_dir / path) for path in paths] for name, paths in files.items()}


if __name__ == "__main__":
    sys.exit(main())
