"""What was planned for a batch from the farm's templates, and what came of it by the as-of date.

An activity is due on its template's day of the batch's life. It is completed on the day on which the thing happened,
early or late: a transfer by its move (and it is in progress once a workflow was made of it), a vaccination and a
treatment by the treatments, a change of feed when the batch's mean weight is that of the feed, a sampling by the weekly
weighing nearest to it. Some samplings and changes of feed are never marked as done, some plans are cancelled when they
fall due, and what is neither stays pending, overdue or not. With its harvest a batch is closed: what was done is
marked, what never came is cancelled. Draws: four an activity, whatever becomes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from engine.farm.master_model import TemplateModel
from engine.simulation.numerics.calendar import DAY_US, MINUTE_US
from engine.simulation.numerics.series import uniforms
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.rows.columns import Columns, codes, row_ids
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.ring_harvests import ring_harvests
from engine.simulation.rows.workflows import transfer_templates
from lake.codes import SEA, VACCINE
from lake.columns import Nullable

DRAWS = 4
FORGOTTEN, CANCELLED, MINUTE = range(3)  # the draws; the fourth is spare
HOUR_MINUTES = 60
NEVER = -1


@dataclass(frozen=True)
class Activities:
    """A batch's activities, one a template: status by name, due and done in days since 1970, NEVER if not done.

    minute: of the day on which it was done. workflow: row among the batch's workflows, NEVER if it has none.
    """

    templates: tuple[TemplateModel, ...]
    due: tuple[int, ...]
    status: tuple[str, ...]
    done: tuple[int, ...]
    minute: tuple[int, ...]
    workflow: tuple[int, ...]

    def has_open(self, activity: str) -> bool:
        """Some activity of this kind is pending or under way."""
        return any(
            template.activity == activity and status in ("PENDING", "IN_PROGRESS")
            for template, status in zip(self.templates, self.status, strict=True)
        )


def plan_activities(life: BatchLife) -> Activities:
    """A batch's activities as they stand at the as-of date."""
    schedule, history = life.schedule, life.history
    templates = tuple(schedule.farm.model.master.activities)
    key = stream_key(schedule.seed, Stream.PLANNING, history.batch.number)
    draws = uniforms(key, DRAWS * len(templates)).reshape(-1, DRAWS)
    outcomes = _Outcomes(life)
    first, last = (HOUR_MINUTES * hour for hour in schedule.biology.model.outlook.working_hours_utc)
    found = [
        outcomes.at_last(template, history.batch.start_day + template.day, draw.tolist())
        for template, draw in zip(templates, draws, strict=True)
    ]
    return Activities(
        templates=templates,
        due=tuple(history.batch.start_day + template.day for template in templates),
        status=tuple(status for status, _ in found),
        done=tuple(done for _, done in found),
        minute=tuple(first + int(u * (last - first)) for u in draws[:, MINUTE].tolist()),
        workflow=tuple(outcomes.workflow(position) for position in range(len(templates))),
    )


