"""CRM Desk: keeps CRM data safe (backup, restore, exports, audit log)."""

from __future__ import annotations

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """Read the version when it is asked for.

    ``importlib.metadata`` costs about 30 ms to import; most starts of the
    program never need the version.

    Raises:
        AttributeError: for any name but ``__version__``.
    """
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version("crmdesk")
