"""Blocks of earlier runs beside those of today: what of today is a copy, and what later runs must know of it.

Blocks are selected among all, and by that articles go whole; then again among the articles that stay, for a block that
went with its article keeps nobody.  (Were an article to stay because a later one has a block of it, what goes today
would hang on tomorrow, and ten runs of a tenth each could not drop what one run drops.)  So a block is kept in none,
one or both of two selections, and an index says in which.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from etl.dedup.articles import SameArticle, same_articles
from etl.dedup.bucket import Room
from etl.dedup.facts import Mask
from etl.dedup.prints import Fingerprints, Likeness
from etl.dedup.select import Duplicates, duplicates
from etl.dedup.words import I64, U32, U64, mixed

U8 = NDArray[np.uint8]

# The selections in which a block is kept, one bit each.
AMONG_ALL, AMONG_STAYING, IN_BOTH = 1, 2, 3

_UPPER = np.uint32(12)


class Echoes(Struct, frozen=True, gc=False):
    """Texts (by their 128-bit hash, 2 x echoes) that went as near copies, of which block, and how like it they were.

    An exact copy of such a text goes where it went: it is not compared again.
    """

    whole: U64
    keeper: I64
    likeness: NDArray[np.float64]


NO_ECHOES = Echoes(np.zeros((2, 0), np.uint64), np.zeros(0, np.int64), np.zeros(0))


class Seen(Struct, frozen=True, gc=False):
    """What earlier runs say of blocks.  Theirs stand before today's, in the order in which they were read.

    `keeps` has the selections that each block takes part in (today's in both), `gone` the articles that went whole, and
    `echoes`, for each selection, the blocks of today whose text went before.
    """

    keeps: U8
    gone: frozenset[int]
    echoes: tuple[Duplicates, Duplicates]


class Blocks(Struct, frozen=True, gc=False):
    """The blocks to select among: their fingerprints, the article of each, and what earlier runs say of them."""

    prints: Fingerprints
    articles: I64
    seen: Seen


class Selected(Struct, frozen=True, gc=False):
    """The duplicates among all blocks, the articles that go whole, and the duplicates among the blocks that stay."""

    among_all: Duplicates
    articles: tuple[SameArticle, ...]
    blocks: Duplicates


class Kept(Struct, frozen=True, gc=False):
    """What later runs must know of blocks: the selections in which each is kept (none, if it is too short to keep
    another), whether its article went whole, and for selections the texts that went as near copies for the first time.
    """

    keeps: U8
    gone: Mask
    echoes: tuple[tuple[int, Echoes], ...]


def nothing_seen(blocks: int) -> Seen:
    """Say that no run went before."""
    return Seen(np.full(blocks, IN_BOTH, np.uint8), frozenset(), (_none(), _none()))


def select_blocks(blocks: Blocks, likeness: Likeness, room: Room) -> Selected:
    """Find the duplicates where each block stands for itself, and no article goes whole."""
    found = _among(blocks, likeness, room, blocks.seen.keeps & AMONG_ALL == 0, blocks.seen.echoes[0])
    return Selected(found, (), found)


def select_articles(blocks: Blocks, likeness: Likeness, room: Room) -> Selected:
    """Find the articles that go whole, and the duplicates among the blocks of those that stay."""
    among_all = select_blocks(blocks, likeness, room).among_all
    whole = same_articles(blocks.prints, blocks.articles, among_all, likeness, blocks.seen.gone)
    gone = _gone(blocks.articles, whole)
    if not _differs(blocks, among_all, gone):
        return Selected(among_all, whole, _some(among_all, ~gone[among_all.index]))
    echoes = blocks.seen.echoes[1]
    out = gone | (blocks.seen.keeps & AMONG_STAYING == 0)
    return Selected(among_all, whole, _among(blocks, likeness, room, out, _some(echoes, ~gone[echoes.index])))


def kept(blocks: Blocks, selected: Selected) -> Kept:
    """Say what later runs must know."""
    known, prints = blocks.seen.echoes, blocks.prints
    gone = _gone(blocks.articles, selected.articles)
    among_all, staying = np.ones(len(gone), np.bool_), ~gone
    among_all[selected.among_all.index] = False
    staying[selected.blocks.index] = False
    keeps = (among_all * AMONG_ALL | staying * AMONG_STAYING).astype(np.uint8)
    keeps[prints.sizes == 0] = 0
    one, other = _echoes(prints, selected.among_all, known[0]), _echoes(prints, selected.blocks, known[1])
    apart = (AMONG_ALL, one), (AMONG_STAYING, other)
    return Kept(keeps, gone, ((IN_BOTH, one),) if _are_equal(one, other) else apart)


def echoed(prints: Fingerprints, table: Echoes, start: int) -> Duplicates:
    """Find the blocks from `start` on whose text went before as a near copy."""
    order = np.argsort(table.whole[0], kind="stable")
    whole = table.whole[:, order]
    blocks = np.arange(start, prints.whole.shape[1])
    places = np.searchsorted(whole[0], prints.whole[0, blocks])
    blocks, places = blocks[places < len(order)], places[places < len(order)]
    same = (prints.whole[:, blocks] == whole[:, places]).all(axis=0) & (prints.sizes[blocks] > 0)
    chosen = order[places[same]]
    return Duplicates(blocks[same], table.keeper[chosen], table.likeness[chosen])


class BandOfToday:
    """The keys that blocks of today have in a band, sorted; and marks of their upper bits, to pass over others."""

    def __init__(self, keys: U32) -> None:
        self.keys = np.unique(keys)
        self.marks = np.zeros(1 << 32 - int(_UPPER), np.bool_)
        self.marks[self.keys >> _UPPER] = True

    def holds(self, keys: U32) -> Mask:
        """Tell of each key whether a block of today has it."""
        held: Mask = self.marks[keys >> _UPPER]
        likely = keys[held]
        places = np.minimum(np.searchsorted(self.keys, likely), len(self.keys) - 1)
        held[held] = self.keys[places] == likely
        return held


def _among(blocks: Blocks, likeness: Likeness, room: Room, out: Mask, echoes: Duplicates) -> Duplicates:
    """Find the duplicates among all blocks but those that are left out; those whose text went before go again."""
    out = out.copy()
    out[echoes.index] = True
    if not out.any():
        return duplicates(blocks.prints, blocks.articles, likeness, room)
    # Where facts do not count, none are stated: nothing is apart but what is left out.
    apart = structs.replace(likeness, numbers="same")
    return _merged(duplicates(_left_out(blocks.prints, out), blocks.articles, apart, room), echoes)


def _left_out(prints: Fingerprints, out: Mask) -> Fingerprints:
    """Give these blocks a text and figures of their own, so that they are like no other."""
    own = mixed(np.arange(1, len(out) + 1, dtype=np.uint64))
    whole, numbers = np.where(out, own, prints.whole), np.where(out, own, prints.numbers)
    return structs.replace(prints, whole=whole, numbers=numbers)


def _differs(blocks: Blocks, among_all: Duplicates, gone: Mask) -> bool:
    """Tell whether selecting among the articles that stay may give them other duplicates than selecting among all.

    It may where a block that stays is a copy of one that went, or of the same text; or did, in an earlier run.
    """
    seen, whole = blocks.seen, blocks.prints.whole[0]
    if (seen.keeps != IN_BOTH).any() or not _are_equal(*seen.echoes):
        return True
    stays = _some(among_all, ~gone[among_all.index])
    return bool((gone[stays.keeper] | np.isin(whole[stays.index], whole[gone])).any())


def _gone(articles: I64, whole: Sequence[SameArticle]) -> Mask:
    return np.isin(articles, [same.article for same in whole])


def _echoes(prints: Fingerprints, found: Duplicates, known: Duplicates) -> Echoes:
    whole = prints.whole[0]
    is_near = (whole[found.index] != whole[found.keeper]) & (prints.sizes[found.index] > 0)
    near = _some(found, is_near & ~np.isin(found.index, known.index))
    _, first = np.unique(whole[near.index], return_index=True)
    return Echoes(prints.whole[:, near.index[first]], near.keeper[first], near.likeness[first])


def _some(found: Duplicates, places: Mask | I64) -> Duplicates:
    return Duplicates(found.index[places], found.keeper[places], found.likeness[places])


def _merged(one: Duplicates, other: Duplicates) -> Duplicates:
    index = np.concatenate([one.index, other.index])
    keeper, likeness = np.append(one.keeper, other.keeper), np.append(one.likeness, other.likeness)
    return _some(Duplicates(index, keeper, likeness), np.argsort(index))


def _are_equal(one: Struct, other: Struct) -> bool:
    return all(map(np.array_equal, structs.astuple(one), structs.astuple(other)))


def _none() -> Duplicates:
    return Duplicates(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
