"""The lines that a new rule would remove from the articles of a report, from articles and audit."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from etl.audit import place_in
from etl.document import Judged
from etl.fold import fold
from etl.model import Article, Block, Document, Metadata, Removal
from etl.packs import known_publishers
from etl.report.changes import ArticleChanges
from etl.rule_tools.preview import preview
from etl.rules.language import Rule


class Taken(Struct, frozen=True):
    """A line that the rule would remove: its article, its start, and the rules that already removed it."""

    article: str
    start: int
    headline: str
    text: str
    rules: tuple[str, ...]


def effect(rule: Rule, articles: Sequence[ArticleChanges]) -> Iterator[Taken]:
    """Yield the lines of articles that a rule would remove, in reading order.  Raises RegexTimeout."""
    judged = [_judged(number, article) for number, article in enumerate(articles)]
    places = {
        place_in(one.document, block.line): (article, block)
        for article, one in zip(articles, judged, strict=True)
        for block in one.document.blocks
    }
    for hit in preview(rule, judged):
        article, block = places[hit.place]
        yield Taken(article.fields.id, block.char_start, article.title, hit.text, hit.rules)


def _judged(number: int, changes: ArticleChanges) -> Judged:
    """Return an article as it was when rules judged it.  Its number is its row, so that places are unique."""
    blocks = tuple(
        Block(index, index + 1, block.start, block.end, block.text) for index, block in enumerate(changes.blocks)
    )
    fields = changes.fields
    metadata = Metadata(fields.headline, fields.publisher, fields.author, fields.created, fields.url, fields.language)
    document = Document(
        path=changes.path, record=str(number), row=number, kind="text", sha256="", encoding="utf-8", text="",
        gap="\n\n", blocks=blocks, repairs=((),) * len(blocks), metadata=metadata, extra="{}",
    )  # fmt: skip
    publisher = known_publishers().get(fold(fields.publisher)) if fields.publisher else None
    removals = tuple(
        Removal(index, block.entry.action, block.entry.rule)
        for index, block in enumerate(changes.blocks)
        if block.entry
    )
    return Judged(document, (Article(0, metadata, publisher, 0, len(blocks)),), (removals,))
