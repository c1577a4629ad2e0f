"""Two-factor authentication: setting it up, using it up, taking it away, and step-up proofs."""

from __future__ import annotations

import random

import pytest

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.lockout import FREE_FAILURES
from crmdesk.core.access.proofs import person_binding
from crmdesk.core.access.step_up import StepUpPurpose, spend_step_up
from crmdesk.core.access.totp import STEP_SECONDS
from crmdesk.core.access.users import NewUser
from crmdesk.core.errors import NotSignedIn, SecondFactorRefused
from tests.builders import PLACE, Desk
from tests.core.access.people import Phone, enrolled, refusal_of

PURPOSE = StepUpPurpose.RESTORE
PLAN = "3f" * 32
MARC = "marc@northwind.example"
STRONG = "eleven green otters under a bridge"


def step_up(desk: Desk, code: str | None, binding: str = PLAN) -> str:
    return desk.workspace.two_factor.step_up(desk.admin, PURPOSE, binding, code)


def spend(desk: Desk, step_up_id: str, binding: str = PLAN, purpose: StepUpPurpose = PURPOSE):
    with desk.workspace.database.write() as tx:
        return spend_step_up(tx, desk.admin, step_up_id, purpose, binding)


def is_taken(desk: Desk, code: str) -> bool:
    try:
        step_up(desk, code)
    except SecondFactorRefused:
        return False
    return True


def test_it_is_off_until_a_code_of_the_new_secret_was_given(timed_desk: Desk):
    desk = timed_desk
    two_factor = desk.workspace.two_factor
    enrolment = two_factor.begin_enrolment(desk.admin)
    assert not two_factor.status(desk.admin).enrolled
    wrong = refusal_of(lambda: two_factor.confirm_enrolment(desk.admin, "000000"))
    assert wrong.code == "code_wrong"
    assert not two_factor.status(desk.admin).enrolled

    codes = two_factor.confirm_enrolment(desk.admin, Phone(desk, enrolment.secret).code())

    status = two_factor.status(desk.admin)
    assert (status.enrolled, status.since, status.recovery_codes_left) == (True, desk.time(), 10)
    assert len(set(codes)) == 10
    assert desk.audit_actions()[-1] == ("ADD_TWO_FACTOR_AUTHENTICATION", "ok")
    assert enrolment.uri.startswith("otpauth://totp/CRM%20Desk%20%28Northwind%20Traders%29:")
    assert enrolment.secret not in repr(enrolment)


def test_beginning_again_makes_another_secret_and_the_first_is_void(timed_desk: Desk):
    desk = timed_desk
    two_factor = desk.workspace.two_factor
    first = Phone(desk, two_factor.begin_enrolment(desk.admin).secret)
    second = Phone(desk, two_factor.begin_enrolment(desk.admin).secret)
    refused = refusal_of(lambda: two_factor.confirm_enrolment(desk.admin, first.code()))
    assert refused.code == "code_wrong"
    two_factor.confirm_enrolment(desk.admin, second.code())


def test_nothing_is_confirmed_before_it_was_begun_nor_begun_twice(timed_desk: Desk):
    desk = timed_desk
    two_factor = desk.workspace.two_factor
    early = refusal_of(lambda: two_factor.confirm_enrolment(desk.admin, "123456"))
    assert early.code == "two_factor_not_begun"
    enrolled(desk, desk.admin)
    assert refusal_of(lambda: two_factor.begin_enrolment(desk.admin)).code == "two_factor_on"
    again = refusal_of(lambda: two_factor.confirm_enrolment(desk.admin, "123456"))
    assert again.code == "two_factor_on"


def test_neither_secret_nor_recovery_codes_are_readable_in_the_database(timed_desk: Desk):
    desk = timed_desk
    phone = enrolled(desk, desk.admin)
    desk.workspace.database.close()
    secrets = [phone.secret, *phone.recovery_codes]
    secrets += [code.replace("-", "") for code in phone.recovery_codes]
    for file in desk.folder.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert not any(secret.encode() in content for secret in secrets)


