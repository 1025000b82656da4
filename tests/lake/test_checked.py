"""Files are read only if they hold the bytes that the manifest records, and nothing lies beside them."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake import checked
from lake.checked import CACHE, read_checked
from lake.errors import InputError
from lake.files import file_hash
from lake.manifest import BiologyRecord, Manifest, PartitionRecord, PartRecord, RunIdentity, write_manifest
from lake.writer import part_path
from tests.counting import assert_linear

TABLES, PARTITIONS = ("batch", "daily_state"), 3


def record(run_dir: Path, table: str, number: int) -> PartRecord:
    path = run_dir / part_path(table, number)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(f"{table} {number} ".encode() * 20)
    return PartRecord(file=part_path(table, number), rows=1, bytes=path.stat().st_size, xxh3=file_hash(path))


def make_run(run_dir: Path, partitions: int = PARTITIONS) -> Manifest:
    made = tuple(
        PartitionRecord(
            partition=n,
            first_batch=40 * n + 1,
            last_batch=40 * n + 40,
            status="succeeded",
            seconds=1.0,
            peak_memory_mb=1.0,
            tables={table: record(run_dir, table, n) for table in TABLES},
        )
        for n in range(partitions)
    )
    manifest = Manifest(
        run="run",
        status="complete",
        identity=RunIdentity(
            version="1",
            schedule="demo",
            schedule_sha256="a",
            seed=1,
            as_of="2025-01-01",
            batch_count=1,
            farm_sha256="b",
            biology_sha256="c",
            partitions=((1, 1),),
        ),
        seconds=1.0,
        workers=1,
        dimensions={"geography": record(run_dir, "geography", 0)},
        partitions=made,
        estimate={},
        fingerprint="f",
        biology=BiologyRecord(name="published", sha256="c"),
    )
    (run_dir / "logs").mkdir(exist_ok=True)
    write_manifest(run_dir, manifest)
    return manifest


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    make_run(tmp_path / "run")
    return tmp_path / "run"


def part(run_dir: Path, number: int = 1, table: str = "daily_state") -> Path:
    return run_dir / part_path(table, number)


def flip(path: Path, at: int = 7) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def swap(run_dir: Path) -> None:
    part(run_dir).rename(run_dir / "aside")
    part(run_dir, 2).rename(part(run_dir))
    (run_dir / "aside").rename(part(run_dir, 2))


def in_its_place(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def damage(run_dir: Path) -> None:
        part(run_dir).unlink()
        make(part(run_dir))

    return damage


def refusal(run_dir: Path, *tables: str) -> str:
    with pytest.raises(InputError) as caught:
        read_checked(run_dir, tables or None)
    return str(caught.value)


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "flipped": (lambda run_dir: flip(part(run_dir)), "its bytes were changed"),
    "cut": (lambda run_dir: part(run_dir).write_bytes(b"daily"), "has 5 bytes, 280 were written"),
    "empty": (lambda run_dir: part(run_dir).write_bytes(b""), "has 0 bytes"),
    "missing": (in_its_place(lambda path: None), "is not there"),
    "a link that leads nowhere": (in_its_place(lambda path: path.symlink_to("nowhere")), "leads nowhere"),
    "a folder": (in_its_place(Path.mkdir), "is a folder"),
    "a pipe": (in_its_place(os.mkfifo), "is no file"),
    "another's": (
        lambda run_dir: shutil.copy(part(run_dir, 2), part(run_dir)),
        "holds the bytes of daily_state, partition 2 (batches 81-120)",
    ),
    "swapped": (swap, "holds the bytes of daily_state, partition 2 (batches 81-120)"),
    "doubled": (
        lambda run_dir: shutil.copy(part(run_dir), part(run_dir, 9)),
        "lake/daily_state/part-0009.parquet is no part of this run",
    ),
    "foreign": (lambda run_dir: (run_dir / "lake/daily_state/mine.parquet").touch(), "move out of"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_part_is_named_with_its_batches_and_the_cure(run_dir: Path, kind: str) -> None:
    damage, words = DAMAGE[kind]
    read_checked(run_dir)
    damage(run_dir)
    message = refusal(run_dir)
    assert words in message
    if kind != "foreign":
        assert f"--out {run_dir} --resume" in message
    if kind not in ("doubled", "foreign"):
        assert "daily_state, partition 1 (batches 41-80): lake/daily_state/part-0001.parquet" in message
    assert refusal(run_dir, "daily_state", "batch") == message
    read_checked(run_dir, ("batch", "geography"))


def test_every_damaged_part_is_named(run_dir: Path) -> None:
    for number in range(PARTITIONS):
        flip(part(run_dir, number))
    flip(part(run_dir, 0, "geography"))
    message = refusal(run_dir)
    assert message.count("its bytes were changed") == PARTITIONS + 1
    assert "geography, a dimension" in message


@given(
    table=st.sampled_from(TABLES), number=st.integers(0, 2), at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7)
)
def test_any_flipped_bit_is_found_whatever_was_kept(
    table: str, number: int, at: float, bit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run_dir = tmp_path_factory.mktemp("runs") / "run"
    make_run(run_dir)
    read_checked(run_dir)
    path = part(run_dir, number, table)
    data = bytearray(path.read_bytes())
    data[int(at * len(data))] ^= 1 << bit
    path.write_bytes(data)
    assert "its bytes were changed" in refusal(run_dir)


def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are hashed from now on."""
    found: list[str] = []

    def told(path: Path) -> str:
        found.append(path.name)
        return file_hash(path)

    monkeypatch.setattr(checked, "file_hash", told)
    return found


