"""The audit log: its readers and its proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmdesk.core.access import keys
from crmdesk.core.access.keys import KeyPurpose

if TYPE_CHECKING:
    from crmdesk.core.audit.comment_drafts import CommentDrafts
    from crmdesk.core.audit.comment_reader import CommentReader
    from crmdesk.core.audit.comments import AuditComments
    from crmdesk.core.audit.imported import ImportedLogs
    from crmdesk.core.audit.imported_work import LogImportWork
    from crmdesk.core.audit.query import AuditLogReader
    from crmdesk.core.audit.revealing import SensitiveValues
    from crmdesk.core.audit.seal_keeping import SealKeeper
    from crmdesk.core.audit.service import AuditService
    from crmdesk.core.audit.views import AuditViews
    from crmdesk.core.workspace import Workspace


def audit_reader(workspace: Workspace) -> AuditLogReader:
    """Make the service that pages through entries."""
    from crmdesk.core.audit.query import AuditLogReader

    return AuditLogReader(workspace.database, workspace.guard)


def sensitive_values(workspace: Workspace) -> SensitiveValues:
    """Make the service that shows what entries hide."""
    from crmdesk.core.audit.revealing import SensitiveValues

    return SensitiveValues(*workspace.basis, workspace.audit_reader)


def audit(workspace: Workspace) -> AuditService:
    """Make the service that verifies and anchors the chain."""
    from crmdesk.core.audit.service import AuditService

    return AuditService(
        *workspace.basis,
        workspace.anchors,
        keys.derive(workspace.key, KeyPurpose.AUDIT_CHAIN),
        workspace.signing_key.public_key,
    )


def seals(workspace: Workspace) -> SealKeeper:
    """Make what remembers which entries were proven."""
    from crmdesk.core.audit.seal_keeping import SealKeeper

    return SealKeeper(workspace.database, keys.derive(workspace.key, KeyPurpose.AUDIT_CHAIN))


def audit_views(workspace: Workspace) -> AuditViews:
    """Make the service of the log's views."""
    from crmdesk.core.audit.views import AuditViews

    return AuditViews(*workspace.basis)


def imported_logs(workspace: Workspace) -> ImportedLogs:
    """Make the service that takes in logs of another program."""
    from crmdesk.core.audit.imported import ImportedLogs

    return ImportedLogs(*workspace.basis, workspace.jobs, workspace.staging)


def log_import_work(workspace: Workspace) -> LogImportWork:
    """Make what does the job of such a log."""
    from crmdesk.core.audit.imported_work import LogImportWork

    return LogImportWork(
        workspace.database, workspace.audit_log, workspace.inbox, workspace.staging
    )


def audit_comments(workspace: Workspace) -> AuditComments:
    """Make the service that writes comments on entries."""
    from crmdesk.core.audit.comments import AuditComments

    return AuditComments(*workspace.basis, workspace.inbox)


def comment_reader(workspace: Workspace) -> CommentReader:
    """Make the service that reads comments."""
    from crmdesk.core.audit.comment_reader import CommentReader

    return CommentReader(workspace.database, workspace.guard)


def comment_drafts(workspace: Workspace) -> CommentDrafts:
    """Make the service of comments that were begun."""
    from crmdesk.core.audit.comment_drafts import CommentDrafts

    return CommentDrafts(workspace.database, workspace.guard)
