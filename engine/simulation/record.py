"""What a batch lived through, as arrays: the contract between the simulation and whoever makes rows of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.farm.schedule import Batch


@dataclass(frozen=True)
class Treatment:
    """One container treated. `day`: since 1970; `method`: lake.codes.LICE_TREATMENTS or VACCINE.

    container: position in the stage, or among all the rings that it stands for. efficacy: share of the mobile lice
    removed; loss: share of the fish that die of it; both 0 to 1.
    """

    stage: int
    container: int
    day: int
    method: str
    efficacy: float
    loss: float


@dataclass(frozen=True)
class HealthEvent:
    """Something that happened to the containers (positions) of a stage, days [start_day, end_day) since 1970.

    kind: lake.codes.EVENT_KINDS; cause: a position in lake.codes.MORTALITY_CAUSES; loss: expected
    share of the fish that die of it.
    """

    stage: int
    containers: tuple[int, ...]
    kind: str
    cause: int
    start_day: int
    end_day: int
    loss: float


@dataclass(frozen=True)
class SeaLice:
    """Lice of a stay at sea, at the weekly counts. `day` (counts,): days since 1970. n: the rings, all that a stand-in
    stands for.

    attached, mobile, adult_female (n, counts): true mean lice a fish before any treatment that day. pressure
    (n, counts): larvae from outside, lice a fish and week. counted (n, counts, 3): lice seen on the `sampled`
    (n, counts) fish, by the same three stages; 0 fish sampled where the ring was empty.
    """

    day: np.ndarray
    attached: np.ndarray
    mobile: np.ndarray
    adult_female: np.ndarray
    pressure: np.ndarray
    counted: np.ndarray
    sampled: np.ndarray


@dataclass(frozen=True)
class StageHistory:
    """One stage as lived in n containers. Arrays are (n, days), at the end of each day unless said otherwise.

    Each container is lived in for `days_lived` (n,) of the `days`; beyond, its counts are 0: see `present`. population,
    dead, culled: fish. cause: of the dead, a position in lake.codes.MORTALITY_CAUSES. weight_cg: mean weight,
    0.01 g; dead_cg, culled_cg: of that day's dead and culled. ration: feed in 0.0001 kg. mu, v: moments of the
    cube-root weight. temp_c: the water. oxygen_draw: what the fish take from it at unit resistance, % saturation
    (water.climate.WaterExchange); oxygen_mean, oxygen_min: in the container, % saturation. appetite: share of the
    intended ration taken. fasted: no feed was given on purpose. fish, mu0, v0 (n,): on arrival. `emptied` (n,): the
    fish were moved on, harvested or all lost on the last day lived; otherwise they are still there at the as-of date.
    """

    stage: int
    container_ids: tuple[int, ...]
    start_day: int
    planned_end_day: int
    days_lived: np.ndarray
    emptied: np.ndarray
    fish: np.ndarray
    mu0: np.ndarray
    v0: np.ndarray
    population: np.ndarray
    dead: np.ndarray
    culled: np.ndarray
    cause: np.ndarray
    mu: np.ndarray
    v: np.ndarray
    weight_cg: np.ndarray
    dead_cg: np.ndarray
    culled_cg: np.ndarray
    ration: np.ndarray
    temp_c: np.ndarray
    oxygen_draw: np.ndarray
    oxygen_mean: np.ndarray
    oxygen_min: np.ndarray
    appetite: np.ndarray
    fasted: np.ndarray
    lice: SeaLice | None = None

    @property
    def days(self) -> int:
        return int(self.population.shape[1])

    @property
    def end_day(self) -> int:
        """The first day no longer lived in any container; the last day of departure when all are `emptied`."""
        return self.start_day + self.days

    @property
    def present(self) -> np.ndarray:
        """(n, days): the container is lived in on the day."""
        here: np.ndarray = np.arange(self.days) < self.days_lived[:, None]
        return here

    def last(self, values: np.ndarray) -> np.ndarray:
        """Each container's value on its last day lived, (n,)."""
        taken: np.ndarray = values[np.arange(len(self.days_lived)), self.days_lived - 1]
        return taken

    def before(self, values: np.ndarray, first: np.ndarray) -> np.ndarray:
        """(n, days): each day's value on the evening before; `first` (n,) on the first day."""
        return np.concatenate([first[:, None], values[:, :-1]], axis=1)


@dataclass(frozen=True)
class StandIn:
    """What a batch lived in few containers stands for, in a forecast.

    ring_ids: all rings that the harvest empties and that lice are counted in. crowding: fish in such a ring for each
    that is lived with at sea, since as many fish fill fewer rings than tanks.
    """

    ring_ids: tuple[int, ...]
    crowding: float


@dataclass(frozen=True)
class Move:
    """The transfer from one stage to the next on `day`: one entry an action; `left` is lost + arrived."""

    day: int
    source: np.ndarray
    dest: np.ndarray
    before: np.ndarray
    arrived: np.ndarray
    lost: np.ndarray


@dataclass(frozen=True)
class BatchHistory:
    """A batch from eggs to harvest or to the as-of date. `moves[i]` leads from stages[i] to stages[i + 1].

    trigger_day: the day on which the harvest was decided, -1 before. harvested: every ring is empty. lost: all fish
    died in the last stage, on its last day.
    """

    batch: Batch
    stages: tuple[StageHistory, ...]
    moves: tuple[Move, ...]
    harvest_target_cg: int
    harvested: bool
    harvest_reason: str  # WEIGHT, PLAN_END or ""; told once the last ring is empty
    trigger_day: int = -1
    treatments: tuple[Treatment, ...] = ()
    events: tuple[HealthEvent, ...] = ()
    lost: bool = False

    @property
    def lives_on(self) -> bool:
        """Whether fish are left at the as-of date."""
        return not (self.harvested or self.lost)
