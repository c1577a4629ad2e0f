"""A backup beside now, or beside another backup: what came, what went, what changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from crmdesk.core.backup.cancel import cancelled_error
from crmdesk.core.compare.model import Change, Comparison, DifferenceFilter, Side
from crmdesk.core.errors import Cancelled, UserError
from crmdesk.core.jobs.job import Job
from crmdesk.ui import words
from crmdesk.ui.backup.compare_choices import (
    ANOTHER_FILE,
    ask_for_file,
    offer_file,
    offer_others,
    offer_properties,
)
from crmdesk.ui.backup.compare_definitions import DefinitionDeeds, recreatable
from crmdesk.ui.backup.compare_frame import CompareFrame
from crmdesk.ui.backup.compare_note import unverified_text, unverified_title
from crmdesk.ui.backup.compare_panel import fill_panel
from crmdesk.ui.backup.compare_rows import (
    RecordDifferences,
    definition_actions,
    definition_row,
)
from crmdesk.ui.backup.words import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.long_read import LongRead, Stopped
from crmdesk.ui.tables.cells import Row, RowAction
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.banner import BannerTone
from crmdesk.ui.widgets.empty_state import EmptyState

_CHANGES = {"changed": Change.CHANGED, "added": Change.ADDED, "removed": Change.REMOVED}


class CompareDialog(CompareFrame):
    """Differences to be looked at and saved; lost definitions can be made again.

    Args:
        reference: id of a backup in the vault, or path of a file.
        title: what the backup is called.
        over: the page it opens over.
    """

    def __init__(self, desk: Desk, reference: str, title: str, over: QWidget) -> None:
        super().__init__(desk, title, over)
        self._reference = reference
        self._other = ""
        self._found: Comparison | None = None
        self._source: RecordDifferences | None = None
        self._reading = LongRead(desk, self)
        self._saving = LongRead(desk, self)
        self.deeds = DefinitionDeeds(desk, reference, self)
        offer_others(self.others, desk, reference)
        self._connect()
        self._compare()

    @property
    def found(self) -> Comparison | None:
        """The comparison, once it is made."""
        return self._found

    def _connect(self) -> None:
        self.others.activated.connect(self._choose_other)
        self.objects.activated.connect(self._choose_object)
        self.properties.activated.connect(self._load)
        self.kinds.changed.connect(self._choose_object)
        self.table.opened.connect(self.show_record)
        self.table.counted.connect(self._say_count)
        self.definitions.action_chosen.connect(self._act)
        self.put_back_button.clicked.connect(self._put_all_back)
        self.deeds.made.connect(self._compare)
        self.deeds.failed.connect(self._show_failure)
        self.panel.closed.connect(self._close_panel)
        self.panel.stepped.connect(self._step)
        self.banner.acted.connect(self._compare)
        self.save_button.clicked.connect(self.ask_where)
        self.close_button.clicked.connect(self._leave)
        self._desk.jobs.ended.connect(self._look_again)

    # -- comparing ---------------------------------------------------------------------------
    @Slot()
    def _choose_other(self) -> None:
        if self.others.currentData() == ANOTHER_FILE:
            self.others.setCurrentIndex(self.others.findData(self._other))
            ask_for_file(self, self.compare_with_file)
        else:
            self._compare()

    def compare_with_file(self, path: Path) -> None:
        """Compare with a file from anywhere."""
        offer_file(self.others, path)
        self._compare()

    @Slot()
    def _compare(self) -> None:
        desk, reference, other = self._desk, self._reference, str(self.others.currentData())
        self._other = other
        self._forget()
        self.banner.hide()
        self.note.hide()
        self.busy.setRange(0, 0)
        self.busy.show()
        self.footer.set_words(say("Comparing every record"), "")
        self._allow(False)

        def compare(stopped: Stopped) -> Comparison:
            comparisons = desk.workspace.comparisons
            found = comparisons.compare(desk.actor, reference, other, cancelled=stopped)
            if stopped():
                # Nobody looks at it: its file goes.
                comparisons.leave(found.id)
                raise cancelled_error()
            return found

        self._reading.run(compare, self._show, self._show_failure)

    def _allow(self, allowed: bool) -> None:
        for each in (self.objects, self.properties, self.kinds, self.save_button):
            each.setEnabled(allowed)

    def _show(self, found: Comparison) -> None:
        self._found = found
        self.busy.hide()
        self._allow(True)
        then, now = self._called(found.earlier), self._called(found.later)
        text = say("From %1 to %2").replace("%1", then).replace("%2", now)
        self.header.set_title(say("Compare"), text)
        self._say_unverified(found)
        self._offer_objects(found)
        self._source = RecordDifferences(self._desk, found)
        self.table.set_source(self._source)
        self._show_definitions(found)
        self._choose_object()
        self.table.view.setFocus()

    @Slot(object)
    def _look_again(self, _job: Job) -> None:
        """Who was deleted for good meanwhile is not shown any more."""
        found, desk = self._found, self._desk
        if found is None:
            return

        def read() -> Comparison:
            return desk.workspace.comparisons.current(desk.actor, found.id)

        # One that was closed meanwhile has nothing to show.
        desk.run_query(self, "again", read, self._show_rest, lambda _error: None)

    def _show_rest(self, found: Comparison) -> None:
        if self._found is None or found.id != self._found.id or found == self._found:
            return
        self._found = found
        chosen = self.objects.currentData()
        self._offer_objects(found)
        self.objects.setCurrentIndex(max(0, self.objects.findData(chosen)))
        self._choose_object()

    def _called(self, side: Side) -> str:
        """A state of this workspace goes by its time; a file from elsewhere has a name only."""
        if not side.verified:
            return side.name
        return self._desk.exact(side.at) if side.reference else say("now")

    def _say_unverified(self, found: Comparison) -> None:
        if not found.verified:
            title, text = unverified_title(found), unverified_text(found)
            self.note.set_state(BannerTone.WARN, title, text, icon="shield-alert")
            self.note.show()
            announce(self, title)

    def _offer_objects(self, found: Comparison) -> None:
        self.objects.clear()
        self.objects.addItem(say("All objects"), "")
        for each in found.objects:
            if each.differs:
                count = words.number(each.added + each.removed + each.changed)
                self.objects.addItem(f"{each.label} ({count})", each.name)

    @Slot()
    def _choose_object(self) -> None:
        found = self._found
        known = None if found is None else found.object(str(self.objects.currentData()))
        offer_properties(
            self.properties, found, known, of_records=self.kinds.current in ("all", "changed")
        )
        self._load()

    def wanted(self) -> DifferenceFilter:
        """What the choices say."""
        # Where no object is chosen, a property is told with its object.
        of, _, name = str(self.properties.currentData() or "").rpartition(".")
        chosen = str(self.objects.currentData() or "")
        return DifferenceFilter(chosen or of, _CHANGES.get(self.kinds.current), name)

    @Slot()
    def _load(self) -> None:
        found = self._found
        if found is None:
            return
        definitions = self.kinds.current == "definitions"
        self._close_panel()
        self.table.setVisible(not definitions)
        self.definitions.setVisible(definitions)
        for each in (self.objects, self.properties, self.save_button):
            each.setVisible(not definitions)
        self.put_back_button.setVisible(definitions and len(recreatable(found)) > 1)
        if definitions:
            self.definitions.refresh()
            self._say_count(len(found.definitions))
            return
        text = say("Every compared record is as it was.")
        if any(each.differs for each in found.objects):
            text = say("Nothing differs in what is chosen.")
        self.table.show_empty(EmptyState("circle-check", say("No difference"), text))
        self.table.load(self.wanted())

    @Slot(object)
    def _say_count(self, count: int) -> None:
        found = self._found
        if found is None:
            return
        if self.kinds.current == "definitions":
            text = say("%Ln definition{|s} differ{s|}", count)
            self.footer.set_words(text, "")
            announce(self, text)
            return
        text = say("%Ln record{|s} differ{s|}", count)
        numbers = say("%1 added, %2 removed, %3 changed, %4 unchanged")
        for mark, key in (
            ("%1", "added"),
            ("%2", "removed"),
            ("%3", "changed"),
            ("%4", "unchanged"),
        ):
            total = sum(getattr(each, key) for each in found.objects)
            numbers = numbers.replace(mark, words.number(total))
        self.footer.set_words(text, numbers)
        announce(self, text)

    # -- definitions -------------------------------------------------------------------------
    def _show_definitions(self, found: Comparison) -> None:
        labels = {each.name: each.label for each in found.objects}
        self.definition_source.replace(
            definition_row(number, each, labels.get(each.object, each.object))
            for number, each in enumerate(found.definitions)
        )
        self.definitions.refresh()
        self.definitions.show_empty(
            EmptyState("circle-check", say("No difference"), say("The definitions are the same."))
            if found.tells_definitions
            else EmptyState(
                "circle-help", say("Not told"), say("This file says nothing of definitions.")
            )
        )
        count = len(found.definitions)
        text = say("Definitions")
        self.kinds.set_text("definitions", f"{text} ({words.number(count)})" if count else text)

    def definition_actions(self, row: Row) -> Sequence[RowAction]:
        """Only what is lost here can be made again."""
        found = self._found
        # Rows of the last comparison may be painted once more before the new ones are there.
        if found is None or row.id >= len(found.definitions):
            return ()
        return definition_actions(found.definitions[row.id])

    @Slot(str, object)
    def _act(self, key: str, number: int) -> None:
        found = self._found
        if found is not None and key == "recreate":
            self.deeds.ask([found.definitions[number]])

    @Slot()
    def _put_all_back(self) -> None:
        self.deeds.ask(recreatable(self._found))

    # -- one record --------------------------------------------------------------------------
    @Slot(object)
    def show_record(self, number: int) -> None:
        """Open a record's differences beside the table."""
        found, source = self._found, self._source
        if found is None or source is None:
            return
        desk = self._desk
        records = desk.workspace.comparisons.records(desk.actor, found.id, [number])
        if not records:
            return
        fill_panel(self.panel, self.values, records[0], source)
        ids = self.table.ids
        place = ids.index(number) if number in ids else -1
        self.panel.set_steps(place > 0, 0 <= place < len(ids) - 1)
        self.table.view.go_to(number)
        self.table.view.show_open(number)
        self.panel.show()

    @Slot(int)
    def _step(self, by: int) -> None:
        number = self.table.view.step(by) if self.panel.isVisible() else None
        if number is not None:
            self.show_record(number)

    @Slot()
    def _close_panel(self) -> None:
        if self.panel.isVisible():
            self.panel.hide()
            self.table.view.setFocus()
        self.table.view.show_open(None)

    # -- saving ------------------------------------------------------------------------------
    @Slot()
    def ask_where(self) -> QFileDialog:
        """Ask for the place of the CSV with the system's own dialog."""
        dialog = QFileDialog(self, say("Save the difference"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([say("CSV files (*.csv)")])
        dialog.setDefaultSuffix("csv")
        dialog.selectFile("difference.csv")
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        dialog.open()
        return dialog

    def save(self, target: Path) -> None:
        """Save what the choices show, one line a value."""
        found, desk, wanted = self._found, self._desk, self.wanted()
        if found is None:
            return

        def write(stopped: Stopped) -> int:
            return desk.workspace.comparisons.export(
                desk.actor, found.id, target, wanted, cancelled=stopped
            )

        def saved(rows: int) -> None:
            desk.toast(say("Difference saved"), say("%Ln row{|s}", rows))

        self._saving.run(write, saved, self._show_failure)

    # -- ending ------------------------------------------------------------------------------
    def _show_failure(self, error: Exception) -> None:
        if isinstance(error, Cancelled):
            return
        self.busy.hide()
        if isinstance(error, UserError):
            title, text = error.message, error.hint
        else:
            title, text = say("The two could not be compared"), str(error)
        self.banner.set_state(BannerTone.DANGER, title, text, say("Try again"))
        self.banner.show()
        announce(self, title, urgent=True)

    def _forget(self) -> None:
        if self._found is not None:
            self._desk.workspace.comparisons.leave(self._found.id)
        self._found = None

    @Slot()
    def _leave(self) -> None:
        self.done(QDialog.DialogCode.Rejected)

    def reject(self) -> None:
        """Esc closes the panel first, then the dialog."""
        if self.panel.isVisible():
            self._close_panel()
        else:
            super().reject()

    def done(self, result: int) -> None:
        """Stop comparing and give the room on the disk back."""
        self._reading.stop()
        self._saving.stop()
        self._forget()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        # Closing asks as Esc does, which would only close the panel.
        self.panel.hide()
        super().closeEvent(event)
