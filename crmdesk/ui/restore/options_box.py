"""Options of a restore: what it leaves alone although it was chosen."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from crmdesk.core.restore.wizard import WizardState
from crmdesk.ui.restore.words import say
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.labels import label

_MOST_SHOWN = 20


class OptionsBox(QWidget):
    """Two boxes and a field; each is counted anew at once.

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
        self._shown: tuple[int, ...] | None = None
        self.skip_clears = CheckRow(
            say("Do not clear values"),
            say("Values stay as they are where the backup has none."),
        )
        self.only_unchanged = CheckRow(
            say("Keep what people edited"),
            say("Values that a person edited since the backup stay as they are."),
        )
        self.records = QLineEdit()
        self.records.setClearButtonEnabled(True)
        self.records.setPlaceholderText(say("All records"))
        self.records_field = FormField(
            say("Only these records"),
            self.records,
            say("Record IDs with commas between them; empty for all."),
            check=self._why_wrong,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(label(say("Options"), TextStyle.STRONG))
        column.addWidget(self.skip_clears)
        column.addWidget(self.only_unchanged)
        column.addWidget(self.records_field)
        self.skip_clears.toggled.connect(self.skip_clears_changed)
        self.only_unchanged.toggled.connect(self.only_unchanged_changed)
        self.records.editingFinished.connect(self._take_records)

    def show_state(self, state: WizardState) -> None:
        """Show what is chosen, and tell nobody."""
        for row, ticked in (
            (self.skip_clears, state.skip_clears),
            (self.only_unchanged, state.only_unchanged),
        ):
            row.box.blockSignals(True)
            row.set_checked(ticked)
            row.box.blockSignals(False)
        if state.record_ids != self._shown:
            self._shown = state.record_ids
            ids = ", ".join(map(str, state.record_ids or ()))
            self.records.setText(ids)
        self.records_field.set_help(self._help(state))

    def _help(self, state: WizardState) -> str:
        if state.record_ids is None:
            return say("Record IDs with commas between them; empty for all.")
        return say("%Ln record{|s} chosen. Empty the field for all.", len(state.record_ids))

    def _why_wrong(self) -> str:
        parts = [part.strip() for part in self.records.text().split(",") if part.strip()]
        if all(part.isascii() and part.isdigit() and len(part) <= 18 for part in parts):
            return ""
        return say("Write numbers with commas between them, such as 12, 40.")

    @Slot()
    def _take_records(self) -> None:
        if not self.records_field.validate():
            return
        parts = [part.strip() for part in self.records.text().split(",") if part.strip()]
        wanted = tuple(dict.fromkeys(map(int, parts))) or None
        if wanted != self._shown:
            self._shown = wanted
            self.records_changed.emit(wanted)


def option_sentences(state: WizardState) -> list[str]:
    """The options that are on, for the review."""
    told = []
    if state.record_ids is not None:
        count = len(state.record_ids)
        ids = ", ".join(map(str, state.record_ids[:_MOST_SHOWN]))
        more = ", …" if count > _MOST_SHOWN else ""
        told.append(say("Only %Ln chosen record{|s}: %1.", count).replace("%1", f"{ids}{more}"))
    if state.skip_clears:
        told.append(say("Nothing is cleared: values stay where the backup has none."))
    if state.only_unchanged:
        told.append(say("Values that a person edited since the backup stay as they are."))
    return told
