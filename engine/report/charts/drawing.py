"""Draws a subject of a run, and writes charts: as SVG or PNG, or as a page that needs no network."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO, StringIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine.report.charts.chosen import Chosen, Source
from engine.report.charts.theme import themed
from lake.errors import InputError
from lake.files import write_atomically

FORMATS = (".svg", ".png", ".html")
PNG_SCALE = 2
SUBJECTS = MappingProxyType(
    {
        "growth": "mean weight beside the plan, moves, harvests, weights aimed at",
        "lice": "adult females a fish against the month's limit, and treatments",
        "water": "temperature and oxygen by site, storms and blooms",
        "occupancy": "containers held beside those planned, of how many",
        "mortality": "survival beside the plan, deaths by month and cause",
        "harvest": "tonnes by month, size and grade, weights beside those aimed at",
    }
)


def subject_chart(source: Source, what: str, chosen: Chosen) -> Any:
    """The Altair chart of one of SUBJECTS, without the theme; InputError for another, or where nothing is chosen."""
    if what not in SUBJECTS:
        raise InputError("what to plot", f"nothing is called {what!r}", f"one of {', '.join(SUBJECTS)}")
    module = import_module(f"engine.report.charts.{what}")
    return module.chart(module.data(source, chosen))


def require_format(path: Path, option: str) -> None:
    """InputError unless the picture's name ends in a format that can be written."""
    if path.suffix.lower() not in FORMATS:
        raise InputError(option, f"{path} is no picture's name", f"let it end in {', '.join(FORMATS)}")


def write_chart(path: Path, chart: Any, *, option: str, dark: bool = False) -> None:
    """Writes a chart in its look, whole or not at all; InputError if it can't be."""
    require_format(path, option)
    kind = path.suffix.lower().removeprefix(".")
    drawn: BytesIO | StringIO = BytesIO() if kind == "png" else StringIO()
    extra: dict[str, Any] = {"inline": True} if kind == "html" else {"scale_factor": PNG_SCALE} if kind == "png" else {}
    themed(chart, dark=dark).save(drawn, format=kind, **extra)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, drawn.getvalue())
    except OSError as e:
        raise InputError(str(path), f"cannot be written: {e.strerror}", f"check {option}") from None
