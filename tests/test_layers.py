"""The layers as a running program sees them; import-linter holds them in the text."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

# A child process, since this one has Qt loaded. The migrations' env.py is no module to
# import: Alembic runs it, with a context that stands ready.
_LOAD = """
import importlib, json, pkgutil, sys
package = importlib.import_module(sys.argv[1])
names = [module.name for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    if ".migrations" not in name and not name.endswith("__main__"):
        importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("crmdesk.core", {"PySide6", "shiboken6", "typer", "click", "rich"}),
        ("crmdesk.cli", {"PySide6", "shiboken6"}),
    ],
)
def test_a_layer_loads_no_face_of_another(package: str, forbidden: set[str]):
    child = subprocess.run(
        [sys.executable, "-c", _LOAD, package], capture_output=True, text=True, timeout=120
    )

    assert child.returncode == 0, child.stderr
    assert not forbidden & set(json.loads(child.stdout))
