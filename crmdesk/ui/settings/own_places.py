"""What stands in the settings and is no setting of the workspace: what is one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QScrollArea, QWidget

_ABOVE = 32


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """One thing that a search can lead to.

    Attributes:
        key: its name in links, ``settings/<key>``.
        section: key of the section it stands in.
        title: as it stands there.
        more: other words it is searched by.
        controls: object names; the first in sight takes the focus.
    """

    key: str
    section: str
    title: str
    more: str
    controls: tuple[str, ...]


def own_places(*, admin: bool) -> list[OwnPlace]:
    """All that the person has."""
    found = [
        OwnPlace(
            "profile.password",
            "profile",
            _say("Password"),
            _say("Change your own password"),
            ("change_password",),
        ),
        OwnPlace("appearance.theme", "appearance", _say("Theme"), _say("Light, dark"), ("theme",)),
        OwnPlace(
            "appearance.text_size",
            "appearance",
            _say("Text size"),
            _say("Larger letters, system font"),
            ("text_size",),
        ),
        OwnPlace(
            "security.own_two_factor",
            "security",
            _say("Your two-factor authentication"),
            _say("Codes from your phone, recovery codes"),
            ("turn_on_two_factor", "new_recovery_codes"),
        ),
    ]
    return [*found, *_of_admins()] if admin else found


def _of_admins() -> list[OwnPlace]:
    """What only Super Admins have."""
    return [
        OwnPlace(
            "security.recovery_key",
            "security",
            _say("New recovery key"),
            _say("The sheet that opens the workspace when the keyring is lost"),
            ("new_recovery_key",),
        ),
        OwnPlace(
            "privacy.request",
            "privacy",
            _say("Privacy requests"),
            _say("GDPR, data subject, export or delete a person"),
            ("privacy_address",),
        ),
        OwnPlace(
            "audit.recorded",
            "audit",
            _say("What is recorded"),
            _say("Categories of the audit log, editions"),
            ("audit_category_login",),
        ),
        OwnPlace(
            "audit.imported",
            "audit",
            _say("Import a log of HubSpot"),
            _say("Audit, login and security history"),
            ("import_log",),
        ),
        OwnPlace(
            "exports.own_threshold",
            "transfer",
            _say("Large export notification threshold"),
            _say("Your own notice of exports with many records"),
            ("export_threshold",),
        ),
    ]


def own_matching(section: str, words: str, *, admin: bool) -> str:
    """Key of the first place of a section whose title or other words have these, or empty."""
    wanted = words.casefold()
    places = (each for each in own_places(admin=admin) if each.section == section)
    return next((p.key for p in places if wanted in f"{p.title} {p.more} {p.key}".casefold()), "")


def section_of(key: str, *, admin: bool) -> str:
    """Key of the section that a place stands in; empty for none."""
    return next((each.section for each in own_places(admin=admin) if each.key == key), "")


def show_place(page: QWidget, key: str) -> None:
    """Bring a place of the page into sight and put the focus there."""
    names = next((each.controls for each in own_places(admin=True) if each.key == key), ())
    found = [control for name in names if (control := page.findChild(QWidget, name)) is not None]
    control = next((each for each in found if each.isVisibleTo(page)), None)
    if control is None:
        return
    for area in [page, *page.findChildren(QScrollArea)]:
        if isinstance(area, QScrollArea) and area.isAncestorOf(control):
            area.ensureWidgetVisible(control)
            if not control.focusPolicy():
                # Something to read, which begins at the top of what is in sight.
                top = control.mapTo(area.widget(), control.rect().topLeft())
                area.verticalScrollBar().setValue(top.y() - _ABOVE)
    control.setFocus()


def commands_of(page: QWidget) -> Mapping[str, Callable[[], object]]:
    """What a section can do that has commands of its own."""
    commands = getattr(page, "commands", None)
    return {} if commands is None else dict(commands())


def _say(text: str) -> str:
    return QCoreApplication.translate("OwnPlaces", text)
