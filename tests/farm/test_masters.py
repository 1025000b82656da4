"""Master data: growth of the stages, the sea through the year, templates of plans, staff."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm, parse_farm
from engine.farm.master_model import TemplateModel
from engine.farm.masters import master_rows, sea_profile_c, stage_tgc
from engine.farm.staff import staff_rows, username


@pytest.mark.parametrize("geography", ["Faroe Islands", "Scotland"])
def test_an_egg_reaches_its_first_feeding_by_its_stages_tgc(biology: Biology, geography: str) -> None:
    stages, region = biology.model.stages, biology.region(geography)
    degree_days = 90 * region.hall_temperature_c[0]
    tgc = stage_tgc(biology, geography)
    grown = (stages.egg_weight_g ** (1 / 3) + tgc[0] / 1000 * degree_days) ** 3
    assert grown == pytest.approx(stages.first_feeding_weight_g, rel=1e-3)
    assert tgc[1:5] == region.freshwater_tgc[1:]
    assert tgc[5] == region.expected_sea_tgc


def test_a_profile_has_the_months_means(biology: Biology) -> None:
    region = biology.region("Scotland")
    year = sea_profile_c(biology, "Scotland")
    assert len(year) == 365
    for month, mean in enumerate(region.sea_month_c):
        middle = year[round((month + 0.5) / 12 * 365)]
        assert middle == pytest.approx(mean + region.sea_offset_c, abs=0.05)
    assert all(round(temp_c, 2) == temp_c for temp_c in year)


def test_constraints_have_the_thresholds_of_forecasts(small_farm: Farm, biology: Biology) -> None:
    """The application takes them from the greatest weight of these two stages of a scenario's constraints."""
    for transfer_g, harvest_g in ((100.0, 5_000.0), (120.5, 4_000.0)):
        policy = replace(biology.model.outlook, transfer_threshold_g=transfer_g, harvest_threshold_g=harvest_g)
        other = replace(biology, model=replace(biology.model, outlook=policy))
        rows = master_rows(small_farm, other)
        (named,) = rows["biological_constraints"]
        assert named["name"] == f"Atlantic salmon, to sea at {transfer_g:g} g, harvested at {harvest_g:g} g"
        greatest = {row["lifecycle_stage"]: row["max_weight_g"] for row in rows["stage_constraint"]}
        assert (greatest["smolt"], greatest["harvest"]) == (transfer_g, harvest_g)
        assert all(row["min_weight_g"] <= row["max_weight_g"] for row in rows["stage_constraint"])
        egg = biology.model.stages.egg_weight_g  # a scenario begins with it: it must lie in some stage
        assert any(row["min_weight_g"] <= egg <= row["max_weight_g"] for row in rows["stage_constraint"])


@pytest.mark.parametrize(("activity", "lacks"), [("TRANSFER", "stage"), ("FEED_CHANGE", "feed")])
def test_a_template_that_cannot_be_matched_with_life_is_refused(activity: str, lacks: str) -> None:
    with pytest.raises(ValidationError, match=lacks):
        TemplateModel.model_validate({"name": "x", "activity": activity, "day": 3})


def test_texts_that_the_application_does_not_allow_to_be_blank_are_filled(small_farm: Farm, biology: Biology) -> None:
    """Its models let a score's description and a supplier's contact details be anything but blank."""
    rows = master_rows(small_farm, biology)
    assert all(row["contact_details"] for row in rows["egg_supplier"])
    told = [row["description"] for row in rows["parameter_score_definition"]]
    assert all(told)
    assert len(set(told)) == len(told)


def test_people_of_a_large_farm_who_share_a_name_have_usernames_of_their_own() -> None:
    data = yaml.safe_load(Path("schedules/farms/faroe-scotland.yaml").read_text(encoding="utf-8"))
    for geography in data["geographies"]:
        geography["areas"]["count"] *= 20
    rows = staff_rows(parse_farm(yaml.safe_dump(data, sort_keys=False), "large"))["staff"]
    logins = [row["username"] for row in rows]
    assert len(set(logins)) == len(logins) == len({row["email"] for row in rows})
    assert len({(row["first_name"], row["last_name"]) for row in rows}) < len(rows)
    numbered = [row for row in rows if row["username"][-1].isdecimal()]
    assert numbered[0]["username"] == username(numbered[0]["first_name"], numbered[0]["last_name"]) + "2"
