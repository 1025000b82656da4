"""Real cages' file, windows of eight weeks, and whether a run's rings are told from its own, and from others."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from engine.statistics.telltales import cages
from engine.statistics.telltales.cages import FEATURES, FILE, our_weeks, real_weeks, thinned, told_apart, windows
from engine.statistics.telltales.classifiers import boosted_scores
from engine.statistics.telltales.frames import FarmRecords
from lake.errors import InputError
from tests.statistics.hand_made import PLACES, batch, deaths, evening, ring, states
from tests.statistics.telltales.bounds import farm_records

MONDAY = date(2019, 1, 7)
HEAD = "farm,cage,day,windSpeed,days_since_start,lep_fe,mortality"


def written(folder: Path, *lines: str, head: str = HEAD) -> Path:
    (folder / FILE).write_text("\n".join([head, *lines, ""]))
    return folder


def test_the_file_of_real_cages(tmp_path: Path) -> None:
    """Unknown values, the artefact at stocking, a week without deaths, a cage whose name is a number."""
    weeks = real_weeks(
        written(
            tmp_path,
            "Farm A,1,2019-01-07,5.5,1,NA,0.04",
            "Farm A,1,2019-01-14,5.5,8,0.25,0.001",
            "Farm A,1,2019-01-22,5.5,15,NA,0",
            "Farm A,2,2019-05-06,NA,120,0,0.04",
        )
    )
    assert weeks.rows() == [
        ("Farm A", "1", MONDAY, None, None),
        ("Farm A", "1", MONDAY + timedelta(7), 0.001, 0.25),
        ("Farm A", "1", MONDAY + timedelta(14), None, None),
        ("Farm A", "2", date(2019, 5, 6), 0.04, 0.0),
    ]


@pytest.mark.parametrize(
    ("lines", "head", "words"),
    [
        (("Farm A,1,2019-01-07,0.04",), "farm,cage,day,mortality", "can't be read"),
        (("Farm A,1,soon,5.5,1,NA,0.04",), HEAD, "can't be read"),
        (("Farm A,1,2019-01-07,5.5,1,NA,few",), HEAD, "can't be read"),
        ((), "", "can't be read"),
    ],
    ids=["a column is missing", "no date", "no number", "empty"],
)
def test_another_file_is_refused(tmp_path: Path, lines: tuple[str, ...], head: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as error:
        real_weeks(written(tmp_path, *lines, head=head))
    assert FILE in str(error.value)
    assert "lep_fe" in str(error.value)


def test_a_folder_without_the_file_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere", written(tmp_path) / FILE):
        if folder == tmp_path:
            (tmp_path / FILE).unlink()
        with pytest.raises(InputError, match="there is no such file"):
            real_weeks(folder)


def weeks_of(farms: int, seed: int, weeks: int = 56, rate: float = 1.0) -> pl.DataFrame:
    """Cages' weeks as cages.real_weeks has them: four a farm, deaths and lice about a farm's course."""
    rng = np.random.default_rng(seed)
    rows = []
    for farm in range(farms):
        course = rng.normal(size=(weeks, 2))
        for cage in range(4):
            own = rng.normal(size=(weeks, 2))
            for week in range(weeks):
                died, lice = np.exp(0.5 * course[week] + 0.5 * own[week])
                rows.append((f"F{seed}{farm}", str(cage), MONDAY + timedelta(7 * week), 1e-3 * rate * died, 0.3 * lice))
    return pl.DataFrame(rows, schema=["farm", "cage", "week", "rate", "females"], orient="row")


def test_a_windows_features() -> None:
    """Two cages, one at twice the other's rate, with lice that double in the last week; the ninth is of no window."""
    lice = [0.15] * 7 + [0.35]
    weeks = pl.DataFrame(
        [
            ("F", cage, MONDAY + timedelta(7 * n), rate, lice[n % 8])
            for cage, rate in (("1", 1e-3), ("2", 2e-3))
            for n in range(9)
        ],
        schema=["farm", "cage", "week", "rate", "females"],
        orient="row",
    )
    one, two = windows(weeks).to_dicts()
    half = np.log(2) / 2
    logs = np.log(np.array(lice) + 0.05)
    assert one["counted"] == 8
    assert (one["deaths_level"], two["deaths_level"]) == (pytest.approx(np.log(1e-3)), pytest.approx(np.log(2e-3)))
    assert (one["deaths_distance"], two["deaths_distance"]) == (pytest.approx(-half), pytest.approx(half))
    assert (one["deaths_spread"], one["deaths_step"], one["deaths_jump"]) == pytest.approx((0, 0, 0), abs=1e-12)
    assert one["lice_level"] == pytest.approx(logs.mean())
    assert one["lice_spread"] == pytest.approx(logs.std(ddof=1))
    assert one["lice_step"] == pytest.approx(np.log(2) / 7)
    assert (one["lice_distance"], one["deaths_apart"]) == pytest.approx((0, 0), abs=1e-12)


def test_a_window_is_whole_and_has_counts_enough() -> None:
    weeks = weeks_of(1, seed=1, weeks=16)
    assert windows(weeks).height == 8
    gone = (pl.col("cage") == "0") & (pl.col("week") == MONDAY + timedelta(7))
    assert windows(weeks.filter(~gone)).height == 7
    unknown = weeks.with_columns(rate=pl.when(~gone).then("rate"))
    assert windows(unknown).height == 7
    first, of_counts = pl.col("week") < MONDAY + timedelta(28), pl.col("females")
    assert windows(weeks.with_columns(females=pl.when(first).then(of_counts))).height == 4
    assert windows(weeks.with_columns(females=pl.when(first & ~gone).then(of_counts))).height == 3


