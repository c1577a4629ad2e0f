"""Shows recovery codes, once, with ways to keep them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from crmdesk.ui.access.keeping import print_sheet, save_text
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.card import Card
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link

_COLUMNS = 2


class RecoveryCodesDialog(DecisionDialog):
    """Ten codes that each work once; closes when the person says that they are kept."""

    def __init__(self, codes: Sequence[str], parent: QWidget | None = None) -> None:
        say = QCoreApplication.translate
        super().__init__(
            Decision(
                title=say("RecoveryCodesDialog", "Two-factor authentication"),
                heading=say("RecoveryCodesDialog", "Keep these recovery codes"),
                sentence=say(
                    "RecoveryCodesDialog",
                    "Each of the %n codes works once when your phone is not at hand. They are "
                    "shown only now.",
                    "",
                    len(codes),
                ),
                safe="",
                deed=say("RecoveryCodesDialog", "Done"),
                icon="key-round",
            ),
            parent,
        )
        self.setObjectName("recovery_codes_dialog")
        self.safe_button.hide()
        self._codes = tuple(codes)
        self.body.addWidget(self._sheet())
        self.body.addLayout(self._ways())
        self.kept = CheckRow(self.tr("I have kept these codes away from this computer."))
        self.kept.setObjectName("codes_kept")
        self.kept.toggled.connect(self._follow_kept)
        self.body.addWidget(self.kept)
        self._follow_kept(False)

    def _sheet(self) -> Card:
        card = Card(tone="window")
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        rows = -(-len(self._codes) // _COLUMNS)
        for number, code in enumerate(self._codes):
            shown = label(code, TextStyle.STRONG, tabular=True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(shown, number % rows, number // rows)
        card.body.addLayout(grid)
        card.setAccessibleName(", ".join(self._codes))
        return card

    def _ways(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        copy = Link(self.tr("Copy"), "copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText("\n".join(self._codes)))
        save = Link(self.tr("Save as a file"), "save")
        save.clicked.connect(self._save)
        paper = Link(self.tr("Print"), "printer")
        paper.clicked.connect(self._print)
        for way in (copy, save, paper):
            row.addWidget(way)
        row.addStretch(1)
        return row

    def _save(self) -> None:
        save_text(
            self,
            self.tr("Save recovery codes"),
            "crm-desk-recovery-codes.txt",
            "\n".join(self._codes),
        )

    def _print(self) -> None:
        title = escape(self.tr("Recovery codes of CRM Desk"))
        lines = "".join(f"<p><code>{escape(code)}</code></p>" for code in self._codes)
        print_sheet(self, f"<h1>{title}</h1>{lines}")

    def _follow_kept(self, kept: bool) -> None:
        self.set_reason("" if kept else self.tr("Tick the box to go on"))

    def reject(self) -> None:
        """Esc does not throw the codes away unseen."""
        if self.kept.is_checked():
            self.accept()

    def _first_control(self) -> QWidget:
        return self.kept.box
