"""The place where a file is chosen: dropped, or picked in the system's own dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from crmdesk.ui.transfer.wording import say
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.empty_state import EmptyState, Fact

_ENDINGS = "*.csv *.tsv *.txt *.xlsx *.xls *.ods *.zip"


def ask_open(over: QWidget, chosen: Callable[[str], object]) -> QFileDialog:
    """Open the system's dialog for a file to import."""
    dialog = QFileDialog(over, say("Choose a file to import"))
    dialog.setObjectName("import_file_dialog")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters([f"{say('Tables')} ({_ENDINGS})", f"{say('All files')} (*)"])
    dialog.fileSelected.connect(chosen)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


class DropZone(QWidget):
    """Takes a file by drag and drop, or by its button.

    Signals:
        chosen: path of the file.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.button = Button(say("Choose file"), ButtonKind.PRIMARY, "folder-open")
        self.button.setObjectName("choose_file")
        self.button.clicked.connect(self.ask)
        facts = (
            Fact("file-text", say("Tables"), say("CSV in any encoding, Excel, OpenDocument.")),
            Fact("file-archive", say("Zips"), say("A backup of CRM Desk, or a zip of CSV files.")),
            Fact("eye", say("Nothing is written yet"), say("You see what would happen first.")),
        )
        empty = EmptyState(
            "file-up",
            say("Drop a file here"),
            say("Kind, encoding and columns are recognised; you can change them."),
            buttons=[self.button],
            facts=facts,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(empty)

    def ask(self) -> None:
        """Open the system's dialog."""
        ask_open(self, self.chosen.emit)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.isLocalFile():
                event.acceptProposedAction()
                self.chosen.emit(url.toLocalFile())
                return
