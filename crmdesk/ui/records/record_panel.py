"""The panel of one record: properties with editing in place, and history."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QMenu, QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.changes.change_set import Change
from crmdesk.core.errors import UserError
from crmdesk.core.records.record import HistoryEntry, Record
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.icons import icon
from crmdesk.ui.messages import message
from crmdesk.ui.queries import Write
from crmdesk.ui.records.associations import AssociationsPage
from crmdesk.ui.records.history import HistoryList
from crmdesk.ui.records.merging import add_undo_of_merges
from crmdesk.ui.records.privacy_request import add_privacy_request
from crmdesk.ui.records.properties_page import PropertiesPage
from crmdesk.ui.records.property_history import PropertyHistory
from crmdesk.ui.records.showing import Showing, in_sentence
from crmdesk.ui.records.value_form import ValueForm
from crmdesk.ui.records.waiting import tell_wait
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.avatar import IN_PANEL, Avatar
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind, IconButton
from crmdesk.ui.widgets.side_panel import SidePanel

PROPERTIES, HISTORY, ASSOCIATIONS = "properties", "history", "associations"


class RecordPanel(SidePanel):
    """Shows a record; a change of somebody else's is told, never written over unseen.

    Signals:
        changed: a :class:`Change` was written from here.
        saved: values of the :class:`Record` were written.
        delete_asked: delete this record.
        restore_asked: bring this record back from the recycle bin.
        purge_asked: delete this record for good.
        merge_asked: merge this record with another.
        unmerge_asked: the change set of the merge to take back.
    """

    changed = Signal(object)
    saved = Signal(object)
    delete_asked = Signal()
    restore_asked = Signal()
    purge_asked = Signal()
    merge_asked = Signal()
    unmerge_asked = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("records", "", parent=parent)
        self.setAccessibleName(self.tr("Record"))
        self._desk = desk
        self.record: Record | None = None
        self.showing: Showing | None = None
        self.form: ValueForm | None = None
        self._version = 0
        self._avatar = Avatar("", IN_PANEL)
        self.set_lead(self._avatar)
        self.more = IconButton("ellipsis", self.tr("More actions"))
        self.more.clicked.connect(self._open_menu)
        self.tools.insertWidget(0, self.more)
        self._notice = Banner(BannerTone.WARN, "")
        self._notice.hide()
        self.properties = PropertiesPage()
        self.properties.edit_begun.connect(self._begin)
        self.properties.reveal_asked.connect(self._reveal)
        self.properties.history_asked.connect(partial(self.show_page, HISTORY))
        self.history = HistoryList(self.tr("History"))
        self.add_page(PROPERTIES, self.tr("Properties"), _under(self._notice, self.properties))
        self.associations = AssociationsPage(desk)
        self.associations.changed.connect(self.changed)
        self.associations.counted.connect(self._count_associations)
        self.add_page(ASSOCIATIONS, self.tr("Associations"), self.associations)
        self.values = PropertyHistory(desk, self.history)
        self.values.put_back.connect(self._put_back)
        self.values.failed.connect(self._show_failure)
        self.add_page(HISTORY, self.tr("History"), _in_margins(self.values))
        self.save_button = Button("")
        self._discard_button = Button("")
        self._write: Write | None = None
        self.hide()

    # What the page uses

    @property
    def editing(self) -> bool:
        """Whether something typed would be lost."""
        return self.form is not None and bool(self.form.changes())

    def may_leave(self) -> bool:
        """Whether the panel can show something else; says what is in the way if not."""
        if not self.editing:
            return True
        self._say(BannerTone.WARN, self.tr("Your edit is not saved yet. Save or discard it first."))
        return False

    def show_record(self, showing: Showing, record_id: int) -> None:
        """Show a record as it is now; call :meth:`may_leave` before."""
        self.showing = showing
        try:
            record = self._desk.workspace.records.get(
                self._desk.actor, showing.object_type.name, record_id
            )
        except UserError as error:
            self._show_gone(error)
            return
        self._show(record)

    def refresh(self) -> None:
        """Read the record again, unless it is being edited: then the save will tell."""
        if self.record is not None and self.showing is not None and self.form is None:
            self.show_record(self.showing, self.record.id)

    def edit(self) -> None:
        """Turn the key properties into fields."""
        if self.record is not None and self.record.archived_at is None:
            self.show_page(PROPERTIES)
            self.properties.edit_first()

    # Showing

    def _show(self, record: Record) -> None:
        showing = self.showing
        if showing is None:
            return
        self.record, self._version, self.form = record, record.version, None
        name = showing.name(record.values)
        self._avatar.set_name(name)
        self.set_heading(name, self._subtitle_of(record))
        live = record.archived_at is None
        self._notice.hide()
        if not live and record.archived_at is not None:
            since = self.tr("In the recycle bin since %1")
            self._say(BannerTone.INFO, since.replace("%1", self._desk.exact(record.archived_at)))
        self.properties.show_record(
            showing,
            record,
            editable=live,
            may_reveal=self._desk.may(Permission.VIEW_SENSITIVE),
            may_edit_sensitive=self._desk.may(Permission.EDIT_SENSITIVE),
        )
        self.properties.setVisible(True)
        self.set_foot([] if live else self._bin_buttons())
        self.associations.show_record(record, name)
        self._read_history(record)

    def _count_associations(self, count: int) -> None:
        text = self.tr("Associations %1").replace("%1", words.number(count))
        self.set_page_title(ASSOCIATIONS, text if count else self.tr("Associations"))

    def _subtitle_of(self, record: Record) -> str:
        title, company = (record.values.get(name) for name in ("jobtitle", "company"))
        if title and company:
            return self.tr("%1 at %2").replace("%1", title).replace("%2", company)
        return title or company or self.tr("Record ID %1").replace("%1", str(record.id))

    def _show_gone(self, error: UserError) -> None:
        self.record, self.form = None, None
        told = message(error)
        self.set_foot([])
        self.set_heading(self.tr("No longer exists"), told.title)
        self.properties.setVisible(False)
        self._say(BannerTone.WARN, told.title, told.advice)

    def _read_history(self, record: Record) -> None:
        desk, showing = self._desk, self.showing
        if showing is None:
            return

        def read() -> list[HistoryEntry]:
            return desk.workspace.records.history(desk.actor, record.object_type, record.id)

        def show(entries: list[HistoryEntry]) -> None:
            self.values.show_entries(entries, showing, record)
            self.properties.show_history(entries, showing)

        desk.run_query(self, "history", read, show, self._show_failure)

    def _say(self, tone: BannerTone, title: str, text: str = "") -> None:
        self._notice.set_state(tone, title, text)
        self._notice.show()
        self.show_page(PROPERTIES)
        announce(self, title)

    def _show_failure(self, error: Exception) -> None:
        told = message(error)
        self._say(BannerTone.DANGER, told.title, told.advice)

    # Editing

    def _begin(self, form: ValueForm) -> None:
        self.form = form
        self._desk.ways.follow()
        self._discard_button = Button(self.tr("Discard"), ButtonKind.SECONDARY)
        self._discard_button.setObjectName("discard_edit")
        self._discard_button.clicked.connect(self._discard_or_withdraw)
        self.save_button = Button(self.tr("Save"), ButtonKind.PRIMARY)
        self.save_button.setObjectName("save_record")
        self.save_button.clicked.connect(self.save)
        self.set_foot([self._discard_button, self.save_button])

    def discard(self) -> None:
        """Show the record as it is stored."""
        self.form = None
        self._desk.ways.follow()
        if self.record is not None and self.showing is not None:
            self.show_record(self.showing, self.record.id)

    def save(self) -> None:
        """Write what was typed; nothing typed ends the edit."""
        form, record = self.form, self.record
        if form is None or record is None or self.save_button.busy:
            return
        changes = form.changes()
        if not changes:
            self.discard()
            return
        desk, version = self._desk, self._version
        self.save_button.set_busy(self.tr("Saving..."))

        def write() -> Record:
            return desk.workspace.editor.update(
                desk.actor, record.object_type, record.id, changes, expected_version=version
            )

        self._write = desk.run_write(self, write, self._saved, self._refused)
        tell_wait(desk, self.save_button, self._write, self._show_wait)

    def _show_wait(self, reason: str) -> None:
        self.save_button.set_busy(reason)
        self._discard_button.setText(self.tr("Withdraw"))
        self.fit_foot()

    def _discard_or_withdraw(self) -> None:
        """Take back what waits for its turn, which keeps the edit; else give the edit up."""
        if self._write is not None and self._write.withdraw():
            self._end_wait()
        elif not self.save_button.busy:
            self.discard()

    def _end_wait(self) -> None:
        self._write = None
        self.save_button.set_idle()
        self._discard_button.setText(self.tr("Discard"))
        self.fit_foot()

    def _saved(self, record: Record) -> None:
        self._write = None
        if self.record is not None and self.record.id == record.id:
            self._show(record)
        self.changed.emit(Change(record.object_type, (record.id,)))
        self.saved.emit(record)

    def _refused(self, error: Exception) -> None:
        self._end_wait()
        if isinstance(error, UserError) and error.code == "record_changed":
            self._show_conflict(error)
        elif self.form is None or not self.form.show_error(error):
            self._show_failure(error)

    def _show_conflict(self, error: UserError) -> None:
        """Put what stands there now beside what was typed; saving again is then on purpose."""
        if self.record is None or self.form is None:
            return
        desk = self._desk
        try:
            now = desk.workspace.records.get(desk.actor, self.record.object_type, self.record.id)
        except UserError as gone:
            self._show_gone(gone)
            return
        self._version = now.version
        self.form.show_conflict(now.values)
        self._say(
            BannerTone.WARN,
            error.message,
            self.tr("The values of now stand below yours. Save again to replace them."),
        )

    # Sensitive values

    def _reveal(self, name: str) -> None:
        record, desk = self.record, self._desk
        if record is None:
            return

        def write() -> Mapping[str, str | None]:
            return desk.workspace.records.reveal(desk.actor, record.object_type, record.id, [name])

        def show(values: Mapping[str, str | None]) -> None:
            if self.record is not None and self.record.id == record.id:
                self.properties.reveal(name, values[name])
                announce(self, self.tr("Revealed. This look is in the log."))

        desk.run_write(self, write, show, self._show_failure)

    # History

    def _put_back(self, name: str, change_id: int, before: bool) -> None:
        record, desk = self.record, self._desk
        if record is None or not self.may_leave():
            return

        def write() -> Record:
            return desk.workspace.editor.put_back(
                desk.actor, record.object_type, record.id, name, change_id, before=before
            )

        desk.run_write(self, write, self._saved, self._show_failure)

    # Menu and foot

    def _bin_buttons(self) -> list[Button]:
        if not self._desk.may(Permission.DELETE_RECORDS):
            return []
        restore = Button(self.tr("Restore"), ButtonKind.SECONDARY, "undo-2")
        restore.setObjectName("restore_record")
        restore.clicked.connect(self.restore_asked)
        purge = Button(self.tr("Delete permanently"), ButtonKind.DANGER_OUTLINE)
        purge.setObjectName("purge_record")
        purge.clicked.connect(self.purge_asked)
        return [restore, purge]

    def _open_menu(self) -> None:
        if self.record is None or self.showing is None:
            return
        label = in_sentence(self.showing.object_type.label)
        live = self.record.archived_at is None
        menu = QMenu(self)
        edit = menu.addAction(icon("pencil"), self.tr("Edit %1").replace("%1", label), self.edit)
        edit.setEnabled(live)
        copy = self.tr("Copy record ID %1").replace("%1", str(self.record.id))
        menu.addAction(icon("copy"), copy, self._copy_id)
        add_privacy_request(menu, self._desk, self.record)
        if live and self._desk.may(Permission.DELETE_RECORDS):
            merge = self.tr("Merge with another %1").replace("%1", label)
            menu.addAction(icon("merge"), merge, self.merge_asked.emit)
            add_undo_of_merges(menu, self._desk, self.record, self.unmerge_asked.emit)
            menu.addSeparator()
            text = self.tr("Delete %1").replace("%1", label)
            menu.addAction(icon("trash-2", "danger"), text, self.delete_asked.emit)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _copy_id(self) -> None:
        if self.record is not None:
            QApplication.clipboard().setText(str(self.record.id))


def _under(notice: QWidget, page: QWidget) -> QWidget:
    result = QWidget()
    column = QVBoxLayout(result)
    column.setContentsMargins(11, 12, 16, 16)
    column.setSpacing(12)
    column.addWidget(notice)
    column.addWidget(page, 1)
    return result


def _in_margins(content: QWidget) -> QWidget:
    result = QWidget()
    column = QVBoxLayout(result)
    column.setContentsMargins(11, 12, 16, 16)
    column.addWidget(content)
    column.addStretch(1)
    return result
