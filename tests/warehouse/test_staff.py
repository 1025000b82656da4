"""Whoever did a thing is a member of the staff of its place and shift; the load belongs to the user of --user."""

from __future__ import annotations

from pathlib import Path

import pytest

from lake.errors import InputError
from lake.manifest import Manifest
from tests.warehouse import foreign
from tests.warehouse.probing import ask, one
from warehouse.database import connect
from warehouse.load import Options, load_run
from warehouse.passwords import encode, read_passwords, unusable_password
from warehouse.reconciling.reconcile import reconcile
from warehouse.wipe import wipe_run

Lake = tuple[Path, Manifest]
NAMES = "SELECT username FROM auth_user ORDER BY id"
OWNERS = "SELECT DISTINCT u.username FROM scenario s JOIN auth_user u ON u.id = s.created_by_id"
# as Django 4.2.11 hashes it: make_password("smolt & parr", salt="Seasalt1")
DJANGO = "pbkdf2_sha256$600000$Seasalt1$voCTfpjdDb9kCcJRM8cPHFUtI139wQOW5wKxEPtNQ18="


def secret(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "passwords"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_whoever_feeds_works_at_the_place_and_takes_turns(loaded: str) -> None:
    found = ask(
        loaded,
        "SELECT DISTINCT c.name, (feeding_date - DATE '1970-01-01') / 14 % 2, u.username FROM inventory_feedingevent f "
        "JOIN auth_user u ON u.id = f.recorded_by_id JOIN infrastructure_container c ON c.id = f.container_id",
    )
    assert {name for container, _, name in found if container.startswith("Hall")} == {"heri", "elin"}
    assert {name for container, _, name in found if container.startswith("Ring")} <= {"ari", "anna"}
    shifts = {(container[:4], shift) for container, shift, _ in found}
    assert len({(container[:4], shift, name) for container, shift, name in found}) == len(shifts), "two on one shift"


def test_managers_plan_and_experts_treat(loaded: str) -> None:
    by = "SELECT DISTINCT u.username FROM {} t JOIN auth_user u ON u.id = t.{}"
    for table, column, name in (
        ("batch_batchtransferworkflow", "initiated_by_id", "rannva"),
        ("health_treatment", "user_id", "pall"),
        ("health_healthlabsample", "recorded_by_id", "durita"),
    ):
        assert name in {row[0] for row in ask(loaded, by.format(table, column))}, table
    undone = "SELECT count(*) FROM planning_plannedactivity WHERE (completed_at IS NULL) <> (completed_by_id IS NULL)"
    assert one(loaded, undone) == 0


def test_staff_get_profiles_and_no_password(loaded: str) -> None:
    found = ask(
        loaded,
        "SELECT username, email, is_superuser, is_active, left(password, 1), length(password), role, p.geography "
        "FROM auth_user u JOIN users_userprofile p ON p.user_id = u.id ORDER BY u.id",
    )
    assert found[0] == ("heri", "heri@example.com", False, True, "!", 41, "OPR", "FO")
    assert len(found) == 7
    assert one(loaded, "SELECT count(DISTINCT password) = count(*) FROM auth_user")


def test_who_is_there_already_is_the_same_person_and_stays(used: str, lake: Lake) -> None:
    """foreign has an anna of its own."""
    before = ask(used, "SELECT u::text FROM auth_user u WHERE username = 'anna'")
    result = load_run(*lake, used)
    assert list(reconcile(*lake, used)) == []
    told = {column.column for column in result.differing_master_rows if column.table == "auth_user"}
    assert "email" in told
    assert "password" not in told
    assert one(used, "SELECT user_id FROM users_userprofile WHERE full_name = 'OPR' AND user_id = 5") == 5
    wipe_run(lake[1], used)
    assert ask(used, "SELECT u::text FROM auth_user u WHERE username = 'anna'") == before
    assert one(used, "SELECT count(*) FROM users_userprofile") == 0
    assert [row[0] for row in ask(used, NAMES)] == ["anna", "system_admin"]


def test_a_member_of_staff_whom_others_use_by_now_stays(loaded: str, lake: Lake) -> None:
    with connect(loaded) as connection:
        foreign.insert(connection, "batch_species", name="Trout", scientific_name="Salmo trutta")
        species = one(loaded, "SELECT max(id) FROM batch_species")
        foreign.insert(connection, "batch_batch", batch_number="T-1", species_id=species, lifecycle_stage_id=1)
        batch = one(loaded, "SELECT max(id) FROM batch_batch")
        heri = one(loaded, "SELECT id FROM auth_user WHERE username = 'heri'")
        foreign.insert(connection, "health_journalentry", batch_id=batch, user_id=heri)
    result = wipe_run(lake[1], loaded)
    assert result is not None
    assert result.left > 0
    assert [row[0] for row in ask(loaded, NAMES)] == ["heri"]


def test_scenarios_belong_to_the_only_superuser_who_can_log_in(used: str, lake: Lake) -> None:
    with connect(used) as connection:
        foreign.insert(connection, "auth_user", id=9, username="tester", is_superuser=True, is_active=True)
        foreign.insert(
            connection, "auth_user", id=10, username="robot", is_superuser=True, is_active=True, password="!x"
        )
    assert load_run(*lake, used).owner == "tester"
    assert ask(used, OWNERS) == [("tester",)]


def test_of_two_superusers_neither_is_taken(used: str, lake: Lake) -> None:
    with connect(used) as connection:
        for name in ("one", "two"):
            foreign.insert(connection, "auth_user", username=name, is_superuser=True, is_active=True)
    assert load_run(*lake, used).owner == "system_admin"


@pytest.mark.parametrize("name", ["anna", "durita"])
def test_scenarios_belong_to_the_user_asked_for_even_a_new_member_of_staff(used: str, lake: Lake, name: str) -> None:
    assert load_run(*lake, used, options=Options(user=name)).owner == name
    assert ask(used, OWNERS) == [(name,)]
    assert list(reconcile(*lake, used)) == []


def test_a_user_who_is_not_there_is_refused_with_those_who_are(used: str, lake: Lake) -> None:
    with pytest.raises(InputError, match=r"no user 'nobody'.*\n?.*anna, system_admin"):
        load_run(*lake, used, options=Options(user="nobody"))
    assert one(used, "SELECT to_regnamespace('smoltworks') IS NULL")


def test_a_load_keeps_its_user(loaded: str, lake: Lake) -> None:
    again = load_run(*lake, loaded)
    assert (again.already, again.owner) == (True, "system_admin")
    assert load_run(*lake, loaded, options=Options(user="system_admin")).already
    with pytest.raises(InputError, match="another user: system_admin, not heri"):
        load_run(*lake, loaded, options=Options(user="heri"))


def test_a_log_of_an_earlier_version_has_no_owner(loaded: str, lake: Lake) -> None:
    with connect(loaded) as connection:
        connection.execute("ALTER TABLE smoltworks.load_log DROP owner")
    assert load_run(*lake, loaded).owner == "system_admin"
    wipe_run(lake[1], loaded)


def test_a_password_is_hashed_as_django_does() -> None:
    assert encode("smolt & parr", "Seasalt1") == DJANGO
    assert len(unusable_password("heri")) == 41
    assert unusable_password("heri") == unusable_password("heri") != unusable_password("elin")


def test_a_password_for_all_lets_new_staff_in_and_nobody_else(used: str, lake: Lake, tmp_path: Path) -> None:
    load_run(*lake, used, options=Options(password_file=secret(tmp_path, "smolt & parr\n")))
    hashes = dict(ask(used, "SELECT username, password FROM auth_user"))
    assert hashes["anna"] == "x", "a user who was there keeps the password"
    _, _, salt, _ = hashes["heri"].split("$")
    assert hashes["heri"] == encode("smolt & parr", salt)
    assert {name for name, hash_ in hashes.items() if hash_ == hashes["heri"]} == {
        "heri", "elin", "ari", "rannva", "pall", "durita"
    }  # fmt: skip


def test_a_line_a_user(used: str, lake: Lake, tmp_path: Path) -> None:
    load_run(*lake, used, options=Options(password_file=secret(tmp_path, "heri:a:b\n\nelin: c\n")))
    hashes = dict(ask(used, "SELECT username, password FROM auth_user"))
    for name, password in (("heri", "a:b"), ("elin", " c")):
        assert hashes[name] == encode(password, hashes[name].split("$")[2])
    assert hashes["ari"].startswith("!")


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("hush\n", 0o644, "others may read or change"),
        ("hush\n", 0o620, "others may read or change"),
        (" \n\n", 0o600, "is empty"),
        ("heri:hush\nhush\n", 0o600, "line 2 of .* is not USER:PASSWORD"),
        ("heri:hush\nheri:hush\n", 0o600, "line 2 of .* names its user a second time"),
        ("heri:\n", 0o600, "line 1 of .* is not USER:PASSWORD"),
    ],
)
def test_a_file_that_gives_no_passwords_is_refused_and_none_is_told(
    tmp_path: Path, text: str, mode: int, words: str
) -> None:
    with pytest.raises(InputError, match=words) as refusal:
        read_passwords(secret(tmp_path, text, mode))
    assert "hush" not in str(refusal.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        read_passwords(tmp_path / "none")


def test_a_password_with_a_colon_is_not_told_when_it_is_taken_for_a_line(tmp_path: Path) -> None:
    passwords = read_passwords(secret(tmp_path, "hush:hush\n"))
    assert "hush" not in repr(passwords)
    with pytest.raises(InputError, match="1 of its lines begin with no username") as refusal:
        passwords.encoded(["heri"])
    assert "hush" not in str(refusal.value)
