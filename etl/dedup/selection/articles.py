"""Duplicates -> articles to drop whole, because nearly all of their words are copies of one earlier article."""

import numpy as np
from msgspec import Struct

from etl.array_types import F64, I64, Mask
from etl.dedup.arrays import mixed, ragged, ranges, turns
from etl.dedup.fingerprint import Fingerprints
from etl.dedup.pairs.verify import common_shingles, differing_terms
from etl.dedup.selection.duplicates import Duplicates, ranks
from etl.dedup.selection.residues import residues
from etl.dedup.settings import DedupSettings

# Reprints of an agency story have a new first line or a local last paragraph.  With a smaller share, another story
# quotes it.
MIN_COPIED_RATIO = 0.8
# The lowest similarity of two paragraphs of which one may be the other with new facts: "Four people were killed", "Nine
# people were killed".
MIN_VERSION = 0.5
# Blocks of articles compared at a time, with some 60 bytes each.
_BLOCKS_AT_ONCE = 1 << 20


class DuplicateArticles(Struct, frozen=True, gc=False):
    """Articles to drop whole, ascending, each with its keeper and the share of its copied words."""

    index: I64
    keeper: I64
    copied_ratio: F64

    def some(self, chosen: Mask | I64) -> "DuplicateArticles":
        """Return some of them."""
        return DuplicateArticles(self.index[chosen], self.keeper[chosen], self.copied_ratio[chosen])


