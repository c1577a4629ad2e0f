from __future__ import annotations

from functools import partial

import pytest

from crmdesk.core.errors import UserError
from crmdesk.core.records.pipeline_rows import NewStage
from tests.builders import Desk

STAGES = (NewStage("Asked", "0.1"), NewStage("Renewed", "1", closed=True))


def refusal(act) -> str:
    with pytest.raises(UserError) as refused:
        act()
    return refused.value.code


def stages(desk: Desk, pipeline: str) -> list[str]:
    found = desk.workspace.pipelines.list(desk.admin, "deals")
    return [s.name for each in found if each.name == pipeline for s in each.stages]


def entries(desk: Desk) -> list[tuple[object, ...]]:
    return desk.sql(
        "SELECT subcategory, action, object_id FROM audit_events WHERE category = 'pipeline' "
        "ORDER BY id"
    )


def test_a_pipeline_is_added_and_deals_can_be_in_it(desk: Desk):
    added = desk.workspace.pipelines.add(desk.admin, "deals", "Renewals", STAGES)

    assert added.name == "renewals"
    assert [(s.name, s.probability, s.closed) for s in added.stages] == [
        ("asked", "0.1", False),
        ("renewed", "1", True),
    ]
    deal = desk.deal(pipeline="renewals", dealstage="asked")
    assert desk.value(deal, "dealstage") == "asked"
    found = desk.workspace.pipelines.list(desk.admin, "deals")
    assert [(each.label, each.records) for each in found] == [
        ("Sales Pipeline", 0),
        ("Renewals", 1),
    ]


def test_pipelines_and_stages_are_renamed_and_ordered(desk: Desk):
    service = desk.workspace.pipelines
    service.add(desk.admin, "deals", "Renewals", STAGES)

    service.rename(desk.admin, "deals", "renewals", "Extensions")
    ordered = service.order(desk.admin, "deals", ["renewals"])
    assert [each.label for each in ordered] == ["Extensions", "Sales Pipeline"]
    service.order_stages(desk.admin, "deals", "renewals", ["renewed", "asked"])
    assert stages(desk, "renewals") == ["renewed", "asked"]
    changed = service.set_stage(
        desk.admin, "deals", "renewals", "asked", {"label": "Called", "probability": "0.50"}
    )
    assert (changed.label, changed.probability, changed.closed) == ("Called", "0.5", False)
    assert entries(desk) == [
        ("PIPELINE", "create", "renewals"),
        ("PIPELINE", "update", "renewals"),
        ("PIPELINE", "update", None),
        ("STAGE", "update", "renewals"),
        ("STAGE", "update", "renewals/asked"),
    ]


def test_a_deleted_stage_moves_its_records_with_their_history(desk: Desk):
    service = desk.workspace.pipelines
    # Without a pipeline, but in a stage that only one of them has.
    alone = desk.deal(dealstage="decisionmakerboughtin")
    remove = partial(service.remove_stage, desk.admin, "deals", "default", "decisionmakerboughtin")
    assert refusal(remove) == "stage_in_use"
    assert remove("qualifiedtobuy").records == 1
    assert desk.value(alone, "dealstage") == "qualifiedtobuy"

    live = desk.deal(pipeline="default", dealstage="contractsent")
    binned = desk.deal(pipeline="default", dealstage="contractsent")
    untold = desk.deal(dealstage="contractsent")
    other = desk.deal(pipeline="default", dealstage="qualifiedtobuy")
    desk.delete(binned)

    assert (
        refusal(lambda: service.remove_stage(desk.admin, "deals", "default", "contractsent"))
        == "stage_in_use"
    )
    gone = service.remove_stage(desk.admin, "deals", "default", "contractsent", "closedwon")

    assert gone.records == 3
    for deal in (live, binned, untold):
        assert desk.value(deal, "dealstage") == "closedwon"
        assert desk.value(deal, "pipeline") == "default"
    assert desk.value(other, "dealstage") == "qualifiedtobuy"
    assert "contractsent" not in stages(desk, "default")
    history = desk.workspace.records.history(desk.admin, "deals", live.id, "dealstage")
    assert [(h.old, h.new, h.source) for h in history] == [
        ("contractsent", "closedwon", "PIPELINE_SETTINGS"),
        (None, "contractsent", "CRM_UI"),
    ]
    assert desk.read(live).version == live.version + 1


