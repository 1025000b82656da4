"""Tables of a page, with what stands in their cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> str:
    """A table of cells that are HTML already; the first cell of a row is its heading."""

    def kind(at: int) -> str:
        return ' class="n"' if at in numbers else ""

    head = "".join(f'<th scope="col"{kind(i)}>{escape(text)}</th>' for i, text in enumerate(heads))
    lines = []
    for row in rows:
        first, *rest = row
        cells = "".join(f"<td{kind(i)}>{cell}</td>" for i, cell in enumerate(rest, 1))
        lines.append(f'<tr><th scope="row"{kind(0)}>{first}</th>{cells}</tr>')
    return (
        f'<div class="scroll" tabindex="0"><table class="wide"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def bar(value: float, most: float) -> str:
    """A bar as long as the value's share."""
    return f'<span class="share"><i style="width:{100 * value / most if most else 0:.1f}%"></i></span>'


def code(line: str) -> str:
    """A shell line as code."""
    return f"<code>{escape(line)}</code>"
