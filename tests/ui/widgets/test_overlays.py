from __future__ import annotations

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QVBoxLayout, QWidget

from crmdesk.ui.remembered import remembered
from crmdesk.ui.theme.apply import apply_theme
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.popover import Popover
from crmdesk.ui.widgets.side_panel import NARROWEST, USUAL, WIDEST, SidePanel
from crmdesk.ui.widgets.toast import STAYS_MS, Toast
from tests.ui.clipping import clipped, stretched

LEFT = Qt.MouseButton.LeftButton


def jobs_under(show) -> tuple[Popover, Button, Button, QWidget]:
    anchor, other = Button("2 jobs"), Button("Elsewhere")
    window = show(anchor, other, width=800, height=600)
    popover = Popover("Running jobs")
    popover.body.addWidget(Paragraph("Writing deals, 5 of 9 objects. " * 4))
    popover.body.addWidget(Link("Cancel"))
    anchor.setFocus(Qt.FocusReason.TabFocusReason)
    popover.open_under(anchor)
    return popover, anchor, other, window


def test_a_popover_opens_inside_the_window_with_the_focus_in_it(show):
    popover, _anchor, _other, window = jobs_under(show)

    assert window.rect().contains(popover.geometry())
    assert popover.isAncestorOf(QApplication.focusWidget())
    assert clipped(popover) == []


def test_esc_closes_a_popover_and_the_focus_returns(show, qtbot):
    popover, anchor, _other, _window = jobs_under(show)

    with qtbot.waitSignal(popover.closed):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)

    assert popover.isHidden()
    assert anchor.hasFocus()


def test_the_focus_goes_back_without_lighting_up_what_lies_between(show, qtbot):
    _popover, anchor, _other, _window = jobs_under(show)
    walked = []
    QApplication.instance().focusChanged.connect(lambda _before, now: walked.append(now))

    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)

    assert [widget for widget in walked if widget is not None] == [anchor]


def test_a_press_elsewhere_closes_a_popover_and_still_counts(show, qtbot):
    popover, _anchor, other, _window = jobs_under(show)

    with qtbot.waitSignals([popover.closed, other.clicked]):
        qtbot.mouseClick(other, LEFT, pos=QPoint(4, 4))


def test_pressing_the_button_of_an_open_popover_only_closes_it(show, qtbot):
    popover, anchor, _other, _window = jobs_under(show)
    anchor.clicked.connect(lambda: popover.open_under(anchor))

    QTest.mousePress(anchor, LEFT)

    assert popover.isHidden()


def test_tab_walks_out_of_a_popover_and_closes_it(show, qtbot):
    popover, _anchor, other, _window = jobs_under(show)

    other.setFocus(Qt.FocusReason.TabFocusReason)

    assert popover.isHidden()
    assert other.hasFocus()


def test_tab_comes_to_what_a_popover_is_filled_with_while_it_is_open(show, qtbot):
    popover, _anchor, _other, _window = jobs_under(show)
    first = QApplication.focusWidget()
    late = Link("Open the backup")
    popover.body.addWidget(late)
    late.show()

    qtbot.keyClick(first, Qt.Key.Key_Tab)

    assert late.hasFocus()
    qtbot.keyClick(late, Qt.Key.Key_Backtab)
    assert first.hasFocus()
    assert popover.isVisible()


def shadow_of(window) -> QWidget:
    return next(w for w in window.findChildren(QWidget, "shadow") if not w.isHidden())


def test_a_shadow_is_only_cast_in_the_light_scheme(show, qapp):
    _popover, _anchor, _other, window = jobs_under(show)
    shadow = shadow_of(window)

    apply_theme(qapp, "dark")
    assert shadow.isHidden()
    apply_theme(qapp, "light")
    assert shadow.isVisible()


def test_a_shadow_lies_around_its_popover_and_goes_with_it(show):
    popover, _anchor, _other, window = jobs_under(show)
    shadow = shadow_of(window)

    popover.move(popover.x() + 8, popover.y() + 12)

    assert shadow.geometry().contains(popover.geometry())
    seen = window.grab().toImage()
    below = seen.pixelColor(popover.geometry().center().x(), popover.geometry().bottom() + 3)
    far = seen.pixelColor(2, window.height() - 2)
    assert below.lightness() < far.lightness()
    popover.dismiss()
    assert shadow.isHidden()


def entry_panel(show) -> SidePanel:
    remembered(QSettings()).set("panels/audit/width", USUAL)
    panel = SidePanel("audit", "Entry")
    panel.set_heading("Export of 12,480 contacts", "Marc Dubois, today 09:36:12")
    panel.add_page("details", "Details", QWidget())
    panel.add_page("comments", "Comments 4", QLineEdit())
    show(panel, height=640)
    return panel