def test_a_deleted_pipeline_moves_its_records_into_another(desk: Desk):
    service = desk.workspace.pipelines
    service.add(desk.admin, "deals", "Renewals", STAGES)
    deals = [desk.deal(pipeline="renewals", dealstage=name) for name in ("asked", "renewed")]

    assert refusal(lambda: service.remove(desk.admin, "deals", "renewals")) == "pipeline_in_use"
    gone = service.remove(desk.admin, "deals", "renewals", ("default", "closedwon"))

    assert gone.records == 2
    for deal in deals:
        assert desk.value(deal, "pipeline") == "default"
        assert desk.value(deal, "dealstage") == "closedwon"
    changed = {h.property for h in desk.workspace.records.history(desk.admin, "deals", deals[0].id)}
    assert changed == {None, "pipeline", "dealstage"}
    assert [each.name for each in service.list(desk.admin, "deals")] == ["default"]
    rows = desk.sql(
        "SELECT subjects FROM audit_events WHERE subcategory = 'PIPELINE' AND action = 'delete'"
    )
    assert rows == [(2,)]


def test_deals_in_no_stage_of_a_deleted_pipeline_move_too(desk: Desk):
    service = desk.workspace.pipelines
    service.add(desk.admin, "deals", "Renewals", STAGES)
    deal = desk.deal(pipeline="renewals")

    assert refusal(lambda: service.remove(desk.admin, "deals", "renewals")) == "pipeline_in_use"
    gone = service.remove(desk.admin, "deals", "renewals", ("default", "contractsent"))

    assert gone.records == 1
    now = desk.read(deal).values
    assert (now["pipeline"], now["dealstage"]) == ("default", "contractsent")


def test_an_empty_pipeline_and_an_empty_stage_just_go(desk: Desk):
    service = desk.workspace.pipelines
    service.add(desk.admin, "deals", "Renewals", STAGES)

    assert service.remove_stage(desk.admin, "deals", "renewals", "asked").change_id is None
    assert service.remove(desk.admin, "deals", "renewals").records == 0


def test_the_last_of_its_kind_stays(desk: Desk):
    service = desk.workspace.pipelines
    assert refusal(lambda: service.remove(desk.admin, "deals", "default")) == "pipeline_last"
    service.add(desk.admin, "deals", "Short", [NewStage("Only")])
    assert (
        refusal(lambda: service.remove_stage(desk.admin, "deals", "short", "only")) == "stage_last"
    )


@pytest.mark.parametrize(
    ("label", "new", "code"),
    [
        ("sales pipeline", STAGES, "pipeline_exists"),
        (" ", STAGES, "label_blank"),
        ("Renewals", (), "stages_missing"),
        ("Renewals", (NewStage("A"), NewStage("a")), "stage_exists"),
        ("Renewals", (NewStage("A", "1.5"),), "probability_invalid"),
        ("Renewals", (NewStage("A", "often"),), "probability_invalid"),
        ("Renewals", (NewStage("A", name="no good"),), "property_name_invalid"),
    ],
)
def test_a_pipeline_that_cannot_be_is_refused_whole(desk: Desk, label, new, code):
    service = desk.workspace.pipelines
    assert refusal(lambda: service.add(desk.admin, "deals", label, new)) == code
    assert len(service.list(desk.admin, "deals")) == 1


def test_contacts_go_through_no_pipeline(desk: Desk):
    service = desk.workspace.pipelines
    assert service.list(desk.admin, "contacts") == []
    assert (
        refusal(lambda: service.add(desk.admin, "contacts", "Life", STAGES))
        == "pipelines_not_possible"
    )


def test_records_do_not_move_to_what_is_deleted_or_unknown(desk: Desk):
    service = desk.workspace.pipelines
    desk.deal(pipeline="default", dealstage="closedlost")
    remove = service.remove_stage

    for target, code in (("closedlost", "no_target"), ("nope", "stage_unknown")):
        assert (
            refusal(lambda t=target: remove(desk.admin, "deals", "default", "closedlost", t))
            == code
        )
    assert "closedlost" in stages(desk, "default")
