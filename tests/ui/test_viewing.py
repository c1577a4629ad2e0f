"""A Super Admin looks as another user: their window, a line that stays, and the way back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.workspace import Workspace
from crmdesk.ui.frame.values import WorkspaceChoice
from crmdesk.ui.language import install_language
from crmdesk.ui.look import Look
from crmdesk.ui.settings.user_rows import user_actions
from crmdesk.ui.signed_in import SignedInWindow
from crmdesk.ui.viewing import Viewing
from crmdesk.ui.window_state import WindowState
from tests.builders import Desk


def test_the_window_of_another_user_takes_the_place_of_ones_own_until_stop(
    desk: Desk, qapp, qtbot, tmp_path: Path
):
    una, ann = desk.user("Una User", Permission.EXPORT), desk.contact(firstname="Ann")
    install_language(qapp)
    settings = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    parent, look = QObject(), Look(qapp, settings)

    def enter(workspace: Workspace, actor: Actor) -> SignedInWindow:
        choices = (WorkspaceChoice("w", "Northwind Traders", current=True),)
        return SignedInWindow(workspace, actor, WindowState(settings), look, choices, parent)

    own = enter(desk.workspace, desk.admin)
    own.window.show()
    viewing = Viewing(parent, enter, lambda act, done, _failed: done(act()))
    own.view_wanted.connect(lambda email: viewing.begin(own, email))

    for way_out in ("stop", "close"):
        own.desk.ways.view_as(una.email)
        shown = viewing.shown
        assert shown is not None
        assert (own.window.isVisible(), shown.viewing_banner.isVisible()) == (False, True)
        assert "Una User" in shown.viewing_banner.accessibleName()
        assert [tab.key for tab in shown.window._content.tabs] == ["records", "transfer"]
        # What would be refused is not offered, whatever the page makes of its buttons later.
        new, reason = shown.window.page.face.new_button, "Not while you see CRM Desk as Una User"
        qtbot.waitUntil(new.isVisible)
        new.set_reason("")
        assert (new.isEnabled(), new.toolTip()) == (False, reason)
        assert shown.desk.actions.reason("new") == reason
        assert shown.window.page.face.filters.more.isEnabled()
        assert "Una User" in str(refusal_of_an_edit(shown, ann.id, qtbot))
        if way_out == "stop":
            shown.viewing_banner.button.setFocus()
            qtbot.keyClick(shown.viewing_banner.button, Qt.Key.Key_Space)
        else:
            shown.window.close()
        assert viewing.shown is None
        assert own.window.isVisible()
        assert not shown.window.isVisible()

    codes = [code for code, _ in desk.audit_actions()]
    assert codes.count("IMPERSONATE_USER") == 4
    # The window itself tries to write nothing.
    assert codes.count("PERMISSION_REFUSED") == 2
    assert desk.value(ann, "firstname") == "Ann"
    own.window.close()
    parent.deleteLater()


def refusal_of_an_edit(shown: SignedInWindow, record_id: int, qtbot) -> Exception:
    editor, actor = shown.desk.workspace.editor, shown.desk.actor
    refused: list[Exception] = []
    shown.desk.run_write(
        shown,
        lambda: editor.update(actor, "contacts", record_id, {"firstname": "Eve"}),
        lambda _record: None,
        refused.append,
    )
    qtbot.waitUntil(lambda: bool(refused))
    return refused[0]


def test_who_cannot_be_looked_as_says_why(desk: Desk):
    desk.user("Una User")
    desk.user("Eva Admin", super_admin=True)
    reasons = {}
    for user in desk.workspace.users.list(desk.admin):
        found = user_actions(user, own=user.id == desk.admin.user_id, last=False)
        reasons[user.name.split()[0]] = next(each.reason for each in found if each.key == "view_as")
    assert reasons == {
        "Ingrid": "You see the program as yourself already.",
        "Eva": "A Super Admin sees what you see.",
        "Una": "",
    }
