"""Stopping a backup or a comparison because the user said so."""

from __future__ import annotations

from crmdesk.core.errors import Cancelled


def never() -> bool:
    """The answer of callers that cannot be cancelled."""
    return False


def cancelled_error() -> Cancelled:
    """The error that ends cancelled work; nothing is left behind."""
    return Cancelled("cancelled", "The work was cancelled; nothing was left behind.")
