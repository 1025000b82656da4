"""The journal, the laboratory and the events behind them: every entry is borne out by the data."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from engine.farm.schedule import Schedule
from engine.simulation.health import wording
from engine.simulation.health.events import notice_events
from engine.simulation.health.laboratory import AGENTS, take_lab_samples
from engine.simulation.record import BatchHistory, StageHistory
from lake.codes import EVENT_KINDS, SEA
from lake.tables import TABLES
from tests.simulation.eventful import EventfulLife, Rows, cut, life_of_batch, rows_of, rows_of_life
from tests.simulation.trade_lives import LivedTo

EPOCH = date(1970, 1, 1)
DATE = r"(\d{4}-\d\d-\d\d)"
Row = dict[str, Any]


@pytest.fixture(scope="module", params=[0, 2], ids=["harvested", "at sea"])
def life(request: pytest.FixtureRequest, eventful_life: EventfulLife) -> tuple[BatchHistory, Rows]:
    return eventful_life(request.param)


@pytest.fixture(scope="module")
def lived(life: tuple[BatchHistory, Rows]) -> BatchHistory:
    return life[0]


@pytest.fixture(scope="module")
def rows(life: tuple[BatchHistory, Rows]) -> Rows:
    return life[1]


def day_of(text: str | date) -> int:
    return ((date.fromisoformat(text) if isinstance(text, str) else text) - EPOCH).days


def number(text: str) -> int:
    return 0 if text == "no" else int(text.replace(",", ""))


def stage_on(history: BatchHistory, day: int) -> StageHistory:
    return next(s for s in reversed(history.stages) if s.start_day <= day)


def containers_named(schedule: Schedule, stage: StageHistory, text: str) -> list[int] | None:
    """The containers that a text tells of; None where it only counts them."""
    names = [schedule.farm.container(id_).name for id_ in stage.container_ids]
    if re.search(r"all \d+ (rings|tanks|trays)", text, re.I):
        return list(range(len(names)))
    if re.search(r"\d+ of \d+ (rings|tanks|trays)", text):
        return None
    return [c for c, name in enumerate(names) if re.search(rf"{re.escape(name)}\b", text)]


def dead(stage: StageHistory, containers: list[int], first: int, last: int) -> int:
    """Recorded deaths of some containers, both days included."""
    return int(stage.dead[containers, first - stage.start_day : last - stage.start_day + 1].sum())


def entries(rows: Rows, category: str, pattern: str) -> list[tuple[Row, re.Match[str]]]:
    found = [(r, re.search(pattern, r["description"])) for r in rows["journal_entry"] if r["category"] == category]
    return [(row, match) for row, match in found if match]


def test_entries_stand_in_order_of_time_within_the_life(
    small_schedule: Schedule, lived: BatchHistory, rows: Rows
) -> None:
    ids = [r["id"] for r in rows["journal_entry"]]
    first = lived.batch.id << TABLES["journal_entry"].id_bits
    assert ids == list(range(first, first + len(ids)))
    times = [r["entry_date"] for r in rows["journal_entry"]]
    assert times == sorted(times)
    assert day_of(times[0].date()) == lived.batch.start_day
    last = min(lived.stages[-1].end_day, small_schedule.as_of_day) - 1
    assert day_of(times[-1].date()) <= last
    for row in rows["journal_entry"]:
        assert row["description"][0].isupper() or row["description"][0].isdigit()
        assert row["description"].endswith(".")
        assert "{" not in row["description"]
        if row["container_id"] is not None:
            day = day_of(row["entry_date"].date())
            stage = stage_on(lived, day)
            c = stage.container_ids.index(row["container_id"])
            assert stage.start_day <= day < stage.start_day + stage.days_lived[c]


def test_every_kind_of_entry_is_there_and_worded_in_more_than_one_way(rows: Rows) -> None:
    kinds = Counter(r["category"] for r in rows["journal_entry"])
    assert set(kinds) == set(TABLES["journal_entry"].column("category").codes)
    assert set(wording.EVENTS) == set(EVENT_KINDS)
    wordings = [
        next(i for i, words in enumerate(wording.NOTICED) if _fits(words, row["description"]))
        for row in rows["journal_entry"]
        if any(_fits(words, row["description"]) for words in wording.NOTICED)
    ]
    assert len(set(wordings)) > 1


def _fits(words: str, text: str) -> bool:
    pattern = re.sub(r"\\\{\w+\\\}", ".+", re.escape(words))
    return re.fullmatch(pattern, text, re.I) is not None


def test_the_dead_of_an_entry_are_the_dead_of_the_data(
    small_schedule: Schedule, lived: BatchHistory, rows: Rows
) -> None:
    """Notice and cause: from the start to the day of the entry; a look back: the last seven days, with the share."""
    checked = 0
    pattern = rf"(no|[\d,]+) dead.*?(?:(?:since|from) {DATE}|in the last 7 days|in 7 days)"
    for category in ("issue", "diagnosis", "observation"):
        for row, match in entries(rows, category, pattern):
            day = day_of(row["entry_date"].date())
            stage, first = stage_on(lived, day), day - 6
            since = re.search(rf"(?:since|from) {DATE}", row["description"])
            if since:
                first = day_of(since[1])
            there = containers_named(small_schedule, stage, row["description"])
            if there is None:
                continue
            there = [c for c in there if day < stage.start_day + stage.days_lived[c]]
            lost = dead(stage, there, first, day)
            assert number(match[1]) == lost, row
            share = re.search(r"([\d.]+) %", row["description"])
            if share:
                fish = stage.before(stage.population, stage.fish)[there, first - stage.start_day].sum()
                assert float(share[1]) == pytest.approx(100 * lost / fish, abs=0.0051)
            checked += 1
    assert checked >= 8


def test_an_end_tells_the_toll_of_the_event(small_schedule: Schedule, lived: BatchHistory, rows: Rows) -> None:
    over = [r for r in rows["journal_entry"] if r["resolution_notes"].startswith("Over:")]
    assert len(over) >= 6
    events = {(day_of(r["start_date"]), r["container_id"]): day_of(r["end_date"]) for r in rows["health_event"]}
    for row in over:
        match = re.fullmatch(rf"Over: (no|[\d,]+) dead .+ from {DATE} to {DATE}\.", row["resolution_notes"])
        assert match
        first, last = day_of(match[2]), day_of(match[3])
        stage = stage_on(lived, first)
        of = [c for c, id_ in enumerate(stage.container_ids) if (first, id_) in events]
        assert of
        left = stage.start_day + int(stage.days_lived[of].max())
        ends = {events[first, stage.container_ids[c]] for c in of}
        assert last + 1 == min(ends.pop(), left)
        assert last < small_schedule.as_of_day
        assert number(match[1]) == dead(stage, of, first, last)


def test_an_event_is_over_once_its_last_day_is_lived(small_schedule: Schedule, lived: BatchHistory) -> None:
    event = next(e for e in lived.events if e.kind == "PANCREAS_DISEASE")
    for as_of, over in ((event.end_day - 1, False), (event.end_day, True)):
        rows = rows_of(replace(small_schedule, as_of_day=as_of), cut(lived, as_of))
        (told,) = entries(rows, "issue", "(?i)pancreas disease")
        assert told[0]["resolution_status"] == over


def test_an_event_has_a_row_for_each_container_that_lived_to_see_it(lived: BatchHistory, rows: Rows) -> None:
    expected = []
    for event in lived.events:
        stage = next(s for s in lived.stages if s.stage == event.stage)
        expected += [
            (event.start_day, event.end_day, event.kind, stage.container_ids[c])
            for c in event.containers
            if event.start_day < stage.start_day + stage.days_lived[c]
        ]
    found = [
        (day_of(r["start_date"]), day_of(r["end_date"]), r["kind"], r["container_id"]) for r in rows["health_event"]
    ]
    assert sorted(found) == sorted(expected)
    assert [f[0] for f in found] == sorted(f[0] for f in found)
    assert {r["kind"] for r in rows["health_event"]} >= {"PANCREAS_DISEASE", "FUNGUS", "GILL_DISEASE"}
    assert "ALGAL_BLOOM" not in {r["kind"] for r in rows["health_event"]}


def test_severity_follows_the_expected_loss(small_schedule: Schedule, lived: BatchHistory, rows: Rows) -> None:
    medium, high = small_schedule.biology.model.journal.event_loss
    for event in lived.events:
        words = wording.EVENTS[event.kind]
        told = [
            r
            for r in rows["journal_entry"]
            if words in r["description"].lower()
            and r["category"] in ("issue", "diagnosis", "observation")
            and event.start_day <= day_of(r["entry_date"].date()) < event.end_day
        ]
        expected = "high" if event.loss >= high else "medium" if event.loss >= medium else "low"
        assert {r["severity"] for r in told} <= {expected}


def test_moves_and_harvests_are_told_with_their_fish(small_schedule: Schedule, lived: BatchHistory, rows: Rows) -> None:
    moved = entries(rows, "action", r"Moved ([\d,]+) fish .*; ([\d,]+) lost on the way")
    assert [(number(m[1]), number(m[2])) for _, m in moved] == [
        (int(m.arrived.sum()), int(m.lost.sum())) for m in lived.moves
    ]
    assert [day_of(r["entry_date"].date()) for r, _ in moved] == [m.day for m in lived.moves]
    placed = entries(rows, "action", r"([\d,]+) eggs placed")
    assert [number(m[1]) for _, m in placed] == [lived.batch.eggs]
    sea = lived.stages[-1]
    harvests = entries(rows, "action", r"([\d,]+) fish harvested from (.*?)\.")
    assert len(harvests) == (2 if sea.emptied.all() else 0)
    for row, match in harvests:
        day = day_of(row["entry_date"].date())
        rings = np.flatnonzero(sea.start_day + sea.days_lived - 1 == day).tolist()
        assert containers_named(small_schedule, sea, match[2]) == rings
        assert number(match[1]) == sea.last(sea.population)[rings].sum()
    if harvests:
        total = re.search(r"All rings are empty: ([\d,]+) fish in all", harvests[-1][0]["description"])
        assert total
        assert number(total[1]) == sea.last(sea.population).sum()


def test_counts_above_the_limit_are_told_once_with_their_mean(
    small_schedule: Schedule, lived: BatchHistory, rows: Rows
) -> None:
    sea = lived.stages[-1]
    assert sea.lice is not None
    limits = small_schedule.biology.region("Faroe Islands").adult_female_limit
    females, fish = sea.lice.counted[:, :, 2].sum(axis=0), sea.lice.sampled.sum(axis=0)
    limit = [limits[(EPOCH + timedelta(days=d)).month - 1] for d in sea.lice.day.tolist()]
    over = females > np.array(limit) * fish
    starts = [w for w in range(len(over)) if over[w] and not (w and over[w - 1])]
    told = entries(rows, "observation", r"([\d.]+) adult female lice a fish counted in (\d+) rings, .* limit of (\S+);")
    assert [day_of(r["entry_date"].date()) for r, _ in told] == [int(sea.lice.day[w]) for w in starts]
    assert starts
    for (row, match), w in zip(told, starts, strict=True):
        assert float(match[1]) == pytest.approx(females[w] / fish[w], abs=0.0051)
        assert int(match[2]) == (sea.lice.sampled[:, w] > 0).sum()
        assert float(match[3]) == limit[w]
        later = [v for v in range(w, len(over)) if not over[v] and fish[v]]
        assert row["resolution_status"] == bool(later or sea.emptied.all())
        if later:
            assert row["resolution_notes"].endswith(f"{EPOCH + timedelta(days=int(sea.lice.day[later[0]]))}.")


def test_low_oxygen_is_told_when_it_comes_back(small_schedule: Schedule, lived: BatchHistory, rows: Rows) -> None:
    policy = small_schedule.biology.model.journal
    told = entries(rows, "issue", r"Oxygen low in (.*): down to about (\d+) % saturation")
    assert len(told) >= 3
    days = [day_of(r["entry_date"].date()) for r, _ in told]
    assert all(b - a > policy.oxygen_quiet_days for a, b in pairwise(days))
    for (row, match), day in zip(told, days, strict=True):
        stage = stage_on(lived, day)
        d = day - stage.start_day
        low = np.flatnonzero(stage.present[:, d] & (stage.oxygen_min[:, d] < policy.oxygen_low[-1])).tolist()
        assert containers_named(small_schedule, stage, match[1]) == low
        least = stage.oxygen_min[low, d].min()
        assert int(match[2]) == pytest.approx(least, abs=0.51)
        bounds = policy.oxygen_low
        assert row["severity"] == ("high" if least < bounds[0] else "medium" if least < bounds[1] else "low")


def test_weeks_of_high_mortality_are_told_where_no_event_explains_them(
    small_schedule: Schedule, lived: BatchHistory, rows: Rows
) -> None:
    bound, medium, high = small_schedule.biology.model.journal.weekly_mortality
    # events aside, so that none explains the deaths made up
    quiet = replace(lived, events=())
    told = entries(rows_of(small_schedule, quiet), "issue", rf"([\d,]+) dead .* from {DATE} to {DATE}")
    expected = {}
    for stage in lived.stages:
        before = 0.0
        for w in range(stage.days // 7):
            lost = stage.dead[:, 7 * w : 7 * w + 7].sum()
            rate = lost / stage.before(stage.population, stage.fish)[:, 7 * w].sum()
            if rate >= bound > before:
                level = "high" if rate >= high else "medium" if rate >= medium else "low"
                expected[stage.start_day + 7 * w + 6] = (int(lost), level)
            before = rate
    assert {day_of(m[3]): (number(m[1]), r["severity"]) for r, m in told} == expected
    assert expected
    for row, match in told:
        assert day_of(match[3]) - day_of(match[2]) == 6
        assert day_of(row["entry_date"].date()) == day_of(match[3])


def test_a_treatment_is_told_with_the_counts_on_either_side(
    small_schedule: Schedule, lived: BatchHistory, rows: Rows
) -> None:
    sea = lived.stages[-1]
    assert sea.lice is not None
    motile = sea.lice.counted[:, :, 1:].sum(axis=2)
    told = entries(rows, "treatment", rf"counted on {DATE}: ([\d.]+) mobile lice")
    assert len(told) >= 2
    for row, match in told:
        day = day_of(row["entry_date"].date())
        treated = [t.container for t in lived.treatments if t.day == day]
        w = int(np.searchsorted(sea.lice.day, day, side="right")) - 1
        assert day_of(match[1]) == sea.lice.day[w]
        mean = motile[treated, w].sum() / sea.lice.sampled[treated, w].sum()
        assert float(match[2]) == pytest.approx(mean, abs=0.0051)
        if w + 1 < len(sea.lice.day) and (sea.lice.sampled[treated, w + 1] > 0).all():
            after = motile[treated, w + 1].sum() / sea.lice.sampled[treated, w + 1].sum()
            note = re.fullmatch(rf"Counted on {DATE}: ([\d.]+) mobile lice a fish\.", row["resolution_notes"])
            assert note
            assert float(note[2]) == pytest.approx(after, abs=0.0051)
            assert row["resolution_status"]


def test_samples_are_those_of_disease_in_containers_concerned(
    small_schedule: Schedule, lived: BatchHistory, rows: Rows
) -> None:
    policy, master = small_schedule.biology.model.laboratory, small_schedule.farm.model.master
    life = life_of_batch(small_schedule, lived)
    stay_of = {
        int(id_): (stage, c) for stage, ids in zip(lived.stages, life.ids, strict=True) for c, id_ in enumerate(ids)
    }
    assert len(rows["health_lab_sample"]) >= 8
    references = [r["lab_reference_id"] for r in rows["health_lab_sample"]]
    assert len(set(references)) == len(references)
    days = [r["sample_date"] for r in rows["health_lab_sample"]]
    assert days == sorted(days)
    for row in rows["health_lab_sample"]:
        stage, c = stay_of[row["batch_container_assignment_id"]]
        day, type_ = day_of(row["sample_date"]), master.sample_types[row["sample_type_id"] - 1]
        assert stage.start_day <= day < stage.start_day + stage.days_lived[c]
        kinds = {
            e.kind
            for e in lived.events
            if e.stage == stage.stage and c in e.containers and e.start_day < day < e.end_day
        }
        assert any(type_ in AGENTS[kind][2] for kind in kinds & set(AGENTS))
        if row["date_sent_to_lab"] is not None:
            assert row["date_sent_to_lab"] == row["sample_date"] + timedelta(days=policy.send_days)
        known = [row[k] is not None for k in ("date_results_received", "findings_summary", "quantitative_results")]
        assert len(set(known)) == 1
        if known[0]:
            low, high = policy.result_days
            assert low <= (row["date_results_received"] - row["date_sent_to_lab"]).days <= high
            results = json.loads(row["quantitative_results"])
            ct = next(v for k, v in results.items() if k.endswith(" Ct"))
            summary = row["findings_summary"]
            if ct is None:
                assert "not detected" in summary
                assert results.get("fish positive", 0) == 0
            else:
                assert f"Ct {ct}" in summary
                assert ("inconclusive" in summary) == (ct >= policy.ct_doubtful)
                assert 1 <= results.get("fish positive", 1) <= results.get("fish tested", 1)


def test_some_findings_are_negative_and_some_doubtful(small_schedule: Schedule, lived: BatchHistory) -> None:
    """Shares over many seeds as the parameters say: Ct normal, 88 % with the agent."""
    policy = small_schedule.biology.model.laboratory
    found: Counter[str] = Counter()
    for seed in range(100):
        schedule = replace(small_schedule, seed=seed)
        for samples in take_lab_samples(schedule, lived, notice_events(schedule, lived)):
            found.update(f.verdict for f in samples.findings)
    total = sum(found.values())

    def below(ct: float) -> float:
        z = (ct - 0.05 - policy.ct_mean) / policy.ct_sd
        return 0.5 * (1 + float(np.tanh(0.7978845608 * (z + 0.044715 * z**3))))  # the normal distribution, to .001

    there = policy.detected_share
    for verdict, share in (
        ("positive", there * below(policy.ct_doubtful)),
        ("inconclusive", there * (below(policy.ct_limit) - below(policy.ct_doubtful))),
        ("negative", 1 - there * below(policy.ct_limit)),
    ):
        assert found[verdict] / total == pytest.approx(share, abs=4 * (share * (1 - share) / total) ** 0.5 + 0.002)


def test_a_diagnosis_agrees_with_the_laboratory(small_schedule: Schedule, lived: BatchHistory, rows: Rows) -> None:
    told = entries(rows, "diagnosis", r"Laboratory: (.+) in (\d+) of (\d+) samples?\. .*?(is not confirmed|confirmed)")
    assert len(told) >= 2
    for row, match in told:
        received = [r for r in rows["health_lab_sample"] if r["date_results_received"] == row["entry_date"].date()]
        results = [r["findings_summary"] for r in received if match[1].lower() in r["findings_summary"].lower()]
        positive = [s for s in results if re.search(r" detected in .*\(Ct", s)]
        assert (int(match[2]), int(match[3])) == (len(positive), len(results))
        assert (match[4] == "confirmed") == bool(positive)


def test_results_are_known_on_the_day_on_which_they_come(small_schedule: Schedule, lived: BatchHistory) -> None:
    """At the as-of date of that day neither the laboratory's rows nor the journal tell them; a day later both do."""
    arrivals = sorted({s.result_day for s in life_of_batch(small_schedule, lived).care.samples})
    assert len(arrivals) >= 3
    for arrival in arrivals:
        for day, known in ((arrival, 0), (arrival + 1, 1)):
            rows = rows_of(replace(small_schedule, as_of_day=day), cut(lived, day))
            told = [r for r in rows["journal_entry"] if r["category"] == "sample"]
            received = Counter(r["sample_date"] for r in rows["health_lab_sample"] if r["date_results_received"])
            open_ = Counter(r["sample_date"] for r in rows["health_lab_sample"] if not r["date_results_received"])
            for row in told:
                assert row["resolution_status"] == (row["entry_date"].date() in received)
                assert row["resolution_status"] != (row["entry_date"].date() in open_)
            results = [r["date_results_received"] for r in rows["health_lab_sample"]]
            assert (EPOCH + timedelta(days=arrival) in results) == bool(known)
            diagnoses = entries(rows, "diagnosis", "Laboratory")
            assert (EPOCH + timedelta(days=arrival) in {r["entry_date"].date() for r, _ in diagnoses}) == bool(known)


