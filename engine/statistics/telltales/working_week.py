"""Tell-tales of people: which day, hour and minute work is done, and whether plans are kept to the day."""

from __future__ import annotations

from functools import reduce

import polars as pl

from engine.statistics.measure import Basis, Measure, Measures, as_percent, ratio, total
from engine.statistics.records import collect
from engine.statistics.telltales.frames import WEEK_DAYS, FarmRecords, top_share
from lake.codes import TREATMENT_WORDS, VACCINE

SATURDAY, SUNDAY, MONDAY = 6, 7, 1
MIN_DEAD_OF_WEEK = 35  # fish: weeks in which every day is likely to have some
HOLIDAYS = ((12, 25), (12, 26), (1, 1))
COMMON_TIMES = 10


def work_days(records: FarmRecords) -> dict[str, tuple[Basis, pl.DataFrame]]:
    """When what was done, a row an occasion in one container: date, time (null where only the day is noted)."""
    tables = records.tables
    method = pl.col("method").cast(pl.String)
    none = pl.lit(None, pl.Time).alias("time")
    counts = tables["lice_count"].select("assignment_id", "count_date").unique()
    treated = tables["treatment"].select(method.alias("method"), stamp="treatment_date")
    of = {
        "lice counts": ("counts", "lice_count", _stamped(counts.select(stamp="count_date"))),
        "weight samples": ("samples", "growth_sample", tables["growth_sample"].select(none, date="sample_date")),
        "treatments": (
            "treatments",
            "treatment",
            _stamped(treated.filter(method.is_in(list(TREATMENT_WORDS)))),
        ),
        "vaccinations": ("tanks", "treatment", _stamped(treated.filter(method == VACCINE))),
        "moves": ("moves", "transfer_action", tables["transfer_action"].select(none, date="actual_execution_date")),
        "harvests": ("rings", "harvest_event", _stamped(tables["harvest_event"].select(stamp="event_date"))),
        "journal entries": ("entries", "journal_entry", _stamped(tables["journal_entry"].select(stamp="entry_date"))),
    }
    return {
        what: (Basis(counted, table), collect(frame.filter(pl.col("date").is_not_null()).select("date", "time")))
        for what, (counted, table, frame) in of.items()
    }


def _stamped(frame: pl.LazyFrame) -> pl.LazyFrame:
    return frame.select(date=pl.col("stamp").dt.date(), time=pl.col("stamp").dt.time())


def calendar(records: FarmRecords) -> Measures:
    """Weekends and holidays of each kind of work, and how often the clock shows the same time."""
    found: Measures = {}
    done = work_days(records)
    for what, (basis, days) in done.items():
        found[f"{what} on Saturday or Sunday"] = basis.percentage(days["date"].dt.weekday() >= SATURDAY)
    for what in ("treatments", "vaccinations", "harvests"):
        basis, days = done[what]
        found[f"{what} begun at the {COMMON_TIMES} most frequent times of day"] = top_share(
            basis, days["time"], COMMON_TIMES
        )
    for what in ("lice counts", "journal entries"):
        basis, days = done[what]
        found[f"{what} at the most frequent minute of the hour"] = top_share(basis, days["time"].dt.minute())
    every = pl.concat([days.select("date") for what, (_, days) in done.items() if what != "journal entries"])
    found["work on Christmas and New Year's days over other days"] = holiday_work(every)
    return found


def holiday_work(done: pl.DataFrame) -> Measure:
    """How much is done on HOLIDAYS beside the mean of all days from the first to the last. done: date."""
    basis = Basis("holidays", "lice_count, growth_sample, treatment, transfer_action, harvest_event")
    if done.is_empty():
        return basis.measure(None, 0)
    dates = done["date"]
    days = done.select(pl.date_range(pl.col("date").min(), pl.col("date").max()))["date"]
    holiday = _is_holiday(days)
    on_holidays = total(_is_holiday(dates).cast(pl.Int64))
    a_holiday = ratio(on_holidays, int(holiday.sum()))
    return basis.measure(ratio(a_holiday, dates.len() / days.len()), int(holiday.sum()))


def _is_holiday(dates: pl.Series) -> pl.Series:
    found = [(dates.dt.month() == month) & (dates.dt.day() == day) for month, day in HOLIDAYS]
    return reduce(lambda one, other: one | other, found)


def deaths_by_weekday(records: FarmRecords) -> Measures:
    """Dead fish are collected by people: how much of a week's deaths is found on Sunday, and on Monday.

    Over a seventh, the mean of ring-weeks of MIN_DEAD_OF_WEEK deaths and more.
    """
    basis = Basis("ring-weeks", "mortality_event at sea without culls")
    week = pl.col("date").dt.truncate("1w")
    days = records.deaths_by_day.with_columns(week=week, weekday=pl.col("date").dt.weekday())
    weeks = (
        days.group_by("assignment_id", "week")
        .agg(
            days=pl.len(),
            dead=pl.col("dead").sum(),
            sunday=pl.col("dead").filter(pl.col("weekday") == SUNDAY).sum(),
            monday=pl.col("dead").filter(pl.col("weekday") == MONDAY).sum(),
        )
        .filter((pl.col("days") == WEEK_DAYS) & (pl.col("dead") >= MIN_DEAD_OF_WEEK))
    )
    return {
        "dead fish found on Sunday over the mean day": basis.mean(WEEK_DAYS * weeks["sunday"] / weeks["dead"]),
        "dead fish found on Monday over the mean day": basis.mean(WEEK_DAYS * weeks["monday"] / weeks["dead"]),
    }


def plans(records: FarmRecords) -> Measures:
    """Moves that begin on the very day that was planned; and rings of a batch stocked with the same number of fish."""
    moves = collect(
        records.tables["transfer_workflow"]
        .filter(pl.col("actual_start_date").is_not_null())
        .select(kept=pl.col("planned_start_date") == pl.col("actual_start_date"))
    )
    batches = records.rings.group_by("batch_id").agg(cv=pl.col("fish").std() / pl.col("fish").mean())
    stocked = Basis("batches", "container_assignment at sea")
    return {
        "moves begun on the planned day": Basis("moves", "transfer_workflow").percentage(moves["kept"]),
        "CV of the fish stocked between a batch's rings, median": as_percent(stocked.quantile(batches["cv"], 0.5)),
    }
