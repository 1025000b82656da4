"""What a run was made from: schedule, farm and biology beside its lake, and once more in logs/inputs.json.

The copy is for the cure: a run whose schedule was damaged can be resumed from its own folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.farm.schedule import Schedule
from engine.farm.schedule_file import read_any
from engine.inputs.reading import sha256
from lake.disk import disk
from lake.errors import InputError
from lake.files import write_atomically
from lake.held import held_for_writing
from lake.manifest import INPUTS, RunIdentity, is_run
from lake.next_step import command, resume
from lake.records import FORMAT, as_record, file_bytes, make_way, opened, sealed_text, write_record
from lake.sealed import Damaged

SCHEDULE = "schedule.yaml"


@dataclass(frozen=True)
class Inputs:
    """The run's identity, and the text of every input by its path in the run."""

    identity: RunIdentity
    texts: dict[str, str]
    format: str = FORMAT


def inputs_of(schedule: Schedule, identity: RunIdentity) -> Inputs:
    """The schedule as resolved, with the farm and the biology that it names, so that the run explains itself."""
    texts = {
        f"farms/{schedule.farm.name}.yaml": schedule.farm.text,
        f"biology/{schedule.biology.name}.yaml": schedule.biology.text,
        SCHEDULE: schedule.text,
    }
    return Inputs(identity=identity, texts=texts)


def write_inputs(run_dir: Path, inputs: Inputs) -> None:
    """Put the inputs into the run's folder, where they aren't yet."""
    if kept_inputs(run_dir) != inputs:  # first, so that the folder is known as a run's from its first file on
        disk().make_folder((run_dir / INPUTS).parent)
        write_record(run_dir / INPUTS, sealed_text(inputs))
    write_texts(run_dir, inputs)


def write_texts(run_dir: Path, inputs: Inputs) -> list[str]:
    """Write the inputs that are not there as they were; their paths in the run."""
    written = damaged_inputs(run_dir, inputs)
    for file in written:
        path = run_dir / file
        disk().make_folder(path.parent)
        make_way(path)
        write_atomically(path, inputs.texts[file])
    return written


def damaged_inputs(run_dir: Path, inputs: Inputs) -> list[str]:
    """The inputs, by path in the run, that are not there as they were."""
    return [file for file, text in inputs.texts.items() if _bytes(run_dir / file) != text.encode()]


def kept_inputs(run_dir: Path) -> Inputs | None:
    """The copy of the inputs; None where there is none, or it is damaged."""
    try:
        return as_record(opened(file_bytes(run_dir / INPUTS)), Inputs)
    except Damaged:
        return None


def read_again(path: Path, *, farm: str | None, biology: str | None) -> tuple[Schedule, list[str]]:
    """As read_any, to resume or to replace a run; what of the run's own inputs, by path, was restored before.

    InputError also where they can't be.
    """
    restored = _restore_inputs(path)
    try:
        return read_any(path, farm=farm, biology=biology), restored
    except InputError as error:
        if not _is_in_a_run(path):
            raise
        again = command("run", "--schedule", "FILE", "--out", path.parent, "--resume")
        raise InputError(error.where, error.problem, f"give the schedule that it was made from: {again}") from None


def _restore_inputs(schedule: Path) -> list[str]:
    if not _is_in_a_run(schedule):
        return []
    run_dir = schedule.parent
    kept = kept_inputs(run_dir)
    if kept is None or not damaged_inputs(run_dir, kept):
        return []
    with held_for_writing(run_dir):
        return write_texts(run_dir, kept)


def _is_in_a_run(schedule: Path) -> bool:
    return schedule.name == SCHEDULE and is_run(schedule.parent)


def read_inputs(run_dir: Path, identity: RunIdentity) -> Schedule:
    """The schedule in a run's folder; InputError when it, its farm or its biology is not the one of the manifest."""
    path = run_dir / SCHEDULE
    cure = f"restore it: {resume(run_dir)}"
    try:
        if sha256(file_bytes(path).decode()) != identity.schedule_sha256:
            raise Damaged("its text is not the one that the run was made from")
    except (Damaged, UnicodeDecodeError) as error:
        raise InputError(str(path), f"damaged: {error}", cure) from None
    try:
        schedule = read_any(path)
    except InputError as error:
        # the schedule is whole: it is the farm or the biology beside it that is not
        raise InputError(error.where, f"damaged: {error.problem}", cure) from None
    return schedule


def _bytes(path: Path) -> bytes | None:
    try:
        return file_bytes(path)
    except Damaged:
        return None
