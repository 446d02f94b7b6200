"""Duplicates -> articles to drop whole, for nearly all of their words are copies of one earlier article."""

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from etl.dedup.arrays import I64
from etl.dedup.fingerprint import Fingerprints
from etl.dedup.selection.duplicates import Duplicates, ranks
from etl.dedup.settings import DedupSettings

# A wire story comes back with a new first line or a local last paragraph; under this, another story quotes it.
MIN_COPIED_RATIO = 0.8


class DuplicateArticle(Struct, frozen=True, gc=False):
    """An article to drop whole, the earlier article that keeps it, and the ratio of its words that are copies."""

    article: int
    keeper: int
    copied_ratio: float


def duplicate_articles(
    prints: Fingerprints,
    articles: I64,
    found: Duplicates,
    settings: DedupSettings,
    order: I64,
    removed: frozenset[int] = frozenset(),
) -> tuple[DuplicateArticle, ...]:
    """Return the articles of whose words at least 80 % are copies of one earlier article that remains.

    All of them, where copies must be lossless.  A block is a copy from an article if its keeper or its folded text is
    there; so short blocks count too.  `removed` are articles that an earlier run dropped.  An article depends on what
    was read before it, never on what follows; so a block that remains may have its keeper in an article that is
    dropped, and blocks must be selected again (`etl.dedup.selection.history`).
    """
    dropped: dict[int, DuplicateArticle] = {}
    rank = ranks(order)
    least = 1.0 if settings.copies == "lossless" else MIN_COPIED_RATIO
    candidates = _candidates(prints, articles, found, least)
    for each in sorted(candidates, key=lambda each: (rank[_blocks(articles, each.article).start], -each.copied_ratio)):
        if each.article not in dropped and each.keeper not in dropped and each.keeper not in removed:
            dropped[each.article] = each
    return tuple(dropped[article] for article in sorted(dropped))


def _candidates(prints: Fingerprints, articles: I64, found: Duplicates, least: float) -> Iterator[DuplicateArticle]:
    keepers = np.full(len(articles), -1)
    keepers[found.index] = articles[found.keeper]
    hashes = prints.text_hashes[0]
    for article, keeper in _likely(prints, articles, found, least / 2):
        blocks, source = _blocks(articles, article), _blocks(articles, keeper)
        is_copy = (keepers[blocks] == keeper) | np.isin(hashes[blocks], hashes[source])
        ratio = float(prints.word_counts[blocks][is_copy].sum() / prints.word_counts[blocks].sum())
        if ratio >= least:
            yield DuplicateArticle(article, keeper, ratio)


def _likely(prints: Fingerprints, articles: I64, found: Duplicates, least: float) -> Iterator[tuple[int, int]]:
    """Yield the articles, each with an earlier one that keeps at least this ratio of its words as duplicates."""
    numbers, places = np.unique(articles, return_inverse=True)
    totals = np.bincount(places, prints.word_counts)
    copy, keeper = places[found.index], places[found.keeper]
    both, which = np.unique(copy * len(numbers) + keeper, return_inverse=True)
    shared = np.bincount(which, prints.word_counts[found.index])
    for pair in both[shared >= least * totals[both // max(len(numbers), 1)]].tolist():
        article, of = divmod(pair, len(numbers))
        if article != of:
            yield int(numbers[article]), int(numbers[of])


def _blocks(articles: I64, article: int) -> slice:
    return slice(*np.searchsorted(articles, [article, article + 1]).tolist())
