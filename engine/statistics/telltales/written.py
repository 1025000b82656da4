"""Tell-tales of what people write down: last digits, sizes of samples, journals, yields; and growth of large fish."""

from __future__ import annotations

import polars as pl

from engine.statistics.measure import Basis, Measures, as_percent, ratio, total
from engine.statistics.records import collect
from engine.statistics.telltales.frames import WEEK_DAYS, FarmRecords, top_share

SCALE_FROM_G, SCALE_STEP_G = 3000.0, 5.0
LARGE_MEAL_KG, FEED_STEP_KG = 100.0, 0.1
ROUNDING = 1e-6  # of a step: decimals are floats here
LARGE_FISH_G, MILD_C = (4500.0, 5500.0), (8.0, 10.0)
GROWTH_DAYS = 28
MIN_DAYS, MIN_VALUES = 28, 4  # of a ring-month: its days, and different numbers of dead, or two may agree by chance
NUMBER, NAME = "#", "@"
DATES_AND_NUMBERS = r"\d[\d,.:\-]*"
CONTAINER_NAMES = r"\b[A-Z]{2}(-[A-Z]{2,4})?-[\w-]+"
LIST_OF_NAMES = r"@((, | and )@)+"


def digits(records: FarmRecords) -> Measures:
    """Numbers as scales and feeding systems give them, and how many fish a sample has."""
    tables = records.tables
    weights = collect(
        tables["individual_growth_observation"]
        .filter(pl.col("weight_g") >= SCALE_FROM_G)
        .select(n=pl.len(), on_step=_on_step("weight_g", SCALE_STEP_G).sum())
    ).row(0)
    amounts = collect(
        tables["feeding_event"]
        .filter(pl.col("amount_kg") >= LARGE_MEAL_KG)
        .select(n=pl.len(), on_step=_on_step("amount_kg", FEED_STEP_KG).sum())
    ).row(0)
    fish = Basis("fish", "individual_growth_observation")
    sampled = collect(tables["growth_sample"].select("sample_size"))["sample_size"]
    counts = collect(tables["lice_count"].select("assignment_id", "count_date", "fish_sampled").unique())
    return {
        "weights of fish above 3 kg to 5 g": as_percent(fish.measure(ratio(weights[1], weights[0]), weights[0])),
        "meals above 100 kg to 0.1 kg": as_percent(
            Basis("meals", "feeding_event").measure(ratio(amounts[1], amounts[0]), amounts[0])
        ),
        "weight samples of the commonest size": top_share(Basis("samples", "growth_sample"), sampled),
        "lice counts of the commonest number of fish": top_share(Basis("counts", "lice_count"), counts["fish_sampled"]),
    }


def _on_step(column: str, step: float) -> pl.Expr:
    """Whether a number is a whole multiple of a step."""
    steps = pl.col(column) / step
    return (steps - steps.round()).abs() < ROUNDING


def journals(records: FarmRecords) -> Measures:
    """Wordings of the journal, numbers and containers' names aside, and entries a week of a farm at sea."""
    tables = records.tables
    texts = collect(tables["journal_entry"].select("description"))["description"].drop_nulls()
    stays = records.places.group_by("batch_id").agg(pl.col("first_day").min(), pl.col("last_day").max())
    entries = tables["journal_entry"].select("batch_id", day=pl.col("entry_date").dt.date())
    at_sea = collect(
        entries.join(stays.lazy(), on="batch_id")
        .filter(pl.col("day").is_between("first_day", "last_day"))
        .select(pl.len())
    ).item()
    weeks = total((stays["last_day"] - stays["first_day"]).dt.total_days() + 1) / WEEK_DAYS
    basis = Basis("entries", "journal_entry")
    return {
        "journal, different wordings": basis.measure(float(wordings(texts)), texts.len()),
        "journal, entries a week of a batch at sea": basis.measure(ratio(at_sea, weeks), texts.len()),
    }


def wordings(texts: pl.Series) -> int:
    """How many different texts there are once names of containers are one word and numbers another."""
    plain = (
        texts.str.replace_all(CONTAINER_NAMES, NAME)
        .str.replace_all(LIST_OF_NAMES, NAME)
        .str.replace_all(DATES_AND_NUMBERS, NUMBER)
    )
    return plain.n_unique()


def yields(records: FarmRecords) -> Measures:
    """How the gutted yield differs between the lots (grade and size) of one ring's harvest."""
    lots = collect(
        records.tables["harvest_lot"]
        .filter(pl.col("live_weight_kg") > 0)
        .select("event_id", share=pl.col("gutted_weight_kg") / pl.col("live_weight_kg"))
        .group_by("event_id")
        .agg(pl.col("share").std())
    )
    basis = Basis("harvests", "harvest_lot")
    return {"gutted yield, standard deviation between a ring's lots": as_percent(basis.mean(lots["share"]))}


def duplicates(records: FarmRecords) -> Measures:
    """Ring-months whose days are those of another ring: the same temperatures, feed, or deaths, one after the other."""
    days = records.deaths_by_day.join(
        records.ring_days.select("assignment_id", "day", "temp_c", "feed_kg"), on=["assignment_id", "day"]
    )
    columns = ("temp_c", "feed_kg", "dead")
    place = pl.int_range(pl.len()).over("assignment_id", "month").cast(pl.UInt64) * 2 + 1
    months = (
        days.sort("assignment_id", "date")
        .with_columns(month=pl.col("date").dt.truncate("1mo"))
        # one number for each series of days: the values' hashes, weighted by their place in the month
        .select("assignment_id", "month", "dead", *((pl.col(c).hash() * place).alias(f"{c}_series") for c in columns))
        .group_by("assignment_id", "month")
        .agg(pl.len(), *(pl.col(f"{c}_series").sum() for c in columns), values=pl.col("dead").n_unique())
        .filter(pl.col("len") >= MIN_DAYS)
    )
    basis = Basis("ring-months", "daily_state, mortality_event")
    found: Measures = {}
    for name, what in (("temp_c", "temperatures"), ("feed_kg", "feed"), ("dead", "deaths")):
        rows = months.filter(pl.col("values") >= MIN_VALUES) if name == "dead" else months
        again = rows.select(pl.len().over("month", f"{name}_series") > 1).to_series()
        found[f"ring-months with another ring's {what}"] = basis.percentage(again)
    return found


def large_fish(records: FarmRecords) -> Measures:
    """Relative growth of fish of about 5 kg in water of 8-10 degC, % a day, over four weeks, as the farm knows it."""
    later = records.ring_days.select("assignment_id", pl.col("day") - GROWTH_DAYS, then="weight_g")
    spans = (
        records.ring_days.select("assignment_id", "day", "weight_g", "temp_c")
        .sort("assignment_id", "day")
        .with_columns(warmth=pl.col("temp_c").reverse().rolling_mean(GROWTH_DAYS).reverse().over("assignment_id"))
        .join(later, on=["assignment_id", "day"])
        .filter(((pl.col("weight_g") + pl.col("then")) / 2).is_between(*LARGE_FISH_G))
        .filter(pl.col("warmth").is_between(*MILD_C))
    )
    growth = 100 * (spans["then"] / spans["weight_g"]).log() / GROWTH_DAYS
    return {
        "relative growth of fish of 4.5-5.5 kg at 8-10 degC, median": Basis(
            "ring-days", "daily_state.avg_weight_g, temp_c"
        ).quantile(growth, 0.5)
    }
