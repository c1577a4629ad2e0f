from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.core.errors import UserError
from crmdesk.core.files.presence import (
    holds_nothing,
    is_file,
    is_folder,
    is_there,
    resolved,
    typed_path,
)
from crmdesk.core.files.targets import check_target, refuse_closed


def test_what_the_disk_does_not_tell_is_taken_for_not_there(tmp_path: Path) -> None:
    name = tmp_path / ("x" * 256)

    assert (is_file(name), is_folder(name), is_there(name)) == (False, False, False)
    assert is_folder(tmp_path)
    assert is_there(tmp_path)


def test_a_path_is_taken_as_typed_where_nobody_has_that_home(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    assert typed_path("~/x") == Path.home() / "x"
    assert typed_path("~no-such-user.csv") == Path("~no-such-user.csv")
    assert resolved(tmp_path / "loop" / "x") == tmp_path / "loop" / "x"
    assert holds_nothing(tmp_path / "loop")
    assert not holds_nothing(tmp_path)


def test_a_place_that_takes_no_file_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"kept")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    refused = {
        tmp_path: "target_is_a_folder",
        tmp_path / "nowhere" / "file": "folder_missing",
        tmp_path / "plain" / "file": "folder_missing",
        tmp_path / "loop": "target_is_not_a_file",
        tmp_path / "loop" / "file": "write_failed",
        tmp_path / ("x" * 256): "file_name_too_long",
        tmp_path / ("x" * 256) / "file": "file_name_too_long",
    }
    for place, code in refused.items():
        with pytest.raises(UserError) as caught:
            refuse_closed(place)
        assert caught.value.code == code, place
    assert check_target(tmp_path / "plain")
    assert not check_target(tmp_path / "new")
