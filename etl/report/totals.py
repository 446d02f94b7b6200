"""The totals of a run: counts over all of its documents, whether or not the report shows them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import log10

from msgspec import Struct

from etl.audit import BOOKED_NOTHING, GAP, Entry
from etl.report.changes import MAX_TITLE, UNWRITTEN, articles_with_entries, lengths, titled
from etl.report.reading import RunDocument, RunFiles, prove, read_run

NO_PUBLISHER = "(unknown publisher)"
# Cells of the scatter plot for a factor of ten: a cell is a quarter longer than the one before it.
CELLS_PER_DECADE = 10


class ArticleSummary(Struct, frozen=True, gc=False):
    """An article in one line: its title, and its characters as decoded and as written.

    `copied` are the characters that it lost as duplicates, which another article keeps.
    """

    id: str
    title: str
    publisher: str
    status: str
    before: int
    after: int
    copied: int
    is_tagged: bool

    @property
    def removed(self) -> int:
        """Characters that it lost and that no other article keeps."""
        return max(0, self.before - self.after - self.copied)

    @property
    def weight(self) -> float:
        """The weight of a possible wrong removal: lost characters times their share."""
        return self.removed * self.removed / self.before if self.before and not self.is_copy else 0.0

    @property
    def is_copy(self) -> bool:
        """Whether it was not written because another article keeps its text."""
        return self.status == UNWRITTEN and self.copied > 0

    @property
    def is_emptied(self) -> bool:
        """Whether it was written without any text."""
        return not self.after and self.before > 0 and self.status != UNWRITTEN

    @property
    def is_suspect(self) -> bool:
        """Whether it is suspect by its status, or has no text left."""
        return self.is_emptied or self.status in ("suspect", "paywalled")


class CountedArticle(Struct, frozen=True):
    """An article with the entries of all of its changes."""

    summary: ArticleSummary
    entries: tuple[Entry, ...]


class RuleTotal(Struct):
    """The total of one rule."""

    kind: str = ""
    action: str = ""
    changes: int = 0
    characters: int = 0
    articles: int = 0


class PublisherTotal(Struct):
    """The total of one publisher; `rules` counts the articles that each rule changed."""

    articles: int = 0
    rules: Counter[str] = Counter()


class Totals:
    """The counts of a run."""

    def __init__(self) -> None:
        self.documents = 0
        self.read = self.kept = self.changed = self.removed = 0
        self.statuses = Counter[str]()
        self.actions = Counter[str]()
        self.kinds = Counter[str]()
        self.rules: dict[str, RuleTotal] = defaultdict(RuleTotal)
        self.publishers: dict[str, PublisherTotal] = {}
        self.cells = Counter[tuple[int, int]]()
        self.tags = self.emptied = 0

    @property
    def articles(self) -> int:
        """Articles that were written."""
        return self.statuses.total() - self.statuses[UNWRITTEN]

    def add(self, document: RunDocument) -> list[CountedArticle]:
        """Count a document; return its articles.  Raises RestoreError if it does not match the audit."""
        self.documents += 1
        self.read += document.head.char_end
        self.kept += prove(document)
        found = list(_articles(document))
        for one in found:
            self._count_article(one)
        return found

    def _count_article(self, one: CountedArticle) -> None:
        summary = one.summary
        self.statuses[summary.status] += 1
        self.emptied += summary.is_emptied
        publisher = self.publishers.setdefault(summary.publisher, PublisherTotal(rules=Counter[str]()))
        publisher.articles += 1
        if summary.before and not summary.is_copy:
            self.cells[cell(summary.before), cell(summary.after)] += 1
        for rule in dict.fromkeys(self._count(entry) for entry in one.entries):
            self.rules[rule].articles += 1
            publisher.rules[rule] += 1

    def _count(self, entry: Entry) -> str:
        """Count a change; return its rule."""
        size = len(entry.before) + len(entry.gap)
        total = self.rules[entry.rule]
        total.kind, total.action = entry.kind, entry.action
        total.changes += 1
        self.actions[entry.action] += 1
        if entry.action in BOOKED_NOTHING:
            self.tags += entry.action == "tag"
            return entry.rule
        total.characters += size
        if entry.after:
            self.changed += size
        else:
            self.removed += size
            self.kinds[entry.kind] += size
        return entry.rule


def totals_of(run: RunFiles) -> Totals:
    """Return the counts of a run.  Raises RestoreError and UsageError as `read_run` does."""
    totals = Totals()
    for document in read_run(run):
        totals.add(document)
    return totals


def cell(characters: int) -> int:
    """Return the cell of a length on a logarithmic axis; -1 for an empty text.

    >>> cell(0), cell(1), cell(9), cell(10), cell(1000)
    (-1, 0, 9, 10, 30)
    """
    return int(CELLS_PER_DECADE * log10(characters)) if characters else -1


def _articles(document: RunDocument) -> Iterable[CountedArticle]:
    place = f"{document.head.path}:{document.head.row}"
    for article, own in articles_with_entries(document):
        summary = ArticleSummary(
            article.id,
            titled(
                article, article.text[:MAX_TITLE] or next((entry.before for entry in own if entry.before), ""), place
            ),
            article.publisher or NO_PUBLISHER,
            article.status or "full",
            *lengths(article, own),
            sum(len(entry.before) + len(entry.gap) for entry in own if entry.action == "duplicate"),
            any(entry.action == "tag" for entry in own),
        )
        yield CountedArticle(summary, own)


def ranked(rules: dict[str, RuleTotal]) -> Sequence[tuple[str, RuleTotal]]:
    """Return the rules, those that removed most first, without white space between paragraphs."""
    found = [(name, total) for name, total in rules.items() if name != GAP]
    return sorted(found, key=lambda one: (-one[1].characters, -one[1].changes, one[0]))
