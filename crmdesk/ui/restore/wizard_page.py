"""The wizard: a bar with the steps, the step in sight, and a foot with the way on."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.clock import from_text
from crmdesk.core.errors import UserError
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.restore.model import Restore, RestoreSource
from crmdesk.core.restore.wizard import Blocked, Step, can_go_back
from crmdesk.ui import words
from crmdesk.ui.access.two_factor_dialog import CodeRequest, prove
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message
from crmdesk.ui.restore.choose_page import ChoosePage
from crmdesk.ui.restore.flow import RestoreFlow, busy_since
from crmdesk.ui.restore.picker import BackupPicker
from crmdesk.ui.restore.review_page import ReviewPage
from crmdesk.ui.restore.run_page import RunPage
from crmdesk.ui.restore.values import ShownValues
from crmdesk.ui.restore.words import blocked_reason, filled, inside, records_word, say
from crmdesk.ui.widgets.banner import BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.wizard_frame import WizardFrame

_ORDER = list(Step)
# A comparison that is done sooner shows no bar that would flash by.
_PATIENCE_MS = 300
_STALE = "outdated"


class WizardPage(WizardFrame):
    """Pages 1 to 4 over a :class:`RestoreFlow`.

    Signals:
        left: the x was pressed, or a way out of the summary taken.
        undo_asked: id of the restore to be undone.
        moved: another step is in sight.
    """

    left = Signal()
    undo_asked = Signal(str)
    moved = Signal()

    def __init__(self, desk: Desk, flow: RestoreFlow, parent: QWidget | None = None) -> None:
        super().__init__(_step_names(), say("Close the restore"), say("Back"), parent)
        self._desk, self.flow = desk, flow
        self._notice = ""
        self._found = 0
        self._shown_step: Step | None = None
        self.picker = BackupPicker(desk)
        self.choose = ChoosePage(desk)
        self.review = ReviewPage(desk)
        self.run = RunPage(desk)
        self.other = Button(self.tr("Restore another object"))
        self.primary = Button("", ButtonKind.PRIMARY)
        self.forward = Button("", ButtonKind.PRIMARY, "arrow-right", trailing=True)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._build()
        self._connect()
        self.show_state()

    # -- building --------------------------------------------------------------------------
    def _build(self) -> None:
        self.add_steps(self._pick_page(), self.choose, self.review, self.run)
        self.add_ways_on(self.other, self.forward, self.primary)

    def _pick_page(self) -> QWidget:
        page = QWidget()
        head = QVBoxLayout()
        head.setContentsMargins(24, 16, 24, 12)
        head.addWidget(
            PageHeader(
                self.tr("Choose a backup"),
                self.tr("Values go back to what they were at the instant of the backup."),
            )
        )
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.picker, 1)
        return page

    def _connect(self) -> None:
        flow = self.flow
        flow.changed.connect(self.show_state)
        flow.compared.connect(self._count)
        flow.failed.connect(self.show_error)
        flow.progressed.connect(self.run.show_progress)
        flow.ended.connect(self._ended)
        self.picker.chosen.connect(flow.open)
        self.choose.object_chosen.connect(flow.choose_object)
        self.choose.properties_chosen.connect(flow.select)
        self.choose.skip_clears_changed.connect(flow.set_skip_clears)
        self.choose.only_unchanged_changed.connect(flow.set_only_unchanged)
        self.choose.records_changed.connect(flow.set_records)
        self.review.changes_accepted.connect(lambda ticked: flow.accept(changes=ticked))
        self.review.irreversible_accepted.connect(lambda ticked: flow.accept(irreversible=ticked))
        self.run.cancel_asked.connect(self._cancel_job)
        self.run.undo_asked.connect(self.undo_asked)
        self.run.again_asked.connect(self._again)
        self.run.failed.connect(self.show_error)
        self.stepper.step_chosen.connect(lambda number: flow.back_to(_ORDER[number]))
        self.close_button.clicked.connect(self.left)
        self.back.clicked.connect(self._go_back)
        self.other.clicked.connect(self._again)
        self.primary.clicked.connect(self.go_on)
        self.forward.clicked.connect(self.go_on)
        self.banner.acted.connect(self._act_on_banner)
        self._patience.timeout.connect(self._show_busy)

    # -- what is shown ---------------------------------------------------------------------
    def show_sources(self, sources: list[RestoreSource]) -> None:
        """Show the backups of step 1."""
        self.picker.show_sources(sources)

    @Slot()
    def show_state(self) -> None:
        """Show the flow's state."""
        state = self.flow.state
        number = _ORDER.index(state.step)
        object_type = self._object_type()
        if state.step is Step.PROPERTIES:
            self.choose.show_state(state, object_type)
        if state.step is Step.REVIEW:
            values = None if object_type is None else ShownValues(self._desk, object_type)
            self.review.show_state(state, values)
        if state.step is Step.RESTORE and not state.finished and self._shown_step != state.step:
            self._show_running()
        self.show_page(number, finished=state.finished)
        self._follow_notice()
        self._follow_foot()
        if state.step is not self._shown_step:
            self._shown_step = state.step
            self.moved.emit()

    @property
    def main_button(self) -> Button:
        """The one primary button of the step in sight."""
        early = self.flow.state.step in (Step.BACKUP, Step.PROPERTIES)
        return self.forward if early else self.primary

    def step_focus(self) -> QWidget:
        """Where work begins in the step in sight."""
        places: dict[Step, QWidget] = {
            Step.BACKUP: self.picker,
            Step.PROPERTIES: self.choose.properties,
            Step.REVIEW: self.review.before.changes,
            Step.RESTORE: self.run,
        }
        return places[self.flow.state.step]

    def _object_type(self) -> ObjectType | None:
        name = self.flow.state.object_name
        if name is None:
            return None
        try:
            return self._desk.workspace.definitions.object(self._desk.actor, name)
        except UserError:
            return None

    def _show_running(self) -> None:
        restore, object_type = self.flow.restore, self._object_type()
        if restore is not None and object_type is not None:
            self.run.show_running(restore, ShownValues(self._desk, object_type))

    def _follow_foot(self) -> None:
        state = self.flow.state
        blocked = state.blocked
        early = state.step in (Step.BACKUP, Step.PROPERTIES)
        self.forward.setVisible(early)
        self.main_button.setText(self._primary_words())
        reason = blocked_reason(blocked)
        if self.flow.busy == "planning":
            reason = self.tr("Working out the plan")
        elif self.flow.busy == "starting":
            reason = self.tr("Starting the restore")
        possible = blocked is Blocked.OUTDATED or blocked is Blocked.DONE
        self.main_button.set_reason("" if possible and not self.flow.busy else reason)
        self.reason.setText(reason or self._remark())
        running = state.step is Step.RESTORE and not state.finished
        self.primary.setVisible(not early and not running)
        self.back.setVisible(can_go_back(state))
        self.other.setVisible(state.finished)

    def _primary_words(self) -> str:
        state = self.flow.state
        if state.step is Step.REVIEW and state.plan is not None:
            if state.outdated:
                return self.tr("Review again")
            return self.tr("Restore %Ln value{|s}", "", state.plan.values.changing)
        if state.step is Step.RESTORE:
            object_type = self._object_type()
            plural = "" if object_type is None else inside(object_type.plural_label)
            return self.tr("View {object}").format(object=plural)
        if state.step is Step.PROPERTIES:
            return self.tr("Review changes")
        return self.tr("Choose properties")

    def _remark(self) -> str:
        if self.flow.state.step in (Step.PROPERTIES, Step.BACKUP):
            return self.tr("Nothing is written before the last step.")
        return ""

    # -- notices above the step ------------------------------------------------------------
    def _follow_notice(self) -> None:
        state = self.flow.state
        if state.outdated:
            self._patience.stop()
            self._tell(
                _STALE,
                BannerTone.WARN,
                state.outdated_because,
                self.tr("Review again: it takes a moment, and both boxes are asked anew."),
                "",
            )
        elif self.flow.busy in ("opening", "comparing", "planning"):
            if not self._patience.isActive() and self._notice != "busy":
                self._found = 0
                self._patience.start()
        else:
            self._patience.stop()
            if self._notice in ("busy", _STALE):
                self.hide_banner()
            waits = state.object_name is not None and state.survey is None
            if state.step is Step.PROPERTIES and waits and self._notice != "error":
                self._tell(
                    "stopped",
                    BannerTone.INFO,
                    self.tr("The comparison was stopped"),
                    self.tr("Nothing can be chosen before it is done."),
                    self.tr("Compare again"),
                )
            elif self._notice == "stopped":
                self.hide_banner()

    @Slot(int)
    def _count(self, found: int) -> None:
        self._found = found
        if self._notice == "busy":
            self._show_busy()

    @Slot()
    def _show_busy(self) -> None:
        title = {
            "opening": self.tr("Opening the backup"),
            "planning": self.tr("Working out what would change"),
        }.get(self.flow.busy, self.tr("Comparing with the backup"))
        text = self.tr("%Ln differing record{|s} so far. Nothing is written.", "", self._found)
        self._tell("busy", BannerTone.INFO, title, text, self.tr("Stop"))

    def show_error(self, error: Exception) -> None:
        """Say above the step what went wrong; the choices stay."""
        told = message(error)
        title, text = told.title, told.advice
        who, since = busy_since(error)
        if since:
            title = self.tr("{who} is running a restore since {time}").format(
                who=who, time=self._desk.exact(from_text(since))
            )
            text = self.tr("There is one at a time. Your choices stay; try again when it is done.")
        foreign = isinstance(error, UserError) and error.code == "backup_foreign"
        if foreign and self.flow.source:
            self._tell("foreign", BannerTone.WARN, title, text, self.tr("Import from it"))
            return
        self._tell("error", BannerTone.DANGER, title, text, self.tr("Close"))

    def _tell(self, notice: str, tone: BannerTone, title: str, text: str, action: str) -> None:
        self._notice = notice
        self.show_banner(tone, title, text, action)

    def hide_banner(self) -> None:
        """Say nothing above the step."""
        self._notice = ""
        super().hide_banner()

    @Slot()
    def _act_on_banner(self) -> None:
        notice = self._notice
        self.hide_banner()
        if notice == "busy":
            self.flow.stop()
        elif notice == "stopped":
            self.flow.compare()
        elif notice == "foreign":
            self._desk.go(f"imports/file/{self.flow.source}")
        else:
            self._follow_notice()

    # -- going on --------------------------------------------------------------------------
    @Slot()
    def go_on(self) -> None:
        """Press the primary button of the step, if it can be pressed."""
        if not self.main_button.isEnabled() or self.main_button.isHidden():
            return
        state = self.flow.state
        if self._notice == "error":
            self.hide_banner()
        if state.step is Step.PROPERTIES or state.outdated:
            self.flow.review()
        elif state.step is Step.REVIEW:
            self._prove()
        elif state.step is Step.RESTORE:
            self._desk.go(f"records/{state.object_name}")
            self.left.emit()
        else:
            self._choose_current()

    def _choose_current(self) -> None:
        current = self.picker.table.view.current_id
        if self.flow.state.backup is not None:
            self.flow.open(self.flow.state.backup.reference)
        elif current is not None:
            self.picker.table.opened.emit(current)

    def _prove(self) -> None:
        state, object_type = self.flow.state, self._object_type()
        if state.plan is None or object_type is None:
            return
        count = state.plan.values.changing
        allows = self.tr(
            "The code allows this one restore of %Ln value{|s} in {count} {object}, and nothing "
            "else.",
            "",
            count,
        )
        plural, records = inside(object_type.plural_label), state.plan.records_changing
        counted = records_word(object_type, records)
        request = CodeRequest(
            title=self.tr("Restore {object}").format(object=plural),
            allows=filled(allows, count=words.number(records), object=counted),
            deed=self.tr("Restore data"),
            doing=self.tr("Checking the code..."),
        )
        prove(
            self._desk,
            StepUpPurpose.RESTORE,
            state.plan.hash,
            request,
            self,
            self.flow.start,
            self.show_error,
        )

    @Slot()
    def _go_back(self) -> None:
        step = self.flow.state.step
        self.flow.back_to(_ORDER[max(0, _ORDER.index(step) - 1)])

    @Slot()
    def _again(self) -> None:
        backup = self.flow.state.backup
        self.flow.begin()
        if backup is not None:
            self.flow.open(backup.reference)

    @Slot()
    def _cancel_job(self) -> None:
        restore = self.flow.restore
        if restore is not None and restore.job_id is not None:
            self._desk.cancel_job(self, restore.job_id, self.show_error)

    @Slot(object)
    def _ended(self, restore: Restore) -> None:
        object_type = self._object_type()
        if object_type is not None:
            values = ShownValues(self._desk, object_type)
            self.run.show_summary(restore, values)


def _step_names() -> tuple[str, ...]:
    return say("Backup"), say("Properties"), say("Review"), say("Restore")
