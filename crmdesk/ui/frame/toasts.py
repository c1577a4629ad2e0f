"""Where toasts stand: bottom left over the page, at most two."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QWidget

from crmdesk.ui.widgets.toast import Toast

AT_MOST = 2
_MARGIN = 24
_APART = 8
_ABOVE_FOOTER = 48


class ToastHost(QObject):
    """Shows toasts over a window and keeps them in their corner.

    Args:
        window: the widget they stand in.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._toasts: list[Toast] = []
        window.installEventFilter(self)

    @property
    def toasts(self) -> tuple[Toast, ...]:
        """The toasts in sight, the newest last."""
        return tuple(self._toasts)

    def show(
        self,
        title: str,
        text: str = "",
        action: str = "",
        run: Callable[[], object] | None = None,
    ) -> Toast:
        """Say that an act is finished.

        Args:
            title: what was done, with its number.
            text: what became of it, or empty.
            action: words of its one link ("Undo"), or empty.
            run: what the link does.
        """
        while len(self._toasts) >= AT_MOST:
            self._toasts[0].dismiss()
        toast = Toast(title, text, action, parent=self._window)
        toast.setObjectName("toast")
        if run is not None:
            toast.acted.connect(run)
        toast.closed.connect(lambda: self._gone(toast))
        self._toasts.append(toast)
        toast.adjustSize()
        toast.start()
        self._place()
        return toast

    def _gone(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
        self._place()

    def _place(self) -> None:
        bottom = self._window.height() - _ABOVE_FOOTER
        mirrored = self._window.layoutDirection() is Qt.LayoutDirection.RightToLeft
        for toast in reversed(self._toasts):
            width = toast.width()
            layout = toast.layout()
            height = toast.sizeHint().height()
            if layout is not None and layout.hasHeightForWidth():
                height = layout.totalHeightForWidth(width)
            toast.resize(width, height)
            left = self._window.width() - width - _MARGIN if mirrored else _MARGIN
            toast.move(QPoint(left, bottom - height))
            bottom -= height + _APART

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._place()
        return False
