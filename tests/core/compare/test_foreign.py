"""Comparing with files that this workspace did not make."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.core.compare.model import Change, Comparison, DifferenceFilter, LeftOutReason
from crmdesk.core.errors import UserError
from crmdesk.core.founding import NewWorkspace
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.types import PropertyType
from crmdesk.core.workspace import create_workspace
from tests.builders import PASSWORD, Desk, KeyBox

HUBSPOT = (
    "Record ID,First Name,Email,Date of birth,Create Date\r\n"
    "901,Ann,ANN@example.org,1980-02-03,2020-01-01\r\n"
    "902,Boris,bo@example.org,,2020-01-01\r\n"
    "903,Zoe,zoe@example.org,,2020-01-01\r\n"
    "904,Nobody,,,2020-01-01\r\n"
)


@pytest.fixture
def hubspot(tmp_path: Path) -> Path:
    path = tmp_path / "hubspot-export.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("hubspot-crm-exports-all-contacts-2026-01-02.csv", HUBSPOT)
        file.writestr("deals.csv", "Record ID,Deal Name\r\n1,Nets\r\n")
    return path


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A second workspace, with a key of its own, three contacts and one property more."""
    folder = tmp_path_factory.mktemp("elsewhere") / "workspace"
    wanted = NewWorkspace("Harbour", "ann@example.org", "Ann Devon", PASSWORD, {})
    created = create_workspace(folder, wanted, KeyBox())
    created.workspace.close()
    made = Desk(folder, created.workspace.key)
    made.workspace.settings.set(made.admin, "backup.min_interval", "0")
    boat = PropertyDefinition("boat", "Boat", PropertyType.STRING)
    made.workspace.definitions.add_property(made.admin, "contacts", boat)
    for number in range(3):
        made.contact(firstname=f"Name {number}", email=f"n{number}@example.org")
    yield made
    made.workspace.close()


def records_of(desk: Desk, found: Comparison, **wanted: object) -> dict[str, object]:
    comparisons = desk.workspace.comparisons
    numbers = comparisons.numbers(desk.admin, found.id, DifferenceFilter(**wanted))  # type: ignore[arg-type]
    return {each.name: each for each in comparisons.records(desk.admin, found.id, numbers)}


def test_an_export_of_another_program_is_matched_by_email(desk: Desk, hubspot: Path) -> None:
    ann = desk.contact(firstname="Ann", email="ann@example.org", date_of_birth="1980-02-03")
    bo = desk.contact(firstname="Bo", lastname="Berg", email="bo@example.org", city="Bergen")
    dag = desk.contact(firstname="Dag", email="dag@example.org")
    desk.contact(firstname="Without", email="")

    found = desk.workspace.comparisons.compare(desk.admin, str(hubspot))

    contacts = found.object("contacts")
    assert contacts is not None
    assert (contacts.added, contacts.removed, contacts.changed, contacts.unchanged) == (1, 1, 1, 1)
    assert (contacts.matched_by, contacts.left_out_then, contacts.left_out_now) == ("Email", 1, 1)
    assert contacts.properties == {"firstname": 1}, "only columns of the file are compared"
    records = records_of(desk, found)
    told = {name: each.record_id for name, each in records.items()}
    assert told == {"Bo Berg": bo.id, "Dag": dag.id, "Zoe": None}
    values = {each.property: each.then for each in records["Zoe"].values}
    assert values == {"email": "zoe@example.org", "firstname": "Zoe"}
    assert ann.id not in told.values()


def test_a_file_from_elsewhere_is_unverified_and_tells_what_was_left_out(
    desk: Desk, hubspot: Path
) -> None:
    found = desk.workspace.comparisons.compare(desk.admin, str(hubspot))

    assert (found.earlier.verified, found.later.verified, found.verified) == (False, True, False)
    assert [(each.object, each.reason) for each in found.left_out] == [
        ("deals", LeftOutReason.NO_KEY)
    ]
    assert (found.tells_definitions, found.definitions) == (False, ())


def test_what_is_sensitive_here_stays_hidden(desk: Desk, hubspot: Path) -> None:
    desk.contact(firstname="Ann", email="ann@example.org", date_of_birth="1999-09-09")

    found = desk.workspace.comparisons.compare(desk.admin, str(hubspot))

    (value,) = records_of(desk, found, change=Change.CHANGED)["Ann"].values  # type: ignore[attr-defined]
    assert (value.property, value.hidden, value.then, value.now) == (
        "date_of_birth",
        True,
        None,
        None,
    )


