"""The dictionary as a page of the documentation, and a picture of what joins to what.

`python -m engine.report.dictionary_page` writes both into docs/reference.

Both follow from the tables' declaration; a test holds that docs/reference has them as they would be made now.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

from engine.report.dictionary import FAMILY_WORDS
from lake.dictionary import FAMILIES, NO_UNIT, ColumnEntry, TableEntry, dictionary
from lake.tables import SUBJECTS

PAGE, PICTURE = "tables.md", "joins.svg"
HUBS = {"batch": "#0072b2", "container_assignment": "#d55e00", "container": "#009e73"}
HUB_WORDS = {"batch": "batch", "container_assignment": "stay", "container": "container"}
LINE, TOP, WIDTH, GAP, COLUMNS = 17, 34, 590, 20, 2


def page() -> str:
    """Markdown: how tables hang together, then every table with its columns."""
    return "\n".join(_page()) + "\n"


def write_reference(folder: Path) -> list[Path]:
    """Write page and picture; where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in ((PAGE, page()), (PICTURE, picture())):
        (folder / name).write_text(text, encoding="utf-8")
        written.append(folder / name)
    return written


def one_thing_many_names() -> list[tuple[str, dict[str, list[str]]]]:
    """Tables that others refer to by different columns: the target, and who uses which name. Roles are no names."""
    found: dict[str, dict[str, list[str]]] = {}
    for entry in dictionary().values():
        for column in entry.columns:
            if column.joins.endswith(".id") and not column.name.startswith(("source_", "dest_", "from_", "to_")):
                found.setdefault(column.joins[:-3], {}).setdefault(column.name, []).append(entry.name)
    return [(target, names) for target, names in found.items() if len(names) > 1]


def _page() -> Iterator[str]:
    count = len(dictionary())
    columns = sum(len(entry.columns) for entry in dictionary().values())
    yield from (
        "# Tables and columns",
        "",
        f"The {count} tables of a lake and their {columns} columns, from the declaration by which the lake itself is "
        'made. `smoltworks describe TABLE` says the same in a terminal, `smoltworks sql RUN "describe TABLE"` as '
        "rows, and `duckdb_columns()` has it as comments in `RUN/lake.duckdb`.",
        "",
        "## How tables hang together",
        "",
        f"![Tables by subject, and what they join to]({PICTURE})",
        "",
        "Almost every row belongs to a batch (`batch_id`), and most to a batch's stay in one container. A stay is a "
        "row of `container_assignment`; files name it as the application does, views say `assignment_id` everywhere:",
        "",
        "| table | in the files | in views |",
        "| --- | --- | --- |",
    )
    for entry in dictionary().values():
        for column in entry.columns:
            if column.view_name != column.name:
                yield f"| {_link(entry.name)} | `{column.name}` | `{column.view_name}` and `{column.name}` |"
    yield from (
        "",
        "Other things keep the application's names, in files and views alike:",
        "",
        "| what | is called | in |",
        "| --- | --- | --- |",
    )
    for target, names in one_thing_many_names():
        if target != "container_assignment":
            for name, tables in names.items():
                shown = ", ".join(map(_link, tables[:4])) + (f" and {len(tables) - 4} more" if len(tables) > 4 else "")
                yield f"| {_link(target)} | `{name}` | {shown} |"
    yield from (
        "",
        "A column called `..._date` may be a time: `harvest_event.event_date`, `lice_count.count_date`, "
        "`treatment.treatment_date` and others are timestamps in UTC. Days are half-open: a `departure_date` is the "
        "first day elsewhere. Currency is the geography's.",
    )
    for family in FAMILIES:
        yield f"\n## {FAMILY_WORDS[family][0].upper()}{FAMILY_WORDS[family][1:]}"
        for entry in dictionary().values():
            if entry.family == family:
                yield from _table(entry)


def _table(entry: TableEntry) -> Iterator[str]:
    yield f"\n### {entry.name}\n\n{entry.meaning} There is a row for {entry.grain}.\n"
    yield f"Key: {', '.join(f'`{name}`' for name in entry.key)}." + "".join(
        f" Unique too: {', '.join(f'`{name}`' for name in names)}." for names in entry.unique
    )
    yield "\n| column | type | unit | null | joins | meaning |\n| --- | --- | --- | --- | --- | --- |"
    for column in entry.columns:
        unit = "" if column.unit == NO_UNIT else column.unit
        null = "yes" if column.nullable else ""
        cells = (f"`{column.name}`", column.type, unit, null, _joined(column), _cell(column))
        yield "| " + " | ".join(cells) + " |"


def _cell(column: ColumnEntry) -> str:
    codes = "".join(f"<br>`{code}` {words}" for code, words in column.codes.items())
    return column.meaning.replace("|", "\\|") + codes


