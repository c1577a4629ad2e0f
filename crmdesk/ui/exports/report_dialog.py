"""The dialog that exports the audit log, the users, or what one property of a record has been."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtWidgets import QWidget

from crmdesk.core.exports.model import ExportEstimate, ExportFormat, Naming
from crmdesk.core.exports.report_columns import report_columns
from crmdesk.core.exports.report_model import AuditLogReport, ReportRequest, ReportSubject
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.file_dialog import ALL, CHOSEN, Asking, FileDialog, choice_box
from crmdesk.ui.exports.words import say
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.form_field import FormField


@dataclass(frozen=True, slots=True)
class ReportOffer:
    """What a page has to export.

    Attributes:
        what: of what the export is, within a sentence.
        name: what it is called unless somebody writes another name.
        rows: over the choice of what is exported.
        subjects: what may be exported, each with its label, the likeliest first.
        counted: so many rows in words.
        has_choices: some of its values have a label beside what is stored.
        notes: what else is to be known of one of the subjects, each with its icon.
        comments: its rows may come with what people said about them.
    """

    what: str
    name: str
    rows: str
    subjects: Sequence[tuple[str, ReportSubject]]
    counted: Callable[[int], str]
    has_choices: bool = True
    notes: Callable[[ReportSubject, ExportEstimate], Sequence[tuple[str, str]]] | None = None
    comments: bool = False


class ReportDialog(FileDialog):
    """Name, what of it, columns and how they are written."""

    formats = tuple(ExportFormat)

    def __init__(self, desk: Desk, offer: ReportOffer, parent: QWidget) -> None:
        offered = report_columns(offer.subjects[0][1])
        ways = [(ALL, say("All (%Ln)", len(offered))), (CHOSEN, say("Chosen"))]
        labelled = [(column.name, column.label) for column in offered]
        super().__init__(desk, offer.what, offer.name, ways, labelled, parent)
        self._subjects = [subject for _label, subject in offer.subjects]
        labels = [(label, label) for label, _subject in offer.subjects]
        self.rows = choice_box("export_records", labels)
        self.chosen.choose(name for name, _label in labelled)
        self._offer = offer
        self.comments = CheckRow(
            say("With comments"), say("What people said about each entry, in a column at the end.")
        )
        self.comments.setObjectName("export_comments")
        self.lay_out(self._fields(offer), [self.comments] if offer.comments else [])
        service = desk.workspace.reports
        asking = Asking(
            request=self.request,
            estimate=lambda request: service.estimate(desk.actor, request),
            create=lambda request: service.create(desk.actor, request),
            counted=offer.counted,
        )
        self.begin(asking, self.rows)

    def _fields(self, offer: ReportOffer) -> Sequence[Sequence[QWidget]]:
        kind = FormField(say("Format"), self.format)
        columns = FormField(say("Columns"), self.columns)
        top: list[list[QWidget]] = [[kind, columns]]
        if len(offer.subjects) > 1:
            top = [[FormField(offer.rows, self.rows), kind], [columns]]
        naming = [FormField(say("Headings of columns"), self.headers)]
        if offer.has_choices:
            naming.append(FormField(say("Values"), self.choices))
        self._naming = naming
        return [*top, [self.chosen_field], naming]

    def show_fields(self) -> None:
        """JSON is for programs: its headings and values are always the internal ones."""
        super().show_fields()
        for field in self._naming:
            field.setVisible(self.format.currentData() != ExportFormat.JSONL)

    def notes(self, found: ExportEstimate) -> Sequence[tuple[str, str]]:
        """What the offer says of the subject that is chosen."""
        return () if self._offer.notes is None else self._offer.notes(self.subject, found)

    @property
    def subject(self) -> ReportSubject:
        """What is chosen."""
        chosen = self._subjects[max(0, self.rows.currentIndex())]
        if isinstance(chosen, AuditLogReport):
            return replace(chosen, comments=self.comments.is_checked())
        return chosen

    def request(self) -> ReportRequest:
        """What the core is asked for."""
        return ReportRequest(
            self.subject,
            self.name.text(),
            self.asked_columns(),
            ExportFormat(self.format.currentData()),
            Naming(self.headers.currentData()),
            Naming(self.choices.currentData()),
            bom=self.with_bom,
            for_spreadsheets=self.spreadsheets.is_checked(),
        )
