"""Sets up two-factor authentication: scan, type the first code, keep the recovery codes."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from crmdesk.core.access.qr_code import qr_png
from crmdesk.core.access.two_factor import Enrolment
from crmdesk.core.errors import SecondFactorRefused
from crmdesk.ui.access.code_entry import CodeEntry
from crmdesk.ui.access.recovery_codes_dialog import RecoveryCodesDialog
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph

_QR_EDGE = 200
_GROUP = 4


class EnrolmentDialog(DecisionDialog):
    """Shows the secret as a QR code and as text, and takes the first code of it.

    Signals:
        finished_with_codes: two-factor is on and the recovery codes were kept.
    """

    finished_with_codes = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        say = QCoreApplication.translate
        super().__init__(
            Decision(
                title=say("EnrolmentDialog", "Two-factor authentication"),
                heading=say("EnrolmentDialog", "Set up two-factor authentication"),
                sentence=say(
                    "EnrolmentDialog",
                    "Scan the code with an authenticator app on your phone. Then enter the "
                    "6 digits it shows.",
                ),
                safe=say("EnrolmentDialog", "Not now"),
                deed=say("EnrolmentDialog", "Turn on two-factor"),
                icon="key-round",
            ),
            parent,
            closes=False,
        )
        self.setObjectName("enrolment_dialog")
        self._desk = desk
        self._secret = ""
        self.picture = QLabel()
        self.picture.setObjectName("qr_code")
        self.picture.setAccessibleName(self.tr("QR code for the authenticator app"))
        self.picture.setFixedSize(px(_QR_EDGE), px(_QR_EDGE))
        self.secret_text = label("", TextStyle.STRONG, tabular=True)
        self.secret_text.setObjectName("secret")
        self.secret_text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.entry = CodeEntry(with_recovery=False)
        self._lay_out()
        self.entry.changed.connect(self._follow_entry)
        self.entry.resized.connect(self.fit_soon)
        self.decided.connect(self._send)
        self._follow_entry()
        self._begin()

    def _lay_out(self) -> None:
        copy = Link(self.tr("Copy key"), "copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._secret))
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(Paragraph(self.tr("No camera? Type this key into the app:"), width=180))
        words.addWidget(self.secret_text)
        words.addWidget(copy)
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.picture)
        row.addLayout(words, 1)
        self.body.addLayout(row)
        self.body.addWidget(self.entry)

    def _begin(self) -> None:
        desk = self._desk
        desk.run_write(
            self,
            lambda: desk.workspace.two_factor.begin_enrolment(desk.actor),
            self._show_secret,
            lambda error: self.show_error(sentence(error)),
        )

    def _show_secret(self, enrolment: Enrolment) -> None:
        self._secret = enrolment.secret
        drawn = self._drawn(enrolment.uri)
        self.picture.setPixmap(drawn)
        self.picture.setFixedSize(drawn.deviceIndependentSize().toSize())
        groups = [
            enrolment.secret[at : at + _GROUP] for at in range(0, len(enrolment.secret), _GROUP)
        ]
        half = -(-len(groups) // 2)
        self.secret_text.setText(f"{' '.join(groups[:half])}\n{' '.join(groups[half:])}")
        self.secret_text.setAccessibleName(self.tr("Key: %1").replace("%1", " ".join(groups)))
        self.fit_soon()

    def _drawn(self, uri: str) -> QPixmap:
        """Black on white in every theme, each module a whole number of pixels."""
        modules = QImage.fromData(qr_png(uri, scale=1))
        ratio = self.devicePixelRatioF()
        each = max(1, int(px(_QR_EDGE) * ratio) // modules.width())
        large = modules.scaled(modules.width() * each, modules.height() * each)
        large.setDevicePixelRatio(ratio)
        return QPixmap.fromImage(large)

    def _follow_entry(self) -> None:
        self.set_reason("" if self.entry.is_complete() else self.tr("Enter the code first"))

    def _send(self) -> None:
        desk, code = self._desk, self.entry.typed()
        self.set_busy(self.tr("Checking..."))
        desk.run_write(
            self,
            lambda: desk.workspace.two_factor.confirm_enrolment(desk.actor, code),
            self._done,
            self._failed,
        )

    def _done(self, codes: tuple[str, ...]) -> None:
        sheet = RecoveryCodesDialog(codes, self.parentWidget())
        sheet.accepted.connect(self.finished_with_codes)
        sheet.open()
        # Deleted with the sheet, not before: it still has to say that all is done.
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        sheet.destroyed.connect(self.deleteLater)
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.deed_button.set_idle()
        self.safe_button.setEnabled(True)
        if isinstance(error, SecondFactorRefused):
            self.entry.refuse(error)
            self._follow_entry()
        else:
            self.show_error(sentence(error))

    def _first_control(self) -> QWidget:
        return self.entry.code
