"""The Restore tab in the frame: start, each step, the code, the summary, the undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyotp
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from crmdesk.core.backup.model import Backup
from crmdesk.core.clock import system_time
from crmdesk.ui.restore.page import RestorePage
from crmdesk.ui.widgets.empty_state import EmptyState
from tests.builders import Desk
from tests.shots.main import settle, settle_until
from tests.shots.settings import window_of

_NAMES = (
    "Save-a-lot Markets, Q4 order",
    "Ernst Handel renewal",
    "Rattlesnake Canyon 2027",
    "QUICK-Stop framework",
    "Folk och fä, winter range",
    "Hungry Owl spring deal",
    "Vaffeljernet 2027",
    "Wartian Herkku",
)


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """Every state of the tab."""
    yield from _empty(desk_factory())
    desk = desk_factory()
    backup = _damage(desk)
    _enrol(desk)
    made = window_of(desk)
    made.window.go_to("restore")
    page = made.window.page
    assert isinstance(page, RestorePage)
    settle_until(lambda: page.start.picker.table.count == 1)
    yield "start", made.window
    yield from _choose(page, made.window, backup)
    yield from _review(page, made.window, desk)
    yield from _done(page, made.window, desk)


def _empty(desk: Desk) -> Iterator[tuple[str, QWidget]]:
    made = window_of(desk)
    made.window.go_to("restore")
    nothing = made.window.page.findChild(EmptyState)
    assert nothing is not None
    settle_until(nothing.isVisible)
    yield "empty", made.window
    made.window.close()


def _damage(desk: Desk) -> Backup:
    """Deals whose amounts were overwritten, whose next step was written, and two that are gone."""
    deals = [
        desk.deal(dealname=name, amount=str(12_500 + 900 * number))
        for number, name in enumerate(_NAMES)
    ]
    for number in range(24):
        desk.contact(firstname="Ann", lastname=f"Devon {number}", city="London")
    backup = desk.backup()
    for deal in deals[:6]:
        desk.edit(deal, amount="0", description="Moved by an integration")
    desk.edit(deals[1], amount="")
    desk.delete(deals[6], deals[7])
    desk.deal(dealname="Made since")
    return backup


def _enrol(desk: Desk) -> None:
    two_factor = desk.workspace.two_factor
    codes = pyotp.TOTP(two_factor.begin_enrolment(desk.admin).secret)
    two_factor.confirm_enrolment(desk.admin, codes.at(system_time()))


def _choose(page: RestorePage, window: QWidget, backup: Backup) -> Iterator[tuple[str, QWidget]]:
    flow = page.flow
    page.open_link(f"restore/from/{backup.id}")
    settle_until(lambda: flow.state.survey is not None)
    flow.choose_object("deals")
    settle_until(lambda: len(flow.state.surveys) == 2)
    flow.select(frozenset({"amount", "description"}))
    settle(300)
    yield "choose", window
    page.wizard.choose.only_changed.click()
    settle(300)
    yield "choose-all", window


def _review(page: RestorePage, window: QWidget, desk: Desk) -> Iterator[tuple[str, QWidget]]:
    flow = page.flow
    flow.review()
    settle_until(lambda: flow.state.plan is not None)
    settle(300)
    yield "review", window
    samples = page.wizard.review.samples
    samples.show_all.click()
    settle(400)
    yield "review-all", window
    samples.show_all.click()
    flow.accept(changes=True, irreversible=True)
    settle(300)
    yield "review-ticked", window
    page.wizard.go_on()
    yield "code", _dialog(page)
    _dialog(page).reject()
    plan = flow.state.plan
    assert plan is not None
    record = next(iter(plan.samples)).record_id
    proof = desk.allow(plan)
    desk.workspace.editor.update(desk.admin, "deals", record, {"amount": "7"})
    flow.start(proof)
    settle_until(lambda: flow.state.outdated > 0)
    settle(300)
    yield "review-outdated", window
    flow.review()
    settle_until(lambda: not flow.busy and not flow.state.outdated)


def _done(page: RestorePage, window: QWidget, desk: Desk) -> Iterator[tuple[str, QWidget]]:
    flow = page.flow
    flow.accept(changes=True, irreversible=True)
    plan = flow.state.plan
    assert plan is not None
    flow.start(desk.allow(plan))
    settle_until(lambda: flow.restore is not None)
    yield "running", window
    settle_until(lambda: flow.state.finished)
    settle(400)
    yield "summary", window
    page.wizard.run.undo_button.click()
    settle(600)
    yield "undo", _dialog(page)
    _dialog(page).reject()
    page.wizard.close_button.click()
    settle_until(lambda: page.start.past.table.count == 1)
    settle(300)
    yield "start-past", window


def _dialog(page: QObject) -> QDialog:
    assert isinstance(page, QWidget)
    window = page.window()

    def shown() -> list[QDialog]:
        return [one for one in window.findChildren(QDialog) if one.isVisible()]

    settle_until(lambda: bool(shown()))
    settle(200)
    return shown()[-1]
