"""Settings, Objects: each page of an object and its dialogs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QWidget

from crmdesk.core.records.pipeline_rows import NewStage
from crmdesk.ui.settings.objects.page import ObjectsPage
from crmdesk.ui.settings.objects.pipelines_tab import PipelinesTab
from crmdesk.ui.settings.objects.properties_tab import PropertiesTab
from crmdesk.ui.settings.page import SettingsPage
from tests.builders import Desk
from tests.shots.main import settle
from tests.shots.settings import dialog_of, window_of
from tests.ui.records.data import fill


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """Properties with the panel, pipelines, labels, the create dialog, and what asks."""
    desk = desk_factory()
    fill(desk)
    _shape(desk)
    made = window_of(desk)
    made.go("settings/objects")
    page = made.window.page
    assert isinstance(page, SettingsPage)
    objects = page.shown_page
    assert isinstance(objects, ObjectsPage)
    settle(300)
    yield "properties", made.window
    properties = objects.shown_page
    assert isinstance(properties, PropertiesTab)
    status = properties.object_type.property("hs_lead_status")
    properties.open_property(status.id)
    settle(300)
    yield "property", made.window
    properties.open_type(properties.object_type.property("city"))
    settle(300)
    yield "type", dialog_of("type_dialog")
    dialog_of("type_dialog").reject()
    properties.groups.click()
    yield "groups", dialog_of("groups_dialog")
    dialog_of("groups_dialog").reject()
    objects.show_page("associations")
    settle(300)
    yield "associations", made.window
    for name in ("form", "details"):
        objects.show_page(name)
        settle(200)
        yield name, made.window
    objects.show_object("deals")
    objects.show_page("pipelines")
    settle(300)
    yield "pipelines", made.window
    pipelines = objects.shown_page
    assert isinstance(pipelines, PipelinesTab)
    pipelines.add_stage.click()
    yield "stage", dialog_of("stage_dialog")
    dialog_of("stage_dialog").reject()
    stage = next(each for each in pipelines.pipeline.stages if each.records)  # type: ignore[union-attr]
    pipelines._act("remove", stage.id)
    yield "remove-stage", dialog_of("move_dialog")
    dialog_of("move_dialog").reject()
    made.window.resize(960, 640)
    settle(200)
    made.window.close()


def _shape(desk: Desk) -> None:
    labels = desk.workspace.association_definitions
    labels.add_label(desk.admin, "contacts", "companies", "Employer", "Employee")
    labels.add_label(desk.admin, "contacts", "companies", "Adviser")
    labels.set_limit(desk.admin, "contacts", "companies", 3)
    stages = (NewStage("Asked", "0.2"), NewStage("Renewed", "1", closed=True))
    desk.workspace.pipelines.add(desk.admin, "deals", "Renewals", stages)
