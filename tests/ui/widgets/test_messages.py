from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QWidget

from crmdesk.ui.theme.apply import apply_theme, current_tokens
from crmdesk.ui.widgets.avatar import initials, tint_of
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.empty_state import EmptyState, Fact
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.number_card import Number, NumberCard, NumberStrip
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.progress_row import EndState, ProgressRow
from crmdesk.ui.widgets.ring import Ring
from crmdesk.ui.widgets.time_left import time_left
from tests.ui.clipping import clipped, stretched

BOTH_LENGTHS = pytest.mark.parametrize("longer", [str, stretched], ids=["english", "stretched"])


def test_markup_in_a_paragraph_is_shown_and_not_obeyed(show):
    paragraph = Paragraph("<b>Ann</b> & <img src=x>\nsecond line")
    show(paragraph)

    assert paragraph.plain_text() == "<b>Ann</b> & <img src=x>\nsecond line"
    assert paragraph.accessibleName() == paragraph.plain_text()
    assert paragraph.textFormat() is Qt.TextFormat.PlainText


@pytest.mark.parametrize(("style", "line"), [("body", 18), ("caption", 16), ("heading", 20)])
def test_a_paragraph_has_the_line_height_of_its_style(show, style: str, line: int):
    paragraph = Paragraph("One two three four five six seven eight nine ten", style)
    show(paragraph, width=120)
    QApplication.sendPostedEvents()

    assert paragraph.height() >= 2 * line
    assert paragraph.heightForWidth(paragraph.width()) % line == 0


def test_a_paragraph_follows_the_text_scale(show, qapp):
    paragraph = Paragraph("One line")
    show(paragraph)

    apply_theme(qapp, "light", 18 / 13)

    assert paragraph.heightForWidth(400) == 25


def test_an_elided_label_keeps_the_whole_in_its_tooltip(show):
    name = ElidedLabel("A name that is far too long for the room that it was given here")
    window = show(name, width=160)
    assert name.toolTip() == name.text()

    window.resize(900, 200)
    QApplication.sendPostedEvents()

    assert name.toolTip() == ""


@BOTH_LENGTHS
@pytest.mark.parametrize("width", [480, 880])
def test_nothing_in_a_banner_is_cut(show, longer, width: int):
    banner = Banner(
        BannerTone.DANGER,
        longer("The last 2 backups failed"),
        longer("The disk is full: 31 MB needed. Free some room, then try again."),
        longer("Try again"),
    )
    show(banner, width=width)

    assert clipped(banner) == []


def test_a_banner_says_its_state_and_offers_one_button(show, qtbot):
    banner = Banner(BannerTone.OK, "Your data is protected", "Last backup 3 h ago", "Schedule")
    show(banner)
    with qtbot.waitSignal(banner.acted):
        qtbot.mouseClick(banner.button, Qt.MouseButton.LeftButton)

    banner.set_state(BannerTone.WARN, "The last backup is 9 days old")

    assert banner.accessibleName() == "The last backup is 9 days old"
    assert banner.property("tone") == "warn"
    assert not banner.button.isVisible()


@BOTH_LENGTHS
def test_nothing_in_an_empty_state_is_cut(show, longer):
    empty = EmptyState(
        "archive",
        longer("No backups yet"),
        longer("A backup saves all 26,710 records of this workspace in one file."),
        buttons=(
            Button(longer("Create first backup"), ButtonKind.PRIMARY, "plus"),
            Button(longer("Open a backup file")),
        ),
        facts=tuple(
            Fact("lock", longer(f"Fact {number}"), longer("Sensitive values, readable."))
            for number in range(3)
        ),
    )
    show(empty, width=700, height=600)

    assert clipped(empty) == []


@BOTH_LENGTHS
def test_numbers_side_by_side_wrap_and_are_not_cut(show, longer):
    strip = NumberStrip(
        [
            Number("808", longer("values overwritten"), longer("in 405 deals")),
            Number("12", longer("values filled in"), longer("empty now, filled in the backup")),
            Number("33", longer("values cleared"), longer("empty in the backup"), tone="danger"),
            Number("1,579", longer("deals not touched"), longer("1,565 the same, 14 deleted")),
        ]
    )
    show(strip, width=640)

    assert clipped(strip) == []
    assert len({block.width() for block in strip.blocks}) <= 2


