"""The ways that most tests of a restore begin with."""

from __future__ import annotations

from crmdesk.core.access.actor import Actor
from crmdesk.core.backup.model import Backup
from crmdesk.core.restore.wizard import Step
from tests.builders import Desk
from tests.ui.hands import AtWork
from tests.ui.restore.conftest import Open


def compared(work: AtWork) -> None:
    """Wait until the properties of the chosen object are shown."""
    work.wait(lambda: work.page.flow.state.survey is not None)
    work.wait(lambda: work.page.wizard.choose.properties.table.count)


def reviewed(work: AtWork) -> None:
    """Wait until the plan is shown."""
    work.wait(lambda: work.page.flow.state.step is Step.REVIEW and not work.page.flow.busy)


def from_backup(open_page: Open, desk: Desk, backup: Backup, actor: Actor | None = None) -> AtWork:
    """The wizard at its second step."""
    work = open_page(desk, actor)
    work.page.open_link(f"restore/from/{backup.id}")
    work.wait(lambda: work.page.flow.state.survey is not None)
    return work


def at_review(
    open_page: Open, desk: Desk, backup: Backup, *names: str, actor: Actor | None = None
) -> AtWork:
    """The wizard at its review, with both boxes ticked."""
    work = from_backup(open_page, desk, backup, actor)
    compared(work)
    work.page.flow.select(frozenset(names))
    work.click(work.page.wizard.forward)
    reviewed(work)
    work.click(work.page.wizard.review.before.changes.box)
    work.click(work.page.wizard.review.before.irreversible.box)
    return work