def test_a_key_that_stands_twice_matches_nothing(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("companies.csv", "Name,Domain\r\nA,fjord.no\r\nB,fjord.no\r\nC,nets.no\r\n")
    desk.add("companies", name="Fjord", domain="fjord.no")
    desk.add("companies", name="Nets one", domain="nets.no")
    desk.add("companies", name="Nets two", domain="nets.no")

    found = desk.workspace.comparisons.compare(desk.admin, str(path))

    companies = found.object("companies")
    assert companies is not None
    assert not companies.differs
    assert (companies.left_out_then, companies.left_out_now) == (3, 3)


def test_a_file_in_which_nothing_can_be_found_here_is_refused_in_one_sentence(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "deals.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("deals.csv", "Record ID,Deal Name\r\n1,Nets\r\n")

    with pytest.raises(UserError) as refusal:
        desk.workspace.comparisons.compare(desk.admin, str(path))

    assert refusal.value.code == "comparison_impossible"
    assert "Deals" in refusal.value.message


@pytest.mark.parametrize("complete", [False, True])
def test_a_backup_of_another_workspace_is_matched_by_email_and_its_definitions_compared(
    desk: Desk, theirs: Desk, complete: bool
) -> None:
    desk.contact(firstname="Different", email="n2@example.org")
    desk.contact(firstname="Name 1", email="N1@example.org")
    file = desk.folder.parent / "theirs.zip"
    made = theirs.backup(complete=complete)
    shutil.copy(theirs.folder / "vault" / "backups" / made.file_name, file)

    found = desk.workspace.comparisons.compare(desk.admin, str(file))

    contacts = found.object("contacts")
    assert contacts is not None
    assert (contacts.added, contacts.removed, contacts.changed) == (0, 1, 1)
    assert contacts.properties == {"firstname": 1}
    told = [(each.name, each.change.value, each.recreatable) for each in found.definitions]
    assert told == [("boat", "property_removed", False)]


def test_two_files_from_elsewhere_are_compared_with_each_other(
    desk: Desk, hubspot: Path, tmp_path: Path
) -> None:
    second = tmp_path / "second.zip"
    with zipfile.ZipFile(second, "w") as file:
        file.writestr("contacts.csv", "Email,First name\r\nann@example.org,Anne\r\n")

    found = desk.workspace.comparisons.compare(desk.admin, str(hubspot), str(second))

    contacts = found.object("contacts")
    assert contacts is not None
    assert (contacts.added, contacts.removed, contacts.changed) == (0, 2, 1)
    assert {each.record_id for each in records_of(desk, found).values()} == {None}  # type: ignore[attr-defined]


def test_two_backups_of_one_other_workspace_are_matched_by_their_ids(
    desk: Desk, theirs: Desk, tmp_path: Path
) -> None:
    nets = theirs.deal(dealname="Nets")
    files = []
    for name in ("first.zip", "second.zip"):
        made = theirs.backup()
        files.append(
            str(shutil.copy(theirs.folder / "vault" / "backups" / made.file_name, tmp_path / name))
        )
        theirs.edit(nets, dealname="Lines")

    found = desk.workspace.comparisons.compare(desk.admin, *files)

    deals = found.object("deals")
    assert deals is not None
    assert (deals.changed, deals.matched_by, found.verified) == (1, "", False)
    (record,) = records_of(desk, found, object="deals").values()
    assert record.record_id == nets.id
    assert found.left_out == ()


def test_what_became_sensitive_since_is_not_shown_of_earlier_times(desk: Desk) -> None:
    ann = desk.contact(city="Bergen")
    first = str(desk.backup_file("first.zip"))
    desk.edit(ann, city="Oslo")
    second = str(desk.backup_file("second.zip"))
    desk.workspace.definitions.set_property(desk.admin, "contacts", "city", {"sensitive": True})

    found = desk.workspace.comparisons.compare(desk.admin, first, second)

    (record,) = records_of(desk, found).values()
    assert [(value.property, value.hidden) for value in record.values] == [("city", True)]


def test_a_backup_of_ours_is_held_against_a_file_from_elsewhere(desk: Desk, hubspot: Path) -> None:
    bo = desk.contact(firstname="Bo", email="bo@example.org")
    backup = desk.backup()
    desk.edit(bo, firstname="Later")

    found = desk.workspace.comparisons.compare(desk.admin, backup.id, str(hubspot))

    value = records_of(desk, found, change=Change.CHANGED).popitem()[1].values[0]  # type: ignore[attr-defined]
    assert {value.then, value.now} == {"Bo", "Boris"}


def test_no_scratch_file_is_left(desk: Desk, hubspot: Path) -> None:
    found = desk.workspace.comparisons.compare(desk.admin, str(hubspot))
    desk.workspace.comparisons.leave(found.id)

    assert list((desk.folder / "staging").iterdir()) == []
