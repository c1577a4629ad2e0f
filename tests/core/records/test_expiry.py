"""The recycle bin keeps records for its days, and not for ever."""

from __future__ import annotations

from tests.builders import Desk


def restart(desk: Desk, **passed: float) -> int:
    assert desk.time is not None
    desk.time.forward(**passed)
    before = purged(desk)
    desk.workspace.start_up()
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    return purged(desk) - before


def purged(desk: Desk) -> int:
    return int(str(desk.sql("SELECT count(*) FROM record_history WHERE kind = 'purge'")[0][0]))


def test_a_record_stays_ninety_days_and_goes_with_an_entry(timed_desk: Desk) -> None:
    desk = timed_desk
    ann = desk.contact(firstname="Annabella")
    desk.delete(ann)

    assert restart(desk, days=89, hours=23) == 0
    assert restart(desk, hours=1) == 0, "the first start that finds it past its time spares it"
    assert desk.read(ann).archived_at is not None
    assert restart(desk, hours=1) == 1

    assert desk.sql("SELECT count(*) FROM obj_contacts") == [(0,)]
    assert desk.sql("SELECT count(*) FROM value_history WHERE record_id = ?", ann.id) == [(0,)]
    entry = desk.sql(
        "SELECT action, actor_kind, subjects FROM audit_events ORDER BY id DESC LIMIT 1"
    )
    assert entry == [("purge", "system", 1)]
    assert "annabella" not in str(desk.sql("SELECT payload FROM audit_details")).lower()


def test_the_address_of_an_expired_contact_can_be_used_again(timed_desk: Desk) -> None:
    desk = timed_desk
    desk.delete(desk.contact(email="ann@example.org"))
    restart(desk, days=91)
    restart(desk, hours=1)

    assert desk.contact(email="ann@example.org").id == 2


def test_a_clock_set_ahead_and_put_right_costs_nothing(timed_desk: Desk) -> None:
    desk = timed_desk
    assert desk.time is not None
    ann = desk.contact()
    desk.delete(ann)
    restart(desk, days=4000)
    desk.time.back(days=4000)

    assert restart(desk, hours=1) == 0
    assert desk.read(ann).archived_at is not None


def test_one_start_after_the_other_writes_nothing(timed_desk: Desk) -> None:
    desk = timed_desk
    assert desk.time is not None
    desk.workspace.start_up()
    before = desk.sql("SELECT last_wall FROM clock_state")
    desk.time.forward(seconds=50)

    desk.workspace.start_up()

    assert desk.sql("SELECT last_wall FROM clock_state") == before
