"""Sentences laid out for a screen: broken between words, while a command or a path stays whole to be copied."""

from __future__ import annotations

import re
import textwrap

from lake.next_step import beginnings

LEAST = 20  # characters a line, however narrow the screen


def wrapped(text: str, width: int) -> str:
    """Each line of a text in lines of at most `width` characters; a command or a longer word is left whole."""
    return "\n".join(_wrapped(line, max(width, LEAST)) for line in text.split("\n"))


def beside(name: str, text: str, width: int, *, broad: int) -> str:
    """A name, right-aligned in `broad` characters, and a text beside it, whose further lines begin below its first."""
    lines = [each for line in text.split("\n") for each in _lines(line, max(width - broad - 2, LEAST)) or [""]]
    return f"\n{'':{broad}}  ".join([f"{name:>{broad}}  {lines[0]}", *lines[1:]])


def _wrapped(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    command = re.search(rf"(?:^|(?<= ))(?:\S*/)?(?:{'|'.join(map(re.escape, beginnings()))}) ", line)
    words = line if command is None else line[: command.start()].rstrip()
    lines = _lines(words, width, indent + "  ")
    if command is not None:
        lines.append(f"{indent}{'  ' if lines else ''}{line[command.start() :]}")
    return "\n".join(lines)


def _lines(line: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
