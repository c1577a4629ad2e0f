"""The frame with a Records-like and a Backup-like page over data in memory.

Run it with a folder to save pictures of both pages in light and dark, at scale 1 and 2, in
1280 x 800 and 960 x 640; run it without one to try it by hand.
"""

from __future__ import annotations

import os
import sys
import tempfile
from array import array
from collections.abc import Sequence
from pathlib import Path

if len(sys.argv) > 1:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = sys.argv[2] if len(sys.argv) > 2 else "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui.actions import Actions, ActionSpec, MenuName
from crmdesk.ui.frame.footer import Footer
from crmdesk.ui.frame.page import Page
from crmdesk.ui.frame.values import (
    Account,
    FrameContent,
    FrameHooks,
    Health,
    HealthLevel,
    JobLine,
    Notice,
    PaletteGroup,
    PaletteLine,
    PaletteSource,
    Tab,
    WorkspaceChoice,
)
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.queries import Queries
from crmdesk.ui.tables.cells import (
    Align,
    Cell,
    Column,
    Lead,
    Progress,
    Row,
    RowAction,
    RowHeight,
    RowKind,
    Sort,
    TableQuery,
    Tone,
)
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.apply import apply_theme
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.search_field import SearchField
from crmdesk.ui.window_state import TableState, WindowState

PEOPLE = (
    ("Ann Devon", "Eastern Connection", "Customer", "Sanne de Vries", "Today 09:41"),
    ("Antonio Moreno", "Antonio Moreno Taquería", "Customer", "Marc Dubois", "Today 09:12"),
    ("Aria Cruz", "Familia Arquibaldo", "Lead", "Sanne de Vries", "Today 08:55"),
    ("Bernardo Batista", "Que Delícia", "Opportunity", "Elif Demir", "Yesterday"),
    ("Carlos Hernández", "HILARIÓN-Abastos", "Customer", "Marc Dubois", "Yesterday"),
    ("Christina Berglund", "Berglunds snabbköp", "Customer", "Ingrid Solberg", "Yesterday"),
    ("Diego Roel", "FISSA Fabrica Inter. Salchichas", "Former customer", "Tom Okafor", "Yesterday"),
    ("Frédérique Citeaux", "Blondesddsl père et fils", "Customer", "Marc Dubois", "19 Nov 2026"),
)
TONES = {
    "Customer": Tone.OK,
    "Lead": Tone.INFO,
    "Opportunity": Tone.WARN,
    "Former customer": Tone.NEUTRAL,
}


class PeopleSource:
    """Any number of people, made when they are read."""

    columns = (
        Column("name", "Name", 168, least=150, stretch=True),
        Column("company", "Company", 148),
        Column("stage", "Lifecycle stage", 132, sortable=False),
        Column("owner", "Owner", 116, rank=2),
        Column("value", "Open deals", 92, rank=3, align=Align.END),
        Column("modified", "Last modified", 124, rank=1),
    )

    def __init__(self, count: int) -> None:
        self.count = count

    def ids(self, query: TableQuery) -> array[int]:
        order = range(self.count)
        if query.sort is not None and query.sort.descending:
            order = range(self.count)
        return array("q", (n + 1 for n in order))

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        return [self._row(row_id) for row_id in ids]

    @staticmethod
    def _row(row_id: int) -> Row:
        name, company, stage, owner, modified = PEOPLE[(row_id - 1) % len(PEOPLE)]
        cells = {
            "name": Cell(name, avatar=name),
            "company": Cell(company),
            "stage": Cell(stage, badge=TONES[stage]),
            "owner": Cell(owner),
            "value": Cell(f"{row_id * 37 % 9000:,}"),
            "modified": Cell(modified, quiet=True),
        }
        return Row(row_id, cells)