def test_a_proof_is_good_once_for_what_it_was_given_for(timed_desk: Desk):
    desk = timed_desk
    phone = enrolled(desk, desk.admin)
    proof = step_up(desk, phone.next_code())
    other_plan = refusal_of(lambda: spend(desk, proof, "another plan"))
    other_act = refusal_of(lambda: spend(desk, proof, PLAN, StepUpPurpose.RESTORE_UNDO))
    assert {other_plan.code, other_act.code} == {"step_up_invalid"}

    assert spend(desk, proof) == "code"
    assert refusal_of(lambda: spend(desk, proof)).code == "step_up_invalid"
    assert ("TWO_FACTOR_CODE_ACCEPTED", "ok") in desk.audit_actions()


def test_a_proof_lapses_after_five_minutes(timed_desk: Desk):
    desk = timed_desk
    phone = enrolled(desk, desk.admin)
    in_time, late = step_up(desk, phone.next_code()), step_up(desk, phone.next_code())
    desk.time.forward(minutes=4, seconds=29)
    assert spend(desk, in_time)
    desk.time.forward(seconds=31)
    assert refusal_of(lambda: spend(desk, late)).code == "step_up_invalid"


def test_a_proof_of_one_session_is_nothing_to_another(timed_desk: Desk):
    desk = timed_desk
    phone = enrolled(desk, desk.admin)
    proof = step_up(desk, phone.next_code())
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    assert refusal_of(lambda: spend(desk, proof)).code == "step_up_invalid"


def test_the_code_that_signed_in_does_not_prove_again(timed_desk: Desk):
    phone = enrolled(timed_desk, timed_desk.admin)
    code = phone.next_code()
    step_up(timed_desk, code)
    assert refusal_of(lambda: step_up(timed_desk, code)).code == "code_wrong"


def test_what_is_missing_is_said_and_costs_no_try(timed_desk: Desk):
    desk = timed_desk
    assert refusal_of(lambda: step_up(desk, "123456")).code == "not_enrolled"
    enrolled(desk, desk.admin)
    for blank in (None, "", "  "):
        missing = refusal_of(lambda blank=blank: step_up(desk, blank))
        assert (type(missing), missing.code) == (SecondFactorRefused, "code_missing")
    assert desk.workspace.two_factor.attempts(desk.admin).left == FREE_FAILURES


@pytest.mark.parametrize("typed", ["12345", "1234567", "abcdef", "ＡＢ", "\udce9", "9" * 5000])
def test_whatever_is_typed_is_at_worst_a_wrong_code(timed_desk: Desk, typed: str):
    enrolled(timed_desk, timed_desk.admin)
    assert refusal_of(lambda: step_up(timed_desk, typed)).code == "code_wrong"


def test_tries_are_counted_down_then_there_is_a_wait_then_one_more(timed_desk: Desk):
    desk = timed_desk
    phone = enrolled(desk, desk.admin)
    two_factor = desk.workspace.two_factor
    for left in (4, 3, 2, 1, 0):
        assert refusal_of(lambda: step_up(desk, "000000")).values["left"] == left
        assert two_factor.attempts(desk.admin).left == left
    until = two_factor.attempts(desk.admin).wait_until
    assert until is not None
    assert (until - desk.time()).total_seconds() == 30
    assert refusal_of(lambda: step_up(desk, phone.code(1))).code == "wait"

    desk.time.forward(seconds=STEP_SECONDS)
    assert two_factor.attempts(desk.admin).left == 1
    assert step_up(desk, phone.code())
    attempts = two_factor.attempts(desk.admin)
    assert (attempts.left, attempts.wait_until) == (FREE_FAILURES, None)


def test_a_right_code_during_a_wait_is_not_used_up(timed_desk: Desk):
    desk = timed_desk
    phone = enrolled(desk, desk.admin)
    desk.time.forward(seconds=STEP_SECONDS)
    for _ in range(FREE_FAILURES):
        refusal_of(lambda: step_up(desk, "000000"))
    code = phone.code(1)
    assert refusal_of(lambda: step_up(desk, code)).code == "wait"
    desk.time.forward(seconds=STEP_SECONDS)
    assert step_up(desk, code)


