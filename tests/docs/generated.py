"""The pages and schemas that are made from the code: every command with its options, every file's JSON Schema."""

from __future__ import annotations

import importlib
import inspect
import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from typer.main import get_command

import smoltworks
from engine.biology.overlay import OverlayModel
from engine.biology.parameters import read_biology
from engine.commands import COMMANDS
from engine.farm.farm_model import FarmModel
from engine.farm.schedule_file import ScheduleModel
from tests.docs.pages import DOCS

MADE = "<!-- made by `make docs` from the code: change the code, not this page -->"
WIDEST = 100  # of a signature on one line
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def generated() -> dict[Path, str]:
    """What each generated file is to hold."""
    schemas = {DOCS / "reference" / "schema" / f"{name}.json": text for name, text in _schemas().items()}
    return {DOCS / "reference" / "commands.md": _commands(), DOCS / "reference" / "python.md": _python(), **schemas}


def stale() -> list[Path]:
    """The files that hold something else."""
    return [
        path for path, text in generated().items() if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def write() -> list[Path]:
    """Write those that hold something else; which."""
    changed = stale()
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(generated()[path], encoding="utf-8")
    return changed


def _commands() -> str:
    lines = [
        MADE,
        "",
        "# Commands",
        "",
        "Each is also `python -m engine.NAME`. `--help` says the same on the screen;"
        " `smoltworks --install-completion` teaches your shell the names.",
        "",
        "| command | what it does |",
        "|---|---|",
        *(f"| [`{name}`](#{name}) | {words} |" for name, (_, words) in COMMANDS.items()),
        "",
    ]
    for name, (module, _) in COMMANDS.items():
        lines += _command(name, get_command(importlib.import_module(module).app))
    return "\n".join(lines)


def _command(name: str, command: Any) -> list[str]:
    told = inspect.cleandoc(command.help or "").replace("\x0c", "").splitlines()
    arguments = [p for p in command.params if p.param_type_name == "argument" and not p.hidden]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    usage = [p.metavar or p.name.upper() for p in arguments]
    usage = [word if p.required else f"[{word}]" for word, p in zip(usage, arguments, strict=True)]
    lines = [f"## {name}", "", "```text", " ".join(["smoltworks", name, *usage, "[OPTIONS]"]), "```", "", *told, ""]
    if arguments:
        lines += ["| argument | meaning |", "|---|---|"]
        lines += [f"| `{_cell(p.metavar or p.name.upper())}` | {_cell(p.help)} |" for p in arguments] + [""]
    lines += ["| option | meaning | unless given |", "|---|---|---|"]
    return [*lines, *(_option(p) for p in options), ""]


def _option(option: Any) -> str:
    names = ", ".join(f"`{each}`" for each in [*option.opts, *option.secondary_opts])
    value = "" if option.is_flag else f" `{_cell(option.metavar or option.name.upper())}`"
    default = option.default
    told = "" if option.is_flag or callable(default) or default in (None, (), [], "", ...) else f"`{_plain(default)}`"
    return f"| {names}{value} | {_cell(option.help)} | {told} |"


def _plain(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(getattr(value, "value", value))


def _cell(words: str | None) -> str:
    return " ".join((words or "").split()).replace("|", "\\|").replace("<", "&lt;")


def _python() -> str:
    """The front door: each function and each member of Run with its signature and what its docstring says."""
    lines = [
        MADE,
        "",
        "# Python",
        "",
        "`import smoltworks` is the front door; the commands call the same functions. They print nothing and never end"
        " the process; progress comes by callbacks.",
        "",
    ]
    functions = [name for name in smoltworks.__all__ if inspect.isfunction(getattr(smoltworks, name))]
    for name in functions:
        lines += _member(f"smoltworks.{name}", name, getattr(smoltworks, name))
    lines += ["## Run", "", *_docstring(smoltworks.Run), ""]
    for name, member in vars(smoltworks.Run).items():
        if not name.startswith("_"):
            lines += _member(f"Run.{name}", name, member)
    lines += ["## Errors", "", "| error | meaning |", "|---|---|"]
    for name in smoltworks.__all__:
        thing = getattr(smoltworks, name)
        if inspect.isclass(thing) and issubclass(thing, Exception):
            lines.append(f"| `smoltworks.{name}` | {_cell(' '.join(_docstring(thing)))} |")
    return "\n".join([*lines, ""])


def _member(title: str, name: str, member: Any) -> list[str]:
    signature = inspect.signature(member.fget if isinstance(member, property) else member)  # type: ignore[arg-type]
    taken = [p for name, p in signature.parameters.items() if name != "self"]
    given = [_parameter(p) for p in taken]
    stars = [p.kind is p.KEYWORD_ONLY for p in taken]
    if True in stars:
        given.insert(stars.index(True), "*")
    inside = ", ".join(given)
    returns = f" -> {signature.return_annotation}"
    if isinstance(member, property):
        code = [title + returns]
    elif len(title) + len(inside) + len(returns) < WIDEST:
        code = [f"{title}({inside}){returns}"]
    else:
        code = [f"{title}(", *(f"    {each}," for each in given), f"){returns}"]
    return [f"### {title}", "", "```text", *code, "```", "", *_docstring(member), ""]


def _parameter(parameter: inspect.Parameter) -> str:
    told = f"{parameter.name}: {parameter.annotation}"
    return told if parameter.default is parameter.empty else f"{told} = {parameter.default!r}"


def _docstring(thing: Any) -> list[str]:
    return inspect.cleandoc(thing.__doc__ or "").replace("<", "&lt;").splitlines()


def _schemas() -> dict[str, str]:
    models: dict[str, type[BaseModel]] = {
        "schedule": ScheduleModel,
        "farm": FarmModel,
        "biology": type(read_biology("published").file),
    }
    schemas = {name: model.model_json_schema() for name, model in models.items()}
    schemas["overlay"] = _overlay(schemas["biology"])
    return {
        name: json.dumps({"$schema": DIALECT, **_folded(schema)}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        for name, schema in schemas.items()
    }


def _folded(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with one definition where several are alike."""
    definitions, rest = dict(schema.get("$defs", {})), {k: v for k, v in schema.items() if k != "$defs"}
    while True:
        first: dict[str, str] = {}
        same = {}
        for name, definition in sorted(definitions.items(), key=lambda each: (len(each[0]), each[0])):
            kept = first.setdefault(json.dumps(definition, sort_keys=True), name)
            if kept != name:
                same[f"#/$defs/{name}"] = f"#/$defs/{kept}"
        if not same:
            return {**_pointed(rest, {}), "$defs": _pointed(definitions, {})}
        gone = {each.rpartition("/")[2] for each in same}
        definitions = {k: _pointed(v, same) for k, v in definitions.items() if k not in gone}
        rest = _pointed(rest, same)


def _is_title(key: str, value: Any) -> bool:
    """A title that pydantic makes of a field's name says nothing more than the name."""
    return key == "title" and isinstance(value, str)


def _pointed(node: Any, same: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {k: same.get(v, v) if k == "$ref" else _pointed(v, same) for k, v in node.items() if not _is_title(k, v)}
    return [_pointed(each, same) for each in node] if isinstance(node, list) else node


def _overlay(biology: dict[str, Any]) -> dict[str, Any]:
    """An overlay's schema: its own keys, and any section of a biology with nothing in it required."""
    own = OverlayModel.model_json_schema()
    sections = {key: value for key, value in biology["properties"].items() if key not in own["properties"]}
    sections.pop("derivation", None)
    times = {"type": "number", "description": "times the base's value, in place of value"}
    definitions = {}
    for name, definition in biology["$defs"].items():
        free = {key: value for key, value in definition.items() if key != "required"}
        if "confidence" in free.get("properties", {}):
            free = {**free, "properties": {**free["properties"], "times": times}}
        definitions[name] = free
    properties = {**sections, **own["properties"]}
    return {**own, "properties": properties, "$defs": definitions}
