"""Finds the farms and biologies that come with the project, or that lie beside a schedule."""

from __future__ import annotations

import re
from pathlib import Path

from engine.inputs.reading import load_text
from lake.errors import InputError


def find_shipped(kind: str, name: str, beside: Path | None) -> Path:
    """The file of a farm or biology named `name`: a path, beside the schedule, or the shipped copy.

    kind: "farms", "biology", or "bands", which lie with the biology. InputError names every place looked in, and what
    is shipped.
    """
    places = [Path(name)]
    if beside is not None:
        places += [beside / name, beside / kind / f"{name}.yaml", beside / f"{name}.yaml"]
    places += [folder / f"{name}.yaml" for folder in _shipped_folders(kind)]
    for place in places:
        if place.suffix in {".yaml", ".yml"} and place.is_file() and (place == places[0] or _may_be(kind, place)):
            return place
    looked = "\n    ".join(str(p) for p in places)
    raise InputError(
        name,
        f"no such {kind.rstrip('s')} file; looked at\n    {looked}",
        f"give a path or a shipped name: {', '.join(shipped_names(kind))}",
    )


def _may_be(kind: str, path: Path) -> bool:
    """Whether a file that bears the name is not something else: a schedule may be called as its biology is."""
    found = re.search(r"^format: *[\"']?smoltworks-([a-z]+)", load_text(path), re.MULTILINE)
    return found is None or found[1].rstrip("s") == kind.rstrip("s")


def shipped_names(kind: str) -> list[str]:
    """The names of the farms or biologies that come with the project."""
    found = (path for folder in _shipped_folders(kind) for path in folder.glob("*.yaml"))
    return sorted({path.stem for path in found if _may_be(kind, path)})


def _shipped_folders(kind: str) -> tuple[Path, Path]:
    """Where they lie in the repository, and where the wheel carries them."""
    here = Path(__file__).resolve()
    folder = "farms" if kind == "farms" else "biology"
    return here.parents[2] / "schedules" / folder, here.parent / "shipped" / folder
