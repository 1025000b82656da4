"""Every way in which a parameter of a biology may be wrong: mangled in length, type and range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from engine.biology.derivation import parameters
from engine.biology.parameters import Biology, parse_biology
from engine.biology.sourced import Sourced
from engine.inputs.reading import parse_yaml, validate
from lake.errors import InputError

SOURCE = "mine.yaml"
ACROSS_SECTIONS = ("at_sea", "hall_temperature_c", "temperature_response", "temperature_response_c")
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
NEVER_RIGHT: tuple[Any, ...] = (None, True, {}, {"low": 1}, [], [[]], [None], ["1"], float("nan"), float("inf"))
EXTREMES = (-1e300, -1, 0, 1e-300, 0.5, 1, 24, 1_000, 1e5, 1e9, 1e300, 2**70, -float("inf"))
OF_MANY_ONE = (-1e300, 0, 1e-300, 1e5, float("nan"))


@dataclass(frozen=True)
class Mangled:
    """A biology's parameter with another value. hopeless: no parameter may have it."""

    path: str
    value: Any
    hopeless: bool

    def refusal(self, biology: Biology) -> str | None:
        """What is said of it; None when it is accepted."""
        section, *keys = self.path.split(".")
        model = getattr(biology.file, section)
        if section == "regions":
            model, keys = model[keys[0]], keys[1:]
        data = model.model_dump(mode="json", exclude_unset=True)
        _replace(data, keys, self.value)
        try:
            validate(type(model), data, SOURCE)
            if keys[-1] in ACROSS_SECTIONS:
                self.parse(biology)
        except InputError as error:
            return str(error)
        return None

    def parse(self, biology: Biology) -> Biology:
        """The whole biology with it; InputError when it is refused."""
        data = parse_yaml(biology.text, SOURCE)
        _replace(data, self.path.split("."), self.value)
        return parse_biology(yaml.dump(data, Dumper=DUMPER, sort_keys=False, allow_unicode=True), SOURCE)


def _replace(data: dict[str, Any], keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        data = data[key]
    if isinstance(data[keys[-1]], dict) and "value" in data[keys[-1]]:
        data[keys[-1]]["value"] = value
    else:
        data[keys[-1]] = value


def mangled(biology: Biology) -> Iterator[Mangled]:
    """Every parameter of a biology in every wrong way, in its order."""
    for path, entry in parameters(biology.file).items():
        value = entry.model_dump(mode="json")["value"] if isinstance(entry, Sourced) else entry
        for wrong in NEVER_RIGHT:
            if not (isinstance(value, bool) and wrong is True):
                yield Mangled(path=path, value=wrong, hopeless=True)
        yield Mangled(path=path, value="text", hopeless=not isinstance(value, str))
        yield from (Mangled(path=path, value=other, hopeless=False) for other in _others(value))


def _others(value: Any) -> Iterator[Any]:
    """Values like one, but of other lengths and ranges."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, str):
        yield from ("", " ", "x" * 1_000)
    elif isinstance(value, dict):
        for key in value:
            yield {k: v for k, v in value.items() if k != key}
            yield from ({**value, key: number} for number in OF_MANY_ONE)
    elif isinstance(value, list):
        yield from (value[:-1], value[1:], value[:1], [*value, value[-1]], value[::-1], value * 40)
        yield from ([each] * len(value) for each in (-1, 0, 1e-300, 1, 24, 1e5, 1e300, value[0]))
        for i in (0, len(value) - 1):
            yield from ([*value[:i], other, *value[i + 1 :]] for other in OF_MANY_ONE)
    else:
        yield from (*EXTREMES, value * 2, value / 2, value * 10, value / 10, value + 1)
