"""From how many records on one is told of an export: one's own number, nobody else's."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.core.exports.model import LEAST_THRESHOLD, MOST_THRESHOLD
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.words import number

_WIDTH = 160


class OwnThreshold(QWidget):
    """A number with its own Save: it is the person's, not the workspace's."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._saved: int | None = None
        self.edit = QLineEdit()
        self.edit.setObjectName("export_threshold")
        self.edit.setFixedWidth(px(_WIDTH))
        self.edit.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.field = FormField(
            self.tr("Large export notification threshold"),
            self.edit,
            self._bounds(
                self.tr("You are told of exports of more records. %1 to %2; empty for no notice.")
            ),
            check=self._problem,
            unit=self.tr("records"),
        )
        self.save = Button(self.tr("Save"), ButtonKind.SECONDARY)
        self.save.setObjectName("save_threshold")
        self.save.clicked.connect(self._save)
        exports = Link(self.tr("Show all exports"), "arrow-right")
        exports.setObjectName("show_exports")
        exports.clicked.connect(lambda: desk.go("exports"))
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.save)
        row.addWidget(exports)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.field)
        column.addLayout(row)
        self.edit.textEdited.connect(self._follow)
        self.edit.returnPressed.connect(self._save)
        self.read()

    @Slot()
    def read(self) -> None:
        """Read and show the number of now."""
        self._saved = self._desk.workspace.export_thresholds.own(self._desk.actor)
        self.edit.setText("" if self._saved is None else number(self._saved))
        self._follow()

    def _given(self) -> int | None:
        """What is typed, with or without grouping; None for nothing.

        Raises:
            ValueError: it is no whole number within the bounds.
        """
        typed = self.edit.text().strip()
        if not typed:
            return None
        whole, understood = QLocale().toLongLong(typed)
        if not understood or not LEAST_THRESHOLD <= whole <= MOST_THRESHOLD:
            raise ValueError(typed)
        return int(whole)

    def _problem(self) -> str:
        try:
            self._given()
        except ValueError:
            return self._bounds(
                self.tr("Enter a number from %1 to %2, or leave it empty for no notice.")
            )
        return ""

    def _bounds(self, text: str) -> str:
        return text.replace("%1", number(LEAST_THRESHOLD)).replace("%2", number(MOST_THRESHOLD))

    def _follow(self) -> None:
        """Save is offered while something else is typed than what holds."""
        try:
            changed = self._given() != self._saved
        except ValueError:
            changed = True
        self.save.setEnabled(changed)

    @Slot()
    def _save(self) -> None:
        if not self.field.validate():
            self.edit.setFocus()
            return
        wanted, desk = self._given(), self._desk
        if wanted == self._saved:
            return
        self.save.set_busy(self.tr("Saving..."))

        def write() -> None:
            desk.workspace.export_thresholds.set(desk.actor, wanted)

        desk.run_write(self, write, lambda _none: self._done(wanted), self._failed)

    def _done(self, saved: int | None) -> None:
        self.save.set_idle()
        self.read()
        text = self.tr("You are told of no export.")
        if saved is not None:
            text = self.tr("You are told of exports of more than %Ln record{|s}.", "", saved)
        self._desk.toast(self.tr("Threshold saved"), text)

    def _failed(self, error: Exception) -> None:
        self.save.set_idle()
        self._follow()
        self.field.set_error(sentence(error))
