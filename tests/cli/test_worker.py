"""The process that does a job, and what it does not load for it."""

from __future__ import annotations

import io
import subprocess
import sys

from crmdesk.cli.worker import run_worker

_LOADED = """
import sys
import crmdesk.cli.worker, crmdesk.core.workspace, crmdesk.core.exports.work
for module in ("typer", "rich"):
    assert module not in sys.modules, module
"""


def test_a_worker_loads_only_what_it_needs():
    done = subprocess.run(
        [sys.executable, "-c", _LOADED], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_a_worker_without_a_usable_key_says_why_and_touches_nothing(tmp_path, monkeypatch, capsys):
    for line, code, told in (("", 2, "No key came"), ("no key\n", 1, "is no key")):
        monkeypatch.setattr(sys, "stdin", io.StringIO(line))

        assert run_worker(tmp_path / "missing", "job") == code
        assert told in capsys.readouterr().err
    assert not (tmp_path / "missing").exists()