def areas_under_curve(real: pl.DataFrame, ours: pl.DataFrame) -> list[float]:
    return cages.fold_areas(windows(real), windows(ours), boosted_scores)


def test_alike_is_chance_and_different_is_told() -> None:
    alike = areas_under_curve(weeks_of(15, seed=1), weeks_of(15, seed=2))
    assert len(alike) == 5
    assert np.mean(alike) == pytest.approx(0.5, abs=0.07)
    shuffled = weeks_of(15, seed=2).with_columns(pl.col("females").shuffle(1).over("farm"))
    between = np.mean(areas_under_curve(weeks_of(15, seed=1), shuffled))
    assert 0.6 < between < 0.98
    tenfold = areas_under_curve(weeks_of(15, seed=1), weeks_of(15, seed=2, rate=30.0))
    assert min(tenfold) > 0.98


def test_counts_are_left_out_by_lot_but_always_the_same() -> None:
    weeks = weeks_of(5, seed=3)
    one, other = thinned(weeks, 0.3), thinned(weeks, 0.3)
    assert one.equals(other)
    assert one["females"].null_count() / weeks.height == pytest.approx(0.3, abs=0.05)
    assert one["rate"].equals(weeks["rate"])
    assert thinned(weeks, 0.0).equals(weeks)


@pytest.fixture(scope="module")
def scottish() -> FarmRecords:
    """Six farms of three rings each for 57 weeks, counted weekly."""
    rng = np.random.default_rng(9)
    stays = [(3 * (farm - 1) + n, farm) for farm in range(1, 7) for n in (1, 2, 3)]
    days, fish = 7 * 57 + 1, 100_000
    course = {farm: np.cumsum(rng.normal(size=days)) * 0.1 for farm in range(1, 7)}
    return farm_records(
        container=[PLACES["container"][1] | {"id": farm, "area_id": farm} for farm in range(1, 7)],
        batch=[batch(farm, geography=2) for farm in range(1, 7)],
        container_assignment=[ring(stay, farm, container=farm, fish=fish) for stay, farm in stays],
        daily_state=[row for stay, _ in stays for row in states(stay, [fish] * days)],
        mortality_event=[
            row
            for stay, farm in stays
            for row in deaths(stay, {n + 1: int(rng.poisson(20 * np.exp(course[farm][n]))) for n in range(days)})
        ],
        lice_count=[
            {
                "assignment_id": stay,
                "count_date": evening(n),
                "fish_sampled": 20,
                "lice_type_id": 1,
                "count_value": int(rng.poisson(8 * np.exp(course[farm][n - 1]))),
            }
            for stay, farm in stays
            for n in range(2, days, 7)
        ],
    )


def as_file(weeks: pl.DataFrame, folder: Path) -> pl.DataFrame:
    """The weeks written as the file of real cages, and read again."""
    weeks.select(
        "farm",
        "cage",
        day="week",
        windSpeed=pl.lit(1.0),
        days_since_start=pl.lit(100),
        lep_fe="females",
        mortality="rate",
    ).write_csv(folder / FILE, null_value="NA")
    return real_weeks(folder)


def test_a_runs_own_rings_are_not_told_from_themselves(scottish: FarmRecords, tmp_path: Path) -> None:
    ours = our_weeks(scottish)
    assert ours.height == 6 * 3 * 57
    told = told_apart(scottish, as_file(ours, tmp_path))
    assert told.auc == pytest.approx(0.5, abs=0.02)
    assert told.logistic == pytest.approx(0.5, abs=0.02)
    assert (told.real, told.ours, told.note) == (6 * 3 * 7, 6 * 3 * 7, "")
    assert told == told_apart(scottish, as_file(ours, tmp_path))


def test_cages_that_die_otherwise_are_told(scottish: FarmRecords, tmp_path: Path) -> None:
    others = our_weeks(scottish).with_columns(pl.col("rate") * 30)
    told = told_apart(scottish, as_file(others, tmp_path))
    assert told.auc is not None
    assert told.lowest is not None
    assert told.highest is not None
    assert told.auc > 0.98
    assert told.lowest <= told.auc <= told.highest <= 1
    assert set(told.to_json()) == {
        "auc", "lowest", "highest", "auc_logistic", "real_windows", "our_windows", "note",
    }  # fmt: skip


def test_too_few_windows_are_not_compared(scottish: FarmRecords, tmp_path: Path) -> None:
    one_farm = our_weeks(scottish).filter(pl.col("farm") == "1/1")
    few = told_apart(scottish, as_file(one_farm, tmp_path))
    assert (few.auc, few.real, few.ours) == (None, 21, 126)
    assert few.note == "too few: 21 windows of real cages, 126 of ours; 25 of two farms needed"
    nobody = told_apart(farm_records(), as_file(our_weeks(scottish), tmp_path))
    assert (nobody.auc, nobody.ours) == (None, 0)


def test_every_feature_is_one_of_a_window() -> None:
    assert set(FEATURES) == set(windows(weeks_of(1, seed=1)).columns) - {"farm", "counted"}
