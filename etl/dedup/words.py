"""Texts -> words: folded to bytes and hashed, a whole batch at once.  A word is a run of letters, digits and marks."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

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


class Words(Struct, frozen=True, gc=False):
    """The words of a batch, text after text: their hashes, how many each text has, and hashes of whole texts.

    `whole` (2 rows, 128 bits) is equal for texts of the same words in the same order.  `numbers` is equal for texts
    with the same figures, each as often, in any order: a figure is a word with a digit in it.
    """

    hashes: U64
    counts: I64
    whole: U64
    numbers: U64


def fold(texts: Sequence[str]) -> list[bytes]:
    """Give each text in lower case, as UTF-8, with a space for everything that is not part of a word.

    Decimal digits of any script become ASCII, so that the figures of a copy are the same figures.

    >>> [text.decode() for text in fold(["Belarus: 100,000 join rally", "集会１０万人"])]
    ['belarus  100 000 join rally', ' 集 会10 万 人']
    """
    folded = [text.encode().translate(_ASCII) if text.isascii() else b"" for text in texts]
    wide = [place for place, text in enumerate(texts) if not text.isascii()]
    for place, piece in zip(wide, _folded_wide([texts[place] for place in wide]), strict=True):
        folded[place] = piece
    return folded


def split(folded: Sequence[bytes]) -> Words:
    """Split folded texts into words and hash these.  Equal words have equal hashes in any batch."""
    buffer = b" " + b" ".join(folded) + b" " * 9
    codes = np.frombuffer(buffer, np.uint8)
    in_word = codes != _SPACE
    edges = np.flatnonzero(in_word[1:] != in_word[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    text_starts = np.cumsum([1, *(len(piece) + 1 for piece in folded)])
    firsts = np.searchsorted(starts, text_starts)
    hashes = _hashed(buffer, starts, ends - starts)
    figures = np.searchsorted(starts, np.flatnonzero(codes - np.uint8(ord("0")) < 10), side="right") - 1
    figures = figures[np.diff(figures, prepend=-1) > 0]
    numbers = _sums(mixed(hashes[figures]), np.searchsorted(figures, firsts))
    return Words(hashes, np.diff(firsts), _whole(hashes, firsts), numbers)


def mixed(values: U64) -> U64:
    """Scatter 64-bit values, in the manner of rrmxmx: every bit of the result hangs on every bit of the value."""
    values = (values ^ (values >> np.uint64(32))) * _MIXERS[1]
    values = (values ^ (values >> np.uint64(29))) * _MIXERS[1]
    return values ^ (values >> np.uint64(32))


def _folded_wide(texts: Sequence[str]) -> list[bytes]:
    """Fold texts that are not ASCII through one table over the characters that occur in them."""
    if not texts:
        return []
    joined = "\0".join([text.replace("\0", " ") for text in texts]).lower()
    # Lone surrogates come in through JSON ("\ud83d"); they are no part of a word and go as spaces.
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4")
    distinct = np.unique(points[points > 127])
    table = np.zeros(int(distinct[-1]) + 1, np.uint32)
    table[:128] = np.frombuffer(_ASCII[:128], np.uint8)
    table[0] = 0
    table[distinct] = [_folded_point(point) for point in distinct.tolist()]
    folded = table[points]
    alone = np.flatnonzero(folded & _IS_ALONE)
    folded = np.insert(folded & ~_IS_ALONE, alone, _SPACE)
    return folded.tobytes().decode("utf-32-le").encode().split(b"\0")


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
    places = np.arange(len(hashes)) - np.repeat(firsts[:-1], np.diff(firsts))
    placed = mixed(hashes + places.astype(np.uint64) * _MIXERS[0])
    return np.stack([_sums(placed, firsts), _sums(mixed(placed * _MIXERS[2]), firsts)])


def _sums(values: U64, firsts: I64) -> U64:
    """Sum the values of each text, modulo 2^64; `firsts` says where each begins, and the end."""
    running = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values, out=running[1:])
    return running[firsts[1:]] - running[firsts[:-1]]
