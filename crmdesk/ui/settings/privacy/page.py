"""The page of requests: look a person up, hand out their data, or delete them for good."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.core.exports.model import Export
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.core.privacy.model import PersonFound
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.started import StartedExports
from crmdesk.ui.messages import message, sentence
from crmdesk.ui.settings.card_rows import CardPage, settings_card
from crmdesk.ui.settings.privacy.dialog import deletion_dialog
from crmdesk.ui.settings.privacy.words import goes, stays
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.dialog import DecisionDialog
from crmdesk.ui.widgets.facts import FactList
from crmdesk.ui.widgets.form_field import FormField

_WIDTH = 320


class PrivacyPage(CardPage):
    """An address, and what is kept under it. For Super Admins."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("", "")
        self.setObjectName("privacy_page")
        self.setAccessibleName(self.tr("Privacy"))
        line = self.tr("Somebody asks what you keep about them, or wants to be deleted.")
        self.header.set_title(self.tr("Privacy"), line)
        self._desk = desk
        self._found: PersonFound | None = None
        self._job_id = ""
        self.banner = Banner(BannerTone.OK, "")
        self.banner.setObjectName("privacy_outcome")
        self.banner.hide()
        self.address = QLineEdit()
        self.address.setObjectName("privacy_address")
        self.address.setPlaceholderText("ann@example.org")
        self.address.setFixedWidth(px(_WIDTH))
        self.address.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.field = FormField(self.tr("E\u2011mail address"), self.address)
        self.look = Button(self.tr("Look up"), ButtonKind.PRIMARY, "search")
        self.look.setObjectName("look_up_person")
        self._results = QVBoxLayout()
        self._results.setSpacing(12)
        self.exports = StartedExports(desk, self)
        self._lay_out()
        self.address.returnPressed.connect(self.search)
        self.look.clicked.connect(self.search)
        self.exports.failed.connect(self._failed)
        desk.jobs.ended.connect(self._ended)

    def _lay_out(self) -> None:
        asking = QWidget()
        row = QHBoxLayout()
        row.addWidget(self.look)
        row.addStretch(1)
        column = QVBoxLayout(asking)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.field)
        column.addLayout(row)
        words = self.tr(
            "By any address they have. Records, history, the log, and every file in the vault are "
            "looked through."
        )
        self.cards.addWidget(self.banner)
        self.cards.addWidget(settings_card(self.tr("A person"), words, [asking]))
        self.cards.addLayout(self._results)

    # -- looking -----------------------------------------------------------------------------
    def open_for(self, address: str) -> None:
        """Look a person up whose record was in sight."""
        self.address.setText(address)
        self.search()

    @Slot()
    def search(self) -> None:
        """Look the address up, off the GUI thread: files take their time."""
        desk, address = self._desk, self.address.text().strip()
        if not address or self.look.busy:
            self.address.setFocus()
            return
        self.banner.hide()
        self.field.set_error("")
        self._clear()
        self.look.set_busy(self.tr("Looking through files..."))

        def find() -> tuple[PersonFound, dict[str, str]]:
            found = desk.workspace.privacy.find(desk.actor, address)
            objects = desk.workspace.definitions.objects(desk.actor)
            return found, {each.name: each.plural_label for each in objects}

        desk.run_query(self, "person", find, lambda answer: self._show(*answer), self._failed)

    def _clear(self) -> None:
        self._found = None
        while (item := self._results.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _show(self, found: PersonFound, objects: dict[str, str]) -> None:
        self.look.set_idle()
        self._clear()
        self._found = found
        held = stays(self._desk, found, objects)
        if found.is_nothing and not held:
            self._tell(
                BannerTone.INFO,
                self.tr("Nothing is kept under %1").replace("%1", found.address),
                self.tr("Capital letters do not count. Look for another address of theirs."),
            )
            return
        self._results.addWidget(self._card_of_what_goes(found))
        if held:
            words = self.tr(
                "Backups are signed and never rewritten; they go by themselves. What others "
                "wrote is theirs to change."
            )
            self._results.addWidget(settings_card(self.tr("What stays"), words, [FactList(held)]))
        announce(self, self.tr("%Ln contact{|s} found", "", len(found.record_ids)))

    def _card_of_what_goes(self, found: PersonFound) -> QWidget:
        self.hand_out = Button(self.tr("Export their data"), ButtonKind.SECONDARY, "download")
        self.hand_out.setObjectName("export_person")
        self.hand_out.clicked.connect(self._export)
        self.delete = Button(self.tr("Delete for good"), ButtonKind.DANGER_OUTLINE, "trash-2")
        self.delete.setObjectName("delete_person")
        self.delete.clicked.connect(self._ask)
        if found.is_nothing:
            reason = self.tr("Nothing is kept but in what stays.")
            self.hand_out.set_reason(reason)
            self.delete.set_reason(reason)
        deeds = QWidget()
        row = QHBoxLayout(deeds)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.hand_out)
        row.addWidget(self.delete)
        row.addStretch(1)
        words = self.tr("All of it goes into the file they are given, and all of it is deleted.")
        return settings_card(self.tr("What is kept"), words, [FactList(goes(found)), deeds])

    # -- handing out -------------------------------------------------------------------------
    @Slot()
    def _export(self) -> None:
        desk, found = self._desk, self._found
        if found is None or self.hand_out.busy:
            return
        address = found.address
        self.hand_out.set_busy(self.tr("Starting..."))

        def start() -> Export:
            export_id = desk.workspace.privacy.start_export(desk.actor, address)
            return desk.workspace.exports.show(desk.actor, export_id)

        def started(made: Export) -> None:
            self.hand_out.set_idle()
            self.exports.follow(made)

        desk.run_write(self, start, started, self._failed)

    # -- deleting ----------------------------------------------------------------------------
    @Slot()
    def _ask(self) -> None:
        if self._found is None:
            return
        dialog = deletion_dialog(self._found, self.window())
        dialog.decided.connect(partial(self._delete, dialog, self._found))
        dialog.open()

    def _delete(self, dialog: DecisionDialog, found: PersonFound) -> None:
        desk = self._desk
        dialog.set_busy(self.tr("Starting..."))

        def started(job_id: str) -> None:
            dialog.accept()
            self._job_id = job_id
            self._clear()
            self.look.set_busy(self.tr("Deleting..."))
            try:
                desk.start_job(job_id)
            except OSError as error:
                self._failed(error)

        desk.run_write(
            self,
            lambda: desk.workspace.privacy.start_delete(desk.actor, found.address, found.hash),
            started,
            lambda error: dialog.show_error(sentence(error)),
        )

    @Slot(object)
    def _ended(self, job: Job) -> None:
        if job.id != self._job_id:
            return
        self._job_id = ""
        self.look.set_idle()
        if job.state is not JobState.SUCCEEDED:
            told = job.error
            title = self.tr("Nothing was deleted") if told is None else told.message
            self._tell(BannerTone.DANGER, title, "" if told is None else told.hint)
            return
        self.address.clear()
        backups = len((job.result or {}).get("backups", ()))
        text = self.tr("No backup holds them.")
        if backups:
            text = self.tr("%Ln backup{|s} still hold{s|} them; the log has which.", "", backups)
        self._tell(BannerTone.OK, self.tr("Deleted for good"), text)
        self._desk.changed(job)

    # -- within ------------------------------------------------------------------------------
    def _failed(self, error: Exception) -> None:
        self.look.set_idle()
        if self._found is not None:
            self.hand_out.set_idle()
        if getattr(error, "code", "") == "email_invalid":
            self.field.set_error(sentence(error))
            self.address.setFocus()
            return
        told = message(error)
        self._tell(BannerTone.DANGER, told.title, told.advice)

    def _tell(self, tone: BannerTone, title: str, text: str) -> None:
        self.banner.show()
        self.banner.set_state(tone, title, text)
