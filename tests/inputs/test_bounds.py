"""Every number, text, list and mapping of a file has bounds, which stand in the model's JSON schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from engine.biology.bands import Bands
from engine.biology.overlay import OverlayModel
from engine.biology.parameters import _file_model
from engine.farm.farm_references import FarmFile
from engine.farm.legacy_model import LegacyModel
from engine.farm.schedule_file import ScheduleModel
from engine.inputs.bounded import Day, FileName, Line, Name, Prose, require_own, require_path
from engine.inputs.reading import StrictModel
from lake.errors import InputError
from tests.inputs.schemas import UNSEEN, unbounded

MODELS: tuple[type[StrictModel], ...] = (FarmFile, ScheduleModel, LegacyModel, OverlayModel, Bands, _file_model())
HIDDEN = [
    *UNSEEN,
    *(f"a{letter}b" for letter in "\u202a\u202b\u202c\u202d\u2067\u2068\u2069\u200b\u200e\u2028\ufeff\x7f"),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_everything_in_a_model_has_bounds(model: type[StrictModel]) -> None:
    assert list(unbounded(model.model_json_schema())) == []


class _Loose(StrictModel):
    number: Annotated[float, Field(ge=0)]
    whole: int
    text: Annotated[str, Field(max_length=10, pattern="^[^/]*$")]
    short: Annotated[str, Field(pattern="^[a-z]*$")]
    values: list[bool]
    pair: tuple[float, bool]
    by_name: dict[str, bool]


def test_what_has_none_is_found() -> None:
    found = list(unbounded(_Loose.model_json_schema()))
    assert {line.split(":")[0].split(".")[1] for line in found} == set(_Loose.model_fields)


def test_names_of_letters_are_taken_and_what_hides_is_not() -> None:
    for kind in (Name, Line, Prose, FileName):
        fits = TypeAdapter(kind)
        for name in ("Eyðun Havnará", "東京 3", "Skálafjørður-Nord (2)", "e\u0301", "🐟"):
            assert fits.validate_python(name) == name
        for name in HIDDEN:
            with pytest.raises(ValidationError):
                fits.validate_python(name)
    for name in (" a", "a ", "\u00a0a", "a\n", "", "\n"):
        with pytest.raises(ValidationError):
            TypeAdapter(Name).validate_python(name)
    for name in ("a/b", "a\\b", ".a", "..", "/", "x" * 101, "東" * 90, " a", "a "):
        with pytest.raises(ValidationError):
            TypeAdapter(FileName).validate_python(name)


@pytest.mark.parametrize("day", ["1970-01-01", "1950-01-01", "2262-01-01", "9999-12-31", "20250101", "x", "", 5, None])
def test_a_day_that_no_schedule_has_is_refused(day: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(day)


@pytest.mark.parametrize("names", [("a", "a"), ("\u00e9", "e\u0301"), ("b", "\u212b", "\u00c5")])
def test_two_names_that_look_alike_are_one_too_many(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="two fish are called"):
        require_own(names, "fish")


@pytest.mark.parametrize("path", ["runs/a\u202eb", "runs/a\nb", " a/b", "a/b ", "x" * 201, "東" * 90])
def test_a_path_to_write_that_no_one_can_read_is_refused(path: str) -> None:
    with pytest.raises(InputError, match="--out"):
        require_path("--out", Path(path))


@pytest.mark.parametrize("path", ["/tmp/runs/mine", "../runs/Fær øer", ".", "..", "runs/.hidden", None])
def test_a_path_to_write_as_people_write_them_is_taken(path: str | None) -> None:
    require_path("--out", None if path is None else Path(path))
