"""Mark similar pairs that state different facts: each block has terms of its own in the same place.

Also marked are pairs of which one says more about a figure, or the later one says more about somebody, which would be
lost.
"""

import numpy as np
from msgspec import Struct

from etl.array_types import I64, U32, U64, Mask
from etl.dedup.arrays import Ragged, ranges, turns
from etl.dedup.fingerprint.terms import CAPITAL, DIGITS, contraries, is_near, phrases

# The most terms of a phrase: "soybean meal" for "corn", "in the domestic steel industry" for "among domestic steel
# producers".
MAX_PHRASE = 3
# The number of terms behind a figure that say what it counts: "16 mln Canadian dlrs" is not "16 mln dlrs".
TERMS_OF_A_FIGURE = 2
# The fewest terms of an added statement: "The bond is guaranteed by Hertz Corp", if all other words fit any bond.
MIN_STATEMENT = 3
# The fewest terms of an edited story: "the ageing vessel" for "the old vessel" is an edit if all other words of eighty
# are the same.  With fewer terms (two of three words are terms), the texts may be a form: "stocks of corn", "stocks of
# soybeans".
MIN_TERMS_OF_AN_EDITED_STORY = 50

# Packed to be sorted: pair, term without case, which of the two blocks has it, whether with a capital, its place there,
# whether it is behind a figure.
_PAIR, _TERM, _SIDE, _CAPITAL, _PLACE = (np.uint64(shift) for shift in (49, 18, 17, 16, 1))
CASELESS = np.uint32((1 << CAPITAL) - 1)
_ONE, _CASELESS, _PLACES = np.uint64(1), np.uint64(CASELESS), np.uint64(0x7FFF)
# Limits of memory, and of pairs to 15 bits: terms of the pairs that are compared at a time, and comparisons of terms.
_TERMS_AT_ONCE, _TERMS_A_PAIR = 1 << 18, 1 << 4
_COMPARISONS_AT_ONCE = 1 << 18


class Lone(Struct, frozen=True, gc=False):
    """Lone terms, which one of two blocks has more often, in order: their block, and their places among its terms.

    2k is the earlier block of pair k, 2k + 1 the later.  `counted` marks the terms close behind a figure.
    """

    owners: I64
    places: I64
    terms: U32
    counted: Mask

    @property
    def pairs(self) -> I64:
        """The pair of each."""
        return self.owners // 2

    def some(self, chosen: Mask) -> "Lone":
        """Return some of them."""
        return Lone(self.owners[chosen], self.places[chosen], self.terms[chosen], self.counted[chosen])


def differing_facts(terms: Ragged, earlier: I64, later: I64) -> Mask:
    """Mark the pairs whose lone terms (which one block has more often) make two stories.

    Terms that are the other's misspelt or cut short aside, they do if each block has such and both have names among
    them, or these are one term each, or as many in the same places, or one phrase for another at the same place; but
    one plain word for another in a long story is an edit.  Or if all that differs is more in one of the two: a
    statement with a name in it, if it is the later; a term close behind a figure ("mln Canadian dlrs"); a term next to
    one that is near ("soybean meal" for "soybeans").  Or if the terms are the same, and names change places ("Denton
    beat Tarn").  Else one story was edited, here and there.
    """
    weights = np.maximum(terms.lengths(earlier) + terms.lengths(later), _TERMS_A_PAIR)
    marked = [_differing(terms, earlier[turn], later[turn]) for turn in turns(weights, _TERMS_AT_ONCE)]
    return np.concatenate([np.zeros(0, np.bool_), *marked])


def _differing(terms: Ragged, earlier: I64, later: I64) -> Mask:
    found = _lone(terms, earlier, later)
    nears = _nears(found)
    lone = found.some(~nears)
    counts = np.bincount(lone.owners, minlength=2 * len(earlier)).reshape(-1, 2)
    each_has = counts.min(axis=1) > 0
    is_long = np.minimum(terms.lengths(earlier), terms.lengths(later)) >= MIN_TERMS_OF_AN_EDITED_STORY
    exchanged = _are_exchanged(lone, counts)
    few = np.flatnonzero(each_has & ~exchanged & (counts.max(axis=1) <= MAX_PHRASE))
    exchanged[few] = _differ_in_a_phrase(terms, earlier[few], later[few])
    marked: Mask = each_has & exchanged & ~(is_long & _are_edits(found, counts))
    narrowing = found.some(~nears & (found.counted | _beside_nears(found, nears)))
    marked[narrowing.pairs] |= ~each_has[narrowing.pairs]
    marked[_stating(lone.some((counts[:, 0] == 0)[lone.pairs]))] = True
    same = np.flatnonzero(np.bincount(found.pairs, minlength=len(earlier)) == 0)
    marked[same] = _are_turned(terms, earlier[same], later[same])
    return marked


