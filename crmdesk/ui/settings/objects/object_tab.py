"""What every page of an object shares: the object, writing, and saying what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message
from crmdesk.ui.settings.objects.words import say
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.banner import Banner, BannerTone

T = TypeVar("T")


class ObjectTab(QWidget):
    """One page of an object's settings.

    Attributes:
        reason: why nothing can be changed here; empty when it can.

    Signals:
        changed: definitions were written.
    """

    changed = Signal()

    def __init__(self, desk: Desk, object_type: ObjectType) -> None:
        super().__init__()
        self._desk, self.object_type = desk, object_type
        may = desk.may(Permission.EDIT_PROPERTIES)
        self.reason = "" if may else say("You may not change property settings.")
        self.banner = Banner(BannerTone.DANGER, "")
        self.banner.hide()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        told = QVBoxLayout()
        told.setContentsMargins(24, 0, 24, 0)
        told.addWidget(self.banner)
        self.column.addLayout(told)

    def show_object(self, object_type: ObjectType) -> None:
        """Show an object as it is now."""
        self.object_type = object_type
        self.banner.hide()
        self.read()

    def read(self) -> None:
        """Read what the page shows; pages say how."""

    def open_named(self, name: str) -> None:
        """Show one thing of the page by its internal name; pages that have such say how."""

    def write(self, function: Callable[[], T], done: Callable[[T], object] | None = None) -> None:
        """Write in the window's writer thread; then everything is read again."""

        def written(answer: T) -> None:
            self.banner.hide()
            if done is not None:
                done(answer)
            self.changed.emit()

        self._desk.run_write(self, function, written, self.fail)

    def fail(self, error: Exception) -> None:
        """Say what went wrong above the page, which stays as it is."""
        told = message(error)
        self.banner.show()
        self.banner.set_state(BannerTone.DANGER, told.title, told.advice)
        announce(self, told.title, urgent=True)
