"""What comes in by imports, and what leaves by exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmdesk.core.access import keys
from crmdesk.core.access.keys import KeyPurpose

if TYPE_CHECKING:
    from crmdesk.core.exports.approvals import ExportApprovals
    from crmdesk.core.exports.expiry import ExportExpiry
    from crmdesk.core.exports.overview import ExportOverviews
    from crmdesk.core.exports.reports import ReportService
    from crmdesk.core.exports.service import ExportService
    from crmdesk.core.exports.thresholds import ExportThresholds
    from crmdesk.core.exports.work import ExportWork
    from crmdesk.core.transfer.listing import ImportListing
    from crmdesk.core.transfer.preparing import Preparer
    from crmdesk.core.transfer.service import ImportService
    from crmdesk.core.transfer.templates import ImportTemplates
    from crmdesk.core.transfer.undo_work import UndoWork
    from crmdesk.core.transfer.undoing import ImportUndos
    from crmdesk.core.transfer.work import ImportWork
    from crmdesk.core.workspace import Workspace


def _preparer(workspace: Workspace) -> Preparer:
    from crmdesk.core.transfer.opened import Home
    from crmdesk.core.transfer.preparing import Preparer

    return Preparer(
        workspace.database,
        workspace.staging,
        Home(workspace.file.id, workspace.signing_key.public_key),
        keys.derive(workspace.key, KeyPurpose.TOMBSTONES),
    )


def imports(workspace: Workspace) -> ImportService:
    """Make the service of imports."""
    from crmdesk.core.transfer.service import ImportService

    return ImportService(
        *workspace.basis,
        workspace.inbox,
        workspace.jobs,
        _preparer(workspace),
        workspace.vault / "imports",
    )


def import_work(workspace: Workspace) -> ImportWork:
    """Make what does the jobs of imports."""
    from crmdesk.core.transfer.work import ImportWork

    return ImportWork(
        workspace.database,
        workspace.audit_log,
        workspace.inbox,
        _preparer(workspace),
        workspace.vault / "imports",
    )


def import_listing(workspace: Workspace) -> ImportListing:
    """The list of imports as a window reads it."""
    from crmdesk.core.transfer.listing import ImportListing

    return ImportListing(workspace.database, workspace.guard)


def import_templates(workspace: Workspace) -> ImportTemplates:
    """Make the service of remembered mappings."""
    from crmdesk.core.transfer.templates import ImportTemplates

    return ImportTemplates(workspace.database, workspace.guard)


def import_undos(workspace: Workspace) -> ImportUndos:
    """Make the service that takes imports back."""
    from crmdesk.core.transfer.undoing import ImportUndos

    return ImportUndos(workspace.database, workspace.guard, workspace.jobs, workspace.staging)


def import_undo_work(workspace: Workspace) -> UndoWork:
    """Make what does the jobs of taking imports back."""
    from crmdesk.core.transfer.undo_work import UndoWork

    return UndoWork(workspace.database, workspace.audit_log, workspace.inbox, workspace.staging)


def exports(workspace: Workspace) -> ExportService:
    """Make the service of exports."""
    from crmdesk.core.exports.service import ExportService

    return ExportService(
        *workspace.basis,
        workspace.settings,
        workspace.jobs,
        workspace.inbox,
        workspace.anchors,
        workspace.vault / "exports",
    )


def export_work(workspace: Workspace) -> ExportWork:
    """Make what does the jobs of exports."""
    from crmdesk.core.exports.work import ExportWork

    return ExportWork(
        *workspace.basis, workspace.settings, workspace.inbox, workspace.vault / "exports"
    )


def export_approvals(workspace: Workspace) -> ExportApprovals:
    """Make the service that decides on exports that wait."""
    from crmdesk.core.exports.approvals import ExportApprovals

    return ExportApprovals(
        *workspace.basis, workspace.jobs, workspace.inbox, workspace.vault / "exports"
    )


def export_thresholds(workspace: Workspace) -> ExportThresholds:
    """Make the service of one's own threshold for notices of large exports."""
    from crmdesk.core.exports.thresholds import ExportThresholds

    return ExportThresholds(*workspace.basis)


def reports(workspace: Workspace) -> ReportService:
    """Make the service of exports of other things than records."""
    from crmdesk.core.exports.reports import ReportService

    return ReportService(*workspace.basis, workspace.settings, workspace.jobs, workspace.inbox)


def export_overviews(workspace: Workspace) -> ExportOverviews:
    """Make the service that sums up what left."""
    from crmdesk.core.exports.overview import ExportOverviews

    return ExportOverviews(workspace.database, workspace.guard, workspace.settings)


def export_expiry(workspace: Workspace) -> ExportExpiry:
    """Make what removes the files of exports whose days are over."""
    from crmdesk.core.exports.expiry import ExportExpiry

    return ExportExpiry(
        workspace.database,
        workspace.audit_log,
        workspace.settings,
        workspace.vault / "exports",
    )
