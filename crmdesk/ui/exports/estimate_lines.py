"""What an export would be, in lines with icons: how much, what is sensitive, who has to agree."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.core.exports.model import ExportEstimate
from crmdesk.ui import words
from crmdesk.ui.exports.words import filled, say
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import empty_layout


class EstimateLines(QWidget):
    """At the foot of the dialog; its accessible name is all that it says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 0)
        self._column.setSpacing(6)

    def show_busy(self) -> None:
        """Say that it is being counted; what was said before may no longer hold."""
        # Each tick counts anew: the dialog must not shrink and grow under the open list.
        self.setMinimumHeight(self.height() if self.isVisible() else 0)
        self._fill([("database", say("Counting..."), "text2")])

    def show_problem(self, why: str) -> None:
        """Say why it cannot be exported like this."""
        self.setMinimumHeight(0)
        self._fill([("circle-alert", why, "danger")])

    def show_estimate(
        self,
        what: str,
        found: ExportEstimate,
        *,
        associated: bool,
        also: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Say what it would be.

        Args:
            what: the records in words, "12,480 contacts".
            associated: a column of associated records is in it.
            also: what else is to be known, each with its icon.
        """
        size = filled(say("%1, about %2."), what, words.size(found.bytes))
        if associated:
            most = say("At most 1,000 associated records stand in one cell.")
            size = f"{size} {most}"
        lines = [("database", size, "text2")]
        if found.sensitive:
            text = filled(say("With sensitive values: %1."), ", ".join(found.sensitive))
            lines.append(("lock", text, "warn_icon"))
        if found.left_out:
            text = say("Without %1: you may not see sensitive values.")
            lines.append(("eye-off", filled(text, ", ".join(found.left_out)), "text2"))
        if found.needs_approval:
            text = say("It waits until a Super Admin approves it.")
            lines.append(("hourglass", text, "warn_icon"))
        lines += [(icon, text, "text2") for icon, text in also]
        self.setMinimumHeight(0)
        self._fill(lines)

    def _fill(self, lines: list[tuple[str, str, str]]) -> None:
        empty_layout(self._column)
        for icon, text, role in lines:
            row = QHBoxLayout()
            row.setSpacing(8)
            paragraph = Paragraph(text, TextStyle.BODY, "danger" if role == "danger" else "text")
            paragraph.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
            row.addWidget(IconLabel(icon, role), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(paragraph, 1)
            holder = QWidget()
            row.setContentsMargins(0, 0, 0, 0)
            holder.setLayout(row)
            self._column.addWidget(holder)
        self.setAccessibleName(" ".join(text for _icon, text, _role in lines))
