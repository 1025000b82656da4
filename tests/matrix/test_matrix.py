"""The same data whatever varies around a run, on a tiny schedule; make matrix tries every axis on a larger one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.matrix.axes import Case, gate_axes
from tests.matrix.running import make

CASES = list(gate_axes())


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str]:
    made = make(CASES[0], tmp_path_factory.mktemp("first"))
    return made.events, made.fingerprint


@pytest.mark.parametrize("case", CASES[1:], ids=lambda case: case.value)
def test_a_run_gives_the_same_data(case: Case, first: tuple[int, str], tmp_path: Path) -> None:
    made = make(case, tmp_path)
    assert (made.events, made.fingerprint) == first