def _are_turned(terms: Ragged, earlier: I64, later: I64) -> Mask:
    """Mark the pairs with the same terms in which only names have changed places."""
    owners = np.repeat(np.arange(len(earlier)), terms.lengths(earlier))
    one, other = terms.of(earlier), terms.of(later)
    moved = (one ^ other) & CASELESS != 0
    names = np.bincount(owners[moved & ((one & other) >> CAPITAL > 0)], minlength=len(earlier))
    turned: Mask = (names > 0) & (names == np.bincount(owners[moved], minlength=len(earlier)))
    return turned


def _are_exchanged(lone: Lone, counts: I64) -> Mask:
    """Mark the pairs in which both blocks have a lone name, one lone term, words in the same blanks, or one phrase."""
    names = np.bincount(lone.owners[lone.terms >> CAPITAL > 0], minlength=counts.size).reshape(-1, 2)
    most = counts.max(axis=1)
    exchanged: Mask = (most == 1) | (names.min(axis=1) > 0) | _are_filled_in(lone, counts)
    few = (counts.min(axis=1) > 0) & (most <= MAX_PHRASE)
    exchanged[few] |= _are_phrases(lone.some(few[lone.pairs]))
    return exchanged


def _are_edits(found: Lone, counts: I64) -> Mask:
    """Mark the pairs that differ in one plain word: not a name, not in CONTRARIES, not behind a figure."""
    is_fact = (found.terms >> CAPITAL > 0) | found.counted | np.isin(found.terms & CASELESS, contraries())
    facts = np.bincount(found.pairs[is_fact], minlength=len(counts))
    edits: Mask = (counts == 1).all(axis=1) & (facts == 0)
    return edits


def _lone(terms: Ragged, earlier: I64, later: I64) -> Lone:
    """Find the terms that one of two blocks has more often, ignoring case, because a copy may be in capitals.

    "More often" includes "of lead" for "of zinc" in a report on both metals.  A name has a capital at each place.
    """
    packed = _packed(terms, earlier, later)
    starts = np.flatnonzero(np.append(True, packed[1:] >> _TERM != packed[:-1] >> _TERM)[: len(packed)])
    counts = np.diff(starts, append=len(packed))
    of_later = np.add.reduceat(packed >> _SIDE & _ONE, starts).astype(np.int64) if len(starts) else starts
    capitals = np.add.reduceat(packed >> _CAPITAL & _ONE, starts).astype(np.int64) if len(starts) else starts
    of_earlier = counts - of_later
    more = of_later > of_earlier
    lone = of_later != of_earlier
    # The occurrences of a term are in order: the first one without a partner in the other block is the lone term.
    unpaired = packed[starts + np.where(more, 2 * of_earlier, of_later)][lone]
    owners = 2 * (unpaired >> _PAIR).astype(np.int64) + more[lone]
    places = (unpaired >> _PLACE & _PLACES).astype(np.int64)
    values = (unpaired >> _TERM & _CASELESS).astype(np.uint32) | (capitals == counts)[lone].astype(np.uint32) << CAPITAL
    order = np.lexsort((places, owners))
    return Lone(owners[order], places[order], values[order], (unpaired & _ONE > 0)[order])


def _packed(terms: Ragged, earlier: I64, later: I64) -> U64:
    both = np.concatenate([earlier, later])
    sizes = terms.lengths(both)
    pair = np.tile(np.arange(len(earlier), dtype=np.uint64), 2)
    side = np.repeat(np.arange(2, dtype=np.uint64), len(earlier))
    values = terms.of(both)
    places = ranges(np.zeros_like(sizes), sizes)
    packed: U64 = np.repeat(pair << _PAIR | side << _SIDE, sizes)
    packed |= np.minimum(places, int(_PLACES)).astype(np.uint64) << _PLACE
    packed |= _are_counted(values, places).astype(np.uint64)
    wide = values.astype(np.uint64)
    packed |= (wide & _CASELESS) << _TERM | wide >> np.uint64(CAPITAL) << _CAPITAL
    packed.sort()
    return packed


def _are_counted(values: U32, places: I64) -> Mask:
    """Mark the terms directly behind a figure, or with one term between."""
    counted = np.zeros(len(values), np.bool_)
    for back in range(1, TERMS_OF_A_FIGURE + 1):
        counted[back:] |= (values[:-back] == DIGITS) & (places[back:] >= back)
    return counted


