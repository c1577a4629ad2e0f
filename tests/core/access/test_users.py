"""Users and teams: who may do what, and the one Super Admin who always stays."""

from __future__ import annotations

import json

import pytest

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import GRANTABLE, Permission
from crmdesk.core.access.proofs import person_binding
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.access.users import NewUser, UserChange
from crmdesk.core.errors import NotSignedIn, PermissionDenied, SecondFactorRefused, UserError
from tests.builders import PASSWORD, PLACE, Desk
from tests.core.access.people import enrolled, refusal_of

MARC = "marc@northwind.example"
STRONG = "eleven green otters under a bridge"


def add_marc(desk: Desk, **facts: object) -> int:
    facts = {"password": STRONG, **facts}
    new = NewUser(MARC, "Marc Dubois", **facts)  # type: ignore[arg-type]
    # A session by single sign-on grants Super Admin without a code.
    actor = desk.by_sso(desk.admin) if new.super_admin else desk.admin
    return desk.workspace.users.add(actor, new).user_id


def last_entry(desk: Desk) -> tuple[str, dict[str, object]]:
    rows = desk.sql(
        "SELECT e.subcategory, d.payload FROM audit_events e JOIN audit_details d "
        "ON d.event_id = e.id ORDER BY e.id DESC LIMIT 1"
    )
    return str(rows[0][0]), json.loads(str(rows[0][1]))


def test_a_user_is_added_with_rights_and_teams_and_signs_in(desk: Desk):
    desk.workspace.teams.add(desk.admin, "Sales")
    user_id = add_marc(desk, permissions=(Permission.EXPORT,), teams=("sales",))

    marc = desk.workspace.users.show(desk.admin, "MARC@northwind.example")
    assert (marc.id, marc.email, marc.name) == (user_id, MARC, "Marc Dubois")
    assert marc.permissions == (Permission.EXPORT,)
    assert marc.teams == ("Sales",)
    assert marc.active
    assert not marc.super_admin
    assert not marc.two_factor
    signed_in = desk.workspace.sign_in.sign_in(MARC, STRONG, None, PLACE)
    assert signed_in.actor.user_id == user_id


def test_a_super_admin_has_every_permission(desk: Desk):
    me = desk.workspace.users.me(desk.admin)
    assert me.super_admin
    assert me.permissions == GRANTABLE
    assert me.granted == ()


def test_users_are_listed_newest_first(desk: Desk):
    add_marc(desk)
    emails = [user.email for user in desk.workspace.users.list(desk.admin)]
    assert emails == [MARC, "ingrid@northwind.example"]


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (NewUser("marc", "Marc", password=STRONG), "email_invalid"),
        (NewUser("Ingrid@Northwind.example", "Marc", password=STRONG), "email_taken"),
        (NewUser(MARC, "  ", password=STRONG), "name_invalid"),
        (NewUser(MARC, "Ma\nrc", password=STRONG), "name_invalid"),
        (NewUser(MARC, "Marc", password="too short"), "password_too_short"),
        (NewUser(MARC, "Marc Dubois", password="marc.dubois.marc.dubois"), "password_personal"),
        (NewUser(MARC, "Marc", teams=("Nobody",)), "team_unknown"),
        (NewUser(MARC, "Marc", permissions=(Permission.SUPER_ADMIN,)), "permission_not_grantable"),
    ],
)
def test_what_cannot_be_a_user_is_refused_and_leaves_nothing(desk: Desk, new: NewUser, code: str):
    assert refusal_of(lambda: desk.workspace.users.add(desk.admin, new)).code == code
    assert len(desk.workspace.users.list(desk.admin)) == 1


def test_a_change_of_rights_is_logged_from_old_to_new(desk: Desk):
    add_marc(desk, permissions=(Permission.EXPORT,))
    change = UserChange(grant=(Permission.IMPORT,), revoke=(Permission.EXPORT,))

    marc = desk.workspace.users.set(desk.admin, MARC, change)

    assert marc.granted == (Permission.IMPORT,)
    subcategory, details = last_entry(desk)
    assert subcategory == "UPDATE_USER"
    assert details["permissions"] == {"old": ["export"], "new": ["import"]}
    assert details["email"] == MARC


def test_a_change_that_changes_nothing_is_not_logged(desk: Desk):
    add_marc(desk, permissions=(Permission.EXPORT,))
    before = desk.audit_actions()
    desk.workspace.users.set(desk.admin, MARC, UserChange(grant=(Permission.EXPORT,)))
    assert desk.audit_actions() == before


