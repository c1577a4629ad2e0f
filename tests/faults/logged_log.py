"""Calls about the audit log itself: its views, and what is said about its entries."""

from __future__ import annotations

from collections.abc import Callable

from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.view_model import AuditViewDefinition
from tests.builders import Desk

Act = Callable[[], object]
Preparation = Callable[[Desk], Act]
DELETIONS = AuditViewDefinition(AuditFilters(actions=("delete",)))


def _with_view(act: Callable[[Desk, int], object]) -> Preparation:
    """A view of the log that was saved."""

    def prepare(desk: Desk) -> Act:
        view_id = desk.workspace.audit_views.save_as(desk.admin, "Deletions", AuditViewDefinition())
        return lambda: act(desk, view_id)

    return prepare


def _with_comment(act: Callable[[Desk, int], object], *, resolved: bool = False) -> Preparation:
    """A comment on the first entry."""

    def prepare(desk: Desk) -> Act:
        comments = desk.workspace.audit_comments
        comment_id = comments.add(desk.admin, 1, "Why all of them?").comment_id
        if resolved:
            comments.resolve(desk.admin, comment_id)
        return lambda: act(desk, comment_id)

    return prepare


def _hidden_edit(desk: Desk) -> Act:
    """An entry that hides a sensitive value."""
    contact = desk.contact(phone="555-0100")
    desk.workspace.definitions.set_property(desk.admin, "contacts", "phone", {"sensitive": True})
    desk.edit(contact, phone="555-0199")
    [[entry]] = desk.sql("SELECT max(id) FROM audit_events WHERE category = 'property_value'")
    return lambda: desk.workspace.sensitive_values.reveal(desk.admin, int(str(entry)))


LOG: dict[str, Preparation] = {
    "sensitive_values.reveal": _hidden_edit,
    "audit_comments.add": lambda d: lambda: d.workspace.audit_comments.add(d.admin, 1, "Why?"),
    "audit_comments.edit": _with_comment(
        lambda d, i: d.workspace.audit_comments.edit(d.admin, i, "Why 42 of them?")
    ),
    "audit_comments.remove": _with_comment(
        lambda d, i: d.workspace.audit_comments.remove(d.admin, i)
    ),
    "audit_comments.reopen": _with_comment(
        lambda d, i: d.workspace.audit_comments.reopen(d.admin, i), resolved=True
    ),
    "audit_comments.reply": _with_comment(
        lambda d, i: d.workspace.audit_comments.reply(d.admin, i, "For the mail merge.")
    ),
    "audit_comments.resolve": _with_comment(
        lambda d, i: d.workspace.audit_comments.resolve(d.admin, i)
    ),
    "audit_views.clone": lambda d: lambda: d.workspace.audit_views.clone(d.admin, -1),
    "audit_views.remove": _with_view(lambda d, i: d.workspace.audit_views.remove(d.admin, i)),
    "audit_views.rename": _with_view(
        lambda d, i: d.workspace.audit_views.rename(d.admin, i, "What went")
    ),
    "audit_views.save": _with_view(
        lambda d, i: d.workspace.audit_views.save(d.admin, i, DELETIONS)
    ),
    "audit_views.save_as": lambda d: (
        lambda: d.workspace.audit_views.save_as(d.admin, "Deletions", DELETIONS)
    ),
    "audit_views.share": _with_view(
        lambda d, i: d.workspace.audit_views.share(d.admin, i, everyone=True)
    ),
}
LOG_UNLOGGED = {
    "comment_drafts.keep": "what somebody begins to write concerns them alone until it is sent",
    "comment_reader.mark_seen": "what a person has read concerns them alone",
    "audit_views.reorder": "the order in which one person sees views changes none of them",
}
LOG_READS = (
    "audit_views.list",
    "comment_drafts.list",
    "comment_reader.counts",
    "comment_reader.people",
    "comment_reader.text_to_edit",
    "comment_reader.threads",
)
