"""The Backup tab: health, the list of the vault, one backup in a panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.backup.model import Backup, OpenedFile
from crmdesk.core.backup.verify import Verification
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import Job, JobKind, JobState
from crmdesk.ui import words
from crmdesk.ui.backup.browse_dialog import BrowseDialog
from crmdesk.ui.backup.compare_dialog import CompareDialog
from crmdesk.ui.backup.deeds import Deeds
from crmdesk.ui.backup.first import no_backups
from crmdesk.ui.backup.page_frame import BackupFrame
from crmdesk.ui.backup.rows import actions_for, row_id, row_of
from crmdesk.ui.backup.saving import FileWork
from crmdesk.ui.backup.vault import Vault, read_vault
from crmdesk.ui.backup.words import problem_sentence, say
from crmdesk.ui.desk import Desk
from crmdesk.ui.tables.cells import Row, RowAction
from crmdesk.ui.tables.model import PagedModel

_LONGEST_TIMER_MS = 24 * 3_600 * 1_000


class BackupPage(BackupFrame):
    """Links: ``backups``, ``backups/<id>``, ``backups/new``, ``backups/open``."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, self._actions_of, parent)
        self._vault: Vault | None = None
        self._jobs: dict[str, Job] = {job.id: job for job in desk.jobs.open_jobs}
        self._wanted = ""
        self._opened: OpenedFile | None = None
        self._narrow = False
        self.files = FileWork(desk, self)
        self.deeds = Deeds(desk, self)
        self._next = QTimer(self, singleShot=True)
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        self.create_button.clicked.connect(self.ask_create)
        self.open_button.clicked.connect(self.files.ask_for_file)
        self.table.opened.connect(self.show_details)
        self.table.action_chosen.connect(self._act)
        self.panel.closed.connect(self._close_panel)
        self.panel.stepped.connect(self._step)
        self.panel.acted.connect(self._act_in_panel)
        self.deeds.done.connect(self.refresh)
        self.deeds.failed.connect(self.show_error)
        self.deeds.found.connect(self.notices.show_finding)
        self.files.began.connect(self.notices.show_work)
        self.files.moved.connect(self.notices.show_share)
        self.files.ended.connect(self.notices.clear)
        self.notices.stop_asked.connect(self.files.stop)
        self.notices.retry_asked.connect(self.refresh)
        self.files.failed.connect(self.show_error)
        self.files.saved.connect(self._saved)
        self.files.checked.connect(self._checked)
        self.files.opened.connect(self.show_file)
        self._desk.jobs.changed.connect(self._jobs_moved)
        self._desk.jobs.ended.connect(self._job_ended)
        self._next.timeout.connect(self.refresh)

    # -- what the window asks ----------------------------------------------------------------
    def commands(self) -> Mapping[str, Callable[[], object]]:
        return {
            "new": self.ask_create,
            "delete": self._delete_current,
            "previous": partial(self._step, -1),
            "next": partial(self._step, 1),
        }

    def regions(self) -> Sequence[QWidget]:
        parts = (self.create_button, self.table.view)
        return (*parts, self.panel) if self.panel.isVisible() else parts

    def start_focus(self) -> None:
        self.table.view.setFocus()

    @Slot()
    def refresh(self) -> None:
        desk = self._desk
        desk.run_query(
            self, "vault", lambda: read_vault(desk), self._show, self.notices.show_unread
        )

    def open_link(self, link: str) -> None:
        wanted = link.partition("/")[2]
        if wanted == "new":
            self.ask_create()
        elif wanted == "open":
            self.files.ask_for_file()
        elif wanted:
            self._wanted = wanted
            self._show_wanted()

    def escape(self) -> bool:
        shown = self.panel.isVisible()
        if shown:
            self._close_panel()
        return shown

    def set_narrow(self, narrow: bool) -> None:
        self._narrow = narrow
        self._say_state()

    # -- the list ----------------------------------------------------------------------------
    def _show(self, vault: Vault) -> None:
        self._vault = vault
        self.notices.list_was_read()
        self._source.replace(self._row(backup) for backup in vault.backups)
        self._offer_first(vault)
        self.table.refresh()
        self.health.show_health(vault.health)
        self.health.setVisible(bool(vault.backups))
        self._say_state()
        self._look_again(vault.estimate.next_possible_at)
        self._show_wanted()
        self._refresh_panel()

    def _row(self, backup: Backup) -> Row:
        job = self._jobs.get(str(backup.job_id))
        if job is None and self._vault is not None:
            job = self._vault.ended.get(str(backup.job_id))
        return row_of(backup, job, self._desk.zone)

    def _offer_first(self, vault: Vault) -> None:
        if vault.backups:
            self.table.show_empty(None)
            return
        page = no_backups(vault.estimate)
        page.create.clicked.connect(self.ask_create)
        page.other.clicked.connect(self.files.ask_for_file)
        self.table.show_empty(page.whole)

    def _say_state(self) -> None:
        vault = self._vault
        if vault is None:
            return
        nothing = not vault.backups
        text, reason = vault.size_words(), self._why_not()
        in_subtitle = bool(reason) and self._narrow
        self._header.set_title(say("Backup"), f"{reason}. {text}" if in_subtitle else text)
        self._header.set_reason("" if in_subtitle or nothing else reason)
        self.create_button.set_reason(reason)
        for button in (self.create_button, self.open_button):
            button.setVisible(not nothing)

    def _why_not(self) -> str:
        """Why no backup can be made now; empty when one can."""
        return "" if self._vault is None else self._vault.why_not(self._desk.zone)

    def _look_again(self, possible: datetime | None) -> None:
        self._next.stop()
        if possible is not None:
            wait = int((possible - datetime.now(UTC)).total_seconds() * 1_000) + 1_000
            self._next.start(min(max(wait, 1_000), _LONGEST_TIMER_MS))

    def _backup(self, number: int) -> Backup | None:
        return None if self._vault is None else self._vault.row(number)

    def _actions_of(self, row: Row) -> Sequence[RowAction]:
        backup = self._backup(row.id)
        return () if backup is None else actions_for(backup, self._why_not())

    # -- jobs ----------------------------------------------------------------------------------
    @Slot(object)
    def _jobs_moved(self, jobs: list[Job]) -> None:
        mine = {job.id: job for job in jobs if job.kind is JobKind.BACKUP}
        known = set() if self._vault is None else {b.job_id for b in self._vault.backups}
        self._jobs = mine
        if set(mine) - known:
            self.refresh()
        elif mine:
            self._repaint_rows(mine)

    def _repaint_rows(self, jobs: Mapping[str, Job]) -> None:
        found = () if self._vault is None else self._vault.backups
        for backup in found:
            if backup.job_id in jobs:
                self._source.put(self._row(backup))
        model = self.table.view.model()
        if isinstance(model, PagedModel):
            model.forget_rows()
            self.table.view.viewport().update()

    @Slot(object)
    def _job_ended(self, job: Job) -> None:
        if job.kind is JobKind.DRILL:
            self.refresh()
            self.deeds.tell_drill(job)
        if job.kind is not JobKind.BACKUP:
            return
        self._jobs.pop(job.id, None)
        self.refresh()
        if job.state is JobState.SUCCEEDED and job.user_id == self._desk.actor.user_id:
            self._tell_done(job)

    def _tell_done(self, job: Job) -> None:
        result = job.result or {}
        backup_id = str(result.get("backup_id", ""))
        text = say("%Ln record{|s} in %1, verified.", int(result.get("records", 0)))
        self._desk.toast(
            say("Backup created"),
            text.replace("%1", words.size(int(result.get("bytes", 0)))),
            say("Save a copy"),
            lambda: self._download(backup_id),
        )

    def _download(self, backup_id: str) -> None:
        try:
            backup = self._desk.workspace.backups.show(self._desk.actor, backup_id)
        except UserError as error:
            self.show_error(error)
            return
        self.files.download(backup)

    @Slot()
    def ask_create(self) -> None:
        """Open the dialog that says what a backup would hold, with fresh numbers."""
        self.notices.forget_error()
        self.deeds.ask_create(self._why_not())

    # -- row actions -------------------------------------------------------------------------
    @Slot(str, object)
    def _act(self, key: str, number: int) -> None:
        backup = self._backup(number)
        if backup is None:
            return
        self.notices.forget_error()
        deeds: dict[str, Callable[[], object]] = {
            "cancel": lambda: self.deeds.cancel(backup),
            "again": self.ask_create,
            "restore": lambda: self._desk.go(f"restore/from/{backup.id}"),
            "download": lambda: self.files.download(backup),
            "details": lambda: self.show_details(number),
            "browse": lambda: self.browse(backup.id, self._named(backup)),
            "deleted": lambda: self.deeds.show_deleted(backup.id, self._named(backup)),
            "compare": lambda: self.compare(backup.id, self._named(backup)),
            "verify": lambda: self.files.verify(backup),
            "drill": lambda: self.deeds.drill(backup),
            "pin": lambda: self.deeds.pin(backup, pinned=True),
            "unpin": lambda: self.deeds.pin(backup, pinned=False),
            "delete": lambda: self._ask_delete(backup),
        }
        deeds[key]()

    @Slot()
    def _delete_current(self) -> None:
        current = self.table.view.current_id
        backup = None if current is None else self._backup(current)
        actions = {} if backup is None else {a.key: a for a in actions_for(backup, "")}
        if backup is not None and "delete" in actions and not actions["delete"].reason:
            self._ask_delete(backup)

    def _ask_delete(self, backup: Backup) -> None:
        found = () if self._vault is None else self._vault.backups
        others = sum(other.restorable and other.id != backup.id for other in found)
        self.deeds.ask_delete(backup, others)

    # -- the panel -----------------------------------------------------------------------------
    @Slot(object)
    def show_details(self, number: int) -> None:
        """Open a backup in the panel."""
        backup = self._backup(number)
        if backup is None:
            return
        self._opened = None
        desk = self._desk
        self.panel.show_backup(backup, desk.workspace.definitions.objects(desk.actor))
        ids = self.table.ids
        place = ids.index(number) if number in ids else -1
        self.panel.set_steps(place > 0, 0 <= place < len(ids) - 1)
        self.table.view.go_to(number)
        self.table.view.show_open(number)
        self.panel.show()

    def show_file(self, opened: OpenedFile) -> None:
        """Show a file that was opened, in the panel."""
        self._opened = opened
        self.table.view.show_open(None)
        self.panel.show_file(opened)
        self.panel.show_page("contents")
        self.panel.show()
        self.panel.setFocus()

    def browse(self, reference: str, title: str) -> None:
        """Look into a backup.

        Args:
            reference: its id, or the path of a file.
            title: what it is called.
        """
        BrowseDialog(self._desk, reference, title, self).open()

    def compare(self, reference: str, title: str) -> None:
        """Compare a backup with now, or with another one."""
        CompareDialog(self._desk, reference, title, self).open()

    def _named(self, backup: Backup) -> str:
        at = self._desk.exact(backup.snapshot_at or backup.created_at)
        return say("Backup of %1").replace("%1", at)

    def _refresh_panel(self) -> None:
        shown = self.table.view.open_id
        if self.panel.isVisible() and shown is not None and self._opened is None:
            self.show_details(shown)

    def _show_wanted(self) -> None:
        if self._vault is None or not self._wanted:
            return
        backup = self._vault.named(self._wanted)
        self._wanted = ""
        if backup is not None:
            self.show_details(row_id(backup))

    @Slot()
    def _close_panel(self) -> None:
        self.panel.hide()
        self._opened = None
        self.table.view.show_open(None)
        self.table.view.setFocus()

    @Slot(int)
    def _step(self, by: int) -> None:
        if self.panel.isVisible() and self._opened is None:
            number = self.table.view.step(by)
            if number is not None:
                self.show_details(number)

    @Slot(str)
    def _act_in_panel(self, key: str) -> None:
        if self._opened is not None and key in ("browse", "compare"):
            look = self.browse if key == "browse" else self.compare
            look(str(self._opened.path), self._opened.path.name)
            return
        if self._opened is not None:
            link = (
                f"restore/from/{self._opened.path}"
                if key == "restore"
                else f"imports/file/{self._opened.path}"
            )
            self._desk.go(link)
            return
        shown = self.table.view.open_id
        if shown is not None:
            self._act(key, shown)

    # -- notices ---------------------------------------------------------------------------------
    def show_error(self, error: Exception) -> None:
        """Say above the list what went wrong; the list stays as it was."""
        self.notices.show_error(error)

    @Slot(object, object)
    def _saved(self, path: object, _backup: Backup) -> None:
        self._desk.toast(say("Copy saved"), str(path))

    @Slot(object)
    def _checked(self, verdict: Verification) -> None:
        self.refresh()
        if verdict.ok:
            text = say("%Ln row{|s} read; every bit is as it was written.", verdict.records)
            self._desk.toast(say("Backup verified"), text)
            return
        findings = [problem_sentence(found.code, found.entry) for found in verdict.problems[:3]]
        title = say("The check failed: this backup can no longer be restored")
        self.notices.show_finding(title, " ".join(findings))
