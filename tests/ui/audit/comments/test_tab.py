"""The tab Comments: written, answered, tagged, ticked off, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QPushButton

from crmdesk.core.audit.comment_model import CommentCount, Draft, comment_link
from crmdesk.ui.audit.comments.cards import CommentCard
from crmdesk.ui.audit.comments.spanned_text import FIRST, SpannedText
from crmdesk.ui.audit.comments.tab import CommentsTab
from crmdesk.ui.audit.places import is_there
from crmdesk.ui.theme.apply import apply_theme
from crmdesk.ui.theme.motion import set_reduced_motion
from tests.builders import Desk
from tests.ui.clipping import clipped
from tests.ui.hands import AtWork, nameless
from tests.ui.pages import PageStand

ENTRY = 1


@pytest.fixture
def at_work(desk: Desk, qapp: QApplication, qtbot, tmp_path: Path) -> Iterator[AtWork]:
    apply_theme(qapp, "light")
    set_reduced_motion(True)
    stand = PageStand(desk.workspace, desk.admin, tmp_path)
    tab = CommentsTab(stand.desk)
    qtbot.addWidget(tab)
    tab.resize(336, 620)
    with qtbot.waitActive(tab):
        tab.show()
        tab.activateWindow()
    yield AtWork(tab, desk, stand, qtbot)
    stand.close()
    set_reduced_motion(None)


def shown(tab: CommentsTab) -> list[str]:
    """The texts of the comments in sight, in order."""
    cards = sorted(
        (card for card in tab.findChildren(CommentCard) if card.isVisible()),
        key=lambda card: card.mapTo(tab, QPoint()).y(),
    )
    return [card.comment.text for card in cards]


def button(tab: CommentsTab, name: str) -> QPushButton:
    found = tab.findChild(QPushButton, name)
    assert found is not None, name
    return found


def choose(at_work: AtWork, comment_id: int, word: str) -> None:
    """An action of a comment's menu."""
    card = at_work.page.findChild(CommentCard, f"comment_{comment_id}")
    menu: QMenu = card.menu()
    next(action for action in menu.actions() if action.text().startswith(word)).trigger()
    menu.deleteLater()


def test_a_thread_is_written_answered_ticked_off_and_deleted(at_work: AtWork, desk: Desk):
    tab, composer = at_work.page, at_work.page.composer
    counts: list[int] = []
    tab.counted.connect(counts.append)
    tab.show_entry(ENTRY)
    at_work.wait(lambda: counts == [0])
    assert not composer.send.isEnabled()

    # By keyboard alone.
    composer.edit.setFocus()
    at_work.qtbot.keyClicks(composer.edit, "Why all 42?")
    at_work.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    at_work.wait(lambda: shown(tab) == ["Why all 42?"])
    assert composer.text == ""
    assert QApplication.focusWidget() is composer.edit
    ((first,),) = desk.sql("SELECT max(id) FROM audit_comments")

    at_work.click(button(tab, f"reply_{first}"))
    composer.edit.setPlainText("For the mail merge.")
    at_work.click(composer.send)
    at_work.wait(lambda: shown(tab) == ["Why all 42?", "For the mail merge."])
    assert counts[-1] == 2
    at_work.click(tab.back)
    at_work.wait(lambda: button(tab, f"mark_{first}").isVisible())
    at_work.click(button(tab, f"mark_{first}"))
    at_work.wait(lambda: shown(tab) == [])
    tab.filter.take_focus()
    at_work.press(Qt.Key.Key_Right)
    at_work.press(Qt.Key.Key_Right)
    at_work.press(Qt.Key.Key_Space)
    at_work.wait(lambda: len(shown(tab)) == 2)
    at_work.click(button(tab, f"mark_{first}"))
    at_work.wait(lambda: shown(tab) == [])
    at_work.click(tab.filter.findChild(QPushButton, "open"))
    at_work.wait(lambda: len(shown(tab)) == 2)

    choose(at_work, first, "Edit")
    at_work.wait(lambda: composer.text == "Why all 42?")
    composer.edit.setPlainText("Why all of them?")
    at_work.click(composer.send)
    at_work.wait(lambda: shown(tab)[:1] == ["Why all of them?"])
    choose(at_work, first, "Copy link")
    link = comment_link(ENTRY, first)
    assert QApplication.clipboard().text() == f"crmdesk://{desk.workspace.id}/{link}"
    assert nameless(tab) == []
    choose(at_work, first, "Delete")
    dialog = tab.window().findChild(QDialog, "delete_comment")
    at_work.click(dialog.deed_button)
    at_work.wait(lambda: shown(tab) == ["", "For the mail merge."])


