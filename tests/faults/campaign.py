"""Draws cases by seed, plays them, makes those smaller that fail, and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tests.faults import damage, disks, ending, inputs, servers, surroundings, together
from tests.faults.drawing import Draw
from tests.faults.shrinking import shrink
from tests.faults.workshop import Workshop


class Plan(Protocol):
    """What is done in a case, told by its repr."""

    def play(self, shop: Workshop) -> str:
        """Do it; how it came out, in a word or two. AssertionError when the promise did not hold."""
        ...


@dataclass(frozen=True)
class Kind:
    """A kind of cases: of 100 cases so many are of it."""

    name: str
    share: int
    drawn: Callable[[Draw, Workshop], Plan]


KINDS: tuple[Kind, ...] = (
    Kind("kill", 15, ending.Killed.drawn),
    Kind("signal", 15, ending.Signalled.drawn),
    Kind("disk", 15, disks.OnABadDisk.drawn),
    Kind("together", 10, together.Together.drawn),
    Kind("input", 25, inputs.drawn),
    Kind("environment", 6, surroundings.Elsewhere.drawn),
    Kind("server", 4, servers.Loaded.drawn),
    Kind("byte", 35, damage.ByByte.drawn),
    Kind("file", 35, damage.ByFile.drawn),
)


@dataclass(frozen=True)
class Case:
    """Case `number` of a seed; `given`: smaller choices than those of the seed."""

    seed: int
    number: int
    kind: str
    given: tuple[int, ...] | None = None

    @property
    def replay(self) -> str:
        """The line that plays it again."""
        return f"SEED={self.seed} CASE={self.number} KIND={self.kind} make faults"

    def plan(self, shop: Workshop) -> tuple[Plan, list[int]]:
        draw = Draw(self.seed, self.number, self.given)
        kind = next(k for k in KINDS if k.name == self.kind)
        return kind.drawn(draw, shop), draw.choices


@dataclass(frozen=True)
class Outcome:
    """How a case came out: `problem` is empty when it survived; `smallest`: the plan that still fails."""

    case: Case
    plan: Any
    came_out: str
    problem: str = ""
    smallest: Any = None


def cases(seed: int, count: int, kinds: Sequence[str] = ()) -> Iterator[Case]:
    """So many cases; a case's kind depends on its number alone, the commonest kinds as often as their share says."""
    wheel = [kind.name for kind in KINDS for _ in range(kind.share)]
    for number in range(count):
        name = Draw(seed, number).pick(wheel) if not kinds else kinds[number % len(kinds)]
        yield Case(seed, number, name)


def play(case: Case, shop: Workshop, *, smaller: bool = True) -> Outcome:
    """Play a case, and smaller ones of its kind when it fails."""
    plan, choices = case.plan(shop)
    try:
        return Outcome(case, plan, plan.play(shop))
    except AssertionError as broken:
        problem = str(broken)
    if not smaller:
        return Outcome(case, plan, "failed", problem)

    def fails(given: tuple[int, ...]) -> bool:
        try:
            Case(case.seed, case.number, case.kind, given).plan(shop)[0].play(shop)
        except AssertionError:
            return True
        return False

    least = shrink(choices, fails)
    smallest = Case(case.seed, case.number, case.kind, tuple(least)).plan(shop)[0]
    return Outcome(case, plan, "failed", problem, smallest=smallest)
