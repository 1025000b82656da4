"""Bytes that rot and files that are not what they were: read by a command, then mended as it says."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.faults.drawing import Draw
from tests.faults.evidence import Broken, require_plain, run_bytes
from tests.faults.judging import require_mended, require_same, require_true
from tests.faults.workshop import RUN, TABLE, Workshop

RECORDS = ("manifest.json", "schedule.yaml", "farms/small-farm.yaml", "biology/published.yaml", "logs/run.jsonl")
QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("verify", RUN, "--only", "20_counts", "--json"),
    ("sql", RUN, TABLE, "--json"),
    ("table", RUN, TABLE),
    ("report", RUN, "--json"),
    ("status", RUN, "--json"),
    ("resume", RUN),
)
QUERY = "select count(*) as n, bit_xor(hash(t)) as h from {} t"
NUMBER = re.compile(rb'("?(?:events|rows|bytes|eggs)"?: )(\d+)')
Change = Callable[[bytes, float, int], bytes]


def flip(data: bytes, at: float, value: int) -> bytes:
    """One byte other than it was."""
    where = int(at * len(data))
    return data[:where] + bytes([data[where] ^ (value or 1)]) + data[where + 1 :]


def cut(data: bytes, at: float, value: int) -> bytes:
    return data[: int(at * len(data))]


def zero(data: bytes, at: float, value: int) -> bytes:
    """A page of zeros, as a file system leaves that had no time to write."""
    where = int(at * len(data))
    size = min(1 + 16 * value, len(data) - where)
    return data[:where] + bytes(size) + data[where + size :]


def lengthen(data: bytes, at: float, value: int) -> bytes:
    """Some of its own bytes once more at the end."""
    return data + data[int(at * len(data)) :]


def leave_out(data: bytes, at: float, value: int) -> bytes:
    """Some bytes missing in the middle."""
    where = int(at * len(data))
    return data[:where] + data[where + 1 + value :]


CHANGES: tuple[Change, ...] = (flip, cut, zero, lengthen, leave_out)


@dataclass(frozen=True)
class ByByte:
    """Some changes to files of a whole run, and the command that then reads it."""

    changes: tuple[tuple[str, str, float, int], ...]  # file, change, where, value
    question: tuple[str, ...]

    @staticmethod
    def drawn(draw: Draw, shop: Workshop) -> ByByte:
        question = draw.pick(QUESTIONS)
        changes = tuple(
            (_file(draw, shop), draw.pick(CHANGES).__name__, draw.share(), draw.integer(1, 255))
            for _ in range(draw.integer(1, 3))
        )
        return ByByte(changes, _about(question, changes[0][0]))

    def play(self, shop: Workshop) -> str:
        with shop.copy() as run_dir:
            for name, change, at, value in self.changes:
                path = run_dir / name
                before = path.read_bytes()
                path.write_bytes(BY_NAME[change](before, at, value) if before else before)
            return _judge(shop, run_dir, self.question)


BY_NAME = {change.__name__: change for change in CHANGES}


def _missing(shop: Workshop, path: Path) -> None:
    path.unlink()


def _empty(shop: Workshop, path: Path) -> None:
    path.write_bytes(b"")


def _binary(shop: Workshop, path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 8)


def _nul(shop: Workshop, path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _of_another_run(shop: Workshop, path: Path) -> None:
    shutil.copyfile(shop.other / path.relative_to(shop.folder / "case" / RUN), path)


def _of_another_version(shop: Workshop, path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data.replace(b"smoltworks-run/", b"smoltworks-run/9").replace(b'"version": "', b'"version": "9.'))


def _another_shape(shop: Workshop, path: Path) -> None:
    path.write_bytes(b"[]\n")


def _folder(shop: Workshop, path: Path) -> None:
    path.unlink()
    path.mkdir()


def _full_folder(shop: Workshop, path: Path) -> None:
    _folder(shop, path)
    (path / path.name).write_bytes(b"x")


def _dangling(shop: Workshop, path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def _twice(shop: Workshop, path: Path) -> None:
    """Beside the file, a copy that a reader of `*` would take for another part."""
    stem, _, number = path.stem.rpartition("-")
    copied = path.with_name(
        f"{stem}-{int(number) + 7:04d}{path.suffix}" if number.isdigit() else f".{path.name}.4711.tmp"
    )
    shutil.copyfile(path, copied)


def _exchanged(shop: Workshop, path: Path) -> None:
    """Its bytes for those of its neighbour in the folder, and the other way about."""
    others = sorted(p for p in path.parent.iterdir() if p.is_file() and p != path)
    if others:
        between = path.with_name("between")
        path.rename(between)
        others[0].rename(path)
        between.rename(others[0])


def _half_written(shop: Workshop, path: Path) -> None:
    """Beside the file, what a killed process had of a newer one."""
    path.with_name(f".{path.name}.4711.tmp").write_bytes(path.read_bytes()[:100])


def _another_number(shop: Workshop, path: Path) -> None:
    """One number one higher, as a hand would have it."""
    path.write_bytes(NUMBER.sub(lambda found: found[1] + str(int(found[2]) + 1).encode(), path.read_bytes(), count=1))


HAPPENINGS: dict[str, Callable[[Workshop, Path], None]] = {
    "missing": _missing,
    "empty": _empty,
    "binary": _binary,
    "zeros": _nul,
    "another shape": _another_shape,
    "of another run": _of_another_run,
    "of another version": _of_another_version,
    "a folder in its place": _folder,
    "a folder with a file in its place": _full_folder,
    "a dangling link": _dangling,
    "twice": _twice,
    "exchanged": _exchanged,
    "half written": _half_written,
    "another number": _another_number,
}


@dataclass(frozen=True)
class ByFile:
    """What happened to some files of a whole run, and the command that then reads it."""

    happenings: tuple[tuple[str, str], ...]  # file, what
    question: tuple[str, ...]

    @staticmethod
    def drawn(draw: Draw, shop: Workshop) -> ByFile:
        question = draw.pick(QUESTIONS)
        found = {_file(draw, shop): draw.pick(tuple(HAPPENINGS)) for _ in range(draw.integer(1, 2))}
        return ByFile(tuple(found.items()), _about(question, next(iter(found))))

    def play(self, shop: Workshop) -> str:
        with shop.copy() as run_dir:
            for name, what in self.happenings:
                if os.path.lexists(run_dir / name):
                    HAPPENINGS[what](shop, run_dir / name)
            return _judge(shop, run_dir, self.question)


def _file(draw: Draw, shop: Workshop) -> str:
    """A record or a part, each kind as often."""
    if draw.integer(0, 1):
        return draw.pick([name for name in shop.files if name not in RECORDS])
    return draw.pick([name for name in RECORDS if name in shop.files])


def _about(question: tuple[str, ...], file: str) -> tuple[str, ...]:
    """The question, about the table of the file where it is about one."""
    table = file.split("/")[1] if file.startswith("lake/") else "batch"
    words = {TABLE: QUERY.format(table) if question[0] == "sql" else table}
    return tuple(words.get(word, word) for word in question)


def _judge(shop: Workshop, run_dir: Path, question: tuple[str, ...]) -> str:
    """The right answer, or a refusal whose cure works; a right answer must not hide that the cure is needed."""
    if question[0] == "resume":
        line = ("run", "--schedule", str(shop.schedule), "--out", str(run_dir), "--resume")
        told = shop.run(*line, folder=run_dir.parent)
        require_plain(told)
        if told.code == 0:
            try:
                require_same(shop, run_dir)
            except Broken as broken:
                raise Broken(f"{broken}\n{told}") from None
            return "mended"
        require_mended(shop, told, run_dir)
        return "refused and mended"
    told = shop.run(*shop.spelled(question, run_dir), folder=run_dir.parent)
    if require_true(shop, told, question, run_dir):
        if question[0] == "verify":
            require_parts(shop, run_dir, str(told))
        return "the right answer"
    require_mended(shop, told, run_dir)
    return "refused and mended"


def require_parts(shop: Workshop, run_dir: Path, told: str) -> None:
    """A verification that passes has seen every byte of the lake, and every name in it."""
    whole = {n: h for n, h in shop.recorded.items() if n.startswith("lake/")}
    if {n: h for n, h in run_bytes(run_dir).items() if n.startswith("lake/")} != whole:
        raise Broken(f"verified, but the lake is not the one of the manifest\n{told}")
