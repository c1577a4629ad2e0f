"""Shows every widget in all its states, and saves pictures to compare with the design.

python -m tests.ui.gallery FOLDER          pictures of all sheets, light and dark, at 1x and 2x
python -m tests.ui.gallery --show dark     the same sheets on screen
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from crmdesk.ui.theme.apply import apply_theme
from crmdesk.ui.theme.motion import set_reduced_motion
from crmdesk.ui.widgets.avatar import IN_PANEL, IN_THREAD, Avatar
from crmdesk.ui.widgets.badge import Badge, BadgeTone
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind, IconButton
from crmdesk.ui.widgets.card import Card
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.chip import Chip
from crmdesk.ui.widgets.code_field import CodeField
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.empty_state import EmptyState, Fact
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.left_list import LeftList
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.number_card import Number, NumberCard, NumberStrip
from crmdesk.ui.widgets.number_field import NumberField
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.password_field import NewPasswordField, PasswordField
from crmdesk.ui.widgets.popover import Popover
from crmdesk.ui.widgets.progress import ProgressBar
from crmdesk.ui.widgets.progress_row import EndState, ProgressRow
from crmdesk.ui.widgets.properties import restyle
from crmdesk.ui.widgets.search_field import SearchField
from crmdesk.ui.widgets.segmented import Segmented
from crmdesk.ui.widgets.side_panel import SidePanel
from crmdesk.ui.widgets.stepper import Stepper
from crmdesk.ui.widgets.switch import Switch
from crmdesk.ui.widgets.tabs_small import TabsSmall
from crmdesk.ui.widgets.toast import Toast


def page(width: int, height: int) -> QFrame:
    """An empty sheet of paper."""
    frame = QFrame()
    frame.setProperty("role", "page")
    frame.resize(width, height)
    return frame


def row(*widgets: QWidget, spacing: int = 12) -> QWidget:
    """Widgets side by side, from the left."""
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for widget in widgets:
        layout.addWidget(widget)
    layout.addStretch(1)
    return holder


def hovered(widget: QWidget) -> QWidget:
    """Make a widget believe that the pointer is over it."""
    widget.setProperty("hovered", True)
    return widget


def focused(widget: QWidget) -> QWidget:
    """Show the focus edge the keyboard would bring."""
    restyle(widget, "keyfocus", True)
    return widget


def disabled(widget: QWidget) -> QWidget:
    """Switch a widget off."""
    widget.setEnabled(False)
    return widget


def button_states(kind: ButtonKind, text: str, icon: str = "") -> QWidget:
    """Rest, hover, focus and disabled of one kind of button."""
    return row(
        Button(text, kind, icon),
        hovered(Button("Hover", kind)),
        focused(Button("Focus", kind)),
        disabled(Button("Disabled", kind)),
    )


def buttons_card() -> Card:
    """Everything that is pressed."""
    card = Card()
    card.body.addWidget(label("Button", "heading"))
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(8)
    busy = Button("Create backup", ButtonKind.PRIMARY, "plus")
    busy.set_busy("Creating...")
    unusable = Chip("Disabled")
    unusable.set_unusable("Choose a category first")
    stage, recent, wrong = Chip("Stage"), Chip("Created"), Chip("Amount")
    stage.set_value("Customer")
    recent.set_value("Last 30 days", joined=False)
    wrong.set_error("Enter a number")
    segmented = Segmented(
        "Mode", [("log", "Log"), ("analyze", "Analyze"), ("notifications", "Notifications")]
    )
    segmented.set_current("analyze")
    lines: Sequence[tuple[str, QWidget]] = (
        ("Primary", button_states(ButtonKind.PRIMARY, "Create", "plus")),
        ("Secondary", button_states(ButtonKind.SECONDARY, "Export", "download")),
        ("Ghost", button_states(ButtonKind.GHOST, "Clone", "copy")),
        ("Danger", button_states(ButtonKind.DANGER, "Delete permanently")),
        ("Outline", button_states(ButtonKind.DANGER_OUTLINE, "Undo restore", "undo-2")),
        ("Link", row(Link("Open entry"), focused(Link("Focus")), disabled(Link("Disabled")))),
        (
            "Busy",
            row(busy, Button("Review changes", ButtonKind.PRIMARY, "arrow-right", trailing=True)),
        ),
        (
            "Icon",
            row(
                IconButton("ellipsis", "More"),
                hovered(IconButton("x", "Close")),
                focused(IconButton("settings", "Settings")),
                disabled(IconButton("bell", "Bell")),
            ),
        ),
        ("Chip", row(Chip("Owner"), stage, focused(Chip("Focus")), unusable, spacing=8)),
        ("", row(recent, wrong, Chip("Filter", "plus"), spacing=8)),
        ("Segmented", row(segmented)),
    )
    for number, (name, widget) in enumerate(lines):
        grid.addWidget(label(name, "caption"), number, 0)
        grid.addWidget(widget, number, 1)
    card.body.addLayout(grid)
    card.body.addWidget(checks())
    card.body.addStretch(1)
    return card


def checks() -> QWidget:
    """Switches, boxes and radio buttons."""
    ticked, half, off = QCheckBox("Checked"), QCheckBox("Half"), QCheckBox("Disabled")
    ticked.setChecked(True)
    half.setTristate(True)
    half.setCheckState(Qt.CheckState.PartiallyChecked)
    radio = QRadioButton("Chosen")
    radio.setChecked(True)
    return row(
        Switch("On", True),
        Switch("Off"),
        focused(Switch("Focus", True)),
        disabled(Switch("Off")),
        ticked,
        half,
        QCheckBox("Unchecked"),
        disabled(off),
        radio,
        spacing=8,
    )


def fields_card() -> Card:
    """Everything that is typed into."""
    card = Card()
    card.body.addWidget(label("Form field", "heading"))
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(8)
    wrong = FormField("Error", QLineEdit("275,001"), unit="records")
    wrong.set_error("Enter 1 to 275,000")
    fixed = FormField("Disabled", QLineEdit("Europe/Oslo"))
    fixed.set_reason("Only a Super Admin can change this")
    checked = FormField("Busy", QLineEdit("northwind.example"), "Looking for the server")
    combo = QComboBox()
    combo.addItems(["UTF-8 with byte order mark", "UTF-8"])
    spin = NumberField("Days", 1, 365, 14)
    new = NewPasswordField("New password", lambda text: len(text) // 4)
    new.field.setText("twelve chars")
    fields: Sequence[QWidget] = (
        FormField("Rest", QLineEdit("Northwind"), "Shown at the top of the window"),
        FormField("Search", SearchField("Search contacts")),
        wrong,
        fixed,
        checked,
        FormField("Encoding", combo),
        FormField("Days", spin, unit="days"),
        FormField("Password", PasswordField("Password")),
        FormField("New password", new),
        FormField("Code", CodeField("Code"), "A new code in 17 s. 5 tries left."),
    )
    for number, field in enumerate(fields):
        grid.addWidget(field, number // 2, number % 2, Qt.AlignmentFlag.AlignTop)
    card.body.addLayout(grid)
    text = QPlainTextEdit()
    text.setPlaceholderText("Write a comment. Type @ to tag someone")
    text.setFixedHeight(56)
    card.body.addWidget(text)
    card.body.addStretch(1)
    checked.set_busy(True)
    return card


def marks_card() -> Card:
    """Badges, avatars, labels, steps and tabs."""
    card = Card()
    card.body.addWidget(label("Badge and avatar", "heading"))
    card.body.addWidget(
        row(
            Badge("Customer", BadgeTone.OK),
            Badge("Opportunity", BadgeTone.WARN),
            Badge("Lead", BadgeTone.INFO),
            Badge("Former"),
            Badge("Failed", BadgeTone.DANGER, "circle-x"),
            Badge("Verified", BadgeTone.OK, "shield-check"),
            spacing=8,
        )
    )
    card.body.addWidget(
        row(
            Avatar("Ann Devon", 20),
            Avatar("Marc Dubois"),
            Avatar("Elif Demir", IN_THREAD),
            Avatar("Tom Okafor", IN_PANEL),
            Avatar("Northwind Traders", IN_THREAD, square=True),
            Avatar("Sanne de Vries"),
            Avatar("Hanna Moos"),
            Avatar("Aria Cruz"),
            spacing=8,
        )
    )
    stepper = Stepper(["Backup", "Properties", "Review", "Restore"])
    stepper.set_current(2)
    card.body.addWidget(stepper)
    tabs = TabsSmall("Views")
    for key, text in (("all", "All Logs"), ("login", "Login History"), ("x", "Import & Export")):
        tabs.add(key, text)
    card.body.addWidget(tabs)
    card.body.addWidget(rule())
    for style in ("display", "title", "heading", "strong", "medium", "body", "caption", "axis"):
        card.body.addWidget(label(f"{style}: 12,480 records", style, tabular=True))
    elided = ElidedLabel("A name that is far too long for the room it was given here")
    elided.setFixedWidth(200)
    card.body.addWidget(elided)
    card.body.addStretch(1)
    return card


def messages_card() -> Card:
    """Banners, a toast and progress."""
    card = Card()
    card.body.addWidget(label("Banner and toast", "heading"))
    for tone, title, text in (
        (BannerTone.OK, "Your data is protected", "Last backup 3 h ago, verified"),
        (BannerTone.INFO, "Pipeline added", "A stage can only be restored with its pipeline."),
        (BannerTone.WARN, "The last backup is 9 days old", "The schedule missed 8 runs"),
        (BannerTone.DANGER, "The last 2 backups failed", "The disk is full: 31 MB needed"),
    ):
        card.body.addWidget(Banner(tone, title, text, "Action"))
    card.body.addWidget(Toast("3 contacts deleted", "In the recycle bin until 20 Feb 2027", "Undo"))
    running = ProgressRow("Backup", "Cancel backup")
    running.set_progress("Writing deals, 5 of 9 objects", 0.62, 30, 130)
    failed = ProgressRow("Backup", "Cancel backup")
    failed.set_ended(
        EndState.FAILED, "Failed: the disk was full", "It stopped after 31 MB. Nothing was saved."
    )
    bar = ProgressBar("Export", 4)
    bar.set_fraction(0.4)
    for widget in (running, failed, bar):
        card.body.addWidget(widget)
    card.body.addStretch(1)
    return card


def components() -> QWidget:
    """Sheet one: the parts."""
    sheet = page(1280, 1180)
    grid = QGridLayout(sheet)
    grid.setContentsMargins(24, 20, 24, 24)
    grid.setSpacing(16)
    grid.addWidget(buttons_card(), 0, 0)
    grid.addWidget(fields_card(), 0, 1)
    grid.addWidget(marks_card(), 1, 0)
    grid.addWidget(messages_card(), 1, 1)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    return sheet


def side_panel() -> SidePanel:
    """A panel with everything in it."""
    panel = SidePanel("gallery", "Entry")
    panel.set_heading("Export of 12,480 contacts", "Marc Dubois, today 09:36:12")
    panel.set_lead(Avatar("Marc Dubois", IN_PANEL))
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(11, 16, 16, 16)
    column.addWidget(
        Paragraph(
            "An undo point is saved first. You can undo this restore until 22 Dec 2026, as long as "
            "nobody has edited the same values again.",
            width=272,
        )
    )
    column.addWidget(rule())
    ticked = CheckRow("I understand that this changes 853 values in 412 deals.")
    ticked.set_checked(True)
    column.addWidget(ticked)
    column.addWidget(
        CheckRow(
            "I understand that 33 values will be cleared, and that only the undo point can bring "
            "them back."
        )
    )
    column.addStretch(1)
    panel.add_page("details", "Details", body)
    panel.add_page("comments", "Comments 4", QWidget())
    panel.set_foot(
        [
            Button("View more information", icon="arrow-up-right", trailing=True),
            Button("Restore deal", ButtonKind.PRIMARY),
        ]
    )
    return panel


def places() -> LeftList:
    """A left list with a current and an unusable place."""
    result = LeftList("Objects")
    result.add_group("Objects", IconButton("plus", "New segment"))
    for key, text, icon, count in (
        ("contacts", "Contacts", "contact-round", "12,480"),
        ("companies", "Companies", "building-2", "3,204"),
        ("deals", "Deals", "handshake", "1,977"),
        ("talks", "Conversations", "messages-square", ""),
    ):
        result.add(key, text, icon, count)
    result.set_current("deals")
    result.set_reason("talks", "Cannot be restored")
    return result


def pages() -> QWidget:
    """Sheet two: a page with numbers, an empty state and a panel."""
    sheet = page(1440, 800)
    outer = QHBoxLayout(sheet)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.setSpacing(0)
    main = QWidget()
    column = QVBoxLayout(main)
    column.setContentsMargins(24, 16, 24, 24)
    column.setSpacing(12)
    header = PageHeader("Review the restore of deals", "Backup of today, 05:00 (41.2 MB)")
    header.set_reason("Tick both boxes to go on")
    primary = Button("Restore 853 values", ButtonKind.PRIMARY)
    primary.set_reason("Tick both boxes to go on")
    header.add(primary)
    column.addWidget(header)
    column.addWidget(
        NumberStrip(
            [
                Number("808", "values overwritten", "in 405 deals"),
                Number("12", "values filled in", "empty now, filled in the backup"),
                Number("33", "values cleared", "empty in the backup", "eraser", tone="danger"),
                Number("1,579", "deals not touched", "1,565 the same, 14 deleted since"),
            ]
        )
    )
    cards = QHBoxLayout()
    cards.addWidget(NumberCard(Number("38", "Logins today", "4 failed")))
    cards.addWidget(NumberCard(Number("164", "Deletions today", "9 times the usual day")))
    column.addLayout(cards)
    column.addWidget(
        EmptyState(
            "archive",
            "No backups yet",
            "A backup saves all 26,710 records of this workspace in one file, about 41 MB. You can "
            "restore chosen values from it later.",
            buttons=(
                Button("Create first backup", ButtonKind.PRIMARY, "plus"),
                Button("Open a backup file", icon="folder-open"),
            ),
            link=Link("Set up a daily schedule"),
            facts=(
                Fact(
                    "database",
                    "In the file",
                    "All records and properties of 9 objects, as they are at one instant.",
                ),
                Fact(
                    "lock",
                    "Also in the file",
                    "Sensitive values of 2 properties, readable. Keep the file safe or encrypt it.",
                ),
                Fact("unlink", "Not in the file", "Links between records, notes and meetings."),
            ),
        ),
        1,
    )
    outer.addWidget(places())
    outer.addWidget(main, 1)
    outer.addWidget(side_panel())
    return sheet


def dialog() -> QWidget:
    """Sheet three: a destructive confirmation."""
    return DecisionDialog(
        Decision(
            title="Delete contact",
            heading="Delete Ann Devon permanently?",
            sentence="This deletes 1 contact with 42 properties and 27 history entries. It cannot "
            "be undone.",
            safe="Keep contact",
            deed="Delete permanently",
            icon="triangle-alert",
            destructive=True,
            typed_name="Ann Devon",
            effects=(
                Effect("archive", "4 backups still hold this person. The entry names them."),
                Effect("handshake", "3 deals and 11 calls stay, without this contact."),
                Effect("ban", "The e-mail address cannot be used for a new contact."),
            ),
        )
    )


def code_dialog() -> QWidget:
    """Sheet four: the two-factor code."""
    result = DecisionDialog(
        Decision(
            title="Restore deals",
            heading="Confirm with your two-factor code",
            sentence="Enter the 6 digits from your authenticator app. The code allows this one "
            "restore of 853 values in 412 deals.",
            safe="Cancel",
            deed="Restore data",
            icon="shield-check",
        )
    )
    code = CodeField("Code")
    code.setText("4917")
    result.body.addWidget(FormField("Code", code, "A new code in 17 s. 5 tries left."))
    result.body.addWidget(Link("Use a recovery code instead"))
    result.set_reason("Type all 6 digits")
    return result


def popover() -> QWidget:
    """Sheet five: running jobs, under their button."""
    sheet = page(420, 320)
    anchor = Button("2 jobs", ButtonKind.GHOST)
    anchor.setParent(sheet)
    anchor.move(300, 8)
    jobs = Popover("Running jobs")
    for name, fraction in (("Backup", 0.62), ("Export “Contacts, all properties”", 0.48)):
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(16, 12, 16, 12)
        head = QHBoxLayout()
        head.addWidget(label(name, "strong"), 1)
        head.addWidget(Link("Cancel"))
        bar = ProgressBar(name)
        bar.set_fraction(fraction)
        column.addLayout(head)
        column.addWidget(bar)
        column.addWidget(label("5 of 9 objects. About 2 min left", "caption"))
        jobs.body.addWidget(part)
        jobs.body.addWidget(rule())
    sheet.show()
    jobs.open_under(anchor)
    sheet.popover = jobs  # type: ignore[attr-defined]
    return sheet


SHEETS: dict[str, Callable[[], QWidget]] = {
    "components": components,
    "pages": pages,
    "dialog": dialog,
    "code": code_dialog,
    "popover": popover,
}


def settle() -> None:
    """Deliver what layouts and deferred deletions have queued."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def save(folder: Path, scale: str, text_scale: float) -> None:
    """Save all sheets in both schemes."""
    app = QApplication.instance() or QApplication([])
    set_reduced_motion(True)
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        apply_theme(app, scheme, text_scale)  # type: ignore[arg-type]
        for name, build in SHEETS.items():
            sheet = build()
            sheet.show()
            settle()
            for widget in sheet.findChildren(QWidget):
                if widget.property("hovered"):
                    widget.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, True)
                    point = QPointF(widget.rect().center())
                    none = Qt.MouseButton.NoButton
                    move = QMouseEvent(
                        QEvent.Type.MouseMove,
                        point,
                        point,
                        none,
                        none,
                        Qt.KeyboardModifier.NoModifier,
                    )
                    QCoreApplication.sendEvent(widget, move)
            sheet.grab().save(str(folder / f"{name}-{scheme}-{scale}x.png"))
            sheet.close()


def main(arguments: list[str]) -> None:
    """Run from the command line; the scale is Qt's own and needs a process each."""
    if arguments[0] == "--one":
        save(Path(arguments[1]), arguments[2], float(arguments[3]))
    elif arguments[0] == "--show":
        app = QApplication([])
        apply_theme(app, arguments[1] if len(arguments) > 1 else "light")  # type: ignore[arg-type]
        shown = [build() for build in SHEETS.values()]
        for sheet in shown:
            sheet.show()
        app.exec()
    else:
        text_scale = arguments[1] if len(arguments) > 1 else "1"
        for scale in ("1", "2"):
            subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "tests.ui.gallery",
                    "--one",
                    arguments[0],
                    scale,
                    text_scale,
                ],
                check=True,
                env={"QT_QPA_PLATFORM": "offscreen", **os.environ, "QT_SCALE_FACTOR": scale},
            )


if __name__ == "__main__":
    main(sys.argv[1:])
