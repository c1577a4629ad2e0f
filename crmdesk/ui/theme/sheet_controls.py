"""Style sheet of what is pressed, ticked and typed into; ``$name`` is filled from the tokens.

Three habits keep it working. Each kind of button has its own disabled rule, because a rule for a
kind outranks the general one. A focus edge is 2 px with 1 px less padding, so that nothing moves.
Heights are those of the content box, because ``height`` has no effect on widgets.
"""

from __future__ import annotations

BUTTONS = """
/* The edge is the focus mark; the style would draw a shaded rectangle into it as well. */
QPushButton, QToolButton, QCheckBox, QRadioButton, QComboBox, QTabBar { outline: none; }
QPushButton {
    min-height: ${px28}px; max-height: ${px28}px; padding: 1px 12px;
    border: 1px solid $border; border-radius: 6px;
    background: $surface; color: $text; font-weight: 500;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $press; }
QPushButton:disabled { background: $window; color: $disabled; border-color: $border; }
QPushButton[keyfocus="true"] { border: 2px solid $accent; padding: 0px 11px; }
QPushButton::menu-indicator { image: none; width: 0px; }

QPushButton[kind="primary"] { background: $fill; border-color: $fill; color: $on_fill; }
QPushButton[kind="primary"]:hover { background: $fill_hover; border-color: $fill_hover; }
QPushButton[kind="primary"]:pressed { background: $fill_press; border-color: $fill_press; }
QPushButton[kind="primary"]:disabled {
    background: $sunken; color: $disabled; border-color: $border;
}
QPushButton[kind="primary"][keyfocus="true"] { border-color: $text; }

QPushButton[kind="danger"] {
    background: $danger_fill; border-color: $danger_fill; color: $on_fill;
}
QPushButton[kind="danger"]:hover {
    background: $danger_fill_hover; border-color: $danger_fill_hover;
}
QPushButton[kind="danger"]:pressed {
    background: $danger_fill_hover; border-color: $danger_fill_hover;
}
QPushButton[kind="danger"]:disabled {
    background: $sunken; color: $disabled; border-color: $border;
}
QPushButton[kind="danger"][keyfocus="true"] { border-color: $text; }

QPushButton[kind="danger_outline"] { color: $danger; }
QPushButton[kind="danger_outline"]:disabled { color: $disabled; }

QPushButton[kind="ghost"] {
    background: transparent; border-color: transparent; color: $text2; padding: 1px 8px;
}
QPushButton[kind="ghost"]:hover { background: $hover; }
QPushButton[kind="ghost"]:pressed, QPushButton[kind="ghost"]:checked { background: $press; }
QPushButton[kind="ghost"]:disabled {
    background: transparent; border-color: transparent; color: $disabled;
}
QPushButton[kind="ghost"][tone="danger"] { color: $danger; }
QPushButton[kind="ghost"][keyfocus="true"] { border-color: $accent; padding: 0px 7px; }

QPushButton[kind="icon"] {
    background: transparent; border-color: transparent;
    min-width: ${px28}px; max-width: ${px28}px; padding: 1px;
}
QPushButton[kind="icon"]:hover { background: $press; }
QPushButton[kind="icon"]:pressed { background: $border; }
QPushButton[kind="icon"]:checked { background: $soft; }
QPushButton[kind="icon"]:disabled { background: transparent; border-color: transparent; }
QPushButton[kind="icon"][keyfocus="true"] { border-color: $accent; padding: 0px; }
/* Inside a field it leaves the field's edge in sight. */
QPushButton[kind="icon"][inside="true"] {
    min-width: ${px24}px; max-width: ${px24}px; min-height: ${px24}px; max-height: ${px24}px;
}

QPushButton[kind="link"] {
    background: transparent; border: none; color: $accent;
    padding: 2px 1px; text-align: left;
}
QPushButton[kind="link"]:hover { text-decoration: underline; background: transparent; }
QPushButton[kind="link"]:pressed { color: $fill_hover; background: transparent; }
QPushButton[kind="link"]:disabled { color: $disabled; text-decoration: none; }
QPushButton[kind="link"][tone="danger"] { color: $danger; }
/* A figure in a strip of them: they stand close under each other. */
QPushButton[kind="link"][figure="row"] {
    min-height: ${px20}px; max-height: ${px20}px; padding: 1px 0px;
}
QPushButton[kind="link"][figure="sum"] {
    min-height: ${px24}px; max-height: ${px24}px; padding: 1px 0px;
    font-family: "$display_family"; font-size: ${size_title}px; font-weight: 600;
}

QToolButton {
    border: 1px solid transparent; border-radius: 6px; padding: 1px; background: transparent;
    min-height: ${px28}px; min-width: ${px28}px; color: $text2;
}
QToolButton:hover { background: $press; }
QToolButton:pressed, QToolButton:checked { background: $border; }
QToolButton[keyfocus="true"] { border: 2px solid $accent; padding: 0px; }
QToolButton::menu-indicator { image: none; }
"""

