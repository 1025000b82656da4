"""Overlays: a few lines laid on a base give a whole biology that explains itself; what can't be is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.biology.derivation import parameters, value_of
from engine.biology.parameters import Biology, parse_biology, read_biology
from engine.biology.sourced import Sourced
from engine.biology.used import biology_record
from engine.inputs.reading import sha256
from engine.inputs.shipped_files import shipped_names
from lake.errors import InputError

ONE_FOLDER = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def write(folder: Path, name: str, base: str = "published", file: str = "", **given: Any) -> Path:
    """An overlay's file, `name`.yaml unless `file` says otherwise."""
    head = {"format": "smoltworks-biology-overlay/1", "name": name, "base": base, "purpose": f"to try {name}"}
    path = folder / (file or f"{name}.yaml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({**head, **given}, sort_keys=False), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_biology(str(path))
    return str(caught.value)


def values(biology: Biology) -> dict[str, Any]:
    return {path: value_of(entry) for path, entry in parameters(biology.file).items()}


def appetite_sd(biology: Biology) -> Sourced:
    """The parameter with its unit, source and confidence."""
    entry = parameters(biology.file)["feed.appetite_sd"]
    assert isinstance(entry, Sourced)
    return entry


def test_only_what_it_gives_is_changed_and_the_entry_keeps_its_unit(biology: Biology, tmp_path: Path) -> None:
    tgc = {"value": 2.2, "source": "a cold farm", "confidence": "D"}
    path = write(tmp_path, "slow", regions={"Scotland": {"sea_tgc": tgc}}, feed={"lot_cover_days": {"value": 7}})
    slow = read_biology(str(path))
    changed = {p: v for p, v in values(slow).items() if v != values(biology)[p]}
    assert changed == {"regions.Scotland.sea_tgc": 2.2, "feed.lot_cover_days": 7}
    assert slow.name == "slow"
    region, old = (parameters(each.file)["regions.Scotland.sea_tgc"] for each in (slow, biology))
    assert (region.unit, region.source, region.confidence) == (old.unit, "a cold farm", "D")


def test_what_is_not_said_of_a_new_value_is_inherited_with_a_note(biology: Biology, tmp_path: Path) -> None:
    old = appetite_sd(biology)
    given = {
        "neither": {"value": 0.2},
        "source-alone": {"value": 0.2, "source": "my farm"},
        "confidence-alone": {"value": 0.2, "confidence": "V"},
        "same-value": {"value": biology.model.feed.appetite_sd},
    }
    found = {
        name: appetite_sd(read_biology(str(write(tmp_path, name, feed={"appetite_sd": entry}))))
        for name, entry in given.items()
    }
    note = "value set by overlay {}, {} as in published"
    assert found["neither"].source == f"{old.source}; " + note.format("neither", "source and confidence")
    assert found["source-alone"].source == "my farm; " + note.format("source-alone", "confidence")
    assert found["confidence-alone"].source == f"{old.source}; " + note.format("confidence-alone", "source")
    assert [entry.confidence for entry in found.values()] == [old.confidence, old.confidence, "V", old.confidence]
    assert found["same-value"] == old


def test_a_factor_multiplies_the_bases_value(biology: Biology, tmp_path: Path) -> None:
    months = {"times": 0.5, "source": "half", "confidence": "G"}
    made = read_biology(
        str(
            write(
                tmp_path,
                "scaled",
                feed={"lot_cover_days": {"times": 2}, "appetite_sd": {"times": 1}},
                regions={"Scotland": {"adult_female_limit": months}},
            )
        )
    )
    assert made.model.feed.lot_cover_days == 2 * biology.model.feed.lot_cover_days
    limit = biology.region("Scotland").adult_female_limit
    assert made.region("Scotland").adult_female_limit == tuple(each / 2 for each in limit)
    record = biology_record(made)
    assert [c.path for c in record.changed] == ["feed.lot_cover_days", "regions.Scotland.adult_female_limit"]
    assert record.changed[1].source == "half"


def test_the_resolved_text_is_a_whole_biology_that_reads_back_as_itself(biology: Biology, tmp_path: Path) -> None:
    path = write(tmp_path, "hot", environment={"heat_wave_c": {"value": 2.5}})
    hot = read_biology(str(path))
    again = parse_biology(hot.text, "copy.yaml")
    assert (again, again.file, again.sha256) == (hot, hot.file, sha256(hot.text))
    assert biology_record(again) == biology_record(hot)
    assert read_biology(str(path)).text == hot.text
    spelled = path.read_text(encoding="utf-8").replace("value: 2.5", "value: 2.50").replace("to try hot", "else")
    path.write_text("# a comment\n" + spelled, encoding="utf-8")
    assert values(read_biology(str(path))) == values(hot)
    assert len(hot.text.splitlines()) > len(parameters(hot.file))


@ONE_FOLDER
@given(
    value=st.floats(-10, 40),
    days=st.integers(0, 3_000),
    words=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30),
)
def test_any_value_and_any_words_survive(value: float, days: int, words: str, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "any",
        environment={"heat_wave_c": {"value": value, "source": words}},
        feed={"shelf_life_days": {"value": days}},
    )
    made = read_biology(str(path))
    assert parse_biology(made.text, "copy.yaml") == made
    assert made.model.environment.heat_wave_c == value
    assert parameters(made.file)["environment.heat_wave_c"].source.startswith(words)
    assert made.model.feed.shelf_life_days == days


