"""What answers requests of a person about their data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmdesk.core.privacy.service import PrivacyService
    from crmdesk.core.privacy.work import PrivacyWork
    from crmdesk.core.workspace import Workspace


def privacy(workspace: Workspace) -> PrivacyService:
    """Make the service of requests."""
    from crmdesk.core.privacy.service import PrivacyService

    return PrivacyService(workspace.database, workspace.guard, workspace.jobs, workspace.vault)


def privacy_work(workspace: Workspace) -> PrivacyWork:
    """Make what does the jobs of requests."""
    from crmdesk.core.composition.records import purger
    from crmdesk.core.privacy.work import PrivacyWork

    return PrivacyWork(
        workspace.database,
        workspace.audit_log,
        workspace.settings,
        workspace.inbox,
        purger(workspace),
        workspace.vault,
    )