def test_a_revoked_right_is_gone_at_the_next_call(desk: Desk):
    add_marc(desk, permissions=(Permission.EDIT_PROPERTIES,))
    marc = desk.workspace.sign_in.sign_in(MARC, STRONG, None, PLACE).actor
    desk.workspace.definitions.add_object(marc, "boats", "Boat")

    change = UserChange(revoke=(Permission.EDIT_PROPERTIES,))
    desk.workspace.users.set(desk.admin, MARC, change)

    with pytest.raises(PermissionDenied):
        desk.workspace.definitions.add_object(marc, "cars", "Car")


def test_a_deactivated_user_loses_the_session_and_cannot_come_back(desk: Desk):
    add_marc(desk)
    signed_in = desk.workspace.sign_in.sign_in(MARC, STRONG, None, PLACE)

    desk.workspace.users.deactivate(desk.admin, MARC)

    with pytest.raises(PermissionDenied):
        desk.workspace.users.me(signed_in.actor)
    with pytest.raises(NotSignedIn):
        desk.workspace.sign_in.resume(signed_in.token, PLACE)
    refused = refusal_of(lambda: desk.workspace.sign_in.sign_in(MARC, STRONG, None, PLACE))
    assert refused.code == "not_active"
    wrong = refusal_of(lambda: desk.workspace.sign_in.sign_in(MARC, "wrong", None, PLACE))
    assert wrong.code == "credentials_wrong"


def test_a_reactivated_user_signs_in_anew_with_the_old_rights(desk: Desk):
    add_marc(desk, permissions=(Permission.EXPORT,))
    old = desk.workspace.sign_in.sign_in(MARC, STRONG, None, PLACE)
    desk.workspace.users.deactivate(desk.admin, MARC)
    marc = desk.workspace.users.reactivate(desk.admin, MARC)

    assert marc.active
    assert marc.granted == (Permission.EXPORT,)
    with pytest.raises(NotSignedIn):
        desk.workspace.users.me(old.actor)
    assert desk.workspace.sign_in.sign_in(MARC, STRONG, None, PLACE).actor.email == MARC


def test_a_removed_user_is_gone_but_keeps_the_name_on_what_they_did(desk: Desk):
    user_id = add_marc(desk)
    desk.workspace.users.remove(desk.admin, MARC)

    assert refusal_of(lambda: desk.workspace.users.show(desk.admin, MARC)).code == "user_unknown"
    assert desk.workspace.users.names(desk.admin)[user_id] == "Marc Dubois"
    assert last_entry(desk)[0] == "REMOVE_USER"
    refused = refusal_of(lambda: desk.workspace.sign_in.sign_in(MARC, STRONG, None, PLACE))
    assert refused.code == "credentials_wrong"
    assert add_marc(desk) != user_id


@pytest.mark.parametrize("act", ["demote", "deactivate", "remove"])
def test_the_last_super_admin_stays(desk: Desk, act: str):
    ingrid, by_sso = desk.admin.email, desk.by_sso(desk.admin)
    users = desk.workspace.users
    acts = {
        "demote": lambda: users.set(by_sso, ingrid, UserChange(super_admin=False)),
        "deactivate": lambda: users.deactivate(desk.admin, ingrid),
        "remove": lambda: users.remove(desk.admin, ingrid),
    }
    assert refusal_of(acts[act]).code == "last_super_admin"

    add_marc(desk, super_admin=True)
    users.deactivate(desk.admin, MARC)
    assert refusal_of(acts[act]).code == "last_super_admin"

    users.reactivate(desk.admin, MARC)
    acts[act]()
    assert desk.audit_actions()[-1][1] == "ok"


def test_granting_super_admin_takes_a_code_given_for_that_person(timed_desk: Desk):
    desk = timed_desk
    add_marc(desk)
    phone = enrolled(desk, desk.admin)
    users, make_admin = desk.workspace.users, UserChange(super_admin=True)
    purpose = StepUpPurpose.GRANT_SUPER_ADMIN
    two_factor = desk.workspace.two_factor

    assert users.super_admin_needs_code(desk.admin)
    without = refusal_of(lambda: users.set(desk.admin, MARC, make_admin))
    assert (type(without), without.code) == (SecondFactorRefused, "code_missing")
    for_another = two_factor.step_up(desk.admin, purpose, "ann@example.org", phone.next_code())
    refused = refusal_of(lambda: users.set(desk.admin, MARC, make_admin, for_another))
    assert refused.code == "step_up_invalid"
    assert desk.audit_actions()[-1] == ("TWO_FACTOR_CODE_REFUSED", "refused")

    good = two_factor.step_up(desk.admin, purpose, person_binding(MARC), phone.next_code())
    assert users.set(desk.admin, MARC, make_admin, good).super_admin
    assert desk.audit_actions()[-2:] == [("ADD_ADMIN_PERMISSIONS", "ok"), ("ACCESS", "ok")]

    demote = UserChange(super_admin=False)
    without = refusal_of(lambda: users.set(desk.admin, MARC, demote))
    assert (without.code, desk.audit_actions()[-1][1]) == ("code_missing", "refused")
    for_granting = two_factor.step_up(desk.admin, purpose, person_binding(MARC), phone.next_code())
    wrong = refusal_of(lambda: users.set(desk.admin, MARC, demote, for_granting))
    assert wrong.code == "step_up_invalid"
    back = StepUpPurpose.REVOKE_SUPER_ADMIN
    proof = two_factor.step_up(desk.admin, back, person_binding(MARC), phone.next_code())
    assert not users.set(desk.admin, MARC, demote, proof).super_admin
    again = refusal_of(lambda: users.set(desk.admin, MARC, make_admin, good))
    assert again.code == "step_up_invalid"


