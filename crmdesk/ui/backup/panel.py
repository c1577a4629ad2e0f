"""One backup in the side panel: what is in it, and what is known of its file."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.core.backup.model import Backup, FileState, OpenedFile
from crmdesk.core.jobs.job import JobState
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui import words
from crmdesk.ui.backup.words import file_words, no_download, no_restore, problem_sentence, say
from crmdesk.ui.desk import Desk
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import SidePanel, empty_layout

NO_FILE = frozenset({FileState.NONE, FileState.EXPIRED, FileState.DELETED, FileState.MISSING})


class BackupPanel(SidePanel):
    """Contents and checks of a backup in the vault, or of an opened file.

    Signals:
        acted: key of the pressed button: browse, restore, download, import.
    """

    acted = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("backup", say("Backup"), parent=parent)
        self._desk = desk
        self._contents, self._checks = _body(), _body()
        self.add_page("contents", say("Contents"), self._contents)
        self.add_page("checks", say("Checks"), self._checks)

    # -- a backup of the vault -------------------------------------------------------------
    def show_backup(self, backup: Backup, object_types: Sequence[ObjectType]) -> None:
        """Show a row of the list."""
        desk = self._desk
        at = backup.snapshot_at or backup.created_at
        by = say("Made by %1").replace("%1", backup.created_by or "?")
        self.set_heading(desk.exact(at), by)
        labels = {found.name: found.plural_label for found in object_types}
        lines = [
            (labels.get(name, name), int(counts["records"]), int(counts["properties"]))
            for name, counts in backup.objects.items()
        ]
        parts = self._contents_parts(lines, self._why_empty(backup), complete=backup.complete)
        if lines and backup.file_state not in NO_FILE:
            parts.append(self._browse_button())
        self._fill(self._contents, parts)
        self._fill(self._checks, self._check_parts(backup))
        buttons = []
        for key, text, icon, reason in (
            ("restore", say("Restore"), "archive-restore", no_restore(backup)),
            ("download", say("Save a copy"), "download", no_download(backup)),
        ):
            if not reason:
                buttons.append(self._button(key, text, icon))
        self.set_foot(buttons)

    def _why_empty(self, backup: Backup) -> str:
        if backup.state is not JobState.SUCCEEDED:
            return say("Nothing of this backup was kept.")
        return say("No object had records: the zip holds only its manifest.")

    def _contents_parts(
        self,
        lines: Sequence[tuple[str, int | None, int]],
        empty: str,
        *,
        complete: bool = False,
    ) -> list[QWidget]:
        if not lines:
            return [Paragraph(empty, TextStyle.BODY, "text2")]
        parts: list[QWidget] = [_grid(lines)]
        note = say("It holds values only: associations and history are not in it.")
        if complete:
            note = say(
                "Complete: also associations, definitions, segments and views, users, history, "
                "recycle bin and audit log. The whole workspace can be brought back from it."
            )
        parts.append(Paragraph(note, TextStyle.CAPTION, "text3"))
        return parts

    def _check_parts(self, backup: Backup) -> list[QWidget]:
        desk, parts = self._desk, []
        if backup.snapshot_at is not None:
            exact = desk.exact(backup.snapshot_at, seconds=True)
            parts.append(_fact(say("State of the data as of"), f"{exact} ({desk.zone.key})"))
        if backup.verified_at is not None:
            result = say("Every bit as it was written") if backup.verified_ok else say("Failed")
            when = desk.exact(backup.verified_at)
            parts.append(_fact(say("Last check"), f"{result}, {when}"))
        elif backup.state is JobState.SUCCEEDED:
            parts.append(_fact(say("Last check"), say("Not checked yet")))
        if backup.sha256:
            signed = say("Signed by this workspace") if backup.signed else say("Not signed")
            parts.append(_fact(say("Signature"), signed))
            parts.append(_fact(say("SHA-256 of the zip"), _groups(backup.sha256)))
            parts.append(_fact(say("Size"), words.size(backup.bytes)))
        first, second = file_words(backup, desk.zone)
        if first:
            parts.append(_fact(say("File"), f"{first}, {second}" if second else first))
        parts += self._second_copy(backup)
        if backup.sensitive:
            text = say("Readable in the file: %1").replace("%1", ", ".join(backup.sensitive))
            parts.append(_fact(say("Sensitive values"), text))
        if backup.error is not None:
            parts.append(_fact(say("What went wrong"), str(backup.error.get("message", ""))))
        return parts

    def _second_copy(self, backup: Backup) -> list[QWidget]:
        if backup.second_copy is None:
            return []
        if "file" in backup.second_copy:
            return [_fact(say("Second copy"), backup.second_copy["file"])]
        return [_fact(say("Second copy failed"), backup.second_copy.get("error", ""))]

    # -- a file from anywhere --------------------------------------------------------------
    def show_file(self, opened: OpenedFile) -> None:
        """Show a file that was opened: ours verified, any other marked as unverified."""
        desk = self._desk
        at = "" if opened.snapshot_at is None else desk.exact(opened.snapshot_at)
        self.set_heading(opened.path.name, at)
        self.set_steps(False, False)
        lines = [
            (entry.label or entry.file, entry.rows, len(entry.columns)) for entry in opened.entries
        ]
        parts: list[QWidget] = [self._verdict(opened)]
        parts += self._contents_parts(
            lines, say("There is no CSV file in it. Choose another file.")
        )
        if lines:
            parts.append(self._browse_button())
        self._fill(self._contents, parts)
        facts = [
            _fact(say("File"), str(opened.path)),
            _fact(say("Size"), words.size(opened.bytes)),
            _fact(say("SHA-256 of the zip"), _groups(opened.sha256)),
        ]
        if opened.workspace_name:
            facts.append(_fact(say("Made by the workspace"), opened.workspace_name))
        for code, entry in opened.problems:
            facts.append(_fact(say("Finding"), problem_sentence(code, entry)))
        self._fill(self._checks, facts)
        ours = opened.verified and not opened.foreign
        use = ("restore", say("Restore"), "archive-restore")
        if not ours:
            use = ("import", say("Bring values in by import"), "upload")
        compare = self._button("compare", say("Compare with now"), "git-compare")
        self.set_foot([compare, self._button(*use)] if lines else [])

    def _verdict(self, opened: OpenedFile) -> Banner:
        if opened.verified and not opened.foreign:
            return Banner(
                BannerTone.OK,
                say("Verified"),
                say("This workspace made it, and every bit is as it was written."),
            )
        if opened.foreign or not opened.signed:
            return Banner(
                BannerTone.WARN,
                say("Not verified"),
                say(
                    "This workspace did not make it, so its record IDs mean nothing here. "
                    "Comparing and importing match records by a unique property."
                ),
            )
        return Banner(
            BannerTone.DANGER,
            say("Changed since it was written"),
            say("It cannot be restored. Choose another backup."),
        )

    # -- within ----------------------------------------------------------------------------
    def _browse_button(self) -> Button:
        button = self._button("browse", say("Browse records"), "table")
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return button

    def _button(self, key: str, text: str, icon: str) -> Button:
        button = Button(text, icon=icon)
        button.setObjectName(f"panel_{key}")
        button.clicked.connect(lambda: self.acted.emit(key))
        return button

    @staticmethod
    def _fill(body: QWidget, parts: Sequence[QWidget]) -> None:
        layout = body.layout()
        if not isinstance(layout, QVBoxLayout):
            return
        empty_layout(layout)
        for part in parts:
            layout.addWidget(part)
        layout.addStretch(1)


def _body() -> QWidget:
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(11, 16, 16, 16)
    column.setSpacing(12)
    return body


def _fact(title: str, text: str) -> QWidget:
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addWidget(label(title, TextStyle.CAPTION, "text3"))
    column.addWidget(Paragraph(text, TextStyle.BODY, "text"))
    return whole


def _grid(lines: Sequence[tuple[str, int | None, int]]) -> QWidget:
    whole = QWidget()
    grid = QGridLayout(whole)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(0, 1)
    end = Qt.AlignmentFlag.AlignRight
    known = (True, any(line[1] is not None for line in lines), any(line[2] for line in lines))
    for column, title in enumerate((say("Object"), say("Records"), say("Properties"))):
        if not known[column]:
            # Nothing tells it of a file from elsewhere.
            continue
        head = label(title, TextStyle.HEADER)
        grid.addWidget(head, 0, column, end if column else Qt.AlignmentFlag.AlignLeft)
    for number, (name, records, properties) in enumerate(lines, 1):
        grid.addWidget(ElidedLabel(name, TextStyle.MEDIUM), number, 0)
        shown = "" if records is None else words.number(records)
        grid.addWidget(label(shown, tabular=True), number, 1, end)
        told = words.number(properties) if properties else ""
        grid.addWidget(label(told, tabular=True), number, 2, end)
    return whole


def _groups(digest: str) -> str:
    """A digest in groups of eight, so that it wraps and can be compared by eye."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))
