"""A field for one value of a record, by the type of its property."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from crmdesk.core.records.multi import SEPARATOR
from crmdesk.core.records.record import MASKED
from crmdesk.core.records.schema import Property
from crmdesk.core.records.types import PropertyFormat, PropertyType
from crmdesk.ui.records.check_list import CheckList
from crmdesk.ui.records.condition_words import options_of
from crmdesk.ui.records.showing import Showing
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.form_field import FormField

_TEXT_HEIGHT, _OPTIONS = 88, 5

Choice = tuple[str, str]


class ValueField(FormField):
    """Edits one value; what it gives is typed text, which the core reads and checks.

    Args:
        found: the property.
        showing: owners and zone.
        value: the canonical text that stands there, the mask, or None.

    Signals:
        edited: the person changed it.
    """

    edited = Signal()

    def __init__(
        self, found: Property, showing: Showing, value: str | None, parent: QWidget | None = None
    ) -> None:
        self._property, self._showing = found, showing
        self._filling = True
        super().__init__(_title(found), _control(found, showing), _help(found), parent=parent)
        self.setObjectName(f"field_{found.name}")
        self._connect()
        self._masked = value == MASKED
        self.set_value(None if self._masked else value)
        if self._masked:
            self.set_help(self.tr("Hidden. What you type replaces it."))

    @property
    def found(self) -> Property:
        """The property it edits."""
        return self._property

    @property
    def changed(self) -> bool:
        """Whether it holds something else than at the start."""
        return self.text() != self._start

    def text(self) -> str:
        """What is typed or chosen; blank is no value."""
        control = self.control
        if isinstance(control, QLineEdit):
            return control.text()
        if isinstance(control, QPlainTextEdit):
            return control.toPlainText()
        if isinstance(control, QComboBox):
            return str(control.currentData() or "")
        return SEPARATOR.join(control.chosen()) if isinstance(control, CheckList) else ""

    def set_value(self, value: str | None) -> None:
        """Show a canonical value as the one that stands there."""
        self._filling = True
        self._write(value or "")
        self._start = self.text()
        self._filling = False

    def set_text(self, text: str) -> None:
        """Type a text, as a person would."""
        self._write(text)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Offer other choices; what is chosen stays when it is among them."""
        if isinstance(self.control, QComboBox):
            kept = self.text()
            self.control.clear()
            _offer(self.control, choices)
            self._choose(kept if kept in dict(choices) else "")

    def show_conflict(self, value: str | None) -> None:
        """Say what stands there by now, beside what was typed."""
        shown = self._showing.text(self._property, value) or self.tr("no value")
        self.set_help(self.tr("Now: %1").replace("%1", shown))

    def _connect(self) -> None:
        control = self.control
        if isinstance(control, QLineEdit):
            control.textEdited.connect(self._tell)
        elif isinstance(control, QPlainTextEdit):
            control.textChanged.connect(self._tell)
        elif isinstance(control, QComboBox):
            control.currentIndexChanged.connect(self._tell)
        elif isinstance(control, CheckList):
            control.changed.connect(self._tell)

    def _tell(self) -> None:
        if not self._filling:
            self.clear_error()
            self.edited.emit()

    def _write(self, value: str) -> None:
        control = self.control
        if isinstance(control, QLineEdit):
            control.setText(self._typed(value))
            control.setCursorPosition(0)
        elif isinstance(control, QPlainTextEdit):
            control.setPlainText(value)
        elif isinstance(control, QComboBox):
            self._choose(value)
        elif isinstance(control, CheckList):
            control.choose(value.split(SEPARATOR))

    def _choose(self, value: str) -> None:
        control = self.control
        if not isinstance(control, QComboBox):
            return
        place = control.findData(value)
        if place < 0:
            # An option that was taken out of use stays where it stands.
            control.addItem(self._showing.text(self._property, value), value)
            place = control.count() - 1
        control.setCurrentIndex(place)

    def _typed(self, value: str) -> str:
        """A moment as people type it, in the workspace's zone."""
        if self._property.type is not PropertyType.DATETIME or "T" not in value:
            return value
        at = datetime.fromisoformat(value).astimezone(self._showing.zone)
        return f"{at:%Y-%m-%d %H:%M}"


def _title(found: Property) -> str:
    if not found.required:
        return found.label
    return _say("%1 (required)").replace("%1", found.label)


def _help(found: Property) -> str:
    if found.type is PropertyType.DATE:
        return _say("Year-month-day, e.g. 2026-11-22")
    if found.type is PropertyType.DATETIME:
        return _say("Year-month-day and time, e.g. 2026-11-22 09:30")
    return ""


def _control(found: Property, showing: Showing) -> QWidget:
    if found.type is PropertyType.BOOL:
        return _combo([("true", _say("Yes")), ("false", _say("No"))])
    if found.type is PropertyType.ENUMERATION:
        return _combo(options_of(found, showing))
    if found.type is PropertyType.MULTI_ENUMERATION:
        return CheckList(found.label, options_of(found, showing), rows=_OPTIONS)
    if found.format == PropertyFormat.MULTILINE:
        text = QPlainTextEdit()
        text.setTabChangesFocus(True)
        text.setFixedHeight(px(_TEXT_HEIGHT))
        return text
    return QLineEdit()


def _combo(choices: Sequence[Choice]) -> QComboBox:
    combo = QComboBox()
    combo.setMinimumContentsLength(8)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    _offer(combo, choices)
    return combo


def _offer(combo: QComboBox, choices: Sequence[Choice]) -> None:
    combo.addItem("", "")
    for value, label in choices:
        combo.addItem(label, value)


def _say(text: str) -> str:
    return QCoreApplication.translate("ValueField", text)
