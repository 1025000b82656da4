"""Every command and every block of Python in README.md and docs/ does what the page says."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.farm.schedule import Schedule
from engine.farm.schedule_text import format_schedule
from tests.docs.pages import DOCS, ROOT, Unmarked, blocks_in, blocks_of, notebook_block, pages
from tests.docs.playing import BlockFailed, Reader
from tests.faults.shell import Shell
from tests.small_plan import write_schedule

FEW = 12  # blocks that nothing runs
NAMED = "FAR-2023-001"
WITH_BLOCKS = [page for page in pages() if any(not block.kept for block in blocks_of(page))]


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with Shell(tmp_path_factory.mktemp("reader")) as shell:
        yield shell


@pytest.fixture(scope="session")
def schedule(tiny_schedule: Schedule) -> Schedule:
    """The tiny schedule with the batch that the pages name."""
    first, *others = tiny_schedule.batches
    named = replace(tiny_schedule, batches=(replace(first, number=NAMED), *others))
    return replace(named, text=format_schedule(named))


@pytest.fixture(scope="session")
def made(shell: Shell, schedule: Schedule) -> Path:
    """Its run."""
    path = write_schedule(shell.folder, schedule)
    told = shell.run(*("run", "--schedule", path, "--out", shell.folder / "run"))
    assert told.code == 0, told
    return shell.folder / "run"


@pytest.fixture
def reader(shell: Shell, tmp_path: Path, schedule: Schedule, made: Path) -> Reader:
    return Reader(shell=shell, folder=tmp_path, schedule=schedule, run=made)


@pytest.mark.parametrize("page", WITH_BLOCKS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_does_what_the_page_says(reader: Reader, page: Path) -> None:
    blocks = blocks_of(page)
    reader.begin(blocks)
    for block in blocks:
        reader.follow(block)


@pytest.mark.parametrize("notebook", sorted(DOCS.rglob("*.ipynb")), ids=lambda notebook: notebook.name)
def test_every_cell_of_a_notebook_runs(reader: Reader, notebook: Path) -> None:
    reader.begin([])
    reader.follow(notebook_block(notebook))


def test_few_blocks_are_not_run_and_each_says_why() -> None:
    kept = [block for page in pages() for block in blocks_of(page) if block.kept]
    assert len(kept) <= FEW, [f"{block.page}:{block.line}" for block in kept]


@pytest.mark.parametrize(
    "text",
    [
        "```sh\nsmoltworks sql runs/demo 'select nothing from nowhere'\n```\n",
        "```sh\nls | grep -q lake\n```\n",
        "```python\nimport smoltworks\n\nsmoltworks.open_run('runs/demo').table('no_such_table')\n```\n",
        "<!-- exits 2 -->\n\n```sh\nsmoltworks sql runs/demo 'select 1'\n```\n",
    ],
    ids=["a command that fails", "a pipe that fails", "Python that fails", "a command that was to fail"],
)
def test_a_block_with_a_fault_is_caught(reader: Reader, text: str) -> None:
    blocks = blocks_in(text, "page.md")
    reader.begin(blocks)
    with pytest.raises(BlockFailed, match=r"page\.md:\d"):
        reader.follow(*blocks)


def test_a_comment_that_says_nothing_known_is_caught() -> None:
    with pytest.raises(Unmarked, match="later"):
        blocks_in("<!-- later -->\n\n```sh\nls\n```\n", "page.md")


def test_a_block_in_a_list_is_found() -> None:
    (block,) = blocks_in("1. First:\n\n    ```sh\n    ls \\\n      -l\n    ```\n", "page.md")
    assert (block.text, block.line) == ("ls \\\n  -l\n", 4)


def test_the_readers_folder_holds_what_a_clone_holds(reader: Reader) -> None:
    reader.begin([])
    clone = {path.name for path in (ROOT / "schedules").iterdir()}
    assert clone <= {path.name for path in (reader.folder / "schedules").iterdir()}
    shutil.rmtree(reader.folder)
