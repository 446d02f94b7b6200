"""The blocks of a batch as arrays: characters by kind, tokens by hash.  No list of words of any language.

All texts of a batch are one array of code points; every count is one pass over it, in C.  Lengths are given in units,
ten to a letter of an alphabet, so that a sentence of Chinese is as long as its translation.
"""

import re
import unicodedata
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache

import numpy as np
from msgspec import Struct

from etl.array_types import I32, I64, U8, U32, U64, Mask
from etl.fold import CLOSERS, FINAL_PUNCTUATION

# Characters.  Words with the same beginning count as forms of one word: "Datenschutzerklärung", "Datenschutzhinweise".
STEM = 5
# Units of length in a word of average length: five letters.
WORD = 50
# Code points from here on are taken for Chinese characters: those of the supplementary planes are, but for emoji.
MAX_CODE = 0x20000
# More marks that end a sentence than the project's own list: Armenian, Ethiopic, Burmese, Khmer, Devanagari, Greek.
_FINAL = frozenset(FINAL_PUNCTUATION + "։።။៕॥;．｡‼⁇⁈⁉")
# No training page has these marks.  The model treats them like a full stop.
_UNSEEN_FINAL = frozenset("۔։።။॥។៕")
_CLOSERS = frozenset(CLOSERS + "“‘„«‹」』】》〉")
_COMMAS = frozenset(",;،、，；")
_BARS = frozenset("|/›»>•·→▶►■●★–—")
# First and last code point of scripts that put no space between words, and units a character; first match counts.
_DENSE = (
    (0x0E00, 0x0EFF, 11),  # Thai, Lao
    (0x1000, 0x109F, 11),  # Burmese
    (0x1780, 0x17FF, 11),  # Khmer
    (0x3040, 0x30FF, 18),  # Kana
    (0x3400, 0x9FFF, 32),
    (0xF900, 0xFAFF, 32),
    (0x20000, 0x20000, 32),
)
# Scripts that write no full stop.
_UNSTOPPED = (0x0E00, 0x0EFF)
_HANGUL = (0xAC00, 0xD7AF, 25)
# A signature in brackets behind the last full stop: an agency or initials, or words with a year.  A credit has neither.
# A dash and a name may follow what someone said, and the agency the last sentence of a dispatch: "They search. EFE".
_CLOSING_BRACKETS = [ord(")"), ord("）")]
_OPENING_QUOTES = [ord(mark) for mark in '"“”„«»「『']
_SIGNED = re.compile(
    r".*(?P<stop>[.!?…。！？])(?:"
    r"[\"'”“»«’]? ?[(（](?:[a-zäöü]{2,5}(?:[/, -]{1,2}[a-zäöü]{2,5})?|[^()/:]{0,40}\d{4})[)）]"
    r"|[\"”“»«」』] ?[-–—] ?[^\W\d_][^|/:\"]{2,50}"
    r"|(?<=\w\w.)[\"”“»«’]? [A-Z]{2,5})",
    re.S,
)
MAX_SIGNATURE = 60
_LETTER_UNITS, _MARK_UNITS = 10, 3


class Kind(IntEnum):
    """What a character is."""

    SPACE = 0
    LOWER = 1
    UPPER = 2
    LETTER = 3
    DENSE = 4
    DIGIT = 5
    MARK = 6
    FINAL = 7
    COMMA = 8
    CLOSER = 9
    BAR = 10
    OTHER = 11


class Text(Struct, frozen=True, eq=False):
    """The characters of a batch.  Block `i` is characters `starts[i]` to `ends[i]`, without space at either end."""

    codes: U32
    kinds: U8
    folded: U64
    units: U8
    blocks: I32
    starts: I64
    ends: I64


class Tokens(Struct, frozen=True, eq=False):
    """The words of a batch, and single characters of dense scripts; a digit is a 0.

    `blocks` are ascending; `places` count from 0 in each block.
    """

    hashes: U64
    stems: U64
    blocks: I64
    places: I64
    first: U8
    units: I64
    counts: I64


