"""What can be done from an entry: go to where it happened, bring records back, save a file."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.changes.change_set import Change
from crmdesk.core.exports.model import FileState
from crmdesk.core.records.undoing import Undone
from crmdesk.ui import words
from crmdesk.ui.audit.places import Binned, Place, tells_deletion
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.saving import ExportSaving
from crmdesk.ui.exports.words import filled
from crmdesk.ui.records.bin_part import BinPart
from crmdesk.ui.records.bulk_words import skip_words, undone_words
from crmdesk.ui.records.showing import in_sentence
from crmdesk.ui.widgets.buttons import Button, ButtonKind


class EntryDeeds(QObject):
    """Makes the buttons of an entry, and does what they say.

    Signals:
        failed: an error that the page has to show.
        done: records came back; the entry is to be looked at again.
    """

    failed = Signal(object)
    done = Signal()

    def __init__(self, wording: Wording, page: QWidget) -> None:
        super().__init__(page)
        self.wording = wording
        self._desk: Desk = wording.desk
        self.bin = BinPart(self._desk, lambda: self.wording.objects, page, tells_jobs=False)
        self.bin.failed.connect(self.failed)
        self.bin.written.connect(self._written)
        self.bin.undo_asked.connect(self._undo)
        self.saving = ExportSaving(self._desk, page, from_list=False)
        self.saving.failed.connect(self.failed)
        self.saving.saved.connect(lambda _export: self.done.emit())

    def deleted_records(self, event: AuditEvent) -> tuple[int, ...]:
        """The records that a deletion tells of; off the window's thread where they are many."""
        if not tells_deletion(event):
            return ()
        if event.subjects == 1:
            return (int(event.object_id),) if (event.object_id or "").isdigit() else ()
        desk = self._desk
        return tuple(desk.workspace.audit_reader.bulk(desk.actor, event.id).ids)

    def buttons(self, event: AuditEvent, place: Place) -> list[Button]:
        """At most two, the one that changes or takes something last."""
        found = []
        if event.link and not place.gone:
            more = Button(say("View more information"), icon="arrow-up-right", trailing=True)
            more.setObjectName("audit_open_link")
            link = event.link
            more.clicked.connect(lambda: self._desk.go(link))
            found.append(more)
        if place.binned is not None:
            found.append(self._restore_button(place.binned))
        elif place.export is not None:
            found.append(self._download_button(place))
        return found

    def _restore_button(self, binned: Binned) -> Button:
        button = Button(restore_words(binned), ButtonKind.PRIMARY, "undo-2")
        button.setObjectName("audit_restore")
        button.set_reason(why_no_restore(binned, self._desk))
        button.clicked.connect(lambda: self.bin.restore(binned.keys))
        return button

    def _download_button(self, place: Place) -> Button:
        button = Button(say("Download exported file"), ButtonKind.PRIMARY, "download")
        button.setObjectName("audit_download")
        button.set_reason(why_no_download(place, self._desk))
        button.clicked.connect(lambda: self._download(place))
        return button

    def _download(self, place: Place) -> None:
        if place.export is not None:
            self.saving.download(place.export)

    def _written(self, change: object) -> None:
        self._desk.changed(change)
        self.done.emit()

    def _undo(self, change_id: int) -> None:
        """Take a restore back: the records go to the recycle bin again."""
        desk = self._desk

        def undone(found: Undone) -> None:
            text = " ".join(skip_words(reason, count) for reason, count in found.skipped.items())
            desk.toast(undone_words(found.act, found.records), text)
            self._written(Change(found.act.object_name, (), found.change_id))

        desk.run_write(
            self,
            lambda: desk.workspace.undoing.undo(desk.actor, change_id),
            undone,
            self.failed.emit,
        )


def restore_words(binned: Binned) -> str:
    """The button's text: "Restore contact", "Restore 412 deals"."""
    if binned.deleted == 1:
        return filled(say("Restore %1"), in_sentence(binned.object_type.label))
    plural = in_sentence(binned.object_type.plural_label)
    return filled(say("Restore %1 %2"), words.number(len(binned.keys) or binned.deleted), plural)


def why_no_restore(binned: Binned, desk: Desk) -> str:
    """Why nothing can come back; empty when something can."""
    if binned.keys:
        return ""
    if binned.over and binned.until is not None:
        over = say("Not possible since %1: deleted records are kept for %2 days.")
        return filled(over, desk.exact(binned.until), words.number(binned.days))
    return say("Not in the recycle bin any more: it was restored, or deleted for good.")


def why_no_download(place: Place, desk: Desk) -> str:
    """Why the file of an export cannot be saved; empty when it can."""
    export = place.export
    if export is None or export.downloadable:
        return ""
    if export.file_state is FileState.EXPIRED and export.expires_at is not None:
        return filled(say("The file was kept until %1."), desk.exact(export.expires_at))
    return say("There is no file to save.")


def place_words(event: AuditEvent, place: Place, desk: Desk) -> list[tuple[str, str]]:
    """Icon and sentence of each thing that has to be known before a button is pressed."""
    found = []
    if place.gone and event.link:
        found.append(("circle-slash", say("What it happened to no longer exists.")))
    if (binned := place.binned) is not None:
        reason = why_no_restore(binned, desk)
        if reason:
            found.append(("trash-2", reason))
        elif binned.until is not None:
            until = say("In the recycle bin until %1, %2 days after it was deleted.")
            day = words.day(binned.until.astimezone(desk.zone).date())
            found.append(("trash-2", filled(until, day, words.number(binned.days))))
    if place.export is not None:
        reason = why_no_download(place, desk)
        if reason:
            found.append(("file-clock", reason))
        elif place.export.expires_at is not None:
            kept = say("The file is kept until %1. Saving a copy is counted as a download.")
            found.append(("file-clock", filled(kept, desk.exact(place.export.expires_at))))
    return found
