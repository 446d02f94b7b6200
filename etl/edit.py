"""The main path of one document, pure: the same bytes in, the same answer out."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec import Struct, structs

from etl.change import Change, Script, apply, compose
from etl.decode import decode
from etl.markup import markup
from etl.model import Article, Block, Decoded, Document, Page, Raw, Removal, Repair, Replacement
from etl.repair import proved_steps, repair
from etl.repair.steps import Step
from etl.rules import Bench, Cut, Known, View, cuts, filled, judge
from etl.rules.recurrence import Counts
from etl.segment import EMPTY, Layouts, segment


class Desk(Struct, frozen=True):
    """The packs, compiled: what repairs, what splits, what judges.  `risky` also does the repairs that may be wrong.

    `selectors` are all CSS selectors that rules ask for, `asks_what_recurs` says that one asks for the counts of a run.
    """

    repairs: tuple[Replacement, ...]
    layouts: Layouts
    bench: Bench
    risky: bool = False
    selectors: tuple[str, ...] = ()
    asks_what_recurs: bool = False


class Edited(Struct, frozen=True, gc=False):
    """A document with its articles and, article by article, the removals: judged, not yet taken out."""

    document: Document
    articles: tuple[Article, ...]
    removals: tuple[tuple[Removal, ...], ...]


def edit(raw: Raw, desk: Desk) -> Edited:
    """Decode, cut, repair, segment and judge one raw document.  Raises Unreadable if it is not text."""
    return judged(draft(raw, desk), desk)


def draft(raw: Raw, desk: Desk) -> Edited:
    """Decode, cut, repair and segment one raw document; there are no removals yet.  Raises Unreadable."""
    decoded = decode(raw)
    page = markup(decoded, raw.kind, desk.selectors)
    document = mend(raw, decoded, page, desk)
    return Edited(document, segment(document, desk.layouts), ())


def judged(drafted: Edited, desk: Desk, recurring: Counts | None = None) -> Edited:
    """Strip furniture out of the blocks of articles, judge the blocks, fill fields from what rules extract.

    `recurring` are the counts of the run, if rules ask for them.
    """
    document, known = drafted.document, Known(desk.layouts.publishers, recurring)
    views = [view_of(article, document, known) for article in drafted.articles]
    for number, view in enumerate(views):
        if found := cuts(view, desk.bench):
            document, article = _stripped(document, view.article, found)
            views[number] = view_of(article, document, known)
    removals = tuple(_removals(view, desk) for view in views)
    articles = tuple(filled(view, named, desk.bench) for view, named in zip(views, removals, strict=True))
    return Edited(document, articles, removals)


def view_of(article: Article, document: Document, known: Known) -> View:
    """Give an article as rules see it."""
    return View(article, document.kind, document, known)


def mend(raw: Raw, decoded: Decoded, page: Page, desk: Desk) -> Document:
    """Repair the blocks of a page, keeping account of each change.  What the source says of itself beats the page."""
    proved = proved_steps([block.text for block in page.blocks])
    mended = [_mend_block(block, desk, proved) for block in page.blocks]
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


def _mend_block(block: Block, desk: Desk, proved: Sequence[Step]) -> tuple[Block, tuple[Repair, ...]]:
    repaired = repair(block.text, desk.repairs, desk.risky, proved)
    if not (repaired.script or repaired.flags):
        return block, ()
    repairs = _booked(block, block.text, repaired.script)
    flags = tuple(
        Repair(block.line, block.char_start + flag.start, flag.text, flag.text, flag.rule, "tag")
        for flag in repaired.flags
    )
    return structs.replace(block, text=repaired.text) if repairs else block, repairs + flags


def _stripped(document: Document, article: Article, found: Sequence[Cut]) -> tuple[Document, Article]:
    """Take cuts out of the texts of blocks, and book them with the repairs of the same blocks."""
    blocks, repairs = list(article.blocks), list(document.repairs)
    for index, of_block in groupby(found, key=lambda cut: cut.block):
        at, group = index - blocks[0].index, tuple(of_block)
        script = tuple(Change(cut.start, cut.end, cut.after, cut.rule) for cut in group)
        repairs[index] = _joined(document, blocks[at], repairs[index], script, group[0])
        blocks[at] = structs.replace(blocks[at], text=apply(blocks[at].text, script))
    article = structs.replace(article, blocks=tuple(blocks))
    return structs.replace(document, repairs=tuple(repairs)), article


def _joined(
    document: Document, block: Block, repairs: Sequence[Repair], script: Script, cut: Cut
) -> tuple[Repair, ...]:
    """Repairs and then cuts of a block, as one account over its decoded text."""
    start, source = block.char_start, document.text[block.char_start : block.char_end]
    mending = tuple(
        Change(one.char_start - start, one.char_start - start + len(one.before), one.after, one.steps)
        for one in repairs
        if one.action != "tag"
    )
    names = {name for change in script for name in change.rule.split("+")}
    booked = tuple(
        structs.replace(repair, action="cut", kind=cut.kind, version=cut.version)
        if names & set(repair.steps.split("+"))
        else repair
        for repair in _booked(block, source, compose(source, mending, script))
    )
    return booked + tuple(one for one in repairs if one.action == "tag")


def _booked(block: Block, source: str, script: Script) -> tuple[Repair, ...]:
    return tuple(
        Repair(block.line, block.char_start + one.start, source[one.start : one.end], one.after, one.rule)
        for one in script
    )


def _removals(view: View, desk: Desk) -> tuple[Removal, ...]:
    """What leaves an article, in reading order: its frame, what repair left empty, and what rules name.

    A block that a rule tags and the model of context takes has both.
    """
    judged = judge(view, desk.bench)
    if rejected := next((removal for removal in judged if removal.action == "reject"), None):
        return tuple(_rejected(view.article, rejected, judged))
    own = {removal.block: removal for removal in (*_empty(view.article), *view.article.frame)}
    named = (removal for removal in judged if removal.block not in own)
    return tuple(sorted((*own.values(), *named), key=lambda removal: removal.block))


def _rejected(article: Article, rejected: Removal, judged: Sequence[Removal]) -> Iterator[Removal]:
    """All blocks of an article by the rule that rejects it, each with the other rules that name it."""
    by_block = {removal.block: (removal.rule, *removal.also) for removal in judged}
    for block in article.blocks:
        others = tuple(name for name in by_block.get(block.index, ()) if name != rejected.rule)
        yield structs.replace(rejected, block=block.index, also=others)


def _empty(article: Article) -> Iterator[Removal]:
    """Blocks of nothing but damage: a lone zero-width space or byte order mark."""
    return (Removal(block.index, "drop", EMPTY, kind="glitch") for block in article.blocks if not block.text)
