"""What lines say: their lengths, endings, signs and words, counted over all lines of a page at once.

The lines of a page are one array of code points.  A table says what each code point is, and a column is the count of
one kind of them by line: some thirty operations a page instead of some thirty a line.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import repeat

import numpy as np
from msgspec import Struct

from etl.array_types import I64, U16, U32, Mask
from etl.markup.features.columns import Columns

# Characters of a line that are looked at: those of its beginning, and of its end.  All of it counts for its length.
MAX_CHARS, END_CHARS = 4_000, 4
# Characters of all lines that are looked at together.  The work arrays take forty bytes for each.
MAX_TOGETHER = 1_000_000
# Characters at the beginning of a line, in which shares are measured.
HEAD = 80
# Words of a line that the lexicon looks at, and the longest such line in characters.
LEXICON_WORDS, LEXICON_CHARS = 25, 260

FINALS, CLOSERS, QUOTES, SIGNS = ".!?…。！？।։؟۔", "\"'”’»)]」』", "”’»」", ":;,："
OPENERS = "\"'“«‘„「–—-"
COMMAS = ",，、"

# Kinds of code points, as bits.
_WIDE, _UPPER, _CAPITAL, _DECIMAL, _DIGIT, _ALPHA, _SPACE, _WORD = (1 << place for place in range(8))
_FINAL, _CLOSER, _QUOTE, _SIGN, _OPENER, _COMMA, _STOP = (1 << place for place in range(8, 15))
# Code points from here on are no kind: rare ideographs, pictures.
_BEYOND = 0x10000
_UPPER_RANGES = ("AZ", "ÀÖ", "ØÞ", "ΑΩ", "АЯ", "ЁЁ", "ІІ", "ЇЇ", "ЄЄ", "ҐҐ", "ЎЎ")
_WIDE_RANGES = ("\u0e00\u0e7f", "\u3040\u30ff", "\u3400\u9fff", "\uac00\ud7af")


class Texts(Struct, frozen=True, eq=False):
    """The columns of TEXT_FEATURES, and of each line: its length, its words in lower case, the letters of these."""

    columns: Columns
    length: I64
    words: Sequence[str]
    letters: Sequence[str]


def letters_of(texts: Sequence[str]) -> list[str]:
    """Return the letters and digits of texts, in lower case.

    >>> letters_of(["U.S. jobs: 40,000", ""])
    ['usjobs40000', '']
    """
    return [words.replace(" ", "") for words in words_of(texts)]


def words_of(texts: Sequence[str]) -> list[str]:
    """Return the words of texts, in lower case, parted by blanks.

    >>> words_of(["Four die in U.S.", "— \\n2nd"])
    ['four die in u s ', '   2nd']
    """
    codes = _code_points(texts)
    return _words(codes, _kinds_of(codes), [len(text) for text in texts])


def endings(texts: Sequence[str]) -> list[int]:
    """Return how lines end: 1 as a sentence, 2 so within quotes or brackets, 3 in a colon or comma, 0 otherwise.

    >>> endings(["He left.", "“He left.”", "He said:", "Home"])
    [1, 2, 3, 0]
    """
    cut = [text[-END_CHARS:] for text in texts]
    lengths = np.array([len(text) for text in cut], dtype=np.int64)
    found: list[int] = _endings(_code_points(cut), np.cumsum(lengths + 1) - lengths - 1, lengths).tolist()
    return found


def read_texts(texts: Sequence[str], lexicon: Mapping[str, int]) -> Texts:
    """Count what lines say.  There is at least one, and none is empty."""
    parts = [_read(part, lexicon) for part in _together(texts)]
    if len(parts) == 1:
        return parts[0]
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    length = np.concatenate([part.length for part in parts])
    words = [text for part in parts for text in part.words]
    return Texts(columns, length, words, [text for part in parts for text in part.letters])


def _together(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield lines, as many at a time as may be looked at together."""
    start, size = 0, 0
    for place, text in enumerate(texts):
        size += min(len(text), MAX_CHARS)
        if size > MAX_TOGETHER and place > start:
            yield texts[start:place]
            start, size = place, min(len(text), MAX_CHARS)
    yield texts[start:]


def _read(texts: Sequence[str], lexicon: Mapping[str, int]) -> Texts:
    cut = [text if len(text) <= MAX_CHARS else text[: MAX_CHARS - END_CHARS] + text[-END_CHARS:] for text in texts]
    codes, lengths = _code_points(cut), [len(text) for text in cut]
    signs = _Signs(codes, np.array(lengths))
    words = _words(codes, signs.kinds, lengths)
    length = np.array([len(text) for text in texts], dtype=np.int64)
    columns = _columns(signs, length, texts) | _lexicon(words, length, lexicon)
    return Texts(columns, length, words, "\n".join(words).replace(" ", "").split("\n"))


