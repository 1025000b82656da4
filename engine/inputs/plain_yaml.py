"""Turns the text of a YAML file into plain values, event by event: within limits, and with no tag that makes objects.

Nothing is kept of a text but its values. A limit is met where it is passed, before the rest is looked at: aliases count
with all that they stand for, and no deeper nesting is followed.
"""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Callable
from typing import Any

import yaml

from lake.errors import shortened

MAX_BYTES = 20_000_000  # some 75,000 batches of a schedule
MAX_DEPTH = 20  # lists and mappings within each other
MAX_VALUES = 1_500_000  # some 10,000 batches of the older system's, with a container each by name
MAX_REPEATED = 10_000  # values that aliases stand for
MAX_LENGTH = 10_000  # characters of a value
MAX_DIGITS = 100

TAG = "tag:yaml.org,2002:"
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class NotPlain(ValueError):
    """A text that is no YAML, or more than plain YAML; line: where, from 1, 0 where that is not known."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line, self.problem = line, problem


def plain_values(text: str) -> Any:
    """The one document of a text as dicts, lists, str, int, float, bool, date, datetime and None; NotPlain if not."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise NotPlain(0, too_large())
    try:
        return _Reader(text).document()
    except yaml.MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else 0
        raise NotPlain(line, str(e.problem)) from None
    except yaml.YAMLError as e:
        raise NotPlain(0, " ".join(str(e).split())) from None
    except UnicodeError:
        raise NotPlain(0, "it holds half a character (a surrogate)") from None


def too_large() -> str:
    """What is wrong with a file past the limit."""
    return f"it is larger than {MAX_BYTES // 1_000_000} MB"


class _Reader:
    """Reads the events of a text. Anchors are known once their value is whole, so that none can hold itself."""

    def __init__(self, text: str) -> None:
        self.loader = LOADER(text)
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.open: set[str] = set()
        self.count = self.repeated = 0
        self.scalars: dict[str, Any] = {}
        self.makers: dict[str, Callable[[yaml.ScalarNode], Any]] = {
            "null": lambda node: None,
            "bool": self.loader.construct_yaml_bool,
            "int": self.loader.construct_yaml_int,
            "float": self.loader.construct_yaml_float,
            "timestamp": self.loader.construct_yaml_timestamp,
        }

    def document(self) -> Any:
        next_event = self.loader.get_event
        next_event()  # the stream's start
        first = next_event()
        if isinstance(first, yaml.StreamEndEvent):
            return None
        value = self.value(next_event(), 0)
        next_event()  # the document's end
        if not isinstance(after := next_event(), yaml.StreamEndEvent):
            raise NotPlain(after.start_mark.line + 1, "a second document begins; one is wanted")
        return value

    def value(self, event: Any, depth: int) -> Any:
        """The value that begins with an event."""
        if isinstance(event, yaml.AliasEvent):
            return self.repeat(event)
        self.count += 1
        if self.count > MAX_VALUES:
            raise self.wrong(event, f"there are more than {MAX_VALUES:,} values")
        if isinstance(event, yaml.ScalarEvent):
            value, before = self.scalar(event), self.count - 1
        else:
            if depth == MAX_DEPTH:
                raise self.wrong(event, f"lists and mappings lie more than {MAX_DEPTH} deep in each other")
            before = self.count - 1
            if event.anchor:
                self.open.add(event.anchor)
            is_list = isinstance(event, yaml.SequenceStartEvent)
            self.require_plain(event, "seq" if is_list else "map")
            value = self.sequence(depth) if is_list else self.mapping(depth)
        if event.anchor:
            self.open.discard(event.anchor)
            self.anchors[event.anchor] = value, self.count - before
        return value

    def repeat(self, event: Any) -> Any:
        """A copy of what an alias stands for."""
        if event.anchor in self.open:
            raise self.wrong(event, f"*{event.anchor} stands within its own anchor")
        if event.anchor not in self.anchors:
            raise self.wrong(event, f"*{event.anchor} has no anchor before it")
        value, size = self.anchors[event.anchor]
        self.count += size
        self.repeated += size
        if self.repeated > MAX_REPEATED:
            raise self.wrong(event, f"aliases repeat more than {MAX_REPEATED:,} values")
        return copy.deepcopy(value)

    def sequence(self, depth: int) -> list[Any]:
        values = []
        while not isinstance(event := self.loader.get_event(), yaml.SequenceEndEvent):
            values.append(self.value(event, depth + 1))
        return values

    def mapping(self, depth: int) -> dict[Any, Any]:
        own: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        lines: dict[Any, int] = {}
        while not isinstance(event := self.loader.get_event(), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if isinstance(event, yaml.ScalarEvent) and self.tag(event) == "merge":
                key: Any = ("<<",)
            else:
                key = self.value(event, depth + 1)
                if isinstance(key, (list, dict)):
                    raise self.wrong(event, "a list or a mapping is a key; a word is wanted")
            # letters with an accent may be written in two ways that look alike
            same = unicodedata.normalize("NFC", key) if isinstance(key, str) else key
            if same in lines:
                raise self.wrong(event, f"key {shortened(key)} is given twice (lines {lines[same]} and {line})")
            lines[same] = line
            value = self.value(self.loader.get_event(), depth + 1)
            if key == ("<<",):
                merged = self.merged(event, value)
            else:
                own[key] = value
        return {**merged, **own} if merged else own

    def merged(self, event: Any, value: Any) -> dict[Any, Any]:
        """What << takes over: a mapping, or several, of which the first has the last word."""
        found: dict[Any, Any] = {}
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, dict):
                raise self.wrong(event, "<< takes a mapping, or a list of them")
            found |= {key: inner for key, inner in each.items() if key not in found}
        return found

    def scalar(self, event: Any) -> Any:
        text = event.value
        if len(text) > MAX_LENGTH:
            raise self.wrong(event, f"a value of {len(text):,} characters, {shortened(text)}; {MAX_LENGTH:,} at most")
        is_plain = event.implicit[0] and not event.tag
        if is_plain and text in self.scalars:
            return self.scalars[text]
        tag = self.tag(event)
        make = self.makers.get(tag)
        if tag in ("str", "value", "merge"):
            value: Any = text
        elif make is None:
            raise self.wrong(event, f"tag {shortened(event.tag)} is not read here; remove it")
        elif len(text) > MAX_DIGITS:
            raise self.wrong(event, f"a number or date of {len(text):,} characters, {shortened(text)}")
        else:
            try:
                value = make(yaml.ScalarNode(TAG + tag, text))
            except (ValueError, IndexError, KeyError, AttributeError, OverflowError, TypeError) as e:
                what = "date" if tag == "timestamp" else tag
                why = f": {e}" if tag == "timestamp" and isinstance(e, ValueError) else ""
                raise self.wrong(event, f"{shortened(text)} is no {what}{why}") from None
        if is_plain:
            self.scalars[text] = value
        return value

    def tag(self, event: Any) -> str:
        """A scalar's tag without its prefix: the one given, or the one that the text has by itself."""
        given = event.tag
        if given in (None, "!"):
            given = self.loader.resolve(yaml.ScalarNode, event.value, event.implicit) if given is None else TAG + "str"
        return str(given).removeprefix(TAG)

    def require_plain(self, event: Any, usual: str) -> None:
        if event.tag not in (None, "!", TAG + usual):
            raise self.wrong(event, f"tag {shortened(event.tag)} is not read here; remove it")

    def wrong(self, event: Any, problem: str) -> NotPlain:
        return NotPlain(event.start_mark.line + 1, problem)
