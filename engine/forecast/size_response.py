"""How far fish grow whose TGC falls with their size: between the cube-root weights that they reach and the gain that
fish of an answer of 1 would have had in that time."""

from __future__ import annotations

import numpy as np

from engine.biology.fish import Growth

STEPS = 64


def unhindered(growth: Growth, root: float, end: float) -> float:
    """The gain, g^(1/3), of fish whose size has no effect, in the time from cube-root weight `root` to `end`."""
    length = max(0.0, end - root)
    middle = root + length * (np.arange(STEPS) + 0.5) / STEPS
    return length * float((1.0 / _share(growth, middle)).mean())


def reached(growth: Growth, root: float, gain: float) -> float:
    """The cube-root weight that fish reach from `root` on, where their size had no effect they would gain so much."""
    greatest = max(float(growth.size_response.max()), 1.0)
    roots = root + greatest * gain * np.arange(STEPS + 1) / STEPS
    middle = (roots[:-1] + roots[1:]) / 2.0
    needed = np.concatenate([[0.0], np.cumsum(np.diff(roots) / _share(growth, middle))])
    return float(np.interp(gain, needed, roots))


def _share(growth: Growth, roots: np.ndarray) -> np.ndarray:
    share: np.ndarray = np.interp(roots**3, growth.size_response_g, growth.size_response)
    return share
