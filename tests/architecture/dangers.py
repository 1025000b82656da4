"""Calls by which a file, a name or a text from outside could run as code."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.source import Module, Offence, Source

OURS = ("smoltworks", "engine", "warehouse", "lake")
# Modules that make what they read run; each only where nobody else can have written what is read.
RUNNING = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "jsonpickle", "runpy", "imp"}
PICKLES = {
    "engine.execution.worker",  # pipes between our own processes
    "engine.execution.workers",
    "engine.execution.worker_pickles",
    "engine.simulation.numerics.kernel_cache",  # compiled kernels, in a folder that no other user can write to
}
RUNS_TEXT = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execvp"}
# A name in the folder for everybody's temporary files that others could take first, but for those who see to that.
FORESEEN = {"tempfile.mktemp", "tempfile.gettempdir"}
NOT_FORESEEN = {
    "engine.execution.traces",  # removes no link, and nothing of another user
    "engine.simulation.numerics.kernel_places",  # kernel_cache looks whose it is
    "lake.views",  # draws the name
}
UNSAFE_YAML = {
    "yaml.load",
    "yaml.load_all",
    "yaml.unsafe_load",
    "yaml.full_load",
    "yaml.unsafe_load_all",
    "yaml.Loader",
}
# keyword arguments that turn something dangerous on
SWITCHES = {"shell", "allow_pickle", "allow_unsigned_extensions", "allow_community_extensions"}
QUERIES = {"execute", "executemany", "copy", "stream"}
LAKE = {"lake"}  # what a DuckDB connection is called in the warehouse: it holds no data of others
# In these the catalog has quoted the names that go into the text.
QUOTED_BY_THE_SERVER = {"warehouse.indexes", "warehouse.wipe"}


def running_what_is_read(source: Source) -> Iterator[Offence]:
    """Ways to run what a file or a text says."""
    for module in source.of(*OURS):
        for node in ast.walk(module.tree):
            for reason in _reasons(module, node):
                yield Offence(module=module.name, line=getattr(node, "lineno", 1), reason=reason)


def _reasons(module: Module, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [n.name for n in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        for name in names:
            top = name.split(".")[0]
            if top in RUNNING and not (top == "pickle" and module.name in PICKLES):
                yield f"imports {top}"
    elif isinstance(node, ast.Attribute):
        if ast.unparse(node) in UNSAFE_YAML:
            yield f"uses {ast.unparse(node)}: engine.inputs reads YAML"
    elif isinstance(node, ast.Call):
        if (name := ast.unparse(node.func)) in RUNS_TEXT:
            yield f"calls {name}"
        if name in FORESEEN and module.name not in NOT_FORESEEN:
            yield f"calls {name}: tempfile.mkdtemp makes a folder of our own"
        for given in node.keywords:
            if given.arg in SWITCHES and not (isinstance(given.value, ast.Constant) and given.value.value is False):
                yield f"turns {given.arg} on"


def sql_from_text(source: Source) -> Iterator[Offence]:
    """Queries to PostgreSQL that are put together as text, where psycopg.sql would quote each name and value."""
    for module in source.of("warehouse"):
        for node in ast.walk(module.tree):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = ast.unparse(node.func)
            receiver, _, method = name.rpartition(".")
            if name == "sql.SQL":
                wrong = module.name not in QUOTED_BY_THE_SERVER and _is_made(node.args[0])
            else:
                wrong = method in QUERIES and receiver.split(".")[-1] not in LAKE and _is_made(node.args[0])
            if wrong:
                yield Offence(module=module.name, line=node.lineno, reason=f"{name} is given text put together here")


def _is_made(text: ast.expr) -> bool:
    """Whether an expression puts a text together: an f-string, + or %, or format of a text."""
    if isinstance(text, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in text.values)
    if isinstance(text, ast.BinOp):
        return any(_is_text(side) or _is_made(side) for side in (text.left, text.right))
    return (
        isinstance(text, ast.Call)
        and isinstance(text.func, ast.Attribute)
        and text.func.attr == "format"
        and _is_text(text.func.value)
    )


def _is_text(text: ast.expr) -> bool:
    return isinstance(text, ast.JoinedStr) or (isinstance(text, ast.Constant) and isinstance(text.value, str))
