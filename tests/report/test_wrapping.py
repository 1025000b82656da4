"""What a terminal shows breaks between words; what is to be copied, and what goes to a file, doesn't break."""

from __future__ import annotations

import io
from typing import TextIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table

from engine.report.console import say
from engine.report.streams import Trimmed
from engine.report.wrapping import LEAST, beside, wrapped
from lake.next_step import command

WORDS = st.lists(st.text("abcdefg-_/.", min_size=1, max_size=30), min_size=1, max_size=30)


@given(words=WORDS, width=st.integers(1, 130), indent=st.integers(0, 6))
def test_no_word_is_broken_or_lost_and_no_line_is_longer_than_it_must_be(
    words: list[str], width: int, indent: int
) -> None:
    lines = wrapped(" " * indent + " ".join(words), width).split("\n")
    assert [word for line in lines for word in line.split()] == words
    for line in lines:
        assert len(line) <= max(width, LEAST) or len(line.split()) == 1


def test_a_command_stays_on_one_line() -> None:
    again = command("run", "--schedule", "/a long path/to a schedule.yaml", "--out", "runs/demo", "--resume")
    told = wrapped(f"  3 of 14 partitions failed; what is whole is kept. To finish: {again}", 40)
    assert told.split("\n")[-1] == f"    {again}"
    assert wrapped(f"  {again}", 40) == f"  {again}"


@pytest.mark.parametrize(
    "line",
    [
        "cd 'runs/my run' && duckdb lake.duckdb -c \"select status, count(*) from batch group by status\"",
        "/usr/lib/postgresql/bin/psql 'host=/a/folder/that is far away/postgres port=5432 dbname=postgres'",
    ],
)
def test_another_programs_command_stays_on_one_line_too(line: str) -> None:
    assert wrapped(f"database  keep it up, and open it by: {line}", 60).split("\n")[-1].strip() == line


@given(words=WORDS, width=st.integers(40, 130))
def test_a_row_too_wide_for_the_screen_has_its_values_below_each_other(words: list[str], width: int) -> None:
    text = " ".join(words)
    lines = beside("meaning", text, width, broad=12).split("\n")
    assert [line[14:] for line in lines] == [" ".join(line[14:].split()) for line in lines]
    assert {line[:14] for line in lines[1:]} <= {" " * 14}
    assert [word for line in lines for word in line[14:].split()] == words
    assert all(len(line) <= width or len(line[14:].split()) == 1 for line in lines)


def test_a_file_gets_a_sentence_and_a_row_on_a_line_each() -> None:
    file = io.StringIO()
    screen = Console(file=cast("TextIO", Trimmed(file)), width=10_000)
    table = Table("name", "value", box=None, pad_edge=False)
    table.add_row("[b]" * 50, "x" * 200)
    say(screen, "a word [b] " * 60)
    screen.print(table)
    lines = file.getvalue().split("\n")
    assert len(lines) == 4
    assert lines[0] == ("a word [b] " * 60).rstrip()
    assert lines[2].endswith("x" * 200)
    assert all(line == line.rstrip() for line in lines)
