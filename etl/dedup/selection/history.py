"""Select duplicates of this run among blocks of prior runs and its own, and collect data for later runs.

Blocks are first selected among all articles, which decides which articles are dropped whole.  Then blocks are selected
again among the articles that remain, because a block of a dropped article cannot be a keeper. (If an article remained
because a later one has a block of it, today's drops would depend on later runs, and ten runs of a tenth each could not
drop what one run drops.) So a block is kept in none, one or both of two selections, and an index records in which.
"""

import numpy as np
from msgspec import Struct, structs

from etl.array_types import F64, I64, U8, U32, U64, Mask
from etl.dedup.arrays import mixed
from etl.dedup.fingerprint import Fingerprints
from etl.dedup.pairs.buckets import IN_MEMORY, Resources
from etl.dedup.selection.articles import NO_ARTICLES, DuplicateArticles, duplicate_articles
from etl.dedup.selection.duplicates import Duplicates, duplicates, kept_first
from etl.dedup.settings import DedupSettings

# The selections in which a block is kept, one bit each.
ALL_ARTICLES, REMAINING, BOTH = 1, 2, 3

_UPPER = np.uint32(12)


class KnownNearDuplicates(Struct, frozen=True, gc=False):
    """Texts (by their 128-bit hash, 2 x texts) that were dropped as near-duplicates, with keeper and similarity.

    An exact copy of such a text has the same keeper: it is not compared again.
    """

    text_hashes: U64
    keeper: I64
    similarity: F64


NONE_KNOWN = KnownNearDuplicates(np.zeros((2, 0), np.uint64), np.zeros(0, np.int64), np.zeros(0))


class History(Struct, frozen=True, gc=False):
    """Data of prior runs about blocks.  Blocks of prior runs come before those of this run.

    `prior_blocks` is their number.  `kept_in` are the selections of each block (both for blocks of this run), and
    `removed` the articles that were dropped whole.  `known` has, for each selection, the blocks of this run whose text
    was dropped before.
    """

    prior_blocks: int
    kept_in: U8
    removed: frozenset[int]
    known: tuple[Duplicates, Duplicates]


class Blocks(Struct, frozen=True, gc=False):
    """The blocks to select among: fingerprints, the article of each block, and the history."""

    prints: Fingerprints
    articles: I64
    history: History


class Selected(Struct, frozen=True, gc=False):
    """The duplicates among all blocks, the articles to drop whole, and the duplicates among the blocks that remain."""

    among_all: Duplicates
    articles: DuplicateArticles
    blocks: Duplicates


class Retained(Struct, frozen=True, gc=False):
    """What later runs must know of blocks: the selections in which each is kept (none, if it is too short to keep
    another), whether its article was dropped whole, and for selections the texts dropped as near copies for the first
    time.
    """

    kept_in: U8
    removed: Mask
    known: tuple[tuple[int, KnownNearDuplicates], ...]


