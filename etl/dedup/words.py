"""Texts -> words: folded to bytes and hashed, a whole batch at once.  A word is a run of letters, digits and marks."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

# Scripts written without spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, kana, Han.  Each letter is a word.
_ALONE = re.compile(
    "[\u0e00-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_IS_ALONE = np.uint32(1 << 31)

_SPACE = ord(" ")
_ASCII = bytes(ord(chr(code).lower()) if code < 128 and chr(code).isalnum() else _SPACE for code in range(256))
# Odd 64-bit multipliers without structure (golden ratio, rrmxmx, wyhash).  Any would do; saved prints hold to these.
_MIXERS = np.array([0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F], np.uint64)
_LOW_BYTES = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)


class Folded(Struct, frozen=True, gc=False):
    """Texts folded to bytes; `cased` is each again, as long, with an ASCII capital where a capital letter stood."""

    texts: list[bytes]
    cased: list[bytes]


class Words(Struct, frozen=True, gc=False):
    """The words of a batch, text after text: where each stands in `codes`, its hash, and whether it has a capital.

    `firsts` says with which word each text begins, and the end.  `whole` (2 rows, 128 bits) is equal for texts of the
    same words in the same order.
    """

    codes: NDArray[np.uint8]
    starts: I64
    sizes: I64
    hashes: U64
    capital: NDArray[np.bool_]
    firsts: I64
    whole: U64

    @property
    def counts(self) -> I64:
        """The words of each text."""
        return np.diff(self.firsts)


def fold(texts: Sequence[str]) -> Folded:
    """Give each text in lower case, as UTF-8, with a space for everything that is not part of a word.

    Decimal digits of any script become ASCII, so that the figures of a copy are the same figures.

    >>> [text.decode() for text in fold(["Belarus: 100,000 join rally", "集会１０万人"]).texts]
    ['belarus  100 000 join rally', ' 集 会10 万 人']
    """
    cased = [text.encode() if text.isascii() else b"" for text in texts]
    folded = [text.translate(_ASCII) for text in cased]
    wide = [place for place, text in enumerate(texts) if not text.isascii()]
    for place, *pieces in zip(wide, *_folded_wide([texts[place] for place in wide]), strict=True):
        folded[place], cased[place] = pieces
    return Folded(folded, cased)


def split(folded: Folded) -> Words:
    """Split folded texts into words and hash these.  Equal words have equal hashes in any batch."""
    buffer, cased = _buffer(folded.texts), np.frombuffer(_buffer(folded.cased), np.uint8)
    codes = np.frombuffer(buffer, np.uint8)
    in_word = codes != _SPACE
    edges = np.flatnonzero(in_word[1:] != in_word[:-1]) + 1
    starts, sizes = edges[::2], edges[1::2] - edges[::2]
    text_starts = np.cumsum([1, *(len(piece) + 1 for piece in folded.texts)])
    firsts = np.searchsorted(starts, text_starts)
    hashes = _hashed(buffer, starts, sizes)
    capital = cased[starts] - np.uint8(ord("A")) < 26
    return Words(codes, starts, sizes, hashes, capital, firsts, _whole(hashes, firsts))


def hashes_of(words: Sequence[str]) -> U64:
    """Give the hashes of single words, sorted; those of a text that is one of them are among these."""
    return np.unique(split(fold(words)).hashes)


def placed(hashes: U64, firsts: I64) -> U64:
    """Mix each hash with its place in its text."""
    places = np.arange(len(hashes)) - np.repeat(firsts[:-1], np.diff(firsts))
    return mixed(hashes + places.astype(np.uint64) * _MIXERS[0])


def sums(values: U64, firsts: I64) -> U64:
    """Sum the values of each text, modulo 2^64; `firsts` says where each begins, and the end."""
    running = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values, out=running[1:])
    return running[firsts[1:]] - running[firsts[:-1]]


def mixed(values: U64) -> U64:
    """Scatter 64-bit values, in the manner of rrmxmx: every bit of the result hangs on every bit of the value."""
    values = (values ^ (values >> np.uint64(32))) * _MIXERS[1]
    values = (values ^ (values >> np.uint64(29))) * _MIXERS[1]
    return values ^ (values >> np.uint64(32))


def _buffer(pieces: Sequence[bytes]) -> bytes:
    """Join texts, with room behind the last word to read eight bytes at any place of it."""
    return b" " + b" ".join(pieces) + b" " * 9


def _folded_wide(texts: Sequence[str]) -> tuple[list[bytes], list[bytes]]:
    """Fold texts that are not ASCII through one table over the characters that occur in them."""
    if not texts:
        return [], []
    # "İ" alone is two characters in lower case.
    written = "\0".join([text.replace("\0", " ") for text in texts]).replace("İ", "I\u0307")
    lower = _points(written.lower())
    distinct = np.unique(lower[lower > 127])
    table = np.zeros(int(distinct[-1]) + 1, np.uint32)
    table[:128] = np.frombuffer(_ASCII[:128], np.uint8)
    table[0] = 0
    table[distinct] = [_folded_point(point) for point in distinct.tolist()]
    folded = table[lower]
    alone = np.flatnonzero(folded & _IS_ALONE)
    capitals = np.insert(lower != _points(written), alone, False)
    joined = np.insert(folded & ~_IS_ALONE, alone, _SPACE).tobytes().decode("utf-32-le").encode()
    return joined.split(b"\0"), _cased(joined, capitals).split(b"\0")


def _points(text: str) -> U32:
    # Lone surrogates come in through JSON ("\ud83d"); they are no part of a word and go as spaces.
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def _cased(folded: bytes, capitals: NDArray[np.bool_]) -> bytes:
    """Put an ASCII capital in the place of the first byte of each character that was one."""
    codes = np.frombuffer(folded, np.uint8).copy()
    codes[np.flatnonzero((codes & 0xC0) != 0x80)[capitals]] = ord("A")
    return codes.tobytes()


@cache
def _folded_point(point: int) -> int:
    char = chr(point)
    category = unicodedata.category(char)
    if category == "Nd":
        return ord("0") + unicodedata.decimal(char)
    if category[0] not in "LNM":
        return _SPACE
    # Vowel signs and tones stay with their letter.
    return point | int(_IS_ALONE) if category[0] != "M" and _ALONE.match(char) else point


def _hashed(buffer: bytes, starts: I64, sizes: I64) -> U64:
    """Hash the words at these bytes, eight bytes a turn; later turns see only words that reach so far."""
    eights = np.ndarray((len(buffer) - 7,), "<u8", buffer, strides=(1,))
    hashes: U64 = (eights[starts] & _LOW_BYTES[np.minimum(sizes, 8)]) * _MIXERS[0]
    hashes ^= hashes >> np.uint64(32)
    longer, done = np.flatnonzero(sizes > 8), 8
    while len(longer):
        left = sizes[longer] - done
        piece = (eights[starts[longer] + done] & _LOW_BYTES[np.minimum(left, 8)]) ^ hashes[longer]
        piece *= _MIXERS[1]
        hashes[longer] = (piece ^ (piece >> np.uint64(29))) * _MIXERS[2]
        longer, done = longer[left > 8], done + 8
    hashes += sizes.astype(np.uint64)
    return mixed(hashes)


def _whole(hashes: U64, firsts: I64) -> U64:
    """Hash texts to 128 bits: two sums over words mixed with their place in the text."""
    values = placed(hashes, firsts)
    return np.stack([sums(values, firsts), sums(mixed(values * _MIXERS[2]), firsts)])