def grow_old(run_dir: Path) -> None:
    """Let the files have been there for a while: a change within a clock's tick could not be seen."""
    later = time.time_ns() + 2 * checked.FRESH_NS
    time_ns = time.time_ns
    try:
        time.time_ns = lambda: later
        read_checked(run_dir)
    finally:
        time.time_ns = time_ns


def test_what_was_hashed_is_not_hashed_again_until_it_changes(run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = hashed(monkeypatch)
    read_checked(run_dir)
    read_checked(run_dir)
    assert len(found) == 2 * 7  # the files are too young to be believed by their times
    grow_old(run_dir)
    found.clear()
    read_checked(run_dir)
    assert found == []
    read_checked(run_dir, cached=False)
    assert len(found) == 7
    found.clear()
    before = part(run_dir).stat()
    flip(part(run_dir))
    os.utime(part(run_dir), ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "its bytes were changed" in refusal(run_dir)
    assert found == ["part-0001.parquet"]


@pytest.mark.parametrize("kind", ["flipped", "cut", "empty", "binary", "a folder", "missing"])
def test_damage_to_what_is_kept_costs_only_a_new_hashing(
    run_dir: Path, kind: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    grow_old(run_dir)
    path = run_dir / CACHE
    text = path.read_bytes()
    path.unlink()
    if kind == "a folder":
        (path / "inside").mkdir(parents=True)
    elif kind != "missing":
        path.write_bytes({"cut": text[:-9], "empty": b"", "binary": os.urandom(99)}.get(kind, text))
    if kind == "flipped":
        flip(path, len(text) // 2)
    found = hashed(monkeypatch)
    read_checked(run_dir)
    assert len(found) == 7
    assert capfd.readouterr() == ("", "")


def test_many_parts_are_as_much_work_as_they_are(tmp_path: Path) -> None:
    def read(count: int) -> Callable[[], object]:
        run_dir = tmp_path / str(count)
        whole = make_run(run_dir, 1)
        write_manifest(
            run_dir, replace(whole, partitions=tuple(replace(whole.partitions[0], partition=n) for n in range(count)))
        )
        return lambda: read_checked(run_dir, cached=False)

    assert_linear(read)
