"""A document whose bytes of one encoding were read as Windows-1252: `trwa³y`, `pøíští`, `Âëàñòè`.

Every byte is a character in both encodings, so a single word proves nothing.  A document does: after the correction,
all of its letters are in the alphabet of its language, and before, many were not.
"""

import re
from collections.abc import Sequence
from functools import cache, partial

from etl.language import detect
from etl.lazy_regex import lazy
from etl.repair.steps import Step

RULE = "repair/charset"
# Letters beyond ASCII that a document must have, the number of them that must be wrong before, and the share that must
# be in the alphabet afterwards.
MIN_LETTERS, MIN_WRONG, MIN_RIGHT = 12, 3, 0.99

# Characters beyond ASCII that a text of East Asia must have, and their share of all characters except spaces.
MIN_EAST_ASIAN, MIN_BEYOND_ASCII = 60, 0.6
# The share of UTF-8 among the characters beyond ASCII with which a text is UTF-8, and in no other encoding.
MIN_UTF8 = 0.8
# Bytes for chardet.
DETECTION_BYTES = 16_384

_GREEK = "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ"
_RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюяё"
_ARABIC = "ءآأؤإئابةتثجحخدذرزسشصضطظعغـفقكلمنهوىيًٌٍَُِّْ"
# The possible languages of a document, their letters beyond ASCII, and their encodings.  Scripts without capitals come
# first, because in other encodings, their letters are all capitals or all small.
ALPHABETS = {
    "he": ("אבגדהוזחטיךכלםמןנסעףפץצקרשת", ("cp1255",)),
    "ar": (_ARABIC, ("cp1256",)),
    "fa": (_ARABIC + "پچژگکی", ("cp1256",)),
    "cs": ("áčďéěíňóřšťúůýž", ("cp1250", "iso8859-2")),
    "sk": ("áäčďéíĺľňóôŕšťúýž", ("cp1250", "iso8859-2")),
    "pl": ("ąćęłńóśźż", ("cp1250", "iso8859-2")),
    "hu": ("áéíóöőúüű", ("cp1250", "iso8859-2")),
    "ro": ("ăâîşţ", ("cp1250", "iso8859-2")),
    "hr": ("čćđšž", ("cp1250", "iso8859-2")),
    "sl": ("čšž", ("cp1250", "iso8859-2")),
    "tr": ("âçğıîöşüûİ", ("cp1254",)),
    "lt": ("ąčęėįšųūž", ("cp1257",)),
    "lv": ("āčēģīķļņšūž", ("cp1257",)),
    "el": (_GREEK, ("cp1253",)),
    "ru": (_RUSSIAN, ("cp1251", "koi8-r")),
    "uk": (_RUSSIAN + "іїєґ", ("cp1251", "koi8-u")),
    "bg": (_RUSSIAN, ("cp1251",)),
    "sr": (_RUSSIAN + "ђјљњћџčćđšž", ("cp1251", "cp1250")),
    "mk": (_RUSSIAN + "ѓѕјљњќџ", ("cp1251",)),
    "be": (_RUSSIAN + "іў", ("cp1251",)),
    "th": ("".join(map(chr, range(0xE01, 0xE5C))), ("cp874",)),
}
_EAST_ASIAN = {
    **dict.fromkeys(("gb18030", "gb2312", "gbk"), "gb18030"),
    **dict.fromkeys(("big5", "cp950", "big5hkscs"), "big5hkscs"),
    **dict.fromkeys(("shift_jis", "cp932"), "cp932"),
    "euc_jp": "euc_jp",
    **dict.fromkeys(("euc_kr", "cp949"), "cp949"),
}
_WIDE = lazy("[“”‘’—…·℃\u2160-\u217f\u2190-\u21ff\u2460-\u26ff\u3000-\u9fff\uac00-\ud7a3\uff00-\uff60]")
# In Greek, ς is at the end of a word and σ is not.  In Russian that was read as Greek, these letters are anywhere.
_NOT_GREEK = lazy(r"ς[^\W\d_]|σ[\s.,]")
_UTF8 = lazy("[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_LETTER = lazy(r"[^\W\d_\x00-\x7f]|(?<=[a-z])[³¹¿±¶¼¾º](?=[a-z])|(?<=[A-Za-zÀ-ÿ])[³¹¿±¶¼¾ºª]|¸(?=\w)")


def recoded(blocks: Sequence[str]) -> Step | None:
    """Return the step that reads the characters of a document in their true encoding, if this is proved."""
    text = "\n".join(blocks)
    if step := _of_east_asia(text):
        return step
    letters = _LETTER.findall(text)
    if len(letters) < MIN_LETTERS or not all(_are_of_1252(letter) for letter in set(letters)) or _is_utf8(text):
        return None
    for codec in dict.fromkeys(codec for _, codecs in ALPHABETS.values() for codec in codecs):
        table = _table(codec)
        read = [letter.translate(table) for letter in letters]
        if read == letters or not any(_is_of(read, name, codec) for name in ALPHABETS):
            continue
        language = detect([block.translate(table) for block in blocks])
        if language not in ALPHABETS or not _is_of(read, language, codec) or _NOT_GREEK.search(text.translate(table)):
            continue
        if len(letters) - _right(letters, ALPHABETS[language][0]) >= MIN_WRONG:
            sources = re.escape("".join(map(chr, table)))
            return Step(RULE, re.compile(f"[{sources}]"), partial(_translated, table))
    return None


def _translated(table: dict[int, str], block: str) -> str:
    return block.translate(table)


def _of_east_asia(text: str) -> Step | None:
    """Return the step for a text of Chinese, Japanese or Korean, in which hardly a character of ASCII is left."""
    marks = [char for char in text if not char.isspace()]
    beyond = "".join(char for char in marks if char > "\x7f")
    if len(beyond) < MIN_EAST_ASIAN or len(beyond) < MIN_BEYOND_ASCII * len(marks):
        return None

    import chardet

    try:
        data = _bytes(text)
    except UnicodeEncodeError:
        return None
    name = (chardet.detect(data[:DETECTION_BYTES])["encoding"] or "").lower().replace("-", "_")
    codec = _EAST_ASIAN.get(name)
    if not codec:
        return None
    read = data.decode(codec, "replace")
    if detect([read]) not in ("zh", "ja", "ko") or len(_WIDE.findall(read)) * 2 < MIN_RIGHT * len(beyond):
        return None
    return Step(RULE, re.compile(r"[^\x00-\x7f]"), partial(_read_as, codec))


def _is_utf8(text: str) -> bool:
    """Return whether the bytes that were read as Windows-1252 are UTF-8, which as Thai would be letters, too."""
    read = text.translate(_controls())
    beyond = sum(char > "\x7f" for char in read)
    return sum(map(len, _UTF8.findall(read))) >= MIN_UTF8 * beyond


def _read_as(codec: str, block: str) -> str:
    try:
        return _bytes(block).decode(codec)
    except UnicodeError:
        return block


def _bytes(text: str) -> bytes:
    """Return the bytes that were read as Windows-1252 or as Latin-1, whose control characters are kept."""
    return text.translate(_controls()).encode("latin-1")


@cache
def _controls() -> dict[int, int]:
    """Return the bytes of the characters that Windows-1252 has and Latin-1 lacks."""
    read = {byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xA0)}
    return {ord(char): byte for byte, char in read.items() if char}


def _is_of(letters: Sequence[str], language: str, codec: str) -> bool:
    alphabet, codecs = ALPHABETS[language]
    return codec in codecs and _right(letters, alphabet) >= MIN_RIGHT * len(letters)


def _right(letters: Sequence[str], alphabet: str) -> int:
    """Return the number of letters in an alphabet."""
    return sum(letter in alphabet or letter.lower() in alphabet for letter in letters)


def _are_of_1252(letter: str) -> bool:
    """Return whether Windows-1252 has all letters; a document with other letters was read in another encoding."""
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter < "\xa0"
    return True


@cache
def _table(codec: str) -> dict[int, str]:
    """Return the characters of bytes in an encoding, by their characters in Windows-1252.

    A byte of 0x80-0x9F may also be a control character.
    """
    table: dict[int, str] = {}
    for byte in range(0x80, 0x100):
        data = bytes([byte])
        was, becomes = data.decode("cp1252", "ignore") or chr(byte), data.decode(codec, "ignore")
        if becomes and becomes != was and becomes >= "\xa0":
            table[ord(was)] = becomes
            table.setdefault(byte, becomes)
    return table
