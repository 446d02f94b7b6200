"""Texts -> tokens: folded to bytes and hashed, a batch at once.  A token is a run of letters, digits and marks."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from etl.array_types import I64, U8, U32, U64, Mask
from etl.dedup.arrays import mixed, sums

# Scripts written without spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, kana, Han.  Each letter is a token.
_UNSPACED = re.compile(
    "[\u0e00-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_IS_UNSPACED = np.uint32(1 << 31)

# Invisible characters within words: soft hyphens, zero-width spaces and joiners, direction marks, variation selectors.
# Also the vowel points of Hebrew and Arabic, and the stroke that makes an Arabic word longer.  A text with them is a
# copy of the text without them.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e01ef\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670]"
)
_REMOVED = np.uint32(1 << 30)

# Characters with another form in one or two characters ("ﾀﾞ" and "ダ", "ﬁ" and "fi"), which are normalized first.
_COMPATIBILITY = re.compile("[\ufb00-\ufb4f\uff61-\uff9f\uffa0-\uffdc]+")
# Full-width ASCII ("Ｋ２") stands this far above ASCII.
_FULL_WIDTH, _TO_ASCII = range(0xFF01, 0xFF5F), 0xFEE0

# Arabic letters in the place of those of Persian and Urdu: yeh, kaf.
_VARIANTS = {0x064A: 0x06CC, 0x0643: 0x06A9}

_SPACE = ord(" ")
_ASCII = bytes(ord(chr(code).lower()) if code < 128 and chr(code).isalnum() else _SPACE for code in range(256))
_ASCII_TEXTS = bytes(0 if code == 0 else folded for code, folded in enumerate(_ASCII))
# Odd 64-bit multipliers without structure (golden ratio, rrmxmx, wyhash).  Any would do; saved fingerprints depend on
# these.
_STEPS = np.array([0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F], np.uint64)
_LOW_BYTES = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)


class Folded(Struct, frozen=True, gc=False):
    """Texts folded to bytes.  `cased` has the same texts with an ASCII capital in the place of each capital letter."""

    texts: list[bytes]
    cased: list[bytes]


class Tokens(Struct, frozen=True, gc=False):
    """The tokens of a batch, text after text: where each stands in `codes`, its size in bytes, and its hash.

    `text_starts` holds the number of each text's first token, and the end.
    """

    codes: U8
    starts: I64
    sizes: I64
    hashes: U64
    text_starts: I64

    @property
    def counts(self) -> I64:
        """The number of tokens of each text."""
        return np.diff(self.text_starts)


def fold(texts: Sequence[str]) -> Folded:
    """Return each text in lower case, as UTF-8, with spaces for all characters that are not part of a token.

    Canonically equal, full-width and half-width characters are folded to one form.  Invisible characters are removed,
    and decimal digits of any script become ASCII.  So a copy that differs only in these has the same tokens and
    figures.

    >>> [text.decode() for text in fold(["Belarus: 100,000 join", "集会１０万人", "Fa\\u0308hr\\u00adhafen"]).texts]
    ['belarus  100 000 join', ' 集 会10 万 人', 'fährhafen']
    """
    ascii_texts = [text for text in texts if text.isascii()]
    joined = _joined(ascii_texts).encode()
    folded, cased = (pieces.split(b"\0")[: len(ascii_texts)] for pieces in (joined.translate(_ASCII_TEXTS), joined))
    if len(ascii_texts) == len(texts):
        return Folded(folded, cased)
    wide = {place: text for place, text in enumerate(texts) if not text.isascii()}
    wide_folded, wide_cased = _folded_wide(list(wide.values()))
    return Folded(_interleaved(folded, wide, wide_folded), _interleaved(cased, wide, wide_cased))


def tokenize(folded: Folded) -> Tokens:
    """Split folded texts into tokens and hash these.  Equal tokens have equal hashes in any batch."""
    buffer = _buffer(folded.texts)
    codes = np.frombuffer(buffer, np.uint8)
    in_token = codes != _SPACE
    edges = np.flatnonzero(in_token[1:] != in_token[:-1]) + 1
    starts, sizes = edges[::2], edges[1::2] - edges[::2]
    offsets = np.cumsum([1, *(size + 1 for size in map(len, folded.texts))])
    return Tokens(codes, starts, sizes, _hashed(buffer, starts, sizes), np.searchsorted(starts, offsets))


def are_capitalized(folded: Folded, tokens: Tokens) -> Mask:
    """Mark the tokens that begin with a capital letter."""
    cased = np.frombuffer(_buffer(folded.cased), np.uint8)
    capital: Mask = cased[tokens.starts] - np.uint8(ord("A")) < 26
    return capital


def text_hashes(tokens: Tokens) -> U64:
    """Return 128 bits (2 rows) for each text, equal for texts of the same tokens in the same order."""
    values = placed(tokens.hashes, tokens.text_starts)
    return np.stack([sums(values, tokens.text_starts), sums(values * (values >> np.uint64(32)), tokens.text_starts)])


def hashes_of(words: Sequence[str]) -> U64:
    """Return the sorted hashes of single words, as they are in texts."""
    return np.array(sorted(set(tokenize(fold(words)).hashes.tolist())), np.uint64)


def placed(hashes: U64, starts: I64) -> U64:
    """Mix each hash with its place in its list; `starts` holds where each list begins, and the end."""
    places = np.arange(len(hashes)) - np.repeat(starts[:-1], np.diff(starts))
    return mixed(hashes + places.astype(np.uint64) * _STEPS[0])


def _joined(texts: list[str]) -> str:
    joined = "\0".join(texts)
    has_nul = joined.count("\0") >= max(len(texts), 1)
    return "\0".join([text.replace("\0", " ") for text in texts]) if has_nul else joined


def _interleaved(texts: list[bytes], places: Iterable[int], others: list[bytes]) -> list[bytes]:
    """Return two lists of texts merged, with each text at its place."""
    whole: list[bytes] = []
    start = 0
    for count, (place, other) in enumerate(zip(places, others, strict=True)):
        whole += texts[start : place - count]
        whole.append(other)
        start = place - count
    return whole + texts[start:]


def _buffer(pieces: Sequence[bytes]) -> bytes:
    """Join texts, padded so that eight bytes can be read at any place of the last token."""
    return b" " + b" ".join(pieces) + b" " * 9


def _folded_wide(texts: list[str]) -> tuple[list[bytes], list[bytes]]:
    """Fold texts that are not ASCII through one table over the characters that occur in them."""
    # "İ" alone is two characters in lower case.
    written = _normalized(_joined(texts)).replace("İ", "I\u0307")
    lower = _points(written.lower())
    distinct = np.unique(lower[lower > 127])
    table = np.zeros(max(int(distinct[-1]) + 1 if len(distinct) else 0, 128), np.uint32)
    table[:128] = np.frombuffer(_ASCII_TEXTS[:128], np.uint8)
    table[distinct] = [_folded_point(point) for point in distinct.tolist()]
    folded, capitals = table[lower], lower != _points(written)
    if (is_removed := folded == _REMOVED).any():
        folded, capitals = folded[~is_removed], capitals[~is_removed]
    unspaced = np.flatnonzero(folded & _IS_UNSPACED)
    capitals = np.insert(capitals, unspaced, False)
    joined = np.insert(folded & ~_IS_UNSPACED, unspaced, _SPACE).tobytes().decode("utf-32-le").encode()
    return joined.split(b"\0"), _cased(joined, capitals).split(b"\0")


def _normalized(text: str) -> str:
    """Return a text in canonical form (NFC), its ligatures and half-width letters replaced by the usual ones."""
    text = _COMPATIBILITY.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return unicodedata.normalize("NFC", text)


def _points(text: str) -> U32:
    # Lone surrogates come from JSON ("\ud83d").  They are not part of a token, and become spaces.
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def _cased(folded: bytes, capitals: NDArray[np.bool_]) -> bytes:
    """Put an ASCII capital in the place of the first byte of each capital letter."""
    codes = np.frombuffer(folded, np.uint8).copy()
    codes[np.flatnonzero((codes & 0xC0) != 0x80)[capitals]] = ord("A")
    return codes.tobytes()


@cache
def _folded_point(point: int) -> int:
    if point in _FULL_WIDTH:
        return _ASCII[point - _TO_ASCII]
    char = chr(point)
    if _INVISIBLE.match(char):
        return int(_REMOVED)
    category = unicodedata.category(char)
    if category == "Nd":
        return ord("0") + unicodedata.decimal(char)
    if category[0] not in "LNM":
        return _SPACE
    point = _VARIANTS.get(point, point)
    # Vowel signs and tones stay with their letter.
    return point | int(_IS_UNSPACED) if category[0] != "M" and _UNSPACED.match(char) else point


def _hashed(buffer: bytes, starts: I64, sizes: I64) -> U64:
    """Hash the tokens at these places, eight bytes per step.  Later steps read only longer tokens."""
    eights = np.ndarray((len(buffer) - 7,), "<u8", buffer, strides=(1,))
    hashes: U64 = (eights[starts] & _LOW_BYTES[np.minimum(sizes, 8)]) * _STEPS[0]
    hashes ^= hashes >> np.uint64(32)
    longer, done = np.flatnonzero(sizes > 8), 8
    while len(longer):
        left = sizes[longer] - done
        piece = (eights[starts[longer] + done] & _LOW_BYTES[np.minimum(left, 8)]) ^ hashes[longer]
        piece *= _STEPS[1]
        hashes[longer] = (piece ^ (piece >> np.uint64(29))) * _STEPS[2]
        longer, done = longer[left > 8], done + 8
    hashes += sizes.astype(np.uint64)
    return mixed(hashes)
