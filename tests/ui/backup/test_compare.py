"""Comparing in the window: numbers, choices, one record, definitions made again, the CSV."""

from __future__ import annotations

import threading
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QLabel

from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.types import PropertyType
from crmdesk.ui.backup.compare_dialog import CompareDialog
from crmdesk.ui.backup.dialogs import CreateDialog
from crmdesk.ui.widgets.dialog import DecisionDialog
from tests.builders import Desk
from tests.ui.backup.conftest import Open
from tests.ui.clipping import PseudoTranslator, clipped
from tests.ui.hands import SMALLEST, AtWork, nameless

offscreen_menu = pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)


@pytest.fixture
def changed(desk: Desk) -> Desk:
    """A backup, and what happened since: one changed, one removed, one added, one property lost."""
    desk.workspace.settings.set(desk.admin, "backup.min_interval", "0")
    boat = PropertyDefinition("boat", "Boat", PropertyType.STRING)
    desk.workspace.definitions.add_property(desk.admin, "contacts", boat)
    ann = desk.contact(firstname="Ann", lastname="Devon")
    bo = desk.contact(firstname="Bo")
    desk.deal(dealname="Nets")
    desk.backup()
    desk.edit(ann, firstname="Anne", date_of_birth="1990-01-02")
    desk.delete(bo)
    desk.contact(firstname="Dag")
    desk.workspace.definitions.archive_property(desk.admin, "contacts", "boat")
    return desk


def comparing(work: AtWork) -> CompareDialog:
    work.page.table.action_chosen.emit("compare", work.page.table.ids[0])
    dialog = work.dialog()
    assert isinstance(dialog, CompareDialog)
    work.wait(lambda: dialog.found is not None and dialog.table.count == 3)
    return dialog


@offscreen_menu
def test_what_differs_is_counted_chosen_and_shown(open_page: Open, changed: Desk) -> None:
    work = open_page(changed)
    dialog = comparing(work)

    assert dialog.footer._strong.text() == "3 records differ"
    assert "1 added, 1 removed, 1 changed" in dialog.footer._quiet.text()
    work.click(dialog.kinds._buttons["changed"])
    work.wait(lambda: dialog.table.count == 1)
    assert "First Name: Ann → Anne" in work.texts(dialog.table, "values")[0]
    dialog.table.view.setFocus()
    dialog.table.view.go_to(dialog.table.ids[0])
    work.qtbot.keyClick(dialog.table.view, Qt.Key.Key_Return)
    assert dialog.panel.isVisible()
    names = [each.accessibleName() for each in dialog.values.children() if each.isWidgetType()]  # type: ignore[attr-defined]
    assert any("Before: Ann. After: Anne" in name for name in names)
    assert not any("1990" in name for name in names)
    work.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.panel.isVisible()
    assert dialog.isVisible()


@offscreen_menu
def test_who_is_deleted_for_good_leaves_a_comparison_that_stands_open(
    open_page: Open, changed: Desk
) -> None:
    changed.contact(firstname="Eva", email="eva@a.example")
    work = open_page(changed)
    held, privacy = threading.Event(), changed.workspace.privacy
    for name in ("one", "two"):
        # A comparison is no search: it waits behind none, and none behind it.
        work.stand.desk.run_query(work.page, name, held.wait, bool, pytest.fail)
    work.page.table.action_chosen.emit("compare", work.page.table.ids[0])
    dialog = work.dialog()
    assert isinstance(dialog, CompareDialog)
    work.wait(lambda: dialog.found is not None)
    held.set()
    work.wait(lambda: dialog.table.count == 4)
    dialog.show_record(dialog.table.ids[-1])
    assert "Eva" in dialog.panel._heading.text()

    looked_at = privacy.find(changed.admin, "eva@a.example")
    job_id = privacy.start_delete(changed.admin, "eva@a.example", looked_at.hash)
    work.stand.desk.start_job(job_id)

    work.wait(lambda: dialog.table.count == 3)
    assert not dialog.panel.isVisible()
    assert "1 added, 1 removed, 1 changed" in dialog.footer._quiet.text()
    assert not any("Eva" in name for name in work.texts(dialog.table, "record"))


