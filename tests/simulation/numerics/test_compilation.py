"""The kernels' cache: its folder changes with what changes machine code, and each signature keeps its own."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from engine.simulation.numerics import compilation, kernel_cache, known_types

PRINTS_FOLDER = """
import sys
from pathlib import Path
from engine.simulation.numerics import arithmetic
from engine.simulation.numerics.compilation import cache_folder
print(cache_folder(sys.argv[1], Path(arithmetic.__file__)))
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
    kept = kernel_cache._HashedFile
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


def a_kernels_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(compilation.config, "CACHE_DIR", str(folder))
    kernel: Any = compilation.kernel(halved)
    return kernel._cache._cache_file


def test_a_damaged_file_counts_as_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any byte flipped, any end cut, one file in another's place: numba alone would crash, or run it."""
    kept = a_kernels_cache(tmp_path, monkeypatch)
    for name in ("float64", "int64"):
        kept.save(name, f"code of {name}")
    index, (first, second) = Path(kept._index_path), (Path(kept._data_path(kept._data_name(n))) for n in (1, 2))
    for file in (index, first):
        whole = file.read_bytes()
        for at in range(len(whole)):
            file.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
            assert kept.load("float64") is None
            file.write_bytes(whole[:at])
            assert kept.load("float64") is None
        file.write_bytes(whole)
    first.write_bytes(second.read_bytes())
    assert kept.load("float64") is None
    assert kept.load("int64") == "code of int64"
    index.write_bytes(b"")
    kept.save("int64", "code of int64")  # under the name that the other signature had
    assert (kept.load("float64"), kept.load("int64")) == (None, "code of int64")


def test_a_cache_that_is_full_or_gone_keeps_nothing_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Any, key: Any, data: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(kernel_cache._HashedFile, "save", full)
    monkeypatch.setattr(kernel_cache, "_problem", "")
    monkeypatch.setattr(compilation.config, "CACHE_DIR", str(tmp_path))
    kernel: Any = compilation.kernel(halved)
    assert kernel(3.0) == 1.5
    assert "No space left on device" in kernel_cache.cache_problem()


def summed(x: float) -> float:
    return (x + x) * x + abs(x)


def test_a_call_is_typed_once_for_all_kernels_and_as_numba_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, look, usual = [], known_types._look, known_types.functions.BaseFunction.get_call_type

    def noting(*given: Any) -> Any:
        looked.append(given)
        return look(*given)

    monkeypatch.setattr(known_types, "_look", noting)
    monkeypatch.setattr(known_types, "_found", {})
    monkeypatch.setattr(compilation.config, "CACHE_DIR", "")
    monkeypatch.setattr(compilation, "cache_folder", lambda *_: "")
    kernels: list[Any] = [compilation.kernel(summed) for _ in range(2)]
    first, second = kernels
    numbas = compilation.njit(fastmath=False, error_model="numpy", no_cfunc_wrapper=True)(summed)
    assert first(-3.0) == 21.0
    assert 0 < len(looked) == len(known_types._found)
    looked.clear()
    assert second(-3.0) == numbas(-3.0) == 21.0
    assert not looked
    assert known_types.functions.BaseFunction.get_call_type is usual
    code = [re.sub(r"6summedB\d+v\d+", "", *kernel.inspect_asm().values()) for kernel in (*kernels, numbas)]
    assert len(set(code)) == 1
    assert second(-3) == 21  # other types, of which it is looked for anew
    assert looked


def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The user's caches and the temporary folder, both below the test's own."""
    caches, temporary = tmp_path / "caches", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(caches))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(temporary))
    monkeypatch.setattr(kernel_cache, "_problem", "")
    return caches, temporary


def test_a_cache_is_kept_in_a_folder_that_is_ours_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    caches, temporary = folders(tmp_path, monkeypatch)
    before = os.umask(0)
    try:
        found = Path(kernel_cache.own_folder("", "hash"))
    finally:
        os.umask(before)
    assert found == caches / "smoltworks/kernels/hash"
    assert [each.stat().st_mode & 0o777 for each in (found, found.parent, found.parent.parent)] == [0o700] * 3
    found.chmod(0o777)
    assert Path(kernel_cache.own_folder("", "hash")).stat().st_mode & 0o022 == 0
    assert kernel_cache.cache_problem() == ""
    assert not any(temporary.iterdir())


@pytest.mark.parametrize("way", ["file", "link", "relative", "another's"])
def test_caches_in_the_way_leave_the_temporary_folder(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    caches, temporary = folders(tmp_path, monkeypatch)
    if way == "file":
        caches.write_text("")
    elif way == "link":
        (tmp_path / "elsewhere").mkdir()
        caches.mkdir()
        (caches / "smoltworks").symlink_to(tmp_path / "elsewhere")
    elif way == "relative":
        monkeypatch.setenv("XDG_CACHE_HOME", "caches")
        monkeypatch.setenv("HOME", str(tmp_path / "no" / "home"))
        (tmp_path / "no").write_text("")
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 54321)
    found = kernel_cache.own_folder("", "hash")
    if way == "another's":  # then what is made here is another's too
        assert found == ""
        assert "belongs to another user" in kernel_cache.cache_problem()
    else:
        assert Path(found) == temporary / f"smoltworks-{os.geteuid()}/kernels/hash"
        assert kernel_cache.cache_problem() == ""


def test_no_home_and_no_temporary_folder_leave_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders(tmp_path, monkeypatch)

    def none(*_: object) -> None:
        raise FileNotFoundError("no usable temporary directory")

    def nowhere(*_: object) -> None:
        raise RuntimeError("could not determine home directory")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", nowhere)
    monkeypatch.setattr(tempfile, "gettempdir", none)
    assert kernel_cache.own_folder("", "hash") == ""
    assert kernel_cache.cache_problem()
