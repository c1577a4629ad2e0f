"""Packages and data of the wheel; everything else stands in ``pyproject.toml``.

``resources/`` lies at the root of a checkout, where people look for it, and inside
the package in a wheel, where the program finds it after an install.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py


class BuildWithResources(build_py):
    """Copies ``resources/`` into the package; an install in place reads the original."""

    def run(self) -> None:
        """Build the package as usual, then put the resources into it."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "crmdesk" / "resources"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree("resources", target, ignore=shutil.ignore_patterns("packaging"))


setup(
    packages=find_packages(include=["crmdesk", "crmdesk.*"]),
    # Said although it is the default: an install in place is then one line in a .pth file,
    # not an import hook that costs every start 15 ms.
    package_dir={"": "."},
    package_data={"crmdesk": ["py.typed"]},
    cmdclass={"build_py": BuildWithResources},
)
