"""Duplicates of a run and their keepers, so that each can be shown with the other."""

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from etl.audit import Entry
from etl.fold import fold
from etl.report.changes import ArticleChanges, entries_of

# Characters of a keeper that are shown.
MAX_KEEPER = 4_000
# The most duplicates that are shown for a keeper.
MAX_COPIES = 20


# The name of a keeper in `clean`: an article, or the paragraph on a line; and the suffix that `dedup` adds to a record.
_BLOCK = re.compile(r"([0-9a-f]{32}):(\d{1,9})")
_PARAGRAPH = re.compile(r"#\d+$")


def keeper_place(duplicate_of: str) -> tuple[str, str]:
    """Return the article that keeps a duplicate, and the line of its paragraph; "" for the whole article.

    >>> keeper_place("0123456789abcdef0123456789abcdef:12"), keeper_place("in.jsonl:3#2")
    (('0123456789abcdef0123456789abcdef', '12'), ('in.jsonl:3', ''))
    """
    block = _BLOCK.fullmatch(duplicate_of)
    return (block[1], block[2]) if block else (_PARAGRAPH.sub("", duplicate_of), "")


class Keeper(Struct, frozen=True, gc=False):
    """A paragraph that was kept, and the headline above it."""

    text: str
    headline: str
    article: str
    start: int


class Copy(Struct, frozen=True, gc=False):
    """A duplicate, as it is shown beside its keeper."""

    text: str
    article: str
    start: int
    similarity: float


class Duplicates:
    """Keepers by their names in duplicates (`article:line`, or an article), and duplicates by keeper."""

    def __init__(self, wanted: Iterable[str]) -> None:
        self._wanted = frozenset(keeper_place(one)[0] for one in wanted)
        self._blocks: dict[str, list[tuple[int, Keeper]]] = {}
        self._copies: dict[str, dict[int, list[Copy]]] = {}
        self._words: tuple[str, Sequence[frozenset[str]]] = "", ()  # for the last keeper

    def wants(self, article_ids: Iterable[str]) -> bool:
        """Return whether one of these articles is a keeper."""
        return not self._wanted.isdisjoint(article_ids)

    def add_keepers(self, article: ArticleChanges) -> None:
        """Store the kept paragraphs of an article if they have duplicates."""
        name = article.fields.id
        if name in self._wanted:
            self._blocks[name] = [
                (block.line, Keeper(block.text[:MAX_KEEPER], article.title, name, block.start))
                for block in article.blocks
                if not block.entry
            ]

    def add_copies(self, article: ArticleChanges) -> None:
        """Store the duplicates of an article that is shown."""
        for block in article.blocks:
            for entry in entries_of(block):
                if not entry.duplicate_of:
                    continue
                keeper, line = keeper_place(entry.duplicate_of)
                known = self._copies.setdefault(keeper, {}).setdefault(int(line or 0), [])
                is_named = not line and any(one.article == article.fields.id for one in known)
                if len(known) < MAX_COPIES and not is_named:
                    known.append(Copy(block.text[:200], article.fields.id, block.start, entry.similarity))

    def concerns(self, article: ArticleChanges) -> bool:
        """Return whether an article has duplicates, or is a keeper."""
        return article.fields.id in self._copies or any(entry.duplicate_of for entry in article.entries)

    def keeper(self, entry: Entry) -> Keeper | None:
        """Return the keeper of a duplicate.

        For a copy of a whole article, return its paragraph with the most words in common.
        """
        article, line = keeper_place(entry.duplicate_of)
        if line:
            return self.at_line(article, line)
        keepers = [keeper for _, keeper in self._blocks.get(article, ())]
        same = next((keeper for keeper in keepers if keeper.text == entry.before), None)
        if same or not keepers:
            return same
        if self._words[0] != article:
            self._words = article, [frozenset(fold(keeper.text).split()) for keeper in keepers]
        words = frozenset(fold(entry.before).split())
        shared = [len(words & others) for others in self._words[1]]
        return keepers[shared.index(max(shared))]

    def at_line(self, article: str, line: str) -> Keeper | None:
        """Return the kept paragraph on a line of an article."""
        return next((keeper for number, keeper in self._blocks.get(article, ()) if str(number) == line), None)

    def copies_of(self, article: str) -> Mapping[int, list[Copy]]:
        """Return the duplicates of an article's paragraphs, by line; 0 is the whole article."""
        return self._copies.get(article, {})
