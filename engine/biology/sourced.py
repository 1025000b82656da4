"""What a biology file carries beside each value, and how the strict model of a section follows from its dataclass."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
from pydantic import BaseModel, Field, create_model, field_validator, model_validator

from engine.biology.values import MAX_VALUES, Written, read_only
from engine.inputs.bounded import Name, Text
from engine.inputs.reading import StrictModel
from lake.errors import shortened

NUMBER = re.compile(r"[-+]?[0-9.]+(e[-+]?[0-9]+)?", re.IGNORECASE)
BARE = "written as it is, without unit and source"

Section = TypeVar("Section")
Model = TypeVar("Model", bound=StrictModel)


class Sourced(StrictModel):
    """What a parameter carries beside its value. V: read in its source; D: derived; G: general knowledge."""

    unit: Text
    source: Text
    confidence: Literal["V", "D", "G"]

    @field_validator("value", mode="before", check_fields=False)
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        """Yes, true and "0.5" are no numbers, and YAML reads 1e-5 as text."""
        if cls.model_fields["value"].annotation is not str:
            inner = value.values() if isinstance(value, dict) else value
            for each in inner if isinstance(value, (dict, list, tuple)) else (value,):
                if isinstance(each, bool) or (isinstance(each, str) and NUMBER.fullmatch(each.strip())):
                    raise ValueError(
                        f"{shortened(each)} is no number to YAML; write it as 0.5 or 1.0e-5, without quotes"
                    )
        return value


class SectionEntries(StrictModel):
    """A section as written: an entry with unit, source and confidence for each value of the dataclass `section`."""

    section: ClassVar[type]

    @model_validator(mode="after")
    def _consistent(self) -> SectionEntries:
        resolve(self.section, self)  # the dataclass says what can't be
        return self


def entries_of(section: type[Any], base: type[Model]) -> type[Model]:
    """The strict model of a section's dataclass: each field an entry, a section or a mapping of either."""
    written: dict[str, Any] = {name: (_written(hint), ...) for name, hint in _hints(section).items()}  # type: ignore[arg-type]
    model = create_model(section.__name__, __base__=base, __doc__=section.__doc__, **written)
    model.section = section  # type: ignore[attr-defined]
    return model


def resolve(section: type[Section], entries: BaseModel) -> Section:
    """The section's dataclass with the entries' values alone, lists as read-only arrays where it says so.

    ValueError when values contradict each other.
    """
    return section(**{name: _plain(hint, getattr(entries, name)) for name, hint in _hints(section).items()})  # type: ignore[arg-type]


def freeze(values: Any) -> None:
    """Make every array in a tree of dataclasses and mappings read-only."""
    if isinstance(values, np.ndarray):
        values.flags.writeable = False
    elif is_dataclass(values):
        freeze(vars(values))
    elif isinstance(values, dict):
        for value in values.values():
            freeze(value)


@cache
def _hints(section: type) -> dict[str, Any]:
    hints = get_type_hints(section, include_extras=True)
    return {field.name: hints[field.name] for field in fields(section)}


@cache
def _written(hint: Any) -> Any:
    """The type of what is written for a dataclass's field."""
    if is_dataclass(hint):
        return entries_of(hint, SectionEntries)  # type: ignore[arg-type]
    if get_origin(hint) is dict:
        key, inner = get_args(hint)
        of = dict.__class_getitem__((Name if key is str else key, _written(inner)))
        return Annotated[of, Field(max_length=MAX_VALUES)]
    if get_origin(hint) is Annotated and BARE in get_args(hint):
        return get_args(hint)[0]
    form = _array_form(hint)
    return create_model("Entry", __base__=Sourced, value=(hint if form is None else form.type, ...))


def _array_form(hint: Any) -> Written | None:
    return next((each for each in get_args(hint) if isinstance(each, Written)), None)


def _plain(hint: Any, entry: Any) -> Any:
    if is_dataclass(hint):
        return resolve(hint, entry)  # type: ignore[arg-type]
    if get_origin(hint) is dict:
        return {key: _plain(get_args(hint)[1], each) for key, each in entry.items()}
    if not isinstance(entry, Sourced):
        return entry
    value = entry.value  # type: ignore[attr-defined]
    return value if _array_form(hint) is None else read_only(value)
