"""Requests of a person, and the window through another user's eyes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.viewed_workspace import ViewedWorkspace
from crmdesk.ui.settings.page import SettingsPage
from crmdesk.ui.settings.privacy.page import PrivacyPage
from tests.builders import Desk
from tests.shots.main import settle, settle_until
from tests.shots.settings import dialog_of, window_of

ANN = "ann.lee@fjordfoods.example"


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """The page before, with what was found, its dialog, and its end."""
    desk = desk_factory()
    _lived(desk)
    made = window_of(desk)
    made.go("settings/privacy")
    page = made.window.page
    assert isinstance(page, SettingsPage)
    asked = page.shown_page
    assert isinstance(asked, PrivacyPage)
    yield "asked", made.window
    asked.address.setText("no address")
    asked.search()
    settle(300)
    yield "wrong", made.window
    asked.open_for("nobody@fjordfoods.example")
    settle_until(lambda: not asked.look.busy)
    yield "nothing", made.window
    made.go(f"settings/privacy/{ANN}")
    settle_until(lambda: not asked.look.busy)
    yield "found", made.window
    asked.delete.click()
    yield "delete", dialog_of("delete_person_dialog")
    dialog_of("delete_person_dialog").reject()
    page.show_section("users")
    settle(200)
    una = desk.user("Elif Demir", Permission.EXPORT, email="elif@northwind.example")
    actor = desk.workspace.viewing.start(desk.admin, una.email)
    seen = _Seen(desk, ViewedWorkspace(desk.workspace, actor))
    seen.admin = actor
    yield "viewed", window_of(seen).window  # type: ignore[arg-type]


class _Seen(QObject):
    """As much of a desk as a window is made of."""

    def __init__(self, desk: Desk, workspace: ViewedWorkspace) -> None:
        super().__init__()
        self.folder, self.workspace, self.admin = desk.folder, workspace, desk.admin


def _lived(desk: Desk) -> None:
    path = desk.folder.parent / "Trade fair Oslo.csv"
    path.write_text(f"Email,First Name,City\n{ANN},Ann,Oslo\nbo@x.example,Bo,Rome\n", "utf-8")
    imports = desk.workspace.imports
    import_id = imports.start(desk.admin, imports.inspect(desk.admin, path).request())
    desk.workspace.run_job(str(imports.show(desk.admin, import_id).job_id))
    company = desk.add("companies", name="Fjord Foods AS", description=f"ask {ANN} first")
    desk.workspace.associations.associate(desk.admin, "contacts", 1, "companies", company.id)
    desk.workspace.editor.update(desk.admin, "contacts", 1, {"city": "Bergen"})
    desk.workspace.settings.set(desk.admin, "backup.min_interval", "0")
    desk.backup()
    desk.backup()
    desk.workspace.backups.pin(desk.admin, desk.workspace.backups.list(desk.admin)[0].id)
