from __future__ import annotations

from dataclasses import replace

from crmdesk.core.audit.kinds import Category


def test_an_entry_is_named_by_what_was_done_and_to_what(desk, page):
    desk.workspace.settings.set(desk.admin, "recycle_bin.days", "30")
    (changed,) = desk.workspace.audit_reader.events(desk.admin, limit=1).events
    wording = page.source.wording
    assert wording.target(changed) == "Keep deleted records for: 90 → 30"
    assert wording.title(changed) == "Keep deleted records for changed"
    assert wording.target(replace(changed, detail={}, object_id="of.later")) == "of.later"

    assert wording.title(replace(changed, result="refused")) == "Setting"
    comment = replace(changed, object="audit_comment", detail={"event": 5, "change": "resolved"})
    assert (wording.target(comment), wording.title(comment)) == (
        "Comment on entry 5",
        "Thread resolved",
    )
    with_other = {"with_object": "deals", "with_record": 3}
    pair = replace(
        changed, category="association", object="contacts", object_id="7", action="create"
    )
    pair = replace(pair, detail=with_other)
    assert wording.target(pair) == "Contact 7 with deal 3"
    assert wording.title(pair) == "Association created"
    defined = replace(
        changed, category="property", subcategory="PROPERTY", object="contacts", object_id="phone"
    )
    defined = replace(defined, detail={"old": {"label": "Phone"}, "new": {"label": "Telephone"}})
    assert wording.target(defined) == "Contact property Telephone"
    assert wording.title(defined) == "Property edited"
    team = replace(changed, category="security", object="team", detail={"team": "Harbour"})
    assert wording.target(team) == "Team Harbour"
    stage = replace(defined, category="pipeline", subcategory="STAGE", object_id="default/won")
    assert wording.target(stage) == "Contact stage Telephone"
    assert wording.target(replace(stage, subcategory="PIPELINE")) == "Contact pipeline Telephone"
    for kind, title in {
        ("sensitive_property", "VALUE", "reveal"): "Sensitive value revealed",
        ("security", "IMPERSONATE_USER", "enable"): "Viewing as another user began",
        ("security", "IMPERSONATE_USER", "disable"): "Viewing as another user ended",
        ("crm_object", "CONTACTS", "other"): "Contact, other activity",
    }.items():
        of_kind = dict(zip(("category", "subcategory", "action"), kind, strict=True))
        assert wording.title(replace(defined, **of_kind)) == title


def test_a_removed_object_and_a_restore_go_by_a_name(desk, page):
    desk.workspace.settings.set(desk.admin, "recycle_bin.days", "30")
    (changed,) = desk.workspace.audit_reader.events(desk.admin, limit=1).events
    wording = page.source.wording
    of_boat = replace(
        changed, category="crm_object", subcategory="BOATS", object="boats", action="create"
    )
    removed = replace(wording, removed={"boats": "Boats"})
    assert (removed.subcategory(of_boat), removed.title(of_boat)) == ("Boats", "Boats created")

    # A restore is named by what it did and not by its id.
    restore = replace(
        changed,
        category=Category.SECURITY,
        subcategory="DATA_RESTORE_COMPLETED",
        object="contacts",
        object_id="c1a57475ebbfa219",
        subjects=1,
        detail={},
    )
    assert wording.target(restore).endswith(", contacts")
    assert "c1a57475ebbfa219" not in wording.target(restore)
