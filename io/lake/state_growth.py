"""state_growth of days in order: to the last row what invariants/shared/state_growth.sql makes of days in any order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from lake.rows_in_order import Columns, joined, to_arrow
from lake.state_days import (
    Connection,
    Days,
    LacksOrder,
    MadeOfDays,
    days_in_order,
    flags,
    known,
    parameter,
)

_STAYS = """
SELECT
    s.assignment_id, s.stage, s.initial_count, f.initial_count IS NOT NULL AS is_fed, a.true_g, a.known_g,
    p.value * s.initial_count * (a.known_g + 0.01) / 1000 AS enough_kg,
    p.value * s.initial_count * (a.known_g - 0.01) / 1000 AS needed_kg,
    f.initial_count * a.known_g / 1000 AS morning_kg
FROM stay s LEFT JOIN arrival a USING (assignment_id) LEFT JOIN fed_stay f USING (assignment_id) CROSS JOIN parameter p
WHERE p.name = 'fcr_least_growth'
ORDER BY s.assignment_id
"""
_CULLED = """
SELECT assignment_id, date, fish, coalesce(biomass_kg, 0) AS biomass_kg FROM cull_day ORDER BY assignment_id, date
"""
_WEIGHED = "SELECT assignment_id, date FROM weighing_day WHERE weighed ORDER BY assignment_id, date"
_STATE = ("batch_id", "feed_kg", "observed_fcr", "biomass_kg", "population", "avg_weight_g")
_TRUTH = ("avg_weight_g",)
_DAY, _BIOMASS = pa.date32(), pa.decimal64(12, 2)
_KINDS = {
    "piece": _DAY,
    "first_day": _DAY,
    "last_day": _DAY,
    "end_kg": _BIOMASS,
    "evening_kg": pa.decimal64(18, 2),
    "date": _DAY,
    "observed_fcr": pa.decimal64(8, 3),
}
_SELECT = """
WITH odd AS (
    SELECT assignment_id, piece, list({'date': date, 'observed_fcr': CASE WHEN told::BOOLEAN THEN observed_fcr END,
        'feed_kg': feed_kg, 'growth_kg': growth_kg, 'enough_kg': nullif(enough_kg, 'nan'::DOUBLE)}) AS odd_fcr
    FROM made_odd_fcr GROUP BY assignment_id, piece
)
SELECT
    assignment_id, batch_id, piece, is_fed::BOOLEAN AS is_fed, first_day, last_day,
    nullif(start_kg, 'nan'::DOUBLE) AS start_kg, end_kg, nullif(grown_kg, 'nan'::DOUBLE) AS grown_kg, fish,
    evening_kg::DECIMAL(38, 2) AS evening_kg, days, true_kg, slack_kg, first_weight_g, last_weight_g, odd_fcr
