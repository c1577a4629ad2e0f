"""Finds texts that do not fit where they stand, and words long enough to provoke it.

``clipped(page)`` compares what each label and button asks for with what it got. Show the page
at the size in question first. Elided labels are meant to be cut and are left out.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication, QEvent, QTranslator
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QLabel, QScrollArea, QWidget

from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.switch import Switch

_TOLERANCE = 1
_PLACEHOLDER = re.compile(r"(\{[^}]*\}|%n|%\d|&&)")
_ACCENTS = str.maketrans("aeiouyAEIOU", "áéíóúýÁÉÍÓÚ")


def clipped(widget: QWidget) -> list[str]:
    """Say, one line each, which visible texts below a widget are cut and by how much."""
    # A text that wraps tells its height after its width: layouts settle in several turns.
    for _ in range(6):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    found = []
    for child in widget.findChildren(QWidget):
        if child.isVisibleTo(widget):
            found.extend(_cut(child))
    return found


def stretched(text: str) -> str:
    """The text with accents and 35 % more length, its placeholders untouched."""
    parts = _PLACEHOLDER.split(text)
    plain = "".join(
        part if _PLACEHOLDER.fullmatch(part) else part.translate(_ACCENTS) for part in parts
    )
    letters = sum(len(part) for part in parts if not _PLACEHOLDER.fullmatch(part))
    missing = max(1, round(letters * 0.35)) if letters else 0
    if not missing:
        return plain
    padding = " ".join("ëxträ"[: min(5, missing - at)] for at in range(0, missing, 6))
    return f"{plain} {padding}" if " " in text.strip() else plain + padding.replace(" ", "")


class PseudoTranslator(QTranslator):
    """Translates every sentence into a longer one; install it before building a page."""

    def translate(
        self, context: str, source_text: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return stretched(source_text)

    def isEmpty(self) -> bool:
        return False


def _cut(child: QWidget) -> list[str]:
    if isinstance(child, QScrollArea):
        return _cut_content(child)
    if isinstance(child, ElidedLabel | Switch) or not _text(child):
        return []
    wanted, got = child.sizeHint(), child.size()
    if isinstance(child, QLabel) and child.wordWrap():
        return _cut_paragraph(child)
    name = f"{type(child).__name__} “{_text(child)}”"
    found = []
    if wanted.width() > got.width() + _TOLERANCE:
        found.append(f"{name}: {got.width()} wide, needs {wanted.width()}")
    if wanted.height() > got.height() + _TOLERANCE:
        found.append(f"{name}: {got.height()} high, needs {wanted.height()}")
    return found + _outside(child, name)


def _cut_paragraph(child: QLabel) -> list[str]:
    name = f"paragraph “{_text(child)}”"
    found = []
    wanted = child.heightForWidth(child.width())
    if wanted > child.height() + _TOLERANCE:
        found.append(f"{name}: {child.height()} high, needs {wanted}")
    longest = max(child.fontMetrics().horizontalAdvance(word) for word in _words(child))
    if longest > child.width() + _TOLERANCE:
        found.append(f"{name}: {child.width()} wide, a word needs {longest}")
    return found + _outside(child, name)


def _words(child: QLabel) -> list[str]:
    # A line may break at a zero-width space too.
    return _text(child).replace("\u200b", " ").split()


def _outside(child: QWidget, name: str) -> list[str]:
    parent = child.parentWidget()
    if parent is None or isinstance(parent.parentWidget(), QAbstractScrollArea):
        return []
    room = parent.rect().adjusted(-_TOLERANCE, -_TOLERANCE, _TOLERANCE, _TOLERANCE)
    return [] if room.contains(child.geometry()) else [f"{name}: reaches out of its parent"]


def _cut_content(area: QScrollArea) -> list[str]:
    content = area.widget()
    if content is None or content.width() <= area.viewport().width() + _TOLERANCE:
        return []
    return [
        f"content of {area.objectName() or 'a scroll area'}: {content.width()} wide, "
        f"sees {area.viewport().width()}"
    ]


def _text(child: QWidget) -> str:
    if isinstance(child, QAbstractButton):
        return child.text().replace("&&", "&")
    if not isinstance(child, QLabel):
        return ""
    if "<p" not in child.text():
        return child.text()
    document = QTextDocument()
    document.setHtml(child.text())
    return document.toPlainText()
