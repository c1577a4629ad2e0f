"""The import assistant: file, columns, check, import."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.transfer.model import FileOptions, Inspection, ObjectKnownBy, Preflight
from crmdesk.core.transfer.shared_keys import SharedColumn
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message
from crmdesk.ui.transfer.bundle import Bundle
from crmdesk.ui.transfer.check_step import CheckStep
from crmdesk.ui.transfer.columns_step import ColumnsStep
from crmdesk.ui.transfer.draft import Draft
from crmdesk.ui.transfer.file_step import FileStep
from crmdesk.ui.transfer.going import Going
from crmdesk.ui.transfer.looking import Looking, OfTable
from crmdesk.ui.transfer.reasons import (
    start_words,
    undecided,
    why_no_columns,
    why_no_import,
)
from crmdesk.ui.transfer.run_step import RunStep
from crmdesk.ui.transfer.table_switch import TableSwitch
from crmdesk.ui.transfer.wording import say
from crmdesk.ui.widgets.banner import BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.progress import ProgressBar
from crmdesk.ui.widgets.wizard_frame import WizardFrame

FILE, COLUMNS, CHECK, RUN = range(4)


class ImportAssistant(WizardFrame):
    """Four steps over one :class:`Bundle` of tables; nothing is written before the last.

    Signals:
        left: the x was pressed, or a way out of the summary taken.
        started: the id of an import that was queued.
        detail_asked: the id of the import whose changes are wanted.
        undo_asked: the id of the import to take back.
    """

    left = Signal()
    started = Signal(str)
    detail_asked = Signal(str)
    undo_asked = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        steps = (say("File"), say("Columns"), say("Check"), say("Import"))
        super().__init__(steps, say("Close the import"), say("Back"), parent)
        self._desk = desk
        self._objects = desk.workspace.definitions.objects(desk.actor)
        self._object_name: str | None = None
        self._from_page = ""
        self.bundle = Bundle()
        self.results: dict[int, Preflight] = {}
        self.step = FILE
        self._anew = self._quiet = self._focus_next = False
        self.busy = ProgressBar(say("Reading the file"), 2)
        self.busy.setRange(0, 0)
        self.switch = TableSwitch(self._objects)
        self.file = FileStep(desk.queries, self._objects)
        self.columns = ColumnsStep(desk)
        self.check = CheckStep(desk)
        self.run = RunStep(desk)
        self.looking = Looking(desk, self)
        self.going = Going(desk, self.run, self)
        self.other = Button(say("Import another table"))
        self.primary = Button("", ButtonKind.PRIMARY)
        self.primary.setObjectName("import_primary")
        self._lay_out()
        self._connect()
        self._show_step()

    def _lay_out(self) -> None:
        self.add_line(self.switch)
        self.add_line(self.busy)
        self.add_steps(self.file, self.columns, self.check, self.run)
        self.add_ways_on(self.other, self.primary)
        self.banner.setObjectName("import_error")
        self.busy.hide()

    def _connect(self) -> None:
        self.close_button.clicked.connect(self.left)
        self.stepper.step_chosen.connect(self.go_to)
        self.back.clicked.connect(lambda: self.go_to(self.step - 1))
        self.other.clicked.connect(self._another_table)
        self.primary.clicked.connect(self.go_on)
        self.switch.picked.connect(self.show_table)
        self.file.file_chosen.connect(self.open_file)
        self.file.file_added.connect(self.add_file)
        self.file.options_changed.connect(self._look_again)
        self.file.object_picked.connect(self._forget_page)
        self.file.tables.shown.connect(self.show_table)
        self.file.tables.ticked.connect(self._tick)
        self.file.tables.all_asked.connect(self._tick_all)
        self.columns.changed.connect(self._take)
        self.columns.shared_asked.connect(self._share)
        self.check.changed.connect(self._take)
        self.check.columns_asked.connect(lambda: self.go_to(COLUMNS))
        self.run.detail_asked.connect(lambda: self.detail_asked.emit(self.import_id))
        self.run.undo_asked.connect(lambda: self.undo_asked.emit(self.import_id))
        self.looking.found.connect(self._show_file)
        self.looking.refused.connect(self._refuse_file)
        self.looking.tried.connect(self._show_results)
        self.looking.untried.connect(self._show_untried)
        self.going.begun.connect(self._begin)
        self.going.refused.connect(self._refuse_start)
        self.going.ended.connect(self._show_step)

    @property
    def draft(self) -> Draft | None:
        """What was chosen for the table in sight."""
        return self.bundle.draft

    @property
    def import_id(self) -> str:
        """The import whose summary is in sight."""
        return self.going.import_id

    # The files

    def start(self, object_name: str | None = None) -> None:
        """Begin anew, for an object if one is given."""
        self._object_name = object_name
        self._from_page = ""
        self.bundle = Bundle()
        self.file.show_inspection(None)
        self._say(None)
        self.go_to(FILE)

    @Slot(str)
    def open_file(self, path: str) -> None:
        """Look into a file, which takes the place of all there are."""
        self._anew = self._focus_next = True
        self._from_page = path if self._object_name else ""
        self._look(path, FileOptions(object_name=self._object_name))

    @Slot(str)
    def add_file(self, path: str) -> None:
        """Look into one more file; its tables are imported with the others."""
        self._focus_next = True
        self._look(path, FileOptions())

    @Slot(str)
    def _forget_page(self, _name: str) -> None:
        self._from_page = ""

    @Slot(object)
    def _look_again(self, options: FileOptions) -> None:
        if self.draft is not None:
            self._look(self.draft.inspection.path, options)

    def _look(self, path: str, options: FileOptions, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self.looking.look(path, options)
        self.busy.show()
        self._show_step()

    def _look_on(self) -> bool:
        """Look into the table in sight, else into the next that is taken; whether there is one."""
        bundle = self.bundle
        waiting = bundle.unread
        if waiting >= 0:
            entry = bundle.entries[waiting]
            options = FileOptions(table=entry.table or None)
            self._look(entry.path, options, quiet=waiting != bundle.current)
        return waiting >= 0

    @Slot(object)
    def _show_file(self, found: Inspection) -> None:
        known = {each.name: each for each in self._objects}
        before = Bundle() if self._anew else self.bundle
        bundle = before.with_file(found, Draft.of(found, known.get(found.object_name or "")))
        # A table that is read beside the one in sight does not take its place.
        self.bundle = bundle.at(before.current) if self._quiet else bundle
        self._anew = False
        self._desk.ways.draft("transfer", True)
        if not self._look_on():
            self._settle_file()

    def _settle_file(self) -> None:
        self.busy.hide()
        self._say(None)
        self._show_tables()
        self._show_step()
        if self._focus_next:
            self._focus_next = False
            self.primary.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_tables(self) -> None:
        draft = self.draft
        self.file.show_bundle(self.bundle)
        if draft is not None:
            found = draft.inspection
            chosen = found.known_by is ObjectKnownBy.CHOSEN
            self.file.show_inspection(found, from_page=chosen and found.path == self._from_page)

    @Slot(object)
    def _refuse_file(self, error: Exception) -> None:
        self._anew = False
        self.busy.hide()
        self._say(error)
        # The controls go back to what still holds.
        self.bundle = self.bundle.without_unread()
        self._show_tables()
        self._show_step()

    @Slot(int, bool)
    def _tick(self, place: int, taken: bool) -> None:
        self.bundle = self.bundle.with_taken(place, taken).at(place)
        self._go_on_looking()

    @Slot()
    def _tick_all(self) -> None:
        self.bundle = self.bundle.with_all()
        self._go_on_looking()

    def _go_on_looking(self) -> None:
        if not self._look_on():
            self._show_tables()
            self._show_step()

    @Slot(int)
    def show_table(self, place: int) -> None:
        """Bring another table in sight, in whatever step."""
        if self.step == RUN:
            self.going.show(place)
        else:
            self.bundle = self.bundle.at(place)
        if self.step == FILE:
            self._go_on_looking()
            return
        self._fill_step()
        self._show_step()

    # The steps

    def why_not(self) -> str:
        """Why the way on is closed; empty when it is open."""
        if self.step == RUN:
            return ""
        if self.looking.busy:
            return say("Reading the file")
        reason = why_no_columns(self.bundle, mapped=self.step >= COLUMNS)
        if reason or self.step != CHECK:
            return reason
        if self._desk.jobs.open_jobs and self.import_id and not self.run.ended:
            return say("An import is running")
        return why_no_import(self.bundle, self.results, checking=self.check.checking)

    @Slot(int)
    def go_to(self, step: int) -> None:
        """Show a step."""
        self.step = step
        if step in (COLUMNS, CHECK):
            self.bundle = self.bundle.at_taken()
        if step == CHECK and undecided(self.bundle) >= 0:
            self.bundle = self.bundle.at(undecided(self.bundle))
        if step == CHECK:
            self._preflight()
        self._fill_step()
        self._show_step()

    def _fill_step(self) -> None:
        """Show the table in sight in the step in sight."""
        draft = self.draft
        if draft is None:
            return
        if self.step == FILE:
            self._show_tables()
        elif self.step == COLUMNS:
            self.columns.show_bundle(self.bundle)
        elif self.step == CHECK:
            self.check.show_draft(draft)
            self.check.show_result(self.results.get(self.bundle.current))

    @Slot()
    def go_on(self) -> None:
        """What the primary button does."""
        if self.why_not():
            return
        if self.step == RUN:
            self.left.emit()
        elif self.step == CHECK:
            self.primary.set_busy(say("Starting..."))
            self.going.start(self.bundle.requests())
        else:
            self.go_to(self.step + 1)

    def _show_step(self) -> None:
        step, reason, ended = self.step, self.why_not(), self.run.ended
        self.show_page(step, finished=step == RUN and ended)
        self.back.setVisible(COLUMNS <= step <= CHECK)
        left_out = len(self.bundle.taken) < len(self.bundle.entries)
        self.other.setVisible(step == RUN and ended and left_out)
        self._show_switch()
        self.primary.setText(self._primary_text())
        self.primary.setVisible(bool(self.bundle.entries) or step == RUN)
        self.primary.set_reason(reason)
        self.reason.setText(reason if self.bundle.entries else "")
        self.reason.setVisible(bool(self.reason.text()))
        self._offer_focus()

    def _show_switch(self) -> None:
        places = [*self.going.ids] if self.step == RUN else [*self.bundle.requests()]
        shown = self.step != FILE and len(places) > 1 and (self.step != RUN or self.run.ended)
        self.switch.setVisible(shown)
        if shown:
            current = self.going.in_sight if self.step == RUN else self.bundle.current
            self.switch.show_tables(self.bundle, places, current)

    def _offer_focus(self) -> None:
        """Enter goes on, unless the focus lies on a control of the step."""
        held = self.window().focusWidget()
        inside = self.isAncestorOf(held)
        at_work = inside and held.isVisible() and held.isEnabled()
        # A page holds the focus itself while what had it is disabled or gone.
        lost = inside or held is None or held.isAncestorOf(self)
        if lost and not at_work and self.isVisible() and self.primary.isEnabled():
            self.primary.setFocus(Qt.FocusReason.OtherFocusReason)

    def _primary_text(self) -> str:
        if self.step < CHECK:
            return say("Continue")
        return say("Back to the list") if self.step == RUN else start_words(self.results.values())

    @Slot(object)
    def _take(self, draft: Draft) -> None:
        self.bundle = self.bundle.with_draft(draft)
        if self.step == CHECK:
            self._preflight()
        self._fill_step()
        self._show_step()

    @Slot(object)
    def _share(self, shared: SharedColumn) -> None:
        self.bundle = self.bundle.linked([shared])
        self._fill_step()
        self._show_step()

    def _preflight(self) -> None:
        self.results = {}
        requests = self.bundle.requests()
        ready = bool(requests) and undecided(self.bundle) < 0
        self.check.set_busy(ready)
        if ready:
            self.looking.try_tables(requests)

    @Slot(object)
    def _show_results(self, found: dict[int, Preflight]) -> None:
        self.results = found
        self.check.set_busy(False)
        self.check.show_result(found.get(self.bundle.current))
        self._show_step()

    @Slot(object)
    def _show_untried(self, error: Exception) -> None:
        if isinstance(error, OfTable):
            self.bundle = self.bundle.at(error.place)
            self._fill_step()
            error = error.error
        self.check.show_error(error)
        self._show_step()

    # The import

    @Slot()
    def _begin(self) -> None:
        self.primary.set_idle()
        self._say(None)
        self._desk.ways.draft("transfer", False)
        self.go_to(RUN)
        for import_id in self.going.ids.values():
            self.started.emit(import_id)

    @Slot(object)
    def _refuse_start(self, error: Exception) -> None:
        self.primary.set_idle()
        self._say(error)

    def _another_table(self) -> None:
        """Go back to the tables that were not imported."""
        self.bundle = self.bundle.without_taken()
        self.go_to(FILE)
        self._go_on_looking()

    def _say(self, error: Exception | None) -> None:
        if error is None:
            self.hide_banner()
            return
        said = message(error)
        self.show_banner(BannerTone.DANGER, said.title, said.advice)
