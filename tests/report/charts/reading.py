"""Reads the marks of a drawn chart."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import vl_convert

from engine.report.charts.theme import themed


def drawn(chart: Any, *, dark: bool = False) -> ElementTree.Element:
    """The chart as SVG."""
    return ElementTree.fromstring(vl_convert.vegalite_to_svg(themed(chart, dark=dark).to_dict()))


def marks(svg: ElementTree.Element, kind: str, **attributes: str) -> list[ElementTree.Element]:
    """Elements of one kind of mark (`line mark`, `point`) with these attributes, underscores for hyphens."""
    wanted = {name.replace("_", "-"): value for name, value in attributes.items()}
    return [
        each
        for each in svg.iter()
        if each.get("aria-roledescription") == kind and all(each.get(k) == v for k, v in wanted.items())
    ]


def words(svg: ElementTree.Element) -> str:
    """All that is written in it, a line a text."""
    return "\n".join("".join(each.itertext()) for each in svg.iter("{http://www.w3.org/2000/svg}text"))
