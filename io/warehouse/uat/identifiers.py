"""Names and texts as SQL spells them, and as Django names indexes and keys."""

from __future__ import annotations

from hashlib import md5

NAME_LIMIT = 63


def django_name(table: str, columns: tuple[str, ...], suffix: str = "") -> str:
    """The name that Django gives an index or a key: parts, shortened, and a digest; at most 63 characters."""
    digest = md5("".join((table, *columns)).encode(), usedforsecurity=False).hexdigest()[:8] + suffix
    joined = "_".join(columns)
    name = f"{table}_{joined}_{digest}"
    if len(name) <= NAME_LIMIT:
        return name
    digest = digest[: NAME_LIMIT // 3]
    length = (NAME_LIMIT - len(digest)) // 2 - 1
    return f"{table[:length]}_{joined[:length]}_{digest}"


def check_name(table: str, column: str) -> str:
    """The name that PostgreSQL gives a column's check: of two long names the longer one is cut first."""
    suffix = "_check"
    while len(f"{table}_{column}{suffix}") > NAME_LIMIT:
        table, column = (table[:-1], column) if len(table) > len(column) else (table, column[:-1])
    return f"{table}_{column}{suffix}"


def quoted(*names: str) -> str:
    """Identifiers for a column list; ours hold no double quote."""
    return ", ".join(f'"{name}"' for name in names)


def qualified(table: str) -> str:
    """A table's name for SQL: quoted, with its schema where it has one."""
    return ".".join(f'"{part}"' for part in table.split("."))


def literal(text: str) -> str:
    """A text as SQL, DuckDB's and PostgreSQL's, spells it."""
    return "'" + text.replace("'", "''") + "'"
