"""Machine code on disk that several processes write: each signature keeps its own."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from engine.simulation.numerics import compilation


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
