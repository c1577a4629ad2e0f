from __future__ import annotations

import codecs
import io

import pytest

from crmdesk.core.files.dialect import sniff
from crmdesk.core.files.encodings import EncodingGuess, EncodingProbe

WESTERN = "Name;Ort\nMüller;Straße\nRené;à bientôt\nJosé;España\n"
POLISH = "Imię;Miasto\nŁukasz;Wrocław\nŚwiatło;Gdańsk\nPaweł;zażółć gęślą jaźń\n"
RUSSIAN = "Имя;Город\nИван;Москва, улица Ленина\nАнна;Тверь, добрый день\n"
JAPANESE = "名前;会社\n山田;ありがとうございます\n鈴木;カタカナ会社\n"


def probe(content: bytes, piece: int = 1 << 20) -> EncodingGuess:
    found = EncodingProbe()
    for start in range(0, len(content), piece):
        found.feed(content[start : start + piece])
    return found.guess()


@pytest.mark.parametrize("text", [WESTERN, POLISH, RUSSIAN, JAPANESE, "a,b\n1,2\n"])
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
    ],
)
def test_unicode_is_certain(text: str, encoding: str, mark: bytes) -> None:
    guess = probe(mark + text.encode(encoding))
    assert (guess.encoding, guess.had_bom, guess.confidence) == (encoding, bool(mark), 1.0)


@pytest.mark.parametrize("text", [WESTERN, POLISH, RUSSIAN, JAPANESE])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_recognised(text: str, encoding: str) -> None:
    assert probe(text.encode(encoding)).encoding == encoding


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        (WESTERN, "latin-1", "cp1252"),
        (WESTERN, "cp1252", "cp1252"),
        ("name;price\nAnn;5 €\nBob;“x”\n", "cp1252", "cp1252"),
        ("name;city\nAnn;Zürich\n", "cp1252", "cp1252"),
        (POLISH, "cp1250", "cp1250"),
        (RUSSIAN, "cp1251", "cp1251"),
        (JAPANESE, "cp932", "cp932"),
    ],
)
def test_older_encodings_are_guessed_well_and_always_asked(
    text: str, encoding: str, expected: str
) -> None:
    content = b"Header;Two\n" + text.encode(encoding)
    guess = probe(content)
    assert guess.encoding == expected
    assert content.decode(guess.encoding) == content.decode(encoding)
    assert guess.confidence < 0.9
    assert guess.alternatives
    assert not sniff(lambda: io.BytesIO(content)).certain


@pytest.mark.parametrize("encoding", ["cp850", "cp1254", "euc_jp", "koi8-r", "iso8859-2"])
def test_rare_encodings_are_asked_and_among_the_choices(encoding: str) -> None:
    texts = {"koi8-r": RUSSIAN, "euc_jp": JAPANESE, "iso8859-2": POLISH}
    content = b"a;b\n" + texts.get(encoding, WESTERN).encode(encoding)
    guess = probe(content)
    assert guess.confidence < 0.9
    assert encoding in (guess.encoding, *guess.alternatives) or (
        content.decode(guess.encoding) == content.decode(encoding)
    )


def test_one_accent_at_the_end_of_a_large_file_decides() -> None:
    content = b"a,b\n" + b"plain,text\n" * 200_000 + "Zo\xeb,x\n".encode("cp1252")
    assert probe(content).encoding == "cp1252"
    assert not sniff(lambda: io.BytesIO(content)).certain


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 64])
def test_characters_cut_between_two_pieces_do_not_matter(piece: int) -> None:
    assert probe(JAPANESE.encode(), piece) == EncodingGuess("utf-8", False, 1.0)
