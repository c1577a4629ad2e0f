"""Ways to keep what is shown only once: a file of one's own, or paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QFileDialog, QWidget

from crmdesk.core.errors import UserError
from crmdesk.core.files.atomic import atomic_write
from crmdesk.ui.messages import sentence
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog

_MARGIN_MM = 20.0


def save_text(over: QWidget, title: str, name: str, text: str) -> QFileDialog:
    """Ask where, and write a text that only this user can read."""
    return _ask_where(over, title, name, lambda path: write_private(path, text.encode("utf-8")))


def save_pdf(over: QWidget, title: str, name: str, html: str) -> QFileDialog:
    """Ask where, and write a sheet as PDF."""
    return _ask_where(over, title, name, lambda path: write_pdf(path, html))


def write_private(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for its owner alone."""
    with atomic_write(path, 0o600) as file:
        file.write(content)


def write_pdf(path: Path, html: str) -> None:
    """Write a sheet as a PDF of one A4 page."""
    # The writer opens the path by itself: the file exists with the right mode before it.
    write_private(path, b"")
    writer = QPdfWriter(str(path))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    document = QTextDocument()
    document.documentLayout().setPaintDevice(writer)
    document.setPageSize(writer.pageLayout().paintRectPixels(writer.resolution()).size())
    document.setHtml(html)
    document.print_(writer)


def print_sheet(over: QWidget, html: str) -> QWidget:
    """Open the system's print dialog, and print a sheet of HTML."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    dialog = QPrintDialog(printer, over)
    document = QTextDocument(dialog)
    document.setHtml(html)

    def accepted() -> None:
        document.print_(printer)

    dialog.accepted.connect(accepted)
    dialog.open()
    return dialog


def _ask_where(over: QWidget, title: str, name: str, write: Callable[[Path], None]) -> QFileDialog:
    dialog = QFileDialog(over, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(name)

    def chosen(path: str) -> None:
        try:
            write(Path(path))
        except UserError as error:
            _tell(over, error)

    dialog.fileSelected.connect(chosen)
    dialog.open()
    return dialog


def _tell(over: QWidget, error: UserError) -> None:
    say = QCoreApplication.translate
    heading, text = say("Keeping", "The file could not be written"), sentence(error)
    dialog = DecisionDialog(
        Decision(heading, heading, text, say("Keeping", "Close"), "", "circle-alert"), over
    )
    dialog.deed_button.hide()
    dialog.open()
