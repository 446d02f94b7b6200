"""The article record: flat, with all keys, without nulls and lists, so that every loader infers the same types."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from etl.audit import EditedArticle
from etl.captions import as_json, captions
from etl.fold import count_words, ends_sentence
from etl.markdown import markdown
from etl.model import Article, Block, Document
from etl.previews import MAX_PREVIEW_WORDS, says_more
from etl.rules.classifier.model import LEAD_OR_END
from etl.segment import KICKER

# Words.  Feeds cut texts at 100 to 400 characters, NewsAPI at 200.  In a longer text, an ellipsis at the end is style.
MAX_TEASER_WORDS = 150
# Words.  A shorter block below a paywall is a line of furniture that no rule matches.
MIN_PARAGRAPH_WORDS = 12
# Characters.  If the articles of a document would repeat more of its metadata than this, only short values are
# repeated.
MAX_REPEATED, MAX_SHORT = 1 << 20, 200
# An ellipsis at the end, in brackets as WordPress prints it, or in Chinese.
_ELLIPSES = ("…", "...", "。。。")
_AFTER_ELLIPSIS = "])}»”\"'"

Status = Literal["full", "teaser", "stub", "paywalled", "suspect"]
Time = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)?$")]
Ratio = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]


class Origin(Struct, frozen=True, gc=False, kw_only=True):
    """The place of an article in the input.  Lines and rows count from 1, characters of the decoded text from 0."""

    path: str
    record: str
    row: Count
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    index: Count
    line_start: Count
    line_end: Count
    char_start: Count
    char_end: Count
    encoding: str
    gap: str


# The beginning of the schema of an article, in any version.
SCHEMA = "copydesk/article/"


Structure = Literal["none", "markdown"]


class OptionalFields(Struct, frozen=True):
    """The optional fields of a record: captions of pictures, and the text as Markdown."""

    captions: bool = False
    structure: Structure = "none"


NO_FIELDS = OptionalFields()


class Record(Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """An article as it is written; "" means unknown.  `captions` and `markdown` are written only on request."""

    schema: Literal["copydesk/article/1"] = "copydesk/article/1"
    id: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    text: str
    source: str
    created: Time
    added: Time
    url: str
    headline: str
    publisher: str
    author: str
    language: str
    status: Status
    word_count: Count
    removed_ratio: Ratio
    duplicate_ratio: Ratio
    text_sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    origin: Origin
    metadata: str
    captions: str | UnsetType = UNSET
    markdown: str | UnsetType = UNSET


def article_id(document: Document, article: Article) -> str:
    """Return the id of an article from its place: path, row, id of the record, index.

    It does not depend on rules or workers.
    """
    place = (document.path, str(document.row), document.record, str(article.index))
    return blake2b("\0".join(place).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def record(
    document: Document, article: Article, edited: EditedArticle, added: str, fields: OptionalFields = NO_FIELDS
) -> Record:
    """Return an article as it is written: its text, its metadata, its origin, and the removed share."""
    text, metadata = edited.text, article.metadata
    words = count_words(text)
    return Record(
        id=edited.id,
        text=text,
        source=document.path.rpartition("/")[2].partition(".")[0] or document.path,
        created=metadata.created,
        added=added,
        url=metadata.url,
        headline=metadata.headline,
        publisher=metadata.publisher,
        author=metadata.author,
        language=metadata.language,
        status="suspect" if _is_suspect(edited) else _status(document, edited, words),
        word_count=words,
        removed_ratio=_share(edited, ("drop", "cut", "extract", "duplicate")),
        duplicate_ratio=_share(edited, ("duplicate",)),
        text_sha256=edited.sha256,
        origin=_origin(document, article, edited.blocks),
        metadata=document.extra,
        captions=as_json(captions(document, edited)) if fields.captions else UNSET,
        markdown=markdown(document, edited, metadata.url) if fields.structure == "markdown" else UNSET,
    )


def without_repeated_metadata(records: Sequence[Record]) -> tuple[Record, ...]:
    """Return the records of a document.  Large values that hold for all articles are only in the first record."""
    names = ("url", "headline", "publisher", "author", "language", "metadata")
    first, *others = records or (None,)
    if not first or sum(len(getattr(first, name)) for name in names) * len(others) <= MAX_REPEATED:
        return tuple(records)
    told = {name: said for name in names if len(said := getattr(first, name)) > MAX_SHORT}
    found = [first]
    for one in others:
        again = {name: "{}" if name == "metadata" else "" for name, said in told.items() if getattr(one, name) == said}
        found.append(structs.replace(one, **again))
    return tuple(found)


def _is_suspect(edited: EditedArticle) -> bool:
    """Return whether the lead or the end has a tag of a protected sentence: the rules were probably wrong."""
    return any(removal.rule == LEAD_OR_END for removal in edited.removals)


def _status(document: Document, edited: EditedArticle, words: int) -> Status:
    if document.status:
        return document.status
    if not edited.text:
        return "stub"
    if words <= MAX_TEASER_WORDS and edited.text.rstrip(_AFTER_ELLIPSIS).endswith(_ELLIPSES):
        return "teaser"
    return "teaser" if words <= MAX_PREVIEW_WORDS and _is_cut(document, edited) else "full"


def _is_cut(document: Document, edited: EditedArticle) -> bool:
    """Return whether a rule removed a notice that there is more text, and no paragraph is left below it."""
    cut = {
        removal.block
        for removal in edited.removals
        if removal.action != "tag" and says_more((removal.rule, *removal.also))
    }
    cut_inside = {
        block.index for block in edited.kept if any(says_more(repair.steps) for repair in document.repairs[block.index])
    }
    if not cut and not cut_inside:
        return False
    paragraphs = [
        block.index
        for block in edited.kept
        if ends_sentence(block.text) and count_words(block.text) >= MIN_PARAGRAPH_WORDS
    ]
    last = paragraphs[-1] if paragraphs else -1
    return max(cut, default=-1) > last or max(cut_inside, default=-1) >= last


def _share(edited: EditedArticle, actions: Sequence[str]) -> float:
    """Return the share of the article's characters that these actions removed, without white space between blocks."""
    gone = {removal.block for removal in edited.removals if removal.action in actions}
    if not gone:
        return 0.0
    read = sum(block.char_end - block.char_start for block in edited.blocks)
    taken = sum(block.char_end - block.char_start for block in edited.blocks if block.index in gone)
    return round(taken / read, 3) if read else 0.0


def _origin(document: Document, article: Article, all_blocks: Sequence[Block]) -> Origin:
    """Return the place of an article, without the kicker above the story."""
    kickers = {removal.block for removal in article.frame if removal.rule == KICKER}
    blocks = [block for block in all_blocks if block.index not in kickers]
    start, end = (blocks[0].char_start, blocks[-1].char_end) if blocks else (0, 0)
    return Origin(
        path=document.path,
        record=document.record,
        row=document.row,
        sha256=document.sha256,
        index=article.index,
        line_start=blocks[0].line if blocks else 1,
        line_end=blocks[-1].line + document.text.count("\n", blocks[-1].char_start, end) if blocks else 1,
        char_start=start,
        char_end=end,
        encoding=document.encoding,
        gap=document.gap,
    )
