"""Finds the farms, biologies and schedules that come with the project, or that lie beside a schedule."""

from __future__ import annotations

import re
from pathlib import Path

from engine.inputs.reading import load_text, suggest_name
from lake.errors import InputError


def find_shipped(kind: str, name: str, beside: Path | None) -> Path:
    """The file of a farm or biology named `name`: a path, beside the schedule, or the shipped copy.

    kind: "farms", "biology", or "bands" and "telltales", which lie with the biology. InputError names what is shipped.
    """
    places = [Path(name)]
    if beside is not None:
        places += [beside / name, beside / kind / f"{name}.yaml", beside / f"{name}.yaml"]
    places += [folder / f"{name}.yaml" for folder in _shipped_folders(kind)]
    for place in places:
        if place.suffix in {".yaml", ".yml"} and place.is_file() and (place == places[0] or _may_be(kind, place)):
            return place
    if places[0].is_dir():
        raise InputError(name, "is a folder, not a file", f"give a {kind.rstrip('s')} file, or a shipped name")
    what = kind.rstrip("s")
    near = "" if beside is None or beside in _shipped_folders("schedules") else f", nor one in {beside}"
    cure = suggest_name(name, shipped_names(kind), f"shipped {'biologies' if kind == 'biology' else kind}")
    raise InputError(
        name, f"no such {what} file{near}, and none is shipped by that name", f"give a path, or a name; {cure}"
    )


def find_schedule(given: Path) -> Path:
    """The schedule's file that is meant: a path, NAME.yaml of the present folder, or a shipped one by its NAME.

    A path to nothing comes back as it is when it is no bare name. InputError, with the names that there are, for a name
    that nothing bears.
    """
    if given.is_file() or given.suffix or len(given.parts) != 1 or given.name in {".", ".."}:
        return given
    folders = _shipped_folders("schedules")
    for place in (Path(f"{given}.yaml"), *(folder / f"{given}.yaml" for folder in folders)):
        if place.is_file() and (place.parent not in folders or _may_be("schedules", place)):
            return place
    names = shipped_names("schedules")
    if given.exists():  # a folder
        return given
    cure = suggest_name(str(given), names, "shipped schedules")
    raise InputError(
        str(given), "no such file, and no schedule is shipped by that name", f"give a path, or a name; {cure}"
    )


def is_shipped(schedule: Path) -> bool:
    """Whether a schedule's file is one that comes with the project."""
    return schedule.parent in _shipped_folders("schedules")


def record_folder() -> Path | None:
    """Where the shipped schedules lie; None where there are none."""
    return next((folder for folder in _shipped_folders("schedules") if (folder / "demo.yaml").is_file()), None)


def _may_be(kind: str, path: Path) -> bool:
    """Whether a file that bears the name is not something else: a schedule may be called as its biology is."""
    found = re.search(r"^format: *[\"']?smoltworks-([a-z]+)", load_text(path), re.MULTILINE)
    return found is None or found[1].rstrip("s") == kind.rstrip("s")


def shipped_names(kind: str) -> list[str]:
    """The names of the farms, biologies or schedules that come with the project."""
    found = (path for folder in _shipped_folders(kind) for path in folder.glob("*.yaml"))
    return sorted({path.stem for path in found if _may_be(kind, path)})


def _shipped_folders(kind: str) -> tuple[Path, Path]:
    """Where they lie in the repository, and where the wheel carries them."""
    here = Path(__file__).resolve()
    schedules = here.parents[2] / "schedules"
    if kind == "schedules":
        return schedules, here.parent / "shipped" / kind
    folder = "farms" if kind == "farms" else "biology"
    return schedules / folder, here.parent / "shipped" / folder