def test_the_last_super_admin_is_refused_before_a_code_is_used_up(desk: Desk):
    add_marc(desk)
    users = desk.workspace.users

    refused = refusal_of(lambda: users.super_admin_needs_code(desk.admin, desk.admin.email))

    assert refused.code == "last_super_admin"
    assert users.super_admin_needs_code(desk.admin, MARC)


def test_who_has_no_two_factor_makes_no_super_admin(desk: Desk):
    add_marc(desk)
    users, change = desk.workspace.users, UserChange(super_admin=True)
    new = NewUser("ann@northwind.example", "Ann Lee", super_admin=True, password=STRONG)

    assert users.super_admin_needs_code(desk.admin)
    for act in (lambda: users.set(desk.admin, MARC, change), lambda: users.add(desk.admin, new)):
        refused = refusal_of(act)
        assert (type(refused), refused.code) == (SecondFactorRefused, "not_enrolled")
        assert desk.audit_actions()[-1] == ("TWO_FACTOR_CODE_REFUSED", "refused")

    assert not users.show(desk.admin, MARC).super_admin
    assert len(users.list(desk.admin)) == 2


def test_a_super_admin_is_added_with_a_code_too(timed_desk: Desk):
    desk = timed_desk
    phone = enrolled(desk, desk.admin)
    new = NewUser(MARC, "Marc Dubois", super_admin=True, password=STRONG)

    assert refusal_of(lambda: desk.workspace.users.add(desk.admin, new)).code == "code_missing"
    step_up = desk.workspace.two_factor.step_up(
        desk.admin, StepUpPurpose.GRANT_SUPER_ADMIN, person_binding(MARC), phone.next_code()
    )
    desk.workspace.users.add(desk.admin, new, step_up)

    assert desk.workspace.users.show(desk.admin, MARC).super_admin
    assert desk.audit_actions()[-2:] == [("ADD_ADMIN_USER", "ok"), ("ACCESS", "ok")]


def test_a_session_by_sso_grants_without_a_code(timed_desk: Desk):
    desk = timed_desk
    add_marc(desk)
    enrolled(desk, desk.admin)
    by_sso = desk.by_sso(desk.admin)

    assert not desk.workspace.users.super_admin_needs_code(by_sso)
    change = UserChange(super_admin=True)
    assert desk.workspace.users.set(by_sso, MARC, change).super_admin


def test_saying_that_a_session_is_by_sso_does_not_make_it_so(timed_desk: Desk):
    desk = timed_desk
    add_marc(desk)
    enrolled(desk, desk.admin)
    real = desk.admin
    forged = Actor(
        real.kind, real.user_id, real.email, real.full_name, real.session_id, "sso", real.place
    )
    change = UserChange(super_admin=True)
    refused = refusal_of(lambda: desk.workspace.users.set(forged, MARC, change))
    assert refused.code == "code_missing"


# -- one-time codes --------------------------------------------------------------------------
def test_without_a_password_a_one_time_code_is_made_to_set_one_with(desk: Desk):
    code = desk.workspace.users.add(desk.admin, NewUser(MARC, "Marc Dubois")).one_time_code
    assert code is not None
    assert not desk.workspace.users.show(desk.admin, MARC).has_password
    typed = refusal_of(lambda: desk.workspace.sign_in.sign_in(MARC, code, None, PLACE))
    assert typed.code == "password_to_set"

    desk.workspace.passwords.set_first(MARC, code.lower(), STRONG, PLACE)

    assert desk.workspace.sign_in.sign_in(MARC, STRONG, None, PLACE).actor.email == MARC
    again = refusal_of(lambda: desk.workspace.passwords.set_first(MARC, code, PASSWORD, PLACE))
    assert again.code == "credentials_wrong"


