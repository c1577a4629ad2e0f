"""Deleted records in the window: what can come back, what stays gone, bringing it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QWidget

from crmdesk.core.access.step_up import StepUpPurpose, record_step_up
from crmdesk.ui.desk import Desk as PageDesk
from crmdesk.ui.restore.deleted_dialog import DeletedDialog
from tests.builders import Desk
from tests.ui.clipping import PseudoTranslator, clipped
from tests.ui.hands import AtWork, at_work, nameless


class Blank(QWidget):
    """A page for the dialog to open over."""

    def __init__(self, desk: PageDesk) -> None:
        super().__init__()
        self.desk = desk


@pytest.fixture
def work(desk: Desk, qtbot: Any, tmp_path: Path) -> Iterator[AtWork]:
    """A backup, then a company gone for good, one person in the bin and one erased."""
    fjord = desk.add("companies", name="Fjord AS")
    ann, bo = desk.contact(firstname="Ann"), desk.contact(firstname="Bo")
    desk.workspace.associations.associate(desk.admin, "companies", fjord.id, "contacts", ann.id)
    desk.backup(complete=True)
    for record in (fjord, bo):
        desk.delete(record)
        desk.purge(record)
    desk.delete(ann)
    with at_work(Blank, desk, tmp_path, qtbot) as made:
        yield made


def open_dialog(work: AtWork, object_name: str) -> DeletedDialog:
    backup = work.desk.workspace.backups.list(work.desk.admin)[0]
    dialog = DeletedDialog(work.page.desk, backup.id, "Backup of today", work.page)
    dialog.open()
    work.wait(lambda: dialog.plan is not None)
    dialog.objects.setCurrentIndex(dialog.objects.findData(object_name))
    dialog.objects.activated.emit(dialog.objects.currentIndex())
    work.wait(lambda: dialog.plan is not None and dialog.plan.object_name == object_name)
    work.wait(lambda: dialog.table.count == len(dialog.plan.records))  # type: ignore[union-attr]
    return dialog


def test_it_says_of_each_record_how_it_comes_back_or_why_not(work: AtWork) -> None:
    dialog = open_dialog(work, "contacts")

    names, ways = (work.texts(dialog.table, key) for key in ("record", "how"))
    found = dict(zip(names, ways, strict=True))
    assert found["Ann"] == "From the recycle bin"
    assert found["#2"] == "Stays gone"
    assert "Bo" not in found


def test_a_company_comes_back_with_the_people_linked_to_it(work: AtWork) -> None:
    desk = work.desk
    dialog = open_dialog(work, "companies")
    assert dialog.footer._strong.text() == "2 records can come back"
    plan = dialog.plan
    assert plan is not None
    with desk.workspace.database.write() as tx:
        proof = record_step_up(tx, desk.admin, StepUpPurpose.RESTORE, plan.hash, "code")

    dialog._start(plan, proof)

    done = "SELECT id FROM jobs WHERE kind = 'revive' AND state = 'succeeded'"
    work.wait(lambda: bool(desk.sql(done)))
    assert desk.sql("SELECT name FROM obj_companies WHERE archived_at IS NULL") == [("Fjord AS",)]
    assert desk.sql("SELECT firstname FROM obj_contacts WHERE archived_at IS NULL") == [("Ann",)]


def test_the_deed_asks_for_a_code_or_to_set_one_up(work: AtWork) -> None:
    dialog = open_dialog(work, "companies")

    work.qtbot.keyClick(dialog.deed, Qt.Key.Key_Space)

    work.wait(lambda: work.dialog().objectName() in ("enrolment_dialog", "two_factor_dialog"))


def test_everything_has_a_name_and_nothing_is_clipped(work: AtWork) -> None:
    translator = PseudoTranslator()
    QCoreApplication.installTranslator(translator)
    try:
        dialog = open_dialog(work, "contacts")
        assert not nameless(dialog)
        assert not clipped(dialog)
    finally:
        QCoreApplication.removeTranslator(translator)
