"""The Import & Export tab in the frame: nothing yet, the assistant step by step, the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QWidget

from crmdesk.ui.transfer.assistant import CHECK, COLUMNS
from crmdesk.ui.transfer.page import TransferPage
from tests.builders import Desk
from tests.shots.main import settle, settle_until
from tests.shots.settings import window_of

HEADERS = ("First Name", "Last Name", "Email", "Phone Number", "Favourite wine", "Lifecycle Stage")
WINES = ("Rioja", "Barolo", "Riesling")


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """Every state of the tab."""
    desk = desk_factory()
    window = window_of(desk).window
    window.go_to("transfer")
    page = window.page
    assert isinstance(page, TransferPage)
    settle(300)
    yield "nothing-yet", window
    for first, last in (("Ann", "Devon"), ("Aria", "Cruz")):
        email = f"{first.lower()}@example.org"
        desk.contact(firstname=first, lastname=last, email=email, phone="555-0100")
    page.begin_import()
    yield "file-none", window
    yield from _assistant(page, window, _table(desk.folder.parent))
    yield from _listing(page, window)
    wrong = desk.folder.parent / "photo.csv"
    wrong.write_bytes(b"\x00\x01\x02" * 500)
    page.begin_import(path=str(wrong))
    settle_until(lambda: not page.assistant.busy.isVisible())
    yield "file-wrong", window


def _assistant(page: TransferPage, window: QWidget, path: Path) -> Iterator[tuple[str, QWidget]]:
    assistant = page.assistant
    assistant.open_file(str(path))
    settle_until(lambda: assistant.draft is not None)
    settle(300)
    yield "file", window
    assistant.go_to(COLUMNS)
    settle(200)
    yield "columns", window
    assistant.columns.open_column(5)
    yield "column", window
    assistant.columns.ask_new_property()
    dialog = assistant.columns.dialog
    assert dialog is not None
    yield "new-property", dialog
    dialog.deed_button.click()
    settle(200)
    yield "columns-new", window
    assistant.go_to(CHECK)
    settle_until(lambda: not assistant.check.checking)
    settle(200)
    yield "check", window
    assistant.go_on()
    settle_until(lambda: bool(assistant.import_id))
    yield "running", window
    settle_until(lambda: assistant.run.ended, 30_000)
    yield "summary", window


def _listing(page: TransferPage, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    page.assistant.detail_asked.emit(page.assistant.import_id)
    settle_until(lambda: page.table.count > 0)
    settle(300)
    for name in ("summary", "changes", "errors"):
        page.panel.show_page(name)
        settle(200)
        yield f"list-{name}", window
    asked: list[QWidget] = []
    page.undoing.asked.connect(asked.append)
    desk = page.source._desk
    record = desk.workspace.imports.changes(desk.actor, page.panel.import_id)[-1].record_id
    desk.workspace.editor.update(desk.actor, "contacts", record, {"city": "Oslo"})
    page.undoing.ask(page.panel.import_id)
    settle_until(lambda: bool(asked))
    settle(200)
    yield "undo", asked[0]
    asked[0].close()
    page.close_panel()
    yield "list", window


def _table(folder: Path) -> Path:
    rows = [
        ("Ann", "Devon", "ann@example.org", "555-0199", "Rioja", "Customer"),
        ("Aria", "Cruz", "aria@example.org", "555-0100", "Barolo", "Lead"),
        ("Diego", "Roel", "no address", "555-0117", "Rioja", "Lead"),
    ]
    for number in range(40):
        stage = "Lead" if number % 9 else "Someday"
        wine = WINES[number % len(WINES)]
        email = f"guest{number}@example.org"
        rows.append((f"Guest {number}", "Holm", email, f"555-{number:04}", wine, stage))
    path = folder / "hubspot-crm-exports-all-contacts-2026-11-21.csv"
    path.write_text("\n".join(";".join(row) for row in (HEADERS, *rows)), encoding="utf-8")
    return path
