"""Records made by hand for tell-tales, and where their figures lie by the shipped bounds."""

from __future__ import annotations

from engine.biology.bands import read_telltales
from engine.statistics.measure import Measures
from engine.statistics.table import judge_band
from engine.statistics.telltales.frames import FarmRecords
from tests.statistics.hand_made import Rows, make_records

BOUNDS = {band.name: band for band in read_telltales().told}
FARM = ("Faroe Islands", "Scotland")


def farm_records(**tables: Rows) -> FarmRecords:
    """Tables given as rows, the others empty or of the hand-made farm."""
    return FarmRecords(make_records(**tables).tables)


def inside(found: Measures, *names: str) -> list[bool | None]:
    """Whether each lies within its shipped bound, however few it rests on."""
    bounds = [BOUNDS[name].model_copy(update={"least": 1}) for name in names]
    return [judge_band(bound, False, found, FARM).within for bound in bounds]
