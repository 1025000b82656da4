"""The pages: where they are, and the fenced blocks in them with what a comment says of how to run them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>[\w-]*)(?P<rest>[^\n]*)\n(?P<body>.*?)^(?P=indent)```[ \t]*$", re.M | re.S
)
TITLE = re.compile(r'title="([^"/]+)"')
MARK = re.compile(r"<!--\s*(?P<words>[^>]*?)\s*-->\s*\Z")
LANGUAGES = ("sh", "python")


class Unmarked(AssertionError):
    """A comment before a block that says nothing that is known."""


@dataclass(frozen=True)
class Block:
    """A fenced block. line: its first, from 1; file: the name that it is saved under, if any.

    code: the exit code that it is to end with; kept: why it is not run.
    """

    page: str
    line: int
    language: str
    text: str
    file: str = ""
    code: int = 0
    kept: str = ""


def pages() -> list[Path]:
    """README.md and every page of docs/, in order."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def blocks_of(page: Path) -> list[Block]:
    """The blocks of a page that a reader can run or save."""
    return blocks_in(page.read_text(encoding="utf-8"), str(page.relative_to(ROOT)))


def blocks_in(text: str, page: str) -> list[Block]:
    """The same of a page's text. `<!-- not run: WHY -->` or `<!-- exits 2 -->` may stand before a block."""
    found = []
    for fence in FENCE.finditer(text):
        title = TITLE.search(fence["rest"])
        if fence["language"] not in LANGUAGES and title is None:
            continue
        line = text.count("\n", 0, fence.start("body")) + 1
        body = "".join(each.removeprefix(fence["indent"]) for each in fence["body"].splitlines(keepends=True))
        code, kept = _told(text[: fence.start()], f"{page}:{line}")
        file = title[1] if title else ""
        found.append(
            Block(page=page, line=line, language=fence["language"], text=body, file=file, code=code, kept=kept)
        )
    return found


def notebook_block(notebook: Path) -> Block:
    """A notebook's cells as one block, as they run one after the other."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return Block(page=str(notebook.relative_to(ROOT)), line=1, language="python", text="\n\n".join(code))


def _told(before: str, where: str) -> tuple[int, str]:
    """The exit code that a block is to end with, and why it is not run, by the comment before it."""
    mark = MARK.search(before)
    if mark is None:
        return 0, ""
    words = mark["words"]
    if why := re.fullmatch(r"not run: (.{8,})", words, re.S):
        return 0, why[1]
    if code := re.fullmatch(r"exits (\d+)", words):
        return int(code[1]), ""
    raise Unmarked(f"{where}: '{words}' is neither 'not run: WHY' nor 'exits CODE'")
