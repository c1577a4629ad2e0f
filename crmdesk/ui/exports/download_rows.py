"""Who saved copies of an export: one block a copy, newest first, some at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.exports.model import Download
from crmdesk.ui.exports.words import say
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.avatar import BESIDE_NAME, Avatar
from crmdesk.ui.widgets.facts import breakable
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.labels import rule
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import empty_layout

_AT_ONCE = 50


def show_downloads(
    body: QVBoxLayout,
    downloads: Sequence[Download],
    worded: Callable[[datetime], str],
    most: int = _AT_ONCE,
) -> None:
    """Fill the page of a panel, in place of what was there.

    Args:
        worded: a time as people read it.
        most: so many are shown; a link shows more.
    """
    empty_layout(body)
    for each in downloads[:most]:
        body.addWidget(_block(each, worded(each.at)))
    rest = len(downloads) - most
    if rest > 0:
        more = Link(say("Show %Ln more", rest))
        more.setObjectName("more_downloads")
        more.clicked.connect(lambda: show_downloads(body, downloads, worded, most + _AT_ONCE))
        body.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
    body.addWidget(rule())
    body.addWidget(_limits())
    body.addStretch(1)


def _block(found: Download, when: str) -> QWidget:
    name = found.user_name or say("Somebody")
    place = ", ".join(part for part in (found.address, found.host) if part)
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(12)
    row.addWidget(Avatar(name, BESIDE_NAME), 0, Qt.AlignmentFlag.AlignTop)
    lines = QVBoxLayout()
    lines.setSpacing(1)
    lines.addWidget(Paragraph(breakable(name), TextStyle.STRONG, "text"))
    for line in (when, place):
        if line:
            lines.addWidget(Paragraph(breakable(line), TextStyle.CAPTION, "text2"))
    row.addLayout(lines, 1)
    holder.setAccessibleName(", ".join(filter(None, (name, when, place))))
    return holder


def _limits() -> QWidget:
    """Never claim more than is known."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(IconLabel("info", "text3"), 0, Qt.AlignmentFlag.AlignTop)
    text = say("Only copies saved by CRM Desk are seen. Where a copy goes from there is not.")
    row.addWidget(Paragraph(text, TextStyle.CAPTION, "text3"), 1)
    return holder
