"""A recovery key, shown once: its sheet, the ways to keep it, and the field that confirms it."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crmdesk.core.access import readable
from crmdesk.core.access.keys import fingerprint
from crmdesk.core.access.recovery_key import parse
from crmdesk.core.access.recovery_sheet import sheet_html
from crmdesk.core.workspace import Workspace
from crmdesk.ui.access.keeping import print_sheet, save_pdf
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.card import Card
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph

GROUPS_TO_TYPE = 2
_IN_A_ROW = 3


class RecoveryKeySheet(QWidget):
    """The key in groups, the signing key's fingerprint, and links to print, save and copy."""

    def __init__(
        self, workspace: Workspace, recovery_key: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.key, self._workspace = recovery_key, workspace
        self._groups = recovery_key.split("-")
        self.typed = QLineEdit()
        self.typed.setObjectName("typed_groups")
        self.field = FormField(
            self.tr("Type the last two groups from your sheet"), self.typed, check=self.check
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._sheet())
        column.addLayout(self._ways())

    def _sheet(self) -> Card:
        card = Card(tone="window")
        grid = QGridLayout()
        grid.setHorizontalSpacing(32)
        for number, group in enumerate(self._groups):
            shown = label(group, TextStyle.TITLE, tabular=True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(shown, number // _IN_A_ROW, number % _IN_A_ROW)
        card.body.addLayout(grid)
        card.setAccessibleName(self.tr("Recovery key: %1").replace("%1", " ".join(self._groups)))
        text = self.tr("Fingerprint of the signing key, no secret: %1")
        mark = fingerprint(self._workspace.signing_key.public_key)
        card.body.addWidget(Paragraph(text.replace("%1", mark), TextStyle.CAPTION, "text2"))
        return card

    def _ways(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        paper = Link(self.tr("Print"), "printer")
        paper.clicked.connect(lambda: print_sheet(self, self.html()))
        file = Link(self.tr("Save as PDF"), "save")
        file.setObjectName("save_pdf")
        file.clicked.connect(self._save)
        copy = Link(self.tr("Copy"), "copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.key))
        for way in (paper, file, copy):
            row.addWidget(way)
        row.addStretch(1)
        return row

    def html(self) -> str:
        """The printable sheet."""
        workspace = self._workspace
        mark = fingerprint(workspace.signing_key.public_key)
        today = date.today()  # noqa: DTZ011 - the date on paper is the one of the desk it lies on
        return sheet_html(workspace.file.name, workspace.id, mark, parse(self.key), today)

    def check(self) -> str:
        """What is wrong with the typed groups; empty when they are the key's."""
        wanted = "".join(self._groups[-GROUPS_TO_TYPE:])
        typed = readable.normalise(self.typed.text())
        # The whole key is the last two groups as well.
        if typed in (wanted, "".join(self._groups)):
            return ""
        return self.tr("These are not the last two groups. Compare them with the sheet.")

    def _save(self) -> None:
        save_pdf(self, self.tr("Save recovery sheet"), "crm-desk-recovery-key.pdf", self.html())


class RecoveryKeyDialog(DecisionDialog):
    """Shows a new recovery key; closes once its last groups were typed as they stand on paper."""

    def __init__(
        self, workspace: Workspace, recovery_key: str, parent: QWidget | None = None
    ) -> None:
        say = QCoreApplication.translate
        super().__init__(
            Decision(
                title=say("RecoveryKeyDialog", "Recovery key"),
                heading=say("RecoveryKeyDialog", "Keep the new recovery key"),
                sentence=say(
                    "RecoveryKeyDialog",
                    "It is shown only now and kept nowhere. The old key opens this workspace no "
                    "more: throw its sheet away.",
                ),
                safe="",
                deed=say("RecoveryKeyDialog", "Done"),
                icon="key-round",
            ),
            parent,
            closes=False,
        )
        self.setObjectName("recovery_key_dialog")
        self.safe_button.hide()
        self.sheet = RecoveryKeySheet(workspace, recovery_key)
        self.body.addWidget(self.sheet)
        self.body.addWidget(self.sheet.field)
        self.sheet.field.error_changed.connect(self.fit_soon)
        self.decided.connect(self._finish)

    def _finish(self) -> None:
        if self.sheet.field.validate():
            self.accept()

    def reject(self) -> None:
        """Esc does not throw the key away unseen."""
        if not self.sheet.check():
            self.accept()

    def _first_control(self) -> QWidget:
        return self.sheet.typed
