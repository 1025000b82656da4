"""The note of where a run was loaded: damaged in any way it is one message, and another load puts it right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lake.errors import InputError
from lake.sealed import seal
from tests.warehouse import small_lake
from warehouse.loaded_target import FILE, forget_load, loaded_target, record_load

DSN = "host=example.org dbname=uat"


def flipped(path: Path) -> None:
    text = bytearray(path.read_bytes())
    text[text.index(b"uat")] ^= 1
    path.write_bytes(text)


def folder(path: Path) -> None:
    path.unlink()
    (path / "inside").mkdir(parents=True)


def dangling(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:40]),
    "empty": lambda path: path.write_bytes(b""),
    "binary": lambda path: path.write_bytes(b"\xff\xfe\0\1"),
    "nul": lambda path: path.write_bytes(bytes(200)),
    "flipped": flipped,
    "of another shape": lambda path: path.write_text(seal({"kind": "server"})),
    "of another kind": lambda path: path.write_text(seal({"kind": "moon", "dsn": "", "fingerprint": "f1"})),
    "with other types": lambda path: path.write_text(seal({"kind": "server", "dsn": 7, "fingerprint": "f1"})),
    "a list": lambda path: path.write_text("[1, 2]"),
    "unsealed": lambda path: path.write_text('{"kind": "server", "dsn": "", "fingerprint": "f1"}'),
    "a folder": folder,
    "a link to nowhere": dangling,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_note_is_told_and_put_right_by_the_next_load(damage: str, tmp_path: Path) -> None:
    manifest = small_lake.build(tmp_path)
    record_load(tmp_path, manifest, DSN)
    DAMAGES[damage](tmp_path / FILE)
    with pytest.raises(InputError, match=r"damaged: .*\n  load again into the same database"):
        loaded_target(tmp_path)
    record_load(tmp_path, manifest, DSN)
    target = loaded_target(tmp_path)
    assert target is not None
    assert set(target.dsn.split()) == set(DSN.split())


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_note_stops_no_removal(damage: str, tmp_path: Path) -> None:
    manifest = small_lake.build(tmp_path)
    record_load(tmp_path, manifest, DSN)
    DAMAGES[damage](tmp_path / FILE)
    forget_load(tmp_path, DSN)
    assert loaded_target(tmp_path) is None