def no_history(blocks: int) -> History:
    """Return the history of a first run."""
    none = Duplicates(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return History(0, np.full(blocks, BOTH, np.uint8), frozenset(), (none, none))


def select(blocks: Blocks, settings: DedupSettings, resources: Resources = IN_MEMORY) -> Selected:
    """Return the duplicates among blocks, and the duplicate articles, if articles can be dropped whole."""
    if (settings.scope, settings.unit) == ("run", "article"):
        return _select_articles(blocks, settings, resources)
    found = _among(blocks, settings, resources, blocks.history.kept_in & ALL_ARTICLES == 0, blocks.history.known[0])
    return Selected(found, NO_ARTICLES, found)


def retained(blocks: Blocks, selected: Selected) -> Retained:
    """Return the data for later runs."""
    known, prints = blocks.history.known, blocks.prints
    removed = np.isin(blocks.articles, selected.articles.index)
    among_all, remaining = np.ones(len(removed), np.bool_), ~removed
    among_all[selected.among_all.index] = False
    remaining[selected.blocks.index] = False
    kept_in = (among_all * ALL_ARTICLES | remaining * REMAINING).astype(np.uint8)
    kept_in[prints.shingle_counts == 0] = 0
    one, other = _newly_known(prints, selected.among_all, known[0]), _newly_known(prints, selected.blocks, known[1])
    apart = (ALL_ARTICLES, one), (REMAINING, other)
    return Retained(kept_in, removed, ((BOTH, one),) if _are_equal(one, other) else apart)


def look_up_known(prints: Fingerprints, known: KnownNearDuplicates, start: int) -> Duplicates:
    """Return the blocks from `start` on whose text was dropped before as a near-duplicate."""
    order = np.argsort(known.text_hashes[0], kind="stable")
    hashes = known.text_hashes[:, order]
    blocks = np.arange(start, prints.text_hashes.shape[1])
    places = np.searchsorted(hashes[0], prints.text_hashes[0, blocks])
    blocks, places = blocks[places < len(order)], places[places < len(order)]
    same = (prints.text_hashes[:, blocks] == hashes[:, places]).all(axis=0) & (prints.shingle_counts[blocks] > 0)
    chosen = order[places[same]]
    return Duplicates(blocks[same], known.keeper[chosen], known.similarity[chosen])


class BandQuery:
    """The sorted keys of this run's blocks in a band, and marks of their upper bits, which exclude most other keys."""

    def __init__(self, keys: U32) -> None:
        self.keys = np.unique(keys)
        self.marks = np.zeros(1 << 32 - int(_UPPER), np.bool_)
        self.marks[self.keys >> _UPPER] = True

    def matches(self, keys: U32) -> Mask:
        """Mark the keys that a block of this run has."""
        found: Mask = self.marks[keys >> _UPPER]
        likely = keys[found]
        places = np.minimum(np.searchsorted(self.keys, likely), len(self.keys) - 1)
        found[found] = self.keys[places] == likely
        return found


def _select_articles(blocks: Blocks, settings: DedupSettings, resources: Resources) -> Selected:
    history = blocks.history
    among_all = _among(blocks, settings, resources, history.kept_in & ALL_ARTICLES == 0, history.known[0])
    is_kept = history.kept_in & ALL_ARTICLES > 0
    is_kept[among_all.index] = False
    whole = duplicate_articles(
        blocks.prints,
        blocks.articles,
        among_all,
        settings,
        kept_first(blocks.prints, blocks.articles, settings, history.prior_blocks),
        history.removed,
        is_kept,
    )
    removed = np.isin(blocks.articles, whole.index)
    if not _differs(blocks, among_all, removed):
        return Selected(among_all, whole, among_all.some(~removed[among_all.index]))
    known = history.known[1]
    out = removed | (history.kept_in & REMAINING == 0)
    remaining = _among(blocks, settings, resources, out, known.some(~removed[known.index]))
    return Selected(among_all, whole, remaining)


def _among(blocks: Blocks, settings: DedupSettings, resources: Resources, out: Mask, known: Duplicates) -> Duplicates:
    """Return the duplicates among all blocks except those left out.

    Blocks whose text was dropped before are dropped again.
    """
    out = out.copy()
    out[known.index] = True
    order = kept_first(blocks.prints, blocks.articles, settings, blocks.history.prior_blocks)
    prints = _left_out(blocks.prints, out) if out.any() else blocks.prints
    return _merged(duplicates(prints, blocks.articles, settings, resources, order), known)


def _left_out(prints: Fingerprints, out: Mask) -> Fingerprints:
    """Return fingerprints in which these blocks have unique hashes of text and figures, so that none matches them."""
    own = mixed(np.arange(1, len(out) + 1, dtype=np.uint64))
    hashes, figures = np.where(out, own, prints.text_hashes), np.where(out, own, prints.figures_hashes)
    return structs.replace(prints, text_hashes=hashes, figures_hashes=figures)


def _differs(blocks: Blocks, among_all: Duplicates, removed: Mask) -> bool:
    """Return true if a selection among the remaining articles may differ from the selection among all articles.

    It may differ if a remaining block is a duplicate of a dropped block or has its text, also in a prior run.
    """
    history, hashes = blocks.history, blocks.prints.text_hashes[0]
    if (history.kept_in != BOTH).any() or not _are_equal(*history.known):
        return True
    remain = among_all.some(~removed[among_all.index])
    return bool((removed[remain.keeper] | np.isin(hashes[remain.index], hashes[removed])).any())


def _newly_known(prints: Fingerprints, found: Duplicates, known: Duplicates) -> KnownNearDuplicates:
    hashes = prints.text_hashes[0]
    is_near = (hashes[found.index] != hashes[found.keeper]) & (prints.shingle_counts[found.index] > 0)
    near = found.some(is_near & ~np.isin(found.index, known.index))
    _, first = np.unique(hashes[near.index], return_index=True)
    return KnownNearDuplicates(prints.text_hashes[:, near.index[first]], near.keeper[first], near.similarity[first])


def _merged(one: Duplicates, other: Duplicates) -> Duplicates:
    index = np.concatenate([one.index, other.index])
    keeper, similarity = np.append(one.keeper, other.keeper), np.append(one.similarity, other.similarity)
    return Duplicates(index, keeper, similarity).some(np.argsort(index))


def _are_equal(one: Struct, other: Struct) -> bool:
    return all(map(np.array_equal, structs.astuple(one), structs.astuple(other)))
