"""Whether what an entry tells of is still in the settings: a user, a team, a definition, a log."""

from __future__ import annotations

from crmdesk.ui.desk import Desk


def is_in_settings(desk: Desk, link: str) -> bool:
    """Whether a place of the settings still shows it; a section by itself always does.

    Raises:
        UserError: it is gone together with what it belonged to.
    """
    _, section, *rest = link.split("/")
    workspace, actor = desk.workspace, desk.actor
    if section == "audit.imported" and rest:
        return rest[0] in {str(each.id) for each in workspace.imported_logs.list(actor)}
    if section == "users" and rest:
        found = workspace.teams.list(actor) if rest[0] == "teams" else workspace.users.list(actor)
        return rest[-1] in {str(each.id) for each in found}
    if section == "objects" and rest:
        return _is_defined(desk, *rest)
    return True


def _is_defined(desk: Desk, object_name: str, page: str = "", name: str = "") -> bool:
    """Whether an object has a page's pipeline or property; one put away is still shown there."""
    definitions, actor = desk.workspace.definitions, desk.actor
    owner = definitions.object(actor, object_name)
    if page == "pipelines" and name:
        return name in {each.name for each in owner.pipelines}
    if page == "properties" and name and name not in owner.by_name:
        away = definitions.archived_properties(actor, object_name)
        return name in {each.name for each in away}
    return True
