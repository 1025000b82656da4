"""Where a step's time goes: which of some modules were at work, by samples of the processor's time.

A sample counts for what has passed since the one before: a signal waits until a call into compiled code is over.
"""

from __future__ import annotations

import signal
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

EVERY = 0.002  # seconds
ELSE = "the rest"


def time_by_module(work: Callable[[], Any], modules: Mapping[str, str]) -> dict[str, float]:
    """CPU seconds of this process by what was done, most first.

    modules: what is done by which, by name or the beginning of it; of those that call one another the innermost counts.
    """
    spent: defaultdict[str, float] = defaultdict(float)
    last = time.process_time()

    def sample(_: int, frame: FrameType | None) -> None:
        nonlocal last
        now = time.process_time()
        spent[_at_work(frame, modules)] += now - last
        last = now

    before = signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return dict(sorted(spent.items(), key=lambda each: -each[1]))


def _at_work(frame: FrameType | None, modules: Mapping[str, str]) -> str:
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        for module, done in modules.items():
            if name.startswith(module):
                return done
        frame = frame.f_back
    return ELSE
