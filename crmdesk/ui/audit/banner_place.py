"""Where the tab says what went wrong, and what a verification found."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.ui.messages import message
from crmdesk.ui.widgets.banner import Banner, BannerTone


class BannerPlace(QWidget):
    """One banner at a time; hidden without one.

    An error goes once something works again. What a verification found stays until it is closed,
    where it can be, or until the next one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.banner: Banner | None = None
        self._is_error = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.hide()

    @Slot(object)
    def show_error(self, error: Exception) -> None:
        """Say what went wrong and what to do."""
        said = message(error)
        self.show_banner(Banner(BannerTone.DANGER, said.title, said.advice))
        self._is_error = True

    def show_banner(self, banner: Banner) -> None:
        """Show another banner in the place of what stood there."""
        self.clear()
        self.banner = banner
        self._column.addWidget(banner)
        self.show()

    @Slot()
    def forget_error(self) -> None:
        """Something worked: what went wrong before is no state of the page any more."""
        if self._is_error:
            self.clear()

    @Slot()
    def clear(self) -> None:
        """Say nothing."""
        if self.banner is not None:
            self._column.removeWidget(self.banner)
            self.banner.hide()
            self.banner.deleteLater()
        self.banner, self._is_error = None, False
        self.hide()