def test_a_resolved_file_that_was_edited_is_refused(tmp_path: Path) -> None:
    hot = read_biology(str(write(tmp_path, "hot", environment={"heat_wave_c": {"value": 2.5}})))
    for old, new in (("appetite_sd: {value: 0.08", "appetite_sd: {value: 0.09"), ("base: 0.75", "base: 0.5")):
        assert old in hot.text
        with pytest.raises(InputError, match=r"changed by hand\n.*remove derivation"):
            parse_biology(hot.text.replace(old, new), "edited.yaml")


def test_overlays_stack_and_the_record_is_from_the_base_on(biology: Biology, tmp_path: Path) -> None:
    first = write(
        tmp_path, "first", feed={"appetite_sd": {"value": 0.2}, "morning_share": {"value": 0.6}}, file="deep/first.yaml"
    )
    second = write(
        tmp_path,
        "second",
        base="deep/first.yaml",
        feed={"appetite_sd": {"value": 0.3, "source": "mine"}, "morning_share": {"value": 0.55}},
        environment={"heat_wave_c": {"value": 1}},
    )
    made = read_biology(str(second))
    assert made.model.feed.appetite_sd == 0.3
    mine, published = (parameters(each.file)["feed.morning_share"] for each in (made, biology))
    assert mine == published.model_copy(update={"source": mine.source})
    record = biology_record(made)
    assert (record.name, record.sha256, record.purpose) == ("second", made.sha256, "to try second")
    assert record.base is not None
    assert (record.base.name, record.base.sha256) == ("published", biology.sha256)
    assert [(each.name, each.sha256) for each in record.overlays] == [
        (path.stem, sha256(path.read_text(encoding="utf-8"))) for path in (first, second)
    ]
    assert [(c.path, c.base, c.value, c.file) for c in record.changed] == [
        ("feed.appetite_sd", 0.08, 0.3, "second"),
        ("environment.heat_wave_c", 0.75, 1.0, "second"),
    ]
    assert record.changed[0].source.startswith("mine")
    # laid on the resolved file instead, the record is the same but for the hash of the file between
    (tmp_path / "resolved.yaml").write_text(read_biology(str(first)).text, encoding="utf-8")
    third = write(tmp_path, "third", base="resolved.yaml", feed={"appetite_sd": {"value": 0.3}})
    record = biology_record(read_biology(str(third)))
    assert [each.name for each in record.overlays] == ["first", "third"]
    assert [(c.path, c.base, c.file) for c in record.changed] == [
        ("feed.appetite_sd", 0.08, "third"),
        ("feed.morning_share", 0.55, "first"),
    ]


