"""The views of the log as tabs, and what can be done with the one in sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from crmdesk.core.audit.view_model import DEFAULT_VIEWS, AuditView, AuditViewDefinition
from crmdesk.ui.audit.period_words import plain
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.view_deeds import ViewDeeds
from crmdesk.ui.audit.views_dialog import ViewsDialog
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.words import filled
from crmdesk.ui.icons import icon
from crmdesk.ui.widgets.buttons import Button, ButtonKind, IconButton
from crmdesk.ui.widgets.labels import rule
from crmdesk.ui.widgets.tabs_small import TabsSmall

_Entry = tuple[str, str, Callable[[], object]]


class AuditViewsBar(QWidget):
    """A tab for each view; the buttons say whether something else is shown than was saved.

    Args:
        now: what the table shows at this moment.

    Signals:
        chosen: an :class:`AuditView` to show.
        missing: a link led to a view that is gone or not shared.
        failed: an error that the page has to show.
    """

    chosen = Signal(object)
    missing = Signal()
    failed = Signal(object)

    def __init__(self, desk: Desk, now: Callable[[], AuditViewDefinition], page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._now = desk, now
        self._narrow = False
        self.views: list[AuditView] = []
        self._unsaved: dict[int, AuditViewDefinition] = {}
        self.dialog: ViewsDialog | None = None
        self.deeds = ViewDeeds(desk, page)
        self.tabs = TabsSmall(say("Views of the log"))
        self.add_button = IconButton("plus", say("Save as a new view"))
        self.reset_button = _quiet("rotate-ccw", say("Reset"), "audit_reset_view")
        self.reset_button.setAccessibleName(say("Reset the view to what was saved"))
        self.clone_button = _quiet("copy", say("Clone"), "audit_clone_view")
        self.clone_button.setAccessibleName(say("Clone this view"))
        self.save_button = _quiet("save", say("Save as"), "audit_save_view")
        self.menu_button = IconButton("ellipsis", say("More about this view"))
        self.menu_button.setObjectName("audit_views_menu")
        self._lay_out()
        self._connect()
        self._fill(list(DEFAULT_VIEWS), DEFAULT_VIEWS[0].id)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        # The tabs' own padding brings their first word to 24, under the title's.
        row.setContentsMargins(12, 0, 16, 0)
        row.setSpacing(0)
        row.addWidget(self.tabs)
        row.addWidget(self.add_button)
        row.addStretch(1)
        for button in (self.reset_button, self.clone_button, self.save_button, self.menu_button):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(rule())

    def _connect(self) -> None:
        self.tabs.chosen.connect(lambda _key: self._come_back())
        self.add_button.clicked.connect(self.save_as)
        self.reset_button.clicked.connect(self.reset)
        self.clone_button.clicked.connect(self.clone)
        self.save_button.clicked.connect(self.save)
        self.menu_button.clicked.connect(self._open_menu)
        self.deeds.written.connect(self.read)
        self.deeds.failed.connect(self.failed)

    @property
    def current(self) -> AuditView:
        """The view in sight."""
        key = self.tabs.current
        return next((view for view in self.views if str(view.id) == key), DEFAULT_VIEWS[0])

    @property
    def changed(self) -> bool:
        """Whether something else is shown than was saved."""
        return self._now() != plain(self.current.definition)

    def follow(self) -> None:
        """Say whether the view in sight shows something else than was saved, and remember it."""
        if self.changed:
            self._unsaved[self.current.id] = self._now()
        else:
            self._unsaved.pop(self.current.id, None)
        self._mark()

    def _mark(self) -> None:
        changed, current = self.changed, self.current
        self.reset_button.setVisible(changed and not self._narrow)
        self.clone_button.setVisible(not self._narrow)
        self.save_button.setVisible(not self._narrow and (changed or not current.mine))
        self.save_button.setText(say("Save") if current.mine else say("Save as"))
        name = say("Save this view") if current.mine else say("Save as a new view")
        self.save_button.setAccessibleName(name)
        for view in self.views:
            star = " *" if view.id in self._unsaved else ""
            self.tabs.set_text(str(view.id), view.name + star)

    def set_narrow(self, narrow: bool) -> None:
        """What the buttons do is in the menu alone."""
        self._narrow = narrow
        self._mark()

    @Slot()
    def reset(self) -> None:
        """Show what was saved."""
        self._unsaved.pop(self.current.id, None)
        self.chosen.emit(self.current)

    def _come_back(self) -> None:
        """Show a view as it was left: who looks at another one meanwhile loses nothing."""
        view = self.current
        left = self._unsaved.get(view.id, view.definition)
        self.chosen.emit(replace(view, definition=left))

    @Slot()
    def save(self) -> None:
        """Keep what is shown in the view in sight, or under a new name where it is not one's own.

        The three that everybody has stay as they are.
        """
        view = self.current
        if view.mine:
            self.deeds.save(view, self._now())
        else:
            self.save_as()

    @Slot()
    def save_as(self) -> None:
        """Keep what is shown under a new name."""
        self.deeds.save_as(self._now())

    @Slot()
    def clone(self) -> None:
        """Make a private copy of the view in sight."""
        self.deeds.clone(self.current, self._now())

    def menu(self) -> QMenu:
        """All that can be done with the view in sight, and the way to the list of all."""
        menu, view, changed = QMenu(self), self.current, self.changed
        rename, share = partial(self.deeds.rename, view), partial(self.deeds.share, view)
        own = view.mine
        self._add(menu, ("rotate-ccw", say("Reset"), self.reset), allowed=changed)
        self._add(menu, ("copy", say("Clone"), self.clone))
        self._add(menu, ("save", say("Save"), self.save), allowed=own and changed)
        self._add(menu, ("plus", say("Save as"), self.save_as))
        menu.addSeparator()
        self._add(menu, ("pencil", say("Rename"), rename), allowed=own)
        self._add(menu, ("trash-2", say("Delete"), partial(self.deeds.remove, view)), allowed=own)
        self._add(menu, ("share-2", say("Manage sharing"), share), allowed=own)
        if reason := self._reason(view):
            menu.addAction(reason).setEnabled(False)
        menu.addSeparator()
        self._add(menu, ("link", say("Copy link"), partial(self.deeds.copy_link, view)))
        self._add(menu, ("layout-list", say("Manage all views"), self.manage))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    @staticmethod
    def _add(menu: QMenu, entry: _Entry, *, allowed: bool = True) -> None:
        picture, text, run = entry
        menu.addAction(icon(picture), text, run).setEnabled(allowed)

    @staticmethod
    def _reason(view: AuditView) -> str:
        if view.is_default:
            return say("Everybody has this view: save as another to change it")
        return (
            "" if view.mine else filled(say("%1 made it and alone can change it"), view.owner_name)
        )

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.popup(self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft()))

    @Slot()
    def manage(self) -> None:
        """Open the list of all views."""
        self.dialog = dialog = ViewsDialog(self._desk, self._now(), self.window())
        dialog.chosen.connect(self.go_to)
        dialog.changed.connect(self.read)
        dialog.open()

    # Reading

    @Slot(int)
    def read(self, then: int = 0) -> None:
        """Read the views again.

        Args:
            then: the view to go to; 0 stays.
        """
        desk = self._desk

        def show(views: Sequence[AuditView]) -> None:
            self._show(views, then)

        desk.run_query(
            self,
            "views",
            lambda: desk.workspace.audit_views.list(desk.actor),
            show,
            self.failed.emit,
        )

    def _show(self, views: Sequence[AuditView], then: int) -> None:
        before = self.current
        known = {view.id: view for view in views}
        if then in known and plain(known[then].definition) == self._now():
            # What was changed has just been saved under a name of its own.
            self._unsaved.pop(before.id, None)
        wanted = then if then in known else before.id if before.id in known else DEFAULT_VIEWS[0].id
        self._fill(views, wanted)
        if then in known or wanted != before.id:
            self.chosen.emit(self.current)
        else:
            self.follow()
        if then and then not in known:
            self.missing.emit()

    def _fill(self, views: Sequence[AuditView], view_id: int) -> None:
        self.views = list(views)
        saved = {view.id: plain(view.definition) for view in views}
        left = self._unsaved.items()
        self._unsaved = {key: each for key, each in left if saved.get(key, each) != each}
        self.tabs.blockSignals(True)
        for known in self.tabs.keys():  # noqa: SIM118 - a method of a tab bar
            self.tabs.remove(known)
        for view in self.views:
            self.tabs.add(str(view.id), view.name)
        self.tabs.show_key(str(view_id))
        self.tabs.blockSignals(False)
        self._mark()

    def go_to(self, view_id: int) -> None:
        """Show a view as it was saved; one that was made elsewhere is read first."""
        if str(view_id) in self.tabs.keys():  # noqa: SIM118 - a method of a tab bar
            self.tabs.blockSignals(True)
            self.tabs.show_key(str(view_id))
            self.tabs.blockSignals(False)
            self.reset()
        elif view_id:
            self.read(view_id)


def _quiet(picture: str, text: str, name: str) -> Button:
    button = Button(text, ButtonKind.GHOST, picture)
    button.setObjectName(name)
    return button
