"""Your preferences: who you are, and how the window looks on this computer."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.core.access.permissions import GRANTABLE, Permission
from crmdesk.ui.access.new_password import ChangePasswordDialog
from crmdesk.ui.desk import Desk
from crmdesk.ui.look import Look
from crmdesk.ui.settings.card_rows import CardPage, settings_card
from crmdesk.ui.settings.permission_words import permission_words
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import BASE_SIZE, LARGEST, SMALLEST, TextStyle
from crmdesk.ui.widgets.avatar import IN_PANEL, Avatar
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.number_field import NumberField
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.segmented import Segmented
from crmdesk.ui.widgets.switch import Switch


class ProfilePage(CardPage):
    """Name, e-mail, rights, and the way to another password."""

    def __init__(self, desk: Desk) -> None:
        say = QCoreApplication.translate
        super().__init__(
            say("ProfilePage", "Profile"),
            say(
                "ProfilePage",
                "Who you are in this workspace. A Super Admin changes your permissions.",
            ),
        )
        self._desk = desk
        self.cards.addWidget(
            settings_card(
                self.tr("You"), self.tr("This name stands in the audit log."), [self._person()]
            )
        )
        self.cards.addWidget(
            settings_card(
                self.tr("Your permissions"),
                self.tr("What you may do beyond viewing, adding and editing records."),
                [self._rights()],
            )
        )
        change = Button(self.tr("Change password"), icon="lock")
        change.setObjectName("change_password")
        change.clicked.connect(self._change_password)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(change)
        row.addStretch(1)
        self.cards.addWidget(
            settings_card(
                self.tr("Password"), self.tr("Your other sessions end when it changes."), [holder]
            )
        )

    def _person(self) -> QWidget:
        actor = self._desk.actor
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(Avatar(actor.full_name, IN_PANEL))
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addWidget(label(actor.full_name, TextStyle.HEADING))
        column.addWidget(label(actor.email, TextStyle.BODY, "text2"))
        row.addLayout(column, 1)
        return holder

    def _rights(self) -> QWidget:
        desk = self._desk
        if desk.may(Permission.SUPER_ADMIN):
            return Paragraph(self.tr("Super Admin: everything."), TextStyle.BODY, "text")
        held = [permission_words(each).title for each in GRANTABLE if desk.may(each)]
        text = ", ".join(held) or self.tr("None. Ask a Super Admin.")
        return Paragraph(text, TextStyle.BODY, "text")

    def _change_password(self) -> None:
        dialog = ChangePasswordDialog(self._desk, self.window())
        dialog.changed.connect(
            lambda: self._desk.toast(
                self.tr("Password changed"), self.tr("Your other sessions have ended.")
            )
        )
        dialog.open()


class AppearancePage(CardPage):
    """Theme, text size and font; they hold at once, on this computer only."""

    def __init__(self, look: Look) -> None:
        say = QCoreApplication.translate
        super().__init__(
            say("AppearancePage", "Appearance"),
            say("AppearancePage", "For you on this computer. Changes hold at once."),
        )
        self.theme = Segmented(
            self.tr("Theme"),
            (
                ("light", self.tr("Light")),
                ("dark", self.tr("Dark")),
                ("system", self.tr("System")),
            ),
        )
        self.theme.setObjectName("theme")
        self.theme.set_current(look.theme)
        self.theme.changed.connect(look.set_theme)
        self.size = NumberField(self.tr("Text size"), SMALLEST, LARGEST, look.text_size)
        self.size.setObjectName("text_size")
        self.size.setFixedWidth(px(96))
        self.size.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.size.valueChanged.connect(look.set_text_size)
        self.font = Switch(self.tr("Use the system's font"), look.system_font)
        self.font.setObjectName("system_font")
        self.font.toggled.connect(look.set_system_font)
        self.cards.addWidget(
            settings_card(
                self.tr("Colours"),
                self.tr("“System” follows the desktop."),
                [FormField(self.tr("Theme"), self.theme)],
            )
        )
        help_text = self.tr("Pixels of ordinary text; %n is usual.", "", BASE_SIZE)
        font_row = QWidget()
        row = QHBoxLayout(font_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label(self.tr("Use the system's font"), TextStyle.STRONG), 1)
        row.addWidget(self.font)
        self.cards.addWidget(
            settings_card(
                self.tr("Text"),
                self.tr("Rows, buttons and panels grow with it."),
                [FormField(self.tr("Text size"), self.size, help_text), font_row],
            )
        )
