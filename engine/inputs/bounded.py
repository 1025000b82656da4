"""Kinds of text, number, list and mapping that files hold: each with its bounds, which its JSON schema tells too.

Texts that a reader can't see rightly are no names: control characters, marks of direction that show letters in another
order (Boucher & Anderson 2021, "Trojan Source"), and characters without width.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from lake.errors import InputError, shortened

FIRST_DATE, LAST_DATE = date(1970, 1, 2), date(2261, 12, 31)  # in nanoseconds since 1970, 64 bits end in April 2262
MAX_PATH_BYTES = 200  # of a part of a path, which systems end at 255

# control characters, marks of direction, what has no width
HIDDEN = r"\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
NAME = rf"^[^\s{HIDDEN}]([^{HIDDEN}]*[^\s{HIDDEN}])?$"
LINE = rf"^[^{HIDDEN}]*$"
PROSE = rf"^([\n\t]|[^{HIDDEN}])*$"
FILE_NAME = rf"^[^\s./\\{HIDDEN}]([^/\\{HIDDEN}]*[^\s/\\{HIDDEN}])?$"  # what may name a file or a folder
CODE = r"^[A-Z]{2,6}$"

WORDS = {
    NAME: "has blanks at an end, or characters that can't be seen; write visible ones alone",
    LINE: "has characters that can't be seen; remove them",
    PROSE: "has characters that can't be seen; remove them",
    FILE_NAME: "can't name a file: no / or \\, no dot or blank first, nothing that can't be seen",
    CODE: "is no code; give 2 to 6 letters, A to Z",
}
"""What is wrong with a text that doesn't fit a pattern."""


def _fits_a_path(value: str) -> str:
    if len(value.encode("utf-8", "surrogatepass")) > MAX_PATH_BYTES:
        raise ValueError(f"is too long for a file's name; {MAX_PATH_BYTES} bytes at most")
    return value


Name = Annotated[str, Field(min_length=1, max_length=100, pattern=NAME)]
Line = Annotated[str, Field(max_length=200, pattern=LINE)]  # may be empty
Text = Annotated[str, Field(min_length=1, max_length=2_000, pattern=PROSE)]
Prose = Annotated[str, Field(max_length=10_000, pattern=PROSE)]
FileName = Annotated[str, Field(min_length=1, max_length=100, pattern=FILE_NAME), AfterValidator(_fits_a_path)]
Location = Annotated[str, Field(min_length=1, max_length=4_000, pattern=NAME)]  # a name or a path
Sha256 = Annotated[str, Field(min_length=64, max_length=64, pattern=r"^[0-9a-f]{64}$")]


def within(low: float, high: float, unit: str) -> Any:
    """The bounds of a number, inclusive, and its unit."""
    return Field(ge=low, le=high, description=unit)


@dataclass(frozen=True)
class Counted:
    """A list's length lies between `least` and `most`; of: what its values are, where there must be so many."""

    least: int
    most: int
    of: str = ""

    def check(self, values: Any) -> Any:
        """The values; ValueError when they are too few or too many."""
        if not self.least <= len(values) <= self.most:
            wanted = f"{self.most}: {self.of}" if self.of else f"{self.least} to {self.most}"
            raise ValueError(f"has {len(values)} values, not {wanted}")
        return values

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> Any:
        return handler(schema) | {"minItems": self.least, "maxItems": self.most}


def read_date(value: Any) -> date:
    """A date as it is, or from a text such as 2025-11-19; ValueError for anything else, and out of bounds."""
    if isinstance(value, str):
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ValueError("a date is wanted, e.g. 2025-11-19")
        value = date.fromisoformat(value)
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError("a date is wanted, e.g. 2025-11-19")
    if not FIRST_DATE <= value <= LAST_DATE:
        raise ValueError(f"is no day of a farm's, from {FIRST_DATE} to {LAST_DATE}; is the year right?")
    return value


Day = Annotated[date, BeforeValidator(read_date)]


def require_own(names: Iterable[str], what: str) -> None:
    """ValueError when two of `what` have one name, or names that differ in the composition of their letters alone."""
    seen: dict[str, str] = {}
    for name in names:
        same = unicodedata.normalize("NFC", name)
        if same in seen:
            alike = "" if seen[same] == name else ", in letters of another composition"
            raise ValueError(f"two {what} are called {shortened(name)}{alike}; give each a name of its own")
        seen[same] = name


def require_day(option: str, day: date | None) -> None:
    """InputError when a day that was given lies where no schedule does."""
    if day is not None and not FIRST_DATE <= day <= LAST_DATE:
        raise InputError(option, f"{day} is out of range", f"give a day from {FIRST_DATE} to {LAST_DATE}")


def require_path(option: str, path: Path | None) -> None:
    """InputError when a part of a path that will be written can't be seen or is too long."""
    for part in path.relative_to(path.anchor).parts if path is not None else ():
        if re.fullmatch(NAME, part) is None or len(part.encode("utf-8", "surrogateescape")) > MAX_PATH_BYTES:
            raise InputError(
                option,
                f"{shortened(part)} has blanks at an end, characters that can't be seen, or too many",
                f"give a name of visible characters, {MAX_PATH_BYTES} bytes at most",
            )