def test_a_look_back_is_written_only_while_the_event_lasts(small_schedule: Schedule, lived: BatchHistory) -> None:
    """Noticed at the latest five days after the start, looked back on a week later."""
    long = next(e for e in lived.events if e.kind == "GILL_DISEASE")
    for days, expected in ((35, 1), (8, 0)):
        short = replace(lived, events=(replace(long, end_day=long.start_day + days),))
        told = entries(rows_of(small_schedule, short), "observation", "(?i)amoebic gill disease")
        assert len(told) == expected


def unsettled(table: str, then: Row, now: Row) -> Row:
    """The later row with what an earlier as-of date did not know yet."""
    if table == "journal_entry" and not then["resolution_status"]:
        return now | {"resolution_status": False, "resolution_notes": ""}
    if table == "health_lab_sample":
        return now | {name: None for name, value in then.items() if value is None}
    return now


@pytest.mark.parametrize("days_before", [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377])
def test_a_later_as_of_date_only_settles_what_was_open(
    small_schedule: Schedule, lived: BatchHistory, rows: Rows, days_before: int
) -> None:
    day = lived.stages[-1].end_day - days_before
    before = rows_of(replace(small_schedule, as_of_day=day), cut(lived, day))
    as_of = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)
    for table, moment in (
        ("journal_entry", "entry_date"),
        ("health_lab_sample", "sample_date"),
        ("health_event", "start_date"),
    ):
        edge: datetime | date = as_of if moment == "entry_date" else as_of.date()
        known = [r for r in rows[table] if r[moment] < edge]
        assert len(known) == len(before[table]), table
        for then, now in zip(before[table], known, strict=True):
            assert then == unsettled(table, then, now)


