"""What the older system's schedules book twice after their as-of date: not lived yet, so settled and told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.farm.occupancy import Overlap, occupancy, overlaps
from engine.farm.schedule import Batch, to_date

BATCHES_TOLD = 5


def settle_ahead(batches: Sequence[Batch], as_of_day: int) -> tuple[tuple[Batch, ...], list[str]]:
    """The batches without clashes from the as-of date on, and what was settled.

    A stay ends where its containers' next booking begins; what its batch was to do afterwards is left out. A clash that
    begins before the as-of date stays, as does one that would leave a batch without any stay.
    """
    settled = list(batches)
    ended: dict[int, int] = {}  # by batch, the day from which it is planned no further
    while clash := next(
        (o for o in overlaps(occupancy(tuple(settled))) if o.start_day >= as_of_day and _can_end(settled, o)), None
    ):
        index, day = clash.first_batch, clash.start_day
        stays = [stay for stay in settled[index].stays if stay.start_day < day]
        stays[-1] = replace(stays[-1], end_day=day)
        settled[index] = replace(settled[index], stays=tuple(stays))
        ended[index] = day
    if not ended:
        return tuple(batches), []
    told = [f"{settled[i].number} on {to_date(day)}" for i, day in sorted(ended.items())]
    more = f", and {len(told) - BATCHES_TOLD} more" if len(told) > BATCHES_TOLD else ""
    return tuple(settled), [
        f"{len(told)} batches hold containers that are booked again after the as-of date; they end where the next "
        f"booking begins: {', '.join(told[:BATCHES_TOLD])}{more}"
    ]


def _can_end(batches: Sequence[Batch], clash: Overlap) -> bool:
    return batches[clash.first_batch].start_day < clash.start_day
