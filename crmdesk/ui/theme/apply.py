"""Puts one look on the whole application, and tells everyone when it changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QApplication

from crmdesk.ui.theme.fonts import TextStyle, Typography, typography
from crmdesk.ui.theme.out_of_sight import OutOfSight
from crmdesk.ui.theme.palette import palette
from crmdesk.ui.theme.stylesheet import stylesheet
from crmdesk.ui.theme.tokens import DARK, LIGHT, Tokens

SchemeChoice = Literal["light", "dark", "system"]


class ThemeSignals(QObject):
    """Says when colours or sizes changed.

    Signals:
        changed: after palette, fonts and style sheet are in place; repaint, ask icons again.
    """

    changed = Signal()

    @Slot()
    def follow_system(self) -> None:
        """Apply the look again when the desktop went light or dark and the user follows it."""
        app = QApplication.instance()
        if isinstance(app, QApplication) and _now.choice == "system":
            apply_theme(app, "system", _now.typography.scale, system_font=_now.system_font)


@dataclass(slots=True)
class _Now:
    choice: SchemeChoice = "light"
    tokens: Tokens = LIGHT
    typography: Typography = field(default_factory=Typography)
    system_font: bool = False
    signals: ThemeSignals | None = None
    out_of_sight: OutOfSight | None = None


_now = _Now()


def current_tokens() -> Tokens:
    """The colours on screen now; light before :func:`apply_theme` ran."""
    return _now.tokens


def current_typography() -> Typography:
    """The families and sizes on screen now."""
    return _now.typography


def font(style: TextStyle | str, tabular: bool = False) -> QFont:
    """A font of a named style at the current text scale."""
    return _now.typography.font(style, tabular)


def px(length: int) -> int:
    """A length at 100 % that has to grow with the text."""
    return _now.typography.px(length)


def theme_signals() -> ThemeSignals:
    """The one object that announces a change of look."""
    if _now.signals is None:
        _now.signals = ThemeSignals()
        QGuiApplication.styleHints().colorSchemeChanged.connect(_now.signals.follow_system)
    return _now.signals


def when_quiet(act: Callable[[], object]) -> None:
    """Do what nobody sees soon after a change of look, between the other things the window does.

    For what answers :attr:`ThemeSignals.changed` and is out of sight; ``act`` is short, and
    whatever it needs may be gone by then.
    """
    app = QApplication.instance()
    if isinstance(app, QApplication):
        _out_of_sight(app).do_later(act)


def apply_theme(
    app: QApplication,
    scheme: SchemeChoice = "system",
    text_scale: float = 1.0,
    *,
    system_font: bool = False,
) -> None:
    """Give the application its palette, font and style sheet.

    Args:
        app: the one application object.
        scheme: ``"system"`` follows the desktop; where that is unknown it is light.
        text_scale: 1.0 is a base of 13 pixels; kept within 11 to 18 pixels.
        system_font: use the desktop's font in place of the bundled Inter.
    """
    signals = theme_signals()
    _now.choice, _now.system_font = scheme, system_font
    tokens, sizes = _tokens_for(scheme), typography(text_scale, system_font)
    if app.styleSheet() and (tokens, sizes) == (_now.tokens, _now.typography):
        # A desktop may announce one change several times; each look costs a visit to every widget.
        return
    _now.tokens, _now.typography = tokens, sizes
    out_of_sight = _out_of_sight(app)
    out_of_sight.put_off()
    # From one sheet to the next Qt looks at each widget once for each widget above it; from
    # none to one it looks at each widget once: a fifth of the time with every tab built.
    app.setStyleSheet("")
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette(_now.tokens))
    app.setFont(font(TextStyle.BODY))
    app.setStyleSheet(stylesheet(_now.tokens, _now.typography))
    signals.changed.emit()
    out_of_sight.catch_up()


def _out_of_sight(app: QApplication) -> OutOfSight:
    if _now.out_of_sight is None or not shiboken6.isValid(_now.out_of_sight):
        _now.out_of_sight = OutOfSight(app)
    return _now.out_of_sight


def _tokens_for(scheme: SchemeChoice) -> Tokens:
    hints = QGuiApplication.styleHints()
    dark = scheme == "dark" or (scheme == "system" and hints.colorScheme() is Qt.ColorScheme.Dark)
    tokens = DARK if dark else LIGHT
    if hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast:
        return tokens.high_contrast()
    return tokens
