"""The Import & Export tab: the list of exports and that of imports, one in sight at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.page import ExportsPage
from crmdesk.ui.frame.page import Page
from crmdesk.ui.transfer.page import TransferPage
from crmdesk.ui.transfer.wording import say
from crmdesk.ui.widgets.segmented import Segmented

EXPORTS, IMPORTS = "exports", "imports"


class ImportExportPage(Page):
    """Shows the lists that the person may see; with both, a switch stands in each header."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(say("Import & Export"))
        self._desk = desk
        self.imports: TransferPage | None = None
        self.exports: ExportsPage | None = None
        if desk.may(Permission.EXPORT):
            self.exports = ExportsPage(desk)
        if desk.may(Permission.IMPORT) or self.exports is None:
            self.imports = TransferPage(desk)
        self._faces = QStackedWidget()
        self._switches: dict[QWidget, Segmented] = {}
        for page in self.pages:
            self._faces.addWidget(page)
        if self.imports is not None and self.exports is not None:
            self._add_switch(self.exports)
            self._add_switch(self.imports)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._faces)

    def _add_switch(self, page: ExportsPage | TransferPage) -> None:
        segments = ((EXPORTS, say("Exports")), (IMPORTS, say("Imports")))
        switch = Segmented(say("Exports or imports"), segments)
        switch.changed.connect(self._choose)
        before = page.import_button if isinstance(page, TransferPage) else None
        page.header.add(switch, before=before)
        self._switches[page] = switch
        switch.set_current(EXPORTS if page is self.exports else IMPORTS)

    @property
    def pages(self) -> list[Page]:
        """The lists that there are, in their order."""
        return [page for page in (self.exports, self.imports) if page is not None]

    @property
    def shown(self) -> Page:
        """The list in sight."""
        now = self._faces.currentWidget()
        return next(page for page in self.pages if page is now)

    def show_list(self, key: str) -> None:
        """Show exports or imports, where the person may."""
        page = self.imports if key == IMPORTS else self.exports
        if page is not None:
            self._faces.setCurrentWidget(page)
            self._desk.ways.follow()

    @Slot(str)
    def _choose(self, key: str) -> None:
        pressed = self._switches[self.shown]
        pressed.set_current(EXPORTS if self.shown is self.exports else IMPORTS)
        self.show_list(key)
        # The switch of the other list stands in the same place: the arrow keys go on there.
        self._switches[self.shown].take_focus()

    # What the window asks

    def commands(self) -> Mapping[str, Callable[[], object]]:
        """Those of the list in sight; New is an import from both."""
        found = dict(self.shown.commands())
        if self.imports is not None and self.shown is self.exports:
            found["new"] = self._begin_import
        return found

    def _begin_import(self) -> None:
        self.show_list(IMPORTS)
        if self.imports is not None:
            self.imports.begin_import()

    def regions(self) -> Sequence[QWidget]:
        """Those of the list in sight."""
        return self.shown.regions()

    def begin(self) -> None:
        """In the list in sight: the other one may be empty too, and wants the focus then."""
        self.shown.begin()

    def start_focus(self) -> None:
        """Into the list in sight."""
        self.shown.start_focus()

    def refresh(self) -> None:
        """Read the list in sight again."""
        self.shown.refresh()

    def open_link(self, link: str) -> None:
        """``exports/…`` goes to the one list, ``imports/…`` to the other."""
        key = EXPORTS if link.partition("/")[0] == EXPORTS else IMPORTS
        self.show_list(key)
        page = self.exports if key == EXPORTS else self.imports
        if page is not None:
            page.open_link(link)

    def escape(self) -> bool:
        """Whatever the list in sight closes."""
        return self.shown.escape()

    def set_narrow(self, narrow: bool) -> None:
        """Both lists fold."""
        for page in self.pages:
            page.set_narrow(narrow)

    def take_change(self, change: object) -> None:
        """Each list refreshes by itself, the hidden one at its next look."""
        for page in self.pages:
            page.take_change(change)
