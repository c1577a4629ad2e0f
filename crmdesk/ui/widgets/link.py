"""A link inside text, cards and panels."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QWidget

from crmdesk.ui.widgets.buttons import Button, ButtonKind


class Link(Button):
    """A button that looks like a link; it does something here, it opens no web page."""

    def __init__(
        self,
        text: str,
        icon: str = "",
        *,
        trailing: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, ButtonKind.LINK, icon, trailing=trailing, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
