"""The window before anybody is signed in; the first thing that is seen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.ui.frame.values import WorkspaceChoice
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.ring import Ring
from crmdesk.ui.window_state import WindowState, first_size

SMALLEST = (960, 640)
_PATIENCE_MS = 300


class OpeningPage(QFrame):
    """Says what is being opened; a ring comes when it takes longer than a moment.

    Signals:
        seen: it was painted for the first time.
    """

    seen = Signal()

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self.setAccessibleName(text)
        self.words = label(text, TextStyle.BODY, "text2")
        self.ring = Ring()
        self.words.hide()
        self.ring.hide()
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(self.ring, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.words, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._seen = False
        QTimer.singleShot(_PATIENCE_MS, self, self._show_words)

    def _show_words(self) -> None:
        self.words.show()
        self.ring.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._seen:
            self._seen = True
            # At 0 it would come before the picture has left for the screen.
            QTimer.singleShot(1, self, self.seen.emit)


class StartWindow(QMainWindow):
    """Shows one page at a time, beside the known workspaces where that helps.

    Signals:
        workspace_chosen: folder of a known workspace.
        other_wanted: another one shall be opened or created.
        closed: a person closed it.
    """

    workspace_chosen = Signal(str)
    other_wanted = Signal()
    closed = Signal()

    def __init__(self, state: WindowState) -> None:
        super().__init__()
        self.setObjectName("start_window")
        self.setWindowTitle(self.tr("CRM Desk"))
        self.setMinimumSize(*SMALLEST)
        self.resize(first_size(self))
        if not state.geometry.isEmpty():
            self.restoreGeometry(state.geometry)
        middle = QWidget(self)
        self._row = QHBoxLayout(middle)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self.pages = QStackedWidget(middle)
        self.pages.setProperty("role", "page")
        self._list: QWidget | None = None
        self._row.addWidget(self.pages, 1)
        self.setCentralWidget(middle)

    @property
    def page(self) -> QWidget:
        """The page in sight."""
        return self.pages.currentWidget()

    def show_page(self, page: QWidget, choices: Sequence[WorkspaceChoice] = ()) -> None:
        """Put a page in place of the last one, which is gone for good.

        Args:
            choices: the known workspaces at the left; none where they do not belong.
        """
        self._show_list(choices, page)
        old = self.pages.currentWidget()
        self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        if old is not None:
            self.pages.removeWidget(old)
            old.deleteLater()

    def _show_list(self, choices: Sequence[WorkspaceChoice], page: QWidget) -> None:
        if self._list is not None:
            self._row.removeWidget(self._list)
            self._list.hide()
            self._list.deleteLater()
            self._list = None
        if choices:
            from crmdesk.ui.start.form_page import FormPage
            from crmdesk.ui.start.sign_in import WorkspaceList

            listing = WorkspaceList(choices)
            listing.chosen.connect(self.workspace_chosen)
            listing.other.connect(self.other_wanted)
            if isinstance(page, FormPage):
                page.busy_changed.connect(listing.setDisabled)
            self._list = listing
            self._row.insertWidget(0, listing)

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.closed.emit()
