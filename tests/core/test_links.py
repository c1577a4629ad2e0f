"""Deep links: what they may name, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crmdesk.core.errors import UserError, WrongUsage
from crmdesk.core.known_workspaces import KnownWorkspaces
from crmdesk.core.links import DeepLink, folder_of, may_be_linked, parse_link
from crmdesk.core.workspace_folder import read_workspace_file

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
PLACES = (
    "records/contacts",
    "records/contacts/17",
    "records/deals/segment/3",
    "records/deals/view/3",
    "records/recycle-bin",
    "records/recycle-bin/contacts",
    "backups",
    "backups/0123456789abcdef",
    "restores/0123456789abcdef",
    "exports/0123456789abcdef",
    "imports/0123456789abcdef",
    "audit",
    "audit/4711",
    "audit/-12",
    "audit/4711/comments",
    "audit/4711/comments/9",
    "audit/view/-2",
    "settings",
    "settings/users",
    "settings/users/17",
    "settings/users/teams/3",
    "settings/audit.imported/2",
    "settings/objects/contacts/properties",
    "settings/objects/deals/pipelines/renewals",
    "settings/backup.keep_days",
    "settings/security.own_two_factor",
)
# What would do something, reach a file, or is no place at all.
HOSTILE = (
    *("", "/", "records", "records/Contacts/1", "records/contacts/0", "records/contacts/-1"),
    *("records/contacts/1/../../x", "records/contacts/import/1", "backups/new", "backups/open"),
    *("restore/new", "restore/from//etc/passwd", "restore/records/contacts/1/x.zip"),
    *("imports/new", "imports/new/contacts", "imports/file//etc/passwd", "imports/file/x.csv"),
    *("audit/1;rm", "audit/1?x=1", "audit/1#x", "audit/%31", "audit/1 2", "audit/١", "audit//1"),
    *("settings/../audit", "settings/<b>", "settings/users/../x", "settings/privacy/5"),
    *("settings/users/teams/x", "settings/objects/a/b/c/d", "settings/objects/contacts/A"),
    *("exports/\x1b[31m", "exports/\u202eabcdef01", "quit"),
    *("records/contacts/" + "9" * 19, "settings/" + "a" * 101, "exports/" + "a" * 10_000_000),
)


def test_every_place_goes_into_a_link_and_comes_out_of_it():
    for place in PLACES:
        link = DeepLink(ID, place)
        assert str(link) == f"crmdesk://{ID}/{place}"
        # Browsers and mail programs change as much.
        for text in (str(link), f" {link}/\n", f"CRMDESK://{ID.upper()}/{place}"):
            assert parse_link(text) == link


def test_a_link_that_names_no_place_to_look_at_is_refused_without_being_repeated():
    texts = [f"crmdesk://{ID}/{place}" for place in HOSTILE]
    texts += [f"{head}{ID}/audit/1" for head in ("https://", "crmdesk:", "crmdesk:///", "//", "")]
    texts += ["crmdesk://here/audit/1", f"crmdesk://{ID}@x/audit", f"crmdesk://{ID}:1/audit"]
    for text in texts:
        with pytest.raises(WrongUsage) as refused:
            parse_link(text)
        assert refused.value.code == "link_invalid"
        assert len(refused.value.message + refused.value.hint) < 200
    assert not any(may_be_linked(place) for place in HOSTILE)


def test_a_link_finds_its_workspace_among_those_opened_before(tmp_path, workspace_template):
    template, _key = workspace_template
    folder = shutil.copytree(template, tmp_path / "northwind")
    link = DeepLink(read_workspace_file(folder).id, "audit/1")
    KnownWorkspaces().remember(Path(folder), "Northwind")
    KnownWorkspaces().remember(tmp_path / "gone", "Gone")

    assert folder_of(link) == folder
    assert folder_of(link, Path(folder)) == folder
    for asked, named, code in (
        (DeepLink(ID, "audit/1"), None, "link_workspace_unknown"),
        (DeepLink(ID, "audit/1"), Path(folder), "link_of_other_workspace"),
    ):
        with pytest.raises(UserError) as refused:
            folder_of(asked, named)
        assert refused.value.code == code
