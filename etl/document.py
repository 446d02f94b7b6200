"""The path of one document, pure: parse, judge, finish.  Every command and the API use these functions.

parse    raw bytes -> decoded text, blocks, repairs, articles
judge    parsed documents -> removals by rule; furniture inside blocks is cut out of their texts
finish   judged document + its duplicates -> article records and audit entries that balance
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, structs

from etl.audit import (
    Balance,
    EditedArticle,
    Entry,
    Tally,
    balance,
    document_checksum,
    document_entry,
    edited_article,
    post,
    removed_blocks,
)
from etl.decode import decode
from etl.errors import Unreadable
from etl.language import contradicted, detect
from etl.markup import PageSettings, TooMany, markup
from etl.model import (
    NO_DUPLICATES,
    Article,
    Block,
    Decoded,
    Document,
    DocumentDuplicates,
    KeepRule,
    Metadata,
    Page,
    Publisher,
    Raw,
    Removal,
    Replacement,
)
from etl.previews import previews
from etl.record import NO_FIELDS, OptionalFields, Record, article_id, record, without_repeated_metadata
from etl.refrains import refrains
from etl.repair import needs_no_repair, repair
from etl.repair.blocks import TooManyRepairs, cut_out, repaired_blocks
from etl.rules import ArticleView, Cut, JudgingRules, RunContext, cuts, filled
from etl.rules import judge as judge_articles
from etl.rules.matching.recurrence import LineCounts
from etl.segment import EMPTY, MAX_BLOCKS_TO_REPEAT, Layouts, known_publisher, repeats, segment

if TYPE_CHECKING:
    from etl.markup.page_model import PageModel

# The limit of paragraphs of one document. A paragraph takes some 1,800 bytes of memory while it is judged: 64 MiB of
# "x" and blank lines would take 40 GB. The longest book has some 20,000.
MAX_BLOCKS = 250_000


# Names of articles without text: with a headline, and without one.
Textless = Literal["stub", "empty"]


class Ruleset(Struct, frozen=True):
    """The packs, compiled: rules that repair, separate stories, and judge.

    With `risky`, repairs that may be wrong are also made.  `page_model` separates the story of a page from the regions
    around it.  The regions named in `regions` are removed, except what `keep_rules` keep.  With `links`, the blocks of
    pages have their links.  `selectors` are all CSS selectors of rules.  `asks_what_recurs` is true if a rule needs the
    line counts of the run.  With `detects_language`, the language of an article is detected from its text if its source
    does not name it.
    """

    repairs: tuple[Replacement, ...]
    layouts: Layouts
    publishers: Mapping[str, Publisher]
    judging: JudgingRules
    risky: bool = False
    selectors: tuple[str, ...] = ()
    asks_what_recurs: bool = False
    page_model: "PageModel | None" = None
    regions: frozenset[str] = frozenset()
    detects_language: bool = True
    keep_rules: tuple[KeepRule, ...] = ()
    links: bool = False


class Parsed(Struct, frozen=True, gc=False):
    """A document with its articles, not judged yet."""

    document: Document
    articles: tuple[Article, ...]


class Judged(Struct, frozen=True, gc=False):
    """A document with its articles and the removals of each article; no block is removed yet.

    Cuts within blocks are made already: they are among the repairs of the document.
    """

    document: Document
    articles: tuple[Article, ...]
    removals: tuple[tuple[Removal, ...], ...]


class Cleaned(Struct, frozen=True):
    """A document's article records and audit entries, balanced, and what they count.

    `document` is the first entry of the document in the audit.
    """

    records: tuple[Record, ...]
    document: Entry
    entries: tuple[Entry, ...]
    tally: Tally

    @property
    def audit(self) -> tuple[Entry, ...]:
        """The audit of the document, as it is written."""
        return (self.document, *self.entries)


# Return the duplicates within each document, by its number.
FindDuplicates = Callable[[Sequence[Judged]], Mapping[int, DocumentDuplicates]]


def clean(
    raw: Raw,
    rules: Ruleset,
    find_duplicates: FindDuplicates | None = None,
    added: str = "",
    fields: OptionalFields = NO_FIELDS,
) -> Cleaned:
    """Return one raw document cleaned: parse, judge and finish in a row.  Raises Unreadable and BooksError."""
    (judged,) = judge([parse(raw, rules)], rules)
    duplicates = find_duplicates([judged])[0] if find_duplicates else NO_DUPLICATES
    return finish(judged, duplicates, added, fields=fields)


def parse(raw: Raw, rules: Ruleset) -> Parsed:
    """Return a raw document decoded, cut into blocks, repaired and segmented.  Raises Unreadable if it is not text."""
    decoded = decode(raw)
    try:
        page = markup(decoded, raw.kind, page_settings(raw, rules))
        document = repair_page(raw, decoded, page, rules)
    except (TooMany, TooManyRepairs) as error:
        raise Unreadable(raw.path, f"has more than {error}", "Split it into several documents.") from None
    articles = segment(document, rules.layouts)
    if rules.detects_language and not raw.metadata.language:
        articles = tuple(_in_languages(document, articles))
    return Parsed(document, articles)


def page_settings(raw: Raw, rules: Ruleset) -> PageSettings:
    """Return how a page is read; rules of a publisher keep parts of its pages."""

    def applying(said: Metadata) -> tuple[KeepRule, ...]:
        publisher = known_publisher(said.under(raw.metadata), rules.layouts)
        names = {publisher.id, publisher.group} if publisher else set()
        return tuple(one for one in rules.keep_rules if not one.publishers or not names.isdisjoint(one.publishers))

    return PageSettings(rules.selectors, rules.page_model, applying if rules.keep_rules else None, rules.links)


def _in_languages(document: Document, articles: Sequence[Article]) -> Iterator[Article]:
    """Yield the articles of a document, each with the language of its longest blocks.

    The language that a page declares is often that of its template.  It is used unless its longest blocks are in
    another language.  Blocks outside the stories, such as menus, count only if the language of the story cannot be
    detected.
    """
    removals = (*document.outside, *(removal for article in articles for removal in article.frame))
    outside = {removal.block for removal in removals}
    story = [block for block in document.blocks if block.index not in outside]
    places = [block.index for block in story]
    longest = max((block.text for block in story), key=len, default="")
    for article in articles:
        said = article.metadata.language
        texts = [block.text for block in story[bisect_left(places, article.start) : bisect_left(places, article.end)]]
        if said:
            language = contradicted(said, texts) or said
        else:
            language = detect(texts, longest) or detect([block.text for block in article.blocks_of(document)])
        yield structs.replace(article, metadata=structs.replace(article.metadata, language=language))


def judge(batch: Sequence[Parsed], rules: Ruleset, lines: LineCounts | None = None) -> list[Judged]:
    """Return documents with their removals.  `lines` are the line counts of the run, if rules ask for them.

    The result does not depend on how documents fall into batches.
    """
    run = RunContext(rules.publishers, lines)
    documents = [parsed.document for parsed in batch]
    places = [(number, article) for number, parsed in enumerate(batch) for article in parsed.articles]
    views = [ArticleView(article, documents[number], run) for number, article in places]
    candidates = rules.judging.search(views)
    found = cuts(views, rules.judging, candidates)
    whole = [[one for one in of_article if _is_whole(one, view)] for view, of_article in zip(views, found, strict=True)]
    within = [[one for one in of_article if one not in gone] for of_article, gone in zip(found, whole, strict=True)]
    if cut := [at for at, of_article in enumerate(within) if of_article]:
        for at in cut:
            number, article = places[at]
            documents[number] = cut_out(documents[number], within[at])
            views[at] = ArticleView(article, documents[number], run)
        for at, again in zip(cut, rules.judging.search([views[at] for at in cut]), strict=True):
            candidates[at] = again
    judged: list[tuple[list[Article], list[tuple[Removal, ...]]]] = [([], []) for _ in batch]
    named = judge_articles(views, rules.judging, candidates)
    for (number, _), view, by_rules, of_article in zip(places, views, named, whole, strict=True):
        removals = _removals(view, by_rules, of_article)
        judged[number][0].append(filled(view, removals, rules.judging) if removals else view.article)
        judged[number][1].append(removals)
    for number in _cut_off(documents, [articles for articles, _ in judged], rules.judging):
        documents[number] = structs.replace(documents[number], status="teaser")
    return [
        Judged(document, tuple(articles), tuple(removals))
        for document, (articles, removals) in zip(documents, judged, strict=True)
    ]


def _cut_off(documents: Sequence[Document], articles: Sequence[Sequence[Article]], rules: JudgingRules) -> list[int]:
    """Return the numbers of the pages with a notice below the story that the rest is for readers who pay."""
    pages = [number for number, own in enumerate(articles) if documents[number].kind == "html" and len(own) == 1]
    found = previews([(documents[number], articles[number][0]) for number in pages], rules)
    return [number for number, is_one in zip(pages, found, strict=True) if is_one]


def finish(
    judged: Judged,
    duplicates: DocumentDuplicates = NO_DUPLICATES,
    added: str = "",
    skip: Sequence[Textless] = (),
    fields: OptionalFields = NO_FIELDS,
) -> Cleaned:
    """Return a document's records and audit entries.  Raises BooksError if its books do not balance.

    `skip` names the articles without text that get no record: with a headline ("stub"), and without one ("empty").
    `fields` are those that records have only if they are asked for.
    """
    document = judged.document
    edited = _edited_articles(judged, duplicates.removals)
    entries = post(document, edited)
    books = balance(document, [one.text for one in edited], entries)
    pairs = zip(judged.articles, edited, strict=True)
    left = [pair for pair in pairs if pair[1].id not in duplicates.articles and not pair[1].is_rejected()]
    copies = sum(one.id in duplicates.articles for one in edited)
    written = [pair for pair in left if pair[1].text or _textless(pair[0]) not in skip]
    records = without_repeated_metadata([record(document, article, one, added, fields) for article, one in written])
    head = document_entry(document, [one for _, one in written])
    tally = structs.replace(_count(judged, records, entries, books, copies), checksum=document_checksum(head, entries))
    return Cleaned(records, head, entries, tally)


def repair_page(raw: Raw, decoded: Decoded, page: Page, rules: Ruleset) -> Document:
    """Return a page with its blocks repaired, each change booked.  Metadata of the source override those of the page.

    Raises TooMany and TooManyRepairs.
    """
    if len(page.blocks) > MAX_BLOCKS:
        raise TooMany(f"{MAX_BLOCKS:,} paragraphs")
    used = rules.regions.union(one.name for one in rules.keep_rules)
    outside = tuple(one for one in page.outside if one.rule in used)
    taken = removed_blocks(outside)
    blocks, repairs = repaired_blocks(page.blocks, rules.repairs, rules.risky, taken)
    return Document(
        path=raw.path,
        record=raw.record,
        row=raw.row,
        kind=raw.kind,
        sha256=raw.sha256,
        encoding=decoded.encoding,
        text=page.text,
        gap=page.gap,
        blocks=blocks,
        repairs=repairs,
        metadata=_repaired(page.metadata.under(raw.metadata), rules),
        extra=raw.extra,
        notes=raw.notes,
        outside=outside,
        status=page.status,
    )


def _repaired(metadata: Metadata, rules: Ruleset) -> Metadata:
    """Return metadata with their words repaired. They are not part of the text, so the audit has no entry for this."""
    words = {name: said for name in ("headline", "publisher", "author") if (said := getattr(metadata, name))}
    if needs_no_repair(list(words.values()), rules.repairs):
        return metadata
    mended = {name: repair(text, rules.repairs, rules.risky).text.strip() for name, text in words.items()}
    return structs.replace(metadata, **mended)


def _is_whole(cut: Cut, view: ArticleView) -> bool:
    """Return whether nothing of a block would be left: it is judged uncut, and is removed if no other rule does so."""
    return cut.start == 0 and cut.end == len(view.blocks[cut.block - view.article.start].text)


def _removals(view: ArticleView, judged: Sequence[Removal], whole: Sequence[Cut]) -> tuple[Removal, ...]:
    """Return the removals of an article, in reading order: its frame, emptied blocks, matches of rules, whole cuts.

    A block can have both a tag of a rule and a removal by the classifier.
    """
    if not judged and not whole and not view.article.frame and all(block.text for block in view.blocks):
        return ()
    if rejected := next((removal for removal in judged if removal.action == "reject"), None):
        return tuple(_rejected(view, rejected, judged))
    own = {removal.block: removal for removal in (*_empty(view), *view.article.frame)}
    named = [removal for removal in judged if removal.block not in own]
    taken = removed_blocks((*own.values(), *named))
    cut = [
        Removal(one.block, "drop", one.rules[0], one.version, one.kind, one.rules[1:])
        for one in whole
        if one.block not in taken
    ]
    again = _repeated_headline(view, (*own.values(), *named, *cut))
    return tuple(sorted((*own.values(), *named, *cut, *again), key=lambda removal: removal.block))


def _repeated_headline(view: ArticleView, leaving: Sequence[Removal]) -> list[Removal]:
    """Return the removals of blocks that repeat the headline near the top of the article, not counting furniture."""
    headline = view.article.metadata.headline
    if not headline:
        return []
    gone = removed_blocks(leaving)
    top = islice((block for block in view.blocks if block.index not in gone), MAX_BLOCKS_TO_REPEAT)
    return repeats(headline, list(top))


def _rejected(view: ArticleView, rejected: Removal, judged: Sequence[Removal]) -> Iterator[Removal]:
    """Yield a removal of each block of a rejected article, with the other rules that match the block."""
    by_block = {removal.block: (removal.rule, *removal.also) for removal in judged}
    for block in view.blocks:
        others = tuple(name for name in by_block.get(block.index, ()) if name != rejected.rule)
        yield structs.replace(rejected, block=block.index, also=others)


def _empty(view: ArticleView) -> Iterator[Removal]:
    """Return removals of blocks that repair emptied, such as a lone zero-width space or byte order mark."""
    return (Removal(block.index, "drop", EMPTY, kind="glitch") for block in view.blocks if not block.text)


def _textless(article: Article) -> Textless:
    return "stub" if article.metadata.headline else "empty"


def _edited_articles(judged: Judged, duplicates: Sequence[Removal]) -> list[EditedArticle]:
    """Return the articles with all of their removals: by rule, and as duplicates."""
    by_block = {removal.block: removal for removal in duplicates}
    edited: list[EditedArticle] = []
    for article, removals in zip(judged.articles, judged.removals, strict=True):
        name, blocks = article_id(judged.document, article), article.blocks_of(judged.document)
        own = [by_block[index] for index in range(article.start, article.end) if index in by_block]
        natural = _refrains(name, blocks, removals, own)
        edited.append(edited_article(name, blocks, (*removals, *(one for one in own if one.block not in natural))))
    return edited


def _refrains(
    name: str, blocks: Sequence[Block], removals: Sequence[Removal], duplicates: Sequence[Removal]
) -> set[int]:
    """Return the duplicates within an article that are refrains, on the page and in the text that rules leave.

    If the same furniture stands around two copies, they were pasted. Furniture may also stand between two copies.
    """
    within = {one.block for one in duplicates if one.duplicate_of.rpartition(":")[0] == name}
    if not within:
        return within
    gone = removed_blocks(removals)
    return within & refrains(blocks) & refrains([block for block in blocks if block.index not in gone])


def _count(judged: Judged, records: Sequence[Record], entries: Sequence[Entry], books: Balance, copies: int) -> Tally:
    document = judged.document
    emptied = ["emptied"] * sum(not one.text and one.removed_ratio > 0 for one in records)
    empty = ["empty"] * (not document.text.strip())
    suspect = ["suspect"] * sum(one.status == "suspect" for one in records)
    return Tally(
        documents=1,
        books=books,
        statuses=_counts(one.status for one in records),
        rules=_counts(entry.rule for entry in entries),
        kinds=_counts(entry.kind for entry in entries),
        publishers=_counts(one.publisher for one in records),
        encodings=_counts([document.encoding]),
        warnings=_counts([*emptied, *suspect, *empty, *["copy"] * copies, *document.notes]),
    )


def _counts(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    counted = list(names)
    if len(counted) < 2:
        return ((counted[0], 1),) if counted else ()
    return tuple(sorted(Counter(counted).items()))
