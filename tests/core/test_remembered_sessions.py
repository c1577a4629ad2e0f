from __future__ import annotations

from pathlib import Path

from crmdesk.core.remembered_sessions import RememberedSession, RememberedSessions
from tests.builders import KeyBox

ANN = "ann@example.org"


def test_a_restored_workspace_has_sessions_of_its_own(tmp_path: Path) -> None:
    store = KeyBox()
    original = RememberedSessions(store, "same-id", tmp_path / "original")
    restored = RememberedSessions(store, "same-id", tmp_path / "restored")

    original.keep(ANN, "first")
    assert restored.find() is None
    restored.keep(ANN, "second")
    restored.forget(ANN)

    assert original.find() == RememberedSession(ANN, "first")
    assert (original.emails(), restored.emails()) == ((ANN,), ())


def test_a_folder_is_the_same_by_whatever_way_one_comes_to_it(tmp_path: Path) -> None:
    store, folder, link = KeyBox(), tmp_path / "real", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    RememberedSessions(store, "id", folder).keep(ANN, "token")

    assert RememberedSessions(store, "id", link / ".." / "real").find() is not None