class RecordsPage(Page):
    """A table with ticks, a search field and a footer."""

    def __init__(self, queries: Queries, state: WindowState, count: int) -> None:
        super().__init__("Records")
        self.table = DataTable(
            "Contacts",
            PeopleSource(count),
            queries,
            lead=Lead.CHECK,
            actions_of=lambda _row: (
                RowAction("edit", "Edit contact", "pencil"),
                RowAction("delete", "Delete contact", "trash-2", danger=True, separated=True),
            ),
            state=state,
            key="contacts",
            start=TableState(sort=Sort("modified", descending=True)),
        )
        self.table.ticks_changed.connect(self._say)
        self.table.counted.connect(self._say)
        self.search = SearchField("Search contacts")
        self.footer = Footer()
        head = PageHeader("Contacts", f"{count:,} records, 42 properties")
        for button in (
            Button("Import", ButtonKind.SECONDARY, "upload"),
            Button("Export", ButtonKind.SECONDARY, "download"),
            Button("New contact", ButtonKind.PRIMARY, "plus"),
        ):
            head.add(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(_margins(head, 20, 12))
        column.addWidget(_margins(self.search, 0, 8))
        column.addWidget(self.table, 1)
        column.addWidget(self.footer)
        self.table.load()

    def _say(self, _count: object) -> None:
        some = f"{len(self.table.ticks):,} of {self.table.count:,} selected"
        self.footer.set_words(some, end="Sorted by last modified, newest first")

    def commands(self):
        return {"find": self.search.setFocus}

    def regions(self):
        return (self.search, self.table.view)

    def start_focus(self) -> None:
        self.table.view.setFocus()

    def refresh(self) -> None:
        self.table.refresh()


class BackupPage(Page):
    """A short list with a running, a failed, a cancelled and an expired row."""

    columns = (
        Column("as_of", "Data as of", 300, sortable=False, least=220, stretch=True),
        Column("check", "Check", 150, sortable=False),
        Column("objects", "Objects", 90, rank=2, align=Align.END, sortable=False),
        Column("rows", "Rows", 100, rank=3, align=Align.END, sortable=False),
        Column("size", "Size", 100, align=Align.END, sortable=False),
        Column("file", "File", 320, sortable=False, stretch=True, least=150),
    )

    def __init__(self, queries: Queries) -> None:
        super().__init__("Backup")
        head = PageHeader("Backup", "4 backups in the vault, 164 MB")
        create = Button("Create backup", ButtonKind.PRIMARY, "plus")
        create.set_reason("Next possible tomorrow at 05:00")
        head.set_reason("Next possible tomorrow at 05:00")
        head.add(create)
        banner = Banner(
            BannerTone.OK,
            "Your data is protected",
            "Last backup completed today at 05:00 and was verified at 05:09. "
            "Next scheduled backup: tomorrow at 05:00.",
            "Edit schedule",
            icon="shield-check",
            large=True,
        )
        self.table = DataTable(
            "Backups",
            ListSource(self.columns, self.rows()),
            queries,
            lead=Lead.ICON,
            actions_of=self.actions_of,
            start=TableState(height=RowHeight.ROOMY),
        )
        footer = Footer("info")
        footer.set_words("", "Backups hold every record and property value of nine objects.")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(_margins(head, 20, 12))
        column.addWidget(_margins(banner, 0, 12))
        column.addWidget(self.table, 1)
        column.addWidget(footer)
        self.table.load()

    @staticmethod
    def actions_of(row: Row) -> Sequence[RowAction]:
        if row.kind is RowKind.PROGRESS:
            return (RowAction("cancel", "Cancel backup", prominent=True),)
        if row.kind is RowKind.SPANNED and row.span.tone is not Tone.DANGER:
            return ()
        if row.kind is RowKind.SPANNED:
            return (RowAction("again", "Try again", "rotate-ccw", prominent=True),)
        usable = not row.dimmed
        return (
            RowAction("restore", "Restore", "archive-restore", prominent=usable),
            RowAction("download", "Download", "download", prominent=usable),
            RowAction("pin", "Pin", "lock"),
            RowAction("delete", "Delete", "trash-2", danger=True, separated=True),
        )

    @staticmethod
    def rows() -> list[Row]:
        def done(
            row_id: int, when: str, by: str, rows: str, size: str, left: str, until: str
        ) -> Row:
            cells = {
                "as_of": Cell(when, by),
                "check": Cell("Verified", badge=Tone.OK, icon="shield-check"),
                "objects": Cell("9"),
                "rows": Cell(rows),
                "size": Cell(size),
                "file": Cell(left, until),
            }
            return Row(row_id, cells, icon="circle-check", icon_tone=Tone.OK)

        running = Row(
            1,
            {"as_of": Cell("Today, 08:02", "Ingrid Solberg: safety backup")},
            RowKind.PROGRESS,
            icon="loader-circle",
            icon_tone=Tone.INFO,
            span_from="check",
            progress=Progress("Writing deals, 5 of 9 objects", 0.62, "62 %, about 2 min left"),
            standing=("cancel",),
        )
        failed = Row(
            4,
            {"as_of": Cell("19 Nov 2026, 05:00", "Schedule: daily")},
            RowKind.SPANNED,
            icon="circle-x",
            icon_tone=Tone.DANGER,
            span_from="check",
            span=Cell(
                "Failed: the disk was full",
                "It stopped after 31 MB. Nothing was saved.",
                tone=Tone.DANGER,
            ),
            standing=("again",),
        )
        cancelled = Row(
            6,
            {"as_of": Cell("17 Nov 2026, 14:20", "Elif Demir")},
            RowKind.SPANNED,
            icon="circle-slash",
            icon_tone=Tone.NEUTRAL,
            span_from="check",
            span=Cell("Cancelled by Elif Demir at 38 %"),
        )
        expired = Row(
            7,
            {
                "as_of": Cell("4 Nov 2026, 05:00", "Schedule: daily"),
                "check": Cell("Expired", badge=Tone.NEUTRAL, icon="clock"),
                "objects": Cell("9"),
                "rows": Cell("25,880"),
                "size": Cell("39.7 MB"),
                "file": Cell("Removed", "on 18 Nov 2026"),
            },
            icon="archive",
            dimmed=True,
        )
        daily = "Schedule: daily"
        return [
            running,
            done(2, "Today, 05:00", daily, "26,710", "41.2 MB", "14 days left", "until 6 Dec 2026"),
            done(
                3,
                "Yesterday, 05:00",
                daily,
                "26,664",
                "41.1 MB",
                "13 days left",
                "until 5 Dec 2026",
            ),
            failed,
            done(
                5, "18 Nov 2026, 05:00", daily, "26,391", "40.6 MB", "Pinned", "kept until unpinned"
            ),
            cancelled,
            expired,
        ]


class EmptyPage(Page):
    """A place that is not part of this demonstration."""


def _margins(inside: QWidget, top: int, bottom: int) -> QFrame:
    frame = QFrame()
    row = QHBoxLayout(frame)
    row.setContentsMargins(24, top, 24, bottom)
    row.addWidget(inside)
    return frame


def demo_window(folder: Path, count: int = 12_480) -> MainWindow:
    """Build the window; its state is kept in ``folder``."""
    state = WindowState(QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat))
    queries = Queries()
    actions = Actions()
    tabs = [
        Tab("records", "Records", "database", lambda: RecordsPage(queries, state, count)),
        Tab("backup", "Backup", "archive", lambda: BackupPage(queries)),
        Tab("restore", "Restore", "archive-restore", lambda: EmptyPage("Restore")),
        Tab("transfer", "Import & Export", "arrow-down-up", lambda: EmptyPage("Import & Export")),
        Tab("audit", "Audit Logs", "scroll-text", lambda: EmptyPage("Audit Logs")),
    ]
    content = FrameContent(
        (
            WorkspaceChoice("a", "Northwind Traders", "This computer", current=True),
            WorkspaceChoice("b", "Sandbox, 14 Nov", "This computer, anonymised"),
        ),
        Account(
            "Ingrid Solberg", "ingrid.solberg@northwind.example", "Super Admin", "Password and 2FA"
        ),
        tabs,
        settings=lambda: EmptyPage("Settings"),
        hooks=FrameHooks(set_theme=lambda theme: apply_theme(QApplication.instance(), theme)),
        palette=[
            PaletteSource(
                "records",
                lambda words: [name for name, *_ in PEOPLE if words.casefold() in name.casefold()],
                lambda found: PaletteGroup(
                    "Records",
                    [PaletteLine(name, list, "Contact", "book-user") for name in found],
                ),
            )
        ],
    )
    window = MainWindow(content, actions, queries, state)
    actions.register(
        ActionSpec(
            "create_backup", "Create backup", MenuName.FILE, ("Ctrl+Shift+B",), "plus", 2, "Backup"
        ),
        list,
    )
    actions.register(
        ActionSpec(
            "restore",
            "Restore from a backup",
            MenuName.FILE,
            ("Ctrl+Shift+R",),
            "archive-restore",
            2,
            "Restore",
            ("undo", "backup"),
        ),
        list,
    )
    actions.set_reason("create_backup", "Next possible tomorrow at 05:00")
    fill_frame(window)
    return window


