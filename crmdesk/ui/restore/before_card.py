"""What has to be known and accepted before a restore: undo first, two boxes, the code."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from crmdesk.core.records.schema import ObjectType
from crmdesk.core.restore.model import RestorePlan
from crmdesk.core.restore.wizard import WizardState
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.restore.words import filled, records_word
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.card import Card
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.paragraph import Paragraph

_WIDTH = 296
_TEXT = _WIDTH - 2 * 16 - 28


class BeforeCard(Card):
    """The card at the right of the review."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setFixedWidth(px(_WIDTH))
        self._undo = Paragraph("", TextStyle.BODY, "text2", width=_TEXT)
        self._lock = Paragraph("", TextStyle.BODY, "text2", width=_TEXT)
        self._code = Paragraph("", TextStyle.BODY, "text2", width=_TEXT)
        self.changes = CheckRow("", width=_TEXT)
        self.irreversible = CheckRow("", width=_TEXT)
        self.body.setSpacing(10)
        self.body.addWidget(label(self.tr("Before you restore"), TextStyle.HEADING))
        self._add_line("undo-2", self._undo)
        self._add_line("timer", self._lock)
        self.body.addWidget(rule())
        self.body.addWidget(self.changes)
        self.body.addWidget(self.irreversible)
        self.body.addWidget(rule())
        self._add_line("key-round", self._code)

    def _add_line(self, icon: str, text: Paragraph) -> None:
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(IconLabel(icon), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(text, 1)
        self.body.addLayout(line)

    def show_plan(self, plan: RestorePlan, object_type: ObjectType, desk: Desk) -> None:
        """Say what this plan asks to be known."""
        values, records = plan.values, plan.records_changing
        until = plan.undo_until.astimezone(desk.zone).date() if plan.undo_until else None
        date = "" if until is None else words.day(until)
        undo = self.tr(
            "An undo point is saved first. You can undo this restore until {date}, as long as "
            "nobody has edited the same values again."
        )
        self._undo.set_text(filled(undo, date=date))
        seconds = max(1, round(plan.lock_seconds))
        wait = self.tr("While it writes, about {time}, edits of others wait.")
        self._lock.set_text(filled(wait, time=words.duration(seconds)))
        changes = self.tr(
            "I understand that this changes %Ln value{|s} in {count} {records}.",
            "",
            values.changing,
        )
        self.changes.set_text(
            filled(changes, count=words.number(records), records=records_word(object_type, records))
        )
        self.irreversible.set_text(filled(self._irreversible(values.clear), date=date))
        self._code.set_text(self._code_sentence(plan))

    def _irreversible(self, clears: int) -> str:
        if clears:
            return self.tr(
                "I understand that %Ln value{|s} will be cleared, and that only the undo point "
                "can bring {it|them} back, until {date}.",
                "",
                clears,
            )
        return self.tr(
            "I understand that only the undo point can take this back, until {date}, and only "
            "for values that nobody edits in the meantime."
        )

    def _code_sentence(self, plan: RestorePlan) -> str:
        if plan.code_needed:
            return self.tr(
                "You will be asked for a two-factor code, because you signed in with a password."
            )
        return self.tr("No two-factor code is asked, because you signed in by single sign-on.")

    def show_ticks(self, state: WizardState) -> None:
        """Show which boxes are ticked; they stay off while the review is out of date."""
        for row, ticked in (
            (self.changes, state.accepts_changes),
            (self.irreversible, state.accepts_irreversible),
        ):
            row.box.blockSignals(True)
            row.set_checked(ticked)
            row.box.blockSignals(False)
            row.setEnabled(not state.outdated)
