"""Which place the window shall show when somebody is in it: one that a link led to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from crmdesk.core.errors import UserError

if TYPE_CHECKING:
    from crmdesk.ui.link_door import LinkDoor

# The window is painted first: the door needs a part of Qt that takes its time to load.
_OPENS_AFTER_MS = 1_500


class Doorway(QObject):
    """Keeps a place until there is a window to show it, and listens for more while there is one.

    Args:
        go: shows a place; False while it cannot be shown.

    Attributes:
        place: what to show next; empty for nothing.
    """

    def __init__(self, go: Callable[[str], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._go = go
        self.place = ""
        self.door: LinkDoor | None = None
        self._workspace_id = ""
        self._soon = QTimer(self, singleShot=True, interval=_OPENS_AFTER_MS)
        self._soon.timeout.connect(self._open)

    def enter(self, workspace_id: str) -> None:
        """Somebody is in the window of a workspace."""
        self._workspace_id = workspace_id
        self._soon.start()
        self.go_on()

    def leave(self) -> None:
        """Nobody is in it."""
        self._soon.stop()
        if self.door is not None:
            self.door.close()
            self.door.deleteLater()
            self.door = None

    def go_on(self) -> None:
        """Show what was waiting."""
        if self.place and self._go(self.place):
            self.place = ""

    @Slot(str)
    def want(self, place: str) -> None:
        """Show a place, now or as soon as somebody is there."""
        self.place = place
        self.go_on()

    @Slot()
    def _open(self) -> None:
        from crmdesk.ui.link_door import LinkDoor

        self.leave()
        self.door = LinkDoor(self._workspace_id, self)
        self.door.wanted.connect(self.want)
        self.door.open()


def shown_elsewhere(folder: Path, place: str) -> bool:
    """Whether another window of the workspace is open and took the place."""
    from crmdesk.core.links import DeepLink
    from crmdesk.core.workspace_folder import read_workspace_file
    from crmdesk.ui.link_door import hand_over

    try:
        return hand_over(DeepLink(read_workspace_file(folder).id, place))
    except UserError:
        # The window that opens instead says what is wrong with the folder.
        return False
