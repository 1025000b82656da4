"""A batch's moves as workflows: those done, those that the schedule has ahead, those that were cancelled.

The next move is PLANNED within the policy's days, and a DRAFT beyond, as are the moves after it, as far ahead as drafts
are made. A share of the moves was planned for some days earlier, cancelled on that day with a reason, and planned
anew; a share of the actions was broken off and repeated. Draws: three a move, then one an action of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from engine.farm.infrastructure import Farm
from engine.farm.master_model import StoppingReasons
from engine.farm.schedule import Batch, Schedule, Stay
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.series import uniforms
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.record import BatchHistory
from lake.codes import SEA

CANCELLED, DAYS_BEFORE, REASON, ATTEMPTS = range(4)  # the draws; an action's follow each other from the last


@dataclass(frozen=True)
class Workflow:
    """A move of a batch. row: among the batch's workflows; stage: the one left; planned_day: since 1970.

    days: that it takes. reason: of the cancellation, "" where it was not cancelled.
    """

    row: int
    stage: int
    status: str
    planned_day: int
    days: int = 1
    reason: str = ""

    @property
    def last_day(self) -> int:
        """The day planned for its last action."""
        return self.planned_day + self.days - 1

    @property
    def has_actions(self) -> bool:
        """Fish are, were or were to be moved: a draft has yet to say which."""
        return self.status != "DRAFT"

    def number(self, batch: Batch) -> str:
        """Unique among all moves of all batches."""
        return f"TRF-{batch.number}-{self.stage}{'-C' if self.status == 'CANCELLED' else ''}"


def history_workflows(schedule: Schedule, history: BatchHistory) -> tuple[Workflow, ...]:
    """A batch's workflows as they stand at the as-of date: see batch_workflows."""
    alive = any(bool((stage.last(stage.population) * ~stage.emptied).any()) for stage in history.stages)
    return batch_workflows(schedule, history.batch, moves=len(history.moves), alive=alive)


def batch_workflows(schedule: Schedule, batch: Batch, *, moves: int, alive: bool) -> tuple[Workflow, ...]:
    """A batch's workflows, by stage, a cancelled one before that which took its place.

    moves: those done or begun before the as-of date. alive: fish are left to be moved.
    """
    found: list[Workflow] = []
    for position, (stay, into) in enumerate(pairwise(batch.held_stays)):
        cancelled = _cancelled(schedule, batch, stay, into.start_day)
        if cancelled is not None:
            found.append(replace(cancelled, row=len(found)))
        if position < moves and into.start_day >= schedule.as_of_day:
            day, row = into.start_day - 1, len(found)
            found.append(Workflow(row=row, stage=stay.stage, status="IN_PROGRESS", planned_day=day, days=2))
            continue
        status = "COMPLETED" if position < moves else _ahead(schedule, into.start_day, is_next=position == moves)
        if status and (alive or status == "COMPLETED"):
            found.append(Workflow(row=len(found), stage=stay.stage, status=status, planned_day=into.start_day))
    return tuple(found)


def transfer_templates(farm: Farm) -> dict[int, int]:
    """The position, among the farm's activities, of the transfer that leads to each stage (2 to 6)."""
    found: dict[int, int] = {}
    for position, template in enumerate(farm.model.master.activities):
        if template.activity == "TRANSFER":
            found.setdefault(farm.stage_names.index(template.stage) + 1, position)
    return found


def broken_off(schedule: Schedule, batch: Batch, stage: int, actions: int) -> list[str]:
    """Why the first attempt at each action of a move that is done failed; "" where it did not."""
    handling = schedule.biology.model.handling
    key = stream_key(schedule.seed, Stream.MOVE_PLAN, batch.number, stage)
    reasons = _reasons(schedule, stage).failed
    drawn = uniforms(key, ATTEMPTS + actions)[ATTEMPTS:].tolist()
    return [_pick(reasons, u / handling.move_failed_share) if u < handling.move_failed_share else "" for u in drawn]


def _ahead(schedule: Schedule, day: int, *, is_next: bool) -> str:
    """What stands of a move that the schedule has on a day yet to come; "" where it is too far ahead."""
    handling, days = schedule.biology.model.handling, day - schedule.as_of_day
    if is_next and days < handling.move_planned_days:
        return "PLANNED"
    return "DRAFT" if days < handling.move_draft_days else ""


def _cancelled(schedule: Schedule, batch: Batch, stay: Stay, day: int) -> Workflow | None:
    """The move as it was planned first, if it was cancelled before the as-of date and planned anew for `day`.

    Its row is left to the caller.
    """
    handling = schedule.biology.model.handling
    key = stream_key(schedule.seed, Stream.MOVE_PLAN, batch.number, stay.stage)
    if am.uniform(key, CANCELLED) >= handling.move_cancelled_share:
        return None
    planned = day - 1 - int(am.uniform(key, DAYS_BEFORE) * handling.move_cancelled_days)
    if not stay.start_day < planned < schedule.as_of_day:
        return None
    reason = _pick(_reasons(schedule, stay.stage).cancelled, am.uniform(key, REASON))
    return Workflow(row=0, stage=stay.stage, status="CANCELLED", planned_day=planned, reason=reason)


def _reasons(schedule: Schedule, stage: int) -> StoppingReasons:
    """What stops a move that leaves a stage."""
    reasons = schedule.farm.model.master.move_reasons
    return reasons.to_sea if stage == SEA - 1 else reasons.on_land


def _pick(reasons: Sequence[str], u: float) -> str:
    return reasons[min(int(u * len(reasons)), len(reasons) - 1)]
