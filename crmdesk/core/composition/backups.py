"""Backups, looking into them, proving them and comparing with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmdesk.core.backup.browse import BrowsingService
    from crmdesk.core.backup.drills import DrillService, DrillWork
    from crmdesk.core.backup.expiry import BackupExpiry
    from crmdesk.core.backup.service import BackupService
    from crmdesk.core.backup.work import BackupWork
    from crmdesk.core.compare.service import ComparisonService
    from crmdesk.core.workspace import Workspace


def backups(workspace: Workspace) -> BackupService:
    """Make the service of backups."""
    from crmdesk.core.backup.service import BackupService

    return BackupService(
        *workspace.basis,
        workspace.settings,
        workspace.jobs,
        workspace.inbox,
        workspace.vault / "backups",
        workspace.signing_key.public_key,
    )


def backup_work(workspace: Workspace) -> BackupWork:
    """Make what does the jobs of backups."""
    from crmdesk.core.backup.work import BackupWork

    return BackupWork(
        workspace.database,
        workspace.audit_log,
        workspace.settings,
        workspace.inbox,
        workspace.anchors,
        workspace.vault / "backups",
        workspace.file.id,
        workspace.signing_key,
    )


def backup_expiry(workspace: Workspace) -> BackupExpiry:
    """Make what removes the files of backups whose days are over."""
    from crmdesk.core.backup.expiry import BackupExpiry

    return BackupExpiry(workspace.database, workspace.audit_log, workspace.vault / "backups")


def browsing(workspace: Workspace) -> BrowsingService:
    """Make the service that looks into backups."""
    from crmdesk.core.backup.browse import BrowsingService

    return BrowsingService(
        *workspace.basis, workspace.vault / "backups", workspace.signing_key.public_key
    )


def drills(workspace: Workspace) -> DrillService:
    """Make the service that proves a backup by restoring it aside."""
    from crmdesk.core.backup.drills import DrillService

    return DrillService(
        workspace.database,
        workspace.guard,
        workspace.settings,
        workspace.jobs,
        workspace.vault / "backups",
    )


def drill_work(workspace: Workspace) -> DrillWork:
    """Make what does the jobs of drills."""
    from crmdesk.core.backup.drills import DrillWork

    return DrillWork(
        workspace.database,
        workspace.audit_log,
        workspace.inbox,
        workspace.vault / "backups",
        workspace.staging,
        workspace.signing_key.public_key,
    )


def comparisons(workspace: Workspace) -> ComparisonService:
    """Make the service that compares with backups."""
    from crmdesk.core.compare.service import ComparisonService

    return ComparisonService(
        *workspace.basis, workspace.inbox, workspace.folder, workspace.signing_key.public_key
    )
