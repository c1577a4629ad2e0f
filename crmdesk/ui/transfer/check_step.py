"""Step 3: what may become of a row, and what the first thousand rows would do."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from crmdesk.core.records.dates import DateOrder
from crmdesk.core.transfer.date_preview import CHOICES
from crmdesk.core.transfer.model import ArchivedMatches, ImportMode, Preflight
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message
from crmdesk.ui.tables.cells import Align, Cell, Column, Row, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.transfer.choices import Choices
from crmdesk.ui.transfer.draft import Draft
from crmdesk.ui.transfer.wording import (
    dates_help,
    filled,
    mode_label,
    notice_words,
    order_words,
    problem_type,
    property_label,
    say,
)
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.empty_state import EmptyState
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.number_card import Number, NumberStrip
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.progress import ProgressBar
from crmdesk.ui.widgets.scrolling import scrolling
from crmdesk.ui.window_state import TableState

_OPTIONS_WIDTH = 320


class CheckStep(QWidget):
    """Options at the left; at the right what they lead to.

    Signals:
        changed: the ``Draft`` with other options.
        columns_asked: the columns shall be looked at again.
    """

    changed = Signal(object)
    columns_asked = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft: Draft | None = None
        self.result: Preflight | None = None
        self.checking = False
        self.modes = {mode: QRadioButton(mode_label(mode)) for mode in ImportMode}
        self.key, self.archived, self.dates = Choices(), Choices(), Choices()
        self.lifecycle = CheckRow(
            say("Let the lifecycle stage go back"),
            say("Unless this is ticked it never does: a record that is further keeps its stage."),
        )
        self.numbers = NumberStrip(_numbers(None))
        self.consequence = Paragraph("", TextStyle.BODY, "text")
        self.busy = ProgressBar(say("Checking the first rows"), 2)
        self.busy.setRange(0, 0)
        self.source = ListSource(
            (
                Column("type", say("Problem"), 190, sortable=False),
                Column("column", say("Column"), 140, rank=1, sortable=False),
                Column("rows", say("Rows"), 72, align=Align.END, sortable=False),
                Column("example", say("Example"), 220, stretch=True, rank=2, sortable=False),
            )
        )
        self.problems = DataTable(
            say("Problems"),
            self.source,
            desk.queries,
            start=TableState(height=RowHeight.ROOMY),
        )
        self.banners: list[Banner] = []
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        options = QWidget()
        column = QVBoxLayout(options)
        column.setContentsMargins(24, 20, 16, 16)
        column.setSpacing(8)
        column.addWidget(label(say("What may become of a row"), TextStyle.STRONG))
        self._group = QButtonGroup(self)
        for button in self.modes.values():
            self._group.addButton(button)
            column.addWidget(button)
        self._key_field = FormField(say("Find records by"), self.key)
        self._archived_field = FormField(say("Records in the recycle bin"), self.archived)
        self._dates_field = FormField(
            say("Order in dates"),
            self.dates,
            say("Dates such as 03/04/2026 can be read in two ways. The file does not say which."),
        )
        column.addSpacing(8)
        for field in (self._dates_field, self._key_field, self._archived_field):
            column.addWidget(field)
            column.addSpacing(8)
        column.addWidget(self.lifecycle)
        column.addStretch(1)
        left = scrolling(options)
        left.setFixedWidth(px(_OPTIONS_WIDTH))
        self._heading = label("", TextStyle.STRONG)
        self._told = (self._heading, self.numbers, self.consequence)
        self._slot = QVBoxLayout()
        self._slot.setSpacing(8)
        top = QVBoxLayout()
        top.setContentsMargins(24, 20, 24, 12)
        top.setSpacing(8)
        top.addWidget(self._heading)
        top.addLayout(self._slot)
        top.addWidget(self.numbers)
        top.addWidget(self.consequence)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.busy)
        right.addLayout(top)
        right.addWidget(self.problems, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(left)
        row.addLayout(right, 1)

    def _connect(self) -> None:
        for mode, button in self.modes.items():
            button.clicked.connect(lambda _=False, mode=mode: self._change(mode=mode))
        self.key.picked.connect(lambda name: self._change(key=name or None))
        self.archived.picked.connect(
            lambda name: self._change(archived_matches=ArchivedMatches(name))
        )
        QWidget.setTabOrder(self.modes[ImportMode.UPDATE], self.dates)
        QWidget.setTabOrder(self.dates, self.key)
        QWidget.setTabOrder(self.key, self.archived)
        self.dates.picked.connect(lambda name: self._change(date_order=DateOrder(name)))
        QWidget.setTabOrder(self.archived, self.lifecycle.box)
        self.lifecycle.toggled.connect(self._change_lifecycle)

    def _change_lifecycle(self, back: bool) -> None:
        # Showing another draft ticks the box too.
        if self._draft is not None and back is not self._draft.lifecycle_back:
            self._change(lifecycle_back=back)

    def _change(self, **changes: object) -> None:
        if self._draft is not None:
            self.changed.emit(replace(self._draft, **changes))  # type: ignore[arg-type]

    def show_draft(self, draft: Draft) -> None:
        """Show the options of an import."""
        if self._draft is None or self._draft.inspection is not draft.inspection:
            self._clear()
        self._draft = draft
        self.modes[draft.mode].setChecked(True)
        keys = [(key, property_label(draft.object_type, key)) for key in draft.keys]
        if keys and draft.default_key is None:
            # Whoever chose a name may take that back.
            keys.insert(0, ("", say("Nothing: every row is new")))
        self.key.offer(keys, draft.chosen_key or "")
        self._key_field.set_reason("" if keys else say("No column goes to what finds records"))
        self._key_field.set_help(self._key_help(draft))
        self.archived.offer(
            [
                (ArchivedMatches.SKIP, say("Leave them there; their rows fail")),
                (ArchivedMatches.RESTORE, say("Bring them back and update them")),
                (ArchivedMatches.CREATE, say("Make new records beside them")),
            ],
            draft.archived_matches,
        )
        self._dates_field.setVisible(draft.asks_date_order)
        self._dates_field.set_help(dates_help(draft))
        self.lifecycle.setVisible(draft.has_lifecycle)
        self.lifecycle.set_checked(draft.lifecycle_back)
        self.dates.offer(
            [(each.value, order_words(each)) for each in CHOICES],
            draft.date_order or "",
        )

    @staticmethod
    def _key_help(draft: Draft) -> str:
        if not draft.by_name:
            return ""
        return say("A name that several records have is refused, row by row; nothing is guessed.")

    def set_busy(self, busy: bool) -> None:
        """Show that the rows are being checked; what was there stays."""
        self.checking = busy
        self.busy.setVisible(busy)

    def show_result(self, found: Preflight | None) -> None:
        """Show what the import would do; what was there stays until that is known."""
        self.result = found
        if found is None:
            return
        for widget in self._told:
            widget.show()
        self._show_banners(self._notices(found))
        rows = say("%Ln row{|s}", found.rows)
        self._heading.setText(
            filled(say("All %1"), rows) if found.whole else filled(say("The first %1"), rows)
        )
        self.numbers.set_numbers(_numbers(found))
        self.consequence.set_text(self._consequence(found))
        self.source.replace(
            Row(
                number,
                {
                    "type": Cell(problem_type(group.type)),
                    "column": Cell(group.column or say("Whole row"), quiet=True),
                    "rows": Cell(words.number(group.count)),
                    "example": Cell(
                        group.examples[0].value
                        or say("Row %1").replace("%1", words.number(group.examples[0].row)),
                        group.examples[0].message,
                    ),
                },
            )
            for number, group in enumerate(found.problems, 1)
        )
        self.problems.show_empty(
            EmptyState("circle-check", say("No problem found"), self._no_problem(found))
        )
        self.problems.load()

    def _clear(self) -> None:
        """Nothing is known of this table yet; what was there is of another one."""
        self._show_banners([])
        for widget in self._told:
            widget.hide()
        self.source.replace(())
        self.problems.show_empty(
            EmptyState(
                "eye",
                say("Not checked yet"),
                say("Its first rows are checked once every question is answered."),
            )
        )
        self.problems.load()

    @Slot(object)
    def show_error(self, error: Exception) -> None:
        """Say why it cannot be checked."""
        self.set_busy(False)
        self.result = None
        said = message(error)
        self._show_banners([Banner(BannerTone.DANGER, said.title, said.advice)])

    def _show_banners(self, banners: list[Banner]) -> None:
        for old in self.banners:
            self._slot.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.banners = banners
        for banner in banners:
            self._slot.addWidget(banner)

    def _notices(self, found: Preflight) -> list[Banner]:
        draft = self._draft
        if draft is None or draft.object_type is None or not found.created:
            return []
        told = (notice_words(notice, draft, found) for notice in found.notices)
        banners = []
        for title, text, action in told:
            banner = Banner(BannerTone.WARN, title, text, action)
            banner.acted.connect(self.columns_asked)
            banners.append(banner)
        return banners

    @staticmethod
    def _no_problem(found: Preflight) -> str:
        if found.whole:
            return say("Every row can be imported.")
        return say("Every one of them can be imported. Later rows are checked when they are read.")

    def _consequence(self, found: Preflight) -> str:
        written = sum(counts.overwrite for counts in found.properties.values())
        filled_in = sum(counts.set for counts in found.properties.values())
        parts = []
        if found.associations:
            parts.append(say("%Ln association{|s} {is|are} made.", found.associations))
        if written or filled_in:
            parts.append(
                filled(
                    say("In records that exist, %1 and %2. Blank cells leave values alone."),
                    say("%Ln value{|s} {is|are} overwritten", written),
                    say("%Ln {is|are} filled in", filled_in),
                )
            )
        if found.archived_matches:
            parts.append(
                say(
                    "%Ln row{|s} {belongs|belong} to records in the recycle bin.",
                    found.archived_matches,
                )
            )
        notes = {
            "lifecycle_backwards": say(
                "%Ln lifecycle stage{|s} would go back and {is|are} left.",
                found.notes.get("lifecycle_backwards", 0),
            ),
        }
        parts += [notes[name] for name, count in found.notes.items() if name in notes and count]
        if found.failed:
            parts.append(say("Rows with a problem are not imported; they go to an error file."))
        return " ".join(parts)


def _numbers(found: Preflight | None) -> list[Number]:
    counts = (
        (0, 0, 0, 0)
        if found is None
        else (found.created, found.updated, found.unchanged, found.failed)
    )
    created, updated, unchanged, failed = (words.number(count) for count in counts)
    tone = "danger" if counts[3] else "text"
    return [
        Number(created, say("created")),
        Number(updated, say("updated")),
        Number(unchanged, say("unchanged")),
        Number(failed, say("failed"), tone=tone),
    ]
