"""Step 1: the file, which table of it, into which object, and how it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.files.encodings import CANDIDATES
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.transfer.model import FileOptions, Inspection, Question
from crmdesk.ui import words
from crmdesk.ui.queries import Queries
from crmdesk.ui.tables.cells import Cell, Column, Row, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.transfer.bundle import Bundle
from crmdesk.ui.transfer.choices import Choices
from crmdesk.ui.transfer.file_choice import DropZone, ask_open
from crmdesk.ui.transfer.table_list import TableList
from crmdesk.ui.transfer.wording import (
    file_kind,
    filled,
    mismatch_words,
    recognised_by,
    say,
    trust_sentence,
)
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.card import Card
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.scrolling import scrolling
from crmdesk.ui.window_state import TableState

#: So many have room in the smallest window.
_COLUMNS_IN_SIGHT = 4
_OPTIONS_WIDTH = 320
_FIRST_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "latin-1")


class FileStep(QWidget):
    """Shows what was found in a file and lets a person put it right.

    Signals:
        file_chosen: path of another file, which takes the place of all there are.
        file_added: path of one more file.
        options_changed: the ``FileOptions`` to look again with.
        object_picked: the object that a person chose, or took over from what the file looks like.
    """

    file_chosen = Signal(str)
    file_added = Signal(str)
    object_picked = Signal(str)
    options_changed = Signal(object)

    def __init__(
        self, queries: Queries, objects: Sequence[ObjectType], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._objects = objects
        self._inspection: Inspection | None = None
        self.drop = DropZone()
        self.drop.chosen.connect(self.file_chosen)
        self.tables = TableList()
        self.object_choice = Choices()
        self.mismatch = Banner(BannerTone.WARN, " ")
        self.mismatch.setObjectName("import_mismatch")
        self.encoding, self.delimiter = Choices(), Choices()
        self.header = CheckRow(say("The first row holds the names of the columns"))
        self.preview_source = ListSource([Column("0", " ", sortable=False)])
        self.preview = DataTable(
            say("Preview"),
            self.preview_source,
            queries,
            start=TableState(height=RowHeight.COMPACT),
        )
        self._build()
        self._connect()

    def _build(self) -> None:
        left = scrolling(self._options())
        left.setFixedWidth(px(_OPTIONS_WIDTH))
        found = QWidget()
        row = QHBoxLayout(found)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(left)
        row.addLayout(self._rows(), 1)
        self._faces = QStackedWidget()
        self._faces.addWidget(self.drop)
        self._faces.addWidget(found)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._faces)

    def _card(self) -> Card:
        """Which file it is."""
        self._name = ElidedLabel("", TextStyle.STRONG)
        self._about = Paragraph("", TextStyle.CAPTION, "text2")
        self._trust = Paragraph("", TextStyle.CAPTION, "text2")
        self.other_file = Button(say("Choose another file"), icon="folder-open")
        self.more = Button(say("Add another file"), icon="plus")
        self.more.setObjectName("add_file")
        card = Card()
        for part in (self._name, self._about, self._trust, self.other_file, self.more):
            card.body.addWidget(part)
        return card

    def _options(self) -> QWidget:
        """How it is read."""
        self._object_field = FormField(say("Object"), self.object_choice)
        self._encoding_field = FormField(say("Encoding"), self.encoding)
        self._delimiter_field = FormField(say("Columns are separated by"), self.delimiter)
        options = QWidget()
        column = QVBoxLayout(options)
        column.setContentsMargins(24, 16, 16, 16)
        column.setSpacing(16)
        for widget in (
            self._card(),
            self.tables,
            self._object_field,
            self._encoding_field,
            self._delimiter_field,
            self.header,
        ):
            column.addWidget(widget)
        column.addStretch(1)
        return options

    def _rows(self) -> QVBoxLayout:
        """What is in it."""
        self._rows_note = label("", TextStyle.CAPTION, "text2")
        notice = QVBoxLayout()
        notice.setContentsMargins(24, 16, 24, 8)
        notice.setSpacing(12)
        notice.addWidget(self.mismatch)
        notice.addWidget(self._rows_note)
        self.mismatch.hide()
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addLayout(notice)
        right.addWidget(self.preview, 1)
        return right

    def _connect(self) -> None:
        self.other_file.clicked.connect(lambda: ask_open(self, self.file_chosen.emit))
        self.more.clicked.connect(lambda: ask_open(self, self.file_added.emit))
        self.object_choice.picked.connect(self._pick_object)
        self.mismatch.acted.connect(self._take_looks)
        self.encoding.picked.connect(lambda name: self._change(encoding=name))
        self.delimiter.picked.connect(lambda mark: self._change(delimiter=mark))
        self.header.toggled.connect(self._change_header)
        QWidget.setTabOrder(self.other_file, self.more)
        QWidget.setTabOrder(self.more, self.tables.all_button)
        QWidget.setTabOrder(self.tables.all_button, self.tables.list)
        QWidget.setTabOrder(self.tables.list, self.object_choice)

    def _pick_object(self, name: str) -> None:
        self.object_picked.emit(name)
        self._change(object_name=name)

    def _take_looks(self) -> None:
        found = self._inspection
        if found is not None and found.looks_like is not None:
            self._pick_object(found.looks_like)

    def _change_header(self, checked: bool) -> None:
        found = self._inspection
        if found is not None and checked is not bool(found.options.has_header):
            self._change(has_header=checked)

    def _change(self, **changes: object) -> None:
        if self._inspection is not None:
            options: FileOptions = replace(self._inspection.options, **changes)  # type: ignore[arg-type]
            self.options_changed.emit(options)

    def show_bundle(self, bundle: Bundle) -> None:
        """Show the tables of all files, where there are several."""
        self.tables.setVisible(len(bundle.entries) > 1)
        self.tables.show_bundle(bundle, {each.name: each.plural_label for each in self._objects})

    def show_inspection(self, found: Inspection | None, *, from_page: bool = False) -> None:
        """Show what a file holds; None asks for a file.

        Args:
            from_page: the object is the one that the import was begun for.
        """
        self._inspection = found
        self._faces.setCurrentIndex(0 if found is None else 1)
        if found is None:
            return
        self._name.setText(found.name)
        self._about.set_text(f"{file_kind(found.kind)}, {words.size(found.bytes)}")
        trust = trust_sentence(found)
        self._trust.set_text(trust)
        self._trust.setVisible(bool(trust))
        self._show_choices(found, from_page)
        self._show_dialect(found)
        self._show_preview(found)

    def _show_choices(self, found: Inspection, from_page: bool) -> None:
        objects = {each.name: each.plural_label for each in self._objects}
        self.object_choice.offer([*objects.items()], found.object_name or "")
        origin = say("Taken from the page you came from")
        self._object_field.set_help(origin if from_page else recognised_by(found.known_by))
        self._object_field.setVisible(Question.TABLE not in found.questions)
        looks = objects.get(found.another_object or "")
        self.mismatch.setVisible(looks is not None)
        if looks is not None:
            chosen = objects.get(found.object_name or "", "")
            self.mismatch.set_state(BannerTone.WARN, *mismatch_words(found, chosen, looks))

    def _show_dialect(self, found: Inspection) -> None:
        dialect = found.dialect
        for field in (self._encoding_field, self._delimiter_field):
            field.setVisible(dialect is not None)
        self.header.setVisible(Question.TABLE not in found.questions)
        self.header.set_checked(bool(found.options.has_header))
        if dialect is None:
            return
        names = [dialect.encoding, *dialect.alternatives, *_FIRST_ENCODINGS, *CANDIDATES]
        self.encoding.offer(
            [(name, name.upper()) for name in dict.fromkeys(names)], dialect.encoding
        )
        sure = say("Certain") if dialect.certain else say("A guess: look at the preview")
        self._encoding_field.set_help(sure)
        marks = {
            ",": say("Comma"),
            ";": say("Semicolon"),
            "\t": say("Tab"),
            "|": say("Vertical bar"),
        }
        marks.setdefault(dialect.delimiter, dialect.delimiter)
        self.delimiter.offer(list(marks.items()), dialect.delimiter)

    def _show_preview(self, found: Inspection) -> None:
        # Duplicate headers are legal in a file, so columns go by their number.
        columns = [
            Column(
                str(number), name or " ", 148, number and 1, sortable=False, stretch=True, least=148
            )
            for number, name in enumerate(found.headers)
        ]
        rows = [
            Row(
                place + 1,
                {str(n): Cell(" ".join(cell[:200].split())) for n, cell in enumerate(cells)},
            )
            for place, cells in enumerate(found.preview)
        ]
        self.preview_source = ListSource(columns or [Column("0", " ", sortable=False)], rows)
        self.preview.set_source(self.preview_source)
        self.preview.load()
        self._rows_note.setText(_preview_sentences(found))


def _preview_sentences(found: Inspection) -> str:
    """How much of the file is in sight, and where the rest is told."""
    columns = say("%Ln column{|s}", len(found.headers))
    if found.preview:
        rows = say("{First row|First %Ln rows}", len(found.preview))
        told = [filled(say("%1 of %2"), rows, columns)]
    else:
        told = [filled(say("%1, and no row below"), columns)]
    if len(found.headers) > _COLUMNS_IN_SIGHT:
        told.append(say("The next step lists every column"))
    if found.rejected:
        bad = say("%Ln line{|s} among the first thousand cannot be read as a row", found.rejected)
        told.append(filled(say("%1; the check says why"), bad))
    return ". ".join(told) + ("." if len(told) > 1 else "")
