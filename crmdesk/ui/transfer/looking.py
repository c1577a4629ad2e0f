"""Looking into files and trying imports, off the window's thread."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from crmdesk.core.errors import UserError
from crmdesk.core.transfer.model import FileOptions, ImportRequest, Preflight
from crmdesk.ui.desk import Desk


class OfTable(Exception):
    """Why one of several tables cannot be tried."""

    def __init__(self, place: int, error: Exception) -> None:
        super().__init__(str(error))
        self.place, self.error = place, error


class Looking(QObject):
    """Asks the core; the newest question is the one that is answered.

    Signals:
        found: the ``Inspection`` of a file.
        refused: why a file cannot be read.
        tried: the ``Preflight`` of each table, by its place.
        untried: an :class:`OfTable`.
    """

    found = Signal(object)
    refused = Signal(object)
    tried = Signal(object)
    untried = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self.busy = False

    def look(self, path: str, options: FileOptions) -> None:
        """Look into a file."""
        desk = self._desk
        self.busy = True
        desk.run_query(
            self,
            "inspect",
            lambda: desk.workspace.imports.inspect(desk.actor, path, options),
            lambda found: self._answer(self.found, found),
            lambda error: self._answer(self.refused, error),
        )

    def _answer(self, signal: object, answer: object) -> None:
        self.busy = False
        signal.emit(answer)  # type: ignore[attr-defined]

    def try_tables(self, requests: Mapping[int, ImportRequest]) -> None:
        """Try the imports, in their order."""
        self._desk.run_query(
            self,
            "preflight",
            lambda: self._try(requests),
            self.tried.emit,
            self.untried.emit,
        )

    def _try(self, requests: Mapping[int, ImportRequest]) -> dict[int, Preflight]:
        imports, actor = self._desk.workspace.imports, self._desk.actor
        try:
            found = imports.preflight_together(actor, [*requests.values()])
        except UserError as error:
            raise OfTable(self._culprit(requests), error) from error
        return dict(zip(requests, found, strict=True))

    def _culprit(self, requests: Mapping[int, ImportRequest]) -> int:
        """Place of the first table that cannot be tried even by itself."""
        imports, actor = self._desk.workspace.imports, self._desk.actor
        places = [*requests]
        for place in places[:-1]:
            try:
                imports.preflight(actor, requests[place])
            except UserError:
                return place
        return places[-1]
