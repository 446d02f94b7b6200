"""Bytes to text: the encoding, the reason for it, and the bytes that did not fit. Guesses only as a last resort.

The order did best of fourteen on 750 files: byte order mark, strict UTF-8 (which beats any declaration), UTF-8 with
faults, the declared charset, chardet, Windows-1252.  Text that is `str` already (JSONL) is only checked.
"""

import codecs
import re
from collections.abc import Iterator, Set
from functools import partial
from typing import Literal

from etl.errors import Unreadable
from etl.lazy_regex import lazy
from etl.model import Decoded, Raw

# Browsers look for a charset in the first 1 KiB; news pages were seen with 3 KiB of comments and scripts before it.
DECLARATION_BYTES = 4096
# chardet on 16 KiB was right as often as on whole files, and its time is bounded.
DETECTION_BYTES = 16_384
# If fewer than half of the sequences are valid UTF-8, these are valid by chance: two bytes of GBK or Windows-1251
# sometimes look like UTF-8.
VALID_SHARE_OF_DIRTY_UTF8 = 0.5
# Share of the characters. A text with more faults is no page, or was decoded wrongly. The number allows a bad byte in a
# short row.
MAX_CONTROL_SHARE, MAX_FAULTY_SHARE, MAX_SPARED = 0.01, 0.05, 8
# A file may hold lines of two encodings.  Characters beyond ASCII that a line of UTF-8 must have to count, that all
# such lines must have, and their share of the characters beyond ASCII; bytes that do not fit in the other lines.
MIN_UTF8_IN_LINE, MIN_UTF8_IN_LINES, MIN_UTF8_SHARE, MIN_OTHER_BYTES = 3, 8, 0.05, 6
# Of the letters of the other lines, those that the lines of UTF-8 have, too.
MIN_SHARED_LETTERS = 0.75
# Of the characters beyond ASCII, those in rows of three accented letters: rare in any language, all of Russian that is
# read as Windows-1252.
MAX_RUN_SHARE = 0.5
# Share of the characters beyond ASCII that have unlikely neighbours. A text that is decoded correctly has hardly any.
MAX_ODD_SHARE = 0.05

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, because the mark of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# The codec for a label of a page: often a superset that browsers and editors use under its name (WHATWG name -> Python
# codec).
SUPERSETS = {
    "ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
}
# Encodings of one byte that newspapers used before UTF-8: lines of one in a file of UTF-8 are read by its letters.
_ONE_BYTE = ("cp1252", "cp1250", "iso8859-2", "cp1251", "koi8-u", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257")
# Encodings of seven bits betray themselves by how they shift, and would pass for ASCII.  HZ has pairs of bytes between
# its shifts, and no first byte above 0x77: so a shift never opens within another one.
SHIFTS = (
    (lazy(rb"\x1b\$\)C"), "iso2022_kr"),
    (lazy(rb"\x1b\$[@AB(]"), "iso2022_jp_2"),
    (lazy(rb"~\{(?:[\x21-\x77][\x21-\x7e])++~\}"), "hz"),
)

_XML = lazy(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]+)""", re.I)
_META = lazy(rb"""<\s*meta\s[^>]*?charset\s*=\s*["']?\s*([^>"'\s/;]+)""", re.I)
_CHARSET = lazy(rb"""(?:charset|encoding)\s*=\s*["']?[A-Za-z0-9._:-]+""", re.I)
_CONTROLS = bytes((*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20)))
_HIGH = bytes(range(0x80, 0x100))
# Encodings of two bytes or more per character, which chardet recognises with certainty.
_WIDE = ("gb18030", "gb2312", "gbk", "big5", "cp950", "shift_jis", "cp932", "euc_jp", "euc_kr", "cp949")
# `surrogateescape` writes a byte that does not fit as U+DC00 + byte.  A lead byte and what follows is one character.
_FAULT = lazy("[\udcc2-\udcf4][\udc80-\udcbf]{0,3}|[\udc80-\udcff]")
# Half of a surrogate pair in UTF-8.
_HALF = lazy(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_PAIR = lazy(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_BEYOND_ASCII = lazy(r"[^\x00-\x7f]")
# ASCII characters say nothing about an encoding.
_WITHIN_ASCII = lazy(r"(?<=[\x00-\x7f])[\x00-\x7f]+(?=[\x00-\x7f])")
_ACCENTS_IN_A_ROW = lazy("[À-ÿ]{3,}")
# Letters that were decoded with a wrong label: `trwa³y`, `rйsumй`, `бНОПНЯ`, and control characters.
_ODD = lazy(
    r"[\x80-\x9f]|[a-zß-ÿа-я][À-ÖØ-ÞА-Я]|[A-Za-z](?=[\u0370-\u06ff\u0e00-\u0e7f\uff61-\uff9f])"
    r"|(?<=[\u0370-\u06ff\u0e00-\u0e7f\uff61-\uff9f])[A-Za-z]|(?<=[^\W\d_])[¡-¬®-¶¸-¿×÷‚„†‡ˆ‰‹]"
)
_LONE = lazy("[\ud800-\udfff]")

Reason = Literal["bom", "utf-8", "declared", "detected", "fallback", "given"]
# Encoding, reason, and the text, if all bytes had to be decoded to find the encoding.
Answer = tuple[str, Reason, str | None]


def decode(raw: Raw) -> Decoded:
    """Return the characters of a raw document, the encoding, the ground for it, and how many bytes did not fit.

    Lines of another encoding among lines of UTF-8 are read as the one whose letters the rest of the text has.  Of bytes
    that strayed into UTF-8, those of 0x80-0x9F become their Windows-1252 characters, and so do those whose
    characters the text has in UTF-8, too: a line was pasted from another file.  All others become U+FFFD; `replaced`
    counts all.  The byte order mark is not part of the text, and no lone surrogate ever is.  Raises Unreadable for what
    is not text.

    >>> decode(Raw("page.txt", b"Belarus\\xe2\\x80\\x99s caf\\xc3\\xa9, \\x93closed\\x94", sha256=""))
    Decoded(text='Belarus’s café, “closed”', encoding='utf-8', reason='utf-8', replaced=2)
    """
    if isinstance(raw.body, str):
        return _checked(raw.body)
    encoding, reason, text = next(_answers(raw, raw.body))
    replaced, other = 0, ""
    if text is None:
        other = _other_lines(raw.body) if encoding == "utf-8" and not _fits(raw.body, "utf-8") else ""
        text, replaced = _read_lines(raw.body, other) if other else _read(raw.body, encoding)
    # In UTF-8, each byte below 0x80 is one character.
    data = raw.body if encoding == "utf-8" and not replaced else text.encode("utf-8", "surrogatepass")
    _refuse_junk(raw.path, text, data, encoding, text.count("\ufffd") if other else replaced)
    return Decoded(text.removeprefix("\ufeff"), encoding, reason, replaced)


def _checked(body: str) -> Decoded:
    """Return text that a JSON reader decoded, with surrogate pairs joined; a lone surrogate is lost."""
    text, lost = paired(body)
    return Decoded(text.removeprefix("\ufeff"), "utf-8", "utf-8", lost)


def paired(text: str) -> tuple[str, int]:
    """Return a text that can be written as UTF-8, and how many lone surrogates were replaced.

    Two halves of a surrogate pair become one character. A lone half becomes U+FFFD.
    """
    try:
        text.encode()  # ten times as fast as a search with a regex
    except UnicodeEncodeError:
        met = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        return _LONE.subn("\ufffd", met)
    return text, 0


def _answers(raw: Raw, body: bytes) -> Iterator[Answer]:
    """Yield possible encodings, the most trustworthy first; the first one is used."""
    if raw.encoding:
        yield _given(raw), "given", None
    yield from ((encoding, "bom", None) for mark, encoding in BYTE_ORDER_MARKS if body.startswith(mark))
    for encoding in _unmarked(body):
        if (text := _fitting(body, encoding)) is not None:
            yield encoding, "detected", text
    if (text := _fitting(body, "utf-8")) is not None or _mostly_utf8(body):
        yield "utf-8", "utf-8", text
    for declared in (codec_of(raw.charset), _declared(body) if raw.kind == "html" else ""):
        if declared and (text := _fitting(body, declared)) is not None and _plausible(text):
            yield declared, "declared", text
    detected = _detected(body)
    if detected and (text := _fitting(body, detected)) is not None:
        yield detected, "detected", text
    yield "cp1252", "fallback", None


def _given(raw: Raw) -> str:
    codec = given_codec(raw.encoding)
    if not codec:
        raise Unreadable(
            raw.path, f"there is no encoding {raw.encoding!r}", "Give a label such as utf-8 or windows-1251."
        )
    return codec


def given_codec(label: str) -> str:
    """Return the codec of an encoding that a user names, as pages or as Python name it; "" if there is none.

    >>> given_codec("latin-1"), given_codec("utf-9")
    ('cp1252', '')
    """
    if codec := codec_of(label):
        return codec
    try:
        return codec_of(codecs.lookup(label).name)
    except (LookupError, ValueError):  # ValueError: a NUL in it
        return ""


def known_labels() -> list[str]:
    """Return the labels of encodings that pages use."""
    from webencodings.labels import LABELS

    return sorted(LABELS)


def codec_of(label: str) -> str:
    """Return the Python codec for a charset label of a page; "" if the label is not a charset of text.

    The WHATWG table knows no codec that is not text (`zlib_codec`) or that smuggles (`utf-7`, `unicode_escape`).

    >>> codec_of("latin1"), codec_of("GB2312"), codec_of("utf-7")
    ('cp1252', 'gb18030', '')
    """
    import webencodings

    known = webencodings.lookup(label)
    if known is None or known.name in ("replacement", "x-user-defined"):
        return ""
    codec: str = known.codec_info.name  # webencodings has no types
    return SUPERSETS.get(known.name, codec)


def _unmarked(body: bytes) -> Iterator[str]:
    """Yield encodings that the bytes show: by shift sequences, or for UTF-16 and UTF-32 by the places of NULs."""
    if b"\x1b" in body or (b"~" in body and b"~{" in body):  # one byte is found ten times as fast as two
        yield from (encoding for shift, encoding in SHIFTS if shift.search(body))
    if 0 not in body:
        return
    nuls = body.count(0)
    even = body[::2].count(0)
    if nuls * 2 > len(body):
        yield "utf-32-le" if body[:1] != b"\0" else "utf-32-be"
    if nuls > max(MAX_SPARED, MAX_CONTROL_SHARE * len(body)) and max(even, nuls - even) >= nuls * 0.9:
        yield "utf-16-be" if even * 2 > nuls else "utf-16-le"


def _fitting(body: bytes, encoding: str) -> str | None:
    """Return the decoded text if all bytes fit an encoding, else None."""
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        return None


def _fits(body: bytes, encoding: str) -> bool:
    return _fitting(body, encoding) is not None


def _mostly_utf8(body: bytes) -> bool:
    valid, faults = _valid_and_faults(body)
    return valid >= VALID_SHARE_OF_DIRTY_UTF8 * (valid + faults) or bool(_other_lines(body))


def _valid_and_faults(body: bytes) -> tuple[int, int]:
    """Return how many characters beyond ASCII fit UTF-8, and how many faults there are.

    Half of a surrogate pair, which some programs write, is one that fits.
    """
    body, halves = _HALF.subn(b"", body)
    text = body.decode("utf-8", "surrogateescape")
    faults, beyond_ascii = len(_FAULT.findall(text)), len(_BEYOND_ASCII.findall(text))
    return halves + beyond_ascii - len(_LONE.findall(text)), faults


def _other_lines(body: bytes) -> str:
    """Return the encoding of the lines that are not UTF-8, if all of their bytes fit another one; else ""."""
    lines = body.split(b"\n")
    fitting = [line for line in lines if not line.isascii() and _fits(line, "utf-8")]
    own = "".join(line.decode() for line in fitting)
    others = [line for line in lines if not _fits(line, "utf-8")]
    sure = [count for line in fitting if (count := len(_BEYOND_ASCII.findall(line.decode()))) >= MIN_UTF8_IN_LINE]
    other = b"\n".join(others)
    valid, faults = _valid_and_faults(other)
    bytes_beyond = len(other) - len(other.translate(None, _HIGH))
    if (
        sum(sure) < max(MIN_UTF8_IN_LINES, MIN_UTF8_SHARE * bytes_beyond)
        or bytes_beyond < MIN_OTHER_BYTES
        or valid >= VALID_SHARE_OF_DIRTY_UTF8 * (valid + faults)
    ):
        return ""
    letters = frozenset(own.casefold())
    shared, encoding = max(((_shared(other, name, letters), name) for name in _ONE_BYTE), key=lambda one: one[0])
    if shared >= MIN_SHARED_LETTERS:
        return encoding
    detected = _detected(other)
    return detected if detected in _WIDE and _fits(other, detected) else ""


def _shared(body: bytes, encoding: str, letters: Set[str]) -> float:
    """Return the share of the characters beyond ASCII, read as an encoding, that are letters of the rest of the text.

    Those with unlikely neighbours count against it.
    """
    text = body.decode(encoding, "replace")
    found = _BEYOND_ASCII.findall(text)
    return (sum(char.casefold() in letters for char in found) - len(_ODD.findall(text))) / max(1, len(found))


def _declared(body: bytes) -> str:
    head = body[:DECLARATION_BYTES]
    found = _XML.search(head) or _META.search(head)
    codec = codec_of(found[1].decode("ascii", "replace")) if found else ""
    # If the meta tag of a page could be read as ASCII, the page is not UTF-16.
    return "utf-8" if codec.startswith("utf-16") else codec


def _plausible(text: str) -> bool:
    """Return true if bytes look like text in an encoding that accepts any bytes: labels of servers may be wrong."""
    text = _WITHIN_ASCII.sub(" ", text)
    beyond_ascii = len(_BEYOND_ASCII.findall(text))
    odd = len(_ODD.findall(text))
    in_runs = sum(map(len, _ACCENTS_IN_A_ROW.findall(text)))
    return odd <= MAX_ODD_SHARE * beyond_ascii and in_runs <= MAX_RUN_SHARE * beyond_ascii


def _detected(body: bytes) -> str:
    import chardet

    # The declaration is removed, because chardet would believe it, and it was rejected before.
    label = chardet.detect(_CHARSET.sub(b"", body[:DETECTION_BYTES]))["encoding"]
    return codecs.lookup(label).name if label else ""


def _read(body: bytes, encoding: str) -> tuple[str, int]:
    """Return the text, and the number of its characters that stand for bytes that did not fit."""
    if (fitting := _fitting(body, encoding)) is not None:
        return fitting, 0
    if encoding == "utf-8":
        text = _PAIR.sub(_joined, body).decode(encoding, "surrogateescape")
        own = frozenset(_BEYOND_ASCII.findall(text))
        return _FAULT.subn(partial(_mended, own | {char.swapcase() for char in own}), text)
    text = body.decode(encoding, "replace")
    return text, text.count("\ufffd")


def _read_lines(body: bytes, other: str) -> tuple[str, int]:
    """Return a text whose lines are UTF-8 or another encoding, and how many bytes did not fit UTF-8."""
    read: list[str] = []
    replaced = 0
    for line in body.split(b"\n"):
        if _fits(line, "utf-8"):
            read.append(line.decode())
        else:
            read.append(line.decode(other, "replace"))
            replaced += len(line) - len(line.translate(None, _HIGH))
    return "\n".join(read), replaced


def _joined(pair: re.Match[bytes]) -> bytes:
    """Return a character in UTF-8 for its two surrogates in UTF-8: CESU-8, which Java and databases write."""
    return paired(pair[0].decode("utf-8", "surrogatepass"))[0].encode()


def _mended(own: Set[str], fault: re.Match[str]) -> str:
    """Return the characters of stray Windows-1252 bytes; U+FFFD for half a pair, a cut sequence or an undefined byte.

    `own` are characters of the text.  A cut sequence has no such letters, or odd ones: `sÃo`.
    """
    data = bytes(ord(char) - 0xDC00 for char in fault[0])
    read, around = data.decode("cp1252", "replace"), fault.string[max(0, fault.start() - 1) : fault.end() + 1]
    if _HALF.fullmatch(data):
        return "\ufffd"
    if own >= {*read} and not _ODD.search(around.replace(fault[0], read)):
        return read
    return read[0] if data[0] < 0xA0 else "\ufffd"


def _refuse_junk(path: str, text: str, data: bytes, encoding: str, replaced: int) -> None:
    """Raise Unreadable if a text is none; `data` is the text as UTF-8."""
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls > max(MAX_SPARED, MAX_CONTROL_SHARE * len(text)):
        share = f"{controls / len(text):.0%} of its characters are NULs and other controls"
        raise Unreadable(path, f"is not text: {share}", "Unpack it, or convert it to text first.")
    if fault := why_faulty(len(text), replaced, encoding):
        raise Unreadable(path, fault, "Name its encoding with --encoding.")


def why_faulty(characters: int, replaced: int, encoding: str) -> str:
    """Return why a text of so many characters cannot be read, if too many stand for bytes that did not fit; else "".

    >>> why_faulty(400, 8, "utf-8"), why_faulty(400, 80, "cp932")
    ('', 'cannot be read: 20% of its characters are bytes that are not cp932')
    """
    if replaced <= max(MAX_SPARED, MAX_FAULTY_SHARE * characters):
        return ""
    return f"cannot be read: {replaced / characters:.0%} of its characters are bytes that are not {encoding}"
