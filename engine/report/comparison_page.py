"""Two runs side by side as one page that needs no network and no scripts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from engine import __version__
from engine.execution.comparison import OUTCOMES, Comparison
from engine.report.comparison import difference_text, only_lines, outcome_name, outcome_rows, tables_line, value_text
from lake.errors import InputError
from lake.files import write_atomically

VALUES = ("before", "after", "difference")
ALIGNED = "td.number, th.number { text-align: right; }"


def write_comparison(path: Path, comparison: Comparison) -> None:
    """Write the page, whole or not at all; InputError if it can't be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, "".join(_page(comparison)))
    except OSError as error:
        raise InputError(str(path), f"cannot be written: {error.strerror}", "check --html") from None


def _page(comparison: Comparison) -> Iterator[str]:
    title = escape(f"{Path(comparison.first).name} and {Path(comparison.second).name}")
    style = files("engine.report.page").joinpath("page.css").read_text(encoding="utf-8")
    differ = len({outcome.batch for outcome in comparison.outcomes})
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<meta name="generator" content="Smoltworks {__version__}">\n'
        f'<title>{title}</title>\n<link rel="icon" href="data:,">\n'
        f"<style>\n{style}\n{ALIGNED}\n</style>\n</head>\n<body>\n"
        f'<header>\n<p class="maker">Smoltworks</p>\n<h1>{title}</h1>\n'
    )
    if comparison.is_same:
        yield '<p class="lead">Nothing differs: inputs, every table and every outcome are the same.</p>\n</header>\n'
    else:
        what = "One input was" if len(comparison.changes) == 1 else f"{len(comparison.changes):,} inputs were"
        lead = f"{what} changed; {differ:,} of {comparison.batches:,} batches came out otherwise."
        yield f'<p class="lead">{lead}</p>\n</header>\n'
    yield '<main id="main">\n'
    yield from _section(
        "The runs", [f"before: {comparison.first}", f"after: {comparison.second}", *only_lines(comparison)]
    )
    changes = [(c.what, c.key, value_text(c.before), value_text(c.after)) for c in comparison.changes]
    yield from _section("What was changed", [] if changes else ["Nothing in schedule, farm or biology."])
    yield from _table(("of", "key", "before", "after"), changes)
    yield from _section("Tables", [tables_line(comparison)])
    yield from _section("All batches together", ["Means of the batches in which an outcome differs."])
    yield from _table(("outcome", "batches that differ", *VALUES), _means(comparison))
    yield from _section("By batch", [] if comparison.outcomes else ["No outcome differs."])
    yield from _table(("batch", "outcome", *VALUES), outcome_rows(comparison))
    yield f"</main>\n<footer>Smoltworks {__version__}</footer>\n</body>\n</html>\n"


def _means(comparison: Comparison) -> list[tuple[str, ...]]:
    """Of each outcome that is a number: the mean of the batches in which it differs."""
    rows: list[tuple[str, ...]] = []
    for name in OUTCOMES:
        pairs = [
            (float(o.before), float(o.after))
            for o in comparison.outcomes
            if o.outcome == name and isinstance(o.before, int | float) and isinstance(o.after, int | float)
        ]
        if pairs:
            before, after = (sum(side) / len(pairs) for side in zip(*pairs, strict=True))
            texts = (value_text(before), value_text(after), difference_text(after - before))
            rows.append((outcome_name(name), f"{len(pairs):,}", *texts))
    return rows


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield f"<h2>{escape(title)}</h2>\n"
    yield from (f'<p class="caption">{escape(line)}</p>\n' for line in lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    rows = list(rows)
    if not rows:
        return
    kinds = [' class="number"' if name in VALUES else "" for name in head]
    cells = "".join(f'<th scope="col"{kind}>{escape(name)}</th>' for name, kind in zip(head, kinds, strict=True))
    yield f'<div class="scroll"><table>\n<thead><tr>{cells}</tr></thead>\n<tbody>\n'
    for row in rows:
        cells = "".join(f"<td{kind}>{escape(cell)}</td>" for cell, kind in zip(row, kinds, strict=True))
        yield f"<tr>{cells}</tr>\n"
    yield "</tbody>\n</table></div>\n"
