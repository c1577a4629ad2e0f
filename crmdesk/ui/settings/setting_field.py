"""One setting as a field: the control follows from its declared type."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from PySide6.QtCore import QLocale, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from crmdesk.core.errors import UserError
from crmdesk.core.setting_declarations import SettingType, Value
from crmdesk.core.setting_values import FOLLOWS_EDITION, parse_setting
from crmdesk.core.settings import SettingState
from crmdesk.ui.messages import sentence
from crmdesk.ui.settings.wording import choice_words, interval_words, setting_words
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.switch import Switch
from crmdesk.ui.words import number

_NARROW, _USUAL = 160, 280


class SettingField(QObject):
    """Control, label, help and error of one setting.

    Args:
        state: declaration and value of now.
        reason: why it cannot be changed; empty when it can.

    Signals:
        changed: a person changed what is in the field.
        error_changed: its error came or went.
    """

    changed = Signal()
    error_changed = Signal()

    def __init__(self, state: SettingState, reason: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setting, self.saved = state.setting, state.value
        self._words = setting_words(state.setting)
        self._shown = ""
        self._flag: Switch | None = None
        self._text: QLineEdit | None = None
        self._choices: QComboBox | None = None
        self.field: FormField | None = None
        self.widget = self._build(reason or self._locked())
        self.show_value(state.value)

    @property
    def title(self) -> str:
        """The words of the label."""
        return self._words.title

    @property
    def control(self) -> QWidget:
        """Where typing goes."""
        control = self._flag or self._text or self._choices
        assert control is not None  # noqa: S101 - one of the three is always built
        return control

    @property
    def error(self) -> str:
        """What is wrong with what is typed; empty when it is accepted."""
        return "" if self.field is None else self.field.error

    @property
    def is_dirty(self) -> bool:
        """Whether the field holds something else than what is saved."""
        try:
            return parse_setting(self.setting, self.given()) != self.saved
        except UserError:
            return True

    def given(self) -> object:
        """What is in the field, as the core takes it."""
        if self._flag is not None:
            return self._flag.isChecked()
        if self._choices is not None:
            return self._chosen(self._choices)
        plain = "" if self._text is None else self._text.text().strip()
        if self.setting.type is not SettingType.INTEGER:
            return plain
        if plain == self._shown:
            # What is saved may be no whole number of the unit.
            return self.saved
        # Typed with or without the grouping of the locale.
        whole, understood = QLocale().toLongLong(plain)
        return whole * self._words.scale if understood else plain

    @staticmethod
    def _chosen(box: QComboBox) -> str:
        """The value of the entry in sight, or else what was typed."""
        typed = box.currentText().strip()
        place = box.findText(typed) if box.isEditable() else box.currentIndex()
        value = box.itemData(place)
        return typed if value is None else str(value)

    def show_value(self, value: Value) -> None:
        """Show a value, as after loading or discarding."""
        if self._flag is not None:
            self._flag.setChecked(bool(value))
        elif self._choices is not None:
            place = self._choices.findData(value)
            if place < 0 and self._choices.isEditable():
                self._choices.setCurrentText(str(value))
            else:
                self._choices.setCurrentIndex(max(0, place))
        elif self._text is not None:
            whole = isinstance(value, int)
            self._shown = self._in_unit(int(value)) if whole else str(value)
            self._text.setText(self._shown)
        if self.field is not None:
            self.field.clear_error()

    def mark_saved(self, value: Value) -> None:
        """The value is in the database now."""
        self.saved = value
        self.show_value(value)

    def check(self) -> bool:
        """Whether what is typed is accepted; the error is shown if not."""
        return self.field is None or self.field.validate()

    def _in_unit(self, value: int) -> str:
        return number(value // self._words.scale)

    def _bounds(self, text: str) -> str:
        low, high = self._in_unit(self.setting.minimum), self._in_unit(self.setting.maximum)
        return text.replace("%1", low).replace("%2", high)

    def _locked(self) -> str:
        return "" if self.setting.editable else self.setting.help

    def _build(self, reason: str) -> QWidget:
        makers: dict[SettingType, Callable[[], QWidget]] = {
            SettingType.FLAG: self._make_flag,
            SettingType.CHOICE: self._make_choice,
            SettingType.TIME_ZONE: self._make_zone,
            SettingType.INTERVAL: self._make_interval,
            SettingType.FOLDER: self._make_folder,
        }
        control = makers.get(self.setting.type, self._make_text)()
        if self._flag is not None:
            self._flag.setEnabled(not reason)
            return control
        self.field = FormField(
            self._words.title,
            control,
            self._help(),
            check=self._problem,
            unit=self._words.unit,
        )
        if self._text is not None and control is not self._text:
            self._text.setAccessibleName(self._words.title)
            self._text.textEdited.connect(self.field.clear_error)
        self.field.error_changed.connect(lambda _error: self.error_changed.emit())
        if reason:
            self.field.set_reason(reason)
        return self.field

    def _help(self) -> str:
        said = self._words.help or self.setting.help
        if self.setting.type is not SettingType.INTEGER:
            return said
        return f"{said} {self._bounds(self.tr('%1 to %2.'))}"

    def _problem(self) -> str:
        try:
            parse_setting(self.setting, self.given())
        except UserError as error:
            if self.setting.type is SettingType.INTEGER:
                return self._bounds(self.tr("Enter a number from %1 to %2."))
            # The core names a setting as the command line does; here it has a title.
            return sentence(error).replace(self.setting.key, self.title)
        return ""

    # -- one control for each type -----------------------------------------------------------
    def _make_text(self) -> QWidget:
        self._text = QLineEdit()
        self._text.setObjectName(self.setting.key)
        narrow = self.setting.type in (SettingType.INTEGER, SettingType.CURRENCY)
        _fix_width(self._text, _NARROW if narrow else _USUAL)
        self._text.textEdited.connect(self.changed)
        return self._text

    def _make_flag(self) -> QWidget:
        self._flag = Switch(self._words.title)
        self._flag.setObjectName(self.setting.key)
        self._flag.toggled.connect(self.changed)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(label(self._words.title, TextStyle.STRONG))
        column.addWidget(Paragraph(self.setting.help, TextStyle.CAPTION, "text3"))
        line.addWidget(words, 1)
        line.addWidget(self._flag)
        return row

    def _make_choice(self) -> QWidget:
        box = QComboBox()
        for choice in self.setting.choices:
            box.addItem(choice_words(choice), choice)
        return self._keep_box(box)

    def _make_zone(self) -> QWidget:
        box = QComboBox()
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for zone in sorted(zoneinfo.available_timezones()):
            box.addItem(zone, zone)
        completer = box.completer()
        if completer is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        return self._keep_box(box)

    def _make_interval(self) -> QWidget:
        box = QComboBox()
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for hours in (FOLLOWS_EDITION, "24", "168", "0"):
            box.addItem(interval_words(hours), hours)
        return self._keep_box(box)

    def _keep_box(self, box: QComboBox) -> QWidget:
        self._choices = box
        box.setObjectName(self.setting.key)
        _fix_width(box, _USUAL)
        box.currentIndexChanged.connect(self._box_changed)
        if box.isEditable():
            box.editTextChanged.connect(self._box_changed)
        return box

    def _box_changed(self) -> None:
        if self.field is not None:
            self.field.clear_error()
        self.changed.emit()

    def _make_folder(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        self._text = QLineEdit()
        self._text.setObjectName(self.setting.key)
        self._text.textEdited.connect(self.changed)
        choose = Button(self.tr("Choose..."))
        choose.clicked.connect(self._choose_folder)
        line.addWidget(self._text, 1)
        line.addWidget(choose)
        row.setFocusProxy(self._text)
        return row

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self.widget, self._words.title)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._take_folder)
        dialog.open()

    def _take_folder(self, path: str) -> None:
        if self._text is not None:
            self._text.setText(path)
            self.check()
            self.changed.emit()


def _fix_width(control: QWidget, width: int) -> None:
    """A form field puts what has a fixed width at the start of its line."""
    control.setFixedWidth(px(width))
    control.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
