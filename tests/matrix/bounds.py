"""The demo again on the oldest processor, every access to an array checked: python -m tests.matrix.bounds DEMO OUT

Its data are held against the demo's that is there; then the mangled biologies are tried. One compilation serves both:
by the least optimisation whose code numba keeps. make matrix has the oldest processor with the usual one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from lake.manifest import read_complete
from tests.matrix.axes import OLDEST_CPU

CHECKED = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_OPT": "1"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix.bounds", description=__doc__)
    parser.add_argument("demo", type=Path, help="the demo's run")
    parser.add_argument("out", type=Path, help="the run to make")
    given = parser.parse_args()
    code = _called(
        "engine.run", "--schedule", str(given.demo / "schedule.yaml"), "--out", str(given.out), "--overwrite"
    )
    if code:
        return code
    found, wanted = (read_complete(run).fingerprint for run in (given.out, given.demo))
    if found != wanted:
        sys.stderr.write(f"{given.out} has fingerprint {found}, {given.demo} {wanted}\n")
        return 1
    return _called("pytest", "-p", "no:benchmark", "tests/biology/test_mangling.py")


def _called(*words: str) -> int:
    return subprocess.run(
        [sys.executable, "-m", *words], env={**os.environ, **OLDEST_CPU, **CHECKED}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
