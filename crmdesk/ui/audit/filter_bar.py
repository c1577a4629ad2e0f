"""Above the log: a search in words and chips, two ways to say one filter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from crmdesk.core.audit.figures import Facets
from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.language import SearchParse, parse_search
from crmdesk.core.audit.language_render import Completion, complete, render_search
from crmdesk.core.audit.view_model import AuditViewDefinition
from crmdesk.core.audit.vocabulary import Vocabulary
from crmdesk.ui.audit.chip_row import ChipRow, LogChip
from crmdesk.ui.audit.facet_chip import FacetChip
from crmdesk.ui.audit.people_chip import PeopleChip
from crmdesk.ui.audit.period_chip import PeriodChip
from crmdesk.ui.audit.period_words import plain
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.search_box import SearchBox
from crmdesk.ui.audit.search_words import problem_words
from crmdesk.ui.desk import Desk
from crmdesk.ui.tables.column_chooser import ColumnChooser
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.buttons import IconButton
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link

_PAUSE_MS, _SEARCH_WIDTH, _SEARCH_LEAST, _GAP, _CHIP = 250, 320, 140, 8, 28
_NO_TIME = {"since": None, "until": None, "last_days": None}


class AuditFilterBar(QWidget):
    """Holds what the log is narrowed to; the search follows the chips and the chips the search.

    Times that a chip or a view asks for stand in the chip alone; those that were typed stand in
    both, until the chip is used.

    Signals:
        changed: something else is wanted.
        down_pressed: go on into the table.
    """

    changed = Signal()
    down_pressed = Signal()

    def __init__(self, desk: Desk, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._desk, self._vocabulary = desk, vocabulary
        self._wanted = AuditViewDefinition()
        self._time_typed = False
        self.search = SearchBox(self._completions)
        self.search.setObjectName("audit_search")
        self.period = PeriodChip(desk, self)
        self.category = FacetChip(say("Category"), self)
        self.subcategory = FacetChip(say("Subcategory"), self)
        self.action = FacetChip(say("Action"), self)
        self.people = PeopleChip(self)
        self.columns = IconButton("columns-3", say("Choose columns"))
        self.columns.setObjectName("choose_columns")
        self.clear_link = Link(say("Clear"))
        self.clear_link.setObjectName("audit_clear")
        self.clear_link.setAccessibleName(say("Clear filters"))
        self.clear_link.setFixedHeight(px(_CHIP))
        self.row = ChipRow(self.chips, self.clear_link)
        self.error = label("", TextStyle.CAPTION, "danger")
        self.error.setWordWrap(True)
        self.error.hide()
        self.notice = label("", TextStyle.CAPTION, "warn")
        self.notice.setWordWrap(True)
        self.notice.hide()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._lay_out()
        self._connect()
        self.set_vocabulary(vocabulary)

    def _lay_out(self) -> None:
        self._grid = grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(_GAP)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        self._arrange(two_lines=False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(grid)
        column.addWidget(self.error)
        column.addWidget(self.notice)

    def _connect(self) -> None:
        self.search.typed.connect(lambda _text: self._pause.start())
        self.search.returnPressed.connect(self._read)
        self.search.cleared.connect(self._read)
        self.search.down_pressed.connect(self.down_pressed)
        self._pause.timeout.connect(self._read)
        self.period.changed.connect(self._take_period)
        self.people.changed.connect(self._take_people)
        self.clear_link.clicked.connect(self.clear)
        for chip, name in self._facets():
            chip.changed.connect(lambda values, name=name: self._take_values(name, values))
            chip.off.connect(lambda name=name: self._take_values(name, (), all_of_it=True))

    @property
    def chips(self) -> tuple[LogChip, ...]:
        """The chips in their order."""
        return (self.period, self.category, self.subcategory, self.action, self.people)

    def _facets(self) -> tuple[tuple[FacetChip, str], ...]:
        return (
            (self.category, "categories"),
            (self.subcategory, "subcategories"),
            (self.action, "actions"),
        )

    @property
    def wanted(self) -> AuditViewDefinition:
        """What the log is narrowed to; while a search cannot be read, what it was before."""
        return self._wanted

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of the log as they were read last."""
        return self._vocabulary

    @property
    def narrows(self) -> bool:
        """Whether there is a filter to clear."""
        return self._wanted != AuditViewDefinition() or bool(self.search.text().strip())

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        """Know the words, people and teams of now."""
        self._vocabulary = vocabulary
        withheld = [(word.code, word.label) for word in vocabulary.withheld if not word.categories]
        self.category.offer([(word.code, word.label) for word in vocabulary.categories], withheld)
        self.action.offer([(word.code, word.label) for word in vocabulary.actions])
        self.people.offer_people(vocabulary)
        self._show_chips()
        if self.error.text():
            # What was unknown may be known by now.
            self._read()

    def show_wanted(self, wanted: AuditViewDefinition) -> None:
        """Ask for exactly this, e.g. for what a view keeps; no signal."""
        self._wanted, self._time_typed = plain(wanted), False
        self._pause.stop()
        timeless = replace(wanted.filters, people_only=False, **_NO_TIME)  # type: ignore[arg-type]
        self.search.show_text(render_search(timeless, self._vocabulary, self._desk.zone))
        self._say_error("")
        self._show_chips()

    def choose_columns_of(self, table: DataTable) -> None:
        """Let the button at the end choose the columns of a table."""
        self.columns.clicked.connect(lambda: self._open_columns(table))

    def _open_columns(self, table: DataTable) -> None:
        chooser = ColumnChooser(table, self.window())
        chooser.closed.connect(chooser.deleteLater)
        chooser.open_under(self.columns)

    def set_notice(self, text: str) -> None:
        """Say below the chips what of a view does not hold any more; empty says nothing."""
        self.notice.setText(text)
        self.notice.setVisible(bool(text))

    def ask(self, wanted: AuditViewDefinition) -> None:
        """Ask for exactly this, and tell of it."""
        self.show_wanted(wanted)
        self.changed.emit()

    @Slot()
    def clear(self) -> None:
        """Ask for every entry of any time."""
        self.ask(AuditViewDefinition(AuditFilters(people_only=self._wanted.filters.people_only)))

    def show_facets(self, facets: Facets) -> None:
        """Say beside each choice how many entries it would show."""
        self.category.show_counts(dict(facets.categories))
        self.subcategory.show_counts(dict(facets.subcategories))
        self.action.show_counts(dict(facets.actions))
        self.people.show_user_counts(facets.users)

    # Typing

    def _completions(self, text: str, cursor: int) -> list[Completion]:
        return complete(text, cursor, self._vocabulary)

    @Slot()
    def _read(self) -> None:
        self._pause.stop()
        text = self.search.text()
        found = parse_search(text, self._vocabulary, datetime.now(UTC), self._desk.zone)
        if found.problems:
            self._say_error(problem_words(found.problems[0]))
            return
        self._say_error("")
        wanted = self._meant(found)
        if wanted != self._wanted:
            self._wanted = wanted
            self._show_chips()
            self.changed.emit()

    def _meant(self, found: SearchParse) -> AuditViewDefinition:
        """What was typed, with the time of the chip unless a time was typed."""
        filters, before = found.filters, self._wanted
        people_only = filters.people_only or before.filters.people_only
        typed = any(getattr(filters, name) is not None for name in _NO_TIME)
        was_typed, self._time_typed = self._time_typed, typed
        if typed or was_typed:
            return plain(AuditViewDefinition(replace(filters, people_only=people_only)))
        kept = {name: getattr(before.filters, name) for name in _NO_TIME}
        timed = replace(filters, people_only=people_only, **kept)
        return AuditViewDefinition(timed, before.period)

    def _say_error(self, text: str) -> None:
        """What is wrong stands below; what was found last stays."""
        self.search.set_error(text)
        if text == self.error.text():
            return
        self.error.setText(text)
        self.error.setVisible(bool(text))
        if text:
            announce(self.error, text)

    # Chips

    def _take_period(self, wanted: AuditViewDefinition) -> None:
        self._ask_filters(wanted.filters, wanted.period)

    def _take_people(self, filters: AuditFilters) -> None:
        self._ask_filters(filters, self._wanted.period)

    def _take_values(self, name: str, values: tuple[str, ...], *, all_of_it: bool = False) -> None:
        filters = replace(self._wanted.filters, **{name: tuple(values)})
        if all_of_it:
            filters = replace(filters, without=replace(filters.without, **{name: ()}))
        if name == "categories":
            known = {code for code, _label in self._subcategories(filters)}
            kept = tuple(code for code in filters.subcategories if code in known)
            filters = replace(filters, subcategories=kept)
        self._ask_filters(filters, self._wanted.period)

    def _ask_filters(self, filters: AuditFilters, period: str) -> None:
        wanted = AuditViewDefinition(filters, period)
        if wanted != self._wanted:
            self.ask(wanted)

    def _subcategories(self, filters: AuditFilters) -> list[tuple[str, str]]:
        """What the chosen categories have; nothing where none is chosen."""
        chosen = set(filters.categories)
        words = self._vocabulary.subcategories
        return [(word.code, word.label) for word in words if chosen & set(word.categories)]

    def _show_chips(self) -> None:
        filters = self._wanted.filters
        self.period.show_wanted(self._wanted)
        self.subcategory.offer(self._subcategories(filters))
        usable = bool(filters.categories or filters.subcategories)
        self.subcategory.set_unusable("" if usable else say("Choose a category first"))
        for chip, name in self._facets():
            chip.show_values(getattr(filters, name), getattr(filters.without, name))
        self.people.show_filters(filters)
        untimed = replace(filters, people_only=False, since=None, until=None)
        self.row.set_clearable(untimed != AuditFilters())
        self._give_room()

    def _arrange(self, *, two_lines: bool) -> None:
        parts: dict[QWidget, tuple[int, int, int, int]] = {
            self.search: (0, 0, 1, 1),
            self.row: (0, 1, 1, 1),
            self.columns: (0, 2, 1, 1),
        }
        if two_lines:
            first, last = (0, 0, 1, 2), (1, 0, 1, 3)
            parts = {self.search: first, self.columns: parts[self.columns], self.row: last}
        # Tab walks in the order in which they are added.
        for part, place in parts.items():
            self._grid.removeWidget(part)
            self._grid.addWidget(part, *place)
        self._two_lines = two_lines

    def _give_room(self) -> None:
        """The chips have what they need before the search is more than its least.

        Where one that narrows the log had no room even so, the search has a line of its own.
        """
        room = self.width() - self.columns.sizeHint().width() - 2 * _GAP
        two_lines = self.row.hides_one_set(room - px(_SEARCH_LEAST))
        if two_lines != self._two_lines:
            self._arrange(two_lines=two_lines)
        search = min(max(px(_SEARCH_LEAST), room - self.row.wanted_width), px(_SEARCH_WIDTH))
        self.search.setFixedWidth(room + _GAP if two_lines else search)
        self.row.fit()

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_room()
