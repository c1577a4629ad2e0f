"""What ties the demonstration's records together: associations, a merge, segments and views."""

from __future__ import annotations

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Action
from crmdesk.core.changes.change_set import Source, open_change_set
from crmdesk.core.db.engine import Tx
from crmdesk.core.records.association_bulk import associate_many
from crmdesk.core.records.filters import Group, RecordQuery, parse_filter
from crmdesk.core.records.picking import Picked
from crmdesk.core.records.schema import load_object_type
from crmdesk.core.records.views import ViewDefinition
from crmdesk.core.workspace import Workspace

_INVITED = 25
_DECISION = "Decision maker"
#: Both objects, the label, and SQL for the pairs: the sample files name people and firms in words.
_TIES = (
    (
        "contacts",
        "companies",
        "",
        "SELECT p.id, c.id FROM obj_contacts p JOIN obj_companies c ON c.name = p.company",
    ),
    (
        "deals",
        "companies",
        "",
        "SELECT d.id, c.id FROM obj_deals d JOIN obj_companies c "
        "ON c.name = substr(d.dealname, 1, instr(d.dealname, ' – ') - 1)",
    ),
    (
        "deals",
        "contacts",
        _DECISION,
        "SELECT d.id, min(p.id) FROM obj_deals d JOIN obj_contacts p "
        "ON p.company = substr(d.dealname, 1, instr(d.dealname, ' – ') - 1) "
        "GROUP BY d.id",
    ),
    (
        "calls",
        "contacts",
        "",
        "SELECT a.id, min(p.id) FROM obj_calls a JOIN obj_contacts p "
        "ON p.firstname || ' ' || p.lastname = "
        "substr(a.hs_call_title, instr(a.hs_call_title, ': ') + 2) GROUP BY a.id",
    ),
    (
        "tasks",
        "companies",
        "",
        "SELECT t.id, c.id FROM obj_tasks t JOIN obj_companies c "
        "ON c.name = substr(t.hs_task_subject, instr(t.hs_task_subject, ': ') + 2)",
    ),
)


def tie_together(workspace: Workspace, actor: Actor) -> str:
    """Associate the sample records, merge a duplicate, and make two segments and two views.

    Returns:
        What was done, in a sentence.
    """
    workspace.association_definitions.add_label(actor, "deals", "contacts", _DECISION, "Decides on")
    with workspace.database.write() as tx:
        change_id = open_change_set(tx, actor, Source.CRM_UI_BULK_ACTION)
        added = sum(
            _associate(workspace, tx, actor, change_id, (one, other), label, pairs)
            for one, other, label, pairs in _TIES
        )
    _merge_a_duplicate(workspace, actor)
    _make_segments(workspace, actor)
    _make_views(workspace, actor)
    return f"{added:,} associations, a merged duplicate, 2 segments, 2 views"


def _associate(
    workspace: Workspace,
    tx: Tx,
    actor: Actor,
    change_id: int,
    objects: tuple[str, str],
    label: str,
    pairs: str,
) -> int:
    one, other = (load_object_type(tx, name) for name in objects)
    found = tx.sql(pairs).fetchall()
    done = associate_many(tx, change_id, one, other, found, label)
    if done.added:
        workspace.audit_log.log(
            tx,
            actor,
            kinds.association(one.name, Action.CREATE),
            object_type=one.name,
            subjects=done.added,
            details={"with_object": other.name, "change": change_id},
        )
    return done.added


def _merge_a_duplicate(workspace: Workspace, actor: Actor) -> None:
    """The same person written down twice, as happens."""
    first = min(workspace.records.ids(actor, RecordQuery("contacts")))
    person = workspace.records.get(actor, "contacts", first)
    known = {name: person.values[name] or "" for name in ("firstname", "lastname", "company")}
    twice = {**known, "email": f"old.{person.values['email']}", "hs_lead_status": "CONNECTED"}
    duplicate = workspace.editor.add(actor, "contacts", twice)
    workspace.merges.apply(actor, "contacts", person.id, duplicate.id)


def _make_segments(workspace: Workspace, actor: Actor) -> None:
    customers = _group("lifecyclestage:eq:customer", "hs_email_optout:neq:true")
    workspace.segments.add(actor, "contacts", "Customers we may write to", [customers])
    newest = workspace.records.ids(actor, RecordQuery("contacts"))[:_INVITED]
    workspace.segments.add(actor, "contacts", "Invited to the spring fair", members=Picked(newest))


def _make_views(workspace: Workspace, actor: Actor) -> None:
    opportunities = ViewDefinition(
        columns=("firstname", "lastname", "company", "phone", "notes_last_contacted"),
        sort="notes_last_contacted",
        groups=(_group("lifecyclestage:eq:opportunity"),),
    )
    workspace.views.add(actor, "contacts", "Opportunities", opportunities, shared=True)
    large = ViewDefinition(
        columns=("dealname", "amount", "dealstage", "closedate"),
        sort="amount",
        groups=(_group("amount:gte:20000", "closed_lost_reason:not_has_property"),),
    )
    workspace.views.add(actor, "deals", "Large deals", large, shared=True)


def _group(*filters: str) -> Group:
    return tuple(parse_filter(text) for text in filters)
