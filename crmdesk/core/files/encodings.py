"""Finds out how a text file is encoded, and says so when it can only guess.

Certain are: a byte order mark, plain ASCII, and text that is valid UTF-8 throughout. Everything
else fits several encodings; the best fit is offered, and a person has to confirm it.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from crmdesk.core.errors import UserError
from crmdesk.core.files.invalid_bytes import MARK, count_invalid

UTF_8 = "utf-8"
_MARKS = (
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Offered when nothing is certain, in the order of how common they are in CRM files.
CANDIDATES = (
    "cp1252",
    "cp1250",
    "cp1251",
    "cp932",
    "cp1253",
    "cp1254",
    "iso8859-15",
    "cp850",
    "iso8859-2",
    "koi8-r",
    "gb18030",
    "euc_jp",
    "euc_kr",
)
_EAST_ASIAN = frozenset({"cp932", "gb18030", "euc_jp", "euc_kr"})
_SAMPLE = 1 << 15
_HEAD = 1 << 16
_CUTS = (b",", b";", b"\t", b"|", b"\n", b"\r")
# Bytes that do not begin a character of several bytes.
_NO_LEADS = bytes(range(0xC2)) + bytes(range(0xF5, 0x100))
# A lone surrogate written as if it were a character: no byte encoding makes these by chance.
_WRITTEN_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


@dataclass(frozen=True, slots=True)
class EncodingGuess:
    """What a file's bytes say: ``confidence`` is 1.0 when nothing else fits.

    ``invalid`` counts the bytes that the encoding cannot read; ``alternatives`` are the other
    encodings that fit, best first.
    """

    encoding: str
    had_bom: bool
    confidence: float
    invalid: int = 0
    alternatives: tuple[str, ...] = ()


class EncodingProbe:
    """Is fed a whole file piece by piece and keeps only counts and a small sample."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._head = bytearray()
        self._sample = bytearray()
        self._decoder = codecs.getincrementaldecoder(UTF_8)(MARK)
        self._pending = False
        self._leads = 0
        self._invalid = 0
        self._surrogates = 0

    def feed(self, piece: bytes) -> None:
        """Look at the next bytes of the file."""
        if len(self._head) < _HEAD:
            self._head += piece[: _HEAD - len(self._head)]
        if not self._pending and piece.isascii():
            return  # nine files of ten end here: a search at memory speed
        invalid = self._invalid_in(piece)
        self._pending = bool(self._decoder.getstate()[0])
        self._leads += len(piece.translate(None, _NO_LEADS))
        if invalid:
            self._invalid += invalid
            self._surrogates += len(_WRITTEN_SURROGATE.findall(piece))
            self._sample += _lines_beyond_ascii(piece, _SAMPLE - len(self._sample))

    def _invalid_in(self, piece: bytes, *, final: bool = False) -> int:
        """How many bytes of the next piece are no UTF-8; nearly always none, told at once."""
        state = self._decoder.getstate()
        self._decoder.errors = "strict"
        try:
            self._decoder.decode(piece, final)
        except UnicodeDecodeError:
            self._decoder.setstate(state)
            self._decoder.errors = MARK
            return count_invalid(self._decoder.decode(piece, final))
        return 0

    def is_utf_8(self) -> bool:
        """Whether all of the file, to its last piece, is UTF-8 without a flaw."""
        self._invalid += self._invalid_in(b"", final=True)
        return not self._invalid

    def guess(self) -> EncodingGuess:
        """Say what the file is, after the last piece."""
        self._invalid += self._invalid_in(b"", final=True)
        head = bytes(self._head)
        for mark, encoding in _MARKS:
            if head.startswith(mark):
                return EncodingGuess(encoding, True, 1.0)
        wide = _utf_16(head)
        if wide is not None:
            return wide
        if not self._invalid:
            return EncodingGuess(UTF_8, False, 1.0)
        valid = self._leads - self._invalid  # at least: an invalid byte need not be a lead
        # Each written surrogate makes three invalid bytes; other encodings hit the pattern too.
        explained = 3 * self._surrogates
        if 2 * explained > self._invalid or valid > self._invalid:
            # UTF-8 with damage: those rows are reported. Sure unless the damage is frequent.
            sure = explained == self._invalid or valid > 20 * self._invalid
            others = () if sure else CANDIDATES[:4]
            return EncodingGuess(UTF_8, False, 1.0 if sure else 0.5, self._invalid, others)
        return guess_legacy(bytes(self._sample))


