"""Sentences of the story, which are protected from the classifier and from rules that look at neighbours.

A sentence ends with a full stop of its script.  A *sure* sentence is long, and the forest keeps it by a wide margin.
A sentence belongs to the story in three cases: it is in a run of sentences that has a sure one; it is long, and no
further from the next sentence than the sure ones of its page are from one another; or it is long, near a sure one, and
has a word or a name of the story, or a quotation.  On a page without a sure sentence, all long ones that the forest
keeps belong to the story.  A sentence without words of furniture that is near a kept sentence is kept, too, because
labels that no rule matches may separate it from the others.  So is a long sentence that begins with a quotation,
because what people say has other words than the story.  A sentence outside a run is not protected if the score of the
forest is well above the threshold.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from etl.array_types import I64, Mask
from etl.rules.classifier.features import FAR, Edges, looks_of
from etl.rules.classifier.text import WORD, read_text, tokenize

# Units and words.  "It failed." is a sentence; "Dr." is none.
MIN_UNITS, MIN_WORDS = WORD, 2
# Units.  A sentence of eight words can be protected alone; a shorter one only in a run.
OWN_UNITS = 280
# Units, and thousandths of log-odds: the length and the distance from the threshold of a sure sentence.
SURE_UNITS, SURE_ODDS = 8 * WORD, -1_400
# Thousandths of log-odds.  From the first value on, a sentence apart from others is not protected; from the second on,
# one in a chain.  Teasers and notices below the story have higher scores than any sentence of the story.
APART_ODDS, CHAIN_ODDS = 1_000, 2_200
# Thousandths.  Letters in capitals: more are a label.
MAX_UPPER = 600
# Lexicon scores.  Of the story's sentences one in fifty has more of furniture than the first, one in two hundred more
# than the second, which is for long ones in a run or chain.
MAX_LEXICON, MAX_LONG = 300, 700
# Blocks.  How far a story may be parted by furniture that no rule has named, how far below and above it a sentence may
# stand with which it shares something.
MAX_GAP, MAX_BELOW, MAX_ABOVE = 12, 6, 3
# Lexicon scores, blocks, and units: what lets a long sentence, or a short one of two words, stand so far from a kept
# one.  Of dumps, without it, the words of furniture that are left grow from 10.0 to 10.5 %.
PLAIN, PLAIN_APART = 200, 3
# Blocks.  Two such sentences in a row may stand below a list of so many lines: teasers stand alone, below their titles.
PAIR_APART = 9
PLAIN_SHORT, SHORT_APART, SHORT_UNITS = 300, 2, 2 * WORD
# Lexicon scores, thousandths of log-odds, and blocks: with words of stories, a sentence of which the forest is not sure
# may stand so far from a kept one.
TELLING, TELLING_ODDS, TELLING_APART = -500, 500, 4
# Lexicon scores.  A short sentence right below a long one may have so much of furniture: "Classes resumed at noon."
MAX_CLOSING = 600
# Lexicon scores.  A short sentence between two kept ones may have so much: "Klicken Sie auf keinen Link in der E-Mail."
MAX_BETWEEN = 1_000
# Quotation marks, those of ’s and l’ among them.
QUOTATION = 2
# Units, thousandths of log-odds, lexicon scores, and thousandths of words with a capital of a heading between two
# sentences: "Team news" has 689, 1504 and 500.  More capitals have names: "von Oliver Kring".
HEADING_UNITS, HEADING_ODDS, HEADING_LEXICON, HEADING_TITLE = 10 * WORD, 1_000, 1_600, 600


def bare_sentences(texts: Sequence[str], lexicon: NDArray[np.int8]) -> Mask:
    """Return which blocks are sentences without a word of furniture, regardless of their neighbours."""
    text = read_text(texts)
    columns = looks_of(text, tokenize(text), lexicon)
    most = np.where(columns["units"] >= OWN_UNITS, MAX_LEXICON, PLAIN_SHORT)
    return _sentences(columns) & (columns["lexicon"] <= most)


def _sentences(columns: Mapping[str, I64]) -> Mask:
    """Return which blocks are sentences: they end with a full stop, or have one and end with a colon or bracket."""
    several = (columns["stops"] > 0) & (columns["units"] >= SURE_UNITS)
    ended = (columns["ended"] > 0) | (several & (columns["colon"] + columns["corner"] > 0))
    found: Mask = (
        ended & (columns["units"] >= MIN_UNITS) & (columns["words"] >= MIN_WORDS) & (columns["upper"] < MAX_UPPER)
    )
    return found


def sentences_of_story(columns: Mapping[str, I64], odds: I64, edges: Edges) -> Mask:
    """Return which rows are protected sentences; `odds` are the scores of the forest, `columns` the features."""
    if not edges.size:
        return np.zeros(0, dtype=bool)
    sentence = _sentences(columns) & (columns["lexicon"] <= MAX_LONG)
    long = sentence & (columns["units"] >= OWN_UNITS)
    sentence &= long | ((columns["label"] == 0) & (columns["lexicon"] <= MAX_LEXICON))
    sure = sentence & (odds <= SURE_ODDS) & (columns["units"] >= SURE_UNITS)
    tied = (columns["known_count"] > 0) | (columns["names"] > 0) | (columns["quoted"] >= 2)
    near = (edges.above(sure) <= MAX_BELOW) | (edges.below(sure) <= MAX_ABOVE)
    may_stand_apart = odds < APART_ODDS
    apart = long & tied & near & may_stand_apart & (columns["lexicon"] <= MAX_LEXICON)
    chained = _chains_with(long, sure, edges) & (odds < CHAIN_ODDS)
    kept = _runs_with(sentence, sure, edges) | chained | apart
    likely = sentence & (odds < 0) & (columns["units"] >= SURE_UNITS) & (columns["lexicon"] <= 0)
    kept |= likely & ~_of_pages_with(sure, edges)
    most = np.where(odds <= 0, MAX_LEXICON, PLAIN)  # what the forest keeps does not separate sentences
    plain = long & may_stand_apart & (columns["label"] == 0) & (columns["lexicon"] <= most)
    kept = _linked(plain | kept, kept, PLAIN_APART, edges) | kept
    beside = long & (odds < CHAIN_ODDS) & (columns["label"] == 0)
    flags = beside.astype(np.int64)
    paired = plain & ((edges.shift(flags, 1) > 0) | (edges.shift(flags, -1) > 0))
    kept = _linked(paired | kept, kept, PAIR_APART, edges) | kept
    kept |= beside & (edges.shift((kept & paired).astype(np.int64), -1) > 0)
    quoting = (
        long & (columns["opens"] > 0) & (columns["quoted"] >= QUOTATION) & (columns["label"] == 0) & (odds < CHAIN_ODDS)
    )
    kept = _linked(quoting | kept, kept, SHORT_APART, edges) | kept
    short = sentence & may_stand_apart & (columns["units"] >= SHORT_UNITS) & (columns["lexicon"] <= PLAIN_SHORT)
    kept = _linked(short | kept, kept, SHORT_APART, edges) | kept
    telling = short & (columns["lexicon"] <= TELLING) & (odds < TELLING_ODDS)
    kept = _linked(telling | kept, kept, TELLING_APART, edges) | kept
    below = edges.shift((kept & long).astype(np.int64), -1) > 0
    closing = _sentences(columns) & below & (columns["label"] == 0) & (columns["units"] >= SHORT_UNITS)
    closing &= (columns["lexicon"] <= MAX_CLOSING) & (odds < TELLING_ODDS)
    kept |= closing
    both = (edges.shift(kept.astype(np.int64), 1) > 0) & (edges.shift(kept.astype(np.int64), -1) > 0)
    between = _sentences(columns) & both & (columns["label"] == 0) & (columns["units"] >= SHORT_UNITS)
    between &= columns["units"] < HEADING_UNITS
    found: Mask = kept | (between & (columns["lexicon"] <= MAX_BETWEEN) & may_stand_apart)
    return found


def headings(kept: Mask, columns: Mapping[str, I64], odds: I64, places: I64, edges: Edges) -> Mask:
    """Return the short lines directly between two kept sentences, with no block between that a rule matches.

    A line with a figure may be a date, a rank or a price, and a line that is on its page twice is a button.
    """
    found: Mask = (columns["ended"] == 0) & (columns["units"] < HEADING_UNITS) & (columns["digits"] == 0)
    found &= (columns["label"] == 0) & (columns["bars"] == 0) & (columns["address"] == 0) & (columns["words"] > 1)
    found &= (odds < HEADING_ODDS) & (columns["lexicon"] < HEADING_LEXICON) & (columns["title"] <= HEADING_TITLE)
    flags = kept.astype(np.int64)
    for by in (-1, 1):
        found &= (edges.shift(flags, by) == 1) & (edges.shift(places, by) == places + by)
    return found


def _chains_with(flags: Mask, sure: Mask, edges: Edges) -> Mask:
    """Return the rows of chains of flags in which at least one is sure.

    Links stand as far apart as the sure ones of the page do, at most MAX_GAP: a page with furniture between all of its
    paragraphs is dense to its end, while a story without any ends where furniture begins.
    """
    apart = np.where(sure, np.minimum(edges.above(sure), FAR), 0)
    widest = np.zeros(int(edges.pages[-1]) + 1, dtype=np.int64)
    np.maximum.at(widest, edges.pages, np.where(apart < FAR, np.minimum(apart, MAX_GAP), 1))
    return _linked(flags, sure, widest[edges.pages], edges)


def _linked(flags: Mask, wanted: Mask, apart: I64 | int, edges: Edges) -> Mask:
    """Return the rows of chains of flags with a wanted one; links are at most so many rows apart."""
    places = np.flatnonzero(flags)
    linked = np.zeros(edges.size, dtype=bool)
    if not len(places):
        return linked
    pages = edges.pages[places]
    gaps = np.diff(places, prepend=places[0])
    starts = np.concatenate(([True], pages[1:] != pages[:-1])) | (gaps > np.broadcast_to(apart, edges.size)[places])
    chain = np.cumsum(starts) - 1
    linked[places] = (np.bincount(chain, weights=wanted[places]) > 0)[chain]
    return linked


def _of_pages_with(flags: Mask, edges: Edges) -> Mask:
    """Return the rows of pages in which at least one flag is set."""
    found: Mask = (np.bincount(edges.pages, weights=flags) > 0)[edges.pages]
    return found


def _runs_with(flags: Mask, wanted: Mask, edges: Edges) -> Mask:
    """Return the rows of runs of flags in which at least one is wanted."""
    change = np.concatenate(([True], (flags[1:] != flags[:-1]) | (edges.pages[1:] != edges.pages[:-1])))
    run = np.cumsum(change) - 1
    found: Mask = flags & (np.bincount(run, weights=wanted) > 0)[run]
    return found


def lead_and_end(kept: Mask, columns: Mapping[str, I64], odds: I64, edges: Edges) -> Mask:
    """Return the first and the last long protected sentence of each story, beside a sure one."""
    long = kept & (columns["units"] >= OWN_UNITS)
    sure = kept & (odds <= SURE_ODDS) & (columns["units"] >= SURE_UNITS)
    beside = (edges.above(sure) == 1) | (edges.below(sure) == 1)
    ends: Mask = long & beside & ((edges.above(long) == FAR) | (edges.below(long) == FAR))
    return ends