def test_a_base_is_looked_for_beside_the_overlay_wherever_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "mine", feed={"appetite_sd": {"value": 0.2}}, file="a/mine.yaml")
    write(tmp_path, "other", feed={"appetite_sd": {"value": 0.3}}, file="b/mine.yaml")
    top = write(tmp_path, "top", base="mine.yaml", file="a/top.yaml")
    named = write(tmp_path, "named", base="mine", file="a/named.yaml")
    monkeypatch.chdir(tmp_path / "b")
    for path in (top, named):
        assert read_biology(str(path)).model.feed.appetite_sd == 0.2


def test_a_cycle_is_refused_with_its_chain(tmp_path: Path) -> None:
    path = write(tmp_path, "self", base="self.yaml")
    assert f"is its own base: {path} -> {path}" in refusal(path)
    one = write(tmp_path, "one", base="two.yaml")
    write(tmp_path, "two", base="three")
    write(tmp_path, "three", base="./one.yaml")
    message = refusal(one)
    assert "is its own base" in message
    for name in ("one.yaml", "two.yaml", "three.yaml"):
        assert name in message


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"environmnt": {}}, ["key environmnt", "did you mean 'environment'"]),
        ({"feed": {"apetite_sd": {"value": 1}}}, ["key feed.apetite_sd", "did you mean 'appetite_sd'"]),
        ({"feed": {"appetite_sd": 0.1}}, ["key feed.appetite_sd has value 0.1", "write {value: 0.1}"]),
        ({"feed": {"appetite_sd": {"value": "big"}}}, ["key feed.appetite_sd", "'big'", "number"]),
        ({"feed": {"appetite_sd": {"value": 2}}}, ["key feed.appetite_sd", "2", "less than or equal to 1"]),
        ({"feed": {"appetite_sd": {"vlaue": 0.1}}}, ["key feed.appetite_sd.vlaue", "did you mean 'value'"]),
        ({"feed": {"appetite_sd": {"times": 2, "value": 1}}}, ["key feed.appetite_sd has both value and times"]),
        ({"feed": {"appetite_sd": {"times": "twice"}}}, ["key feed.appetite_sd.times has value 'twice'", "number"]),
        ({"feed": {"appetite_sd": {"times": 20}}}, ["key feed.appetite_sd", "1.6", "less than or equal to 1"]),
        ({"feed": {"lot_cover_days": {"times": 1.01}}}, ["key feed.lot_cover_days.value", "14.14", "integer"]),
        ({"regions": {"Scotland": {"vaccine": {"times": 2}}}}, ["key regions.Scotland.vaccine.times", "give value"]),
        ({"feed": None}, ["key feed has value None", "give the keys to change"]),
        ({"feed": []}, ["key feed has value []"]),
        (
            {"environment": {"heat_wave_c": {"value": 3, "unit": "K"}}},
            ["key environment.heat_wave_c.unit", "'K'", "'degC ", "convert the value"],
        ),
        (
            {"regions": {"Faroe Island": {"sea_tgc": {"value": 3}}}},
            ["key regions.Faroe Island is not in the base published", "did you mean 'Faroe Islands'"],
        ),
        (
            {"sensors": {"noise_sd": {"Temprature": {"value": 1}}}},
            ["key sensors.noise_sd.Temprature is not in the base", "did you mean 'Temperature'"],
        ),
        ({"events": {"weeks": {"value": [0.5, 0.4]}}}, ["events.weeks", "sum to 0.9, not 1"]),
        ({"mortality": {"shape_day": {"value": [1, 2]}}}, ["mortality.shape_day.value", "must have one value more"]),
        (
            {"regions": {"Scotland": {"event_weights": {"PANCREAS_DISAESE": {"value": 1}}}}},
            ["key regions.Scotland.event_weights.PANCREAS_DISAESE", "did you mean 'PANCREAS_DISEASE'"],
        ),
        ({"events": {"kinds": {"STORM": {"cause": "WEATHER"}}}}, ["key events.kinds.STORM.cause", "'WEATHER'"]),
        ({"events": {"kinds": {"STORM": {"cause": {"value": "OTHER"}}}}}, ["key events.kinds.STORM.cause"]),
        ({"derivation": {}}, ["key derivation", "remove it"]),
    ],
)
def test_a_wrong_overlay_is_refused_with_file_path_value_and_cure(
    given: dict[str, Any], words: list[str], tmp_path: Path
) -> None:
    path = write(tmp_path, "wrong", **given)
    message = refusal(path)
    for word in [f"{path}: ", *words]:
        assert word in message


