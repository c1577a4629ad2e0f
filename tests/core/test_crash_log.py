"""What is kept of a fault."""

from __future__ import annotations

from pathlib import Path

from crmdesk.core.crash_log import write_crash_log


def test_a_crash_log_tells_where_and_no_value(tmp_path: Path):
    try:
        try:
            int("the secret value")
        except ValueError as first:
            raise LookupError("ann@a.example") from first
    except LookupError as error:
        path = write_crash_log(error, tmp_path / "state")

    assert path is not None
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text(encoding="utf-8")
    assert "builtins.LookupError" in text
    assert "builtins.ValueError" in text
    assert "test_crash_log.py" in text
    assert "secret value" not in text
    assert "ann@a.example" not in text


def test_a_crash_log_that_cannot_be_written_is_no_second_fault(tmp_path: Path):
    (tmp_path / "state").write_text("a file where the folder should be")

    assert write_crash_log(ValueError(), tmp_path / "state") is None
