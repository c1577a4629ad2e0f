"""A QR code of an ``otpauth://`` address. Black on white always: many apps read nothing else."""

from __future__ import annotations

import io

import segno

_QUIET_ZONE = 4


def qr_png(content: str, scale: int = 8) -> bytes:
    """A PNG, ``scale`` pixels a module, with the quiet zone of four modules around it."""
    return _drawn(content, "png", scale)


def qr_svg(content: str, scale: int = 8) -> bytes:
    """The same as SVG, for any size and for paper."""
    return _drawn(content, "svg", scale)


def _drawn(content: str, kind: str, scale: int) -> bytes:
    out = io.BytesIO()
    # Level M still reads with a smudge over a seventh of it; a micro QR most apps do not read.
    code = segno.make_qr(content, error="m")
    code.save(out, kind=kind, scale=scale, border=_QUIET_ZONE, dark="#000", light="#fff")
    return out.getvalue()