def _nears(lone: Lone) -> Mask:
    """Mark the terms that are near a term of the other block."""
    nears = np.zeros(len(lone.terms), np.bool_)
    own = np.flatnonzero(lone.owners % 2 == 0)
    starts, ends = (np.searchsorted(lone.owners, lone.owners[own] + 1, side) for side in ("left", "right"))
    counts = ends - starts
    for turn in turns(counts, _COMPARISONS_AT_ONCE):
        left, right = np.repeat(own[turn], counts[turn]), ranges(starts[turn], counts[turn])
        near = is_near(lone.terms[left], lone.terms[right])
        nears[left[near]] = nears[right[near]] = True
    return nears


def _beside_nears(lone: Lone, nears: Mask) -> Mask:
    """Mark the lone terms next to a near term: "meal" in "soybean meal", for "soybeans" in the other block."""
    in_a_row = (np.diff(lone.owners) == 0) & (np.diff(lone.places) == 1)
    beside = np.zeros(len(nears), np.bool_)
    beside[1:] |= in_a_row & nears[:-1]
    beside[:-1] |= in_a_row & nears[1:]
    return beside


def _are_filled_in(lone: Lone, counts: I64) -> Mask:
    """Mark the pairs whose lone terms are in the same places, as in a form: "corn rose", "soybeans fell"."""
    filled: Mask = (counts[:, 0] == counts[:, 1]) & (counts[:, 0] > 0)
    own = lone.places[filled[lone.pairs] & (lone.owners % 2 == 0)]
    others = lone.places[filled[lone.pairs] & (lone.owners % 2 == 1)]
    moved = np.repeat(np.flatnonzero(filled), counts[filled, 0])[own != others]
    filled[moved] = False
    return filled


def _are_phrases(lone: Lone) -> Mask:
    """Return for pairs in which both blocks have lone terms whether these are one phrase at the same place."""
    starts = np.flatnonzero(np.diff(lone.owners, prepend=-1))
    counts = np.diff(starts, append=len(lone.owners))
    if not len(starts):
        return np.zeros(0, np.bool_)
    first, last = lone.places[starts], lone.places[starts + counts - 1]
    in_a_row = last - first < counts
    joined = phrases(lone.terms, starts)
    at_one_place = np.abs(first[::2] - first[1::2]) <= 1
    are: Mask = at_one_place & in_a_row[::2] & in_a_row[1::2] & ~is_near(joined[::2], joined[1::2])
    return are


def _differ_in_a_phrase(terms: Ragged, earlier: I64, later: I64) -> Mask:
    """Mark the pairs that begin and end alike, with a phrase for another between.

    Lone terms do not show it if one of them stands in the rest, too, as letters of Thai and Japanese do.
    """
    sizes = [terms.lengths(some) for some in (earlier, later)]
    values = [terms.of(some) & CASELESS for some in (earlier, later)]
    starts = [np.cumsum(some) - some for some in sizes]
    least = np.minimum(*sizes)
    if not least.sum():
        return np.zeros(len(earlier), np.bool_)
    from_start = [ranges(some, least) for some in starts]
    from_end = [ranges(some + size - least, least) for some, size in zip(starts, sizes, strict=True)]
    edges, places = np.cumsum(least) - least, ranges(np.zeros_like(least), least)
    rest = np.repeat(least, least)
    differs, differs_back = (values[0][one] != values[1][other] for one, other in (from_start, from_end))
    alike = np.minimum.reduceat(np.where(differs, places, rest), edges)
    alike_back = np.minimum.reduceat(np.where(differs_back, rest - 1 - places, rest), edges)
    alike_back = np.minimum(alike_back, least - alike)
    lengths = [size - alike - alike_back for size in sizes]
    chosen = np.flatnonzero((np.minimum(*lengths) > 0) & (np.maximum(*lengths) <= MAX_PHRASE))
    are = np.zeros(len(earlier), np.bool_)
    if len(chosen):
        middles = [ranges((start + alike)[chosen], size[chosen]) for start, size in zip(starts, lengths, strict=True)]
        one, other = (
            phrases(some[places], np.cumsum(size[chosen]) - size[chosen])
            for some, places, size in zip(values, middles, lengths, strict=True)
        )
        are[chosen] = ~is_near(one, other)
    return are


def _stating(lone: Lone) -> I64:
    """Return the pairs with a run of lone terms that contains a name, but does not begin with one.

    "(Reporting by Ann Lee)", "Click here to subscribe.  Reuters" and "told Die Zeit" state no facts.
    """
    starts = np.flatnonzero((np.diff(lone.owners, prepend=-1) != 0) | (np.diff(lone.places, prepend=-1) != 1))
    if not len(starts):
        return starts
    is_name = lone.terms >> CAPITAL > 0
    states = ~is_name[starts] & np.logical_or.reduceat(is_name, starts)
    long = np.diff(starts, append=len(lone.owners)) >= MIN_STATEMENT
    stating: I64 = lone.pairs[starts[states & long]]
    return stating
