"""What a model's JSON schema leaves without bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

UNSEEN = ("a\x07b", "a\x00b", "a\u202eb", "a\u2066b", "a\u200fb", "a\x9bb")
COMBINED = ("anyOf", "oneOf", "allOf", "prefixItems")


def unbounded(schema: dict[str, Any]) -> Iterator[str]:
    """Where a number has no least or no most, a list or mapping no length, a text no length and no pattern."""
    for name, definition in schema.get("$defs", {}).items():
        yield from _unbounded(definition, name)
    yield from _unbounded({key: value for key, value in schema.items() if key != "$defs"}, "")


def _unbounded(node: dict[str, Any], path: str) -> Iterator[str]:
    for key in COMBINED:
        for i, each in enumerate(node.get(key, ())):
            yield from _unbounded(each, f"{path}.{key}[{i}]")
    if any(key in node for key in ("$ref", "enum", "const", "anyOf", "oneOf", "allOf")):
        return
    kind = node.get("type")
    if kind in ("number", "integer"):
        if not ({"minimum", "exclusiveMinimum"} & set(node) and {"maximum", "exclusiveMaximum"} & set(node)):
            yield f"{path}: number"
    elif kind == "string":
        yield from _unbounded_text(node, path)
    elif kind == "array":
        if "maxItems" not in node:
            yield f"{path}: list"
        if isinstance(node.get("items"), dict):
            yield from _unbounded(node["items"], f"{path}[]")
    elif kind == "object":
        for name, inner in node.get("properties", {}).items():
            yield from _unbounded(inner, f"{path}.{name}")
        for name, inner in node.get("patternProperties", {}).items():
            yield from _unbounded(inner, f"{path}.*")
            yield from _seen_through(name, f"{path}.*")
        if isinstance(of := node.get("additionalProperties"), dict):
            yield from _unbounded(of, f"{path}.*")
            if "enum" not in node.get("propertyNames", {}):
                yield f"{path}: any key"
        if "properties" not in node and "maxProperties" not in node and "enum" not in node.get("propertyNames", {}):
            yield f"{path}: mapping"
    elif kind not in ("boolean", "null"):
        yield f"{path}: anything"


def _unbounded_text(node: dict[str, Any], path: str) -> Iterator[str]:
    if node.get("format") == "date":
        return
    if "maxLength" not in node or "pattern" not in node:
        yield f"{path}: text"
    else:
        yield from _seen_through(node["pattern"], path)


def _seen_through(pattern: str, path: str) -> Iterator[str]:
    if any(re.search(pattern, text) for text in UNSEEN):
        yield f"{path}: text that can't be seen"
