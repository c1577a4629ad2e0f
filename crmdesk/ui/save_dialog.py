"""The system's dialog for a place to save a file to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget


def ask_save(over: QWidget, title: str, name: str, chosen: Callable[[Path], object]) -> QFileDialog:
    """Open the system's dialog for a place to save to.

    Args:
        name: the file name that is proposed.
        chosen: told the place.
    """
    dialog = QFileDialog(over, title)
    dialog.setObjectName("save_dialog")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