@pytest.mark.parametrize("days_before", [3, 100, 500])
def test_a_run_to_a_later_date_keeps_the_journal(
    small_schedule: Schedule, histories: list[BatchHistory], care_rows: list[Rows], lived_to: LivedTo, days_before: int
) -> None:
    """The simulation itself, run to both dates."""
    day = small_schedule.as_of_day - days_before
    as_of = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)
    entries_seen = 0
    for position, (late, after) in enumerate(zip(histories, care_rows, strict=True)):
        if late.batch.start_day >= day:
            continue
        before = rows_of_life(lived_to(position, day))
        known = [r for r in after["journal_entry"] if r["entry_date"] < as_of]
        assert len(known) == len(before["journal_entry"])
        for then, now in zip(before["journal_entry"], known, strict=True):
            assert then == unsettled("journal_entry", then, now)
        entries_seen += len(known)
    assert entries_seen > 0


def test_an_entry_open_at_the_as_of_date_has_no_end(rows: Rows) -> None:
    for row in rows["journal_entry"]:
        assert row["resolution_status"] or row["resolution_notes"] == ""


def test_a_stage_without_events_is_told_without(small_schedule: Schedule, histories: list[BatchHistory]) -> None:
    quiet = replace(histories[-1], events=(), treatments=())
    rows = rows_of(small_schedule, quiet)
    assert rows["health_event"] == rows["health_lab_sample"] == []
    assert [r["category"] for r in rows["journal_entry"]] == ["action"]
    assert quiet.stages[-1].stage != SEA
