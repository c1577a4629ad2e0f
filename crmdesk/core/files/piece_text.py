"""The text of a table, read by the line or by the piece of many lines."""

from __future__ import annotations

import codecs
import io
from typing import BinaryIO, Protocol

from crmdesk.core.files.encodings import UTF_8
from crmdesk.core.files.invalid_bytes import MARK

#: Bytes or characters that are parsed in one go, and that a stream decodes in one go: of more than
#: twice that it makes each piece twice.
_PIECE, _DECODED_AT_ONCE = 1 << 18, 1 << 17


class PieceText(Protocol):
    """Text whose line ends are left as they are: inside of quotes they are content.

    Attributes:
        has_nul: whether the last piece has a NUL.
    """

    has_nul: bool

    def piece(self, most: int) -> str:
        """About a quarter of a megabyte, to the end of a line; blank at the end of the text.

        Args:
            most: characters of a line that is read on to its end.
        """

    def readline(self, most: int) -> str:
        """The next line, or so many characters of it; blank at the end of the text."""


def piece_text(file: BinaryIO, encoding: str) -> PieceText:
    """The text of a file that stands at its start; bytes that are no text are marked."""
    if encoding == UTF_8 and isinstance(file, io.BufferedReader):
        return _Utf8(file)
    return _Stream(file, encoding)


class _Stream:
    """Text in whatever encoding."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self.has_nul = False
        self._text = io.TextIOWrapper(file, encoding=encoding, errors=MARK, newline="")
        self._text._CHUNK_SIZE = _DECODED_AT_ONCE  # type: ignore[attr-defined]

    def piece(self, most: int) -> str:
        text = self._text.read(_PIECE)
        if not text.endswith("\n"):
            text += self._text.readline(most)
        self.has_nul = "\0" in text
        return text

    def readline(self, most: int) -> str:
        return self._text.readline(most)


class _Utf8:
    """Text in UTF-8, whose ends of lines are seen in its bytes.

    Half of the time that a stream takes to decode them, and none to find a NUL.
    """

    def __init__(self, file: io.BufferedReader) -> None:
        self.has_nul = False
        self._file = file
        self._decoder = codecs.getincrementaldecoder(UTF_8)(MARK)
        self._look_at("")

    def piece(self, most: int) -> str:
        found = [self._ahead.read()]
        data = self._file.read(_PIECE)
        self.has_nul = "\0" in found[0] or b"\0" in data
        found.append(self._decoder.decode(data, not data))
        while data and not data.endswith(b"\n") and most > 0:
            data = self._file.readline(_PIECE)
            self.has_nul = self.has_nul or b"\0" in data
            found.append(self._decoder.decode(data, not data))
            most -= len(found[-1])
        return "".join(found)

    def readline(self, most: int) -> str:
        line = self._ahead.readline(most)
        # Behind a return that is the last sign decoded so far a line feed may stand.
        while not line.endswith("\n") and len(line) < most and self._is_behind_all():
            data = self._file.readline(_PIECE)
            more = self._decoder.decode(data, not data)
            if not data and not more:
                break
            self._look_at(line + more)
            line = self._ahead.readline(most)
        return line

    def _look_at(self, text: str) -> None:
        """Take lines from a text that was decoded."""
        self._ahead = io.StringIO(text, newline="")
        self._length = len(text)

    def _is_behind_all(self) -> bool:
        return self._ahead.tell() == self._length
