"""The campaign would notice: each planted fault is found, and nothing is found where none is planted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.campaign import Plan
from tests.faults.damage import ByByte, ByFile
from tests.faults.disks import Failing, OnABadDisk
from tests.faults.ending import READERS
from tests.faults.inputs import NonsenseInFile
from tests.faults.planted import PLANTS
from tests.faults.workshop import RUN, Workshop, opened

PART = "lake/batch/part-0001.parquet"
COUNT = "select count(*) as n, bit_xor(hash(t)) as h from batch t"
AT_THE_END = 1 << 30
AMONG_PARTS = range(220, 224)  # operations: all parts are written, then all synced, then all named

# the plainest case that finds it, or a few of which one does
FOUND_BY: dict[str, Plan | tuple[Plan, ...]] = {
    "hash_skipped": ByByte(((PART, "flip", 0.5, 1),), ("verify", RUN, "--only", "20_counts", "--json")),
    "damaged_part_kept": ByFile(((PART, "missing"),), ("resume", RUN)),
    "stranger_overlooked": ByFile(((PART, "twice"),), ("verify", RUN, "--only", "18_names", "--json")),
    "sync_forgotten": OnABadDisk(
        start="anew", failing=Failing(at=AT_THE_END, how="crash", names="all"), reader=READERS[0]
    ),
    "folder_sync_forgotten": OnABadDisk(start="anew", failing=Failing(at=AT_THE_END, how="crash"), reader=READERS[0]),
    "full_disk_ignored": tuple(
        OnABadDisk(start="anew", failing=Failing(at=at, how="error"), reader=READERS[0]) for at in AMONG_PARTS
    ),
    "seal_ignored": ByFile((("logs/run.jsonl", "another number"),), ("status", RUN, "--json")),
    "leftovers_left": ByFile((("biology/published.yaml", "half written"), (PART, "missing")), ("resume", RUN)),
    "depth_unchecked": NonsenseInFile(file="tiny.yaml", changes=(("deeper brackets", None),), renewed=False),
}
SLOW = {"log_before_rows"}  # needs a server: make faults plays it


@pytest.fixture(scope="module")
def shop() -> Iterator[Workshop]:
    with opened() as shop:
        yield shop


def test_every_planted_fault_has_its_case() -> None:
    assert FOUND_BY.keys() | SLOW == PLANTS.keys()


@pytest.mark.parametrize("name", FOUND_BY)
def test_a_planted_fault_is_found(name: str, shop: Workshop) -> None:
    found = FOUND_BY[name]
    plans = found if isinstance(found, tuple) else (found,)
    plans[0].play(shop)
    shop.plants = (name,)
    try:
        assert any(play_fails(plan, shop) for plan in plans)
    finally:
        shop.plants = ()


def play_fails(plan: Plan, shop: Workshop) -> bool:
    try:
        plan.play(shop)
    except AssertionError:
        return True
    return False
