"""A run's records: sealed JSON, read into strict dataclasses or told damaged in words."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from types import GenericAlias
from typing import TYPE_CHECKING, Any, TypeVar, cast

from lake.disk import disk
from lake.errors import InputError
from lake.files import write_atomically
from lake.sealed import KEY, Damaged, seal, unseal
from lake.store_path import is_stored

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FORMAT = "smoltworks-run/4"  # of a run and of every record in it
PROBLEM_LENGTH = 120

Record = TypeVar("Record")


class OtherVersion(Damaged):
    """The record is whole, but of another version of Smoltworks."""


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    # pydantic is imported when the first record is read: a command's --help must not wait for it
    from pydantic import ConfigDict, TypeAdapter

    # in a list, because a dataclass takes its strictness from what holds it
    several: Any = GenericAlias(list, (kind,))
    return TypeAdapter(several, config=ConfigDict(strict=True, extra="forbid"))


def as_record(data: Mapping[str, Any], kind: type[Record]) -> Record:
    """A dataclass from the JSON of its asdict; Damaged when a field is missing, unknown or of another type."""
    from pydantic import ValidationError

    try:
        (record,) = _adapter(cast(Any, kind)).validate_json(json.dumps([data]))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(key) for key in first["loc"][1:]) or "it"
        raise Damaged(f"{where}: {first['msg']}"[:PROBLEM_LENGTH]) from None
    assert isinstance(record, kind)
    return record


def sealed_text(record: Any, *, indent: int | None = None) -> str:
    """A dataclass as sealed JSON."""
    return seal(asdict(record), indent=indent)


def file_bytes(path: Path) -> bytes:
    """A record's bytes; Damaged when it is absent, no file, or can't be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Damaged("a folder stands in its place" if path.is_dir() else "it is no file")
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise Damaged("it is a link that leads nowhere" if path.is_symlink() else "it is not there") from None
    except OSError as error:
        raise Damaged(f"it can't be read: {error.strerror or error}") from None


def opened(sealed: bytes) -> dict[str, Any]:
    """What a record of this format holds; OtherVersion or Damaged otherwise."""
    try:
        data = unseal(sealed)
    except Damaged:
        if KEY.encode() not in sealed and (named := _format(sealed)) not in ("", FORMAT):
            raise _other(named) from None  # of the first versions, which sealed nothing
        raise
    if (named := data.get("format", FORMAT)) != FORMAT:
        raise _other(named)
    return data


def _format(text: bytes) -> str:
    """The format that an object names; "" for none."""
    with suppress(ValueError, RecursionError):
        data = json.loads(text)
        return str(data["format"]) if isinstance(data, dict) and "format" in data else ""
    return ""


def _other(named: object) -> OtherVersion:
    return OtherVersion(f"another version made it: its format is {str(named)[:40]!r}, not {FORMAT!r}")


def read_record(path: Path, kind: type[Record], cure: str) -> Record:
    """The record in a file; InputError with `cure` when it is not whole."""
    try:
        return as_record(opened(file_bytes(path)), kind)
    except Damaged as error:
        raise InputError(str(path), f"damaged: {error}", cure) from None


def write_record(path: Path, text: str, *, durable: bool = True) -> None:
    """Write a record as of write_atomically, also where a link or an empty folder has taken its place."""
    make_way(path)
    write_atomically(path, text + "\n", durable=durable)


def make_way(path: Path) -> None:
    """Remove what stands where a file belongs and is none: an empty folder, a link that leads nowhere, a pipe.

    InputError when it is a folder with something in it.
    """
    if is_stored(path) or path.is_file() or not os.path.lexists(path):
        return
    if not path.is_dir() or path.is_symlink():
        disk().remove(path)
        return
    try:
        path.rmdir()
    except OSError:
        raise InputError(
            str(path), "a folder with something in it stands in a file's place", "move it away, then repeat"
        ) from None
