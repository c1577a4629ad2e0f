"""The panel of one export: what it is, what became of it, who saved a copy."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import OF_RECORDS, Download, Export, ExportSource, ExportState
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.asked_facts import asked_facts
from crmdesk.ui.exports.deeds import ExportDeeds
from crmdesk.ui.exports.download_rows import show_downloads
from crmdesk.ui.exports.words import (
    file_kind,
    filled,
    no_history,
    note_words,
    say,
    source_words,
    state_line,
)
from crmdesk.ui.messages import sentence
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.facts import FactList
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import SidePanel, empty_layout

_COUNTED_IN_RECORDS = OF_RECORDS | {ExportSource.BACKUP}


class ExportPanel(SidePanel):
    """Shows one export.

    Signals:
        acted: key of the pressed button: download, approve, reject, cancel.
    """

    acted = Signal(str)

    def __init__(self, desk: Desk, deeds: ExportDeeds, parent: QWidget | None = None) -> None:
        super().__init__("exports", say("Export"), parent=parent)
        self._desk, self._deeds = desk, deeds
        self.found: Export | None = None
        self._bodies: dict[str, QVBoxLayout] = {}
        for key, title in (("details", say("Details")), ("history", say("Download history"))):
            content = QWidget()
            body = QVBoxLayout(content)
            body.setContentsMargins(11, 14, 16, 16)
            body.setSpacing(12)
            self._bodies[key] = body
            self.add_page(key, title, content)

    @property
    def export_id(self) -> str:
        """Id of the export in sight; empty when there is none."""
        return "" if self.found is None else self.found.id

    def show_export(self, found: Export) -> None:
        """Show what is known of an export."""
        if found.id != self.export_id:
            self.show_page("details")
        self.found = found
        when = self._desk.moment(found.created_at, inside=True)
        self.set_heading(found.name, filled(say("%1, %2"), found.user_name, when))
        for body in self._bodies.values():
            empty_layout(body)
        self._fill_details(found)
        # Where no file was made nobody saved one, and only files of records have a history.
        told = found.state is ExportState.SUCCEEDED and found.source in OF_RECORDS
        self.offer_page("history", offered=told)
        if told:
            self._fill_history(found)
        self.set_foot(self._buttons(found))

    def _fill_details(self, found: Export) -> None:
        body, zone = self._bodies["details"], self._desk.zone
        if found.error is not None:
            title, hint = (str(found.error.get(key) or "") for key in ("message", "hint"))
            body.addWidget(Banner(BannerTone.DANGER, title, hint))
        body.addWidget(Paragraph(state_line(found, zone), TextStyle.STRONG, "text"))
        body.addWidget(FactList(self._facts(found)))
        asked = self._asked(found)
        if asked:
            body.addWidget(Paragraph(say("What it holds"), TextStyle.STRONG, "text"))
            body.addWidget(FactList(asked))
        for name, count in found.notes.items():
            body.addWidget(Paragraph(note_words(name, count), TextStyle.BODY, "text2"))
        if found.state is ExportState.SUCCEEDED and found.source is not ExportSource.BACKUP:
            kept = say("Its line stays in the list after that.")
            body.addWidget(Paragraph(kept, TextStyle.CAPTION, "text3"))
        body.addStretch(1)

    def _facts(self, found: Export) -> list[tuple[str, str]]:
        rows = say("Records") if found.source in _COUNTED_IN_RECORDS else say("Rows")
        exact = self._desk.exact
        done = found.state is ExportState.SUCCEEDED
        size = words.size(found.bytes) if done else ""
        sensitive = ", ".join(found.sensitive) or say("None")
        return [
            (say("Source"), source_words(found)),
            (rows, "" if found.records is None else words.number(found.records)),
            (say("Format"), file_kind(found)),
            (say("Size"), size),
            (say("Sensitive values"), sensitive),
            (say("Asked for"), exact(found.created_at, seconds=True)),
            (say("Ended"), "" if found.finished_at is None else exact(found.finished_at)),
            (say("Kept until"), "" if found.expires_at is None else exact(found.expires_at)),
            (say("Decided by"), found.decided_by),
            (say("Reason"), found.reason),
        ]

    def _asked(self, found: Export) -> list[tuple[str, str]]:
        """What it was asked to hold; nothing where it is no longer this person's to see."""
        desk = self._desk
        try:
            asked = desk.workspace.exports.asked(desk.actor, found.id)
        except UserError:
            return []
        return [] if asked is None else asked_facts(desk, asked)

    # Who saved a copy

    def _fill_history(self, found: Export) -> None:
        why = no_history(found)
        if why:
            text = filled(say("Not shown: %1."), why)
            self._bodies["history"].addWidget(Paragraph(text, TextStyle.BODY, "text2"))
            self._bodies["history"].addStretch(1)
            return
        desk = self._desk
        desk.run_query(
            self,
            "history",
            lambda: desk.workspace.exports.history(desk.actor, found.id),
            self._show_history,
            self._history_failed,
        )

    def _show_history(self, downloads: Sequence[Download]) -> None:
        body = self._bodies["history"]
        show_downloads(body, downloads, lambda at: self._desk.exact(at, seconds=True))

    def _history_failed(self, error: Exception) -> None:
        body = self._bodies["history"]
        empty_layout(body)
        body.addWidget(Paragraph(sentence(error), TextStyle.BODY, "danger"))
        body.addStretch(1)

    # Foot

    def _buttons(self, found: Export) -> list[Button]:
        buttons = []
        for action in self._deeds.actions(found):
            if not action.prominent or action.reason:
                continue
            button = Button(action.text, icon=action.icon)
            button.setObjectName(f"panel_{action.key}")
            button.clicked.connect(lambda _=False, key=action.key: self.acted.emit(key))
            buttons.append(button)
        return buttons
