from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QFontMetrics, QPalette
from PySide6.QtWidgets import QPushButton, QStackedWidget

import crmdesk.ui
from crmdesk.core.resources import resource_path
from crmdesk.ui import icons
from crmdesk.ui.theme.apply import apply_theme, current_tokens, font, px, theme_signals
from crmdesk.ui.theme.fonts import LARGEST, SMALLEST, TextStyle, Typography, load_fonts
from crmdesk.ui.theme.motion import duration, motion_allowed, set_reduced_motion
from crmdesk.ui.theme.sheet_controls import BUTTONS
from crmdesk.ui.theme.stylesheet import stylesheet
from crmdesk.ui.theme.tokens import TOKENS, Scheme, Tokens
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.properties import restyle

BOTH = pytest.mark.parametrize("tokens", TOKENS.values(), ids=[*Scheme])

# What has to be read needs 4.5 against what it stands on.
TEXT_PAIRS = [
    ("text", "window"), ("text", "surface"), ("text", "raised"), ("text", "hover"),
    ("text", "soft"), ("text2", "window"), ("text2", "surface"), ("text2", "raised"),
    ("text2", "neutral"), ("text2", "sunken"), ("text3", "window"), ("text3", "surface"),
    ("text3", "raised"), ("text3", "soft"), ("accent", "surface"), ("accent", "window"),
    ("accent", "raised"), ("on_fill", "fill"), ("on_fill", "fill_hover"),
    ("on_fill", "fill_press"), ("soft_text", "soft"), ("danger", "surface"),
    ("danger", "danger_soft"), ("on_fill", "danger_fill"), ("on_fill", "danger_fill_hover"),
    ("warn", "warn_soft"), ("ok", "ok_soft"), ("text", "ok_soft"), ("text", "warn_soft"),
    ("text", "danger_soft"), ("text2", "ok_soft"), ("text2", "warn_soft"),
    ("text2", "danger_soft"), ("text2", "soft"), ("tip_text", "tip"), ("code_ink", "code_paper"),
]  # fmt: skip
# Icons, edges and series that carry meaning need 3.
SHAPE_PAIRS = [
    ("border_strong", "surface"), ("accent", "soft"), ("ok_icon", "ok_soft"),
    ("warn_icon", "warn_soft"), ("ok_icon", "window"), ("warn_icon", "window"),
    ("disabled", "surface"), ("s1", "surface"), ("s2", "surface"), ("s3", "surface"),
    ("s4", "surface"), ("quiet", "surface"), ("fill", "surface"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def light(qapp):
    apply_theme(qapp, "light")
    yield
    apply_theme(qapp, "light")


def luminance(value: str) -> float:
    """Relative luminance after WCAG 2.1."""
    parts = [int(value[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@BOTH
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_readable_on_every_ground_it_stands_on(tokens: Tokens, text: str, ground: str):
    assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5


@BOTH
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_icons_and_edges_that_carry_meaning_are_seen(tokens: Tokens, shape: str, ground: str):
    assert contrast(getattr(tokens, shape), getattr(tokens, ground)) >= 3


@BOTH
def test_initials_are_readable_on_all_six_tints(tokens: Tokens):
    assert len(tokens.tints) == 6
    assert all(contrast(tint.fill, tint.text) >= 4.5 for tint in tokens.tints)


@BOTH
def test_high_contrast_keeps_text_readable_and_turns_soft_fills_into_outlines(tokens: Tokens):
    strong = tokens.high_contrast()

    assert strong.border == tokens.border_strong
    assert strong.soft == strong.ok_soft == strong.danger_soft == strong.surface
    pairs = [pair for pair in TEXT_PAIRS if not pair[1].startswith("fill")]
    assert all(contrast(getattr(strong, a), getattr(strong, b)) >= 4.5 for a, b in pairs)


def test_no_colour_is_written_outside_the_token_table():
    folder = Path(crmdesk.ui.__file__).parent
    hex_value = re.compile(r"#[0-9A-Fa-f]{6}\b")

    found = [
        path.name
        for path in folder.rglob("*.py")
        if path.name != "tokens.py" and hex_value.search(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_dark_surfaces_get_lighter_as_they_rise():
    dark = TOKENS[Scheme.DARK]

    steps = [luminance(value) for value in (dark.window, dark.surface, dark.raised)]

    assert steps == sorted(steps)
    assert dark.window.lower() > "#000000"


@pytest.mark.parametrize("kind", [kind for kind in ButtonKind if f'kind="{kind}"' in BUTTONS])
def test_every_kind_of_button_has_a_disabled_rule_of_its_own(kind: ButtonKind):
    assert f'QPushButton[kind="{kind}"]:disabled' in BUTTONS


@BOTH
def test_the_sheet_names_nothing_that_the_tokens_lack(tokens: Tokens):
    assert "$" not in stylesheet(tokens, Typography())


def test_the_palette_follows_the_scheme(qapp):
    apply_theme(qapp, "dark")

    assert current_tokens().dark
    dark = TOKENS[Scheme.DARK]
    assert qapp.palette().color(QPalette.ColorRole.Base).name().upper() == dark.surface
    off = QPalette.ColorGroup.Disabled
    assert qapp.palette().color(off, QPalette.ColorRole.Text).name().upper() == dark.disabled


def test_a_change_of_look_is_announced_once_everything_is_in_place(qapp, qtbot):
    seen = []
    theme_signals().changed.connect(lambda: seen.append(current_tokens().scheme))

    with qtbot.waitSignal(theme_signals().changed):
        apply_theme(qapp, "dark")

    assert seen == [Scheme.DARK]


@pytest.mark.parametrize(("scale", "base"), [(0.5, SMALLEST), (1.0, 13), (1.2, 16), (3, LARGEST)])
def test_the_text_scale_keeps_the_base_between_11_and_18_pixels(qapp, scale: float, base: int):
    apply_theme(qapp, "light", scale)

    assert font(TextStyle.BODY).pixelSize() == base
    assert px(130) == round(130 * min(max(scale, 11 / 13), 18 / 13))


def test_inter_comes_with_the_program():
    assert load_fonts()
    assert resource_path("fonts", "OFL.txt").is_file()
    assert "Inter Project Authors" in resource_path("fonts", "OFL.txt").read_text("utf-8")


@pytest.mark.parametrize("style", [*TextStyle])
def test_digits_under_each_other_have_one_width(qapp, style: TextStyle):
    metrics = QFontMetrics(font(style, tabular=True))

    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("8888")


def test_every_icon_renders_sharp_at_twice_the_size(qapp):
    names = [path.stem for path in resource_path("icons").glob("*.svg")]
    assert len(names) > 60
    assert resource_path("icons", "LICENSE").is_file()

    for name in names:
        shown = icons.pixmap(name, "text2", 16, 2.0)
        assert (shown.width(), shown.devicePixelRatio()) == (32, 2.0)
        image = shown.toImage()
        assert any(image.pixelColor(x, y).alpha() for x in range(32) for y in range(32)), name


def test_every_icon_named_in_the_window_is_there():
    folder = Path(crmdesk.ui.__file__).parent
    named = re.compile(
        r"""(?:IconButton|IconLabel|pixmap|set_icon|Effect|Fact)\(\s*"([a-z0-9-]+)"|icon="([a-z0-9-]+)\""""
    )

    used = {
        first or second
        for path in folder.rglob("*.py")
        for first, second in named.findall(path.read_text(encoding="utf-8"))
    }

    assert len(used) > 5
    assert [name for name in used if not resource_path("icons", f"{name}.svg").is_file()] == []


def test_an_icon_takes_the_colour_of_its_role(qapp):
    image = icons.pixmap("square", "danger", 16, 4.0).toImage()

    colors = {
        image.pixelColor(x, y).name().upper()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }

    assert colors == {current_tokens().danger}


def test_an_unknown_icon_is_a_bug(qapp):
    with pytest.raises(FileNotFoundError):
        icons.pixmap("no-such-icon")


def test_a_buttons_icon_follows_the_theme_and_goes_with_the_button(qapp, qtbot):
    button = QPushButton("New")
    icons.themed_icon(button, "plus", "text")
    before = button.icon().cacheKey()

    apply_theme(qapp, "dark")
    # Nobody sees the button, so it may wait its turn.
    qtbot.waitUntil(lambda: button.icon().cacheKey() != before)

    button.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    apply_theme(qapp, "light")


def test_the_gap_of_an_icon_is_on_the_side_of_the_text(qapp):
    after = icons.icon("x", "text2", 16, 4).pixmap(20, 16).toImage()
    before = icons.icon("x", "text2", 16, -4).pixmap(20, 16).toImage()

    assert after.size() == before.size()
    assert all(after.pixelColor(x, 8).alpha() == 0 for x in range(16, 20))
    assert all(before.pixelColor(x, 8).alpha() == 0 for x in range(4))


@pytest.mark.parametrize("kind", [ButtonKind.PRIMARY, ButtonKind.SECONDARY, ButtonKind.GHOST])
def test_buttons_are_32_high_and_a_focus_edge_moves_nothing(qtbot, kind: ButtonKind):
    button = Button("Export", kind)
    qtbot.addWidget(button)
    button.show()
    rest = button.sizeHint()

    button.setFocus(Qt.FocusReason.TabFocusReason)
    button.setProperty("keyfocus", "true")
    button.style().unpolish(button)
    button.style().polish(button)

    assert rest.height() == 32
    assert button.sizeHint() == rest


def test_nothing_moves_when_less_motion_is_wanted(qapp):
    try:
        set_reduced_motion(True)
        assert not motion_allowed()
        assert duration(160) == 0
        set_reduced_motion(False)
        assert duration(160) == 160
    finally:
        set_reduced_motion(None)


def test_what_is_out_of_sight_takes_a_new_sheet_soon_after_and_looks_born_in_it(qapp, qtbot):
    pages = QStackedWidget()
    qtbot.addWidget(pages)
    for words in ("first", "second"):
        pages.addWidget(label(words, TextStyle.TITLE))
    pages.resize(200, 80)
    with qtbot.waitExposed(pages):
        pages.show()
    pages.setCurrentIndex(1)
    pages.setCurrentIndex(0)

    apply_theme(qapp, "dark")
    hidden = pages.widget(1)
    qtbot.waitUntil(lambda: hidden.testAttribute(Qt.WidgetAttribute.WA_WState_Polished))
    pages.setCurrentIndex(1)

    assert hidden.font() == pages.widget(0).font()
    assert hidden.palette().windowText() == pages.widget(0).palette().windowText()
    apply_theme(qapp, "light")


def test_a_colour_of_the_look_before_does_not_stay_on_what_was_out_of_sight(qapp, qtbot):
    pages = QStackedWidget()
    qtbot.addWidget(pages)
    for words in ("first", "second"):
        pages.addWidget(label(words, tone="danger"))
    with qtbot.waitExposed(pages):
        pages.show()
    pages.setCurrentIndex(1)
    pages.setCurrentIndex(0)
    apply_theme(qapp, "dark")
    hidden = pages.widget(1)
    qtbot.waitUntil(lambda: hidden.testAttribute(Qt.WidgetAttribute.WA_WState_Polished))

    restyle(hidden, "tone", "")

    assert hidden.palette().windowText().color() == current_tokens().color("text")
    apply_theme(qapp, "light")


def test_the_look_may_change_again_before_all_is_dressed(qapp, qtbot):
    pages = QStackedWidget()
    qtbot.addWidget(pages)
    for words in ("first", "second"):
        pages.addWidget(label(words, tone="danger"))
    with qtbot.waitExposed(pages):
        pages.show()
    pages.setCurrentIndex(1)
    pages.setCurrentIndex(0)

    apply_theme(qapp, "dark")
    apply_theme(qapp, "light")
    pages.setCurrentIndex(1)

    hidden = pages.widget(1)
    qtbot.waitUntil(lambda: not hidden.testAttribute(Qt.WidgetAttribute.WA_SetStyle))
    assert hidden.palette().windowText().color() == current_tokens().color("danger")