CHIPS = """
QPushButton[kind="chip"] {
    min-height: ${px24}px; max-height: ${px24}px; padding: 1px 15px;
    border: 1px solid $border; border-radius: ${chip_radius}px;
    background: $surface; color: $text2; font-size: ${size_caption}px;
}
QPushButton[kind="chip"]:hover { background: $hover; }
QPushButton[kind="chip"]:pressed { background: $press; }
QPushButton[kind="chip"][on="true"] {
    background: $soft; border-color: $chip_edge; color: $soft_text;
}
QPushButton[kind="chip"][unusable="true"], QPushButton[kind="chip"]:disabled {
    background: $sunken; color: $disabled; border-color: $border;
}
QPushButton[kind="chip"][error="true"] { border: 2px solid $danger; padding: 0px 14px; }
QPushButton[kind="chip"][keyfocus="true"] { border: 2px solid $accent; padding: 0px 14px; }

QFrame[role="track"] { background: $sunken; border: none; border-radius: 6px; }
QPushButton[kind="segment"] {
    min-height: ${px24}px; max-height: ${px24}px; padding: 1px 12px;
    border: 1px solid transparent; border-radius: 5px; background: transparent; color: $text2;
}
QPushButton[kind="segment"]:hover { background: $press; }
QPushButton[kind="segment"]:checked {
    background: $raised; border-color: $border; color: $text;
}
QPushButton[kind="segment"]:disabled { background: transparent; color: $disabled; }
QPushButton[kind="segment"][keyfocus="true"] { border: 2px solid $accent; padding: 0px 11px; }

QPushButton[kind="list"] {
    min-height: ${px28}px; max-height: ${px28}px; padding: 1px 8px; text-align: left;
    border: 1px solid transparent; border-radius: 6px; background: transparent; color: $text;
    font-weight: 400;
}
QPushButton[kind="list"]:hover { background: $hover; }
QPushButton[kind="list"]:checked { background: $soft; color: $soft_text; font-weight: 600; }
QPushButton[kind="list"]:disabled { background: transparent; color: $disabled; }
/* What cannot be chosen is no target: it stands closer to its reason below. */
QPushButton[kind="list"][reasoned="true"] { min-height: ${px22}px; max-height: ${px22}px; }
QPushButton[kind="list"][keyfocus="true"] { border: 2px solid $accent; padding: 0px 7px; }
"""

