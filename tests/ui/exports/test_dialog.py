"""Exporting from the Records page: by button, shortcut and selection, seen before it is made."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from crmdesk.core.access.permissions import Permission
from crmdesk.core.exports.model import ExportFormat, ExportSource, Naming
from crmdesk.ui.exports.dialog import ALL, CHOSEN, ExportDialog
from tests.ui.records.conftest import filled, filled_template, open_page  # noqa: F401
from tests.ui.records.data import PEOPLE
from tests.ui.records.test_bulk_page import tick


def opened(records) -> ExportDialog:
    """The dialog, its first estimate made."""
    dialog = records.dialog()
    assert isinstance(dialog, ExportDialog)
    counted(records, dialog)
    return dialog


def counted(records, dialog: ExportDialog) -> str:
    """What the dialog says it would be."""
    records.wait(lambda: dialog.estimate is not None)
    return dialog.lines.accessibleName()


def pick(box, value: object) -> None:
    box.setCurrentIndex(box.findData(value))


@pytest.fixture
def records(filled, open_page):  # noqa: F811
    made = open_page(filled)
    made.wait(lambda: made.page.face.table.count)
    return made


def exports_of(records):
    return records.desk.workspace.exports.list(records.desk.admin)


def finished(records) -> str:
    """Wait for the job's toast; the text of the last toast."""

    def is_told() -> bool:
        return "Export finished" in [toast[0] for toast in records.told.toasts]

    records.qtbot.waitUntil(is_told)
    return records.told.toasts[-1][1]


def test_the_table_as_it_stands_leaves_as_a_file_that_can_be_saved(records, tmp_path):
    records.click(records.page.face.export_button)
    dialog = opened(records)
    assert dialog.lines.accessibleName().startswith(f"{len(PEOPLE)} contacts, about ")
    assert dialog.deed_button.plain_text() == f"Export {len(PEOPLE)} contacts"
    records.write(dialog.name, "Everybody")
    pick(dialog.headers, Naming.NAME)
    records.click(dialog.deed_button)

    finished(records)
    assert not records.dialogs()
    title, _text, word, save = records.told.toasts[-1]
    assert (title, word) == ("Export finished", "Save a copy")
    save()
    place = tmp_path / "everybody.csv"
    chooser = records.page.findChild(QFileDialog) or records.page.window().findChild(QFileDialog)
    chooser.fileSelected.emit(str(place))
    records.wait(lambda: records.told.toasts[-1][0] == "Copy saved")
    chooser.close()
    lines = place.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == len(PEOPLE) + 1
    assert lines[0].startswith("hs_object_id,") or lines[0].startswith('"hs_object_id"')
    assert "firstname" in lines[0]
    [found] = exports_of(records)
    assert (found.name, found.source_name) == ("Everybody", "Contacts")
    # It was saved where it was made, not from the list: no history is shown for that.
    assert not found.has_history


def test_the_shortcut_exports_what_is_ticked(records):
    ids = tick(records, 2)
    records.page.commands()["export"]()
    dialog = opened(records)
    assert dialog.records.currentText() == "2 selected records"
    assert dialog.lines.accessibleName().startswith("2 contacts")
    assert sorted(dialog.request().ids) == sorted(ids)
    records.press(Qt.Key.Key_Return)
    assert finished(records).startswith("2 records in ")


def test_a_narrowed_table_offers_what_it_shows_and_all(records):
    field = records.page.face.filters.search
    records.write(field, "ann")
    records.wait(lambda: records.page.face.table.count < len(PEOPLE))
    count = records.page.face.table.count
    records.click(records.page.face.export_button)
    dialog = opened(records)
    texts = [dialog.records.itemText(row) for row in range(dialog.records.count())]
    assert texts == [f"What the table shows ({count})", "All contacts"]
    assert dialog.estimate.records == count

    dialog.records.setCurrentIndex(1)
    counted(records, dialog)
    assert dialog.estimate.records == len(PEOPLE)
    assert dialog.scope.source is ExportSource.OBJECT


def test_columns_format_and_associated_records_are_chosen(records):
    records.click(records.page.face.export_button)
    dialog = opened(records)
    assert not dialog.chosen.isVisible()
    pick(dialog.columns, CHOSEN)
    records.click(dialog.chosen)
    assert dialog.chosen.popover.isVisible()
    dialog.chosen.choose(["email"])
    records.press(Qt.Key.Key_Escape)
    assert not dialog.chosen.popover.isVisible()
    assert dialog.chosen.currentText() == "Email"
    dialog.associated.choose(["companies"])
    pick(dialog.format, ExportFormat.XLSX)
    assert not dialog.bom.isVisible()
    dialog.spreadsheets.set_checked(True)
    assert "1,000 associated" in counted(records, dialog)

    asked = dialog.request()

    assert asked.columns == ("email",)
    assert asked.associated == ("companies",)
    assert asked.format is ExportFormat.XLSX
    assert asked.for_spreadsheets
    pick(dialog.columns, ALL)
    assert dialog.request().columns is None


def test_without_a_column_the_reason_stands_in_the_dialog(records):
    records.click(records.page.face.export_button)
    dialog = opened(records)
    pick(dialog.columns, CHOSEN)
    dialog.chosen.choose([])
    records.wait(lambda: "at least one column" in dialog.lines.accessibleName())
    assert not dialog.deed_button.isEnabled()


def test_sensitive_columns_are_named_and_left_out_for_whom_may_not_see_them(filled, open_page):  # noqa: F811
    marc = filled.user("Marc Dubois", Permission.EXPORT)
    records = open_page(filled, marc)
    records.wait(lambda: records.page.face.table.count)
    records.click(records.page.face.export_button)
    dialog = opened(records)
    pick(dialog.columns, ALL)
    assert "Without Date of birth" in counted(records, dialog)


def test_an_export_that_needs_approval_says_so_before_and_after(filled, open_page):  # noqa: F811
    filled.workspace.settings.set(filled.admin, "exports.approval", value=True)
    filled.workspace.settings.set(filled.admin, "exports.approval_records", 1)
    records = open_page(filled, filled.user("Marc Dubois", Permission.EXPORT))
    records.wait(lambda: records.page.face.table.count)
    records.click(records.page.face.export_button)
    dialog = opened(records)
    assert "until a Super Admin approves it" in dialog.lines.accessibleName()
    assert dialog.deed_button.plain_text() == "Ask for approval"
    records.click(dialog.deed_button)
    records.wait(lambda: records.told.toasts)
    assert records.told.toasts[0][0] == "Waiting for approval"


def test_who_may_not_export_is_offered_nothing(filled, open_page):  # noqa: F811
    records = open_page(filled, filled.user("Marc Dubois"))
    records.wait(lambda: records.page.face.table.count)
    tick(records, 2)
    assert not records.page.face.export_button.isVisible()
    assert not records.page.face.bulk_export.isVisible()
    assert "export" not in records.page.commands()
