"""Each batch lived once, in one container a stage that stands for all: a fiftieth of a run's work.

The life has the batch's own draws but no differences between containers and no sensors or samples: its harvest is
days off the run's, not weeks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm
from engine.farm.schedule import Batch, Schedule, Stay
from engine.simulation.fish.history import simulate_batch
from engine.simulation.record import BatchHistory, StandIn
from engine.simulation.water.climate import Climate
from lake.codes import SEA

RINGS_OF_TWO_AREAS = 3


def simulate_representatives(
    schedule: Schedule, batches: Sequence[Batch], climate: Climate | None = None
) -> Iterator[tuple[Batch, BatchHistory]]:
    """Each batch and its whole life in representative containers."""
    beyond = max((b.end_day for b in schedule.batches), default=schedule.as_of_day)
    open_end = replace(schedule, as_of_day=max(beyond, schedule.as_of_day), biology=_alike(schedule.biology))
    if climate is None:
        first_day = min((b.start_day for b in schedule.batches), default=0)
        climate = Climate(
            farm=schedule.farm,
            biology=schedule.biology,
            seed=schedule.seed,
            days=open_end.as_of_day,
            first_day=first_day,
        )
    for batch in batches:
        yield batch, simulate_batch(open_end, climate, _reduced(batch, schedule.farm), _stands_for(batch))


def _stands_for(batch: Batch) -> StandIn:
    """All the rings of a batch, and how many more fish fill one than a tank."""
    rings = batch.stays[-1].container_ids if batch.stays[-1].stage == SEA else batch.stays[-1].container_ids[:1]
    return StandIn(rings, len(batch.stays[0].container_ids) / len(rings))


def _alike(biology: Biology) -> Biology:
    """The biology without growth of a container's own: one container then grows as all do on average."""
    model = biology.model
    return replace(biology, model=replace(model, growth=replace(model.growth, container_tgc_cv=0.0)))


def _reduced(batch: Batch, farm: Farm) -> Batch:
    """The batch in one container of every stage with its share of the eggs; in three if its rings lie in two areas."""
    areas = {farm.container(c).area.id for stay in batch.stays if stay.stage == SEA for c in stay.container_ids}
    count = 1 if len(areas) < 2 else RINGS_OF_TWO_AREAS
    share = max(1, batch.eggs * count // len(batch.stays[0].container_ids))
    stays = tuple(
        Stay(stage=s.stage, container_ids=_spaced(s.container_ids, count), start_day=s.start_day, end_day=s.end_day)
        for s in batch.stays
    )
    return replace(batch, eggs=share, stays=stays, trays_received=None)


def _spaced(containers: tuple[int, ...], count: int) -> tuple[int, ...]:
    """`count` of the containers at equal distances, or the first of them."""
    if count == 1:
        return containers[:1]
    return tuple(dict.fromkeys(containers[(2 * i + 1) * len(containers) // (2 * count)] for i in range(count)))
