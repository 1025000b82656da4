"""What a run consists of: the rows that it will come to, and a task for each of its partitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from engine.execution.partition import PartitionTask
from engine.farm.schedule import Schedule
from engine.farm.sites import own_area_days
from engine.forecast.sizing import biomass_flags
from engine.forecast.workload import predicted_events
from engine.planning.partitions import sum_partitions
from engine.simulation.foreseeing.foresee import foresee_places
from engine.simulation.water.climate import Climate
from lake.tables.sizes import RUN_BYTES, part_bytes


@dataclass(frozen=True)
class Expected:
    """What a run will come to: rows over all tables by partition, and the batches that may outgrow containers."""

    rows: tuple[int, ...]
    bytes_by_partition: tuple[int, ...]
    flagged: frozenset[int]

    @property
    def events(self) -> int:
        return sum(self.rows)

    @property
    def bytes(self) -> int:
        """What the run's files will take, all together."""
        return RUN_BYTES + sum(self.bytes_by_partition)


def foresee(schedule: Schedule) -> Expected:
    """What a run will come to, in closed form: workers forecast their own batches, each table by itself, themselves."""
    rows = tuple(sum_partitions(predicted_events(schedule), schedule.partitions))
    return Expected(
        rows=rows,
        bytes_by_partition=tuple(
            part_bytes(count, len(span)) for count, span in zip(rows, schedule.partitions, strict=True)
        ),
        flagged=frozenset(biomass_flags(schedule)),
    )


def partition_tasks(schedule: Schedule, run_dir: Path, expected: Expected) -> Iterator[PartitionTask]:
    """A task for each partition, in their order."""
    by_id = {batch.id: batch for batch in schedule.batches}
    first_day = min(b.start_day for b in schedule.batches)
    last_day = max(schedule.as_of_day, *(b.end_day for b in schedule.batches))
    area_days = own_area_days(schedule)
    climate = Climate(
        farm=schedule.farm, biology=schedule.biology, seed=schedule.seed, days=last_day, first_day=first_day
    )
    foreseen = foresee_places(schedule, climate)
    for number, span in enumerate(schedule.partitions):
        batches = tuple(by_id[id_] for id_ in span if id_ in by_id)
        yield PartitionTask(
            run_dir=str(run_dir),
            partition=number,
            schedule=replace(
                schedule,
                batches=batches,
                partitions=(span,),
                text="",
                area_days={batch.id: area_days[batch.id] for batch in batches},
                foreseen=foreseen.of([batch.id for batch in batches]),
            ),
            flagged=frozenset(b.id for b in batches) & expected.flagged,
            first_day=first_day,
            last_day=last_day,
            expected_rows=expected.rows[number],
        )