def test_what_was_read_is_marked_and_people_are_tagged(at_work: AtWork, desk: Desk):
    tab, composer = at_work.page, at_work.page.composer
    marc = desk.user("Marc Dubois", super_admin=True)
    desk.user("Maria Lund", super_admin=True)
    first = desk.workspace.audit_comments.add(marc, ENTRY, "Hello?").comment_id
    desk.workspace.audit_comments.reply(marc, first, "x" * (FIRST + 10))
    read, changed = desk.workspace.comment_reader, []
    tab.changed.connect(changed.append)
    assert read.counts(desk.admin, [ENTRY]) == {ENTRY: CommentCount(2, 2)}
    tab.show_comment(ENTRY, first)
    at_work.wait(lambda: changed == [ENTRY])
    assert read.counts(desk.admin, [ENTRY]) == {ENTRY: CommentCount(2, 0)}
    card = tab.findChild(CommentCard, f"comment_{first}")
    assert card.accessibleDescription() == "Not read yet"
    at_work.wait(lambda: QApplication.focusWidget() is card.more)
    long = tab.findChildren(SpannedText)[-1]
    at_work.click(long.more)
    assert long.lines.plain_text() == "x" * (FIRST + 10)

    composer.edit.setFocus()
    # Esc belongs to the window, and to the list while it is open.
    escapes: list[bool] = []
    QShortcut(QKeySequence("Esc"), tab, lambda: escapes.append(True))
    at_work.qtbot.keyClicks(composer.edit, "Yes, @mar")
    at_work.press(Qt.Key.Key_Escape)
    assert not composer.edit.popup.isVisible()
    at_work.press(Qt.Key.Key_Escape)
    assert escapes == [True]
    at_work.press(Qt.Key.Key_Backspace)
    at_work.qtbot.keyClicks(composer.edit, "r")
    assert [each.full_name for each in composer.edit.offered] == ["Marc Dubois", "Maria Lund"]
    at_work.qtbot.keyClicks(composer.edit, "i")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Tab):
        at_work.press(key)
    assert composer.text == "Yes, @Maria Lund "
    composer.edit.setPlainText("Yes, @ma")
    at_work.click(composer.send)
    at_work.wait(lambda: "could be 2 people" in composer.error.plain_text())
    assert composer.error.isVisible()
    assert composer.text == "Yes, @ma"


def test_a_draft_is_there_again(at_work: AtWork, desk: Desk):
    tab, composer = at_work.page, at_work.page.composer
    write, marc = desk.workspace.audit_comments, desk.user("Marc Dubois", super_admin=True)
    first = write.add(desk.admin, ENTRY, "Hello?").comment_id
    # What was said in a thread that is ticked off is shown before it counts as read.
    write.resolve(desk.admin, first)
    write.reply(marc, first, "One thing more.")
    tab.show_entry(ENTRY)
    at_work.wait(lambda: shown(tab) == ["Hello?", "One thing more."])
    write.reopen(desk.admin, first)
    tab.show_comment(ENTRY, first)
    at_work.wait(lambda: tab.threads.thread is not None)
    composer.edit.setPlainText("To be said later")
    tab.show_entry(2)
    at_work.wait(lambda: tab.loaded is not None)
    assert composer.text == ""
    drafts = desk.workspace.comment_drafts
    at_work.wait(lambda: drafts.list(desk.admin, ENTRY) != [])
    assert drafts.list(desk.admin, ENTRY) == [Draft(f"reply/{first}", "To be said later")]
    tab.show_entry(ENTRY)
    at_work.wait(lambda: tab.loaded is not None)
    assert composer.text == ""
    at_work.wait(lambda: button(tab, f"reply_{first}").isVisible())
    at_work.click(button(tab, f"reply_{first}"))
    assert composer.text == "To be said later"
    tab.resize(280, 360)
    assert clipped(tab) == []
    # What an entry about comments and views leads to.
    links = {"audit/view/-1": True, "audit/view/99": False, comment_link(ENTRY, first): True}
    links |= {comment_link(ENTRY, 99): False, f"audit/{ENTRY}": True}
    assert {link: is_there(at_work.stand.desk, link) for link in links} == links


def test_the_newest_stand_in_sight_beside_the_field_and_what_is_written_comes_there(
    at_work: AtWork, desk: Desk
):
    tab, write = at_work.page, desk.workspace.audit_comments
    last = [write.add(desk.admin, ENTRY, f"Thread {n}").comment_id for n in range(12)][-1]
    tab.show_entry(ENTRY)

    def in_sight(comment_id: int) -> bool:
        card = tab.findChild(CommentCard, f"comment_{comment_id}")
        top = -1 if card is None else card.mapTo(tab.threads, QPoint()).y()
        return 0 <= top < tab.threads.height()

    at_work.wait(lambda: in_sight(last))
    tab.threads.keep_place(0)
    write.add(desk.user("Marc Dubois", super_admin=True), ENTRY, "Said elsewhere")
    tab.read_again()
    at_work.wait(lambda: in_sight(last + 1))

    tab.threads.keep_place(0)
    tab.composer.edit.setPlainText("Mine")
    at_work.click(tab.composer.send)
    at_work.wait(lambda: in_sight(last + 2))

    tab.show_comment(ENTRY, 4711)
    at_work.wait(lambda: at_work.told.toasts)
    assert at_work.told.toasts[-1][0] == "That comment is gone"
    assert tab.threads.thread is None