def read_text(texts: Sequence[str]) -> Text:
    """Return the characters of these blocks, classified."""
    stripped = [text.strip() for text in texts]
    codes = np.frombuffer("\n".join([*stripped, ""]).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.array([len(text) for text in stripped], dtype=np.int64)
    ends = np.cumsum(lengths + 1) - 1
    places = np.minimum(codes, MAX_CODE)
    size = int(places.max(initial=0)) + 1
    seen = np.zeros(size, dtype=bool)
    seen[places] = True
    present = np.flatnonzero(seen)
    kinds = np.zeros(size, dtype=np.uint8)
    folded = np.zeros(size, dtype=np.uint64)
    units = np.zeros(size, dtype=np.uint8)
    rows = [_classify(code) for code in present.tolist()]
    if rows:
        kinds[present], folded[present], units[present] = zip(*rows, strict=True)
    blocks = np.repeat(np.arange(len(texts), dtype=np.int32), lengths + 1)
    return Text(codes, kinds[places], folded[places], units[places], blocks, ends - lengths, ends)


@lru_cache(maxsize=8192)
def _classify(code: int) -> tuple[int, int, int]:
    """Return the kind of a character, what it is folded to, and its units of length."""
    character = chr(code)
    for low, high, units in _DENSE:
        if low <= code <= high and unicodedata.category(character) not in ("Nd", "Po", "Mn", "Cn"):
            return Kind.DENSE, code, units
    if character.isalpha():
        folded = ord(character.lower()[0])
        units = _HANGUL[2] if _HANGUL[0] <= code <= _HANGUL[1] else _LETTER_UNITS
        kind = Kind.LOWER if character.islower() else Kind.UPPER if character.isupper() else Kind.LETTER
        return kind, folded, units
    if character.isdigit():
        return Kind.DIGIT, ord("0"), _LETTER_UNITS
    if unicodedata.category(character) in ("Mn", "Mc"):
        return Kind.MARK, code, _MARK_UNITS
    return _punctuation(character), ord(".") if character in _UNSEEN_FINAL else code, 0


def _punctuation(character: str) -> Kind:
    if character.isspace():
        return Kind.SPACE
    tables = ((_FINAL, Kind.FINAL), (_COMMAS, Kind.COMMA), (_CLOSERS, Kind.CLOSER), (_BARS, Kind.BAR))
    return next((kind for characters, kind in tables if character in characters), Kind.OTHER)


def count_kinds(text: Text) -> I64:
    """Return how many characters of each kind each block has: blocks x kinds.  The last is one space too many."""
    size = len(text.starts)
    places = text.blocks * len(Kind) + text.kinds
    return np.bincount(places, minlength=size * len(Kind)).reshape(size, len(Kind))


def sum_units(text: Text) -> I64:
    """Return the length of each block in units."""
    sums = np.zeros(len(text.units) + 1, dtype=np.int64)
    np.cumsum(text.units, out=sums[1:])
    return sums[text.ends] - sums[text.starts]


def last_marks(text: Text) -> I64:
    """Return the place of the last character of each block that is no closing mark; -1 if there is none."""
    telling = np.flatnonzero((text.kinds != Kind.SPACE) & (text.kinds != Kind.CLOSER))
    found = np.concatenate(([-1], telling))[np.searchsorted(telling, text.ends)]
    return np.where(found >= text.starts, found, -1)


def ends_as_sentence(text: Text, units: I64) -> Mask:
    """Return which blocks end with a full stop of their script, or have ten words in a script without full stops.

    The author may be in brackets behind the last full stop: "They left. (Jane Roe, 6.6.2026)".  So may the speaker be
    behind a dash.
    """
    last = _before_signature(text, last_marks(text))
    stopped = (text.kinds[last] == Kind.FINAL) & (last >= 0)
    code = text.codes[last]
    unstopped = (code >= _UNSTOPPED[0]) & (code <= _UNSTOPPED[1]) & (last >= 0)
    ended: Mask = stopped | (unstopped & (units >= 10 * WORD))
    return ended


def _before_signature(text: Text, last: I64) -> I64:
    """Return the places of last marks; of blocks that end with a signature, of the full stop before it."""
    found = last.copy()
    closing = text.codes[np.maximum(text.ends - 1, 0)]
    quotes = np.isin(text.codes[np.minimum(text.starts, len(text.codes) - 1)], _OPENING_QUOTES)
    signed = np.isin(closing, _CLOSING_BRACKETS) | (quotes & (text.kinds[last] != Kind.FINAL))
    signed |= text.kinds[last] == Kind.UPPER
    for at in np.flatnonzero((text.ends > text.starts) & signed).tolist():
        start = max(int(text.starts[at]), int(text.ends[at]) - MAX_SIGNATURE)
        if match := _SIGNED.fullmatch("".join(map(chr, text.codes[start : text.ends[at]].tolist()))):
            found[at] = start + match.end("stop") - 1
    return found


def tokenize(text: Text) -> Tokens:
    """Return the tokens of all blocks, with the hash of each: the same word has the same hash on any machine."""
    kinds = text.kinds
    inside = (kinds >= Kind.LOWER) & (kinds <= Kind.MARK)
    dense = kinds == Kind.DENSE
    before = np.concatenate(([False], inside[:-1]))
    dense_before = np.concatenate(([False], dense[:-1]))
    starts = np.flatnonzero(inside & (~before | dense | (dense_before & (kinds != Kind.MARK))))
    closes = np.flatnonzero(inside & np.concatenate((~inside[1:], [True])))
    ends = (
        np.minimum(np.concatenate((starts[1:], [len(kinds)])), (closes + 1)[np.searchsorted(closes, starts)])
        if len(starts)
        else starts
    )
    blocks = text.blocks[starts].astype(np.int64)
    counts = np.bincount(blocks, minlength=len(text.starts))
    firsts = np.cumsum(counts) - counts
    hashes, stems = _hash_spans(text, starts, ends)
    units = np.zeros(len(text.units) + 1, dtype=np.int64)
    np.cumsum(text.units, out=units[1:])
    return Tokens(
        hashes,
        stems,
        blocks,
        np.arange(len(starts)) - firsts[blocks],
        kinds[starts],
        units[ends] - units[starts],
        counts,
    )


_BASE, _INVERSE = 0x9E3779B97F4A7C15, pow(0x9E3779B97F4A7C15, -1, 1 << 64)
_MIXER = 0xBF58476D1CE4E5B9


def _hash_spans(text: Text, starts: I64, ends: I64) -> tuple[U64, U64]:
    """Return the hashes of spans of characters, and of their first STEM characters.

    A hash is a polynomial modulo 2 ** 64: the difference of one running sum, divided by the power at which it starts.
    """
    longest = int((text.ends - text.starts).max(initial=0)) + 1
    offsets = np.arange(len(text.folded), dtype=np.int32)
    offsets -= text.starts.astype(np.int32)[text.blocks]
    # In place: a document may have 64 million characters.
    sums = np.zeros(len(text.folded) + 1, dtype=np.uint64)
    sums[1:] = _powers(_BASE, longest)[offsets]
    sums[1:] *= text.folded
    np.cumsum(sums, out=sums)
    origin = _powers(_INVERSE, longest)[offsets[starts]]
    stems = np.minimum(ends, starts + STEM)
    return mix((sums[ends] - sums[starts]) * origin), mix((sums[stems] - sums[starts]) * origin)


def _powers(base: int, count: int) -> U64:
    steps = np.full(count, base, dtype=np.uint64)
    steps[0] = 1
    return np.cumprod(steps, dtype=np.uint64)


def mix(hashes: U64) -> U64:
    """Spread the bits of hashes, so that the upper ones can be used alone."""
    spread = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(_MIXER)
    return spread ^ (spread >> np.uint64(27))
