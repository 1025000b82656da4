"""Draws cases by seed, plays them, makes those smaller that fail, and counts."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tests.faults import damage, disks, ending, inputs, servers, small_disks, surroundings, together
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
    """A kind of cases, what happens in it in words, and how often it comes beside the others."""

    name: str
    words: str
    share: int
    drawn: Callable[[Draw, Workshop], Plan]


KILLS = "a run, a resume or an overwriting is killed, once or twice"
SIGNALS = "it is interrupted, ended, hung up on, halted for a moment, or meets a limit on the length of files"
DISKS = "one operation of the disk fails, or all from there on; the process stops there; the power fails there"
ROOM = "a real disk is too small; the run breaks off where it is full, and gets more room"
TOGETHER = "a second command begins on the same run while the first is at work"
INPUTS = "nonsense in a schedule, a farm, a biology, or in the options of plan"
SURROUNDINGS = "up to three oddities of locale, zone, home, cache, limits, streams, folder or allocator"
SERVERS = "a load loses its loader, its server or its connections, or meets another command"
BYTES = "one to three changes to the bytes of a run's files; then a command that reads or resumes it"
FILES = "files missing, empty, foreign, exchanged, doubled, or a folder or link in their place; then a command"

KINDS: tuple[Kind, ...] = (
    Kind(name="kill", words=KILLS, share=15, drawn=ending.Killed.drawn),
    Kind(name="signal", words=SIGNALS, share=15, drawn=ending.Signalled.drawn),
    Kind(name="disk", words=DISKS, share=15, drawn=disks.OnABadDisk.drawn),
    Kind(name="room", words=ROOM, share=3, drawn=small_disks.OnASmallDisk.drawn),
    Kind(name="together", words=TOGETHER, share=10, drawn=together.Together.drawn),
    Kind(name="input", words=INPUTS, share=25, drawn=inputs.drawn),
    Kind(name="environment", words=SURROUNDINGS, share=6, drawn=surroundings.Elsewhere.drawn),
    Kind(name="server", words=SERVERS, share=4, drawn=servers.Loaded.drawn),
    Kind(name="byte", words=BYTES, share=35, drawn=damage.ByByte.drawn),
    Kind(name="file", words=FILES, share=35, drawn=damage.ByFile.drawn),
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
        yield Case(seed=seed, number=number, kind=name)


def play(case: Case, shop: Workshop, *, smaller: bool = True) -> Outcome:
    """Play a case, and smaller ones of its kind when it fails."""
    plan, choices = case.plan(shop)
    try:
        return Outcome(case=case, plan=plan, came_out=plan.play(shop))
    except AssertionError as broken:
        problem = str(broken)
    except Exception:
        problem = traceback.format_exc()  # a state that the judge itself did not foresee
    if not smaller:
        return Outcome(case=case, plan=plan, came_out="failed", problem=problem)

    def fails(given: tuple[int, ...]) -> bool:
        try:
            Case(seed=case.seed, number=case.number, kind=case.kind, given=given).plan(shop)[0].play(shop)
        except Exception:
            return True
        return False

    least = shrink(choices, fails)
    smallest = Case(seed=case.seed, number=case.number, kind=case.kind, given=tuple(least)).plan(shop)[0]
    return Outcome(case=case, plan=plan, came_out="failed", problem=problem, smallest=smallest)


def first_failure(several: Iterable[Case], shop: Workshop) -> int | None:
    """The how manieth case is the first that fails; None when none does."""
    for number, case in enumerate(several, 1):
        if play(case, shop, smaller=False).problem:
            return number
    return None
