"""Associations in a record's panel, and the dialogs that associate and merge."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QDialog, QWidget

from crmdesk.ui.records.page import RecordsPage
from tests.builders import Desk
from tests.shots.main import settle, settle_until
from tests.shots.settings import dialog_of, window_of
from tests.ui.records.data import fill


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """A record with associations of several objects, and each dialog."""
    desk = desk_factory()
    fill(desk)
    _associate(desk)
    made = window_of(desk)
    made.go("records/contacts/1")
    page = made.window.page
    assert isinstance(page, RecordsPage)
    page.panel.show_page("history")
    settle_until(lambda: len(page.panel.history.entries) > 1)
    settle(400)
    yield "history", made.window
    page.panel.show_page("associations")
    settle(400)
    yield "associations", made.window
    page.panel.associations.add.click()
    settle(400)
    yield "associate", _dialog("associate_dialog")
    _dialog("associate_dialog").reject()
    found = page.panel.associations.found
    assert found is not None
    page.panel.associations.edit_labels(found.records["companies"][0])
    yield "labels", _dialog("labels_dialog")
    _dialog("labels_dialog").reject()
    page._merging.merge([8, 9])
    settle(200)
    yield "merge", _dialog("merge_dialog")
    _dialog("merge_dialog").reject()
    made.window.close()


def _dialog(name: str) -> QDialog:
    return dialog_of(name)


def _associate(desk: Desk) -> None:
    definitions, service = desk.workspace.association_definitions, desk.workspace.associations
    definitions.add_label(desk.admin, "contacts", "companies", "Employer", "Employee")
    definitions.add_label(desk.admin, "contacts", "companies", "Former employer", "Alumni")
    definitions.add_label(desk.admin, "contacts", "contacts", "Manager", "Report")
    for name in ("Eastern Connection", "Consolidated Holdings"):
        company = desk.add("companies", name=name)
        service.associate(desk.admin, "contacts", 1, "companies", company.id, "Employer")
    for deal in (1, 2, 3):
        service.associate(desk.admin, "contacts", 1, "deals", deal)
    service.associate(desk.admin, "contacts", 1, "contacts", 4, "Manager")
    for number in range(12):
        task = desk.add("tasks", hs_task_subject=f"Call about the autumn order, round {number}")
        service.associate(desk.admin, "contacts", 1, "tasks", task.id)
    service.relabel(desk.admin, "contacts", 1, "companies", 2, ["Former employer"])
    service.dissociate(desk.admin, "contacts", 1, "deals", 3)
