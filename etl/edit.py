"""The main path of one document, pure: the same bytes in, the same answer out."""

from collections.abc import Iterator

from msgspec import Struct, structs

from etl.decode import decode
from etl.markup import markup
from etl.model import Article, Block, Decoded, Document, Page, Raw, Removal, Repair, Replacement
from etl.repair import repair
from etl.rules import Bench, judge
from etl.segment import EMPTY, Layouts, segment


class Desk(Struct, frozen=True):
    """The packs, compiled: what repairs, what splits, what judges.  `risky` also does the repairs that may be wrong."""

    repairs: tuple[Replacement, ...]
    layouts: Layouts
    bench: Bench
    risky: bool = False


class Edited(Struct, frozen=True, gc=False):
    """A document with its articles and, article by article, the removals: judged, not yet taken out."""

    document: Document
    articles: tuple[Article, ...]
    removals: tuple[tuple[Removal, ...], ...]


def edit(raw: Raw, desk: Desk) -> Edited:
    """Decode, cut, repair, segment and judge one raw document.  Raises Unreadable if it is not text."""
    decoded = decode(raw)
    page = markup(decoded, raw.kind)
    document = mend(raw, decoded, page, desk)
    articles = segment(document, desk.layouts)
    return Edited(document, articles, tuple(_removals(article, document, desk) for article in articles))


def mend(raw: Raw, decoded: Decoded, page: Page, desk: Desk) -> Document:
    """Repair the blocks of a page, keeping account of each change.  What the source says of itself beats the page."""
    mended = [_mend_block(block, desk) for block in page.blocks]
    said = {name: value for name, value in structs.asdict(raw.facts).items() if value}
    return Document(
        path=raw.path,
        record=raw.record,
        row=raw.row,
        kind=raw.kind,
        sha256=raw.sha256,
        encoding=decoded.encoding,
        text=page.text,
        gap=page.gap,
        blocks=tuple(block for block, _ in mended),
        repairs=tuple(repairs for _, repairs in mended),
        facts=structs.replace(page.facts, **said),
        metadata=raw.metadata,
    )


def _mend_block(block: Block, desk: Desk) -> tuple[Block, tuple[Repair, ...]]:
    repaired = repair(block.text, desk.repairs, desk.risky)
    repairs = tuple(
        Repair(block.line, block.char_start + one.start, block.text[one.start : one.end], one.after, one.rule)
        for one in repaired.script
    )
    return structs.replace(block, text=repaired.text) if repairs else block, repairs


def _removals(article: Article, document: Document, desk: Desk) -> tuple[Removal, ...]:
    """What leaves an article, in reading order: its frame, what repair left empty, and what rules name."""
    judged = {removal.block: removal for removal in judge(article, document.kind, desk.bench)}
    judged |= {removal.block: removal for removal in (*_empty(article), *article.frame)}
    return tuple(judged[block] for block in sorted(judged))


def _empty(article: Article) -> Iterator[Removal]:
    """Blocks of nothing but damage: a lone zero-width space or byte order mark."""
    return (Removal(block.index, "drop", EMPTY, kind="glitch") for block in article.blocks if not block.text)
