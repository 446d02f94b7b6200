"""What became of each block of a document: removed by which rules, or kept in which words."""

from collections.abc import Iterator

from msgspec import Struct

from etl.document import Judged
from etl.model import Article, Block, Document


class Fate(Struct, frozen=True):
    """A block of an article, and the rules that name it: none if it is kept."""

    article: Article
    block: Block
    rules: tuple[str, ...]


def fates(judged: Judged) -> Iterator[Fate]:
    """Follow every block of a document, in reading order."""
    for article, removals in zip(judged.articles, judged.removals, strict=True):
        taken = (removal for removal in removals if removal.action != "tag")
        rules = {removal.block: (removal.rule, *removal.also) for removal in taken}
        for block in article.blocks_of(judged.document):
            yield Fate(article, block, rules.get(block.index, ()))


def where(document: Document, line: int) -> str:
    """Return the place of a line as `explain` takes it: `path:line`, of a record `path:row:line`.

    Lines of HTML are those of its text.
    """
    return f"{document.path}:{document.row}:{line}" if document.record else f"{document.path}:{line}"
