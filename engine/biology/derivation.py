"""What a biology that overlays made was made from, kept in its text: a resolved file explains itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, Field

from engine.biology.sourced import Sourced
from engine.inputs.bounded import FileName, Line, Prose, Sha256
from engine.inputs.reading import StrictModel

Number = Annotated[float, Field(ge=-1e7, le=1e7)]
Whole = Annotated[int, Field(ge=-10_000_000, le=10_000_000)]
Single = bool | Whole | Number | Prose | None
Value = Single | Annotated[list[Single], Field(max_length=1_000)] | Annotated[dict[Line, Single], Field(max_length=100)]
HEAD = ("format", "name", "derivation")
ENTRY = ("value", "unit", "confidence", "source")
HEADER = "# Every parameter, as resolved from the base and the overlays that `derivation` names.\n"


class Origin(StrictModel):
    """A file by its name and the hash of its text."""

    name: FileName
    sha256: Sha256


class Change(StrictModel):
    """A parameter whose value is not the base's; `base` is null where the base has none.

    overlay: the one that set it last, null where a whole file was compared with the base.
    """

    path: Line
    base: Value
    value: Value
    unit: Prose
    confidence: Line
    source: Prose
    overlay: FileName | None


class Derivation(StrictModel):
    """The base, the overlays in the order of their application, and what differs from the base in the end.

    body_sha256: of everything in the file but itself; an edit by hand would belie the rest.
    """

    purpose: Prose
    base: Origin
    overlays: Annotated[list[Origin], Field(max_length=100)]
    changed: Annotated[list[Change], Field(max_length=10_000)]
    body_sha256: Annotated[str, Field(max_length=64, pattern=r"^[0-9a-f]*$")]  # empty while it is made


def parameters(model: BaseModel) -> dict[str, Any]:
    """Every parameter of a biology by its path, regions.Scotland.sea_tgc, in the model's order.

    A few are bare values, such as the cause of an event's deaths; all others are Sourced.
    """
    return {path: entry for path, entry in _parameters(model, "") if path.partition(".")[0] not in HEAD}


def _parameters(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, BaseModel) and not isinstance(node, Sourced):
        for name in type(node).model_fields:
            yield from _parameters(getattr(node, name), f"{path}.{name}" if path else name)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _parameters(value, f"{path}.{key}")
    else:
        yield path, node


def value_of(parameter: Any) -> Any:
    """A parameter's value as YAML and JSON have it; None for no parameter."""
    return plain(parameter)["value"] if isinstance(parameter, Sourced) else parameter


def changes(base: BaseModel, model: BaseModel, overlay: str | None) -> list[Change]:
    """The parameters of `model` whose value is not that of `base`, in order; then those that it lacks."""
    old, new = parameters(base), parameters(model)
    found = []
    for path, entry in (new | {path: entry for path, entry in old.items() if path not in new}).items():
        before, after = value_of(old.get(path)), value_of(new.get(path))
        if before != after:
            unit, confidence, source = (getattr(entry, name, "") for name in ("unit", "confidence", "source"))
            found.append(
                Change(
                    path=path,
                    base=before,
                    value=after,
                    unit=unit,
                    confidence=confidence,
                    source=source,
                    overlay=overlay,
                )
            )
    return found


def plain(model: BaseModel) -> dict[str, Any]:
    """A model as what its file holds, an entry's value first."""
    ordered = _ordered(model.model_dump(mode="json", exclude_unset=True))
    assert isinstance(ordered, dict)
    return ordered


def _ordered(node: Any) -> Any:
    if isinstance(node, dict):
        entry = [key for key in ENTRY if key in node] if set(ENTRY) <= set(node) and "path" not in node else []
        return {key: _ordered(node[key]) for key in (*entry, *(key for key in node if key not in entry))}
    if isinstance(node, list):
        return [_ordered(each) for each in node]
    return node


def body_sha256(data: Mapping[str, Any]) -> str:
    """Hash of a resolved file's values but for that hash itself."""
    sealed = {k: v for k, v in data["derivation"].items() if k != "body_sha256"}
    text = json.dumps({**data, "derivation": sealed}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def format_biology(data: Mapping[str, Any]) -> str:
    """A biology's values as YAML, an entry a line: always the same bytes for the same values."""
    return HEADER + yaml.dump(
        data, Dumper=_Canonical, width=2**20, sort_keys=False, allow_unicode=True, default_flow_style=False
    )


class _Canonical(yaml.SafeDumper):
    """Mappings and lists that hold no mapping take one line; nothing is an alias. Never libyaml's: bytes may differ."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _holds_mapping(node: Any) -> bool:
    inner = node.values() if isinstance(node, dict) else node
    return any(isinstance(each, dict) or (isinstance(each, list) and _holds_mapping(each)) for each in inner)


def _mapping(dumper: _Canonical, data: dict[str, Any]) -> yaml.Node:
    node = dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=not _holds_mapping(data))
    assert isinstance(node, yaml.Node)
    return node


def _sequence(dumper: _Canonical, data: list[Any]) -> yaml.Node:
    node = dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=not _holds_mapping(data))
    assert isinstance(node, yaml.Node)
    return node


_Canonical.add_representer(dict, _mapping)
_Canonical.add_representer(list, _sequence)
