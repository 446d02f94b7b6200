"""Features of the blocks of a batch: form, words, neighbours, and position in the article.

All are whole numbers, shares in thousandths, so that they are the same on any machine.  Rows are only the blocks that
no rule matches, and neighbours of a row are rows, too.  So a label such as "Article content" between all paragraphs
does not hide the story.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from etl.array_types import I64, U8, Mask
from etl.rules.classifier.lexicon import score_terms
from etl.rules.classifier.text import (
    WORD,
    Kind,
    Text,
    Tokens,
    count_kinds,
    ends_as_sentence,
    read_text,
    sum_units,
    tokenize,
)

THOUSAND = 1_000
# Units.  A block of at least the first length that ends like a sentence is prose; a block below the second length is
# short.
LONG_UNITS, SHORT_UNITS = 12 * WORD, 5 * WORD
# Units.  Shorter words are too common to connect two blocks.
TELLING_UNITS = 45
COMMON_UNITS, COMMON_SHARE = 42, 150
# The value of a feature without a value, and the greatest distance; anything further away counts as FAR.
NONE, FAR = -1, 99
# Blocks.  Longer runs and distances count as this.
MAX_RUN = 60
# Units.  A longer paragraph is no stronger sign of the story.
MAX_PROSE = 40 * WORD
TEMPLATE_TOKENS = 10
# Words that a block shares with the story.  More of them are no stronger sign.
MAX_KNOWN = 12
# Marks of comments.  One may belong to the story (a date).  More than so many are no stronger sign that the story has
# ended.
MIN_MARKS, MAX_MARKS = 2, 10
# Blocks away at which templates are compared: lists, lists of two lines an entry, of three.
LIKE = ((1, "like_above", "like_below"), (2, "like_above_2", "like_below_2"), (3, "like_above_3", "like_below_3"))
WINDOWS = ((-10, -1), (1, 10), (-3, 3))

# Marks that open a quotation.
QUOTES = tuple(map(ord, "\"'“”„‘‚«»‹›「『"))
# Brackets that end speech in Chinese and Japanese.
CORNERS = tuple(map(ord, "」』"))

NEIGHBOUR = "units ended lexicon known title digits like_below label".split()
AVERAGED = "long short ended known title lexicon common label".split()


class Page(Struct, frozen=True, gc=False):
    """An article: the texts of its blocks, the blocks that rules or segmentation remove, and the marks of comments."""

    texts: Sequence[str]
    named: Sequence[bool]
    marks: Sequence[bool]


class Rows(Struct, frozen=True, eq=False):
    """The blocks of a batch that no rule has named: row by row the page, the place in it, and the features by name."""

    edges: "Edges"
    places: I64
    columns: dict[str, I64]

    def matrix(self, names: Sequence[str]) -> NDArray[np.float32]:
        """Return these features, a column each.  Whole numbers are exact below 2 ** 24; no forest asks for greater."""
        columns = [self.columns[name] for name in names]
        return np.array(columns, dtype=np.float32).reshape(len(names), len(self.places)).T


def rows_of(pages: Sequence[Page], lexicon: NDArray[np.int8]) -> Rows:
    """Return the rows of these articles with all features."""
    named = np.array([flag for page in pages for flag in page.named], dtype=bool)
    sizes = np.array([len(page.texts) for page in pages], dtype=np.int64)
    page_of_block = np.repeat(np.arange(len(pages)), sizes)
    places = np.arange(len(named)) - (np.cumsum(sizes) - sizes)[page_of_block]
    edges = Edges(page_of_block[~named], len(pages))
    text = read_text([text for page in pages for text, flag in zip(page.texts, page.named, strict=True) if not flag])
    tokens = tokenize(text)
    columns = looks_of(text, tokens, lexicon)
    story = _story(columns, edges)
    columns |= _words(tokens, (columns["long"] > 0) & story, edges.pages)
    columns |= _templates(tokens, edges)
    base = dict(columns)
    columns |= _stretch(story, edges)
    blocks = Edges(page_of_block, len(pages))
    columns |= _named(named, blocks)
    columns |= _readers(pages, named, story, blocks)
    columns |= _neighbours(base, edges)
    columns |= _positions(base, edges)
    return Rows(edges, places[~named], columns)


class Edges:
    """Where pages begin and end among rows; `pages` is the page of each row, ascending."""

    def __init__(self, pages: I64, count: int) -> None:
        self.pages, self.size = pages, len(pages)
        self.at = np.arange(self.size)
        ends = np.cumsum(np.bincount(pages, minlength=count))
        self.last = ends[pages] - 1
        self.first = (ends - np.bincount(pages, minlength=count))[pages]
        self.count = self.last - self.first + 1

    def shift(self, columns: I64, by: int) -> I64:
        """Return the values `by` rows further down (up if negative) in the same page; NONE outside.

        `columns` are one column, or several x rows.
        """
        to = self.at + by
        inside = (to >= self.first) & (to <= self.last)
        return np.where(inside, columns[..., np.clip(to, 0, max(0, self.size - 1))], NONE)

    def mean(self, columns: I64, start: int, end: int) -> I64:
        """Return the mean over rows `start` to `end` further down, both included, in thousandths; NONE without any.

        `columns` as for `shift`.
        """
        sums = np.zeros((*columns.shape[:-1], self.size + 1), dtype=np.int64)
        np.cumsum(columns, axis=-1, out=sums[..., 1:])
        low = np.clip(self.at + start, self.first, self.last + 1)
        high = np.clip(self.at + end + 1, self.first, self.last + 1)
        count = high - low
        means: I64 = np.where(count > 0, (sums[..., high] - sums[..., low]) * THOUSAND // np.maximum(count, 1), NONE)
        return means

    def runs(self, flags: Mask) -> I64:
        """Return the length of the run of equal flags that a row stands in, below zero where they are not set."""
        if not self.size:
            return self.at
        change = np.concatenate(([True], (flags[1:] != flags[:-1]) | (self.pages[1:] != self.pages[:-1])))
        starts = np.flatnonzero(change)
        lengths = np.diff(np.concatenate((starts, [self.size])))
        length = np.minimum(lengths[np.cumsum(change) - 1], MAX_RUN)
        run: I64 = np.where(flags, length, -length)
        return run

    def above(self, flags: Mask) -> I64:
        """Return how many rows further up the nearest flag is set, at most FAR."""
        last = np.maximum.accumulate(np.where(flags, self.at, -1))
        last = np.concatenate(([-1], last[:-1])) if self.size else last
        return np.where(last >= self.first, np.minimum(self.at - last, FAR), FAR)

    def below(self, flags: Mask) -> I64:
        """Return how many rows further down the nearest flag is set, at most FAR."""
        next_ = np.minimum.accumulate(np.where(flags, self.at, self.size)[::-1])[::-1]
        next_ = np.concatenate((next_[1:], [self.size])) if self.size else next_
        return np.where(next_ <= self.last, np.minimum(next_ - self.at, FAR), FAR)


def _share(part: I64, whole: I64) -> I64:
    return part * THOUSAND // np.maximum(whole, 1)


def looks_of(text: Text, tokens: Tokens, lexicon: NDArray[np.int8]) -> dict[str, I64]:
    """Return the features of a block by itself."""
    size = len(text.starts)
    kinds = count_kinds(text)
    units, count = sum_units(text), tokens.counts
    ended = ends_as_sentence(text, units)
    characters = text.ends - text.starts
    last = np.maximum(text.ends - 1, 0)
    first_kind = np.where(characters > 0, text.kinds[text.starts], Kind.SPACE)
    capital = np.bincount(tokens.blocks[tokens.first == Kind.UPPER], minlength=size)
    lower = np.bincount(tokens.blocks[tokens.first == Kind.LOWER], minlength=size)
    letters = kinds[:, Kind.LOWER] + kinds[:, Kind.UPPER]
    colon = (text.codes[last] == ord(":")) | (text.codes[last] == 0xFF1A)
    slashes = np.flatnonzero((text.codes[:-1] == ord("/")) & (text.codes[1:] == ord("/")))
    at_signs = np.flatnonzero(text.codes == ord("@"))
    marks = np.bincount(text.blocks[np.concatenate((slashes, at_signs))], minlength=size)
    return {
        "units": units,
        "words": count,
        "ended": ended.astype(np.int64),
        "colon": (colon & (characters > 0)).astype(np.int64),
        "corner": (np.isin(text.codes[last], CORNERS) & (characters > 0)).astype(np.int64),
        "first_lower": (first_kind == Kind.LOWER).astype(np.int64),
        "first_digit": (first_kind == Kind.DIGIT).astype(np.int64),
        "opens": ((characters > 0) & np.isin(text.codes[np.minimum(text.starts, last)], QUOTES)).astype(np.int64),
        "quoted": np.minimum(kinds[:, Kind.CLOSER], 4),
        "digits": _share(kinds[:, Kind.DIGIT], characters),
        "marks": _share(kinds[:, Kind.OTHER] + kinds[:, Kind.BAR], characters),
        "bars": np.minimum(kinds[:, Kind.BAR], 5),
        "upper": _share(kinds[:, Kind.UPPER], letters),
        "title": np.where(capital + lower > 0, _share(capital, capital + lower), NONE),
        "stops": np.minimum(kinds[:, Kind.FINAL], 8),
        "commas": _share(kinds[:, Kind.COMMA], count),
        "word_units": units // np.maximum(count, 1),
        "address": np.minimum(marks, 3),
        "long": (ended & (units >= LONG_UNITS)).astype(np.int64),
        "short": (units < SHORT_UNITS).astype(np.int64),
        "lexicon": score_terms(lexicon, text, tokens),
    }


def _story(looks: Mapping[str, I64], edges: Edges) -> Mask:
    """Return the blocks in the story: in each article, the range with the most prose and little other text."""
    if not edges.size:
        return np.zeros(0, dtype=bool)
    lexicon, ended = looks["lexicon"], looks["ended"] > 0
    prose = np.minimum(looks["units"], MAX_PROSE)
    worth = np.where(ended, np.where(lexicon <= 0, prose, -prose // 3), np.where(lexicon <= 0, -2 * WORD, -8 * WORD))
    sums = np.concatenate(([0], np.cumsum(worth)))
    # Each page starts far below the one before, so that the least sum so far is one of its own.
    drop = edges.pages * (int(np.abs(worth).sum()) + 1)
    before = sums[:-1] - drop
    least = np.minimum.accumulate(before)
    gain = sums[1:] - drop - least
    firsts = np.flatnonzero(edges.at == edges.first)
    best = np.maximum.reduceat(gain, firsts)
    number = np.cumsum(edges.at == edges.first) - 1
    ends = np.minimum.reduceat(np.where(gain == best[number], edges.at, edges.size), firsts)
    starts = np.minimum.reduceat(np.where(before == least[ends][number], edges.at, edges.size), firsts)
    inside: Mask = (edges.at >= starts[number]) & (edges.at <= ends[number])
    return inside


def _stretch(story: Mask, edges: Edges) -> dict[str, I64]:
    """Return the position of a block relative to the story: 0 inside, negative above it, positive below it."""
    above, below = edges.above(story), edges.below(story)
    outside = np.where(above < below, above, -below)
    return {
        "outside": np.where(story, 0, outside),
        "story_end": np.where(story, edges.below(~story), 0),
        "story_share": edges.mean(story.astype(np.int64), -FAR, FAR),
    }


def _words(tokens: Tokens, prose: Mask, pages: I64) -> dict[str, I64]:
    """Return how many words of a block are in the prose of its article, in the blocks above, and in equal blocks."""
    size = len(pages)
    page = pages[tokens.blocks] if size else tokens.blocks
    same = _same_words(tokens, page)
    in_prose = prose[tokens.blocks]
    common = _are_common(tokens, page, same)
    telling = same.is_new & ~common & ((tokens.units >= TELLING_UNITS) | (tokens.first == Kind.DENSE))
    name = same.is_new & (tokens.first == Kind.UPPER) & (tokens.places > 0) & ~common
    elsewhere = same.count(same.is_new & in_prose) > in_prose
    near = tokens.blocks - same.above <= 2

    def count(flags: Mask) -> I64:
        return np.bincount(tokens.blocks[flags], minlength=size)

    def share(of: Mask, among: Mask) -> I64:
        whole = count(among)
        return np.where(whole > 0, _share(count(of & among), whole), NONE)

    return {
        "known": share(elsewhere, telling),
        "known_count": np.minimum(count(elsewhere & telling), MAX_KNOWN),
        "names": share(elsewhere, name),
        "near": share(near, telling),
        "common": _share(count(common), tokens.counts),
        "label": _repeats(tokens, pages),
    }


class _SameWords(Struct, frozen=True, eq=False):
    """Which tokens are the same word of the same article.

    `group` is a number for each word of an article; `is_new` is set where a block has its word for the first time;
    `above` is the block above that has the word, too, below -FAR if there is none.
    """

    group: I64
    is_new: Mask
    above: I64

    def count(self, flags: Mask | None = None) -> I64:
        """Return for each token how many are the same word, or how many of those with a flag."""
        return np.bincount(self.group if flags is None else self.group[flags], minlength=len(self.group))[self.group]


def _same_words(tokens: Tokens, page: I64) -> _SameWords:
    size = len(tokens.hashes)
    keys = tokens.hashes ^ (page.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    order = np.argsort(keys, kind="stable")
    ordered, block = keys[order], tokens.blocks[order]
    first = np.ones(size, dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    # Within a word's group blocks ascend: a new block is one that differs from the one before.
    new_block = first.copy()
    new_block[1:] |= block[1:] != block[:-1]
    start = np.maximum.accumulate(np.where(new_block, np.arange(size), 0))
    before = np.maximum(start - 1, 0)
    group, is_new, above = np.empty(size, dtype=np.int64), np.empty(size, dtype=bool), np.empty(size, dtype=np.int64)
    numbers = np.cumsum(first) - 1
    has_above = (start > 0) & (numbers[before] == numbers)
    group[order], is_new[order] = numbers, new_block
    above[order] = np.where(has_above, block[before], -FAR)
    return _SameWords(group, is_new, above)


def _are_common(tokens: Tokens, page: I64, same: _SameWords) -> Mask:
    """Return which tokens are short words that make up much of their article: "the", "und"."""
    times = same.count()
    of_page = np.bincount(page)[page]
    found: Mask = (
        (tokens.units <= COMMON_UNITS) & (times >= 3) & (times * COMMON_SHARE >= of_page) & (tokens.first != Kind.DIGIT)
    )
    return found


def _repeats(tokens: Tokens, pages: I64) -> I64:
    """Return how often the words of a block are those of another block of the article, at most 9."""
    size = len(pages)
    odd = (2 * tokens.places.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)) | np.uint64(1)
    sums = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(tokens.hashes * odd, dtype=np.uint64)))
    ends = np.cumsum(tokens.counts)
    whole = sums[ends] - sums[ends - tokens.counts] + pages.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    _, inverse, counts = np.unique(whole, return_inverse=True, return_counts=True)
    return np.where(tokens.counts > 0, np.minimum(counts[inverse] - 1, 9), 0) if size else pages


def _templates(tokens: Tokens, edges: Edges) -> dict[str, I64]:
    """Return how similar a block is to those above and below, by kinds of words: figure, capital, small, other."""
    matrix = np.zeros((edges.size, TEMPLATE_TOKENS), dtype=np.uint8)
    near = tokens.places < TEMPLATE_TOKENS
    matrix[tokens.blocks[near], tokens.places[near]] = tokens.first[near]
    columns: dict[str, I64] = {}
    for away, above, below in LIKE:
        like = _likeness(matrix, tokens.counts, edges, away)
        none = np.zeros(min(away, edges.size), dtype=np.int64)
        columns[above] = np.concatenate((none, like))
        columns[below] = np.concatenate((like, none))
    return columns


def _likeness(matrix: U8, counts: I64, edges: Edges, away: int) -> I64:
    """Return for each row that has one so many rows further down how many of their first words are alike."""
    upper, lower = matrix[:-away], matrix[away:]
    same = ((upper == lower) & (upper > 0)).sum(axis=1)
    longest = np.clip(np.maximum(counts[:-away], counts[away:]), 1, TEMPLATE_TOKENS)
    return np.where(edges.pages[:-away] == edges.pages[away:], same * THOUSAND // longest, 0)


def _named(named: Mask, edges: Edges) -> dict[str, I64]:
    """Return the distance to blocks that rules match, and their share among the blocks around."""
    flags, rows = named.astype(np.int64), ~named
    return {
        "named_above": edges.above(named)[rows],
        "named_below": edges.below(named)[rows],
        "named_around": edges.mean(flags, -3, 3)[rows],
        "named_further": edges.mean(flags, -10, 10)[rows],
    }


def _readers(pages: Sequence[Page], named: Mask, story: Mask, edges: Edges) -> dict[str, I64]:
    """Names, dates and buttons of readers' comments, below the start of the story; `edges` of all blocks."""
    marks = np.array([flag for page in pages for flag in page.marks], dtype=bool)
    told = np.zeros(edges.size, dtype=bool)
    told[np.flatnonzero(~named)[story]] = True
    marks &= edges.above(told) < FAR
    sums = np.concatenate(([0], np.cumsum(marks)))
    above = sums[edges.at] - sums[edges.first] if edges.size else edges.at
    away = np.where(above >= MIN_MARKS, edges.above(marks), FAR)
    return {"marks_above": np.minimum(above, MAX_MARKS)[~named], "marks_away": away[~named]}


