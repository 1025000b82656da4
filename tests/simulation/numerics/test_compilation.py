"""The kernels' cache: its folder changes with what changes machine code, and each signature keeps its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from engine.simulation.numerics import compilation

PRINTS_FOLDER = """
import sys
from engine.simulation.numerics.compilation import cache_folder
print(cache_folder(sys.argv[1]))
"""


def folder_under(root: Path, **settings: str) -> str:
    """The cache's folder in a process of its own, with numba's settings from the environment."""
    numba = {name: value for name, value in os.environ.items() if name.startswith("NUMBA_")}
    plain = {name: value for name, value in os.environ.items() if name not in numba}
    environment = {**plain, "PYTHONPATH": os.pathsep.join(sys.path), **settings}
    command = [sys.executable, "-c", PRINTS_FOLDER, str(root)]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


def test_settings_that_change_machine_code_have_caches_of_their_own(tmp_path: Path) -> None:
    usual = folder_under(tmp_path)
    assert Path(usual).parent == tmp_path
    assert folder_under(tmp_path) == usual
    changed = [{"NUMBA_BOUNDSCHECK": "1"}, {"NUMBA_OPT": "0"}, {"NUMBA_BOUNDSCHECK": "1", "NUMBA_OPT": "0"}]
    assert len({usual, *(folder_under(tmp_path, **settings) for settings in changed)}) == 4


def halved(x: float) -> float:
    return 0.5 * x


def test_what_two_save_at_once_is_found_by_each_signature(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = compilation.caching.IndexDataCacheFile
    load = kept._load_index

    def dawdling(self: Any) -> Any:
        found = load(self)
        time.sleep(0.1)  # the other has read the index by then
        return found

    monkeypatch.setattr(kept, "_load_index", dawdling)
    monkeypatch.setattr(compilation.config, "CACHE_DIR", str(tmp_path))
    kernels: list[Any] = [compilation.kernel(halved) for _ in range(2)]
    files = [kernel._cache._cache_file for kernel in kernels]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda file, name: file.save(name, f"code of {name}"), files, ("float64", "int64")))
    assert [files[0].load(name) for name in ("float64", "int64")] == ["code of float64", "code of int64"]
