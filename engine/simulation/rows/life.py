"""A batch's life with what people saw, fed and did in it: what every family of rows is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from engine.biology.water import SEA_VARIABLES
from engine.farm.schedule import Schedule
from engine.simulation.feed.supply import StageFeeding, feed_batch
from engine.simulation.harvest.lots import Harvest, grade_harvest
from engine.simulation.health.journal import CareRecord, record_care
from engine.simulation.numerics.series import day_means
from engine.simulation.observed.growth_samples import GrowthSamples, sample_growth
from engine.simulation.observed.sensor_readings import SensorGroup
from engine.simulation.observed.sensors import daily_temperatures, sensor_groups
from engine.simulation.observed.state_estimate import StageEstimate, estimate_states
from engine.simulation.record import BatchHistory, StageHistory
from engine.simulation.rows.buffers import ReadingBuffers
from engine.simulation.rows.columns import row_ids
from engine.simulation.rows.workflows import Workflow, history_workflows
from engine.simulation.water.climate import Climate
from lake.codes import OXYGEN

OXYGEN_FIELD = SEA_VARIABLES.index(OXYGEN)  # as in HALL_VARIABLES


@dataclass(frozen=True)
class BatchLife:
    """A batch's history with the ids of its stays: `ids[i][c]` is stage i's container c.

    over_capacity_planned, cutoff_forecast: what the plan says of the batch. buffers: where its readings are written.
    """

    schedule: Schedule
    history: BatchHistory
    climate: Climate
    over_capacity_planned: bool = False
    cutoff_forecast: str = "UNDECIDED"
    buffers: ReadingBuffers = field(default_factory=ReadingBuffers)

    @cached_property
    def ids(self) -> list[np.ndarray]:
        out: list[np.ndarray] = []
        row = 0
        for stage in self.history.stages:
            n = len(stage.container_ids)
            out.append(row_ids("container_assignment", self.history.batch.id, n, row))
            row += n
        return out

    @cached_property
    def weighings(self) -> GrowthSamples:
        """The batch's growth samples."""
        return sample_growth(self.schedule, self.history)

    @cached_property
    def estimates(self) -> list[StageEstimate]:
        """What the farm knows of each stage."""
        return estimate_states(
            self.schedule,
            self.history,
            self.weighings,
            [daily_temperatures(self.schedule, *each) for each in zip(self.stages, self.sensors, strict=True)],
        )

    @cached_property
    def sensors(self) -> list[list[tuple[slice, SensorGroup]]]:
        """The sensors of each stage's containers: see sensor_groups."""
        return [list(sensor_groups(self.climate, stage)) for stage in self.stages]

    @cached_property
    def care(self) -> CareRecord:
        """The batch's treatments, laboratory samples and journal."""
        return record_care(self.schedule, self.history)

    @cached_property
    def feeding(self) -> list[StageFeeding]:
        """How each stage was fed."""
        return feed_batch(self.schedule, self.history, self.estimates)

    @cached_property
    def harvest(self) -> Harvest:
        """What was harvested."""
        return grade_harvest(self.schedule, self.history)

    @cached_property
    def workflows(self) -> tuple[Workflow, ...]:
        """The batch's moves, done, under way and ahead."""
        return history_workflows(self.schedule, self.history)

    @property
    def move_ids(self) -> np.ndarray:
        """The workflow's id of each move of the batch's history, (moves,)."""
        made = [w.row for w in self.workflows if w.status != "CANCELLED"][: len(self.history.moves)]
        ids: np.ndarray = row_ids("transfer_workflow", self.batch_id, 1) + np.array(made, dtype=np.int64)
        return ids

    @cached_property
    def batch_id(self) -> int:
        return self.history.batch.id

    @cached_property
    def stages(self) -> tuple[StageHistory, ...]:
        return self.history.stages

    @cached_property
    def weighed(self) -> list[np.ndarray]:
        """For each stage whether fish of a container were weighed on a day, (n, days)."""
        found = [np.zeros(stage.population.shape, dtype=bool) for stage in self.stages]
        for stage, was_weighed, samples in zip(self.stages, found, self.weighings.stages, strict=True):
            was_weighed[samples.container, samples.day - stage.start_day] = True
        return found

    def names(self, stage: StageHistory) -> tuple[str, ...]:
        """The names of a stage's containers."""
        return tuple(self.schedule.farm.container(c).name for c in stage.container_ids)

    def oxygen_outside(self, stage: int) -> np.ndarray:
        """The day's mean of the oxygen that comes to each container of a stage (position), % saturation, (n, days)."""
        out = np.empty(self.stages[stage].population.shape)
        for here, group in self.sensors[stage]:
            water = group.water
            out[here] = day_means(water.field[OXYGEN_FIELD, water.lead :].reshape(-1, water.slots))
        return out
