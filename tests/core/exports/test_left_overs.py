"""What an export never tells, never leaves behind, and never hands out without an entry."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crmdesk.core.audit import kinds
from crmdesk.core.errors import UserError
from tests.builders import Desk
from tests.core.exports.test_exports import CONTACTS, exporter, run, saved, table


def test_an_associated_record_is_called_by_nothing_sensitive(desk: Desk, tmp_path: Path) -> None:
    definitions = desk.workspace.definitions
    definitions.set_property(desk.admin, "contacts", "lastname", {"sensitive": True})
    ann = desk.contact(firstname="Ann", lastname="Secret", email="ann@example.com")
    firm = desk.add("companies", name="Fjord AS", domain="fjord.example")
    desk.workspace.associations.associate(desk.admin, "contacts", ann.id, "companies", firm.id)
    query = replace(CONTACTS.query, object_type="companies")
    asked = replace(CONTACTS, query=query, columns=("name",), associated=("contacts",))

    text = saved(desk, desk.admin, run(desk, exporter(desk), asked), tmp_path).read_text()

    assert "Ann" in text
    assert "Secret" not in text


def test_a_record_whose_naming_property_was_archived_can_still_be_named(
    desk: Desk, tmp_path: Path
) -> None:
    ann = desk.contact(firstname="Ann", lastname="Berg")
    firm = desk.add("companies", name="Fjord AS", domain="fjord.example")
    desk.workspace.associations.associate(desk.admin, "contacts", ann.id, "companies", firm.id)
    desk.workspace.definitions.archive_property(desk.admin, "contacts", "lastname")
    query = replace(CONTACTS.query, object_type="companies")
    asked = replace(CONTACTS, query=query, columns=("name",), associated=("contacts",))

    (row,) = table(saved(desk, desk.admin, run(desk, desk.admin, asked), tmp_path))

    assert row["Associated Contacts"] == "Ann"


def test_an_unknown_associated_object_is_refused_when_it_is_asked_for(desk: Desk) -> None:
    with pytest.raises(UserError) as caught:
        desk.workspace.exports.create(desk.admin, replace(CONTACTS, associated=("planets",)))

    assert caught.value.code == "object_unknown"
    assert desk.workspace.exports.list(desk.admin) == []


def test_a_heading_that_a_spreadsheet_would_calculate_is_guarded(
    desk: Desk, tmp_path: Path
) -> None:
    desk.workspace.definitions.set_property(desk.admin, "contacts", "city", {"label": "=1+1"})
    asked = replace(CONTACTS, columns=("city",), for_spreadsheets=True)

    path = saved(desk, desk.admin, run(desk, desk.admin, asked), tmp_path)

    assert path.read_bytes() == b'"Record ID","\'=1+1"\r\n'


def test_what_a_kill_left_of_exports_that_ended_goes_at_the_next_start(desk: Desk) -> None:
    cancelled = desk.workspace.exports.create(desk.admin, CONTACTS)
    desk.workspace.exports.cancel(desk.admin, cancelled)
    waiting = desk.workspace.exports.create(desk.admin, CONTACTS)
    vault = desk.folder / "vault" / "exports"
    (vault / f"{cancelled}.csv.partial").write_text("records")
    (vault / f"{cancelled}.csv").write_text("records")
    (vault / f"{waiting}.csv").write_text("records")

    desk.workspace.start_up()

    assert [path.name for path in vault.iterdir()] == [f"{waiting}.csv"]


def test_a_copy_has_its_entry_before_it_has_its_name(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run(desk, desk.admin, CONTACTS)
    seen = list[str]()

    def killed(_source: Path, _target: Path) -> None:
        seen.extend(kind for kind, _ in desk.audit_actions())
        raise KeyboardInterrupt

    monkeypatch.setattr("crmdesk.core.platform.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        desk.workspace.exports.download(desk.admin, found.id, tmp_path / "copy.csv")

    assert kinds.EXPORT_DOWNLOADED.subcategory in seen
    assert not (tmp_path / "copy.csv").exists()


@pytest.mark.parametrize("own", ["companies", "contacts"])
def test_only_a_record_of_the_file_with_too_many_live_ones_is_told_of(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, own: str
) -> None:
    monkeypatch.setattr("crmdesk.core.exports.columns.MOST_ASSOCIATED", 2)
    ann = desk.contact(firstname="Ann")
    hub = desk.add(own)
    others = [ann, desk.contact(firstname="Bo"), desk.contact(firstname="Cy")]
    for one in others:
        desk.workspace.associations.associate(desk.admin, own, hub.id, "contacts", one.id)
    query = replace(CONTACTS.query, object_type=own)
    asked = replace(CONTACTS, query=query, columns=(), associated=("contacts",))

    of_all = run(desk, desk.admin, asked)
    of_another = run(desk, desk.admin, replace(asked, ids=(hub.id + 1000,)))
    desk.delete(others[2])
    of_fewer = run(desk, desk.admin, asked)

    assert of_all.notes == {"associations_cut": 1}
    assert (of_another.notes, of_fewer.notes) == ({}, {})
