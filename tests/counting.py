"""Counts of a program's work, which unlike its seconds don't depend on the machine."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import FrameType


def count_calls(work: Callable[[], object]) -> int:
    """How many functions some work calls, Python's and C's: an element's comparison, a generator's next are calls.

    What other tests left behind is collected beforehand and not meanwhile: finalizers of theirs would be counted.
    """
    calls = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    collects = gc.isenabled()
    gc.collect()
    gc.disable()
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
        if collects:
            gc.enable()
    return calls


def assert_linear(work_of: Callable[[int], Callable[[], object]], few: int = 1000, many: int = 4000) -> None:
    """The work for `many` things calls no more functions for each of them than that for `few`.

    Each is done once before it is counted: what is imported, compiled or cached at a first call would be counted too.
    """
    work_of_few, work_of_many = work_of(few), work_of(many)
    work_of_few()
    work_of_many()
    calls_of_few, calls_of_many = count_calls(work_of_few), count_calls(work_of_many)
    assert calls_of_many <= 1.1 * many / few * calls_of_few, (calls_of_few, calls_of_many)