@offscreen_menu
def test_a_property_narrows_the_list(open_page: Open, changed: Desk) -> None:
    work = open_page(changed)
    dialog = comparing(work)
    dialog.objects.setCurrentIndex(dialog.objects.findData("contacts"))
    dialog.objects.activated.emit(dialog.objects.currentIndex())
    dialog.properties.setCurrentIndex(dialog.properties.findData("firstname"))
    dialog.properties.activated.emit(dialog.properties.currentIndex())

    work.wait(lambda: dialog.table.count == 1)

    assert dialog.wanted().property == "firstname"


@offscreen_menu
def test_a_lost_property_is_made_again(open_page: Open, changed: Desk) -> None:
    work = open_page(changed)
    dialog = comparing(work)
    work.click(dialog.kinds._buttons["definitions"])
    work.wait(lambda: dialog.definitions.isVisible() and dialog.definitions.count == 1)

    dialog.definitions.action_chosen.emit("recreate", dialog.definitions.ids[0])
    work.wait(lambda: isinstance(work.dialog(), DecisionDialog))
    asked = work.dialog()
    assert isinstance(asked, DecisionDialog)
    assert "“Boat”" in asked.accessibleName()
    assert not nameless(asked)
    work.click(asked.deed_button)

    work.wait(lambda: dialog.found is not None and not dialog.found.definitions)
    found = changed.workspace.definitions.object(changed.admin, "contacts")
    assert "boat" in found.by_name


@offscreen_menu
def test_a_property_of_any_object_narrows_the_list(open_page: Open, changed: Desk) -> None:
    work = open_page(changed)
    dialog = comparing(work)
    assert dialog.properties.isEnabled()
    dialog.properties.setCurrentIndex(dialog.properties.findData("contacts.firstname"))
    dialog.properties.activated.emit(dialog.properties.currentIndex())

    work.wait(lambda: dialog.table.count == 1)

    assert (dialog.wanted().object, dialog.wanted().property) == ("contacts", "firstname")
    work.click(dialog.kinds._buttons["added"])
    assert not dialog.properties.isEnabled()
    assert "Only changed records" in dialog.properties.currentText()


@offscreen_menu
def test_everything_that_was_lost_is_put_back_at_once(open_page: Open, changed: Desk) -> None:
    pipelines = changed.workspace.pipelines
    name = pipelines.list(changed.admin, "deals")[0].name
    pipelines.rename(changed.admin, "deals", name, "Another road")
    work = open_page(changed)
    dialog = comparing(work)
    work.click(dialog.kinds._buttons["definitions"])
    work.wait(lambda: dialog.definitions.count == 2)

    work.click(dialog.put_back_button)
    work.wait(lambda: isinstance(work.dialog(), DecisionDialog))
    asked = work.dialog()
    assert isinstance(asked, DecisionDialog)
    assert asked.accessibleName() == "Put 2 definitions back?"
    work.click(asked.deed_button)

    work.wait(lambda: dialog.found is not None and not dialog.found.definitions)
    assert pipelines.list(changed.admin, "deals")[0].label != "Another road"
    assert dialog.put_back_button.isHidden()


@offscreen_menu
def test_what_cannot_be_put_back_is_said(open_page: Open, changed: Desk) -> None:
    work = open_page(changed)
    dialog = comparing(work)
    boat = PropertyDefinition("boat", "Boat", PropertyType.STRING)
    changed.workspace.definitions.add_property(changed.admin, "contacts", boat)

    dialog._act("recreate", 0)

    work.wait(dialog.banner.isVisible)
    assert "there already" in dialog.banner.accessibleName()


@offscreen_menu
def test_the_difference_is_saved(open_page: Open, changed: Desk, tmp_path: Path) -> None:
    work = open_page(changed)
    dialog = comparing(work)
    file = tmp_path / "difference.csv"

    dialog.save(file)

    work.wait(file.exists)
    assert "firstname,Ann,Anne" in file.read_text()


@offscreen_menu
def test_closing_gives_the_room_on_the_disk_back(open_page: Open, changed: Desk) -> None:
    work = open_page(changed)
    dialog = comparing(work)

    work.click(dialog.close_button)

    work.wait(work.no_dialog)
    assert not list((changed.folder / "staging").glob("scratch-*"))


