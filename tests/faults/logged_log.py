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


LOG: dict[str, Preparation] = {
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
    "audit_views.reorder": "the order in which one person sees views changes none of them",
}
LOG_READS = ("audit_views.list",)