def test_a_weak_first_password_leaves_the_code_good(desk: Desk):
    code = desk.workspace.users.add(desk.admin, NewUser(MARC, "Marc Dubois")).one_time_code or ""
    weak = refusal_of(lambda: desk.workspace.passwords.set_first(MARC, code, "short", PLACE))
    assert weak.code == "password_too_short"
    desk.workspace.passwords.set_first(MARC, code, STRONG, PLACE)


def test_a_one_time_code_lapses_after_a_week(timed_desk: Desk):
    desk = timed_desk
    new = NewUser(MARC, "Marc Dubois")
    code = desk.workspace.users.add(desk.admin, new).one_time_code or ""
    desk.time.forward(days=7)
    late = refusal_of(lambda: desk.workspace.passwords.set_first(MARC, code, STRONG, PLACE))
    assert late.code == "credentials_wrong"


def test_a_newer_one_time_code_replaces_the_earlier_one(desk: Desk):
    add_marc(desk)
    resets = desk.workspace.password_resets
    first, second = (str(resets.issue(desk.admin, MARC).code) for _ in range(2))

    assert desk.workspace.sign_in.sign_in(MARC, STRONG, None, PLACE)
    old = refusal_of(lambda: desk.workspace.passwords.set_first(MARC, first, PASSWORD, PLACE))
    assert old.code == "credentials_wrong"
    desk.workspace.passwords.set_first(MARC, second, PASSWORD, PLACE)
    gone = refusal_of(lambda: desk.workspace.sign_in.sign_in(MARC, STRONG, None, PLACE))
    assert gone.code == "credentials_wrong"


def test_changing_a_password_takes_the_old_one_and_ends_other_sessions(desk: Desk):
    add_marc(desk)
    here = desk.workspace.sign_in.sign_in(MARC, STRONG, None, PLACE).actor
    elsewhere = desk.workspace.sign_in.sign_in(MARC, STRONG, None, PLACE).actor
    passwords = desk.workspace.passwords

    assert refusal_of(lambda: passwords.change(here, "wrong", PASSWORD)).code == "credentials_wrong"
    assert refusal_of(lambda: passwords.change(here, STRONG, "x" * 20)).code.startswith("password_")
    passwords.change(here, STRONG, PASSWORD)

    assert desk.workspace.users.me(here).email == MARC
    with pytest.raises(NotSignedIn):
        desk.workspace.users.me(elsewhere)
    assert desk.workspace.sign_in.sign_in(MARC, PASSWORD, None, PLACE)


def test_with_two_factor_a_shorter_password_is_taken(timed_desk: Desk):
    desk = timed_desk
    short = "mW4-tulipan"
    passwords = desk.workspace.passwords
    refused = refusal_of(lambda: passwords.change(desk.admin, PASSWORD, short))
    assert refused.code == "password_too_short"
    enrolled(desk, desk.admin)
    passwords.change(desk.admin, PASSWORD, short)


# -- teams -----------------------------------------------------------------------------------
def test_teams_come_and_go_with_their_members_logged(desk: Desk):
    teams = desk.workspace.teams
    add_marc(desk)
    teams.add(desk.admin, " Sales ")
    desk.in_teams(MARC, "sales")
    desk.in_teams(MARC, "Sales")
    assert [(team.name, team.members) for team in teams.list(desk.admin)] == [("Sales", (MARC,))]

    assert refusal_of(lambda: teams.add(desk.admin, "SALES")).code == "team_exists"
    assert refusal_of(lambda: teams.add(desk.admin, "")).code == "team_name_invalid"
    teams.remove(desk.admin, "Sales")

    assert teams.list(desk.admin) == ()
    assert desk.workspace.users.show(desk.admin, MARC).teams == ()
    assert refusal_of(lambda: teams.remove(desk.admin, "Sales")).code == "team_unknown"
    wanted = ["TEAM_ADDED", "TEAM_USER_ADDED", "TEAM_DELETED"]
    assert [name for name, _ in desk.audit_actions() if name.startswith("TEAM")] == wanted


def test_setting_teams_joins_the_new_and_leaves_the_old(desk: Desk):
    for name in ("Sales", "Support", "Board"):
        desk.workspace.teams.add(desk.admin, name)
    add_marc(desk, teams=("Sales", "Support"))
    change = UserChange(teams=("support", "Board"))
    marc = desk.workspace.users.set(desk.admin, MARC, change)
    assert marc.teams == ("Board", "Support")


def test_a_team_that_is_unknown_leaves_everything_as_it_was(desk: Desk):
    add_marc(desk)
    change = UserChange(full_name="Marc D.", teams=("Nobody",))
    with pytest.raises(UserError):
        desk.workspace.users.set(desk.admin, MARC, change)
    assert desk.workspace.users.show(desk.admin, MARC).name == "Marc Dubois"
