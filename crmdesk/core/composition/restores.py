"""What puts data back from a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmdesk.core.access import keys
from crmdesk.core.access.keys import KeyPurpose

if TYPE_CHECKING:
    from crmdesk.core.restore.definitions import DefinitionRestores
    from crmdesk.core.restore.deleted import DeletedPlanner, DeletedRecords
    from crmdesk.core.restore.deleted_work import DeletedWork
    from crmdesk.core.restore.service import RestoreService
    from crmdesk.core.restore.work import RestoreWork
    from crmdesk.core.workspace import Workspace


def definition_restores(workspace: Workspace) -> DefinitionRestores:
    """Make the service that puts definitions back."""
    from crmdesk.core.restore.definitions import DefinitionRestores

    return DefinitionRestores(
        workspace.database,
        workspace.guard,
        workspace.definitions,
        workspace.pipelines,
        workspace.type_changes,
        workspace.vault / "backups",
        workspace.signing_key.public_key,
    )


def _deleted_planner(workspace: Workspace) -> DeletedPlanner:
    from crmdesk.core.restore.deleted import DeletedPlanner

    return DeletedPlanner(
        workspace.database,
        workspace.folder,
        workspace.signing_key.public_key,
        workspace.file.id,
        keys.derive(workspace.key, KeyPurpose.TOMBSTONES),
    )


def deleted_records(workspace: Workspace) -> DeletedRecords:
    """Make the service that brings deleted records back from a backup."""
    from crmdesk.core.restore.deleted import DeletedRecords

    return DeletedRecords(*workspace.basis, workspace.jobs, _deleted_planner(workspace))


def deleted_work(workspace: Workspace) -> DeletedWork:
    """Make what does the jobs of bringing records back."""
    from crmdesk.core.restore.deleted_work import DeletedWork

    return DeletedWork(
        workspace.database, workspace.audit_log, workspace.inbox, _deleted_planner(workspace)
    )


def restores(workspace: Workspace) -> RestoreService:
    """Make the service of restores."""
    from crmdesk.core.restore.service import RestoreService

    return RestoreService(
        *workspace.basis,
        workspace.inbox,
        workspace.jobs,
        workspace.folder,
        workspace.signing_key.public_key,
    )


def restore_work(workspace: Workspace) -> RestoreWork:
    """Make what does the jobs of restores and of their undo."""
    from crmdesk.core.restore.work import RestoreWork

    return RestoreWork(workspace.database, workspace.audit_log, workspace.inbox, workspace.folder)