def test_the_focus_stays_in_a_panel_whose_buttons_change(show):
    panel = entry_panel(show)
    panel.set_foot([Button("Approve"), Button("Reject")])
    panel.foot.itemAt(1).widget().setFocus()

    panel.set_foot([Button("Approve"), Button("Reject")])
    assert panel.window().focusWidget() is panel.foot.itemAt(1).widget()
    panel.set_foot([Button("Save a copy")])

    assert panel.window().focusWidget().accessibleName() == "Close panel (Esc)"


def test_esc_closes_the_panel_and_alt_arrows_step(show, qtbot):
    panel = entry_panel(show)
    alt = Qt.KeyboardModifier.AltModifier

    with qtbot.waitSignal(panel.stepped) as told:
        qtbot.keyClick(panel, Qt.Key.Key_Down, alt)
    assert told.args == [1]
    panel.set_steps(before=False, after=True)
    with qtbot.assertNotEmitted(panel.stepped):
        qtbot.keyClick(panel, Qt.Key.Key_Up, alt)
    with qtbot.waitSignal(panel.closed):
        qtbot.keyClick(panel, Qt.Key.Key_Escape)


def test_the_width_of_a_panel_is_kept_within_bounds_and_remembered(show, qtbot):
    panel = entry_panel(show)
    grip = panel.layout().itemAt(0).widget()

    for _ in range(40):
        qtbot.keyClick(grip, Qt.Key.Key_Left)
    assert panel.width() == WIDEST
    assert SidePanel("audit", "Entry").width() == WIDEST
    for _ in range(40):
        qtbot.keyClick(grip, Qt.Key.Key_Right)
    assert panel.width() == NARROWEST
    assert SidePanel("records", "Record").width() != NARROWEST


def test_lines_across_a_panel_reach_the_edge_that_is_dragged(show):
    panel = entry_panel(show)
    panel.set_foot([Button("Save a copy")])
    panel.layout().activate()
    line = next(each for each in panel.findChildren(QFrame) if each.property("role") == "rule")
    grip, foot = panel.layout().itemAt(0).widget(), panel.foot.parentWidget()

    assert grip.x() == foot.x() == line.x() == 0
    assert panel.childAt(2, foot.geometry().center().y()) is grip


def test_a_panel_is_dragged_by_its_edge(show, qtbot):
    panel = entry_panel(show)
    grip, before = panel.layout().itemAt(0).widget(), panel.width()

    QTest.mousePress(grip, LEFT, pos=QPoint(2, 100))
    grip.moved.emit(24)
    QTest.mouseRelease(grip, LEFT)

    assert panel.width() == before + 24


def test_pages_of_a_panel_are_chosen_by_their_tabs(show, qtbot):
    panel = entry_panel(show)
    assert panel.page == "details"

    with qtbot.waitSignal(panel.page_chosen) as told:
        panel.show_page("comments")

    assert told.args == ["comments"]


def test_two_buttons_in_the_foot_stand_on_each_other_where_they_do_not_fit(show):
    panel = entry_panel(show)
    first, second = Button("Information"), Button("Restore deal", ButtonKind.PRIMARY)

    panel.set_foot([first, second])
    QApplication.sendPostedEvents()
    assert first.y() == second.y()

    longer = [Button(stretched("View more information")), Button(stretched("Restore this deal"))]
    panel.set_foot(longer)
    QApplication.sendPostedEvents()
    assert longer[0].x() == longer[1].x()
    assert clipped(panel) == []


def test_a_toast_leaves_by_itself_and_says_so(show, qtbot):
    toast = Toast("3 contacts deleted", "In the recycle bin until 20 Feb 2027", "Undo")
    toast._timer.setInterval(1)
    reading = QLineEdit()
    toast.setParent(show(reading, width=700))
    # Without a screen the pointer rests in the corner, and a toast below it would stay.
    toast.move(250, 250)

    with qtbot.waitSignal(toast.closed):
        toast.start()

    assert STAYS_MS == 8_000


def test_a_toast_stays_while_the_focus_is_on_it(show, qtbot):
    toast = Toast("3 contacts deleted", action="Undo")
    window = show(toast)
    toast.start()
    toast.findChild(Link).setFocus(Qt.FocusReason.TabFocusReason)

    with qtbot.assertNotEmitted(toast.closed):
        toast._timer.timeout.emit()

    assert toast.isVisibleTo(window)


def test_the_action_of_a_toast_acts_once_and_closes_it(show, qtbot):
    toast = Toast("3 contacts deleted", "In the recycle bin until 20 Feb 2027", "Undo")
    show(toast)
    toast.start()
    assert clipped(toast) == []

    with qtbot.waitSignals([toast.acted, toast.closed]):
        qtbot.mouseClick(toast.findChild(Link), LEFT)


def test_a_toast_with_longer_words_grows_downwards(show):
    toast = Toast(
        stretched("3 contacts deleted"),
        stretched("In the recycle bin until 2027"),
        stretched("Undo"),
    )
    holder = QWidget()
    QVBoxLayout(holder).addWidget(toast)
    show(holder)
    toast.start()

    assert clipped(toast) == []
