"""A workspace brought back in the window: one file, the recovery key, a new password."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel, QWidget

from crmdesk.core.known_workspaces import KnownWorkspaces
from crmdesk.ui.start.restore import RestoredPage, RestorePage
from crmdesk.ui.start.welcome import WelcomePage
from tests.ui.clipping import PseudoTranslator, clipped
from tests.ui.start.conftest import close, dialog_named, page_named
from tests.ui.start.test_application import EMAIL, SLOW, create

LEFT = Qt.MouseButton.LeftButton
NEW_PASSWORD = "nine grey seals under the pier"


def a_backup(program, tmp_path: Path, qtbot) -> tuple[Path, str]:
    """A complete backup of a workspace that is gone afterwards, and its recovery key."""
    application = program()
    key = create(application, tmp_path / "northwind", qtbot)
    qtbot.waitUntil(lambda: dialog_named("enrolment_dialog") is not None)
    dialog_named("enrolment_dialog").reject()
    desk = application.signed_in.desk
    desk.workspace.editor.add(desk.actor, "contacts", {"email": "ann@example.org"})
    backups = desk.workspace.backups
    backup_id = backups.create(desk.actor, complete=True)
    desk.workspace.run_job(backups.show(desk.actor, backup_id).job_id)
    file = tmp_path / "northwind.zip"
    backups.download(desk.actor, backup_id, file)
    close(application)
    return file, key


def welcome(program, qtbot) -> tuple[object, RestorePage]:
    for known in KnownWorkspaces().list():
        KnownWorkspaces().forget(known.folder)
    application = program()
    qtbot.waitUntil(lambda: isinstance(application.start.page, WelcomePage))
    way = next(each for each in application.start.page.ways if each.objectName() == "restore")
    qtbot.mouseClick(way, LEFT)
    return application, page_named(application, "restore_page")


def test_a_workspace_comes_back_and_its_super_admin_chooses_a_password(program, tmp_path, qtbot):
    file, key = a_backup(program, tmp_path, qtbot)
    application, page = welcome(program, qtbot)
    page.file.setText(str(file))
    page.folder.setText(str(tmp_path / "again"))
    page.key.setPlainText(key.lower())

    # The way back stops what runs, and is taken when that has stopped.
    qtbot.mouseClick(page.primary, LEFT)
    qtbot.mouseClick(page.back, LEFT)
    qtbot.waitUntil(lambda: isinstance(application.start.page, WelcomePage), timeout=SLOW)
    assert not (tmp_path / "again").exists()
    qtbot.mouseClick(application.start.page.findChild(QWidget, "restore"), LEFT)
    page = page_named(application, "restore_page")
    page.file.setText(str(file))
    page.folder.setText(str(tmp_path / "again"))
    page.key.setPlainText(key.lower())
    qtbot.mouseClick(page.primary, LEFT)

    qtbot.waitUntil(lambda: page_named(application, "restored_page") is not None, timeout=SLOW)
    done = page_named(application, "restored_page")
    assert isinstance(done, RestoredPage)
    assert done.findChild(QLabel, "one_time_code").text()
    assert not clipped(done)
    qtbot.keyClick(done.primary, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page_named(application, "new_password_page") is not None, timeout=SLOW)
    choosing = page_named(application, "new_password_page")
    choosing.pair.new.field.setText(NEW_PASSWORD)
    choosing.pair.again.setText(NEW_PASSWORD)
    qtbot.mouseClick(choosing.primary, LEFT)
    qtbot.waitUntil(lambda: application.signed_in is not None, timeout=SLOW)
    desk = application.signed_in.desk
    assert desk.actor.email == EMAIL
    assert desk.workspace.folder == tmp_path / "again"
    assert (
        desk.workspace.records.get(desk.actor, "contacts", 1).values["email"] == "ann@example.org"
    )


def test_a_wrong_key_stands_below_the_key_and_nothing_is_made(program, tmp_path, qtbot):
    file, key = a_backup(program, tmp_path, qtbot)
    application, page = welcome(program, qtbot)
    page.file.setText(str(file))
    page.folder.setText(str(tmp_path / "again"))
    groups = key.split("-")
    page.key.setPlainText("-".join([groups[1], groups[0], *groups[2:]]))

    qtbot.mouseClick(page.primary, LEFT)

    assert "typing slip" in page.key_field.error
    assert not (tmp_path / "again").exists()
    assert page_named(application, "restore_page") is page


def test_every_field_is_named_and_nothing_is_clipped(program, qtbot):
    translator = PseudoTranslator()
    QCoreApplication.installTranslator(translator)
    try:
        _, page = welcome(program, qtbot)
        assert all(line.accessibleName() for line in (page.file, page.folder))
        assert not clipped(page)
    finally:
        QCoreApplication.removeTranslator(translator)
