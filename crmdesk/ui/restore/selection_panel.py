"""The running sum of what is chosen, beside the properties."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.core.changes.plan import ValueCounts
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.restore.wizard import WizardState
from crmdesk.ui import words
from crmdesk.ui.restore.options_box import OptionsBox
from crmdesk.ui.restore.words import filled, gone_records, inside, records_word, say
from crmdesk.ui.theme.apply import current_tokens, px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.card import Card
from crmdesk.ui.widgets.labels import label, rule, set_tone
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.scrolling import scrolling

_WIDTH, _WIDTH_NARROW, _BAR = 272, 240, 8
_COLOURS = ("fill", "ok_icon", "danger_fill")


class SumBar(QWidget):
    """The shares of overwritten, filled in and cleared values; the lines below say the numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = (0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_parts(self, parts: tuple[int, int, int]) -> None:
        """Show other shares."""
        self._parts = parts
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, _BAR)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), current_tokens()
        whole, at = sum(self._parts), 0
        painter.fillRect(self.rect(), tokens.color("press"))
        for role, part in zip(_COLOURS, self._parts, strict=True):
            if not part:
                continue
            # Two pixels are always seen: one cleared value among thousands must not vanish.
            wide = max(2, round(self.width() * part / whole))
            wide = min(wide, self.width() - at)
            painter.fillRect(QRect(at, 0, wide, _BAR), tokens.color(role))
            at += wide + 1
        painter.end()


class SelectionPanel(QFrame):
    """What the chosen properties come to.

    Signals:
        skip_clears_changed: whether values stay where the backup has none.
        only_unchanged_changed: whether values stay that a person edited since.
        records_changed: ids of the only records wanted, or None for all.
    """

    skip_clears_changed = Signal(bool)
    only_unchanged_changed = Signal(bool)
    records_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAccessibleName(self.tr("Your selection"))
        self.setFixedWidth(px(_WIDTH))
        self._chosen = Paragraph("", TextStyle.BODY, "text2")
        self._bar = SumBar()
        self._lines = [label("", TextStyle.BODY, "text", tabular=True) for _ in range(3)]
        self._rest = Paragraph("", TextStyle.BODY, "text2")
        self.options = OptionsBox()
        self.options.skip_clears_changed.connect(self.skip_clears_changed)
        self.options.only_unchanged_changed.connect(self.only_unchanged_changed)
        self.options.records_changed.connect(self.records_changed)
        self._pair = Card(self.tr("Restored together"), "info")
        self._pair_text = Paragraph("", TextStyle.BODY, "text2")
        self._pair.body.addWidget(self._pair_text)
        self._build()

    def _build(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 16, 24, 16)
        column.setSpacing(8)
        column.addWidget(label(self.tr("Your selection"), TextStyle.HEADING))
        column.addWidget(self._chosen)
        column.addWidget(self._bar)
        for line in self._lines:
            column.addWidget(line)
        column.addWidget(rule())
        column.addWidget(self._rest)
        column.addWidget(rule())
        column.addWidget(self.options)
        column.addWidget(self._pair)
        column.addStretch(1)
        edge = QFrame()
        edge.setProperty("role", "post")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(edge)
        row.addWidget(scrolling(body), 1)

    def set_narrow(self, narrow: bool) -> None:
        """Leave more room to the properties in a small window."""
        self.setFixedWidth(px(_WIDTH_NARROW if narrow else _WIDTH))

    def show_state(self, state: WizardState, object_type: ObjectType | None) -> None:
        """Show the sum of what is chosen."""
        survey = state.survey
        if survey is None or object_type is None:
            self._chosen.set_text("")
            self.setEnabled(state.backup is not None)
            self.options.show_state(state)
            return
        self.setEnabled(True)
        counts = chosen_counts(state)
        text = self.tr("{object}, %Ln propert{y|ies}", "", len(state.chosen))
        self._chosen.set_text(filled(text, object=object_type.plural_label))
        self._bar.set_parts((counts.overwrite, counts.set, counts.clear))
        lines = (
            self.tr("%Ln value{|s} overwritten", "", counts.overwrite),
            self.tr("%Ln value{|s} filled in", "", counts.set),
            self.tr("%Ln value{|s} cleared", "", counts.clear),
        )
        for line, shown in zip(self._lines, lines, strict=True):
            line.setText(shown)
        set_tone(self._lines[2], "danger" if counts.clear else "text")
        self._rest.set_text("\n".join(self._rest_lines(state, object_type)))
        self.options.show_state(state)
        self._show_pair(state)

    def _rest_lines(self, state: WizardState, object_type: ObjectType) -> list[str]:
        survey = state.survey
        if survey is None:
            return []
        gone = gone_records(survey.missing)
        lines = [(say("%1 %2 compared"), survey.compared)]
        lines += [(say("%1 %2 differ"), survey.records_changing)]
        lines += [(say("%1 %2 deleted since, skipped"), gone)] if gone else []
        created = survey.created_since
        lines += [(say("%1 %2 made since, not touched"), created)] if created else []
        edited = survey.skipped.get("edited_by_hand", 0)
        kept = [say("%Ln value{|s} edited since, kept", edited)] if edited else []
        return [
            text.replace("%1", words.number(count)).replace("%2", records_word(object_type, count))
            for text, count in lines
        ] + kept

    def _show_pair(self, state: WizardState) -> None:
        survey = state.survey
        items = {} if survey is None else {item.name: item for item in survey.properties}
        pairs = {
            tuple(sorted((item.label, items[item.together].label)))
            for name, item in items.items()
            if name in state.chosen and item.together in state.chosen
        }
        text = say("%1 and %2 are only restored together.")
        shown = [text.replace("%1", a).replace("%2", inside(b)) for a, b in sorted(pairs)]
        self._pair_text.set_text("\n".join(shown))
        self._pair.setVisible(bool(shown))


def chosen_counts(state: WizardState) -> ValueCounts:
    """The sums over the chosen properties, clears left out where they are switched off."""
    if state.survey is None:
        return ValueCounts()
    parts = [item.counts for item in state.survey.properties if item.name in state.chosen]
    return ValueCounts(
        sum(part.set for part in parts),
        sum(part.overwrite for part in parts),
        0 if state.skip_clears else sum(part.clear for part in parts),
        sum(part.unchanged for part in parts),
    )
