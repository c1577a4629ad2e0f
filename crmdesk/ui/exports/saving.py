"""Saving a copy of an export: warned of sensitive values, proven, checked on the way."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.errors import Cancelled
from crmdesk.core.exports.model import Export, ExportSource
from crmdesk.core.exports.report_anchor import HeadNotSaved
from crmdesk.core.exports.work import file_name
from crmdesk.core.files.names import safe_file_name
from crmdesk.ui.access.two_factor_dialog import CodeRequest, prove
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.words import filled, say
from crmdesk.ui.long_read import LongRead, Stopped
from crmdesk.ui.save_dialog import ask_save
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect


class ExportSaving(QObject):
    """One copy at a time, off the GUI thread.

    Args:
        from_list: whether it is asked for in the list of exports, not where one was made.

    Signals:
        began: words of what is being done.
        moved: how far, 0.0 to 1.0.
        ended: it is over, one way or another.
        failed: why it could not be done.
        saved: the export; it was saved and counted.
    """

    began = Signal(str)
    moved = Signal(float)
    ended = Signal()
    failed = Signal(object)
    saved = Signal(object)

    def __init__(self, desk: Desk, over: QWidget, *, from_list: bool) -> None:
        super().__init__(over)
        self._desk, self._over, self._from_list = desk, over, from_list
        self._reading = LongRead(desk, self)
        self.dialog: DecisionDialog | None = None

    @Slot()
    def stop(self) -> None:
        """Stop what runs; a half copy does not stay."""
        self._reading.stop()

    def download(self, found: Export) -> None:
        """Warn where there are sensitive values, ask where to, and save a copy."""
        if not found.sensitive:
            self.ask_where(found)
            return
        self.dialog = _warning(found, self._over.window())
        self.dialog.decided.connect(partial(self._prove, found))
        self.dialog.open()

    def _prove(self, found: Export) -> None:
        desk = self._desk
        if not desk.workspace.settings.flag(None, "security.step_up_downloads"):
            self.ask_where(found)
            return
        prove(
            desk,
            StepUpPurpose.DOWNLOAD_SENSITIVE,
            found.id,
            CodeRequest(
                title=say("Save a copy"),
                allows=say("The code allows saving one copy of this export."),
                deed=say("Save a copy"),
            ),
            self._over,
            lambda proof: self.ask_where(found, proof),
            self.failed.emit,
        )

    def ask_where(self, found: Export, proof: str = "") -> None:
        """Ask for the place with the system's own dialog."""
        ending = Path(file_name(found.id, found.format, found.records or 0)).suffix
        if found.source is ExportSource.PRIVACY:
            ending = ".zip"
        name = f"{safe_file_name(found.name)[:100]}{ending}"
        title = say("Save a copy of the export")
        ask_save(self._over.window(), title, name, lambda path: self.save(found, path, proof))

    def save(self, found: Export, target: Path, proof: str = "") -> None:
        """Save a copy; its digest is checked on the way, and it is counted."""
        desk = self._desk

        def copied(done: int, total: int) -> None:
            self.moved.emit(done / total if total else 0.0)

        def work(stopped: Stopped) -> Path:
            return desk.workspace.exports.download(
                desk.actor,
                found.id,
                target,
                step_up_id=proof,
                from_list=self._from_list,
                progress=copied,
                cancelled=stopped,
            )

        self.began.emit(filled(say("Saving a copy of “%1”"), found.name))
        # Searches go on meanwhile: a copy of gigabytes takes minutes.
        self._reading.run(work, partial(self._done, found), partial(self._refused, found))

    def _done(self, found: Export, path: Path) -> None:
        self.ended.emit()
        self._desk.toast(say("Copy saved"), str(path))
        self.saved.emit(found)

    def _refused(self, found: Export, error: Exception) -> None:
        self.ended.emit()
        if isinstance(error, HeadNotSaved):
            # The copy is there and counted, and the list shows so.
            self.saved.emit(found)
        if not isinstance(error, Cancelled):
            self.failed.emit(error)


def _warning(found: Export, over: QWidget) -> DecisionDialog:
    dialog = DecisionDialog(
        Decision(
            title=say("Save a copy"),
            heading=say("This file holds sensitive values"),
            sentence=say(
                "Values of %Ln sensitive propert{y|ies} can be read by whoever opens it.",
                len(found.sensitive),
            ),
            safe=say("Do not save"),
            deed=say("Choose where to save it"),
            icon="lock",
            effects=(
                Effect("list", ", ".join(found.sensitive)),
                Effect("shield", say("Keep it in a safe place, and delete it when done.")),
                Effect("scroll-text", say("Saving a copy is written to the audit log.")),
            ),
        ),
        over,
    )
    dialog.setObjectName("download_dialog")
    return dialog