class _Signs:
    """The code points of lines, each ended by a line feed: what each is, and which line it is in."""

    def __init__(self, codes: U32, lengths: I64) -> None:
        self.codes, self.kinds = codes, _kinds_of(codes)
        self.count = len(lengths)
        self.lengths = lengths
        self.starts = np.cumsum(lengths + 1) - lengths - 1
        self.line = np.repeat(np.arange(self.count), lengths + 1)
        self.head = np.arange(len(codes)) < self.starts[self.line] + HEAD

    def are(self, kind: int) -> Mask:
        """Return which code points are of a kind."""
        found: Mask = (self.kinds & kind) > 0
        return found

    def first(self, kind: int) -> Mask:
        """Return which lines begin with one of a kind."""
        found: Mask = (self.kinds[self.starts] & kind) > 0
        return found

    def counted(self, which: Mask) -> I64:
        """Return how many code points there are of those in each line."""
        return np.bincount(self.line[np.flatnonzero(which)], minlength=self.count)


def _columns(signs: _Signs, length: I64, texts: Sequence[str]) -> Columns:
    head = np.minimum(HEAD, length)
    wide = signs.counted(signs.are(_WIDE))
    before_blank = np.append(signs.codes[1:] == ord(" "), False)
    starts_word = ~signs.are(_SPACE) & np.append(True, signs.are(_SPACE)[:-1]) & signs.head
    starts = np.maximum(1, signs.counted(starts_word))
    words = np.array([text.count(" ") for text in texts]) + 1 + wide // 2
    stops = (signs.are(_STOP) & before_blank) | (signs.codes == ord("。"))
    has_bar, has_copyright = (np.minimum(1, signs.counted(signs.codes == ord(sign))) for sign in "|©")
    return {
        "chars": length + 2 * wide,
        "words": words,
        "ending": _endings(signs.codes, signs.starts, signs.lengths),
        "capitals": signs.counted(starts_word & signs.are(_CAPITAL)) / starts,
        "upper": signs.counted(signs.are(_UPPER) & signs.head) / head,
        "digits": signs.counted(signs.are(_DECIMAL) & signs.head) / head,
        "opening": np.where(
            signs.first(_CAPITAL), 1, np.where(signs.first(_DIGIT), 2, np.where(signs.first(_ALPHA), 3, 0))
        ),
        "sentences": signs.counted(stops),
        "commas": signs.counted(signs.are(_COMMA)),
        "bars": has_bar + 2 * has_copyright,
        "quote": signs.first(_OPENER).astype(np.int64),
        "address": np.minimum(1, signs.counted(signs.codes == ord("@"))),
        "word-length": length / words,
    }


def _lexicon(words: Sequence[str], length: I64, lexicon: Mapping[str, int]) -> Columns:
    weights = [0.0] * len(words)
    for line in np.flatnonzero(length < LEXICON_CHARS).tolist():
        if said := words[line].split()[:LEXICON_WORDS]:
            weights[line] = sum(map(lexicon.get, said, repeat(0))) / len(said) ** 0.5
    return {"lexicon": np.array(weights)}


def _endings(codes: U32, starts: I64, lengths: I64) -> I64:
    """Return how lines end, each as `endings` says."""
    places = starts + lengths - 1
    near = np.maximum(places - np.arange(END_CHARS)[:, None], starts)
    kinds = _kinds_of(codes[near])
    last = kinds[0]
    is_closed = (last & _CLOSER > 0) & ((last & _QUOTE > 0) | (kinds & _FINAL > 0).any(axis=0))
    return np.where(last & _FINAL > 0, 1, np.where(is_closed, 2, np.where(last & _SIGN > 0, 3, 0)))


def _code_points(texts: Sequence[str]) -> U32:
    """Return the code points of texts, a line feed behind each."""
    return np.frombuffer(("\n".join(texts) + "\n").encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _words(codes: U32, kinds: U16, lengths: Sequence[int]) -> list[str]:
    """Return texts in lower case, a blank for each sign that is in no word."""
    folded = np.where(kinds & _WORD > 0, codes, np.uint32(ord(" ")))
    folded[np.cumsum(np.array(lengths, dtype=np.int64) + 1) - 1] = ord("\n")
    return folded.tobytes().decode("utf-32-le").lower().split("\n")[: len(lengths)]


def _kinds_of(codes: U32) -> U16:
    """Return what each of some code points is."""
    kinds: U16 = _kinds()[np.minimum(codes, _BEYOND)]
    return kinds


@cache
def _kinds() -> U16:
    """Return what each code point is, and 0 for all beyond the first 65,536."""
    signs = [chr(code) for code in range(_BEYOND)]
    kinds = np.zeros(_BEYOND + 1, dtype=np.uint16)
    for kind, is_one in (
        *((_CAPITAL, str.isupper), (_DECIMAL, str.isdecimal), (_DIGIT, str.isdigit), (_ALPHA, str.isalpha)),
        *((_SPACE, str.isspace), (_WORD, str.isalnum)),
    ):
        kinds[:-1] |= np.where(np.fromiter(map(is_one, signs), dtype=bool, count=_BEYOND), kind, 0).astype(np.uint16)
    kinds[ord("_")] |= _WORD
    for kind, ranges in ((_UPPER, _UPPER_RANGES), (_WIDE, _WIDE_RANGES)):
        for pair in ranges:
            kinds[ord(pair[0]) : ord(pair[1]) + 1] |= kind
    for kind, of_kind in (
        *((_FINAL, FINALS), (_CLOSER, CLOSERS), (_QUOTE, QUOTES), (_SIGN, SIGNS)),
        *((_OPENER, OPENERS), (_COMMA, COMMAS), (_STOP, ".?!")),
    ):
        kinds[[ord(sign) for sign in of_kind]] |= kind
    return kinds