def guess_legacy(sample: bytes) -> EncodingGuess:
    """Choose among the encodings from before Unicode; never certain.

    Args:
        sample: lines that are not ASCII.
    """
    fitting = [name for name in CANDIDATES if _decodes(sample, name)]
    if not fitting:
        return EncodingGuess("iso8859-1", False, 0.2, alternatives=CANDIDATES[:4])
    # Asked of one file in ten, and slower to import than all else that reads tables.
    from charset_normalizer import from_bytes

    matches = from_bytes(sample, cp_isolation=list(fitting), threshold=0.5)
    ranked = [codecs.lookup(match.encoding).name for match in matches]
    order = [name for name in ranked if name in fitting]
    order += [name for name in fitting if name not in order]
    if _is_japanese(sample, fitting):
        order.sort(key=lambda name: name != "cp932")
    elif _is_sparse(sample):
        # A few accents among plain letters: Chinese or Japanese text does not look like this.
        order.sort(key=_EAST_ASIAN.__contains__)
        if "cp1252" in fitting and _is_western(sample):
            order.sort(key=lambda name: name != "cp1252")
    confidence = 0.7 if len(ranked) == 1 else 0.5
    return EncodingGuess(order[0], False, confidence, alternatives=tuple(order[1:]))


def as_told(encoding: str, head: bytes) -> EncodingGuess:
    """Take a person's word for the encoding; only a byte order mark is looked for.

    Args:
        encoding: any name Python knows, e.g. ``"latin-1"`` or ``"UTF-16"``.
        head: the first bytes of the file.

    Raises:
        UserError: ``encoding_unknown``.
    """
    marked = next((owner for mark, owner in _MARKS if head.startswith(mark)), None)
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)  # refuses codecs that are not for text, such as hex
    except LookupError as error:
        raise UserError(
            "encoding_unknown",
            f"No encoding is called {encoding!r}.",
            "Use a name such as utf-8, cp1252 or utf-16.",
            encoding=encoding,
        ) from error
    name = {"utf-8-sig": UTF_8, "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(name, name)
    if marked is not None and marked[:6] == name[:6]:
        return EncodingGuess(marked, True, 1.0)
    return EncodingGuess(name, False, 1.0)


def _utf_16(head: bytes) -> EncodingGuess | None:
    """Recognise UTF-16 without a mark by where its zero bytes and line ends stand."""
    pairs = len(head) // 2
    if pairs < 2 or 0 not in head:
        return None
    odd_zeros = head[1 : 2 * pairs : 2].count(0)
    even_zeros = head[0 : 2 * pairs : 2].count(0)
    big = even_zeros > odd_zeros
    encoding = "utf-16-be" if big else "utf-16-le"
    if min(odd_zeros, even_zeros) * 10 > max(odd_zeros, even_zeros):
        return None
    try:
        text = head[: 2 * pairs].decode(encoding)
    except UnicodeDecodeError as error:
        if error.start < 2 * pairs - 2:
            return None
        text = head[: error.start].decode(encoding)
    # Line ends and delimiters must be characters of two bytes; one NUL in plain text is none.
    as_bytes, as_text = (sum(map(head.count, _CUTS)), sum(map(text.count, ",;\t|\n\r")))
    if "\0" in text or not as_text or as_text * 2 < as_bytes:
        return None
    share = max(odd_zeros, even_zeros) / pairs
    confidence = 1.0 if share > 0.5 else 0.6
    return EncodingGuess(encoding, False, confidence, alternatives=(UTF_8,) if share <= 0.5 else ())


def _lines_beyond_ascii(piece: bytes, size: int) -> bytes:
    lines = (line for line in piece.splitlines(keepends=True) if not line.isascii())
    kept = bytearray()
    while len(kept) < size and (line := next(lines, b"")):
        kept += line
    return bytes(kept)


def _decodes(sample: bytes, encoding: str) -> bool:
    """Whether a sample, which may be cut inside its last character, is text in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(sample)
    except UnicodeDecodeError:
        return False
    return not re.search("[\x80-\x9f]", text)


def _is_japanese(sample: bytes, fitting: list[str]) -> bool:
    """Kana in pairs are proof enough: read as cp932, other encodings give rare kanji instead."""
    if "cp932" not in fitting:
        return False
    text = codecs.getincrementaldecoder("cp932")().decode(sample)
    beyond = [character for character in text if ord(character) > 127]
    kana = sum("\u3040" <= character <= "\u30ff" for character in beyond)
    return bool(beyond) and kana * 5 > len(beyond)


def _is_sparse(sample: bytes) -> bool:
    beyond = len(sample) - len(sample.translate(None, bytes(range(128, 256))))
    return beyond * 4 < len(sample)


def _is_western(sample: bytes) -> bool:
    """Letters of Western Europe, and no more of them than such a text has."""
    text = sample.decode("cp1252", "replace")
    beyond = [character for character in text if ord(character) > 127]
    known = sum(character in _WESTERN for character in beyond)
    return known == len(beyond)


_WESTERN = frozenset("äöüÄÖÜßéèêëÉÈÊàâçÇîïôùûœæÆøØåÅñÑáíóúÁÍÓÚãõÃÕ€£§°«»’‘“”–—…´ºª½™®©\u00a0")
