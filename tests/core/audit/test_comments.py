"""Comments on entries: written, answered, mentioned, ticked off; each change is in the log."""

from __future__ import annotations

import pytest

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit.comment_model import MOST_TOLD, Comment, CommentCount, Draft, ThreadState
from crmdesk.core.audit.comment_text import LONGEST, SpanKind
from crmdesk.core.audit.filters import AuditFilters, Choices
from crmdesk.core.audit.verdict import Reason
from crmdesk.core.errors import UserError, WrongUsage
from crmdesk.core.notify.inbox import NotificationKind
from crmdesk.core.notify.mail_choices import TOPICS
from tests.builders import Desk


def threads(
    desk: Desk, state: ThreadState = ThreadState.ALL, actor: Actor | None = None
) -> tuple[Comment, ...]:
    return desk.workspace.comment_reader.threads(actor or desk.admin, 1, state).threads


def mentions(desk: Desk, actor: Actor) -> list[tuple[object, str | None]]:
    found = desk.workspace.inbox.list(actor, kinds=[NotificationKind.MENTION])
    return [(each.values["text"], each.link) for each in found]


def assert_found_by_what_was_said(desk: Desk) -> None:
    """Entries are found by the comments on them, one of which is written and deleted here."""
    write = desk.workspace.audit_comments
    ids = desk.workspace.audit_reader.ids
    for text, there in {
        "*": 1, "MAIL merge": 1, "name and city": 1, "why": 1, "y all 4": 1, "100%": 0, "wh_": 0,
        "ingrid": 0, "x" * 60_000: 0,
    }.items():  # fmt: skip
        assert len(ids(desk.admin, AuditFilters(comments=(text,)))) == there, text
    assert 1 not in ids(desk.admin, AuditFilters(without=Choices(comments=("thanks",))))
    about = write.add(desk.admin, 2, "@marc: ÆRØ, 100%?").comment_id
    for text in ("Marc Du", "@marc", "ærø, 100%"):
        assert list(ids(desk.admin, AuditFilters(comments=(text,)))) == [2], text
    write.remove(desk.admin, about)
    assert list(ids(desk.admin, AuditFilters(comments=("ærø",)))) == []


def test_a_thread_is_written_answered_edited_ticked_off_and_deleted(desk: Desk):
    write, marc = desk.workspace.audit_comments, desk.user("Marc Dubois", super_admin=True)
    first = write.add(desk.admin, 1, "  Why all 42 properties?\r\nThis is large. ").comment_id
    reply = write.reply(marc, first, "For the mail merge.").comment_id
    write.reply(desk.admin, reply, "Thanks.")
    (thread,) = threads(desk)
    assert (thread.text, thread.author, thread.mine) == (
        "Why all 42 properties?\nThis is large.",
        "Ingrid Solberg",
        True,
    )
    assert [(each.text, each.parent_id) for each in thread.replies] == [
        ("For the mail merge.", first),
        ("Thanks.", first),
    ]

    write.edit(marc, reply, "For the mail merge; name and city.")
    with pytest.raises(UserError, match="Only who wrote"):
        write.edit(desk.admin, reply, "Never mind.")
    write.resolve(marc, reply)
    write.resolve(desk.admin, first)
    (thread,) = threads(desk, ThreadState.RESOLVED)
    assert (thread.resolved, thread.resolved_by) == (True, "Marc Dubois")
    assert thread.replies[0].edited_at is not None
    assert threads(desk, ThreadState.OPEN) == ()
    write.reopen(desk.admin, first)
    assert [each.id for each in threads(desk, ThreadState.OPEN)] == [first]

    assert_found_by_what_was_said(desk)

    # A Super Admin deletes what another wrote; what was answered leaves its place.
    write.remove(marc, first)
    ids = desk.workspace.audit_reader.ids
    assert list(ids(desk.admin, AuditFilters(comments=("why",)))) == []
    (thread,) = threads(desk)
    assert (thread.deleted, thread.text, len(thread.replies)) == (True, "", 2)
    assert desk.sql("SELECT text FROM audit_comments WHERE id = ?", first) == [(None,)]
    last = write.reply(desk.admin, first, "Who deleted it?").comment_id
    write.resolve(desk.admin, first)
    assert threads(desk, ThreadState.RESOLVED)[0].replies[-1].id == last
    for each in (last, reply, thread.replies[1].id):
        write.remove(desk.admin, each)
    assert threads(desk) == ()
    for gone in (reply, first):
        with pytest.raises(UserError, match="no comment"):
            write.reply(desk.admin, gone, "Still there?")
    assert told_of_comments(desk) == [("create", 5), ("delete", 5), ("update", 4)]
    assert desk.workspace.audit.verify(desk.admin).ok


