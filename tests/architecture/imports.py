"""Which way imports run: down the rooms, in no circle, through one door."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.source import Module, Offence, Source

ROOMS = (
    "smoltworks",
    "engine",  # the commands
    "engine.report",
    "engine.execution",
    "engine.planning",
    "engine.forecast",
    "engine.simulation",
    "engine.statistics",
    "engine.farm",
    "engine.biology",
    "engine.inputs",
    "warehouse",
    "lake",
)
WAREHOUSE_USERS = ("smoltworks", "engine", "engine.report", "engine.execution", "warehouse")
SUBJECTS = (
    "emission",
    "rows",
    "harvest",
    "feed",
    "observed",
    "health",
    "fish",
    "foreseeing",
    "lice",
    "water",
    "numerics",
)
CONTRACTS = ("record", "setting")  # what the simulation's rooms hand each other
BELOW_CONTRACTS = ("water", "numerics")
SIMULATION = "engine.simulation"
DOOR = "smoltworks"
VERSION = "engine"  # its __init__ holds the version and nothing else


def room_of(name: str) -> str:
    """The room that a module lies in: the longest of ROOMS that holds it."""
    parts = name.split(".")
    return next(r for n in range(len(parts), 0, -1) if (r := ".".join(parts[:n])) in ROOMS)


def _subject_of(name: str) -> str:
    """The room of the simulation, or its module on top."""
    return name.removeprefix(SIMULATION).lstrip(".").split(".")[0]


def _wrong(origin: str, target: str) -> str:
    """Why a module may not import another, or nothing."""
    above, below = ROOMS.index(room_of(origin)), ROOMS.index(room_of(target))
    if below < above:
        return f"{ROOMS[above]} lies below {ROOMS[below]}"
    if ROOMS[below] == "warehouse" and ROOMS[above] not in WAREHOUSE_USERS:
        return f"{ROOMS[above]} knows of no database"
    if ROOMS[above] == ROOMS[below] == SIMULATION:
        return _wrong_inside(_subject_of(origin), _subject_of(target))
    return ""


def _wrong_inside(origin: str, target: str) -> str:
    if origin == target or not origin or not target:
        return ""
    if origin in CONTRACTS:
        return (
            "" if target in (*CONTRACTS, *BELOW_CONTRACTS) else f"{origin} is a contract, with its roots in water alone"
        )
    if target in CONTRACTS:
        return "numerics knows of no fish" if origin == "numerics" else ""
    if SUBJECTS.index(target) < SUBJECTS.index(origin):
        return f"{origin} lies below {target} in the simulation"
    return ""


def against_the_arrows(source: Source) -> Iterator[Offence]:
    """Imports that run up."""
    for module in source.of("smoltworks", "engine", "warehouse", "lake"):
        for found in source.imports(module):
            if found.target != VERSION and (reason := _wrong(module.name, found.target)):
                yield Offence(module=module.name, line=found.line, reason=f"imports {found.target}: {reason}")


def circles(source: Source) -> Iterator[Offence]:
    """Modules that import each other, by however many others in between."""
    graph = {m.name: sorted({i.target for i in source.imports(m)} - {m.name}) for m in source.modules.values()}
    for circle in _connected(graph):
        if len(circle) > 1:
            for name in circle:
                yield Offence(module=name, line=1, reason=f"lies in a circle of imports: {', '.join(circle)}")


def _connected(graph: dict[str, list[str]]) -> Iterator[list[str]]:
    """Strongly connected components: Tarjan 1972, SIAM J. Comput. 1(2)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in graph[name]:
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            at = stack.index(name)
            found.append(sorted(stack[at:]))
            del stack[at:]

    for name in graph:
        if name not in index:
            visit(name)
    yield from found


def second_doors(source: Source) -> Iterator[Offence]:
    """Names that a module takes from another only to offer them itself; the front door alone may."""
    for module in source.modules.values():
        if module.name == DOOR:
            continue
        listed = _listed(module)
        for node in module.tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name in node.names:
                    bound = name.asname or name.name
                    if bound in listed or name.asname == name.name or (module.is_package and not _used(module, bound)):
                        yield Offence(
                            module=module.name, line=node.lineno, reason=f"offers {bound}, which it has from elsewhere"
                        )
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute):
                for target in node.targets:
                    if isinstance(target, ast.Name) and target.id == node.value.attr:
                        yield Offence(
                            module=module.name,
                            line=node.lineno,
                            reason=f"offers {target.id}, which it has from elsewhere",
                        )


def _listed(module: Module) -> set[str]:
    """The names in the module's __all__."""
    return {
        word.value
        for node in module.tree.body
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
        for word in ast.walk(node.value)
        if isinstance(word, ast.Constant) and isinstance(word.value, str)
    }


def _used(module: Module, name: str) -> bool:
    return name == "annotations" or any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(module.tree))
