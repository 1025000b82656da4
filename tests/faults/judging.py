"""The one oracle: the whole truth, or a plain word of what is missing whose cure works."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lake.next_step import SCRIPT
from tests.faults.shell import Told

if TYPE_CHECKING:
    from tests.faults.workshop import Workshop

PLAIN_ENDS = (0, 1, 2, 3, 130, 141, 143, 129)
NOISE = (
    "Traceback",
    "leaked semaphore",
    "ResourceWarning",
    "DeprecationWarning",
    "Exception ignored",
    "Fatal Python error",
    "core dumped",
    "During handling",
)
LONGEST = 6000  # characters that a person is asked to read
HOPS = 3  # cures that may follow one another
# made by commands that only read: the lock, the kept verification, which bytes were checked
OURS_BESIDE = re.compile(r"\.run\.lock|logs/verify\.json|logs/checked\.json|\.checked\.json|\.checked/.*")
TIMES = {"seconds", "events_per_second", "batches_per_second", "seconds_per_batch", "peak_memory_mb", "workers"}
# what differs between two undisturbed runs of a schedule
TIMED_FILES = ("manifest.json", "logs/run.jsonl")
COMMAND = re.compile(rf"(?:\S*{SCRIPT}|python3? -m (?:{SCRIPT}|engine(?:\.\w+)?))(?: [^\n]*)")


class Broken(AssertionError):
    """A case in which the promise did not hold."""


def run_bytes(run_dir: Path) -> dict[str, str]:
    """The hash of every file of a run whose bytes are the same every time, by its path; all others by name alone."""
    found = {}
    for path in sorted(p for p in run_dir.rglob("*") if p.is_file() or p.is_symlink() or not p.is_dir()):
        name = str(path.relative_to(run_dir))
        if OURS_BESIDE.fullmatch(name):
            continue
        found[name] = "" if name in TIMED_FILES else hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def run_truth(run_dir: Path) -> dict[str, Any]:
    """What the manifest says, without times."""
    data: dict[str, Any] = json.loads((run_dir / "manifest.json").read_bytes())
    kept = {name: data[name] for name in ("status", "identity", "fingerprint", "dimensions", "estimate", "biology")}
    partitions = [
        {name: p[name] for name in ("partition", "first_batch", "last_batch", "status", "tables", "fingerprints")}
        for p in data["partitions"]
    ]
    return {**kept, "partitions": partitions}


def plain(data: Any, run_dir: Path) -> Any:
    """A command's JSON without times and without the name of the folder."""
    if isinstance(data, dict):
        return {key: plain(value, run_dir) for key, value in data.items() if key not in TIMES}
    if isinstance(data, list):
        return [plain(value, run_dir) for value in data]
    if isinstance(data, str):
        return data.replace(str(run_dir), "RUN")
    return data


def require_plain(told: Told) -> None:
    """It ended as a command may: without noise, and with a message where it did not do what was asked."""
    if told.code not in PLAIN_ENDS:
        raise Broken(f"ended with {told.code}\n{told}")
    for noise in NOISE:
        if noise in told.err or noise in told.out:
            raise Broken(f"said {noise!r}\n{told}")
    if told.code and not told.err.strip():
        raise Broken(f"ended with {told.code} and without a word\n{told}")
    if told.code == 2 and told.err.count("error: ") + told.err.count("Error: ") + told.err.count("Error ─") != 1:
        raise Broken(f"not one message\n{told}")
    if told.code and len(told.err) > LONGEST:
        raise Broken(f"a message of {len(told.err)} characters\n{told}")


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


def advised(text: str) -> list[list[str]]:
    """The command lines that a message names, without what a person types before the command's name."""
    lines = []
    for found in COMMAND.findall(text):
        line = found.split("), ")[0].rstrip().rstrip(".,;)")
        try:
            words = shlex.split(line)
        except ValueError:
            continue
        words = words[1:] if not words[0].startswith("python") else words[2:]
        if words[0].startswith("engine."):
            words = [words[0].removeprefix("engine."), *words[1:]]
        elif words[0] in ("engine", SCRIPT):
            words = words[1:]
        if words:
            lines.append(words)
    return lines


def cure(shop: Workshop, told: Told, run_dir: Path) -> list[str]:
    """What the message says is to be done; Broken when it says nothing that can be done."""
    lines = [line for line in advised(told.err) if line[0] in ("run", "load")]
    if lines:
        return lines[0]
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
        line = cure(shop, said[-1], run_dir)
        said.append(shop.run(*line, folder=run_dir.parent))
        require_plain(said[-1])
        if said[-1].code == 0:
            break
    else:
        raise Broken("the cure does not work\n" + "\n".join(map(str, said)))
    try:
        require_same(shop, run_dir)
    except Broken as broken:
        raise Broken(f"after the cure {broken}\n" + "\n".join(map(str, said))) from None


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