@offscreen_menu
def test_everything_has_a_name_and_nothing_is_clipped(open_page: Open, changed: Desk) -> None:
    translator = PseudoTranslator()
    QCoreApplication.installTranslator(translator)
    try:
        work = open_page(changed)
        work.page.resize(*SMALLEST)
        dialog = comparing(work)
        dialog.show_record(dialog.table.ids[0])
        assert not nameless(dialog)
        assert not clipped(dialog)
    finally:
        QCoreApplication.removeTranslator(translator)


def test_a_complete_backup_is_made_where_its_box_is_ticked(open_page: Open, desk: Desk) -> None:
    desk.contact()
    work = open_page(desk)
    work.page.ask_create()
    dialog = work.dialog()
    assert isinstance(dialog, CreateDialog)

    work.qtbot.keyClick(dialog.complete.box, Qt.Key.Key_Space)
    work.click(dialog.deed_button)

    work.wait(lambda: bool(desk.workspace.backups.list(desk.admin)))
    assert desk.workspace.backups.list(desk.admin)[0].complete


@offscreen_menu
def test_whoever_browses_a_backup_can_compare_it(open_page: Open, changed: Desk) -> None:
    work = open_page(changed)
    work.page.table.action_chosen.emit("browse", work.page.table.ids[0])
    browsing = work.dialog()
    work.wait(browsing.compare_button.isVisible)  # type: ignore[attr-defined]

    work.click(browsing.compare_button)  # type: ignore[attr-defined]

    work.wait(lambda: isinstance(work.dialog(), CompareDialog))
    dialog = work.dialog()
    assert isinstance(dialog, CompareDialog)
    work.wait(lambda: dialog.found is not None)


@pytest.fixture
def hubspot(tmp_path: Path) -> Path:
    path = tmp_path / "hubspot-export.zip"
    with zipfile.ZipFile(path, "w") as file:
        rows = "Record ID,First Name,Email\n9,Annika,ann@example.org\n8,Zoe,zoe@example.org\n"
        file.writestr("contacts.csv", rows)
        file.writestr("deals.csv", "Deal Name\nNets\n")
    return path


@offscreen_menu
def test_a_file_from_elsewhere_is_compared_and_marked_as_unverified(
    open_page: Open, desk: Desk, hubspot: Path
) -> None:
    desk.contact(firstname="Ann", email="ann@example.org")
    work = open_page(desk)
    work.page.files.open(hubspot)
    work.wait(work.page.panel.isVisible)
    work.page._act_in_panel("compare")
    dialog = work.dialog()
    assert isinstance(dialog, CompareDialog)
    work.wait(lambda: dialog.found is not None and dialog.table.count == 2)

    assert dialog.note.isVisible()
    told = dialog.note.accessibleName()
    assert "not verified" in told
    assert "Matched by Email (Contact)" in told
    assert "“Deals” is left out" in told
    said = [each.text() for each in dialog.header.findChildren(QLabel)]
    assert "From hubspot-export.zip to now" in said
    assert set(work.texts(dialog.table, "id")) == {"1", "—"}
    dialog.show_record(dialog.table.ids[0])
    work.click(dialog.kinds._buttons["definitions"])
    work.wait(dialog.definitions.isVisible)
    assert not nameless(dialog)


@offscreen_menu
def test_a_backup_is_compared_with_a_file_that_is_chosen(
    open_page: Open, changed: Desk, hubspot: Path
) -> None:
    work = open_page(changed)
    dialog = comparing(work)
    assert dialog.note.isHidden()
    dialog.others.setCurrentIndex(dialog.others.findData("?"))
    dialog.others.activated.emit(dialog.others.currentIndex())
    asked = dialog.findChild(QFileDialog)
    assert asked is not None
    assert dialog.others.currentText() == "With now"
    asked.reject()

    dialog.compare_with_file(hubspot)

    work.wait(lambda: dialog.found is not None and not dialog.found.verified)
    assert dialog.others.currentText() == "With hubspot-export.zip"
    assert dialog.note.isVisible()
