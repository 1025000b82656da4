"""Can a classifier tell a ring's eight weeks from those of real cages? Reported, not judged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from engine.statistics.measure import mean
from engine.statistics.telltales.classifiers import Scored, area_under_curve, boosted_scores, logistic_scores
from engine.statistics.telltales.frames import FARM, MIN_LICE, FarmRecords
from lake.errors import InputError, shortened

FILE = "scottish_cage_weeks.csv"
NAMES, DAY, FIGURES = ("farm", "cage"), "day", ("days_since_start", "lep_fe", "mortality")
COLUMNS = (*NAMES, DAY, *FIGURES)
PLACE = "Scotland"
WINDOW = 8  # weeks
MIN_COUNTS = 4  # of lice in a window
STOCKING_DAYS, ARTEFACT = 42, 0.035  # at stocking the file holds rows of 4 % a week that its authors did not count
MIN_RATE = 1e-6  # a week; the file has no smaller
OUR_FARMS = 60  # at most: enough beside a handful of real ones
FOLDS = 5
MIN_WINDOWS = 25  # of ours and of theirs
FEATURES = (
    "deaths_level", "deaths_spread", "deaths_step", "deaths_jump", "deaths_distance", "deaths_apart",
    "lice_level", "lice_spread", "lice_step", "lice_distance", "lice_apart",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """How well ours and real windows were told apart; auc None and `note` why, where they were not compared.

    auc: boosted trees', the mean over folds, in each of which the farms asked about were not those learnt from; lowest
    and highest of a fold. logistic: the mean of a logistic regression's.
    """

    auc: float | None
    lowest: float | None
    highest: float | None
    logistic: float | None
    real: int
    ours: int
    note: str

    def to_json(self) -> dict[str, Any]:
        return {
            "auc": self.auc,
            "lowest": self.lowest,
            "highest": self.highest,
            "auc_logistic": self.logistic,
            "real_windows": self.real,
            "our_windows": self.ours,
            "note": self.note,
        }


def not_told(note: str, *, real: int = 0, ours: int = 0) -> Told:
    """No comparison, and why."""
    return Told(auc=None, lowest=None, highest=None, logistic=None, real=real, ours=ours, note=note)


def real_weeks(folder: Path) -> pl.DataFrame:
    """The real cages' weeks: farm, cage, week, rate (null where unknown), females; InputError without the file."""
    path = folder / FILE
    try:
        read = pl.read_csv(path, null_values="NA", infer_schema=False)
        rows = read.select(*NAMES, pl.col(DAY).str.to_date("%Y-%m-%d"), pl.col(FIGURES).cast(pl.Float64))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(str(path), "there is no such file", f"give the folder that holds {FILE}") from error
    except (pl.exceptions.PolarsError, OSError) as error:
        why = shortened(str(error).splitlines()[0])
        raise InputError(str(path), f"it can't be read: {why}", f"its columns are {', '.join(COLUMNS)}") from error
    artefact = (pl.col("days_since_start") <= STOCKING_DAYS) & (pl.col("mortality") >= ARTEFACT)
    known = pl.when(~artefact & (pl.col("mortality") > 0)).then(pl.col("mortality"))
    return (
        rows.with_columns(week=pl.col("day").dt.truncate("1w"), rate=known)
        .group_by("farm", "cage", "week")
        .agg(pl.col("rate").mean(), females=pl.col("lep_fe").mean())
        .sort("farm", "cage", "week")
    )


