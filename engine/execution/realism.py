"""A run's tell-tales: what would give it away to someone who knows farms; told, not judged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from engine.biology.bands import read_telltales
from engine.statistics.measure import Measures
from engine.statistics.records import run_tables
from engine.statistics.table import Statistic
from engine.statistics.telltales.cages import FILE, Told, not_told, real_weeks, told_apart
from engine.statistics.telltales.constants import Constant, constant_columns, unexplained
from engine.statistics.telltales.frames import FarmRecords
from engine.statistics.telltales.table import FAMILIES, compute_telltales, hold
from lake.checked import OnStep, read_checked
from lake.held import held_for_reading
from lake.manifest import Manifest


@dataclass(frozen=True)
class Realism:
    """What was found. constants: columns that never change, with a reason or ""; told: by the classifier."""

    run_dir: Path
    telltales: tuple[Statistic, ...]
    constants: tuple[Constant, ...]
    told: Told

    @property
    def outside(self) -> tuple[Statistic, ...]:
        """The tell-tales outside their bounds."""
        return tuple(figure for figure in self.telltales if figure.within is False)

    def to_json(self) -> dict[str, Any]:
        """As --json shows it."""
        return {
            "judged": False,
            "inside": sum(figure.within is True for figure in self.telltales),
            "outside": len(self.outside),
            "telltales": [figure.to_json() for figure in self.telltales],
            "constant_columns": [constant.to_json() for constant in self.constants],
            "classifier": self.told.to_json(),
        }


def require_cages(folder: Path) -> None:
    """InputError unless the real cages' file is there and can be read: to be known before a run is checked."""
    real_weeks(folder)


def run_realism(run_dir: Path, *, cages: Path | None = None, on_step: OnStep = lambda what, done, of: None) -> Realism:
    """Every tell-tale of a complete run beside its bound; its bytes are checked before.

    cages: the folder of the real cages' file, with which a classifier is asked to tell ours. InputError when the run is
    not complete or the file can't be read.
    """
    real = None if cages is None else real_weeks(cages)
    with held_for_reading(run_dir):
        return _compute(run_dir, read_checked(run_dir, cached=False, on_step=on_step), real, on_step)


def _compute(run_dir: Path, manifest: Manifest, real: pl.DataFrame | None, on_step: OnStep) -> Realism:
    bounds, records = read_telltales(), FarmRecords(run_tables(run_dir, manifest))
    constants = constant_columns(run_dir, manifest, bounds.constant)
    measures: Measures = {"columns that are constant without a reason": unexplained(constants, len(manifest.files))}
    on_step("tell-tales", 0, len(FAMILIES))
    for done, found in enumerate(compute_telltales(records), 1):
        measures |= found
        on_step("tell-tales", done, len(FAMILIES))
    told = not_told(f"real cages not given: --cages FOLDER, with {FILE}") if real is None else told_apart(records, real)
    return Realism(
        run_dir=run_dir,
        telltales=tuple(hold(bounds, measures, records.geographies)),
        constants=tuple(constants),
        told=told,
    )
