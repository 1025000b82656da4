"""Templates of names that a farm file holds: which words each knows, and nothing that formats beyond them."""

from __future__ import annotations

import re
from string import Formatter
from typing import Annotated

from pydantic import AfterValidator, Field

from engine.inputs.bounded import LINE

DIGITS = r"0?[1-9]?d?"  # {number:02d}


def of(*known: str) -> AfterValidator:
    """A template's words are among the known ones; {number} may say its digits, as in {number:02d}."""
    words = ", ".join(f"{{{word}}}" for word in known)

    def check(template: str) -> str:
        try:
            parts = list(Formatter().parse(template))
        except ValueError as e:
            raise ValueError(f"a name template is wrong: {e}; it knows {words}") from None
        for _, word, digits, conversion in parts:
            if word is None:
                continue
            if word not in known:
                raise ValueError(f"a name template is wrong: {{{word}}} is not known; it knows {words}")
            if conversion or (digits and (word != "number" or re.fullmatch(DIGITS, digits) is None)):
                raise ValueError(f"a name template is wrong: write {{{word}}} alone, or {{number:02d}}")
        return template

    return AfterValidator(check)


Template = Annotated[str, Field(min_length=1, max_length=100, pattern=LINE)]
