"""Duplicates of a run and their keepers, so that each can be shown with the other."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from etl.audit import Entry
from etl.fold import fold
from etl.report.changes import ArticleChanges

# Characters of a keeper that are shown.
MAX_KEEPER = 4_000
# Duplicates that a keeper names.
MAX_COPIES = 20


class Keeper(Struct, frozen=True, gc=False):
    """A paragraph that was kept, and the headline above it."""

    text: str
    headline: str
    article: str
    start: int


class Copy(Struct, frozen=True, gc=False):
    """A duplicate, as its keeper names it."""

    text: str
    article: str
    start: int
    similarity: float


class Duplicates:
    """Keepers by what a duplicate says of them (`article:line`, or an article), and copies by keeper."""

    def __init__(self, wanted: Iterable[str]) -> None:
        self._wanted = frozenset(one.partition(":")[0] for one in wanted)
        self._blocks: dict[str, list[tuple[int, Keeper]]] = {}
        self._copies: dict[str, dict[int, list[Copy]]] = {}

    def wants(self, article_ids: Iterable[str]) -> bool:
        """Return whether one of these articles keeps something."""
        return not self._wanted.isdisjoint(article_ids)

    def add_keepers(self, article: ArticleChanges) -> None:
        """Remember the kept paragraphs of an article, if a duplicate is theirs."""
        name = article.fields.id
        if name in self._wanted:
            self._blocks[name] = [
                (block.line, Keeper(block.text[:MAX_KEEPER], article.fields.headline, name, block.start))
                for block in article.blocks
                if not block.entry
            ]

    def add_copies(self, article: ArticleChanges) -> None:
        """Remember the duplicates of an article that is shown."""
        for block in article.blocks:
            if block.entry and block.entry.duplicate_of:
                keeper, _, line = block.entry.duplicate_of.partition(":")
                known = self._copies.setdefault(keeper, {}).setdefault(int(line) if line.isdecimal() else 0, [])
                if len(known) < MAX_COPIES:
                    known.append(Copy(block.text[:200], article.fields.id, block.start, block.entry.similarity))

    def concerns(self, article: ArticleChanges) -> bool:
        """Return whether an article has duplicates, or keeps some."""
        return article.fields.id in self._copies or any(
            block.entry is not None and block.entry.duplicate_of for block in article.blocks
        )

    def keeper(self, entry: Entry) -> Keeper | None:
        """Return what keeps a duplicate: for the copy of a whole article, its paragraph that shares the most words."""
        article, _, line = entry.duplicate_of.partition(":")
        blocks = self._blocks.get(article, [])
        if line:
            return self.at_line(article, line)
        words = frozenset(fold(entry.before).split())
        shared = [(len(words & frozenset(fold(keeper.text).split())), keeper) for _, keeper in blocks]
        return max(shared, key=lambda one: one[0])[1] if shared else None

    def at_line(self, article: str, line: str) -> Keeper | None:
        """Return the kept paragraph on a line of an article."""
        return next((keeper for number, keeper in self._blocks.get(article, ()) if str(number) == line), None)

    def copies_of(self, article: str) -> Mapping[int, list[Copy]]:
        """Return the duplicates of an article's paragraphs, by line; 0 is the whole article."""
        return self._copies.get(article, {})
