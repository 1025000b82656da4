"""Rows of lice and treatments: as counted and given, and as they truly were."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from engine.biology.parameters import Parameters
from engine.farm.infrastructure import Farm
from engine.farm.schedule import Batch, Schedule
from engine.simulation.health import wording
from engine.simulation.lice.identification import (
    LICE_TYPES,
    SALMON_LOUSE,
    IdentifiedLice,
    LiceShares,
    identify_lice,
)
from engine.simulation.lice.treatments import Remedy
from engine.simulation.numerics.calendar import DAY_US, MINUTE_US, WEEK_DAYS
from engine.simulation.numerics.series import uniforms
from engine.simulation.numerics.streams import Stream, stream_key, stream_keys
from engine.simulation.numerics.sums import cumulative
from engine.simulation.record import SeaLice, StageHistory
from engine.simulation.rows.columns import (
    BatchRows,
    Columns,
    codes,
    empty,
    hundred_thousandths,
    hundredths,
    in_units,
    part_sums,
    stack,
)
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.lives import Lives
from lake.codes import SEA, VACCINE
from lake.columns import Nullable
from lake.errors import InputError

TEN_THOUSANDTHS = 10_000.0
DETECTION_METHODS = ("manual", "visual", "automated", "camera")  # the order of the biology's shares
LIMITED_TYPE = LICE_TYPES.index((SALMON_LOUSE, "female", "adult"))


def lice_tables(lives: Lives) -> dict[str, BatchRows]:
    """lice_count, treatment, treatment_truth, lice_truth."""
    counts, truth = _sea_rows(lives)
    treatment, treatment_truth = treatment_rows(lives)
    return {
        "lice_count": counts,
        "treatment": treatment,
        "treatment_truth": treatment_truth,
        "lice_truth": truth,
    }


def count_lice_rows(farm: Farm, biology: Parameters, days: int) -> float:
    """Rows of the counts of a ring that is lived in for so many days: what is, and what is counted by type found."""
    types = biology.lice_counts.types_found_share * len(farm.model.master.lice_types)
    return days // WEEK_DAYS * (1 + types)


def type_positions(farm: Farm) -> np.ndarray:
    """For each lice type of the farm its position in LICE_TYPES, -1 where it is never counted.

    InputError when the farm lacks a type of the salmon louse: lice would be lost.
    """
    named = [(t.species, t.gender, t.stage) for t in farm.model.master.lice_types]
    for kind in LICE_TYPES:
        if kind[0] == SALMON_LOUSE and kind not in named:
            problem = f"master.lice_types has no {', '.join(kind)}"
            raise InputError(f"farm {farm.name}", problem, "add it: every louse counted has a type")
    return np.array([LICE_TYPES.index(kind) if kind in LICE_TYPES else -1 for kind in named])


def _identify(
    schedule: Schedule, batch: Batch, rings: tuple[str, ...], start_day: int, *, lice: SeaLice
) -> IdentifiedLice:
    """The lice counted in the rings (names) of a stay from start_day on, by type."""
    model = schedule.biology.model.lice_counts
    region = schedule.region_of(batch)
    count, moment, certainty = identify_lice(
        keys=stream_keys(schedule.seed, Stream.LICE_COUNT, batch.number, "types", each=rings),
        first_day=start_day,
        day=lice.day.astype(np.int64),
        counted=lice.counted.astype(np.int64),
        sampled=lice.sampled.astype(np.int64),
        shares=LiceShares(
            copepodid=model.copepodid_share,
            female=model.female_share,
            pre_adult_female=model.mobile_shares[0],
            pre_adult_male=model.mobile_shares[1],
            caligus_mean=region.caligus_mean,
            caligus_amplitude=model.caligus_seasonal_amplitude,
            caligus_peak_turns=(region.caligus_peak_month - 0.5) / 12.0,
            caligus_sdlog=model.caligus_sdlog,
            caligus_juvenile=model.caligus_juvenile_share,
        ),
    )
    return IdentifiedLice(lice=count, moment=moment, certainty=certainty)


def _sea_rows(lives: Lives) -> tuple[BatchRows, BatchRows]:
    """lice_count and lice_truth of the stays at sea."""
    parts = [_ring_counts(life, life.stages[-1]) for life in lives]
    counts = np.array([0 if part is None else len(part["day"]) for part in parts])
    found = [part for part in parts if part is not None]
    if not found:
        return lives.rows(empty("lice_count"), counts), lives.rows(empty("lice_truth"), counts)
    rows, schedule = stack(found), lives.schedule
    model = schedule.biology.model.lice_counts
    positions = type_positions(schedule.farm)
    by_type = np.where(positions >= 0, rows["lice"][:, positions], 0)
    # a row a type found; where nothing was, one that says so of what the limits are about
    told = by_type > 0
    types_found = told.sum(axis=1)
    told[types_found == 0, np.nonzero(positions == LIMITED_TYPE)[0][0]] = True
    at, kind = np.nonzero(told)
    trust = model.method_confidence[rows["method"]] + model.confidence_sd * rows["certainty"]
    # the rings are counted one after the other
    first, last = model.first_hour_utc * 60, model.last_hour_utc * 60
    minute = first + np.floor((last - first) * (rows["ring"] + rows["moment"]) / rows["rings"]).astype(np.int64)
    ring: Columns = {"container_id": rows["container"], "assignment_id": rows["assignment"]}
    counted: Columns = {
        **ring,
        "count_date": rows["day"] * DAY_US + minute * MINUTE_US,
        "fish_sampled": rows["sampled"],
        "detection_method": codes("lice_count", "detection_method", DETECTION_METHODS)[rows["method"]],
        "confidence_level": hundredths(np.clip(trust, 0.0, 1.0)),
    }
    types = {name: values[at] for name, values in counted.items()}
    types |= {"lice_type_id": kind + 1, "count_value": by_type[at, kind]}
    truth = ring | {
        "date": rows["day"],
        "attached": in_units(rows["attached"], TEN_THOUSANDTHS),
        "mobile": in_units(rows["mobile"], TEN_THOUSANDTHS),
        "adult_female": in_units(rows["adult_female"], TEN_THOUSANDTHS),
        "external_pressure": in_units(rows["pressure"], TEN_THOUSANDTHS),
        "fish_sampled": rows["sampled"],
        "types_found": types_found,
        "lice_counted": by_type.sum(axis=1),
    }
    return lives.rows(types, part_sums(told.sum(axis=1), counts)), lives.rows(truth, counts)


def _ring_counts(life: BatchLife, stage: StageHistory) -> Columns | None:
    """Each count of a ring at sea, ring by ring; None of a batch that has yet to come there."""
    lice = stage.lice if stage.stage == SEA else None
    if lice is None:
        return None
    schedule, batch = life.schedule, life.history.batch
    shares = schedule.biology.model.lice_counts.method_shares
    identified = _identify(schedule, batch, life.names(stage), stage.start_day, lice=lice)
    c, w = np.nonzero(lice.sampled > 0)
    return {
        "day": lice.day.astype(np.int64)[w],
        "ring": c,
        "rings": len(stage.container_ids),
        "container": np.array(stage.container_ids)[c],
        "assignment": life.ids[-1][c],
        "method": _methods(schedule.seed, batch.number, shares, stage)[lice.day - stage.start_day][w],
        "lice": identified.lice[c, w],
        "moment": identified.moment[c, w],
        "certainty": identified.certainty[c, w],
        "attached": lice.attached[c, w],
        "mobile": lice.mobile[c, w],
        "adult_female": lice.adult_female[c, w],
        "pressure": lice.pressure[c, w],
        "sampled": lice.sampled[c, w],
    }


def _methods(seed: int, batch: str, shares: Sequence[float], stage: StageHistory) -> np.ndarray:
    """How lice would be counted on each day of the stage, a position in DETECTION_METHODS: alike in all rings."""
    u = uniforms(stream_key(seed, Stream.LICE_COUNT, batch, "method"), stage.days)
    chosen: np.ndarray = np.minimum(np.searchsorted(cumulative(shares), u, side="right"), len(shares) - 1)
    return chosen


def treatment_rows(lives: Lives) -> tuple[BatchRows, BatchRows]:
    """Each treatment as given, by time and container, and what it really did."""
    given, counts = lives.counted(lambda life: [(life, remedy) for remedy in life.care.remedies])
    if not given:
        return lives.rows(empty("treatment"), counts), lives.rows(empty("treatment_truth"), counts)
    remedies = [remedy for _, remedy in given]
    treatments = lives.schedule.biology.model.treatments
    ids = lives.row_ids("treatment", counts)
    entries = np.array([life.care.entry_of[number - 1] for life, number in lives.numbered(counts)])
    vaccines = np.repeat([_vaccine_id(life) if life.care.remedies else 0 for life in lives], counts)
    is_vaccine = np.array([r.method == VACCINE for r in remedies])
    policies = [treatments.vaccination if r.method == VACCINE else treatments.methods.of(r.method) for r in remedies]
    kinds = ["vaccination" if r.method == VACCINE else treatments.methods.of(r.method).type for r in remedies]
    columns: Columns = {
        "id": ids,
        "container_id": np.array([life.stages[r.at].container_ids[r.container] for life, r in given]),
        "batch_assignment_id": np.array([life.ids[r.at][r.container] for life, r in given]),
        "treatment_date": np.array([r.time_us for r in remedies]),
        "treatment_type": codes("treatment", "treatment_type", kinds),
        "method": codes("treatment", "method", [r.method for r in remedies]),
        "description": pa.array([_description(life, r) for life, r in given], pa.string()),
        "dosage": pa.array([p.dosage for p in policies], pa.string()),
        "duration_days": np.array([p.duration_days for p in policies]),
        "withholding_period_days": np.array([p.withholding_days for p in policies]),
        "outcome": codes("treatment", "outcome", [r.outcome for r in remedies]),
        "vaccination_type_id": Nullable(vaccines * is_vaccine, is_vaccine),
        "includes_weighing": np.array(
            [life.weighed[r.at][r.container, r.day - life.stages[r.at].start_day] for life, r in given]
        ),
        "journal_entry_id": np.repeat(lives.first_ids("journal_entry"), counts) + entries,
    }
    truth: Columns = {
        "treatment_id": ids,
        "efficacy": hundred_thousandths(np.array([r.efficacy for r in remedies])),
        "expected_loss": hundred_thousandths(np.array([r.loss for r in remedies])),
    }
    return lives.rows(columns, counts), lives.rows(truth, counts)


def _vaccine_id(life: BatchLife) -> int:
    """The id of the region's vaccine; InputError when the farm's list lacks it."""
    farm, biology = life.schedule.farm, life.schedule.biology
    geography = farm.geography_of(life.history.batch).name
    vaccine, known = biology.region(geography).vaccine, farm.model.master.vaccination_types
    if vaccine not in known:
        raise InputError(
            f"biology {biology.name}",
            f"regions.{geography}.vaccine {vaccine!r} is no vaccination type of farm {farm.name}",
            f"take one of {', '.join(known)}",
        )
    return known.index(vaccine) + 1


def _description(life: BatchLife, remedy: Remedy) -> str:
    stage = life.stages[remedy.at]
    name = life.schedule.farm.container(stage.container_ids[remedy.container]).name
    words = f"{wording.capital(wording.METHODS[remedy.method])} of {name}"
    if remedy.before is None:
        return words
    a_fish = f"{remedy.before.lice / remedy.before.fish:.2f}"
    return f"{words} after the count of {wording.date(remedy.before.day)}: {a_fish} mobile lice a fish"