FIELDS = """
QLineEdit, QAbstractSpinBox, QComboBox {
    min-height: ${px28}px; max-height: ${px28}px; padding: 1px 9px;
    border: 1px solid $border_strong; border-radius: 6px;
    background: $surface; color: $text;
    selection-background-color: $fill; selection-color: $on_fill;
}
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: $text; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QComboBox:on {
    border: 2px solid $accent; padding: 0px 8px;
}
QLineEdit[error="true"], QAbstractSpinBox[error="true"], QComboBox[error="true"] {
    border: 2px solid $danger; padding: 0px 8px;
}
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {
    background: $window; color: $disabled; border: 1px solid $border; padding: 1px 9px;
}
QLineEdit[quiet="true"] { border-color: $border; }
QLineEdit[quiet="true"]:hover { border-color: $border_strong; }
QLineEdit[quiet="true"]:focus { border-color: $accent; }
QLineEdit[quiet="true"][error="true"] { border-color: $danger; }
QLineEdit[code="true"] {
    min-height: ${px44}px; max-height: ${px44}px; padding: 1px 15px;
    font-size: ${px22}px; font-weight: 500;
}
QLineEdit[code="true"]:focus, QLineEdit[code="true"][error="true"] { padding: 0px 14px; }
QComboBox QLineEdit, QAbstractSpinBox QLineEdit {
    min-height: 0px; border: none; padding: 0px; background: transparent;
}
/* A line edit keeps 2 px before its text by itself; so texts stand under each other. */
QComboBox { combobox-popup: 0; padding: 1px 11px; }
QComboBox:disabled { padding: 1px 11px; }
QComboBox:focus, QComboBox:on, QComboBox[error="true"] { padding: 0px 10px; }
QComboBox:editable { padding: 1px 9px; }
QComboBox:editable:focus, QComboBox:editable:on, QComboBox:editable[error="true"] {
    padding: 0px 8px;
}
QComboBox::drop-down { border: none; width: ${px24}px; subcontrol-position: center right; }
QComboBox::down-arrow { image: url("$mark_chevron"); width: ${px14}px; height: ${px14}px; }
QComboBox::down-arrow:disabled { image: url("$mark_chevron_off"); }
QComboBox QAbstractItemView {
    background: $raised; color: $text; border: 1px solid $border; padding: 4px; outline: none;
    selection-background-color: $soft; selection-color: $soft_text;
}
QComboBox QAbstractItemView::item { min-height: ${px28}px; padding: 0px 8px; border-radius: 4px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
    border: none; width: ${px20}px; background: transparent;
}
QAbstractSpinBox::up-arrow { image: url("$mark_up"); width: ${px12}px; height: ${px12}px; }
QAbstractSpinBox::down-arrow { image: url("$mark_down"); width: ${px12}px; height: ${px12}px; }
QDateTimeEdit::drop-down { border: none; width: ${px24}px; }
QDateTimeEdit::down-arrow { image: url("$mark_chevron"); width: ${px14}px; height: ${px14}px; }

QCalendarWidget QWidget#qt_calendar_navigationbar { background: $window; }
QCalendarWidget QToolButton { color: $text; font-weight: 500; padding: 1px 6px; }
QCalendarWidget QSpinBox { min-width: ${px64}px; }

QTextEdit, QPlainTextEdit {
    padding: 5px 7px; border: 1px solid $border_strong; border-radius: 6px;
    background: $surface; color: $text;
    selection-background-color: $fill; selection-color: $on_fill;
}
QTextEdit:hover, QPlainTextEdit:hover { border-color: $text; }
QTextEdit:focus, QPlainTextEdit:focus { border: 2px solid $accent; padding: 4px 6px; }
QTextEdit[error="true"], QPlainTextEdit[error="true"] {
    border: 2px solid $danger; padding: 4px 6px;
}
QTextEdit:disabled, QPlainTextEdit:disabled {
    background: $window; color: $disabled; border: 1px solid $border; padding: 5px 7px;
}

QCheckBox, QRadioButton { spacing: 8px; color: $text; min-height: ${px28}px; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator, QRadioButton::indicator, QListView::indicator {
    width: ${px16}px; height: ${px16}px; border: 1px solid $border_strong;
    border-radius: 4px; background: $surface;
}
QRadioButton::indicator { border-radius: ${radio_radius}px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $text; }
QCheckBox::indicator:checked, QRadioButton::indicator:checked, QListView::indicator:checked {
    background: $fill; border-color: $fill; image: url("$mark_check");
}
QRadioButton::indicator:checked { image: url("$mark_dot"); }
QCheckBox::indicator:indeterminate {
    background: $fill; border-color: $fill; image: url("$mark_minus");
}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {
    background: $window; border-color: $border;
}
QCheckBox::indicator:checked:disabled { image: url("$mark_check_off"); }
QCheckBox::indicator:indeterminate:disabled { image: url("$mark_minus_off"); }
QRadioButton::indicator:checked:disabled { image: url("$mark_dot_off"); }
QCheckBox::indicator:focus, QRadioButton::indicator:focus {
    width: ${px14}px; height: ${px14}px; border: 2px solid $accent;
}
QCheckBox::indicator:checked:focus, QRadioButton::indicator:checked:focus,
QCheckBox::indicator:indeterminate:focus { border-color: $text; }
"""
