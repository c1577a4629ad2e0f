"""Places for the command palette: objects, segments, saved views, sections and settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication

from crmdesk.core.access.permissions import Permission
from crmdesk.core.setting_declarations import SETTINGS
from crmdesk.ui.actions import ActionSpec
from crmdesk.ui.desk import Desk
from crmdesk.ui.frame.palette_search import find_actions
from crmdesk.ui.frame.values import PaletteGroup, PaletteLine, PaletteSource
from crmdesk.ui.settings.own_places import own_places
from crmdesk.ui.settings.wording import setting_words

_MOST, _LEAST_LETTERS = 6, 2


@dataclass(frozen=True, slots=True)
class Place:
    """Something the palette can go to: what it is called, of what kind, its icon and its link."""

    text: str
    kind: str
    icon: str
    link: str


def place_sources(desk: Desk) -> list[PaletteSource]:
    """The palette's search for places."""
    return [PaletteSource("places", partial(find_places, desk), partial(_show, desk))]


def find_places(desk: Desk, words: str) -> list[Place]:
    """Places whose words begin with those typed, best first; runs off the GUI thread."""
    if len(words.strip()) < _LEAST_LETTERS:
        return []
    places = [*_record_places(desk), *_log_places(desk), *_settings_places(desk)]
    # The same search as for commands: beginnings of words, without accents.
    specs = [
        ActionSpec(str(number), place.text, place=place.kind) for number, place in enumerate(places)
    ]
    return [places[int(spec.key)] for spec in find_actions(specs, words)][:_MOST]


def _record_places(desk: Desk) -> list[Place]:
    actor, workspace = desk.actor, desk.workspace
    found = []
    for own in workspace.definitions.objects(actor):
        link = f"records/{own.name}"
        found.append(Place(own.plural_label, _say("Object"), own.icon, link))
        of = _say("View of %1").replace("%1", own.plural_label)
        found += [
            Place(view.name, of, "layout-list", f"{link}/view/{view.id}")
            for view in workspace.views.list(actor, own.name)
        ]
    found += [
        Place(
            segment.name,
            _say("Segment"),
            "list-filter",
            f"records/{segment.object_name}/segment/{segment.id}",
        )
        for segment in workspace.segments.list(actor, sizes=False)
    ]
    found.append(Place(_say("Recycle bin"), _say("Records"), "trash-2", "records/recycle-bin"))
    return found


def _log_places(desk: Desk) -> list[Place]:
    """The views of the audit log, for those who may see it."""
    if not desk.may(Permission.SUPER_ADMIN):
        return []
    views = desk.workspace.audit_views.list(desk.actor)
    of = _say("View of the audit log")
    return [Place(view.name, of, "scroll-text", f"audit/view/{view.id}") for view in views]


def _settings_places(desk: Desk) -> list[Place]:
    kind = _say("Settings")
    sections = [
        (_say("Profile"), "circle-user", "profile"),
        (_say("Appearance"), "palette", "appearance"),
        (_say("Workspace"), "building-2", "workspace"),
        (_say("Security"), "shield", "security"),
        (_say("Objects and properties"), "blocks", "objects"),
        (_say("Backup & Restore"), "archive", "backup"),
        (_say("Records"), "database", "data"),
        (_say("Import & Export"), "arrow-down-up", "transfer"),
    ]
    if desk.may(Permission.SUPER_ADMIN):
        sections.append((_say("Users & Teams"), "users", "users"))
        sections.append((_say("Privacy"), "fingerprint-pattern", "privacy"))
    found = [Place(text, kind, icon, f"settings/{key}") for text, icon, key in sections]
    admin = desk.may(Permission.SUPER_ADMIN)
    found += [
        Place(each.title, kind, "settings", f"settings/{each.key}")
        for each in own_places(admin=admin)
    ]
    for setting in SETTINGS.values():
        words = setting_words(setting)
        if words.title != setting.key:
            found.append(Place(words.title, kind, "settings", f"settings/{setting.key}"))
    return found


def _show(desk: Desk, found: object) -> PaletteGroup:
    places: Sequence[Place] = found if isinstance(found, list) else []
    lines = [
        PaletteLine(place.text, partial(desk.go, place.link), place.kind, place.icon)
        for place in places
    ]
    return PaletteGroup(_say("Places"), lines)


def _say(text: str) -> str:
    return QCoreApplication.translate("PalettePlaces", text)
