"""The table of docs/readers.md is one run of make readers, of all readers, and nobody's hand has been in it since."""

from __future__ import annotations

from tests.readers.environments import READERS
from tests.readers.page import FILE, parted, seal

PAGE = FILE.read_text(encoding="utf-8")


def test_the_table_is_as_the_tool_wrote_it() -> None:
    _, mark, told, _ = parted(PAGE)
    assert mark == seal(told), "docs/readers.md was edited between its marks: make readers writes it"


def test_it_tells_of_every_reader_that_there_is_on_one_run() -> None:
    _, _, told, _ = parted(PAGE)
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in told.splitlines() if line[:2] == "| "]
    assert [line[0] for line in lines[1:]] == [reader.name for reader in READERS]
    assert len({line[2] for line in lines[1:]}) == 1, "tables opened"
    assert {line[3] for line in lines[1:]} == {"the same"}
    assert all(line[1] for line in lines[1:])


def test_an_edit_breaks_the_seal() -> None:
    _, mark, told, _ = parted(PAGE)
    assert seal(told.replace("the same", "the  same")) != mark
