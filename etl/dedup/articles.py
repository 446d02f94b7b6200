"""Duplicates -> articles that go whole, for nearly all of their words are copies of one earlier article."""

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from etl.dedup.prints import USUAL, Fingerprints, Likeness
from etl.dedup.select import Duplicates, kept_first, ranks
from etl.dedup.words import I64

# A wire story comes back with a new first line or a local last paragraph; under this, another story quotes it.
LEAST_SHARE = 0.8


class SameArticle(Struct, frozen=True, gc=False):
    """An article to drop whole, the earlier article it copies, and the share of its words that are copies."""

    article: int
    original: int
    share: float


def same_articles(
    prints: Fingerprints,
    articles: I64,
    found: Duplicates,
    likeness: Likeness = USUAL,
    away: frozenset[int] = frozenset(),
) -> tuple[SameArticle, ...]:
    """Find the articles of whose words at least 80 % are copies of one earlier article that stays.

    A block is a copy from an article if its keeper or its folded text is there; so short blocks count too.  Articles
    that are `away` went in an earlier run.  What goes hangs on what was read before, never on what comes after; so a
    block that stays may have its keeper in an article that goes, and blocks must be selected again (`etl.dedup.seen`).
    """
    gone: dict[int, SameArticle] = {}
    rank = ranks(kept_first(prints, articles, likeness))
    candidates = _candidates(prints, articles, found)
    for same in sorted(candidates, key=lambda same: (rank[_blocks(articles, same.article).start], -same.share)):
        if same.article not in gone and same.original not in gone and same.original not in away:
            gone[same.article] = same
    return tuple(gone[article] for article in sorted(gone))


def _candidates(prints: Fingerprints, articles: I64, found: Duplicates) -> Iterator[SameArticle]:
    keepers = np.full(len(articles), -1)
    keepers[found.index] = articles[found.keeper]
    for article, original in _likely(prints, articles, found, LEAST_SHARE / 2):
        blocks, source = _blocks(articles, article), _blocks(articles, original)
        copied = (keepers[blocks] == original) | np.isin(prints.whole[0, blocks], prints.whole[0, source])
        share = float(prints.words[blocks][copied].sum() / prints.words[blocks].sum())
        if share >= LEAST_SHARE:
            yield SameArticle(article, original, share)


def _likely(prints: Fingerprints, articles: I64, found: Duplicates, least_share: float) -> Iterator[tuple[int, int]]:
    """Give the articles, each with an earlier one that keeps at least this share of its words as duplicates."""
    numbers, places = np.unique(articles, return_inverse=True)
    totals = np.bincount(places, prints.words)
    copy, keeper = places[found.index], places[found.keeper]
    both, which = np.unique(copy * len(numbers) + keeper, return_inverse=True)
    shared = np.bincount(which, prints.words[found.index])
    for pair in both[shared >= least_share * totals[both // max(len(numbers), 1)]].tolist():
        article, original = divmod(pair, len(numbers))
        if article != original:
            yield int(numbers[article]), int(numbers[original])


def _blocks(articles: I64, article: int) -> slice:
    return slice(*np.searchsorted(articles, [article, article + 1]).tolist())
