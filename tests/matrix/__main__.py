"""Runs every case of the matrix and prints a table, whether they all gave one fingerprint: python -m tests.matrix"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.matrix.axes import Case, axes, tiny_axes
from tests.matrix.running import Made, Skipped, make


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--only", metavar="TEXT", default="", help="the axes whose name holds this")
    parser.add_argument("--in", dest="below", metavar="FOLDER", help="where runs are made and removed")
    options = parser.parse_args()
    failed = 0
    print("| axis | value | events | one fingerprint | seconds |\n|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(prefix="smoltworks-matrix-", dir=options.below) as folder:
        for cases in (axes(), tiny_axes()):
            first: Made | None = None
            for case in cases:
                if options.only not in case.axis:
                    continue
                outcome = attempt(case, Path(folder))
                if isinstance(outcome, Made):
                    first = first or outcome
                line, right = row(case, outcome, first)
                failed += not right
                print(line, flush=True)
    print(f"\n{failed} cases gave other data" if failed else "\none fingerprint each for the two schedules", flush=True)
    return 1 if failed else 0


def attempt(case: Case, folder: Path) -> Made | str | RuntimeError:
    """What the case gave; why it was skipped; how it failed."""
    try:
        return make(case, folder)
    except Skipped as reason:
        return str(reason)
    except RuntimeError as error:
        return error


def row(case: Case, outcome: Made | str | RuntimeError, first: Made | None) -> tuple[str, bool]:
    """A line of the table, and whether nothing is wrong."""
    if isinstance(outcome, str):
        return f"| {case.axis} | {case.value} | | skipped: {outcome} | |", True
    if isinstance(outcome, RuntimeError):
        return f"| {case.axis} | {case.value} | | **failed**: {outcome} | |", False
    assert first is not None
    same = (outcome.events, outcome.fingerprint) == (first.events, first.fingerprint)
    told = "yes" if same else f"**no**: {outcome.fingerprint}, not {first.fingerprint}"
    return f"| {case.axis} | {case.value} | {outcome.events:,} | {told} | {outcome.seconds} |", same


if __name__ == "__main__":
    sys.exit(main())
