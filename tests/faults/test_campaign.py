"""Some cheap cases of the campaign, by a seed of their own; make faults plays a thousand and more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import dossier
from tests.faults.campaign import KINDS, Case, play
from tests.faults.sweep import sweep
from tests.faults.workshop import Workshop, opened

SEED = 2611
# of the cheap kinds; environments and servers have tests of their own in the rooms that they concern
COUNTS = {"kill": 3, "signal": 3, "disk": 8, "together": 4, "input": 12, "byte": 16, "file": 14}
EVERY = 500  # of the sweep's cases


@pytest.fixture(scope="module")
def shop() -> Iterator[Workshop]:
    with opened() as shop:
        yield shop


@pytest.mark.parametrize(
    "case", [Case(seed=SEED, number=n, kind=kind) for kind, count in COUNTS.items() for n in range(count)], ids=str
)
def test_a_case_survives(case: Case, shop: Workshop) -> None:
    outcome = play(case, shop, smaller=False)
    assert not outcome.problem, f"{case.replay}\n{outcome.plan}\n{outcome.problem}"


def test_a_run_survives_a_disk_that_fails_at_some_of_its_operations() -> None:
    assert [found for found in sweep(EVERY, chances=2) if found[2]] == []


def test_the_table_names_every_kind() -> None:
    written = dossier.FILE.read_text(encoding="utf-8")
    between = written.partition(dossier.BEGIN)[2].partition(dossier.END)[0]
    assert [kind.name for kind in KINDS if f"| {kind.name} | {kind.words} |" not in between] == []
