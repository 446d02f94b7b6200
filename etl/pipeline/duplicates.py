"""Judged documents -> the blocks that rules left; dropped blocks -> their removals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from etl.audit import removed_blocks
from etl.dedup import DedupSettings
from etl.document import Judged
from etl.formats import Reject
from etl.model import NO_DUPLICATES, Block, Document, DocumentDuplicates, Removal
from etl.pipeline.fingerprints import BlockTexts
from etl.pipeline.select_duplicates import WHOLE, Drop, drops_among
from etl.record import article_id


def blocks_left(results: Iterable[object]) -> BlockTexts:
    """Return the blocks of documents that no rule removed."""
    blocks = BlockTexts()
    for judged in results:
        if isinstance(judged, Judged):
            for name, left in _articles(judged):
                blocks.add_article(name, _origin(judged.document), ((one.text, f":{one.line}") for one in left))
    return blocks


def with_duplicates(
    results: Iterable[Judged | Reject], drops: Mapping[int, Drop], settings: DedupSettings
) -> Iterator[tuple[Judged | Reject, DocumentDuplicates]]:
    """Yield documents, each with its duplicates; `drops` are places among the blocks that rules left."""
    start = 0
    for result in results:
        if isinstance(result, Reject):
            yield result, NO_DUPLICATES
            continue
        duplicates, start = _of_document(result, start, drops, settings)
        yield result, duplicates


def duplicates_within(results: Sequence[Judged | Reject], settings: DedupSettings) -> dict[int, DocumentDuplicates]:
    """Return the duplicates of each of some documents, by its place among them; found in memory."""
    drops = drops_among(blocks_left(results), settings)
    return {at: duplicates for at, (_, duplicates) in enumerate(with_duplicates(results, drops, settings))}


def residue_words(text: str, places: Sequence[int]) -> str:
    """Return the words at places of a text, as they are compared.

    >>> residue_words("“Tens of thousands” marched in MINSK", (5,))
    'minsk'
    """
    if not places:
        return ""
    from etl.dedup.fingerprint.tokens import fold

    words = fold([text]).texts[0].split()
    return b" ".join([words[place] for place in places]).decode()


def _of_document(
    judged: Judged, start: int, drops: Mapping[int, Drop], settings: DedupSettings
) -> tuple[DocumentDuplicates, int]:
    """Return the duplicates of a document whose first block has this place, and the place after its last block."""
    removals: list[Removal] = []
    articles: set[str] = set()
    for name, left in _articles(judged):
        found = [(block, drops[start + at]) for at, block in enumerate(left) if start + at in drops]
        removals += [_removal(block, drop, settings) for block, drop in found]
        if settings.action == "drop" and any(drop.rule == WHOLE for _, drop in found):
            articles.add(name)
        start += len(left)
    return DocumentDuplicates(tuple(removals), frozenset(articles)) if removals else NO_DUPLICATES, start


def _articles(judged: Judged) -> Iterator[tuple[str, list[Block]]]:
    """Yield the id of each article of a document, and its blocks that no rule removed."""
    for article, removals in zip(judged.articles, judged.removals, strict=True):
        removed = removed_blocks(removals)
        left = [block for block in article.blocks_of(judged.document) if block.index not in removed]
        yield article_id(judged.document, article), left


def _origin(document: Document) -> tuple[str, str]:
    """Return the source of a document, and the record if it has a name of its own."""
    return document.path, document.record if document.record != str(document.row) else ""


def _removal(block: Block, drop: Drop, settings: DedupSettings) -> Removal:
    return Removal(
        block.index,
        "duplicate" if settings.action == "drop" else "tag",
        drop.rule,
        kind="duplicate",
        duplicate_of=drop.keeper,
        similarity=round(drop.similarity, 4),
        residue=residue_words(block.text, drop.residue),
    )
