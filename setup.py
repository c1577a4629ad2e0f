"""Packages and data of the wheel; everything else stands in ``pyproject.toml``.

``resources/`` lies at the root of a checkout, where people look for it, and inside
the package in a wheel, where the program finds it after an install.
"""

from __future__ import annotations

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["crmdesk", "crmdesk.*"]), "crmdesk.resources"],
    package_dir={"crmdesk.resources": "resources"},
    package_data={"crmdesk": ["py.typed"], "crmdesk.resources": ["**/*"]},
)
