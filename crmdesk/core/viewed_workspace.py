"""A workspace through another user's eyes: its services, over a database that is only read."""

from __future__ import annotations

from crmdesk.core.access.actor import Actor
from crmdesk.core.db.viewed import ViewedDatabase
from crmdesk.core.workspace import Workspace


class ViewedWorkspace(Workspace):
    """What a Super Admin works with who looks as another user would.

    Args:
        usual: the open workspace; it stays open when this one is closed.
        actor: as :meth:`ViewingService.start` made it.
    """

    def __init__(self, usual: Workspace, actor: Actor) -> None:
        viewing = usual.viewing
        database = ViewedDatabase(usual.database, lambda: viewing.refused(actor))
        super().__init__(usual.folder, usual.key, database=database)

    def close(self) -> None:
        """Close what was opened for looking."""
        if "browsing" in vars(self):
            self.browsing.leave()
        self.database.close()
