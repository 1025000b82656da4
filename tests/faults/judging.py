"""The one oracle: the whole truth, or a plain word of what is missing whose cure works."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from tests.faults.evidence import Broken, advised, plain, require_plain, run_bytes, run_truth
from tests.faults.shell import Told
from tests.faults.workshop import Workshop

HOPS = 4  # cures that may follow one another
IN_THE_WAY = re.compile(r"error: (.*?): [^\n]*\n  move it away, then repeat")
STRANGERS = re.compile(r"\n  move out of [^\n:]*: ([^\n]*)")


def require_same(shop: Workshop, run_dir: Path, *, beside: re.Pattern[str] | None = None) -> None:
    """The run's files are those of the undisturbed run, byte for byte, and nothing lies beside them."""
    found = {n: h for n, h in run_bytes(run_dir).items() if not (beside and beside.fullmatch(n))}
    if found != shop.recorded:
        lost = sorted(shop.recorded.keys() - found.keys())
        more = sorted(found.keys() - shop.recorded.keys())
        other = sorted(n for n in found.keys() & shop.recorded.keys() if found[n] != shop.recorded[n])
        raise Broken(f"not the undisturbed run's files: missing {lost[:5]}, left over {more[:5]}, other {other[:5]}")
    if run_truth(run_dir) != shop.truth:
        raise Broken("the manifest tells something else than the undisturbed run's")


def cure(shop: Workshop, told: Told, run_dir: Path) -> list[str]:
    """What the message says is to be done; Broken when it says nothing that can be done."""
    lines = [line for line in advised(told.err) if line[0] in ("run", "load")]
    if lines:  # FILE: the schedule that the run no longer knows, but its owner does
        return [str(shop.schedule) if word == "FILE" else word for word in lines[0]]
    for option in ("--resume", "--overwrite"):
        if option in told.err:
            return ["run", "--schedule", str(shop.schedule), "--out", str(run_dir), option]
    if "run it again" in told.err:
        return ["run", "--schedule", str(shop.schedule), "--out", str(run_dir), "--overwrite"]
    raise Broken(f"names no cure\n{told}")


def require_mended(shop: Workshop, told: Told, run_dir: Path) -> None:
    """What the message advises works, and leads to the bytes of the undisturbed run."""
    said = [told]
    for _ in range(HOPS):
        moved = move_away(said[-1], run_dir)
        line = list(told.line[1:]) if moved else cure(shop, said[-1], run_dir)
        said.append(shop.run(*line, folder=run_dir.parent))
        require_plain(said[-1])
        if said[-1].code == 0 and not (moved and line[0] != "run"):
            break
    else:
        raise Broken("the cure does not work\n" + "\n".join(map(str, said)))
    try:
        require_same(shop, run_dir)
    except Broken as broken:
        raise Broken(f"after the cure {broken}\n" + "\n".join(map(str, said))) from None


def move_away(told: Told, run_dir: Path) -> bool:
    """Move away what the message asks a person to move, because it may be somebody's; whether it asks for that."""
    asked = [Path(found) for found in IN_THE_WAY.findall(told.err)]
    for found in STRANGERS.findall(told.err):
        asked += [run_dir / name for name in found.split("; ")]
    for path in asked:
        if path.is_relative_to(run_dir) and path != run_dir:
            shutil.rmtree(path, ignore_errors=True)
            path.unlink(missing_ok=True)
    return bool(asked)


def require_true(shop: Workshop, told: Told, question: tuple[str, ...], run_dir: Path) -> bool:
    """A reading command gave the right answer (True) or refused (False); never another answer."""
    require_plain(told)
    if told.code:
        return False
    try:
        found = plain(json.loads(told.out), run_dir)
    except ValueError:
        raise Broken(f"no JSON\n{told}") from None
    if found != shop.answer(question):
        if "damaged" in told.err:
            return False  # it answers, and says first what it can't know
        raise Broken(f"another answer than of the undisturbed run, and no word of it: {found}\n{told}")
    return True
