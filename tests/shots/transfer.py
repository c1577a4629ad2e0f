"""The Import & Export tab in the frame: nothing yet, the assistant step by step, the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QWidget

from crmdesk.ui.transfer.assistant import CHECK, COLUMNS
from crmdesk.ui.transfer.page import TransferPage
from crmdesk.ui.transfer.tab import IMPORTS
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
    window.page.show_list(IMPORTS)
    page = window.page.imports
    assert isinstance(page, TransferPage)
    settle(300)
    yield "nothing-yet", window
    for first, last in (("Ann", "Devon"), ("Aria", "Cruz")):
        email = f"{first.lower()}@example.org"
        desk.contact(firstname=first, lastname=last, email=email, phone="555-0100")
    page.begin_import()
    yield "file-none", window
    yield from _assistant(page, window, _table(desk.folder.parent))
    yield from _listing(page, window, desk)
    yield from _together(page, window, desk)
    yield from _warnings(page, window, desk)
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


def _opened(page: TransferPage, *paths: Path) -> None:
    """The assistant with files that were looked at."""
    assistant = page.assistant
    for path in paths:
        (assistant.add_file if assistant.bundle.entries else assistant.open_file)(str(path))
        settle_until(lambda: not assistant.looking.busy)
    settle(200)


def _together(page: TransferPage, window: QWidget, desk: Desk) -> Iterator[tuple[str, QWidget]]:
    """Two files in one import: what they share, a fixed value, labels, dates."""
    customers, orders = _northwind(desk.folder.parent)
    desk.workspace.association_definitions.add_label(
        desk.admin, "deals", "companies", "Customer", "Purchase"
    )
    page.begin_import("contacts")
    _opened(page, orders)
    yield "mismatch", window
    page.assistant.file.mismatch.acted.emit()
    settle_until(lambda: not page.assistant.looking.busy)
    _opened(page, customers)
    yield "tables", window
    assistant = page.assistant
    assistant.go_to(COLUMNS)
    assistant.switch.pick(0)
    settle(200)
    yield "shared", window
    step = assistant.columns
    step.shared.banner.acted.emit()
    step.ask_fixed_value()
    dialog = step.fixed_dialog
    assert dialog is not None
    dialog.property_choice.pick("pipeline")
    assert dialog.value is not None
    dialog.value.set_text("default")
    yield "fixed-value", dialog
    dialog.deed_button.click()
    step.open_column(2)
    step.panel.labels.pick("=Customer")
    settle(200)
    yield "association", window
    step.open_column(3)
    step.panel.choose("closedate")
    step.panel.dates.pick("dmy")
    settle(200)
    yield "dates", window
    step.close_panel()
    settle(200)
    yield "columns-together", window
    assistant.go_to(CHECK)
    settle_until(lambda: bool(assistant.results))
    settle(200)
    yield "check-together", window
    assistant.go_on()
    settle_until(lambda: len(assistant.going.ids) == 2 and assistant.run.ended, 30_000)
    settle(200)
    yield "summary-together", window


def _warnings(page: TransferPage, window: QWidget, desk: Desk) -> Iterator[tuple[str, QWidget]]:
    """What is said above the steps before anything is written."""
    path = desk.folder.parent / "list.csv"
    path.write_text("Phone Number,,Phone Number\n555-0199,x,y\n555-0100,x,z\n", encoding="utf-8")
    page.leave_assistant()
    page.begin_import("contacts", str(path))
    _settled(page)
    page.assistant.go_to(COLUMNS)
    settle(200)
    yield "warning-headings", window
    page.assistant.go_to(CHECK)
    settle_until(lambda: bool(page.assistant.results))
    settle(200)
    yield "warning-check", window
    dates = desk.folder.parent / "dates.csv"
    text = "Email,Close Date,Lifecycle Stage\nann@example.org,03/04/2026,Lead\n"
    dates.write_text(text, encoding="utf-8")
    page.begin_import("contacts", str(dates))
    _settled(page)
    page.assistant.go_to(CHECK)
    settle(200)
    yield "check-dates", window


def _settled(page: TransferPage) -> None:
    settle_until(lambda: page.assistant.draft is not None and not page.assistant.looking.busy)
    settle(200)


def _northwind(folder: Path) -> tuple[Path, Path]:
    customers, orders = folder / "Customers.csv", folder / "Orders.csv"
    names = ("Alfreds Futterkiste", "Vins et alcools", "Toms Spezialitäten")
    keys = ("ALFKI", "VINET", "TOMSP")
    lines = [f"{key},{name},Berlin" for key, name in zip(keys, names, strict=True)]
    customers.write_text("\n".join(("CustomerID,CompanyName,City", *lines)), encoding="utf-8")
    rows = [f"{10248 + n},{keys[n % 3]},0{n % 9 + 1}/03/2026,{n * 7}" for n in range(24)]
    orders.write_text("\n".join(("OrderID,CustomerID,OrderDate,Freight", *rows)), encoding="utf-8")
    return customers, orders


def _listing(page: TransferPage, window: QWidget, home: Desk) -> Iterator[tuple[str, QWidget]]:
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
    deal = home.deal(dealname="Rattlesnake", amount="100")
    backup = home.backup()
    home.edit(deal, amount="7")
    restored = home.restore(backup, "deals", ["amount"])
    page.refresh()
    settle_until(lambda: page.table.count > 1)
    settle(200)
    yield "list", window
    page.open_link(f"imports/{restored.import_id}")
    settle(300)
    yield "restore-among-them", window
    page.close_panel()


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