FROM made_state_growth LEFT JOIN odd USING (assignment_id, piece)
"""


def state_growth(connection: Connection, run_dir: Path) -> MadeOfDays:
    """The table; LacksOrder as of lake.state_days."""
    growth = _Growth(connection)
    pieces, odd = [], []
    for days in days_in_order(connection, run_dir, _STATE, _TRUTH):
        of_piece, of_odd = growth.of(days)
        pieces.append(of_piece)
        odd.append(of_odd)
    made = {"made_state_growth": pieces, "made_odd_fcr": odd}
    return MadeOfDays({name: to_arrow(joined(found), _KINDS) for name, found in made.items()}, _SELECT)


class _Growth:
    """What days' growth is reckoned with: what is known of stays and of single days."""

    def __init__(self, connection: Connection) -> None:
        self._stays = known(connection, _STAYS)
        self._culled = known(connection, _CULLED)
        self._weighed = known(connection, _WEIGHED)
        self._span = round(parameter(connection, "summary_revision_days"))
        if self._span < 1:
            raise LacksOrder

    def of(self, days: Days) -> tuple[Columns, Columns]:
        """The pieces of days, and the days whose feed conversion is odd."""
        at, there = days.find_stays(self._stays)
        batch = days.of_state("batch_id")
        if not there.all() or (batch != days.by_row(batch[days.start])).any():
            raise LacksOrder
        stays = {name: values[at] for name, values in self._stays.items()}
        fish = days.before(days.of_state("population"), stays["initial_count"])
        grown = self._grown(days, stays, fish)
        top = self._booked(days, stays, fish)
        day, biomass = days.of_state("date"), days.of_state("biomass_kg")
        number, piece = _pieces(day)
        begins = number == 1
        begins[days.start] = True
        begin = np.flatnonzero(begins)
        end = np.append(begin[1:], len(day)) - 1
        stay = days.start.searchsorted(begin, "right") - 1
        first, fed = days.start[stay] == begin, stays["is_fed"][stay]
        # what the fish weighed that came is not always known: then the first morning told is the second day's
        second_kg = np.where(begin < end, biomass[begin] / 100, np.nan)
        pieces = {
            "assignment_id": days.stay[stay],
            "batch_id": batch[begin],
            "piece": piece[begin],
            "is_fed": fed,
            "first_day": day[begin],
            "last_day": day[end],
            "start_kg": np.where(first, _or_else(stays["morning_kg"][stay], second_kg), biomass[begin - 1] / 100),
            "end_kg": biomass[end],
            "grown_kg": np.where(fed, top[end] - np.where(first, 0, top[begin - 1]), np.nan),
            "fish": fish[begin].astype(np.float64),
            "evening_kg": np.add.reduceat(biomass, begin),
            "days": ((1 << (end - begin + 1)) - 1) << number[begin],
            "true_kg": np.add.reduceat(grown["true_kg"], begin),
            "slack_kg": grown["slack_kg"][end],
            "first_weight_g": grown["true_before_g"][begin],
            "last_weight_g": days.of_truth("avg_weight_g")[end] / 100,
        }
        row, odd = _odd_fcr(days, stays, grown["known_kg"], grown["slack_kg"])
        return pieces, {"piece": piece[row], **odd}

    def _grown(self, days: Days, stays: Columns, fish: np.ndarray) -> Columns:
        """What fish grew by: in truth that day, and as the farm reckons until then, with the rounding in it."""
        known_g, true_g = days.of_state("avg_weight_g") / 100, days.of_truth("avg_weight_g") / 100
        known_before_g = days.before(known_g, _or_else(stays["known_g"], known_g[days.start]))
        true_before_g = days.before(true_g, _or_else(stays["true_g"], true_g[days.start]))
        known_kg, true_kg = fish * (known_g - known_before_g) / 1000, fish * (true_g - true_before_g) / 1000
        slack = fish.astype(np.int64) * 1000  # in 0.00000001 kg
        here, of = days.find_days(self._culled)
        culled, culled_kg = self._culled["fish"][of], self._culled["biomass_kg"][of]
        known_kg[here] += culled_kg - culled * known_g[here] / 1000
        true_kg[here] += culled_kg - culled * true_g[here] / 1000
        slack[here[culled > 0]] += 500_000
        return {
            "true_before_g": true_before_g,
            "true_kg": true_kg,
            "known_kg": days.running_sum(known_kg),
            "slack_kg": days.running_max(slack) / 100_000_000,
        }

    def _booked(self, days: Days, stays: Columns, fish: np.ndarray) -> np.ndarray:
        """The most that was booked as grown in the stay until each day, kg."""
        fed, known_g = days.by_row(stays["is_fed"]), days.of_state("avg_weight_g") / 100
        gain_g = known_g - days.before(known_g, stays["known_g"])
        revised_g = np.zeros(len(gain_g))
        weighed, _ = days.find_days(self._weighed)
        weighed = weighed[fed[weighed]]
        first = np.isin(weighed, days.start)
        gain_before_g = np.where(first, 0, gain_g[weighed - 1])
        revised_g[weighed] = gain_g[weighed] - _or_else(gain_before_g, np.zeros(len(weighed)))
        summed = days.running_sum(revised_g)
        lived = np.arange(len(summed)) - days.by_row(days.start)
        then = np.zeros(len(summed))
        then[self._span :] = summed[: -self._span]
        open_g = summed - np.where(lived >= self._span, then, 0)
        booked_kg = np.where(fed, fish / 1000 * (gain_g - revised_g + open_g / self._span), 0)
        # nothing is booked on a first day if nobody knows what the fish weighed that came
        summed_kg = days.running_sum(_or_else(booked_kg, np.zeros(len(booked_kg))))
        most_kg: np.ndarray = np.maximum(days.running_max(summed_kg), 0)
        return most_kg


def _or_else(values: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The values, or others where there is none."""
    return np.where(np.isnan(values), other, values)


def _pieces(day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each day's number in its week or month, whichever began last, 1 first; and when that began."""
    low, high = int(day.min()), int(day.max())
    if high - low > 100_000:
        raise LacksOrder
    every = np.arange(low, high + 1)
    month = every.astype("M8[D]").astype("M8[M]").astype("M8[D]").astype(np.int64)
    number = np.minimum((every + 3) % 7, every - month) + 1
    return number[day - low], (every - number + 1).astype(np.int32)[day - low]


def _odd_fcr(days: Days, stays: Columns, known_kg: np.ndarray, slack_kg: np.ndarray) -> tuple[np.ndarray, Columns]:
    """Where the days are whose feed conversion is not what was fed and grew until then, and these days."""
    column = days.state.column("observed_fcr")
    told = flags(column.is_valid())
    fcr = days.of_state("observed_fcr")
    feed_kg = days.running_sum(days.of_state("feed_kg")) / 10_000
    low_kg, high_kg = known_kg - slack_kg, known_kg + slack_kg
    enough_kg = days.by_row(stays["enough_kg"])
    as_fed = (feed_kg >= (fcr / 1000 - 0.00051) * low_kg) & (feed_kg <= (fcr / 1000 + 0.00051) * high_kg)
    odd = np.where(told, (high_kg < days.by_row(stays["needed_kg"])) | ~as_fed, (feed_kg > 0) & (low_kg > enough_kg))
    row = np.flatnonzero(np.where(days.by_row(stays["stage"]) == 1, told, odd))
    return row, {
        "assignment_id": days.of_state("assignment_id")[row],
        "date": days.of_state("date")[row],
        "observed_fcr": fcr[row],
        "told": told[row],
        "feed_kg": feed_kg[row],
        "growth_kg": known_kg[row],
        "enough_kg": enough_kg[row],
    }