def told_of_comments(desk: Desk) -> list[tuple[str, int]]:
    return desk.sql(
        "SELECT action, count(*) FROM audit_events WHERE object_type = 'audit_comment' "
        "GROUP BY action ORDER BY action"
    )


def test_who_may_see_the_log_is_mentioned_by_name_and_told_once(desk: Desk):
    write, read = desk.workspace.audit_comments, desk.workspace.comment_reader
    marc = desk.user("Marc Dubois", super_admin=True, email="marc@northwind.example")
    maria = desk.user("Maria Lund", super_admin=True, email="maria@northwind.example")
    desk.user("Una Berg", email="una@northwind.example")
    desk.workspace.mail_choices.set(marc, TOPICS)
    assert [each.full_name for each in read.people(desk.admin)] == [
        "Ingrid Solberg",
        "Marc Dubois",
        "Maria Lund",
    ]
    with pytest.raises(UserError, match="could be 2 people"):
        write.add(desk.admin, 1, "@mar, why?")
    text = "@marc dubois, @MARC@northwind.example, @Maria and @una: ask a@marc.example @{2} @nobody"
    written = write.add(desk.admin, 1, text)
    assert (written.told, written.not_told) == (2, 0)
    assert written.nobody == ("una", "nobody")
    (thread,) = threads(desk)
    people = [span.text for span in thread.spans if span.kind is SpanKind.PERSON]
    assert people == ["@Marc Dubois", "@Marc Dubois", "@Maria Lund"]
    assert thread.text.endswith(" and @una: ask a@marc.example @{2} @nobody")
    link = f"audit/1/comments/{written.comment_id}"
    assert mentions(desk, marc) == [(thread.text, link)]
    ((recipient, kind, body),) = desk.sql("SELECT recipient, kind, body FROM outbox")
    assert (recipient, kind) == (marc.email, "mentions")
    assert f"\nLink:       crmdesk://{desk.workspace.id}/{link}\n" in str(body)

    # A new name shows at once, and stays a mention when the text is edited.
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE users SET full_name = 'Marc Petit' WHERE id = ?", (marc.user_id,))
        tx.sql("UPDATE users SET super_admin = 0 WHERE id = ?", (maria.user_id,))
    (thread,) = threads(desk)
    assert thread.spans[0].text == "@Marc Petit"
    typed = read.text_to_edit(desk.admin, thread.id)
    assert typed.startswith("@Marc Petit, @Marc Petit, @Maria Lund and @una")
    assert write.edit(desk.admin, thread.id, typed).told == 0
    assert threads(desk)[0].edited_at is None
    write.edit(desk.admin, thread.id, f"{typed}\nAnd now?")
    assert threads(desk)[0].spans[0].target == str(marc.user_id)
    assert len(mentions(desk, marc)) == 1
    assert write.edit(marc, write.add(marc, 1, "Hm.").comment_id, "@ingrid Hm.").told == 1


