"""E-mail: the server, the outbox and what sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmdesk.core.access import keys
from crmdesk.core.access.keys import KeyPurpose

if TYPE_CHECKING:
    from crmdesk.core.mail.outbox import Outbox
    from crmdesk.core.mail.server import MailServerService
    from crmdesk.core.mail.work import MailWork
    from crmdesk.core.notify.mail_choices import MailChoices
    from crmdesk.core.workspace import Workspace


def _secrets_key(workspace: Workspace) -> bytes:
    return keys.derive(workspace.key, KeyPurpose.DATABASE_SECRETS)


def mail_server(workspace: Workspace) -> MailServerService:
    """Make the service of the mail server's settings."""
    from crmdesk.core.mail.server import MailServerService

    return MailServerService(*workspace.basis, _secrets_key(workspace))


def outbox(workspace: Workspace) -> Outbox:
    """Make the service of mail that waits, was sent or failed."""
    from crmdesk.core.mail.outbox import Outbox

    return Outbox(*workspace.basis, workspace.jobs)


def mail_choices(workspace: Workspace) -> MailChoices:
    """Make the service of what each Super Admin is also written to about."""
    from crmdesk.core.notify.mail_choices import MailChoices

    return MailChoices(workspace.database, workspace.guard)


def mail_work(workspace: Workspace) -> MailWork:
    """Make what does the jobs of sending mail."""
    from crmdesk.core.mail.work import MailWork

    return MailWork(workspace.database, _secrets_key(workspace))