NO_ARTICLES = DuplicateArticles(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def duplicate_articles(
    prints: Fingerprints,
    articles: I64,
    found: Duplicates,
    settings: DedupSettings,
    order: I64,
    removed: frozenset[int],
    is_kept: Mask,
) -> DuplicateArticles:
    """Return the articles with at least 80 % of their words copied from one earlier article that remains.

    An article is none of them if it is a later version: a paragraph that remains of it is one of the earlier
    article with other facts. `is_kept` marks the blocks that remain among all articles. For lossless copies, all
    words must be copied. A block is a copy from an article if its keeper or its folded text is in this article, so
    short blocks count, too. `removed` are articles that an earlier run dropped. The result for an article depends
    only on earlier articles. So a block that remains may have its keeper in a dropped article, and blocks must be
    selected again (`etl.dedup.selection.history`).
    """
    least = 1.0 if settings.copies == "lossless" else MIN_COPIED_RATIO
    pairs = _likely(prints, articles, found, least / 2)
    ratios = _copied_ratios(prints, articles, found, pairs)
    pairs = DuplicateArticles(pairs.index, pairs.keeper, ratios).some(ratios >= least)
    if settings.numbers == "same":
        pairs = pairs.some(~_are_versions(prints, articles, is_kept, pairs))
    first = ranks(order)[blocks_of(articles, pairs.index)[0]]
    walk = np.lexsort((-pairs.copied_ratio, first))
    dropped, chosen = set[int](), list[int]()
    for place, article, keeper in zip(
        walk.tolist(), pairs.index[walk].tolist(), pairs.keeper[walk].tolist(), strict=True
    ):
        if article not in dropped and keeper not in dropped and keeper not in removed:
            dropped.add(article)
            chosen.append(place)
    return pairs.some(np.sort(np.array(chosen, np.int64)))


def blocks_of(articles: I64, some: I64) -> tuple[I64, I64]:
    """Return the first block and the number of blocks of some articles."""
    starts, ends = (np.searchsorted(articles, some, side) for side in ("left", "right"))
    return starts, ends - starts


def are_in(prints: Fingerprints, articles: I64, blocks: I64, others: I64) -> Mask:
    """Mark the blocks whose folded text is in an article, which `others` names for each block."""
    hashes = prints.text_hashes[0]
    named = np.zeros(len(articles) and articles[-1] + 1, np.bool_)
    named[others] = True
    holders = np.flatnonzero(named[articles])
    present = mixed(hashes[holders] ^ mixed(articles[holders].astype(np.uint64)))
    found: Mask = np.isin(mixed(hashes[blocks] ^ mixed(others.astype(np.uint64))), present)
    return found


def _likely(prints: Fingerprints, articles: I64, found: Duplicates, least: float) -> DuplicateArticles:
    """Return the articles, each with an earlier article that keeps at least this share of its words.

    They are in order, and an article may occur with several keepers.
    """
    starts = np.flatnonzero(np.diff(articles, prepend=-1))
    if not len(starts):
        return NO_ARTICLES
    totals = np.add.reduceat(prints.word_counts, starts, dtype=np.int64)
    copy, keeper = (np.searchsorted(starts, places, "right") - 1 for places in (found.index, found.keeper))
    both, which = np.unique(copy * len(starts) + keeper, return_inverse=True)
    index, of = np.divmod(both, len(starts))
    ratios = np.bincount(which, prints.word_counts[found.index], len(both)) / totals[index]
    likely = (ratios >= least) & (index != of)
    return DuplicateArticles(articles[starts[index[likely]]], articles[starts[of[likely]]], ratios[likely])


def _copied_ratios(prints: Fingerprints, articles: I64, found: Duplicates, pairs: DuplicateArticles) -> F64:
    """Return the ratio of the words of each article that are copies of its keeper's."""
    keepers = np.full(len(articles), -1)
    keepers[found.index] = articles[found.keeper]
    starts, sizes = blocks_of(articles, pairs.index)
    ratios = [np.zeros(0)]
    for turn in turns(sizes, _BLOCKS_AT_ONCE):
        blocks, count = ranges(starts[turn], sizes[turn]), len(sizes[turn])
        words, owners = prints.word_counts[blocks], np.repeat(np.arange(count), sizes[turn])
        others = pairs.keeper[turn][owners]
        is_copy = keepers[blocks] == others
        rest = np.flatnonzero(~is_copy)
        is_copy[rest] = are_in(prints, articles, blocks[rest], others[rest])
        ratios.append(np.bincount(owners[is_copy], words[is_copy], count) / np.bincount(owners, words))
    return np.concatenate(ratios)


def _are_versions(prints: Fingerprints, articles: I64, is_kept: Mask, pairs: DuplicateArticles) -> Mask:
    """Mark the articles with a block that states other facts than a similar block of their keeper, and has own words.

    Only blocks that share a band key count, because only these are read from an index.
    """
    is_version = np.zeros(len(pairs.index), np.bool_)
    comparable = is_kept & (prints.shingle_counts > 0)
    left = np.flatnonzero(np.isin(pairs.index, articles[comparable]))
    own_sizes, their_sizes = (blocks_of(articles, some[left])[1] for some in (pairs.index, pairs.keeper))
    for turn in turns(own_sizes + their_sizes, _BLOCKS_AT_ONCE):
        some = pairs.some(left[turn])
        own, owners = _blocks_among(articles, some.index, comparable)
        theirs, holders = _blocks_among(articles, some.keeper, comparable)
        number, earlier = _sharing_keys(prints, (own, owners), (theirs, holders))
        are_versions = _state_other_facts(prints, earlier, own[number])
        is_version[left[turn][owners[number[are_versions]]]] = True
    return is_version


def _blocks_among(articles: I64, some: I64, chosen: Mask) -> tuple[I64, I64]:
    """Return the chosen blocks of some articles, each with the place of its article among these."""
    starts, sizes = blocks_of(articles, some)
    blocks, owners = ranges(starts, sizes), np.repeat(np.arange(len(some)), sizes)
    return blocks[chosen[blocks]], owners[chosen[blocks]]


def _sharing_keys(prints: Fingerprints, own: tuple[I64, I64], theirs: tuple[I64, I64]) -> tuple[I64, I64]:
    """Return for each of the own blocks the first blocks of the same number among theirs that share a band key."""
    found = [np.zeros((2, 0), np.int64)]
    for keys in prints.band_keys:
        one, other = (numbers.astype(np.uint64) << np.uint64(32) | keys[blocks] for blocks, numbers in (own, theirs))
        order = np.argsort(other, kind="stable")
        places = np.minimum(np.searchsorted(other[order], one), max(len(other) - 1, 0))
        same = np.flatnonzero(other[order][places] == one) if len(other) else places[:0]
        found.append(np.stack([same, theirs[0][order[places[same]]]]))
    number, blocks = np.unique(np.concatenate(found, axis=1), axis=1)
    return number, blocks


def _state_other_facts(prints: Fingerprints, earlier: I64, later: I64) -> I64:
    """Return the places of the similar pairs with different facts, of which the later block has words of its own."""
    common = common_shingles(ragged(prints.shingles, prints.shingle_counts), earlier, later)
    both = prints.shingle_counts[earlier].astype(np.int64) + prints.shingle_counts[later]
    similar = np.flatnonzero(common >= MIN_VERSION * (both - common))
    earlier, later = earlier[similar], later[similar]
    states_other = differing_terms(ragged(prints.terms, prints.term_counts), earlier, later)
    states_other |= prints.figures_hashes[earlier] != prints.figures_hashes[later]
    own_words, _ = residues(ragged(prints.tokens, prints.word_counts), later, earlier)
    return similar[states_other & (own_words > 0)]
