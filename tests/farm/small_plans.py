"""Small farms and plans on them, for property tests."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from engine.farm.schedule import Cancellation, Schedule, TotalLoss
from engine.farm.schedule_text import format_schedule
from engine.planning.planner import Request, plan
from lake.codes import TOTAL_LOSSES
from tests.planning.farms import AS_OF, biology, farm_of

words = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=("Cc", "Cf", "Cs", "Cn", "Zs")),
    min_size=1,
    max_size=20,
)
# a schedule's name is its run's folder
plan_names = words.filter(lambda w: not (w.startswith(".") or "/" in w or "\\" in w))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """A plan on a farm with room for it, with names, notes, targets and seeds that a person might write."""
    containers, rings = draw(st.integers(1, 12)), draw(st.sampled_from([4, 10]))
    farm = farm_of(6, 4, rings, containers)
    request = Request(
        name=draw(plan_names),
        batches=draw(st.integers(1, 5)),
        stagger_days=draw(st.integers(60, 150)),
        as_of_day=AS_OF - draw(st.integers(0, 3000)),
        seed=draw(st.integers(0, 2**63 - 1)),
        adult_days=draw(st.integers(30, 450)),
        rings=draw(st.integers(1, 4)),
        partitions=None,
        eggs=(100_000, 900_000),
    )
    made = plan(request, farm, biology())
    targets = st.none() | st.floats(500, 9000, allow_nan=False)
    batches = tuple(replace(b, harvest_target_g=draw(targets)) for b in made.batches)
    if len(batches) > 1 and draw(st.booleans()):
        cancelled = Cancellation(
            day=batches[0].start_day - draw(st.integers(0, 50)), reason="Nobody sells " + draw(words)
        )
        batches = (replace(batches[0], cancelled=cancelled), *batches[1:])
    if draw(st.booleans()):
        last = batches[-1]
        day = draw(st.integers(last.start_day, min(made.as_of_day, last.stays[-1].start_day) - 1))
        loss = TotalLoss(day=day, cause=draw(st.sampled_from(TOTAL_LOSSES)))
        batches = (*batches[:-1], replace(last, lost=loss))
    renamed = draw(st.booleans())
    if renamed:
        numbers = draw(st.lists(words, min_size=len(batches), max_size=len(batches), unique=True))
        batches = tuple(replace(b, number=n) for b, n in zip(batches, numbers, strict=True))
    made = replace(made, batches=batches, notes=tuple(draw(st.lists(words, max_size=2))))
    return replace(made, text=format_schedule(made))
