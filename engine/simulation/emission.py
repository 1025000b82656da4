"""Hands every table's rows of a batch, in the declared order, to whoever writes them."""

from __future__ import annotations

from collections.abc import Callable

from engine.farm.schedule import Schedule
from engine.simulation.climate import Climate
from engine.simulation.history import BatchHistory
from engine.simulation.rows.feed import feed_rows
from engine.simulation.rows.fish import mortality_rows, sample_rows, state_rows
from engine.simulation.rows.harvest import harvest_rows
from engine.simulation.rows.readings import Sensors
from engine.simulation.rows.shared import Columns, Subject
from engine.simulation.rows.stays import assignment_rows, batch_rows, transfer_rows

Emit = Callable[[str, Columns], None]


class Emitter:
    """One worker's way from histories to rows; the readings' buffers are reused from batch to batch."""

    def __init__(
        self, schedule: Schedule, climate: Climate, flagged: frozenset[int], forecasts: dict[int, str]
    ) -> None:
        self._schedule, self._flagged, self._forecasts = schedule, flagged, forecasts
        self._sensors = Sensors(schedule, climate)

    def emit(self, history: BatchHistory, emit: Emit) -> None:
        """Give `emit` each table's columns; they are valid only until it returns."""
        subject = Subject(self._schedule, history)
        batch_id = history.batch.id
        samples, fish, last_weighed = sample_rows(subject)
        meals, lots = feed_rows(subject)
        workflows, actions = transfer_rows(subject)
        events, harvest_lots = harvest_rows(subject)
        emit("batch", batch_rows(subject, batch_id in self._flagged, self._forecasts[batch_id]))
        emit("container_assignment", assignment_rows(subject, last_weighed))
        emit("transfer_workflow", workflows)
        emit("transfer_action", actions)
        emit("environmental_reading", self._sensors.rows(subject))
        emit("feeding_event", meals)
        emit("feed_purchase", lots)
        emit("mortality_event", mortality_rows(subject))
        emit("growth_sample", samples)
        emit("individual_growth_observation", fish)
        emit("daily_state", state_rows(subject))
        emit("harvest_event", events)
        emit("harvest_lot", harvest_lots)