def test_numbers_change_in_place_and_say_themselves(show):
    strip = NumberStrip([Number("1", "export", "today")])
    show(strip, NumberCard(Number("38", "Logins today", "4 failed")))
    block = strip.blocks[0]

    strip.set_numbers([Number("2", "exports")])
    assert strip.blocks == [block]
    assert block.accessibleName() == "2 exports"

    strip.set_numbers([Number("2", "exports"), Number("3", "imports")])
    assert len(strip.blocks) == 2


@pytest.mark.parametrize(
    ("left", "elapsed", "words"),
    [
        (100, 3, ""),
        (4, 6, "a few seconds left"),
        (43, 6, "about 40 s left"),
        (125, 6, "about 2 min left"),
        (7300, 6, "about 2 h left"),
    ],
)
def test_time_left_comes_after_five_seconds_in_round_words(left, elapsed, words: str):
    assert time_left(left, elapsed) == words


def test_a_progress_row_says_what_how_far_and_how_long(show, qtbot):
    row = ProgressRow("Backup", "Cancel backup")
    show(row)

    row.set_progress("Writing deals, 5 of 9 objects", 0.62, elapsed=20, left=120)

    assert row.words() == "Writing deals, 5 of 9 objects. 62 %, about 2 min left"
    assert clipped(row) == []


def test_cancelling_is_said_at_once_and_asked_once(show, qtbot):
    row = ProgressRow("Backup", "Cancel backup")
    show(row)

    with qtbot.waitSignal(row.cancel_asked):
        qtbot.mouseClick(row.cancel_button, Qt.MouseButton.LeftButton)

    assert not row.cancel_button.isEnabled()
    assert row.words() == "Cancelling, finishing the current object"


@pytest.mark.parametrize("state", [*EndState])
def test_an_ended_row_says_how_and_offers_no_cancel(show, state: EndState):
    row = ProgressRow("Backup", "Cancel backup")
    show(row)

    row.set_ended(state, "Failed: the disk was full", "It stopped after 31 MB. Nothing was saved.")

    assert not row.cancel_button.isVisible()
    assert row.words().endswith("Nothing was saved.")
    assert clipped(row) == []


def test_a_hidden_ring_does_not_turn(show, qtbot):
    ring = Ring()
    show(ring)
    ring.hide()

    assert ring.sizeHint() == QSize(16, 16)
    assert ring._animation.state() == ring._animation.State.Stopped


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ann Devon", "AD"),
        ("Sanne de Vries", "SV"),
        ("ann.devon@northwind.example", "AD"),
        ("Frédérique", "F"),
        ("(unknown)", "("),
        ("", ""),
        ("李 小龙", "李小"),
    ],
)
def test_initials_are_those_of_the_first_and_last_word(name: str, letters: str):
    assert initials(name) == letters


def test_a_name_has_one_tint_everywhere():
    assert tint_of("Ann Devon") == tint_of(" ann devon ")
    assert {tint_of(f"Person {number}") for number in range(60)} == set(current_tokens().tints)


def test_the_head_of_a_page_shows_the_reason_beside_its_primary(show):
    header = PageHeader("Backup", "4 backups in the vault, 164 MB")
    primary = Button("Create backup", ButtonKind.PRIMARY)
    header.add(primary)
    header.set_reason("Next possible tomorrow at 05:00")
    show(header, width=700)

    assert clipped(header) == []
    assert primary.geometry().right() == header.rect().right()


def test_labels_take_their_style_and_tone(show):
    shown = label("33 values cleared", "strong", "danger", tabular=True)
    show(shown)

    assert shown.palette().color(shown.foregroundRole()).name().upper() == current_tokens().danger
    assert isinstance(shown, QWidget)