def test_drafts_and_unread_marks_are_each_persons_own(desk: Desk):
    write, read, drafts = (
        desk.workspace.audit_comments,
        desk.workspace.comment_reader,
        desk.workspace.comment_drafts,
    )
    marc = desk.user("Marc Dubois", super_admin=True)
    first = write.add(desk.admin, 1, "Why?").comment_id
    write.reply(desk.admin, first, "Anybody? @Marc?")
    write.add(marc, 2, "Mine.")
    assert read.counts(marc, [1, 2, 3, -7]) == {1: CommentCount(2, 2), 2: CommentCount(1, 0)}
    assert read.counts(desk.admin, range(1, 900)) == {1: CommentCount(2, 0), 2: CommentCount(1, 1)}
    assert [each.unread for each in threads(desk, actor=marc)] == [True]
    assert desk.workspace.inbox.unread_count(marc) == 1
    read.mark_seen(marc, 1)
    read.mark_seen(marc, 3)
    assert desk.workspace.inbox.unread_count(marc) == 0
    assert read.counts(marc, [1]) == {1: CommentCount(2, 0)}
    write.reply(desk.admin, first, "Hello?")
    assert [each.unread for each in threads(desk, actor=marc)[0].replies] == [False, True]

    drafts.keep(marc, 1, Draft("new", "Also, "))
    drafts.keep(marc, 1, Draft(f"reply/{first}", "  Be"))
    drafts.keep(marc, 1, Draft(f"reply/{first}", "Because"))
    assert drafts.list(marc, 1) == [Draft("new", "Also, "), Draft(f"reply/{first}", "Because")]
    assert drafts.list(desk.admin, 1) == drafts.list(marc, 2) == []
    drafts.keep(marc, 1, Draft("new", " \n"))
    write.reply(marc, first, "Because.")
    assert drafts.list(marc, 1) == []
    with pytest.raises(WrongUsage, match="not where"):
        drafts.keep(marc, 1, Draft("anywhere", "x"))


def test_hostile_text_is_shown_and_does_nothing(desk: Desk):
    write = desk.workspace.audit_comments
    for blank in ("", " \r\n\t ", "\0"):
        with pytest.raises(UserError, match="empty"):
            write.add(desk.admin, 1, blank)
    with pytest.raises(UserError, match="1,000,000 is the most"):
        write.add(desk.admin, 1, "ø" * (LONGEST // 2) + "x")
    with pytest.raises(UserError, match="shows no entry"):
        write.add(desk.admin, 10**9, "Hello?")
    with pytest.raises(UserError, match="imported log"):
        write.add(desk.admin, -1, "Hello?")
    everybody = [
        desk.user(f"Reader {number:03}", super_admin=True, email=f"r{number:03}@a.example")
        for number in range(MOST_TOLD + 2)
    ]
    names = " ".join(f"@{each.email}" for each in everybody)
    written = write.add(desk.admin, 1, (names + " ") * 200)
    assert (written.told, written.not_told) == (MOST_TOLD, 2)
    assert len(str(mentions(desk, everybody[0])[0][0])) <= 140
    write.add(desk.admin, 1, " @rx" * 200_000)
    text = "\u202egnp.exe \x1b[31mred\x07 <b>bold</b> https://a.example/x). http://b\u202e.example"
    write.add(desk.admin, 1, text)
    shown = threads(desk)[-1]
    assert shown.text == (
        "\ufffdgnp.exe \u241b[31mred\u2407 <b>bold</b> https://a.example/x). http://b\ufffd.example"
    )
    assert [s.target for s in shown.spans if s.kind is SpanKind.LINK] == ["https://a.example/x"]


def test_a_comment_that_another_program_changed_is_found_at_its_entry(desk: Desk):
    write, verify = desk.workspace.audit_comments, desk.workspace.audit.verify
    first = write.add(desk.admin, 1, "I allowed this.").comment_id
    write.edit(desk.admin, first, "I never allowed this.")
    ((entry,),) = desk.sql("SELECT max(id) FROM audit_events")
    for statement in (
        "UPDATE audit_comments SET text = 'I allowed this.'",
        "UPDATE audit_comments SET author_id = 7",
        "DELETE FROM audit_comments",
    ):
        kept = desk.sql("SELECT * FROM audit_comments")[0]
        with desk.workspace.database.write() as tx:
            tx.sql(statement, ())
        found = verify(desk.admin)
        assert (found.ok, found.first_bad, found.reason) == (False, entry, Reason.COMMENT_CHANGED)
        single = [desk.workspace.audit.check_entry(desk.admin, each) for each in (entry - 1, entry)]
        assert single == [None, Reason.COMMENT_CHANGED]
        with desk.workspace.database.write() as tx:
            tx.sql("DELETE FROM audit_comments", ())
            marks = ", ".join("?" * len(kept))
            tx.sql(f"INSERT INTO audit_comments VALUES ({marks})", kept)
        assert verify(desk.admin).ok
