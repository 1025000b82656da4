"""python -m tests.faults: the campaign; SEED, CASE and KIND of the environment play one case again."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from tests.faults import dossier
from tests.faults.campaign import KINDS, Case, Outcome, cases, first_failure, play
from tests.faults.planted import FOUND_AMONG, PLANTS
from tests.faults.workshop import opened

SEED, CASES = 1, 1000
MOST_TO_FIND = 300  # cases within which a planted fault must be found
SWEPT = re.compile(r"(\d+) cases, (\d+) failed")
SWEEP_WORDS = "the disk fails, stops or loses power at every single operation of a run, in every way"


def main() -> int:
    asked = _asked()
    began = time.monotonic()
    if asked.case is not None:
        chosen = [c for c in cases(asked.seed, asked.case + 1) if c.number == asked.case]
        return 1 if _play([replace(c, kind=asked.kind[0]) if asked.kind else c for c in chosen], asked)[0] else 0
    chosen = list(cases(asked.seed, asked.cases, asked.kind))
    with ThreadPoolExecutor(asked.jobs) as threads:
        shares = list(threads.map(lambda first: _play(chosen[first :: asked.jobs], asked), range(asked.jobs)))
    failed, played = [o for share, _ in shares for o in share], sum((count for _, count in shares), Counter[str]())
    rows = []
    for kind in KINDS:
        if played[kind.name]:
            lost = sum(outcome.case.kind == kind.name for outcome in failed)
            rows.append(
                dossier.Row(
                    kind=kind.name, words=kind.words, cases=played[kind.name], survived=played[kind.name] - lost
                )
            )
    swept = _sweep(asked) if asked.sweep else []
    planted = _planted(asked) if asked.planted else []
    generated = dossier.text(rows + swept, planted, asked.seed, (time.monotonic() - began) / 60)
    print(generated)
    if asked.write:
        dossier.write(generated)
    is_whole = all(row.survived == row.cases for row in rows + swept) and all(case for _, case in planted)
    return 0 if is_whole else 1


def _asked() -> argparse.Namespace:
    there = os.environ
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(there.get("SEED", SEED)))
    parser.add_argument("--cases", type=int, default=int(there.get("CASES", CASES)))
    parser.add_argument("--case", type=int, default=int(there["CASE"]) if "CASE" in there else None, help="this alone")
    parser.add_argument("--kind", action="append", choices=[kind.name for kind in KINDS], help="of these kinds alone")
    parser.add_argument("--jobs", type=int, default=int(there.get("JOBS", os.cpu_count() or 1)))
    parser.add_argument("--as-it-is", action="store_true", help="do not make smaller what fails")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no case after so long")
    parser.add_argument("--sweep", type=int, default=0, metavar="N", help="then every n-th case of the sweep")
    parser.add_argument("--planted", action="store_true", help="then see each planted fault found")
    parser.add_argument("--write", action="store_true", help="write the table of docs/reliability.md")
    asked = parser.parse_args()
    asked.kind = asked.kind or ([there["KIND"]] if there.get("KIND") else [])
    return asked


def _play(chosen: Sequence[Case], asked: argparse.Namespace) -> tuple[list[Outcome], Counter[str]]:
    """What failed, and how many cases of each kind were played."""
    failed: list[Outcome] = []
    played: Counter[str] = Counter()
    end = time.monotonic() + 60 * asked.minutes
    with opened() as shop:
        for case in chosen:
            if time.monotonic() > end:
                break
            outcome = play(case, shop, smaller=not asked.as_it_is)
            played[case.kind] += 1
            if outcome.problem:
                failed.append(outcome)
                smallest = f"\n  smallest: {outcome.smallest}" if outcome.smallest else ""
                print(f"\nFAILED {case.replay}\n  {outcome.plan}{smallest}\n  {outcome.problem}", flush=True)
            elif asked.case is not None:
                print(f"{outcome.plan}\n{outcome.came_out}")
            elif sys.stderr.isatty():
                sys.stderr.write(f"\r{sum(played.values())} of {len(chosen)}, {len(failed)} failed ")
    return failed, played


def _sweep(asked: argparse.Namespace) -> list[dossier.Row]:
    """Every operation of a run, shared out over as many processes."""

    def part(first: int) -> str:
        line = [sys.executable, "-m", "tests.faults.sweep", "--every", str(asked.jobs * asked.sweep)]
        line += ["--first", str(first * asked.sweep)]
        return subprocess.run(line, capture_output=True, text=True, check=False).stdout

    with ThreadPoolExecutor(asked.jobs) as threads:
        told = list(threads.map(part, range(asked.jobs)))
    print("\n".join(line for text in told for line in text.splitlines() if line.startswith("FAILED")))
    counts = [tuple(map(int, found.groups())) for text in told if (found := SWEPT.search(text))]
    if len(counts) != asked.jobs:
        raise SystemExit(f"the sweep broke off: {told}")
    total, lost = sum(count for count, _ in counts), sum(lost for _, lost in counts)
    return [dossier.Row(kind="every operation", words=SWEEP_WORDS, cases=total, survived=total - lost)]


def _planted(asked: argparse.Namespace) -> list[tuple[str, int | None]]:
    """Each planted fault, and the how manieth case found it."""

    def find(name: str) -> tuple[str, int | None]:
        with opened() as shop:
            shop.plants = (name,)
            return _words(name), first_failure(cases(asked.seed, MOST_TO_FIND, FOUND_AMONG[name]), shop)

    with ThreadPoolExecutor(asked.jobs) as threads:
        return list(threads.map(find, PLANTS))


def _words(name: str) -> str:
    return (PLANTS[name].__doc__ or name).split(".")[0]


if __name__ == "__main__":
    sys.exit(main())
