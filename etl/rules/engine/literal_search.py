"""Literal search: find the literals of all rules in all texts of a batch, in one pass.

In the searched bytes, line breaks separate the texts, and no text has one.  A literal that must begin or end a text is
searched together with this break, so that it is not found within texts: "di" begins a byline, but is in half of all
blocks.

The automaton has only the keys of literals: their first bytes.  Where a key is found, the rest of the literal is
compared.  Few keys occur without their literal, and this automaton is built in a quarter of the time, and is faster.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate

import ahocorasick_rs
import msgspec
from msgspec import Raw, Struct

from etl.fold import shape
from etl.rules.regexes.literals import ANYWHERE, Place
from etl.rules.regexes.syntax import UNBOUNDED

# A set of rules as the bits of a number, by their ranks (places in a sequence).  Most of these sets are empty, and an
# intersection is one `&`.
RuleSet = int
NO_RULES: RuleSet = 0

_Entry = tuple[bytes, RuleSet, int, int, tuple[int, int, int, int] | None, int]
"""A literal: text after its key, rule, least and greatest length of the block, bounds of the place, rank if located."""

_BREAK = "\n"

# Bytes.  A text has a match for each third character, which takes 150 bytes.
WINDOW_BYTES = 512 << 10
# Bytes of a key.  With 8, a tenth more keys are found without their literal; with 16, building the automaton takes half
# as long again.
KEY_BYTES = 12

_DIGITS_ALIKE = bytes(ord("0") if chr(byte).isdigit() and byte < 128 else byte for byte in range(256))


def only(rank: int) -> RuleSet:
    """Return the set of one rule."""
    return 1 << rank


def ranks_of(rules: RuleSet) -> Iterator[int]:
    """Yield the ranks of a set, in order.

    >>> list(ranks_of(only(3) | only(0)))
    [0, 3]
    """
    while rules:
        lowest = rules & -rules
        yield lowest.bit_length() - 1
        rules ^= lowest


class LiteralTrigger(Struct, frozen=True, gc=False, array_like=True):
    """A rule that may match a block if a literal is in the block, at this place, and the block has so many characters.

    The rule is given by its place in a sequence.  If `is_located`, the rule needs the places of its literals in the
    block.
    """

    rule: int
    place: Place = ANYWHERE
    min_chars: int = 0
    max_chars: int = UNBOUNDED
    is_located: bool = False


class LiteralGroup(Struct, frozen=True, array_like=True):
    """Keys of literals that trigger the same rules.

    Each key has the greatest length of a block for which one of its literals triggers a rule, and the literals, each
    with its text after the key and its triggers.  They are decoded when a text first has the key: most keys are never
    found.
    """

    rules: tuple[int, ...]
    keys: tuple[bytes, ...]
    longest: tuple[int, ...]
    literals: tuple[Raw, ...]


def literal_groups(triggers: Iterable[tuple[str, LiteralTrigger]]) -> tuple[LiteralGroup, ...]:
    """Return the groups of literals, which are given with their triggers."""
    by_key: defaultdict[bytes, list[tuple[bytes, LiteralTrigger]]] = defaultdict(list)
    for literal, one in triggers:
        if _BREAK not in literal:  # else no block can have it
            opening, ending = "" if one.place.max_before else _BREAK, "" if one.place.max_after else _BREAK
            searched = _encoded(f"{opening}{literal}{ending}")
            by_key[searched[:KEY_BYTES]].append((searched[KEY_BYTES:], one))
    by_rules: defaultdict[tuple[int, ...], list[bytes]] = defaultdict(list)
    for key, found in by_key.items():
        by_rules[tuple(sorted({one.rule for _, one in found}))].append(key)
    return tuple(
        LiteralGroup(
            rules,
            tuple(keys),
            tuple(max(one.max_chars for _, one in by_key[key]) for key in keys),
            tuple(Raw(msgspec.msgpack.encode(by_key[key])) for key in keys),
        )
        for rules, keys in by_rules.items()
    )


Span = tuple[int, int]
"""Where in a text a span begins, and where it ends."""


class TextHits(Struct, frozen=True, gc=False):
    """The rules with a literal in a text.

    For located rules, `spans` has, by rank, where the first literal begins and where the last one ends.  Spans are
    known only for texts whose length folding does not change: all ASCII texts.
    """

    rules: RuleSet
    spans: Mapping[int, Span]


class LiteralHits(Struct, frozen=True, gc=False):
    """The rules that could match each block of an article, and the spans of their literals, by position."""

    rules: dict[int, RuleSet]
    spans: Mapping[int, Mapping[int, Span]]


class LiteralMatcher:
    """Finds the literals of rules in texts, some of about `window` bytes at a time; a longer one in pieces.

    Literals come in parts, each with the rank of each of its rules, -1 for one that is not asked.
    """

    def __init__(
        self, parts: Iterable[tuple[Sequence[LiteralGroup], Sequence[int]]], window: int = WINDOW_BYTES
    ) -> None:
        self._window = window
        self._keys: list[bytes] = []
        self._longest: list[int] = []
        self._literals: list[Raw] = []
        self._ranks: list[tuple[int, Sequence[int]]] = []
        self._entries: dict[int, list[_Entry]] = {}
        for groups, ranks in parts:
            self._ranks.append((len(self._keys), ranks))
            for group in groups:
                if any(ranks[rule] >= 0 for rule in group.rules):
                    self._keys += group.keys
                    self._longest += group.longest
                    self._literals += group.literals

    @cached_property
    def _automaton(self) -> ahocorasick_rs.BytesAhoCorasick:
        """Finds keys.  It is built when the first text is searched, so that only the workers of a run build it."""
        return ahocorasick_rs.BytesAhoCorasick(self._keys)

    def _entries_of(self, key: int) -> list[_Entry]:
        """Return the literals of a key, which are decoded when it is first found."""
        ranks = next(ranks for first, ranks in reversed(self._ranks) if first <= key)
        entries = self._entries[key] = [
            (
                rest,
                only(ranks[one.rule]),
                one.min_chars,
                one.max_chars,
                _bounds(one.place),
                ranks[one.rule] if one.is_located else -1,
            )
            for rest, one in msgspec.msgpack.decode(self._literals[key], type=list[tuple[bytes, LiteralTrigger]])
            if ranks[one.rule] >= 0
        ]
        return entries

    def search(self, texts: Mapping[str, str]) -> dict[str, TextHits]:
        """Return the hits, by plain text; the values of `texts` are folded.  Texts without hits are left out."""
        found: dict[str, TextHits] = {}
        for some in self._in_groups(texts) if self._keys else ():
            found |= self._search(some, [texts[text] for text in some])
        return found

    def _in_groups(self, texts: Mapping[str, str]) -> Iterator[Sequence[str]]:
        """Yield texts in groups of at most a window, or one that is longer."""
        every = list(texts)
        start = chars = 0
        for at, folded in enumerate(texts.values()):
            if chars and chars + len(folded) > self._window:
                yield every[start:at]
                start, chars = at, 0
            chars += len(folded)
        yield every[start:]

    def _search(self, texts: Sequence[str], folded: Sequence[str]) -> dict[str, TextHits]:
        found: dict[str, TextHits] = {}
        shapes, ends = _shapes_of(folded)
        following = iter(texts)
        start_of_text = end_of_text = chars = 0
        text, is_exact, rules, spans = "", True, NO_RULES, dict[int, Span]()
        entries_of, longest = self._entries, self._longest
        for key, start, end in self._matches(shapes):
            if end > end_of_text + 1:
                if rules:
                    found[text] = TextHits(rules, spans)
                    rules, spans = NO_RULES, {}
                while end > end_of_text + 1:
                    start_of_text, end_of_text, text = end_of_text + 1, next(ends), next(following)
                chars, is_exact = len(text), text.isascii()
            if chars > longest[key]:
                continue
            before, after = start - start_of_text, end_of_text - end
            for rest, bit, min_chars, max_chars, bounds, located in entries_of.get(key) or self._entries_of(key):
                if not min_chars <= chars <= max_chars or (rest and not shapes.startswith(rest, end)):
                    continue
                if bounds and is_exact:  # else folding has changed the places of literals that are not at an end
                    min_before, max_before, min_after, max_after = bounds
                    if not (min_before <= before <= max_before and min_after <= after - len(rest) <= max_after):
                        continue
                rules |= bit
                if located >= 0 and is_exact:
                    first, last = spans.get(located, (before, 0))
                    spans[located] = min(first, before), max(last, chars - after + len(rest))
        if rules:
            found[text] = TextHits(rules, spans)
        return found

    def _matches(self, shapes: bytes) -> Iterable[tuple[int, int, int]]:
        """Return the keys with their places, by their ends; those of long texts a window at a time."""
        find = self._automaton.find_matches_as_indexes
        return find(shapes, overlapping=True) if len(shapes) <= self._window else self._in_windows(shapes)

    def _in_windows(self, shapes: bytes) -> Iterator[tuple[int, int, int]]:
        for begin in range(0, len(shapes), self._window):
            offset = max(0, begin - KEY_BYTES)
            window = shapes[offset : begin + self._window]
            for key, start, end in self._automaton.find_matches_as_indexes(window, overlapping=True):
                if end > begin - offset:  # else it ends in the window before
                    yield key, offset + start, offset + end


def _bounds(place: Place) -> tuple[int, int, int, int] | None:
    """Return the bounds of a place in a block, None if it has no bounds.

    With the break, a literal at an end stands one character further out.
    """
    if place == ANYWHERE:
        return None
    before = (place.min_before, place.max_before) if place.max_before else (-1, UNBOUNDED)
    after = (place.min_after, place.max_after) if place.max_after else (-1, UNBOUNDED)
    is_anywhere = max(before[0], after[0]) <= 0 and min(before[1], after[1]) == UNBOUNDED
    return None if is_anywhere else (*before, *after)


def _shapes_of(folded: Sequence[str]) -> tuple[bytes, Iterator[int]]:
    """Return the shapes of folded texts, with a break before each and after the last one, and the end of each."""
    joined = _BREAK.join(["", *folded, ""])
    if joined.isascii():
        return joined.encode().translate(_DIGITS_ALIKE), accumulate(1 + len(text) for text in folded)
    shapes = _encoded(shape(joined))
    sizes = (len(text) if text.isascii() else len(_encoded(shape(text))) for text in folded)
    return shapes, accumulate(1 + size for size in sizes)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
