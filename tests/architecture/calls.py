"""The shape of calls: few parameters, few arguments by position, records built by keyword; and modules of a size."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.architecture.source import Module, Offence, Source

MOST_PARAMETERS = 8
MOST_BY_POSITION = 4
LEAST_FIELDS = 3  # of a record that is built by keyword
MOST_LINES = 400
FRONT_DOOR = "smoltworks"
# declarations that read as the rows of a table: a name, its type or meaning, and the rest by keyword alone
DECLARATIONS = {"lake.tables.declaration": {"Column", "Table"}}
# foreign functions whose arguments are all of one kind, as many as there are
ALIKE = {"zip", "min", "max", "print", "format", "select", "with_columns", "agg", "col", "add_row", "one_of", "tuples"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Names:
    """What a module defines at its top: its functions and its records, with the number of their fields."""

    functions: dict[str, Function] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)


def names_of(module: Module) -> Names:
    names = Names()
    for node in module.tree.body:
        if isinstance(node, Function):
            names.functions[node.name] = node
        elif isinstance(node, ast.ClassDef) and _is_record(node) and node.name not in DECLARATIONS.get(module.name, ()):
            names.records[node.name] = _fields(node)
    return names


def _is_record(node: ast.ClassDef) -> bool:
    decorators = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    return any(_last(d) == "dataclass" for d in decorators) or any(_last(b) == "NamedTuple" for b in node.bases)


def _fields(node: ast.ClassDef) -> int:
    """The number of fields of its own that a record is built with."""
    own = [n for n in node.body if isinstance(n, ast.AnnAssign) and "ClassVar" not in ast.unparse(n.annotation)]
    return sum("init=False" not in ast.unparse(n) for n in own)


def _last(node: ast.expr) -> str:
    """The last word of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def too_many_parameters(source: Source) -> Iterator[Offence]:
    """Functions of more than MOST_PARAMETERS; a command's options and the front door's keywords aside."""
    for module in source.modules.values():
        for node in ast.walk(module.tree):
            if isinstance(node, Function) and (count := _parameters(module, node)) > MOST_PARAMETERS:
                yield Offence(module=module.name, line=node.lineno, reason=f"{node.name} takes {count} parameters")


def _parameters(module: Module, node: Function) -> int:
    given = node.args
    named = [*given.posonlyargs, *given.args]
    if named and named[0].arg in ("self", "cls"):
        named = named[1:]
    if module.name.split(".")[0] != FRONT_DOOR:
        named += given.kwonlyargs
    return sum(not (p.annotation and "typer." in ast.unparse(p.annotation)) for p in named)


def too_many_by_position(source: Source) -> Iterator[Offence]:
    """Calls that pass more than MOST_BY_POSITION arguments by position, a starred one counted once."""
    names = {m.name: names_of(m) for m in source.modules.values()}
    for module in source.modules.values():
        anywhere = {n.name: n for n in ast.walk(module.tree) if isinstance(n, Function)}
        for call, function, _ in _calls(source, module, names):
            if len(call.args) <= MOST_BY_POSITION or _last(call.func) in ALIKE:
                continue
            function = function or anywhere.get(_last(call.func))
            if function is None or not function.args.vararg or len(function.args.args) > MOST_BY_POSITION:
                reason = f"{_last(call.func) or 'a call'} is given {len(call.args)} arguments by position"
                yield Offence(module=module.name, line=call.lineno, reason=reason)


def records_by_position(source: Source) -> Iterator[Offence]:
    """NamedTuples and dataclasses of LEAST_FIELDS or more that are built by position."""
    names = {m.name: names_of(m) for m in source.modules.values()}
    for module in source.modules.values():
        for call, _, fields in _calls(source, module, names):
            if call.args and fields >= LEAST_FIELDS:
                yield Offence(
                    module=module.name,
                    line=call.lineno,
                    reason=f"{_last(call.func)} of {fields} fields is built by position",
                )


def _calls(source: Source, module: Module, names: dict[str, Names]) -> Iterator[tuple[ast.Call, Function | None, int]]:
    """Each call; its function where that is known; the number of fields where it builds a record."""
    bound = {i.bound: i for i in source.imports(module)}
    own = names[module.name]
    for call in ast.walk(module.tree):
        if not isinstance(call, ast.Call):
            continue
        where, name = own, _last(call.func)
        if isinstance(call.func, ast.Name) and name in bound:
            found = bound[name]
            where, name = names[found.target], found.member
        elif isinstance(call.func, ast.Attribute):
            owner = bound.get(ast.unparse(call.func.value))
            where = names[owner.target] if owner and not owner.member else Names()
        yield call, where.functions.get(name), where.records.get(name, 0)


def too_long(source: Source) -> Iterator[Offence]:
    """Modules of more than MOST_LINES."""
    for module in source.of("smoltworks", "engine", "warehouse", "lake"):
        if (lines := len(module.text.splitlines())) > MOST_LINES:
            yield Offence(module=module.name, line=lines, reason=f"has {lines} lines")
