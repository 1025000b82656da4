"""Files are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from lake.files import write_atomically


def test_a_failed_write_leaves_the_old_text(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    write_atomically(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "new \ud800")
    assert path.read_text() == "old"
