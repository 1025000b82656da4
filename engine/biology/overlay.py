"""A small file that changes some parameters of another biology: what it may hold, and how it is laid on its base."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.inputs.bounded import FileName, Location, Prose
from engine.inputs.reading import StrictModel, refusal, validate
from lake.errors import MAX_QUOTED, shortened, shown

OVERLAY_FORMAT = "smoltworks-biology-overlay/1"
HEAD = ("format", "name", "base", "purpose")


class OverlayModel(StrictModel):
    """An overlay's own keys; all others are sections of a biology with what is to change."""

    format: Literal["smoltworks-biology-overlay/1"]
    name: FileName
    base: Location
    purpose: Prose = ""


@dataclass(frozen=True)
class Overlay:
    """An overlay: its own keys, and the subtree of a biology that it gives."""

    model: OverlayModel
    given: Mapping[str, Any]


def parse_overlay(data: Mapping[str, Any], source: str) -> Overlay:
    """The overlay in a file's values; InputError when its own keys are wrong. `given` is not checked yet."""
    model = validate(OverlayModel, {key: value for key, value in data.items() if key in HEAD}, source)
    given = {key: value for key, value in data.items() if key not in HEAD}
    if "derivation" in given:
        raise refusal(source, ["key derivation is written into resolved files alone; remove it"])
    return Overlay(model, given)


@dataclass
class Merger:
    """Lays an overlay on its base's values, and keeps what it finds on the way.

    complaints: what can't be. strangers: paths that the base doesn't have, with the keys that it has in that place.
    """

    overlay_name: str
    base_name: str
    complaints: list[str] = field(default_factory=list)
    strangers: dict[str, list[str]] = field(default_factory=dict)

    def merge(self, base: Mapping[str, Any], given: Mapping[str, Any], path: str = "") -> dict[str, Any]:
        """The base's values with the given ones in their places; lists are replaced whole."""
        merged = dict(base)
        for key, new in given.items():
            where = f"{path}.{shown(str(key))}" if path else shown(str(key))
            old = base.get(key)
            if key not in base:
                self.strangers[where] = [str(known) for known in base]
                merged[key] = new
            elif not isinstance(old, Mapping):
                merged[key] = new
            elif not isinstance(new, Mapping):
                cure = (
                    f"write {{value: {shown(str(new))}}}" if "value" in old else "give the keys to change, or remove it"
                )
                self.complaints.append(f"key {where} has value {shortened(new)}, not keys and values; {cure}")
            elif "value" in old and "source" in old:
                merged[key] = self._entry(old, new, where)
            else:
                merged[key] = self.merge(old, new, where)
        return merged

    def _entry(self, old: Mapping[str, Any], new: Mapping[str, Any], where: str) -> dict[str, Any]:
        """One parameter: unit, and source and confidence where they are not given, are the base's.

        A source that was given for another value says so. `times` in place of `value` multiplies the base's.
        """
        if "times" in new:
            new = self._multiplied(old, new, where)
        if "unit" in new and new["unit"] != old["unit"]:
            self.complaints.append(
                f"key {where}.unit has value {shortened(new['unit'])}, but the model computes in "
                f"{shortened(old['unit'])}; convert the value and leave unit out"
            )
        merged = self.merge(old, new, where) if isinstance(old["value"], Mapping) else {**old, **new}
        missing = [key for key in ("source", "confidence") if key not in new]
        if missing and merged["value"] != old["value"]:
            note = f"value set by overlay {self.overlay_name}, {' and '.join(missing)} as in {self.base_name}"
            merged["source"] = f"{merged['source']}; {note}"
        return merged

    def _multiplied(self, old: Mapping[str, Any], new: Mapping[str, Any], where: str) -> dict[str, Any]:
        factor, value = new["times"], old["value"]
        rest = {key: given for key, given in new.items() if key != "times"}
        numbers = value if isinstance(value, list) else [value]
        if "value" in rest:
            self.complaints.append(f"key {where} has both value and times; remove one")
        elif not _is_number(factor):
            self.complaints.append(f"key {where}.times has value {shortened(factor)}; a number is wanted")
        elif not all(map(_is_number, numbers)):
            self.complaints.append(
                f"key {where}.times has value {shortened(factor)}, but {shortened(value)} can't be multiplied; "
                "give value"
            )
        else:
            rest["value"] = [each * factor for each in numbers] if isinstance(value, list) else value * factor
        return rest

    def explained(self, problem: str) -> list[str]:
        """What a complaint about the merged values has to do with keys that the base doesn't have."""
        lines = []
        for path, known in self.strangers.items():
            if f"key {path}." in problem or f"key {path} is missing" in problem:
                near = difflib.get_close_matches(path.rpartition(".")[2][:MAX_QUOTED], known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"keys there: {', '.join(known)}"
                lines.append(f"key {path} is not in the base {self.base_name}, and not whole as a new one; {hint}")
        return lines


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