def our_weeks(records: FarmRecords) -> pl.DataFrame:
    """The same of our rings in Scotland, of OUR_FARMS farms at most; a week without a death is unknown as there."""
    weeks = records.weeks.filter(pl.col("geography") == PLACE)
    farms = weeks.select(FARM).unique().sort(FARM)
    chosen = farms.gather_every(max(1, -(-farms.height // OUR_FARMS)))
    return (
        weeks.join(chosen, on=FARM, how="semi")
        .join(records.females.select("assignment_id", "week", "females"), on=["assignment_id", "week"], how="left")
        .select(
            "week",
            "females",
            farm=pl.concat_str(FARM, separator="/"),
            cage=pl.col("assignment_id").cast(pl.String),
            rate=pl.when(pl.col("dead") > 0).then(pl.col("rate")),
        )
        .sort("farm", "cage", "week")
    )


def windows(weeks: pl.DataFrame) -> pl.DataFrame:
    """Whole windows of WINDOW weeks of each cage: farm, counted (weeks with a lice count), FEATURES.

    All deaths known, MIN_COUNTS lice counts at least. Level, spread, step from week to week, the greatest step;
    distance from the mean of the farm's cages in the same week, and its spread.
    """
    farm_week, cage = ("farm", "week"), ("farm", "cage")
    deaths = pl.max_horizontal("rate", pl.lit(MIN_RATE)).log()
    logs = weeks.with_columns(
        deaths=pl.when(pl.col("rate").is_not_null()).then(deaths), lice=(pl.col("females") + MIN_LICE).log()
    ).with_columns(
        deaths_off=pl.col("deaths") - pl.col("deaths").mean().over(farm_week),
        lice_off=pl.col("lice") - pl.col("lice").mean().over(farm_week),
        window=(pl.col("week") - pl.col("week").min().over(cage)).dt.total_days() // (7 * WINDOW),
    )
    return (
        logs.sort(*cage, "week")
        .group_by(*cage, "window", maintain_order=True)
        .agg(
            known=pl.col("deaths").count(),
            counted=pl.col("lice").count(),
            deaths_level=pl.col("deaths").mean(),
            deaths_spread=pl.col("deaths").std(),
            deaths_step=pl.col("deaths").diff().abs().mean(),
            deaths_jump=pl.col("deaths").diff().abs().max(),
            deaths_distance=pl.col("deaths_off").mean(),
            deaths_apart=pl.col("deaths_off").std(),
            lice_level=pl.col("lice").mean(),
            lice_spread=pl.col("lice").std(),
            lice_step=pl.col("lice").drop_nulls().diff().abs().mean(),
            lice_distance=pl.col("lice_off").mean(),
            lice_apart=pl.col("lice_off").std(),
        )
        .filter((pl.col("known") == WINDOW) & (pl.col("counted") >= MIN_COUNTS))
        .select("farm", "counted", *FEATURES)
    )


def told_apart(records: FarmRecords, real_cages: pl.DataFrame) -> Told:
    """Real cages (real_weeks) and our rings of Scotland, told apart; each fold leaves whole farms out."""
    real = windows(real_cages)
    uncounted = 1 - (mean(real["counted"]) or WINDOW) / WINDOW
    ours = windows(thinned(our_weeks(records), uncounted))
    if min(real.height, ours.height) < MIN_WINDOWS or min(real["farm"].n_unique(), ours["farm"].n_unique()) < 2:
        note = f"too few: {real.height} windows of real cages, {ours.height} of ours; {MIN_WINDOWS} of two farms needed"
        return not_told(note, real=real.height, ours=ours.height)
    areas, of_line = (fold_areas(real, ours, scored) for scored in (boosted_scores, logistic_scores))
    return Told(
        auc=round(sum(areas) / len(areas), 3),
        lowest=round(min(areas), 3),
        highest=round(max(areas), 3),
        logistic=round(sum(of_line) / len(of_line), 3),
        real=real.height,
        ours=ours.height,
        note="",
    )


def thinned(weeks: pl.DataFrame, share: float) -> pl.DataFrame:
    """The weeks with that share of the lice counts dropped, so that ours go uncounted as often as real cages do."""
    kept = np.random.default_rng(0).random(weeks.height) >= share
    return weeks.with_columns(females=pl.when(pl.Series(kept)).then(pl.col("females")))


def fold_areas(real: pl.DataFrame, ours: pl.DataFrame, scored: Scored) -> list[float]:
    """The area under a classifier's curve in each fold."""
    folds = min(FOLDS, real["farm"].n_unique(), ours["farm"].n_unique())
    both = pl.concat([real, ours])
    rows = both.select(FEATURES).cast(pl.Float64).fill_null(np.nan).to_numpy()
    is_real = np.arange(both.height) < real.height
    fold = np.concatenate([(frame["farm"].rank("dense").to_numpy() - 1) % folds for frame in (real, ours)])
    areas = []
    for n in range(folds):
        asked = fold == n
        scores = scored(rows[~asked], is_real[~asked], rows[asked])
        areas.append(area_under_curve(scores, is_real[asked]))
    return areas
