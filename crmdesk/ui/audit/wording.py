"""How an entry of the audit log reads: who, what, to what, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmdesk.core.access.actor import ActorKind
from crmdesk.core.audit.catalogue import AuditCatalogue
from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.audit.kinds import Action, Category, Result
from crmdesk.core.files.plain_line import plain_line
from crmdesk.core.links import DeepLink
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.setting_declarations import Edition
from crmdesk.ui import words
from crmdesk.ui.audit.named import is_thing, special_target, special_title
from crmdesk.ui.audit.say import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.words import filled
from crmdesk.ui.records.showing import in_sentence
from crmdesk.ui.tables.cells import Tone

_TONES = {
    Action.CREATE: Tone.OK,
    Action.ENABLE: Tone.OK,
    Action.UNLOCK: Tone.OK,
    Action.UPDATE: Tone.INFO,
    Action.VERIFY: Tone.INFO,
    Action.DELETE: Tone.DANGER,
    Action.PURGE: Tone.DANGER,
    Action.RESTORE: Tone.WARN,
    Action.UNDO: Tone.WARN,
    Action.IMPORT: Tone.WARN,
    Action.EXPORT: Tone.WARN,
    Action.DOWNLOAD: Tone.WARN,
    Action.REVEAL: Tone.WARN,
    Action.REFUSE: Tone.DANGER,
}
# By its text: every row asks, and an enumeration takes its time.
_TONES_BY_CODE = {action.value: tone for action, tone in _TONES.items()}
_DAYS_KEPT = 4_000
# No cell shows more; measuring a megabyte for one would take seconds.
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Wording:
    """Words for entries, from the catalogue and from the labels the workspace has now.

    Attributes:
        zone: what times are shown in; read once, since every row asks for it.
        edition: what of the log is shown.
        removed: what objects are called that are not there any more.
        objects: object types by API name; an object that was removed goes by its name.
    """

    desk: Desk
    catalogue: AuditCatalogue
    zone: ZoneInfo
    edition: Edition
    objects: Mapping[str, ObjectType] = field(default_factory=dict)
    removed: Mapping[str, str] = field(default_factory=dict)
    _days: dict[date, str] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, desk: Desk) -> Wording:
        """Read the labels of now."""
        definitions = desk.workspace.definitions
        found = definitions.objects(desk.actor)
        return cls(
            desk,
            desk.workspace.audit.catalogue(desk.actor),
            desk.zone,
            Edition(desk.workspace.settings.text(None, "workspace.edition")),
            {object_type.name: object_type for object_type in found},
            {each.name: each.label for each in definitions.archived_objects(desk.actor)},
        )

    def category(self, event: AuditEvent) -> str:
        """The category's label."""
        found = self.catalogue.category(event.category)
        return event.category if found is None else found.label

    def subcategory(self, event: AuditEvent) -> str:
        """What happened, by the catalogue; for records the name of their object."""
        category = self.catalogue.category(event.category)
        found = None if category is None else category.subcategory(event.subcategory)
        if found is not None:
            return found.label
        object_type = self.objects.get(event.subcategory.lower())
        if object_type is not None:
            return object_type.plural_label
        return self.removed.get(event.subcategory.lower(), event.subcategory)

    def action(self, event: AuditEvent) -> tuple[str, Tone]:
        """The word of the badge and its tint; what did not succeed says that instead."""
        if event.result == Result.FAILED:
            return say("Failed"), Tone.DANGER
        if event.result == Result.REFUSED:
            return say("Refused"), Tone.DANGER
        tone = _TONES_BY_CODE.get(event.action, Tone.NEUTRAL)
        return self.catalogue.action_labels.get(event.action, event.action), tone

    def link(self, place: str) -> str:
        """A link to a place in this workspace, for elsewhere: ``crmdesk://<workspace>/audit/17``."""
        return str(DeepLink(self.desk.workspace.id, place))

    def who(self, event: AuditEvent) -> str:
        """The name of who acted, as it was then."""
        if name := event.user_name or event.user:
            return plain_line(name)
        names: dict[str, str] = {
            ActorKind.SYSTEM: say("CRM Desk"),
            ActorKind.SCHEDULE: say("Schedule"),
            ActorKind.UNKNOWN: say("Unknown person"),
        }
        return names.get(event.actor_kind, say("Erased"))

    def at(self, event: AuditEvent, now: datetime | None = None, *, inside: bool = False) -> str:
        """When, to the second: "Today 09:41:07", then "20 Nov 2026 16:22:01".

        Args:
            inside: it stands within a line: "Marc Dubois, today 09:41:07".
        """
        here = event.at.astimezone(self.zone)
        on, clock = here.date(), here.time().isoformat("seconds")
        days = ((now or datetime.now(UTC)).astimezone(self.zone).date() - on).days
        if days == 0:
            return f"{say('today') if inside else say('Today')} {clock}"
        if days == 1:
            return f"{say('yesterday') if inside else say('Yesterday')} {clock}"
        return f"{self._day(on)} {clock}"

    def _day(self, on: date) -> str:
        """A date in words, kept: entries beside each other are mostly of one day."""
        found = self._days.get(on)
        if found is None:
            if len(self._days) > _DAYS_KEPT:
                self._days.clear()
            found = self._days[on] = words.day(on)
        return found

    def target(self, event: AuditEvent) -> str:
        """To what it was done: "Contact Ann Devon, phone", "412 deals"."""
        named = self._named(event)
        changes = event.detail.get("changes")
        if isinstance(changes, list) and changes:
            labels = [self.property(event.object, str(each.get("property"))) for each in changes]
            more = say(" and %n more", len(labels) - 2) if len(labels) > 2 else ""
            return say("%1, %2").replace("%1", named).replace("%2", ", ".join(labels[:2]) + more)
        return named

    def title(self, event: AuditEvent) -> str:
        """The heading of its panel: "Deal deleted", "412 deals edited", "Backup created"."""
        object_type = self.objects.get(event.object or "")
        if event.result == Result.OK and (special := special_title(event)):
            return special
        record = event.category in {Category.CRM_OBJECT, Category.PROPERTY_VALUE}
        if not record or event.result != Result.OK:
            told = event.result == Result.OK and is_thing(event)
            done = _done(event.action) if told else ""
            named = self.subcategory(event)
            return filled(say("%1 %2"), named, done) if done else named
        label = self.subcategory(event) if object_type is None else object_type.label
        if event.subjects > 1 and object_type is not None:
            label = f"{words.number(event.subjects)} {in_sentence(object_type.plural_label)}"
        if event.action == Action.OTHER:
            return filled(say("%1, other activity"), label)
        done = _done(event.action) or self.action(event)[0].lower()
        return filled(say("%1 %2"), label, done)

    def property(self, object_name: str | None, name: str) -> str:
        """A property's label; its internal name when it is gone."""
        object_type = self.objects.get(object_name or "")
        found = None if object_type is None else object_type.by_name.get(name)
        return name if found is None else found.label

    def _named(self, event: AuditEvent) -> str:
        if special := special_target(self, event):
            return special
        object_type = self.objects.get(event.object or "")
        name = _first_text(event.detail, ("name", "label", "email", "file", "team", "setting"))
        if name and (event.link or "").startswith("exports/"):
            return name
        if object_type is None:
            view = _first_text(event.detail, ("view",))
            told = filled(say("%1, %2"), self.subcategory(event), view) if view else ""
            return told or name or self.subcategory(event)
        if event.subjects > 1:
            return f"{words.number(event.subjects)} {object_type.plural_label.lower()}"
        of_record = (event.object_id or "").isdigit()
        if not name and not of_record and event.category == Category.SECURITY:
            # Its id is that of a restore, which tells a person nothing.
            what = say("%1, %2").replace("%1", self.subcategory(event))
            return what.replace("%2", object_type.plural_label.lower())
        return f"{object_type.label} {name or event.object_id or ''}".rstrip()


def _done(action: str) -> str:
    """What became of a record: "Deal deleted"."""
    return {
        Action.CREATE: say("created"),
        Action.UPDATE: say("edited"),
        Action.DELETE: say("deleted"),
        Action.RESTORE: say("restored"),
        Action.PURGE: say("deleted for good"),
        Action.MERGE: say("merged"),
        Action.UNDO: say("put back"),
        Action.IMPORT: say("imported"),
    }.get(Action(action) if action in set(Action) else Action.REFUSE, "")


def _first_text(detail: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    found = next((str(detail[key]) for key in keys if isinstance(detail.get(key), str)), "")
    return plain_line(found[:_LONGEST_NAME])