def test_no_code_is_taken_twice_in_any_order_with_the_clock_going_anywhere(timed_desk: Desk):
    desk = timed_desk
    phone = enrolled(desk, desk.admin)
    rng = random.Random(20261122)
    newest = 0
    for _ in range(150):
        desk.time.forward(seconds=rng.choice([-120, -30, 0, 0, 15, 30, 60]))
        offset = rng.randrange(-3, 4)
        step = int(desk.time().timestamp()) // STEP_SECONDS + offset
        with desk.workspace.database.write() as tx:
            tx.sql("DELETE FROM attempt_counters")
            tx.sql("UPDATE sessions SET last_seen_at = ?", ("9999-01-01T00:00:00.000Z",))
        if is_taken(desk, phone.code(offset)):
            assert step > newest
            assert abs(offset) <= 1
            newest = step
    assert newest


def test_a_recovery_code_proves_once(timed_desk: Desk):
    desk = timed_desk
    phone = enrolled(desk, desk.admin)
    proof = step_up(desk, phone.recovery_codes[0])
    assert spend(desk, proof) == "recovery_code"
    assert refusal_of(lambda: step_up(desk, phone.recovery_codes[0])).code == "code_wrong"


def test_new_recovery_codes_void_the_old(timed_desk: Desk):
    desk = timed_desk
    phone = enrolled(desk, desk.admin)
    fresh = desk.workspace.two_factor.renew_recovery_codes(desk.admin, phone.next_code())
    assert refusal_of(lambda: step_up(desk, phone.recovery_codes[0])).code == "code_wrong"
    assert step_up(desk, fresh[0])


def test_removing_it_takes_a_code(timed_desk: Desk):
    desk = timed_desk
    two_factor = desk.workspace.two_factor
    phone = enrolled(desk, desk.admin)
    assert refusal_of(lambda: two_factor.remove(desk.admin, None)).code == "code_missing"
    assert refusal_of(lambda: two_factor.remove(desk.admin, "000000")).code == "code_wrong"

    two_factor.remove(desk.admin, phone.next_code())

    assert not two_factor.status(desk.admin).enrolled
    assert two_factor.status(desk.admin).recovery_codes_left == 0
    assert desk.audit_actions()[-1] == ("REMOVE_TWO_FACTOR_AUTHENTICATION", "ok")
    assert refusal_of(lambda: step_up(desk, phone.next_code())).code == "not_enrolled"


def test_a_session_by_sso_proves_by_itself(timed_desk: Desk):
    desk = timed_desk
    desk.admin = desk.by_sso(desk.admin)
    assert spend(desk, step_up(desk, None)) == "sso"


def test_nobody_has_no_two_factor(desk: Desk):
    desk.workspace.sign_in.sign_out(desk.admin)
    with pytest.raises(NotSignedIn):
        desk.workspace.two_factor.status(desk.admin)
    with pytest.raises(NotSignedIn):
        step_up(desk, "123456")


# -- somebody else's -------------------------------------------------------------------------
def marc_with_phone(desk: Desk, password: str = STRONG) -> tuple[Actor, Phone]:
    """Another user with two-factor authentication, signed in."""
    new = NewUser(MARC, "Marc Dubois", password=STRONG)
    desk.workspace.users.add(desk.admin, new)
    marc = desk.workspace.sign_in.sign_in(MARC, STRONG, None, PLACE).actor
    phone = enrolled(desk, marc)
    if password != STRONG:
        desk.workspace.passwords.change(marc, STRONG, password)
    return marc, phone


def reset(desk: Desk, code: str) -> None:
    two_factor, purpose = desk.workspace.two_factor, StepUpPurpose.RESET_TWO_FACTOR
    two_factor.reset(
        desk.admin, MARC, two_factor.step_up(desk.admin, purpose, person_binding(MARC), code)
    )