def test_several_faults_are_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "wrong", feed={"appetite_sd": 1, "morning_share": 2})
    message = refusal(path)
    assert "feed.appetite_sd" in message
    assert "feed.morning_share" in message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"base": "alchemy"}, ["key base has value 'alchemy'", "no such biology file", "heat-wave"]),
        ({"base": "nowhere/x.yaml"}, ["key base has value 'nowhere/x.yaml'"]),
        ({"base": None}, ["key base"]),
        ({"name": "a/b"}, ["key name", "'a/b'"]),
        ({"name": "published"}, ["key name has value 'published', as its base"]),
        ({"format": "smoltworks-biology-overlay/2"}, ["key format", "smoltworks-biology-overlay/2"]),
        ({"purpose": 5}, ["key purpose", "5"]),
    ],
)
def test_a_wrong_head_is_refused(changes: dict[str, Any], words: list[str], tmp_path: Path) -> None:
    path = write(tmp_path, "head")
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | changes), encoding="utf-8")
    message = refusal(path)
    for word in [str(path), *words]:
        assert word in message


def test_a_fault_of_the_base_is_told_of_the_base(tmp_path: Path) -> None:
    below = write(tmp_path, "below", feed={"appetite_sd": {"value": 9}})
    message = refusal(write(tmp_path, "above", base="below.yaml"))
    assert message.startswith(str(below))


def test_shares_by_name_can_be_given_one_by_one(tmp_path: Path) -> None:
    shares = {"THERMAL": 0.0, "MECHANICAL": 0.68}
    given = {"treatment_shares": {"value": shares}}
    made = read_biology(str(write(tmp_path, "no-thermal", regions={"Faroe Islands": given})))
    found = made.region("Faroe Islands").treatment_shares
    assert (found["THERMAL"], found["MECHANICAL"], found["FRESHWATER"]) == (0.0, 0.68, 0.25)
    assert [c.path for c in biology_record(made).changed] == ["regions.Faroe Islands.treatment_shares"]


def test_a_bare_value_is_changed_and_recorded_too(tmp_path: Path) -> None:
    made = read_biology(str(write(tmp_path, "calm", events={"kinds": {"STORM": {"cause": "OTHER"}}})))
    (change,) = biology_record(made).changed
    assert (change.path, change.base, change.value) == ("events.kinds.STORM.cause", "HANDLING", "OTHER")


def test_a_whole_file_of_ones_own_is_recorded_by_what_differs_from_the_published_set(biology: Biology) -> None:
    assert biology_record(biology) == biology_record(parse_biology(biology.text, "x"))
    assert (biology_record(biology).base, biology_record(biology).changed) == (None, ())
    data = yaml.safe_load(biology.text)
    data["feed"]["appetite_sd"] |= {"value": 0.2, "source": "my farm"}
    del data["sensors"]["bias_sd"]["NO3"]
    data["sensors"]["bias_sd"]["Chlorophyll"] = {"value": 1, "unit": "ug/L", "source": "mine", "confidence": "G"}
    record = biology_record(parse_biology(yaml.safe_dump(data), "mine.yaml"))
    assert record.base is not None
    assert (record.base.name, record.base.sha256, record.overlays) == ("published", biology.sha256, ())
    assert [(c.path, c.base, c.value, c.source, c.file) for c in record.changed] == [
        ("feed.appetite_sd", 0.08, 0.2, "my farm", ""),
        ("sensors.bias_sd.Chlorophyll", None, 1.0, "mine", ""),
        ("sensors.bias_sd.NO3", 0.5, None, "general knowledge", ""),
    ]


@pytest.mark.parametrize("name", [name for name in shipped_names("biology") if name != "published"])
def test_every_shipped_overlay_is_whole_and_says_what_it_is_for(name: str) -> None:
    made = read_biology(name)
    record = biology_record(made)
    assert made.name == name
    assert record.purpose
    assert record.base is not None
    assert record.base.name == "published"
    assert record.changed
    for change in record.changed:
        assert "value set by overlay" not in change.source, f"{change.path} gives no source and confidence of its own"
