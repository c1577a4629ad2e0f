"""Saved views above the table: a tab for each, and what can be done with the one in sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from crmdesk.core.records.views import SavedView, ViewDefinition
from crmdesk.ui.desk import Desk
from crmdesk.ui.icons import icon
from crmdesk.ui.messages import sentence
from crmdesk.ui.records.name_dialog import NameDialog
from crmdesk.ui.widgets.buttons import IconButton
from crmdesk.ui.widgets.dialog import Decision
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.tabs_small import TabsSmall

ALL = "all"


class ViewsBar(QWidget):
    """The views of one object; hidden while there is none.

    Args:
        desk: the services.
        definition_now: what the table shows at this moment.

    Signals:
        chosen: a :class:`ViewDefinition` to show.
        failed: an error that the page has to show.
    """

    chosen = Signal(object)
    failed = Signal(object)

    def __init__(
        self, desk: Desk, definition_now: Callable[[], ViewDefinition], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._desk, self._now = desk, definition_now
        self._object_name, self._plural = "", ""
        self.views: list[SavedView] = []
        self.dialog: NameDialog | None = None
        self._opened: set[str] = set()
        self._asked: int | None = None
        self._wanted = True
        self.tabs = TabsSmall(self.tr("Saved views"))
        self.tabs.chosen.connect(self._choose)
        self.save_link = Link(self.tr("Save view"))
        self.save_link.setObjectName("save_view")
        self.save_link.clicked.connect(self.save)
        self.reset_link = Link(self.tr("Reset"))
        self.reset_link.setObjectName("reset_view")
        self.reset_link.setAccessibleName(self.tr("Reset the view to what was saved"))
        self.reset_link.clicked.connect(self.reset)
        self.button = IconButton("layout-list", self.tr("Saved views"))
        self.button.setObjectName("views_menu")
        self.button.clicked.connect(self.open_menu)
        row = QHBoxLayout(self)
        # The tabs' own padding brings their first word to 24, under the title's.
        row.setContentsMargins(12, 0, 24, 8)
        row.setSpacing(12)
        row.addWidget(self.tabs, 1)
        row.addWidget(self.reset_link)
        row.addWidget(self.save_link)
        self.hide()
        self.follow()

    @property
    def current(self) -> SavedView | None:
        """The view in sight; ``None`` is all records."""
        key = self.tabs.current
        return next((view for view in self.views if str(view.id) == key), None)

    def show_object(self, object_name: str, plural: str) -> None:
        """Read the views of an object; its default is shown when it is first looked at."""
        self._object_name, self._plural = object_name, plural
        self._fill([], ALL)
        self._read("")

    def set_wanted(self, *, wanted: bool) -> None:
        """Whether the views belong to what is on show; a segment is a place of its own."""
        self._wanted = wanted
        self.setVisible(wanted and bool(self.views))

    def follow(self) -> None:
        """Say whether the view in sight shows something else than was saved."""
        view = self.current
        changed = view is not None and self._now() != view.definition
        self.reset_link.setVisible(changed)
        self.save_link.setVisible(changed)
        own = view is None or view.mine
        self.save_link.setText(self.tr("Save view") if own else self.tr("Save as a view of mine"))
        for each in self.views:
            star = " *" if changed and view is not None and each.id == view.id else ""
            self.tabs.set_text(str(each.id), each.name + star)

    def reset(self) -> None:
        """Show what was saved."""
        view = self.current
        self.chosen.emit(view.definition if view is not None else ViewDefinition())

    def save(self) -> None:
        """Keep what is shown now in the view in sight, or under a new name."""
        view = self.current
        if view is None or not view.mine:
            self.save_as()
            return
        views, actor, now = self._desk.workspace.views, self._desk.actor, self._now()
        self._write(lambda: views.save(actor, view.id, now), str(view.id))

    def save_as(self) -> None:
        """Keep what is shown now under a new name."""
        decision = Decision(
            title=self.tr("Save view"),
            heading=self.tr("Save this view under a name"),
            sentence=self.tr("It keeps columns, order, filters and search; records stay as is."),
            safe=self.tr("Discard"),
            deed=self.tr("Save view"),
            icon="layout-list",
        )
        sharing = [("private", self.tr("Only I")), ("everyone", self.tr("Everyone"))]
        dialog = NameDialog(
            decision, self.window(), choices=sharing, question=self.tr("Who sees it")
        )
        dialog.named.connect(partial(self._add, dialog))
        self._open(dialog)

    def open_menu(self) -> None:
        """What can be done with views, under the button."""
        menu = self.menu()
        menu.popup(self.button.mapToGlobal(self.button.rect().bottomLeft()))

    def menu(self) -> QMenu:
        """The entries for the view in sight."""
        menu, view = QMenu(self), self.current
        menu.addAction(icon("plus"), self.tr("Save as a new view"), self.save_as)
        if view is not None:
            self._own_entries(menu, view)
            menu.addSeparator()
            first = menu.addAction(self.tr("Open this view first"), partial(self._prefer, view))
            first.setCheckable(True)
            first.setChecked(view.is_default)
            menu.addAction(icon("arrow-left"), self.tr("Move left"), partial(self._move, view, -1))
            menu.addAction(icon("arrow-right"), self.tr("Move right"), partial(self._move, view, 1))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _own_entries(self, menu: QMenu, view: SavedView) -> None:
        menu.addSeparator()
        entries = (
            ("save", self.tr("Save view"), self.save),
            ("pencil", self.tr("Rename view"), partial(self._rename, view)),
            (
                "share-2",
                self.tr("Show to me alone") if view.shared else self.tr("Share with everyone"),
                partial(self._share, view),
            ),
            ("trash-2", self.tr("Delete view"), partial(self._remove, view)),
        )
        for picture, words, run in entries:
            action = menu.addAction(icon(picture), words, run)
            action.setEnabled(view.mine)
        if not view.mine:
            owner = self.tr("%1 made it and alone can change it").replace("%1", view.owner_name)
            menu.addAction(owner).setEnabled(False)

    # Writing

    def _add(self, dialog: NameDialog, name: str, sharing: str) -> None:
        desk, now, own = self._desk, self._now(), self._object_name

        def write() -> int:
            shared = sharing == "everyone"
            return desk.workspace.views.add(desk.actor, own, name, now, shared=shared)

        self._write_from(dialog, write)

    def _rename(self, view: SavedView) -> None:
        decision = Decision(
            title=self.tr("Rename view"),
            heading=self.tr("Rename “%1”").replace("%1", view.name),
            sentence=self.tr("What it shows stays as it is."),
            safe=self.tr("Keep the name"),
            deed=self.tr("Rename view"),
            icon="pencil",
        )
        dialog = NameDialog(decision, self.window(), name=view.name)

        def rename(name: str, _choice: str) -> None:
            views, actor = self._desk.workspace.views, self._desk.actor

            def write() -> int:
                views.rename(actor, view.id, name)
                return view.id

            self._write_from(dialog, write)

        dialog.named.connect(rename)
        self._open(dialog)

    def _share(self, view: SavedView) -> None:
        views, actor = self._desk.workspace.views, self._desk.actor
        shared = not view.shared
        self._write(lambda: views.share(actor, view.id, everyone=shared), str(view.id))

    def _remove(self, view: SavedView) -> None:
        views, actor = self._desk.workspace.views, self._desk.actor
        self._write(lambda: views.remove(actor, view.id), ALL)

    def _prefer(self, view: SavedView) -> None:
        views, actor, own = self._desk.workspace.views, self._desk.actor, self._object_name
        wanted = None if view.is_default else view.id
        self._write(lambda: views.set_default(actor, own, wanted), str(view.id))

    def _move(self, view: SavedView, by: int) -> None:
        ids = [each.id for each in self.views]
        place = ids.index(view.id)
        ids.insert(max(0, place + by), ids.pop(place))
        views, actor, own = self._desk.workspace.views, self._desk.actor, self._object_name
        self._write(lambda: views.reorder(actor, own, ids), str(view.id))

    def _write(self, act: Callable[[], object], then: str) -> None:
        self._desk.run_write(self, act, lambda _done: self._read(then), self.failed.emit)

    def _write_from(self, dialog: NameDialog, write: Callable[[], int]) -> None:
        dialog.set_busy(self.tr("Saving..."))

        def done(view_id: int) -> None:
            dialog.accept()
            self._read(str(view_id))

        self._desk.run_write(dialog, write, done, lambda e: dialog.show_error(sentence(e)))

    def _open(self, dialog: NameDialog) -> None:
        self.dialog = dialog
        dialog.open()

    # Reading

    def _read(self, then: str) -> None:
        desk, own = self._desk, self._object_name

        def read() -> list[SavedView]:
            return desk.workspace.views.list(desk.actor, own)

        def show(views: Sequence[SavedView]) -> None:
            self._show(views, then)

        desk.run_query(self, "views", read, show, self.failed.emit)

    def _show(self, views: Sequence[SavedView], then: str) -> None:
        """Keep or change what is in sight: the default comes once, a deleted view goes."""
        known = {view.id: view for view in views}
        asked = known.get(self._asked or 0)
        self._asked = None
        if asked is None and not then and self._object_name not in self._opened:
            asked = next((view for view in views if view.is_default), None)
        self._opened.add(self._object_name)
        before = self.tabs.current
        keys = {ALL, *map(str, known)}
        wanted = str(asked.id) if asked is not None else then or before
        self._fill(views, wanted if wanted in keys else ALL)
        if asked is not None:
            self.chosen.emit(asked.definition)
        elif before not in keys:
            self.chosen.emit(ViewDefinition())

    def _fill(self, views: Sequence[SavedView], key: str) -> None:
        self.views = list(views)
        self.tabs.blockSignals(True)
        for known in self.tabs.keys():  # noqa: SIM118 - a method of a tab bar
            self.tabs.remove(known)
        self.tabs.add(ALL, self.tr("All %1").replace("%1", self._plural))
        for view in self.views:
            self.tabs.add(str(view.id), view.name)
        self.tabs.show_key(key)
        self.tabs.blockSignals(False)
        self.set_wanted(wanted=self._wanted)
        self.follow()

    def _choose(self, _key: str) -> None:
        self.reset()

    def show_view(self, view_id: int) -> None:
        """Go to a view by its id, e.g. from the palette."""
        self._asked = view_id
        self._read("")
