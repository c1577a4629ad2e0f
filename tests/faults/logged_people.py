"""Calls about people and their keys: users, teams, passwords, codes, sessions, settings."""

from __future__ import annotations

from collections.abc import Callable

from crmdesk.core.access.proofs import person_binding
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.access.user import NewUser, UserChange
from tests.builders import PASSWORD, PLACE, Desk
from tests.core.access.people import Phone, enrolled

Act = Callable[[], object]
Preparation = Callable[[Desk], Act]

NEW_PASSWORD = "nine grey seals under the pier"
MARC = "marc@northwind.example"


def _with_user(act: Callable[[Desk], object]) -> Preparation:
    def prepare(desk: Desk) -> Act:
        desk.workspace.users.add(desk.admin, NewUser(MARC, "Marc Dubois", password=PASSWORD))
        return lambda: act(desk)

    return prepare


def _remembered(desk: Desk) -> Act:
    token = desk.workspace.sign_in.sign_in(desk.admin.email, PASSWORD, None, PLACE).token
    return lambda: desk.workspace.sign_in.resume(token, PLACE)


def _looking(act: Callable[[Desk], object]) -> Preparation:
    def prepare(desk: Desk) -> Act:
        desk.workspace.users.add(desk.admin, NewUser(MARC, "Marc Dubois", password=PASSWORD))
        desk.workspace.viewing.start(desk.admin, MARC)
        return lambda: act(desk)

    return prepare


def _unended(desk: Desk) -> Act:
    desk.workspace.users.add(desk.admin, NewUser(MARC, "Marc Dubois", password=PASSWORD))
    desk.workspace.viewing.start(desk.admin, MARC)
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE sessions SET ended_at = started_at")
    return desk.workspace.viewing.end_stale


def _left(desk: Desk) -> Act:
    desk.workspace.users.add(desk.admin, NewUser(MARC, "Marc Dubois", password=PASSWORD))
    desk.workspace.users.deactivate(desk.admin, MARC)
    return lambda: desk.workspace.users.reactivate(desk.admin, MARC)


def _with_team(act: Callable[[Desk], object]) -> Preparation:
    def prepare(desk: Desk) -> Act:
        desk.workspace.users.add(desk.admin, NewUser(MARC, "Marc Dubois", password=PASSWORD))
        desk.workspace.teams.add(desk.admin, "Harbour")
        desk.workspace.teams.add(desk.admin, "Pier")
        desk.in_teams(MARC, "Pier")
        return lambda: act(desk)

    return prepare


def _password_of_a_new_user(desk: Desk) -> Act:
    added = desk.workspace.users.add(desk.admin, NewUser(MARC, "Marc Dubois"))
    code = str(added.one_time_code)
    return lambda: desk.workspace.passwords.set_first(MARC, code, NEW_PASSWORD, PLACE)


def _enrolment(desk: Desk) -> Act:
    phone = Phone(desk, desk.workspace.two_factor.begin_enrolment(desk.admin).secret)
    return lambda: desk.workspace.two_factor.confirm_enrolment(desk.admin, phone.code())


def _with_phone(act: Callable[[Desk, str], object]) -> Preparation:
    def prepare(desk: Desk) -> Act:
        code = enrolled(desk, desk.admin).next_code()
        return lambda: act(desk, code)

    return prepare


def _lost_phone(desk: Desk) -> Act:
    users, two_factor = desk.workspace.users, desk.workspace.two_factor
    users.add(desk.admin, NewUser(MARC, "Marc Dubois", password=PASSWORD))
    enrolled(desk, desk.workspace.sign_in.sign_in(MARC, PASSWORD, None, PLACE).actor)
    code = enrolled(desk, desk.admin).next_code()
    purpose = StepUpPurpose.RESET_TWO_FACTOR
    proof = two_factor.step_up(desk.admin, purpose, person_binding(MARC), code)
    return lambda: two_factor.reset(desk.admin, MARC, proof)


def _new_recovery_key(desk: Desk) -> Act:
    code = enrolled(desk, desk.admin).next_code()
    service, purpose = desk.workspace.recovery_keys, StepUpPurpose.NEW_RECOVERY_KEY
    binding = service.binding(desk.admin)
    proof = desk.workspace.two_factor.step_up(desk.admin, purpose, binding, code)
    return lambda: service.renew(desk.admin, proof)


PEOPLE: dict[str, Preparation] = {
    "passwords.change": lambda d: (
        lambda: d.workspace.passwords.change(d.admin, PASSWORD, NEW_PASSWORD)
    ),
    "passwords.set_first": _password_of_a_new_user,
    "settings.set": lambda d: lambda: d.workspace.settings.set(d.admin, "backup.keep_days", 20),
    "sign_in.lock": lambda d: lambda: d.workspace.sign_in.lock(d.admin),
    "sign_in.sign_in": lambda d: (
        lambda: d.workspace.sign_in.sign_in(d.admin.email, PASSWORD, None, PLACE)
    ),
    "sign_in.sign_out": lambda d: lambda: d.workspace.sign_in.sign_out(d.admin),
    "sign_in.unlock": lambda d: (
        d.workspace.sign_in.lock(d.admin),
        lambda: d.workspace.sign_in.unlock(d.admin, PASSWORD),
    )[1],
    "sign_in.resume": _remembered,
    "teams.add": lambda d: lambda: d.workspace.teams.add(d.admin, "Harbour"),
    "teams.remove": _with_team(lambda d: d.workspace.teams.remove(d.admin, "Pier")),
    "two_factor.confirm_enrolment": _enrolment,
    "two_factor.remove": _with_phone(lambda d, c: d.workspace.two_factor.remove(d.admin, c)),
    "two_factor.renew_recovery_codes": _with_phone(
        lambda d, c: d.workspace.two_factor.renew_recovery_codes(d.admin, c)
    ),
    "two_factor.reset": _lost_phone,
    "recovery_keys.renew": _new_recovery_key,
    "two_factor.step_up": _with_phone(
        lambda d, c: d.workspace.two_factor.step_up(d.admin, StepUpPurpose.RESTORE, "plan", c)
    ),
    "users.add": lambda d: (
        lambda: d.workspace.users.add(d.admin, NewUser(MARC, "Marc Dubois", password=PASSWORD))
    ),
    "users.deactivate": _with_user(lambda d: d.workspace.users.deactivate(d.admin, MARC)),
    "password_resets.issue": _with_user(lambda d: d.workspace.password_resets.issue(d.admin, MARC)),
    "users.reactivate": _left,
    "viewing.start": _with_user(lambda d: d.workspace.viewing.start(d.admin, MARC)),
    "viewing.stop": _looking(lambda d: d.workspace.viewing.stop(d.admin)),
    "viewing.refused": _looking(lambda d: d.workspace.viewing.refused(d.admin)),
    "viewing.end_stale": _unended,
    "users.remove": _with_user(lambda d: d.workspace.users.remove(d.admin, MARC)),
    "users.set": _with_user(
        lambda d: d.workspace.users.set(d.admin, MARC, UserChange(full_name="Marc D."))
    ),
    "join a team": _with_team(lambda d: d.in_teams(MARC, "Pier", "Harbour")),
    "leave a team": _with_team(lambda d: d.in_teams(MARC)),
}
