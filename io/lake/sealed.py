"""Records as JSON that know when they were changed: an object whose last key is the hash of all that precedes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import xxhash

KEY = "xxh3"


class Damaged(ValueError):
    """The bytes are not those that were sealed; the message says how that shows."""


def seal(data: Mapping[str, Any], *, indent: int | None = None) -> str:
    """The object, which has no such key, as JSON with its hash as the last one; without `indent` on one line."""
    assert data
    assert KEY not in data
    text = json.dumps(data, indent=indent)
    body = text[:-1].rstrip()  # up to the closing brace
    gap = " " if indent is None else "\n" + " " * indent
    end = "}" if indent is None else "\n}"
    return f'{body},{gap}"{KEY}": "{_hash(body.encode())}"{end}'


def unseal(sealed: bytes) -> dict[str, Any]:
    """What was sealed, without the hash; Damaged when it is anything but what `seal` gave."""
    if not sealed.strip():
        raise Damaged("it is empty")
    try:
        data = json.loads(sealed)
    except (ValueError, RecursionError) as error:
        raise Damaged(f"it is cut, or no JSON: {str(error)[:80]}") from None
    if not isinstance(data, dict):
        raise Damaged(f"it holds a {type(data).__name__}, not an object")
    recorded = data.pop(KEY, None)
    if recorded is None:
        raise Damaged(f"it has no {KEY}, the hash of its own text")
    body = sealed.rpartition(f'"{KEY}"'.encode())[0].rstrip().removesuffix(b",")
    if recorded != _hash(body):
        raise Damaged("its text is not the one that was written")
    return data


def _hash(body: bytes) -> str:
    return xxhash.xxh3_128_hexdigest(body)
