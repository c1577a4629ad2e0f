"""The panel of one import: what became of its rows, every value it wrote, its errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.jobs.job import FINAL, JobState
from crmdesk.core.records.record import MASKED
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.transfer.imported import ImportedRecord, ImportedValue
from crmdesk.core.transfer.model import Import, ImportProblem
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.records.showing import Showing
from crmdesk.ui.save_dialog import ask_save
from crmdesk.ui.tables.cells import MASK
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.transfer.wording import (
    file_words,
    filled,
    left_alone,
    problem_type,
    property_label,
    say,
    state_line,
)
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.facts import FactList, breakable
from crmdesk.ui.widgets.labels import rule
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import SidePanel, empty_layout
from crmdesk.ui.widgets.value_change import ShownChange, ValueChange

_RECORDS_AT_ONCE = 10
_VALUES_SHOWN = 8
_ERRORS_AT_ONCE = 30


class ImportPanel(SidePanel):
    """Shows one import or restore.

    Signals:
        failed: an error that the page has to show.
        undo_asked: take this import back.
    """

    failed = Signal(object)
    undo_asked = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("imports", say("Import"), parent=parent)
        self._desk = desk
        self.import_id = ""
        self.found: Import | None = None
        self._showing: Showing | None = None
        self._bodies: dict[str, QVBoxLayout] = {}
        for key, title in (
            ("summary", say("Summary")),
            ("changes", say("Changes")),
            ("errors", say("Errors")),
        ):
            content = QWidget()
            body = QVBoxLayout(content)
            body.setContentsMargins(11, 14, 16, 16)
            body.setSpacing(12)
            self._bodies[key] = body
            self.add_page(key, title, content)

    def show_import(self, found: Import) -> None:
        """Show what became of an import."""
        same = found.id == self.import_id
        self.import_id, self.found = found.id, found
        self._showing = self._showing_of(found)
        who = found.user_name or say("CRM Desk")
        when = self._desk.moment(found.created_at, inside=True)
        self.set_heading(found.name, filled(say("%1, %2"), who, when))
        if not same:
            self.show_page("summary")
        for body in self._bodies.values():
            empty_layout(body)
        self._fill_summary(found)
        self._more_changes(0)
        self.offer_page("errors", offered=bool(found.failed))
        if found.failed:
            self._more_errors(0)
        self._fill_foot(found)

    def _showing_of(self, found: Import) -> Showing | None:
        objects = self._desk.workspace.definitions.objects(self._desk.actor)
        known: ObjectType | None = next((o for o in objects if o.name == found.object_name), None)
        return None if known is None else Showing.of(self._desk, known)

    # Summary

    def _fill_summary(self, found: Import) -> None:
        body = self._bodies["summary"]
        if found.error is not None:
            title, hint = (str(found.error.get(key) or "") for key in ("message", "hint"))
            body.addWidget(Banner(BannerTone.DANGER, title, hint))
        body.addWidget(Paragraph(state_line(found), TextStyle.STRONG, "text"))
        done = found.state is JobState.SUCCEEDED
        counted = (
            (say("Rows"), found.rows),
            (say("Created"), found.created),
            (say("Updated"), found.updated),
            (say("Unchanged"), found.unchanged),
            (say("Failed"), found.failed),
        )
        facts = [(name, words.number(value)) for name, value in counted] if done else []
        facts += [
            (say("Object"), self._object_label(found)),
            (say("File"), file_words(found, self._desk.zone)),
            (say("User"), found.user_name),
            (say("Began"), self._desk.exact(found.created_at, seconds=True)),
            (say("Ended"), self._ended(found)),
            (say("Left alone"), self._notes(found)),
            (say("Job"), found.job_id or ""),
        ]
        body.addWidget(FactList(facts))
        if done and self._showing is not None and found.created + found.updated:
            segment = Link(say("Make a segment of its records"), "list-filter")
            segment.setObjectName("segment_of_import")
            link = f"records/{found.object_name}/import/{found.id}"
            segment.clicked.connect(lambda: self._desk.go(link))
            body.addWidget(segment, 0, Qt.AlignmentFlag.AlignLeft)
        body.addStretch(1)

    def _object_label(self, found: Import) -> str:
        showing = self._showing
        return found.object_name if showing is None else showing.object_type.plural_label

    def _ended(self, found: Import) -> str:
        if found.finished_at is None:
            return ""
        return self._desk.exact(found.finished_at, seconds=True)

    @staticmethod
    def _notes(found: Import) -> str:
        known = {"lifecycle_backwards": say("lifecycle stages that would have gone back")}
        lines = [
            f"{words.number(count)} {known.get(name, name.replace('_', ' '))}"
            for name, count in found.notes.items()
            if count
        ]
        if found.undoes:
            lines = [
                f"{left_alone(name)}: {words.number(count)}"
                for name, count in found.notes.items()
                if count
            ]
        return "\n".join(lines)

    # Changes

    def _more_changes(self, after: int) -> None:
        desk, import_id = self._desk, self.import_id
        desk.run_query(
            self,
            "changes",
            lambda: desk.workspace.imports.changes(
                desk.actor, import_id, _RECORDS_AT_ONCE + 1, after
            ),
            self._add_changes,
            self._failed_in("changes"),
        )

    def _add_changes(self, records: Sequence[ImportedRecord]) -> None:
        body = self._bodies["changes"]
        _take_last(body)
        if not records and not body.count():
            body.addWidget(Paragraph(say("No record was changed."), TextStyle.BODY, "text2"))
        for record in records[:_RECORDS_AT_ONCE]:
            if body.count():
                body.addWidget(rule())
            self._add_record(body, record)
        if len(records) > _RECORDS_AT_ONCE:
            last = records[_RECORDS_AT_ONCE - 1].record_id
            self._add_more(body, "more_changes", lambda: self._more_changes(last))
        body.addStretch(1)

    def _add_record(self, body: QVBoxLayout, record: ImportedRecord) -> None:
        showing = self._showing
        name = record.name or filled(say("Record %1"), str(record.record_id))
        head = _close_column(body, 0)
        if showing is not None:
            object_name = showing.object_type.name
            link = Link(name)
            link.setObjectName(f"record_{record.record_id}")
            target = f"records/{object_name}/{record.record_id}"
            link.clicked.connect(lambda: self._desk.go(target))
            head.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        kinds = {
            "create": say("Created"),
            "update": say("Updated"),
            "unarchive": say("Brought back from the recycle bin"),
            "archive": say("Moved to the recycle bin"),
        }
        told = kinds.get(record.kind, record.kind)
        if record.source_id:
            told = filled(say("%1. Its ID where it comes from: %2"), told, record.source_id)
        head.addWidget(Paragraph(told, TextStyle.CAPTION, "text2"))
        self._add_values(_close_column(body, 12), record.values)

    def _add_values(self, column: QVBoxLayout, values: Sequence[ImportedValue]) -> None:
        """The first values; a link brings the others, since one record may have hundreds."""
        object_type = None if self._showing is None else self._showing.object_type
        for value in values[:_VALUES_SHOWN]:
            shown = ShownChange(
                property_label(object_type, value.property),
                self._text(value.property, value.old),
                self._text(value.property, value.new),
            )
            column.addWidget(ValueChange(shown))
        rest = values[_VALUES_SHOWN:]
        if not rest:
            return
        link = Link(say("Show %Ln more value{|s}", len(rest)))
        link.setObjectName("more_values")

        def more() -> None:
            column.removeWidget(link)
            link.hide()
            link.deleteLater()
            self._add_values(column, rest)

        link.clicked.connect(more)
        column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)

    def _text(self, name: str, value: str | None) -> str | None:
        showing = self._showing
        if value is None:
            return None
        if value == MASKED:
            return MASK
        found = None if showing is None else showing.object_type.by_name.get(name)
        return value if found is None or showing is None else showing.text(found, value)

    # Errors

    def _more_errors(self, after: int) -> None:
        desk, import_id = self._desk, self.import_id
        desk.run_query(
            self,
            "errors",
            lambda: desk.workspace.imports.errors(
                desk.actor, import_id, _ERRORS_AT_ONCE + 1, after
            ),
            lambda problems: self._add_errors(problems, after),
            self._failed_in("errors"),
        )

    def _add_errors(self, problems: Sequence[ImportProblem], before: int) -> None:
        body = self._bodies["errors"]
        _take_last(body)
        for problem in problems[:_ERRORS_AT_ONCE]:
            row = filled(say("Row %1"), words.number(problem.row))
            place = filled(say("%1, %2"), row, problem.column) if problem.column else row
            strong = filled(say("%1: %2"), place, problem_type(problem.type))
            told = f"{problem.value}\n{problem.message}" if problem.value else problem.message
            together = _close_column(body)
            together.addWidget(Paragraph(breakable(strong), TextStyle.STRONG, "text"))
            together.addWidget(Paragraph(breakable(told), TextStyle.BODY, "text2"))
        if len(problems) > _ERRORS_AT_ONCE:
            more = before + _ERRORS_AT_ONCE
            self._add_more(body, "more_errors", lambda: self._more_errors(more))
        body.addStretch(1)

    def _failed_in(self, page: str) -> Callable[[Exception], None]:
        def show(error: Exception) -> None:
            body = self._bodies[page]
            empty_layout(body)
            body.addWidget(Paragraph(sentence(error), TextStyle.BODY, "danger"))
            body.addStretch(1)

        return show

    @staticmethod
    def _add_more(body: QVBoxLayout, name: str, more: Callable[[], None]) -> None:
        link = Link(say("Show more"))
        link.setObjectName(name)
        link.clicked.connect(more)
        body.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)

    # Foot

    def _fill_foot(self, found: Import) -> None:
        buttons = []
        if found.error_file is not None and found.state in FINAL:
            button = Button(say("Save error file"), icon="file-down")
            button.setObjectName("panel_save_errors")
            button.clicked.connect(lambda: self._save_errors(found))
            buttons.append(button)
        if not found.no_undo:
            button = Button(say("Undo import"), icon="undo-2")
            button.setObjectName("panel_undo")
            button.clicked.connect(lambda: self.undo_asked.emit(found.id))
            buttons.append(button)
        if found.restore_id is not None and self._desk.may(Permission.SUPER_ADMIN):
            # A restore is undone where it is shown with all that it skipped.
            button = Button(say("Open restore"), icon="archive-restore")
            button.setObjectName("panel_restore")
            button.clicked.connect(lambda: self._desk.go(f"restore/{found.restore_id}"))
            buttons.append(button)
        self.set_foot(buttons)

    def _save_errors(self, found: Import) -> None:
        desk = self._desk

        def save(target: Path) -> None:
            desk.run_write(
                self,
                lambda: desk.workspace.imports.save_errors(desk.actor, found.id, target),
                lambda _: desk.toast(say("Error file saved"), str(target)),
                self.failed.emit,
            )

        name = filled(say("%1 errors.csv"), Path(found.file_name).stem)
        ask_save(self, say("Save error file"), name, save)


def _close_column(body: QVBoxLayout, spacing: int = 2) -> QVBoxLayout:
    """What belongs together stands closer than the rows of the body."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(spacing)
    body.addWidget(holder)
    return column


def _take_last(body: QVBoxLayout) -> None:
    """Take away the stretch at the end, and the link for more before it."""
    while body.count():
        item = body.itemAt(body.count() - 1)
        widget = None if item is None else item.widget()
        if widget is not None and not isinstance(widget, Link):
            return
        if isinstance(widget, Link) and not widget.objectName().startswith("more_"):
            return
        body.takeAt(body.count() - 1)
        if widget is not None:
            widget.hide()
            widget.deleteLater()
