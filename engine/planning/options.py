"""What a person types for a plan, as values: rings 8-20, batches auto, eggs 3.0e6-3.8e6."""

from __future__ import annotations

import re
from datetime import date

from engine.farm.schedule import to_day
from engine.inputs.bounded import require_day
from lake.errors import InputError, shortened

AUTO, TODAY = "auto", "today"


def parse_batches(given: int | str) -> int | None:
    """Batches in each geography; None for auto."""
    text = str(given)
    if text == AUTO:
        return None
    if re.fullmatch(r"-?[0-9]{1,18}", text) is None:
        raise InputError("--batches", f"{shortened(text)} is not understood", "give a number such as 275, or auto")
    return int(text)


def parse_rings(given: int | str) -> int | tuple[int, int]:
    """Rings a batch: one number, or the fewest and the most."""
    text = str(given)
    match = re.fullmatch(r"([0-9]{1,18})(?:-([0-9]{1,18}))?", text)
    if match is None:
        raise InputError(
            "--rings", f"{shortened(text)} is not understood", "give a number such as 8, or a range such as 8-20"
        )
    return (int(match[1]), int(match[2])) if match[2] else int(match[1])


def parse_eggs(given: int | str) -> tuple[int, int] | None:
    """The lowest and highest number of eggs a batch; None to fit them to the containers."""
    text = str(given)
    if text == "fit":
        return None
    number = r"([0-9]{1,12}(?:\.[0-9]{1,12})?(?:e[0-9])?)"
    match = re.fullmatch(rf"{number}(?:-{number})?", text.replace("_", "").lower())
    if match is None:
        raise InputError("--eggs", f"{shortened(text)} is not understood", "give fit, 640000 or 3.0e6-3.8e6")
    low = round(float(match[1]))
    return low, round(float(match[2])) if match[2] else low


def parse_shared_areas(given: int | str) -> bool:
    """Whether an area may hold several batches at once, from --batches-per-area."""
    text = str(given)
    if text not in ("any", "1"):
        raise InputError("--batches-per-area", f"{shortened(text)} is not understood", "give any or 1")
    return text == "any"


def parse_day(given: date | str, option: str) -> int:
    """Days since 1970-01-01 of a date, or of a text: 2025-11-19, or today, which is the one look at the clock."""
    if given == TODAY:
        given = date.today()
    try:
        day = given if isinstance(given, date) else date.fromisoformat(given)
    except ValueError:
        raise InputError(option, f"{shortened(given)} is no date", "give e.g. 2025-11-19, or today") from None
    require_day(option, day)
    return to_day(day)


def parse_whole(given: int | str | None, option: str) -> int | None:
    """A whole number of 0 or more; None when none is given."""
    if given is None:
        return None
    if re.fullmatch("[0-9]{1,9}", str(given)) is None:
        raise InputError(
            option, f"{shortened(given)} is no whole number", "give one, or leave it out to go on as before"
        )
    return int(given)


def require_whole(option: str, value: int, low: int, high: int) -> None:
    """InputError unless the value lies between low and high, inclusive."""
    if not low <= value <= high:
        raise InputError(option, f"{value} is out of range", f"give {low} to {high}")


def require_share(option: str, value: float | None) -> None:
    """InputError unless the value, if given, lies between 0 and 1."""
    if value is not None and not 0 < value < 1:
        raise InputError(option, f"{value:g} is out of range", "give a share between 0 and 1, such as 0.87")