class _Outcomes:
    """What of the plans happened to a batch, and when."""

    def __init__(self, life: BatchLife) -> None:
        self._history = life.history
        self._schedule, self._biology = life.schedule, life.schedule.biology.model
        self._as_of = life.schedule.as_of_day
        workflows = [w for w in life.workflows if w.status != "CANCELLED"]
        row_into = {w.stage + 1: w.row for w in workflows}
        leads_to = transfer_templates(self._schedule.farm)
        self._ahead = {w.stage + 1 for w in workflows if w.status != "COMPLETED"}
        self._workflow_of = {leads_to[stage]: row for stage, row in row_into.items() if stage in leads_to}
        self._from_g = {feed.name: feed.from_g for feed in self._schedule.farm.model.feeds}
        self._fed_day, self._fish, self._mass = _fed_days(life)
        days = [weighed.day for weighed in life.weighings.stages]
        self._sampled = np.unique(np.concatenate(days)) if days else np.zeros(0, dtype=np.int64)
        self._treated = sorted(t.day for t in self._history.treatments if t.method != VACCINE)
        self._vaccinated = sorted(t.day for t in self._history.treatments if t.method == VACCINE)

    def at_last(self, template: TemplateModel, due: int, draw: list[float]) -> tuple[str, int]:
        """Status and day done of an activity. Of a batch that is over none is left open: done, or never to be."""
        if self._history.lives_on:
            return self.outcome(template, due, draw)
        last_day = self._history.stages[-1].end_day - 1
        if template.activity == "HARVEST":
            return ("COMPLETED", last_day) if self._history.harvested else ("CANCELLED", NEVER)
        status, done = self.outcome(template, due, [max(draw[FORGOTTEN], 1.0), *draw[FORGOTTEN + 1 :]])
        return (status, done) if status == "COMPLETED" and done <= last_day else ("CANCELLED", NEVER)

    def outcome(self, template: TemplateModel, due: int, draw: list[float]) -> tuple[str, int]:
        """Status and day done of an activity as long as the batch lives."""
        policy, kind = self._biology.outlook, template.activity
        past = due < self._as_of
        if kind == "TRANSFER":
            if self._stage(template.stage) in self._ahead:
                return "IN_PROGRESS", NEVER
            move = self._move_to(template.stage)
            return _done(NEVER if move == NEVER else self._history.moves[move].day)
        if kind == "VACCINATION":
            return _done(self._vaccination_day())
        if kind == "HARVEST" and self._harvesting():
            return "IN_PROGRESS", NEVER
        if kind == "TREATMENT":
            window = policy.treatment_window_days
            day = next((d for d in self._treated if abs(d - due) <= window), NEVER)
            if day == NEVER and due + window < self._as_of and draw[CANCELLED] < policy.treatment_cancelled_share:
                return "CANCELLED", NEVER
            return _done(day)
        if past and draw[CANCELLED] < policy.cancelled_share:
            return "CANCELLED", NEVER
        if kind == "HARVEST" or draw[FORGOTTEN] < policy.forgotten_share:
            return "PENDING", NEVER
        if kind == "FEED_CHANGE":
            return _done(self._feed_day(self._from_g[template.feed]))
        if kind == "SAMPLING":
            return _done(self._sampling_day(due))
        return _done(due if past else NEVER)

    def workflow(self, position: int) -> int:
        """The row of the workflow that an activity, by its template's position, became; NEVER if it became none."""
        return self._workflow_of.get(position, NEVER)

    def _stage(self, name: str) -> int:
        return self._schedule.farm.stage_names.index(name) + 1

    def _move_to(self, stage: str) -> int:
        """The position of the move that led to a stage, NEVER when there was none."""
        number = self._stage(stage)
        arrived = [entered.stage for entered in self._history.stages[1:]]
        return arrived.index(number) if number in arrived else NEVER

    def _vaccination_day(self) -> int:
        """The first day on which it was vaccinated: by the treatments, by the biology where they tell of none."""
        if self._vaccinated:
            return self._vaccinated[0]
        mortality = self._biology.mortality
        for stage in self._history.stages:
            if stage.stage == mortality.vaccination_stage and mortality.vaccination_day < stage.days:
                return stage.start_day + mortality.vaccination_day
        return NEVER

    def _harvesting(self) -> bool:
        """Rings have been emptied, or the harvest is decided."""
        last = self._history.stages[-1]
        return last.stage == SEA and (self._history.trigger_day >= 0 or bool(last.emptied.any()))

    def _feed_day(self, from_g: float) -> int:
        """The first day on which the fed fish weigh `from_g` on average."""
        reached = (self._mass >= round(from_g * 100) * self._fish).nonzero()[0]
        return int(self._fed_day[reached[0]]) if len(reached) else NEVER

    def _sampling_day(self, due: int) -> int:
        """The first weighing less than an interval before the day due, or after it."""
        first = int(np.searchsorted(self._sampled, due - self._biology.growth.sample_interval_days, side="right"))
        return int(self._sampled[first]) if first < len(self._sampled) else NEVER


def _done(day: int) -> tuple[str, int]:
    return ("PENDING", NEVER) if day == NEVER else ("COMPLETED", day)


def _fed_days(life: BatchLife) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days since 1970 on which the batch lives on feed, its fish then, and their estimated mass in 0.01 g."""
    parts = [(np.zeros(0, dtype=np.int64),) * 3]
    for stage, known in zip(life.stages, life.estimates, strict=True):
        if stage.stage == 1:  # they live on their yolk
            continue
        fish = stage.population.astype(np.int64)
        mass = (fish * known.weight_cg).sum(axis=0)
        alive = fish.sum(axis=0)
        has_fish = alive > 0
        parts.append(((stage.start_day + np.arange(stage.days))[has_fish], alive[has_fish], mass[has_fish]))
    day, fish, mass = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return day, fish, mass


def activity_rows(life: BatchLife, activities: Activities) -> Columns:
    """planned_activity: one row a template, then, once the harvest is decided, one a ring that is to be emptied."""
    batch, rings = life.history.batch, ring_harvests(life)
    templates = len(activities.templates)
    count, none = templates + len(rings.due), np.zeros(templates, dtype=np.int64)
    done, workflow = np.array(activities.done), np.array(activities.workflow)
    completed = np.where(done >= 0, done * DAY_US + np.array(activities.minute) * MINUTE_US, 0)
    workflows = row_ids("transfer_workflow", batch.id, 1)[0] + np.maximum(workflow, 0)
    return {
        "id": row_ids("planned_activity", batch.id, count),
        "batch_id": np.full(count, batch.id),
        "template_id": np.concatenate([np.arange(1, templates + 1), rings.template_id]),
        "activity_type": codes(
            "planned_activity",
            "activity_type",
            [t.activity for t in activities.templates] + ["HARVEST"] * len(rings.due),
        ),
        "due_date": np.concatenate([np.array(activities.due), rings.due]),
        "status": codes("planned_activity", "status", [*activities.status, *rings.status]),
        "completed_at": Nullable(
            np.concatenate([completed, rings.done_us]), np.concatenate([done >= 0, rings.done_us > 0])
        ),
        "container_id": Nullable(np.concatenate([none, rings.container_id]), np.arange(count) >= templates),
        "scenario_id": np.repeat(row_ids("scenario", batch.id, 1), count),
        "transfer_workflow_id": Nullable(
            np.concatenate([workflows, np.zeros_like(rings.due)]),
            np.concatenate([workflow >= 0, np.zeros(len(rings.due), dtype=bool)]),
        ),
        "notes": _names((*(template.name for template in activities.templates), *rings.notes)),
    }


@lru_cache
def _names(names: tuple[str, ...]) -> pa.Array:
    """The templates' names, alike for every batch that is not being harvested."""
    return pa.array(names, pa.string())
