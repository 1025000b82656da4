"""What a run's folder and a command's words show, without what differs between two undisturbed runs."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
from pathlib import Path
from typing import Any

from lake.next_step import SCRIPT
from lake.view_files import DATABASE_FILE
from tests.faults.shell import Told

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
# made by commands that only read: the lock, the kept verification, which bytes were checked
OURS_BESIDE = re.compile(r"\.run\.lock|logs/verify\.json|logs/checked\.json|\.checked\.json|\.checked/.*")
TIMES = {"seconds", "events_per_second", "batches_per_second", "seconds_per_batch", "peak_memory_mb", "workers"}
# what differs between two undisturbed runs of a schedule
TIMED_FILES = ("manifest.json", "logs/run.jsonl", DATABASE_FILE)  # of the last, DuckDB promises no bytes
COMMAND = re.compile(rf"(?:\S*{SCRIPT}|python3? -m (?:{SCRIPT}|engine(?:\.\w+)?))(?: [^\n]*)")


class Broken(AssertionError):
    """A case in which the promise did not hold."""


def run_bytes(run_dir: Path) -> dict[str, str]:
    """The hash of every file of a run whose bytes are the same every time, by its path; all others by name alone."""
    found = {}
    for folder, folders, files in os.walk(run_dir):
        for path in (Path(folder) / name for name in sorted([*files, *folders])):
            name = str(path.relative_to(run_dir))
            if (path.is_dir() and not path.is_symlink()) or OURS_BESIDE.fullmatch(name):
                continue
            is_timed = name in TIMED_FILES or not path.is_file()
            found[name] = "" if is_timed else hashlib.sha256(path.read_bytes()).hexdigest()
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