def fill_frame(window: MainWindow) -> None:
    """Push jobs, notices and health into the frame."""
    window.set_health(Health(HealthLevel.OK, "Backed up 3 h ago", "22 Nov 2026, 05:00"))
    backup = "Writing deals, 5 of 9 objects. 62 %, about 2 min left"
    window.set_jobs([JobLine("1", "Backup", backup, 0.62, "62 %")])
    window.set_notices(
        [
            Notice(
                1,
                "Large export",
                "Marc Dubois is exporting 12,480 contacts. Your threshold is 10,000.",
                "09:36",
                "triangle-alert",
                Tone.WARN,
                "Open entry",
            ),
            Notice(
                2,
                "Restore finished",
                "850 values in 412 deals, 3 skipped.",
                "09:12",
                "circle-check",
                Tone.OK,
                "Open summary",
            ),
            Notice(
                3,
                "Scheduled backup completed",
                "26,710 rows, 41.2 MB, verified.",
                "05:09",
                "archive",
                unread=False,
            ),
        ],
        unread=3,
    )


def save_pictures(window: MainWindow, folder: Path) -> None:
    """Save every look, one step of the event loop after the other, then end."""
    app = QApplication.instance()
    scale = os.environ["QT_SCALE_FACTOR"]
    steps = []

    def shot(name: str):
        return lambda: window.grab().save(str(folder / f"{name}-{scale}x.png"))

    for theme in ("light", "dark"):
        for size in ((1280, 800), (960, 640)):
            tag = f"{theme}-{size[0]}"
            steps += [
                lambda theme=theme: apply_theme(app, theme),
                lambda size=size: window.resize(*size),
                lambda: window.go_to("records"),
                tick_some(window),
                shot(f"records-{tag}"),
                lambda: window.go_to("backup"),
                shot(f"backup-{tag}"),
                lambda: window.open_palette("back"),
                shot(f"palette-{tag}"),
                window.palette_popover.dismiss,
                window.open_notices,
                shot(f"notices-{tag}"),
                window.open_jobs,
                shot(f"jobs-{tag}"),
                window.open_account,
                lambda: window.show_toast(
                    "3 contacts deleted", "In the recycle bin until 20 Feb 2027", "Undo"
                ),
                shot(f"account-{tag}"),
                window.account_popover.dismiss,
            ]
    steps.append(window.close)
    timer = QTimer(window, interval=120)
    timer.timeout.connect(lambda: steps.pop(0)() if steps else app.quit())
    timer.start()


def tick_some(window: MainWindow):
    """Tick the first row, hover the fourth."""

    def run() -> None:
        table = window.page.table
        if not len(table.ticks):
            table.ticks.put([1], ticked=True)
            table.view.announce_ticks()

    return run


def main() -> None:
    app = QApplication(sys.argv[:1])
    apply_theme(app, "light")
    with tempfile.TemporaryDirectory() as folder:
        window = demo_window(Path(folder))
        window.show()
        if len(sys.argv) > 1:
            Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
            save_pictures(window, Path(sys.argv[1]))
        app.exec()


if __name__ == "__main__":
    main()
