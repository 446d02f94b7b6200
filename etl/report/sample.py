"""The articles that a report shows: a bounded choice during one pass, the same for the same run and seed."""

from collections.abc import Collection, Iterable, Iterator
from hashlib import blake2b
from heapq import heappush, heapreplace
from itertools import chain, zip_longest
from typing import Literal

from msgspec import Struct, structs

from etl.audit import Entry
from etl.report.duplicates import keeper_place
from etl.report.totals import ArticleSummary, CountedArticle

Reason = Literal["drawn", "suspect", "lost most", "example", "tagged", "at random", "keeper"]
"""The reason why an article is shown: the first that applies, or that it keeps a shown duplicate."""

# The most articles of those that lost most.  A reader looks at some tens of them.
MAX_WORST = 60
# Their greatest share of the shown articles: one in ten.
WORST_PART = 10
# The most pairs of publisher and rule with an example among the shown articles.
MAX_PAIRS = 20_000
# The most paragraphs of an article that are shown beside their keepers.
MAX_KEEPERS = 40


class Removed(Struct, frozen=True):
    """A removal by its place and its rule, which identify it in an audit and in a sample."""

    path: str
    row: int
    line: int
    rule: str
    line_sha256: str


def removed_by(entry: Entry) -> Removed:
    """Return what names an entry."""
    return Removed(entry.path, entry.row, entry.line, entry.rule, entry.line_sha256)


class Chosen(Struct, frozen=True, gc=False):
    """An article to be shown: its rank within its reason (low is first), and the keepers of its duplicates.

    `before` are its characters as decoded.
    """

    rank: float
    id: str
    keepers: tuple[str, ...] = ()
    before: int = 0
    summary: ArticleSummary | None = None

    def __lt__(self, other: "Chosen") -> bool:
        return (self.rank, self.id) < (other.rank, other.id)


class _Best:
    """A number of items with the lowest ranks."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._heap: list[tuple[float, str, Chosen]] = []  # the highest rank is on top, so that it is removed first

    def offer(self, item: Chosen) -> None:
        """Add an item if it is among the best."""
        entry = (-item.rank, item.id, item)
        if len(self._heap) < self._size:
            heappush(self._heap, entry)
        elif self._heap and entry[:2] > self._heap[0][:2]:
            heapreplace(self._heap, entry)

    def __iter__(self) -> Iterator[Chosen]:
        return iter(sorted(item for _, _, item in self._heap))


class Sample:
    """The choice: articles with a drawn removal, suspect ones, those that lost most, examples of rules, and others."""

    def __init__(self, size: int, seed: int, drawn: Collection[Removed] = frozenset()) -> None:
        self._removals = drawn
        self._drawn = _Best(size)
        self._seed = (seed % (1 << 64)).to_bytes(8, "little")
        self._worst, self._suspects = _Best(min(size // WORST_PART, MAX_WORST)), _Best(size)
        self._tagged, self._rest = _Best(size), _Best(size)
        self._pairs: dict[tuple[str, str], Chosen] = {}

    def offer(self, one: CountedArticle) -> None:
        """Consider an article."""
        summary = one.summary
        copied = (entry.duplicate_of for entry in one.entries if entry.duplicate_of)
        keepers = tuple(dict.fromkeys(copied))[:MAX_KEEPERS]
        chance = Chosen(self._chance(summary.id), summary.id, keepers, summary.before)
        if summary.weight:
            self._worst.offer(Chosen(-summary.weight, summary.id, keepers, summary.before, summary))
        if summary.is_suspect:
            self._suspects.offer(structs.replace(chance, summary=summary))
        elif summary.is_tagged:
            self._tagged.offer(structs.replace(chance, summary=summary))
        self._rest.offer(chance)
        if self._removals and any(removed_by(entry) in self._removals for entry in one.entries):
            self._drawn.offer(chance)
        for rule in dict.fromkeys(entry.rule for entry in one.entries):
            known = self._pairs.get((summary.publisher, rule))
            if (known is None and len(self._pairs) < MAX_PAIRS) or (known is not None and chance < known):
                self._pairs[summary.publisher, rule] = chance

    @property
    def worst(self) -> list[ArticleSummary]:
        """The articles that lost most, the worst first."""
        return [one.summary for one in self._worst if one.summary]

    @property
    def suspects(self) -> list[ArticleSummary]:
        """The articles that are suspect, and then those that are only tagged."""
        return [one.summary for one in (*self._suspects, *self._tagged) if one.summary]

    def chosen(self, room: int, least: int, most: int) -> dict[str, tuple[Reason, tuple[str, ...]]]:
        """Return the ids of the articles, the most important first, each with its reason and its keepers.

        So that no large group fills the page, those that lost most, examples, tagged and others take turns.  An article
        takes as many bytes as it has characters, within limits, until no space is left.
        """
        first = chain(_named("drawn", self._drawn), _named("suspect", self._suspects))
        turns = zip_longest(
            _named("lost most", self._worst),
            _named("example", sorted(set(self._pairs.values()))),
            _named("tagged", self._tagged),
            _named("at random", self._rest),
        )
        found: dict[str, tuple[Reason, tuple[str, ...]]] = {}
        for reason, one in chain(first, (turn for some in turns for turn in some if turn)):
            if room <= 0:
                break
            if one.id not in found:
                room -= min(max(one.before, least), most) + least * len(one.keepers)
            found.setdefault(one.id, (reason, one.keepers))
            for keeper in one.keepers:
                found.setdefault(keeper_place(keeper)[0], ("keeper", ()))
        return found

    def _chance(self, article_id: str) -> float:
        """Return a number from 0 to 1 that depends on the seed and the article alone."""
        digest = blake2b(article_id.encode(), key=self._seed, digest_size=6).digest()
        return int.from_bytes(digest) / (1 << 48)


def _named(reason: Reason, group: Iterable[Chosen]) -> Iterator[tuple[Reason, Chosen]]:
    return ((reason, one) for one in group)
