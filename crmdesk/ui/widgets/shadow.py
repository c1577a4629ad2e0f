"""The third level of depth, for popovers and toasts alone: a shadow in light, an edge in dark.

A graphics effect renders all children again, so it never goes on tables, cards or pages.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QGraphicsDropShadowEffect, QWidget

from crmdesk.ui.theme.apply import current_tokens, theme_signals

_BLUR, _DOWN, _ALPHA = 20, 4, 0.2


class _Depth(QObject):
    """Gives a widget its shadow in light and takes it away in dark."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        theme_signals().changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        tokens = current_tokens()
        if tokens.dark:
            self._widget.setGraphicsEffect(None)  # type: ignore[arg-type]
            return
        effect = QGraphicsDropShadowEffect(self._widget)
        color = tokens.color("code_ink")
        color.setAlphaF(_ALPHA)
        effect.setColor(color)
        effect.setBlurRadius(_BLUR)
        effect.setOffset(0, _DOWN)
        self._widget.setGraphicsEffect(effect)


def raise_above(widget: QWidget) -> None:
    """Make a popover or toast stand above the page, in both schemes."""
    _Depth(widget)
