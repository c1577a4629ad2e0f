"""Cards of sections that hold something else than settings of the workspace."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from crmdesk.ui.desk import Desk
from crmdesk.ui.settings.card_rows import settings_card
from crmdesk.ui.settings.log_links import LogLinks
from crmdesk.ui.settings.own_two_factor import OwnTwoFactor


def security_cards(desk: Desk, *, admin: bool) -> list[QWidget]:
    """One's own second factor; for Super Admins the recovery key and who came and went, too."""
    own = settings_card(
        _say("Your two-factor authentication"),
        _say("A second proof of who you are: a code of six digits from your phone."),
        [OwnTwoFactor(desk)],
    )
    if not admin:
        return [own]
    from crmdesk.ui.settings.new_recovery_key import NewRecoveryKey

    key = settings_card(
        _say("Recovery key"),
        _say("Make a new one when the sheet was lost, or seen by somebody else."),
        [NewRecoveryKey(desk)],
    )
    activity = settings_card(
        _say("Account activity"),
        _say("Who signed in, and what was done for or against security. In the audit log."),
        [LogLinks(desk, of_security=True)],
    )
    return [own, key, activity]


def transfer_cards(desk: Desk, *, admin: bool) -> list[QWidget]:
    """A Super Admin's own notice of large exports."""
    if not admin:
        return []
    from crmdesk.ui.settings.own_threshold import OwnThreshold

    own = settings_card(
        _say("Large exports"),
        _say("Your own notice, at once, of every export of many records."),
        [OwnThreshold(desk)],
    )
    return [own]


def _say(text: str) -> str:
    return QCoreApplication.translate("SettingsPage", text)