def test_a_super_admin_resets_what_somebody_lost_with_a_code_of_their_own(timed_desk: Desk):
    desk = timed_desk
    marc, _ = marc_with_phone(desk)
    phone = enrolled(desk, desk.admin)
    two_factor = desk.workspace.two_factor
    assert refusal_of(lambda: two_factor.reset(desk.admin, MARC, None)).code == "code_missing"
    assert desk.audit_actions()[-1] == ("TWO_FACTOR_CODE_REFUSED", "refused")
    assert two_factor.status(marc).enrolled

    reset(desk, phone.next_code())

    assert desk.audit_actions()[-1] == ("RESET_TWO_FACTOR_AUTHENTICATION", "ok")
    assert isinstance(refusal_of(lambda: two_factor.status(marc)), NotSignedIn)
    again = desk.workspace.sign_in.sign_in(MARC, STRONG, None, PLACE).actor
    assert not two_factor.status(again).enrolled
    assert two_factor.status(again).recovery_codes_left == 0
    told = desk.workspace.inbox.list(again)
    assert [(each.kind, each.values["by"]) for each in told] == [
        ("two_factor_reset", "Ingrid Solberg")
    ]


def test_nobody_resets_their_own_nor_what_is_not_there(timed_desk: Desk):
    desk = timed_desk
    desk.workspace.users.add(desk.admin, NewUser(MARC, "Marc Dubois", password=STRONG))
    enrolled(desk, desk.admin)
    two_factor = desk.workspace.two_factor

    own = refusal_of(lambda: two_factor.reset(desk.admin, desk.admin.email, None))
    assert own.code == "two_factor_own"
    assert refusal_of(lambda: two_factor.reset(desk.admin, MARC, None)).code == "two_factor_off"
    nobody = refusal_of(lambda: two_factor.reset(desk.admin, "x@example.org", None))
    assert nobody.code == "user_unknown"
    assert two_factor.status(desk.admin).enrolled


@pytest.mark.parametrize("way", ["reset", "removed"])
def test_a_password_that_is_too_short_alone_is_replaced_before_it_signs_in(
    timed_desk: Desk, way: str
):
    desk = timed_desk
    short = "mW4-tulipan"
    marc, marcs = marc_with_phone(desk, short)
    if way == "reset":
        reset(desk, enrolled(desk, desk.admin).next_code())
    else:
        desk.workspace.two_factor.remove(marc, marcs.next_code())
    sign_in, passwords = desk.workspace.sign_in, desk.workspace.passwords

    refused = refusal_of(lambda: sign_in.sign_in(MARC, short, None, PLACE))
    assert (type(refused), refused.code) == (NotSignedIn, "password_to_set")
    assert "15 characters" in refused.message

    weak = refusal_of(lambda: passwords.set_first(MARC, short, "too short", PLACE))
    assert weak.code == "password_too_short"
    wrong = refusal_of(lambda: passwords.set_first(MARC, "mW4-tulipa?", STRONG, PLACE))
    assert wrong.code == "credentials_wrong"
    passwords.set_first(MARC, short, STRONG, PLACE)
    assert sign_in.sign_in(MARC, STRONG, None, PLACE)


def test_a_password_that_is_long_enough_sets_no_other_without_a_session(timed_desk: Desk):
    desk = timed_desk
    desk.workspace.users.add(desk.admin, NewUser(MARC, "Marc Dubois", password=STRONG))

    refused = refusal_of(
        lambda: desk.workspace.passwords.set_first(MARC, STRONG, STRONG + "!", PLACE)
    )

    assert refused.code == "credentials_wrong"


def test_a_short_password_beside_codes_sets_no_other_without_a_code(timed_desk: Desk):
    desk = timed_desk
    short = "mW4-tulipan"
    marc_with_phone(desk, short)

    refused = refusal_of(lambda: desk.workspace.passwords.set_first(MARC, short, STRONG, PLACE))

    assert refused.code == "credentials_wrong"


def test_removing_it_ends_the_other_sessions(timed_desk: Desk):
    desk = timed_desk
    phone = enrolled(desk, desk.admin)
    elsewhere = desk.signed_in(1, desk.admin.email, desk.admin.full_name)

    desk.workspace.two_factor.remove(desk.admin, phone.next_code())

    assert isinstance(refusal_of(lambda: desk.workspace.users.me(elsewhere)), NotSignedIn)
    assert desk.workspace.users.me(desk.admin)
