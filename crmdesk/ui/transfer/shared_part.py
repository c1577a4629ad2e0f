"""The banner that offers to associate the rows of two tables by a column they share."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.transfer.shared_keys import SharedColumn
from crmdesk.ui.transfer.bundle import Bundle
from crmdesk.ui.transfer.wording import filled, say
from crmdesk.ui.widgets.banner import Banner, BannerTone


class SharedPart(QObject):
    """Shows itself while a column of the table in sight looks like the key of another one.

    Signals:
        asked: the ``SharedColumn`` to associate by.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._offered: SharedColumn | None = None
        self.banner = Banner(BannerTone.INFO, " ", "", say("Associate them"), icon="link")
        self.banner.setObjectName("shared_column")
        self.banner.hide()
        self.banner.acted.connect(self._ask)

    def show_bundle(self, bundle: Bundle) -> None:
        """Offer the first such column."""
        found = bundle.shared()
        self._offered = found[0] if found else None
        self.banner.setVisible(bool(found))
        own = bundle.draft
        if not found or own is None or own.object_type is None:
            return
        other = bundle.entries[found[0].place]
        kind = None if other.draft is None else other.draft.object_type
        if kind is None:
            return
        title = filled(say("“%1” stands in %2 too"), found[0].header, other.title)
        text = filled(
            say("%1 can be associated with the %2 of the same value."),
            own.object_type.plural_label,
            kind.plural_label.lower(),
        )
        self.banner.set_state(BannerTone.INFO, title, text, say("Associate them"), icon="link")

    @Slot()
    def _ask(self) -> None:
        if self._offered is not None:
            self.asked.emit(self._offered)
