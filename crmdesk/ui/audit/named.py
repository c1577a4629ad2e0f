"""Entries that a kind and a number would tell too little of: what they were done to, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crmdesk.core.access.actor import SignInType
from crmdesk.core.audit import kinds
from crmdesk.core.audit.comment_model import OBJECT_TYPE as COMMENT
from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.audit.kinds import Action, Category
from crmdesk.core.files.plain_line import plain_line
from crmdesk.ui import words
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.setting_change import setting_label, setting_words
from crmdesk.ui.exports.words import filled
from crmdesk.ui.records.showing import in_sentence

if TYPE_CHECKING:
    from crmdesk.ui.audit.wording import Wording

_LONGEST = 200
_PINNED = kinds.BACKUP_PINNED.subcategory
_SIGN_INS = {kinds.LOGIN_SUCCEEDED.subcategory, kinds.LOGIN_FAILED.subcategory}
_DEFINED = {Category.PROPERTY.value, Category.SENSITIVE.value}
#: What these are called by their subcategory is a thing, to which something was done.
_THINGS = {
    Category.PROPERTY.value,
    Category.PIPELINE.value,
    Category.LIST.value,
    Category.ASSOCIATION_DEFINITION.value,
    Category.RECORD_FORM.value,
}


def special_target(wording: Wording, event: AuditEvent) -> str:
    """To what an entry of such a kind was done; empty for any other."""
    detail = event.detail
    if event.object == "setting":
        return setting_words(event)
    if event.object == COMMENT:
        entry = detail.get("event")
        on = say("Comment on entry %1")
        return filled(on, words.number(entry)) if isinstance(entry, int) else ""
    if event.object == "team" and isinstance(name := detail.get("team"), str):
        return filled(say("Team %1"), plain_line(name[:_LONGEST]))
    if event.subcategory in _SIGN_INS and event.sign_in_type:
        way = in_sentence(sign_in_words(event.sign_in_type))
        return filled(say("%1, %2"), wording.subcategory(event), way)
    if event.category == Category.ASSOCIATION:
        return _associated(wording, event)
    if event.category in _DEFINED:
        return _property(wording, event)
    if event.category == Category.PIPELINE:
        return _pipeline(wording, event)
    return special_title(event) if event.subcategory == _PINNED else ""


def special_title(event: AuditEvent) -> str:
    """The heading of an entry of such a kind; empty for any other."""
    if event.object == "setting":
        return filled(say("%1 changed"), setting_label(event.object_id or ""))
    if event.object == COMMENT:
        return _comment(event)
    if event.subcategory == _PINNED and "new" in event.detail:
        return say("Backup pinned") if event.detail.get("new") else say("Backup unpinned")
    if event.category == Category.ASSOCIATION:
        return {
            Action.CREATE.value: say("Association created"),
            Action.DELETE.value: say("Association removed"),
            Action.UPDATE.value: say("Association label changed"),
        }.get(event.action, "")
    return _either(event)


def _either(event: AuditEvent) -> str:
    """Kinds whose subcategory does not say which of two things happened."""
    found: dict[kinds.EventKind, str] = {
        kinds.SENSITIVE_REVEALED: say("Sensitive value revealed"),
        kinds.SENSITIVE_EXPORTED: say("Sensitive values exported"),
        kinds.VIEWING_STARTED: say("Viewing as another user began"),
        kinds.VIEWING_ENDED: say("Viewing as another user ended"),
        kinds.LOG_IMPORTED: say("Log of another program imported"),
        kinds.LOG_IMPORT_REMOVED: say("Log of another program removed"),
    }
    meant = (event.category, event.subcategory, event.action)
    return next((text for kind, text in found.items() if _key(kind) == meant), "")


def _key(kind: kinds.EventKind) -> tuple[str, str, str]:
    return kind.category.value, kind.subcategory, kind.action.value


def is_thing(event: AuditEvent) -> bool:
    """Whether its subcategory names a thing, and its action what was done to it."""
    return event.category in _THINGS or event.subcategory == kinds.PROPERTY_CREATED.subcategory


def _comment(event: AuditEvent) -> str:
    if event.action == Action.CREATE:
        return say("Comment written")
    if event.action == Action.DELETE:
        return say("Comment deleted")
    changes = {"resolved": say("Thread resolved"), "reopened": say("Thread reopened")}
    return changes.get(str(event.detail.get("change")), say("Comment edited"))


def _associated(wording: Wording, event: AuditEvent) -> str:
    other = wording.objects.get(str(event.detail.get("with_object")))
    own, number = wording.objects.get(event.object or ""), event.detail.get("with_record")
    if own is None or other is None or not isinstance(number, int) or event.subjects > 1:
        return ""
    first = f"{own.label} {event.object_id}"
    return filled(say("%1 with %2"), first, f"{in_sentence(other.label)} {number}")


def _property(wording: Wording, event: AuditEvent) -> str:
    label, owner = _defined_label(event), wording.objects.get(event.object or "")
    if not label or owner is None or event.subcategory != kinds.PROPERTY_CREATED.subcategory:
        return ""
    return filled(say("%1 property %2"), owner.label, label)


def _pipeline(wording: Wording, event: AuditEvent) -> str:
    """As in "Deal pipeline Renewals"; empty for their order, which has no label."""
    label, owner = _defined_label(event), wording.objects.get(event.object or "")
    if not label or owner is None:
        return ""
    stage = event.subcategory == kinds.STAGE_CREATED.subcategory
    form = say("%1 stage %2") if stage else say("%1 pipeline %2")
    return filled(form, owner.label, label)


def _defined_label(event: AuditEvent) -> str:
    sides = [event.detail.get(side) for side in ("new", "old")]
    return next((_label(side) for side in sides if isinstance(side, Mapping) and _label(side)), "")


def _label(side: Mapping[str, Any]) -> str:
    return plain_line(str(side.get("label") or "")[:_LONGEST])


def sign_in_words(kind: str) -> str:
    """With what somebody signed in; a way of another version goes by its code."""
    ways = {
        SignInType.PASSWORD.value: say("Password"),
        SignInType.PASSWORD_AND_CODE.value: say("Password and 2FA"),
        SignInType.RECOVERY_CODE.value: say("Password and recovery code"),
        SignInType.SSO.value: say("Single sign-on"),
        SignInType.REMEMBERED.value: say("Remembered session"),
        SignInType.COMMAND_LINE.value: say("Command line"),
    }
    return ways.get(kind, kind)
