"""Reads a YAML file into a strict model; every complaint names file, path, value and cure."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.inputs.bounded import WORDS
from engine.inputs.plain_yaml import MAX_BYTES, NotPlain, plain_values, too_large
from lake.errors import MAX_QUOTED, InputError, shortened, shown

Model = TypeVar("Model", bound="StrictModel")


class StrictModel(BaseModel):
    """A model that refuses unknown keys and silent conversions of meaning."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Unfit(ValueError):
    """A value that doesn't fit others of its model. key: its path from the model on; wanted: what is wrong with it.

    is_entry: the value stands in an entry with unit and source, under `value`.
    """

    def __init__(self, key: str, value: Any, wanted: str, *, is_entry: bool = True) -> None:
        super().__init__(f"{key} {wanted}")
        self.key, self.wanted = key + (".value" if is_entry else ""), wanted
        self.value = value.tolist() if hasattr(value, "tolist") else value


def load_text(path: Path) -> str:
    """The file's text, newlines as \\n; InputError when it is absent, a folder, too large or not UTF-8."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise InputError(str(path), too_large(), "is it the right file?")
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError:
        raise InputError(str(path), "no such file", "check the path given") from None
    except IsADirectoryError:
        raise InputError(str(path), "is a folder, not a file", "give a YAML file") from None
    except (OSError, ValueError) as e:
        raise InputError(str(path), f"cannot be read: {e}", "give a YAML file in UTF-8") from None


def parse_yaml(text: str, source: str) -> dict[str, Any]:
    """The text's top-level mapping; InputError with the line when it is not whole and plain YAML."""
    try:
        data = plain_values(text)
    except NotPlain as e:
        line = f" line {e.line}:" if e.line else ""
        raise InputError(
            source, f"not valid YAML:{line} {e.problem}", "is the file cut short, or edited by hand?"
        ) from None
    if not isinstance(data, dict):
        raise InputError(source, f"holds {type(data).__name__}, not keys and values", "is the file empty or cut short?")
    return data


def validate(model: type[Model], data: dict[str, Any], source: str) -> Model:
    """`data` as `model`; InputError with the first complaints, each with path, value and cure."""
    try:
        return model.model_validate(data)
    except ValidationError as e:
        first = e.errors(include_url=False)
        raise refusal(source, [_complaint(model, data, err) for err in first]) from None


def refusal(source: str, complaints: Sequence[str]) -> InputError:
    """One error that lists the first five of some complaints about a file."""
    lines = list(complaints[:5])
    if len(complaints) > 5:
        lines.append(f"... and {len(complaints) - 5} more")
    return InputError(source, lines[0] if len(lines) == 1 else "\n  - " + "\n  - ".join(lines))


def _complaint(model: type[StrictModel], data: Any, err: Any) -> str:
    loc = [part for part in err["loc"] if not (isinstance(part, str) and part.startswith("function-"))]
    unfit = err.get("ctx", {}).get("error")
    if isinstance(unfit, Unfit):
        loc += unfit.key.split(".")
    path = ""
    for part in loc:
        key = shown(str(part))
        path += f"[{key}]" if isinstance(part, int) else (f".{key}" if path else key)
    if not path:
        return str(err["msg"]).removeprefix("Value error, ")
    if isinstance(unfit, Unfit):
        return f"key {path} has value {shortened(unfit.value)}: {unfit.wanted}"
    value = shortened(err.get("input"))
    if err["type"] == "extra_forbidden":
        known = sorted(_known_keys(model, data, loc))
        near = difflib.get_close_matches(str(loc[-1])[:MAX_QUOTED], known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known keys here: {', '.join(known)}"
        return f"key {path} (value {value}) is not known; {hint}"
    if err["type"] == "missing":
        return f"key {path} is missing; add it"
    return f"key {path} has value {value}: {_wanted(err)}"


def _wanted(err: Any) -> str:
    if err["type"] == "string_pattern_mismatch":
        pattern = str(err["ctx"]["pattern"])
        return WORDS.get(pattern, f"must fit {pattern}")
    return str(err["msg"]).removeprefix("Value error, ")


def suggest_name(name: str, known: Iterable[str], what: str) -> str:
    """A cure for an unknown name: the closest known one, or some of them."""
    names = list(known)
    close = difflib.get_close_matches(name[:MAX_QUOTED], names, n=1)
    if close:
        return f"did you mean {shortened(close[0])}?"
    listed = ", ".join(shown(name) for name in names[:8]) + (", ..." if len(names) > 8 else "")
    return f"the {what} are {listed}" if names else f"there are no {what}"


def _known_keys(model: type[StrictModel], data: Any, loc: list[Any]) -> set[str]:
    current: Any = model
    for part in loc[:-1]:
        if isinstance(part, int) or current is None:
            continue
        if not (isinstance(current, type) and issubclass(current, BaseModel)):
            current = _values_of(current)  # the part is a key of a mapping
            continue
        field = current.model_fields.get(part)
        current = _model_or_mapping(field.annotation) if field is not None else None
    return set(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else set()


def _model_or_mapping(annotation: Any) -> Any:
    """The model or the dict[..., ...] that an annotation holds, in a union or a list too; None for neither."""
    if (isinstance(annotation, type) and issubclass(annotation, BaseModel)) or get_origin(annotation) is dict:
        return annotation
    for arg in get_args(annotation):
        found = _model_or_mapping(arg)
        if found is not None:
            return found
    return None


def _values_of(mapping: Any) -> Any:
    return _model_or_mapping(get_args(mapping)[1])


def sha256(text: str) -> str:
    """Content hash of a text, newlines as they stand."""
    return hashlib.sha256(text.encode()).hexdigest()
