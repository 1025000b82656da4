"""Parameters of the working week: when people count, sample, treat and slaughter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from engine.biology.values import Days, Floats, Share, Written, exactly

SlipDays = Annotated[tuple[Annotated[int, Field(ge=-6, le=6)], ...], Field(min_length=1, max_length=13)]
RingsOfADay = Annotated[tuple[Annotated[int, Field(ge=1, le=100)], ...], Field(min_length=1, max_length=20)]


@dataclass(frozen=True, kw_only=True)
class Work:
    """weekend_share, holiday_share: of the work that falls due then, what is done nevertheless; the rest is caught up.

    slip_days: by how many days routine work comes earlier or later than a week after the last, one of them at random.
    rings_treated: rings that a vessel treats in a day, one of them at random. vaccination_spread_days: by which a
    batch's vaccination comes earlier or later than usual at most, days of rest aside. ring_fill_cv: between the
    containers that a move fills.
    """

    weekend_share: Share
    holiday_share: Share
    slaughter_share: Share
    slip_days: SlipDays
    rings_treated: RingsOfADay
    vaccination_spread_days: Days
    ring_fill_cv: Annotated[float, Field(ge=0, le=0.2)]
    start_hours_utc: Annotated[Floats, Written(Annotated[float, Field(ge=0, le=24)], exactly(2, "earliest and latest"))]
    ring_minutes: Annotated[Floats, Written(Annotated[float, Field(ge=5, le=600)], exactly(2, "shortest and longest"))]