def _neighbours(base: Mapping[str, I64], edges: Edges) -> dict[str, I64]:
    """Return features of the two blocks above and the two below, and means over more blocks."""
    columns: dict[str, I64] = {}
    shown, averaged = (np.array([base[name] for name in names]) for names in (NEIGHBOUR, AVERAGED))
    for by in (-2, -1, 1, 2):
        columns |= zip([f"{name}{by:+d}" for name in NEIGHBOUR], edges.shift(shown, by), strict=True)
    for start, end in WINDOWS:
        columns |= zip(
            [f"{name}{start:+d}..{end:+d}" for name in AVERAGED], edges.mean(averaged, start, end), strict=True
        )
    return columns


def _positions(base: Mapping[str, I64], edges: Edges) -> dict[str, I64]:
    """Return the position of a block relative to the prose of its article."""
    long = base["long"] > 0
    total = np.concatenate(([0], np.cumsum(base["long"] * np.minimum(base["units"], 60 * WORD))))
    before = total[edges.at] - total[edges.first] if edges.size else edges.at
    whole = total[edges.last + 1] - total[edges.first] if edges.size else edges.at
    number = np.concatenate(([0], np.cumsum(long)))
    prose = number[edges.last + 1] - number[edges.first] if edges.size else edges.at
    return {
        "run_prose": edges.runs(long),
        "run_ended": edges.runs(base["ended"] > 0),
        "run_short": edges.runs(base["short"] > 0),
        "prose_above": edges.above(long),
        "prose_below": edges.below(long),
        "prose_before": np.where(whole > 0, _share(before, whole), NONE),
        "prose_count": np.minimum(prose, 40),
        "prose_share": _share(prose, edges.count),
        "from_start": np.minimum(edges.at - edges.first, FAR),
        "from_end": np.minimum(edges.last - edges.at, FAR),
        "blocks": np.minimum(edges.count, 200),
    }
