"""Growth that falls with size, forth and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.biology.parameters import Biology
from engine.forecast.size_response import reached, unhindered


@pytest.mark.parametrize(("root", "gain"), [(6.0, 5.0), (7.5, 16.0), (17.0, 0.05)])
def test_what_is_reached_needs_that_gain(biology: Biology, root: float, gain: float) -> None:
    growth = biology.model.growth
    end = reached(growth, root, gain)
    assert end < root + gain
    assert unhindered(growth, root, end) == pytest.approx(gain, rel=0.005)


def test_growth_that_size_leaves_alone_is_the_gain_itself(biology: Biology) -> None:
    growth = replace(biology.model.growth, size_response=np.ones_like(biology.model.growth.size_response))
    assert reached(growth, 7.0, 4.0) == pytest.approx(11.0)
    assert unhindered(growth, 7.0, 11.0) == pytest.approx(4.0)


def test_nothing_is_needed_for_no_growth(biology: Biology) -> None:
    assert unhindered(biology.model.growth, 9.0, 8.0) == 0.0
