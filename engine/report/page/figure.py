"""One chart of the page with the words around it, and how the filters choose its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import altair as alt

WHOLE, HALF = -1, -2
FEW = 24
"""Batches up to which plans and treatments are drawn for each of them."""

OF_GEOGRAPHY = "(geography === 'all' || datum.geography === geography)"
CHOSEN = f"{OF_GEOGRAPHY} && (batch === 'all' || datum.batch === batch)"
AT_SITES = f"{OF_GEOGRAPHY} && (batch === 'all' || indexof(sites, datum.site) >= 0)"
FEW_CHOSEN = f"{CHOSEN} && (batch !== 'all' || batches <= {FEW})"
OF_HOME = "(home === 'all' || datum.geography === home)"
"""Of the geography chosen, or of that of the batch chosen."""
ALL_SEEN = "batch === 'all'"


@dataclass(frozen=True)
class Figure:
    """A chart and the words around it.

    rows: the dataset that it draws, which its table shows too. table: its columns, by their heading there. filters:
    which of the page's filters act on it. nothing: what is told when the dataset has no row of what was chosen.
    """

    name: str
    title: str
    caption: str
    spec: Any
    rows: str
    table: Mapping[str, str]
    nothing: str
    filters: Sequence[str] = ("geography", "batch")
    needs: Sequence[str] = ()
    """Other datasets that it draws from."""
    also: Mapping[str, str] = field(default_factory=dict)
    """What is told when another dataset that it draws from has no row of what was chosen, by the dataset."""
    zoom: bool = False

    def to_json(self) -> dict[str, Any]:
        """What the page's script is told of it."""
        return {
            "name": self.name,
            "title": self.title,
            "spec": self.spec.to_dict(validate=False),
            "rows": self.rows,
            "needs": [self.rows, *self.needs],
            "table": self.table,
            "filters": list(self.filters),
            "nothing": self.nothing,
            "also": dict(self.also),
            "zoom": self.zoom,
        }


def rows_of(name: str) -> Any:
    return alt.Chart(alt.NamedData(name))


def seen(test: str, yes: float, no: float) -> alt.OpacityValue:
    """An opacity that depends on what is chosen."""
    return alt.OpacityValue(no, condition={"test": test, "value": yes})
