"""python -m tests.faults: the campaign; SEED, CASE and KIND of the environment play one case again."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from dataclasses import replace

from tests.faults.campaign import KINDS, Case, Outcome, cases, play
from tests.faults.workshop import Workshop, opened

SEED, CASES = 1, 1000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", SEED)))
    parser.add_argument("--cases", type=int, default=int(os.environ.get("CASES", CASES)))
    parser.add_argument("--case", type=int, default=os.environ.get("CASE"), help="play this one alone")
    parser.add_argument("--kind", action="append", choices=[kind.name for kind in KINDS], help="of these kinds alone")
    parser.add_argument("--whole", action="store_true", help="do not make smaller what fails")
    asked = parser.parse_args()
    kinds = asked.kind or ([os.environ["KIND"]] if os.environ.get("KIND") else [])
    if asked.case is not None:
        chosen = [c for c in cases(asked.seed, int(asked.case) + 1) if c.number == int(asked.case)]
        if kinds:
            chosen = [replace(c, kind=kinds[0]) for c in chosen]
    else:
        chosen = list(cases(asked.seed, asked.cases, kinds))
    with opened() as shop:
        failed = _play(chosen, shop, smaller=not asked.whole)
    return 1 if failed else 0


def _play(chosen: list[Case], shop: Workshop, *, smaller: bool) -> list[Outcome]:
    failed, began = [], time.monotonic()
    played: Counter[str] = Counter()
    words: Counter[tuple[str, str]] = Counter()
    for case in chosen:
        outcome = play(case, shop, smaller=smaller)
        played[case.kind] += 1
        words[case.kind, outcome.came_out] += 1
        if outcome.problem:
            failed.append(outcome)
            print(f"\nFAILED {case.replay}\n  {outcome.plan}\n  smallest: {outcome.smallest}")
            print(f"  {outcome.problem}", flush=True)
        elif len(chosen) == 1:
            print(f"{outcome.plan}\n{outcome.came_out}")
    for kind, count in played.items():
        told = ", ".join(f"{n} {word}" for (k, word), n in words.items() if k == kind)
        print(f"{kind}: {count} cases: {told}")
    print(f"{len(chosen)} cases, {len(failed)} failed, {time.monotonic() - began:.0f} s")
    return failed


if __name__ == "__main__":
    sys.exit(main())
