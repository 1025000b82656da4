"""The journal survives a kill in the middle of a line, and a damaged line costs what that line told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lake.errors import InputError
from lake.journal import Ended, Forecast, Journal, Told
from lake.sealed import seal

ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
LINE = st.builds(Forecast, at=st.floats(0.0, 2e9), events=st.integers(0, 2**40)) | st.builds(
    Ended, at=st.floats(0.0, 2e9), status=st.text(max_size=12), seconds=st.floats(0.0, 1e6)
)
LINES = st.lists(LINE, max_size=5)
LAST = Ended(at=1.0, status="cut short by a kill, wherever that is", seconds=1.0)


def written(folder: Path, lines: list[Forecast | Ended]) -> Journal:
    journal = Journal(folder)
    journal.path.unlink(missing_ok=True)
    for line in lines:
        journal.append(line)
    return journal


@ONE_FOLDER
@given(before=LINES, after=LINES, cut=st.integers(1, 40))
def test_a_journal_with_a_cut_last_line_keeps_every_whole_one(
    before: list[Forecast | Ended], after: list[Forecast | Ended], cut: int, tmp_path: Path
) -> None:
    journal = written(tmp_path, [*before, LAST])
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole[:-cut])
    kept = [*before, *([LAST] if cut == 1 else [])]  # only the line's end is gone
    assert journal.read() == Told(tuple(kept), "")
    for line in after:
        journal.append(line)
    assert journal.read().lines == (*kept, *after)


@ONE_FOLDER
@given(lines=st.lists(LINE, min_size=1, max_size=5), at=st.floats(0.0, 1.0, exclude_max=True), flip=st.integers(1, 255))
def test_a_flipped_byte_costs_the_line_that_it_is_in(
    lines: list[Forecast | Ended], at: float, flip: int, tmp_path: Path
) -> None:
    journal = written(tmp_path, lines)
    text = bytearray(journal.path.read_bytes())
    place = int(at * len(text))
    struck = bytes(text[:place]).count(b"\n")
    text[place] ^= flip
    journal.path.write_bytes(text)
    told = journal.read()
    # where the end of a line was struck, the next one is lost with it
    assert set(told.lines) >= {line for n, line in enumerate(lines) if n not in (struck, struck + 1)}
    assert set(told.lines) <= set(lines)
    assert len(told.lines) == len(lines) or told.problem or struck >= len(lines) - 1


@pytest.mark.parametrize("text", ["", "\n", "\0" * 40, "{}\n", "[1]\n", "\xff\n", seal({"event": "ended"}) + "\n"])
def test_a_journal_that_tells_nothing_says_what_is_wrong(tmp_path: Path, text: str) -> None:
    journal = written(tmp_path, [LAST])
    journal.path.write_text(text, encoding="latin-1")
    assert journal.read().lines == ()
    assert journal.read().problem or not text.endswith("\n")
    journal.append(LAST)
    assert journal.read().lines == (LAST,)
    journal.rewrite([LAST, LAST])
    assert journal.read() == Told((LAST, LAST))


def test_a_folder_in_its_place_gives_way(tmp_path: Path) -> None:
    Journal(tmp_path).path.mkdir(parents=True)
    assert Journal(tmp_path).read().problem
    Journal(tmp_path).rewrite([LAST])
    assert Journal(tmp_path).read().lines == (LAST,)


def test_a_journal_of_another_version_is_known_as_such(tmp_path: Path) -> None:
    journal = written(tmp_path, [LAST])
    for first in (json.dumps({"event": "begun", "pid": 1}), seal({"format": "smoltworks-run/5", "event": "begun"})):
        journal.path.write_text(first + "\n")
        with pytest.raises(InputError, match="another version"):
            journal.read()


def test_there_is_no_journal_before_its_first_line(tmp_path: Path) -> None:
    assert Journal(tmp_path).read() == Told()
    assert not Journal(tmp_path).path.exists()
