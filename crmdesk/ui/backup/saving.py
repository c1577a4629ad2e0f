"""Saving a copy and checking a file: long enough to show, short enough to need no job."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.backup.model import Backup
from crmdesk.core.errors import Cancelled
from crmdesk.ui import words
from crmdesk.ui.access.two_factor_dialog import CodeRequest, prove
from crmdesk.ui.backup.dialogs import download_dialog
from crmdesk.ui.backup.words import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.long_read import LongRead, Stopped
from crmdesk.ui.widgets.dialog import DecisionDialog


class FileWork(QObject):
    """One copy, check or opening at a time, off the GUI thread.

    Signals:
        began: words of what is being done.
        moved: how far, 0.0 to 1.0.
        ended: it is over, one way or another.
        failed: why it could not be done.
        saved: path of the copy that was saved, and its backup.
        checked: a backup was checked; carries the verdict.
        opened: a file was opened; carries what is in it.
    """

    began = Signal(str)
    moved = Signal(float)
    ended = Signal()
    failed = Signal(object)
    saved = Signal(object, object)
    checked = Signal(object)
    opened = Signal(object)

    def __init__(self, desk: Desk, over: QWidget) -> None:
        super().__init__(over)
        self._desk, self._over = desk, over
        self._reading = LongRead(desk, self)

    @Slot()
    def stop(self) -> None:
        """Stop what runs; a half copy does not stay."""
        self._reading.stop()

    # -- saving a copy -------------------------------------------------------------------
    def download(self, backup: Backup) -> DecisionDialog | None:
        """Warn where there are sensitive values, ask where to, and save a copy."""
        if not backup.sensitive:
            self.ask_where(backup)
            return None
        dialog = download_dialog(backup, self._over)
        dialog.decided.connect(partial(self._prove, backup))
        dialog.open()
        return dialog

    def _prove(self, backup: Backup) -> None:
        desk = self._desk
        if not desk.workspace.settings.flag(None, "security.step_up_downloads"):
            self.ask_where(backup)
            return
        request = CodeRequest(
            title=say("Save a copy"),
            allows=say("The code allows saving one copy of this backup."),
            deed=say("Save a copy"),
        )
        prove(
            desk,
            StepUpPurpose.DOWNLOAD_SENSITIVE,
            backup.id,
            request,
            self._over,
            lambda proof: self.ask_where(backup, proof),
            self.failed.emit,
        )

    def ask_where(self, backup: Backup, proof: str = "") -> QFileDialog:
        """Ask for the place with the system's own dialog."""
        dialog = QFileDialog(self._over.window(), say("Save a copy of the backup"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([say("Backups (*.zip)")])
        dialog.setDefaultSuffix("zip")
        at = (backup.snapshot_at or backup.created_at).astimezone(self._desk.zone)
        dialog.selectFile(f"crmdesk-backup-{at:%Y-%m-%d-%H%M}.zip")
        dialog.fileSelected.connect(lambda name: self.save(backup, Path(name), proof))
        dialog.open()
        return dialog

    def save(self, backup: Backup, target: Path, proof: str = "") -> None:
        """Save a copy; its digest is checked on the way."""

        def copied(done: int, total: int) -> None:
            self.moved.emit(done / total if total else 0.0)

        def work(stopped: Stopped) -> Path:
            return self._desk.workspace.backups.download(
                self._desk.actor,
                backup.id,
                target,
                step_up_id=proof,
                progress=copied,
                cancelled=stopped,
            )

        name = say("Saving a copy, %1").replace("%1", words.size(backup.bytes))
        self._run(name, work, lambda path: self.saved.emit(path, backup))

    # -- checking and opening --------------------------------------------------------------
    def verify(self, backup: Backup) -> None:
        """Read a backup through and keep the verdict."""

        def work(stopped: Stopped) -> object:
            backups = self._desk.workspace.backups
            return backups.verify(self._desk.actor, backup.id, cancelled=stopped)

        name = say("Checking every bit of %1").replace("%1", words.size(backup.bytes))
        self._run(name, work, self.checked.emit)

    def ask_for_file(self) -> QFileDialog:
        """Ask for a backup file from anywhere."""
        dialog = QFileDialog(self._over.window(), say("Open a backup file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([say("Backups (*.zip)"), say("All files (*)")])
        dialog.fileSelected.connect(lambda name: self.open(Path(name)))
        dialog.open()
        return dialog

    def open(self, path: Path) -> None:
        """Open a backup file and check it."""

        def work(stopped: Stopped) -> object:
            backups = self._desk.workspace.backups
            return backups.open_file(self._desk.actor, path, cancelled=stopped)

        self._run(say("Reading %1").replace("%1", path.name), work, self.opened.emit)

    def _run(
        self, name: str, work: Callable[[Stopped], object], done: Callable[[object], object]
    ) -> None:
        """Read a file through while searches go on; whoever asks again stops what runs."""
        self.began.emit(name)

        def finished(answer: object) -> None:
            self.ended.emit()
            done(answer)

        def refused(error: Exception) -> None:
            self.ended.emit()
            if not isinstance(error, Cancelled):
                self.failed.emit(error)

        self._reading.run(work, finished, refused)