def _joined(column: ColumnEntry) -> str:
    table, _, name = column.joins.partition(".")
    return f"[{table}.{name}](#{table})" if table else ""


def _link(table: str) -> str:
    return f"[{table}](#{table})"


def picture() -> str:
    """An SVG: a box a subject, its tables under those that they join to, and marks for batch, stay and container."""
    heights = [0] * COLUMNS
    boxes = []
    for title, names in SUBJECTS.items():
        lines = list(_tree(names))
        column = heights.index(min(heights))
        x, y = GAP + column * (WIDTH + GAP), 92 + heights[column]
        height = TOP + LINE * len(lines) + 8
        boxes.append(_box(title, lines, place=(x, y), height=height))
        heights[column] += height + GAP
    width, height = GAP + COLUMNS * (WIDTH + GAP), 92 + max(heights)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            'font-family="system-ui, sans-serif" font-size="13" role="img" aria-labelledby="title">',
            '<title id="title">The lake&#39;s tables by subject, and what each joins to</title>',
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            f'<text x="{GAP}" y="32" font-size="20" font-weight="600" fill="#1a1a1a">What joins to what</text>',
            *_legend(),
            *boxes,
            "</svg>",
            "",
        ]
    )


def _legend() -> Iterator[str]:
    words = {
        "batch": "has a batch_id",
        "container_assignment": "belongs to a stay (assignment_id in views)",
        "container": "has a container_id",
    }
    x = GAP
    for hub, colour in HUBS.items():
        yield _mark(x, 56, colour, HUB_WORDS[hub][0].upper())
        yield f'<text x="{x + 20}" y="66" fill="#333">{words[hub]}</text>'
        x += 60 + 7 * len(words[hub])
    yield f'<text x="{x}" y="66" fill="#333">indented: joins to the table above it; → joins to another</text>'


def _mark(x: float, y: float, colour: str, letter: str) -> str:
    return (
        f'<rect x="{x}" y="{y - 2}" width="15" height="14" rx="3" fill="{colour}"/>'
        f'<text x="{x + 7.5}" y="{y + 9}" font-size="10" font-weight="700" text-anchor="middle" fill="#fff">'
        f"{letter}</text>"
    )


def _tree(names: tuple[str, ...]) -> Iterator[tuple[int, str, list[str]]]:
    """(depth, table, other joins): each table under the one of the same subject that it joins to."""
    parents: dict[str, str] = {}
    for name in names:
        targets = [t for t in _targets(name) if t in names and t not in HUBS and t != name]
        found = next((t for t in targets if not _leads(parents, t, name)), "")
        if found:
            parents[name] = found

    def below(parent: str, depth: int) -> Iterator[tuple[int, str, list[str]]]:
        for name in names:
            if parents.get(name, "") == parent:
                yield depth, name, [t for t in _targets(name) if t not in {parent, *HUBS}]
                yield from below(name, depth + 1)

    yield from below("", 0)


def _leads(parents: dict[str, str], start: str, end: str) -> bool:
    while start and start != end:
        start = parents.get(start, "")
    return start == end


def _targets(name: str) -> list[str]:
    return list(dict.fromkeys(c.joins.partition(".")[0] for c in dictionary()[name].columns if c.joins))


def _box(title: str, lines: list[tuple[int, str, list[str]]], *, place: tuple[int, int], height: int) -> str:
    x, y = place
    parts = [
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{height}" rx="6" fill="#f7f9fa" stroke="#b9c4cc"/>',
        f'<text x="{x + 12}" y="{y + 22}" font-weight="600" fill="#1a1a1a">{escape(title)}</text>',
    ]
    for n, (depth, name, others) in enumerate(lines):
        at = y + TOP + LINE * n
        left = x + 66 + 16 * depth
        targets = set(_targets(name))
        for k, (hub, colour) in enumerate(HUBS.items()):
            if hub in targets and name != hub:
                parts.append(_mark(x + 10 + 17 * k, at, colour, HUB_WORDS[hub][0].upper()))
        if depth:
            parts.append(f'<path d="M{left - 10} {at - 4}v8h7" fill="none" stroke="#7a8892"/>')
        more = f'<tspan fill="#5a6872" font-size="11">  → {escape(", ".join(others))}</tspan>' if others else ""
        parts.append(f'<text x="{left}" y="{at + 10}" fill="#1a1a1a" xml:space="preserve">{name}{more}</text>')
    return "\n".join(parts)


if __name__ == "__main__":
    for path in write_reference(Path(*sys.argv[1:2] or ("docs/reference",))):
        sys.stdout.write(f"{path}\n")
