"""Buttons that would write are off while somebody looks as another user would."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.popover import Popover

_DEEDS = {ButtonKind.PRIMARY, ButtonKind.DANGER, ButtonKind.DANGER_OUTLINE}
_ORDINARY = {ButtonKind.SECONDARY, ButtonKind.GHOST, ButtonKind.ICON, ButtonKind.LINK}
#: An icon has one meaning everywhere, and these mean a change or a file that leaves.
_CHANGING = {
    "download", "eye", "file-down", "key-round", "link-2", "list-filter", "lock", "merge",
    "pencil", "plus", "refresh-cw", "save", "trash-2", "undo-2", "unlink", "upload",
}  # fmt: skip
_CHANGING_NAMES = ("edit_group", "reveal_")
#: The main button of an empty page may only lead elsewhere.
_LEADING = {"clear_filters", "go_to_records"}
_MOMENTS = {QEvent.Type.Show, QEvent.Type.EnabledChange, QEvent.Type.ToolTipChange}
#: Actions of pages, by their keys, that would write.
WRITING_ACTIONS = ("new", "save", "export", "undo", "delete", "send")


class LookingOnly(QObject):
    """Keeps the buttons of one window from promising what would be refused.

    The services refuse it all the same; this only says so before somebody has filled in a form.

    Args:
        window: of whoever is looked as; its dialogs belong to it.
        reason: why nothing can be changed, as the buttons' tooltip.
    """

    def __init__(self, window: QWidget, reason: str) -> None:
        super().__init__(window)
        self._window, self._reason = window, reason
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def _concerns(self, button: Button) -> bool:
        parent: QObject | None = button
        while parent is not None and parent is not self._window:
            if isinstance(parent, Popover):
                # What opens below a chip narrows what is shown.
                return False
            parent = parent.parent()
        return parent is not None and would_write(button)

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Whatever enables one later is answered, too.
        if (
            event.type() in _MOMENTS
            and isinstance(watched, Button)
            and (watched.isEnabled() or watched.toolTip() != self._reason)
            and self._concerns(watched)
        ):
            watched.set_reason(self._reason)
        return False


def would_write(button: Button) -> bool:
    """Whether pressing a button changes something, or has a file leave."""
    name = button.objectName()
    if button.kind in _DEEDS:
        return name not in _LEADING
    return button.kind in _ORDINARY and (
        button.icon_name in _CHANGING or name.startswith(_CHANGING_NAMES)
    )
