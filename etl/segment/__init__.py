"""Divide a document into its articles.  A document is divided only if its layout shows where each story begins.

headlines   headlines, and the publishers that they name
roundups    several stories in one document, recognised by their headlines
archives    stories that an archive exported into one text, each between lines that begin or end it
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from msgspec import structs

from etl.addresses import host, original
from etl.authors import names_of
from etl.fold import fold, plain
from etl.model import Article, Block, Document, Metadata, Publisher, Removal
from etl.segment import archives, roundups
from etl.segment.archives import Masthead
from etl.segment.headlines import Layouts, headline, names_publisher, own_headline
from etl.segment.roundups import Opening

__all__ = ["EMPTY", "KICKER", "MAX_BLOCKS_TO_REPEAT", "Layouts", "headline", "known_publisher", "repeats", "segment"]

# Blocks.  Close below the headline, a page title may repeat it ("… – YouTube").  Further down, the same words are text,
# except in an <h1>.
MAX_BLOCKS_TO_REPEAT = 4
# Characters of the name of a host.  A longer text is not a host, and trying all of its endings takes n² time.
MAX_HOST = 253

KICKER, HEADLINE, REPEAT, MASTHEAD, EMPTY = (
    "structure/kicker",
    "structure/headline",
    "structure/headline-again",
    "structure/masthead",
    "structure/empty",
)


def segment(document: Document, layouts: Layouts) -> tuple[Article, ...]:
    """Return the articles of a document, at least one; together they hold every block exactly once."""
    blocks = document.blocks
    if document.kind == "text" and (starts := archives.starts(blocks, layouts)):
        return tuple(_exported(document, starts, layouts))
    openings: dict[int, Opening | None] = {0: None}  # the text above the first start is a story, too
    if document.kind == "text":
        found = roundups.openings(blocks, document.gap, layouts)
        openings |= {opening.at - opening.has_kicker: opening for opening in found}
    articles: list[Article] = []
    for start, end in pairwise((*openings, len(blocks))):
        opening, index, story = openings[start], len(articles), blocks[start:end]
        article = (
            _opened(index, opening, document.metadata, story)
            if opening
            else _story(index, document.metadata, story, layouts)
        )
        articles.append(_with_frame(article, document.outside))
    return tuple(articles)


def _exported(document: Document, starts: Sequence[int], layouts: Layouts) -> list[Article]:
    """Return the articles of an archive.  The text above the first start is an article, too."""
    blocks, articles, known = document.blocks, list[Article](), frozenset(starts)
    for start, end in pairwise((*dict.fromkeys((0, *starts)), len(blocks))):
        found = archives.masthead(start, end, blocks, layouts) if start in known else Masthead()
        index, story = len(articles), blocks[start:end]
        articles.append(
            _headed(index, found, document.metadata, story)
            if found.at >= 0
            else _story(index, document.metadata, story, layouts)
        )
    return articles


def _with_frame(article: Article, outside: Sequence[Removal]) -> Article:
    """Return an article with the removals of blocks outside its story added to its frame."""
    named = {removal.block for removal in article.frame}
    own = [one for one in outside if article.start <= one.block < article.end and one.block not in named]
    return structs.replace(article, frame=(*article.frame, *own)) if own else article


def _headed(index: int, found: Masthead, metadata: Metadata, blocks: tuple[Block, ...]) -> Article:
    """Return the article of an archive whose headline was found above its text."""
    first = blocks[0].index
    frame = [Removal(at, "drop", MASTHEAD, kind="structure") for at in found.drops]
    frame.append(Removal(found.at, "extract", HEADLINE, kind="structure"))
    own = structs.replace(
        metadata,
        headline=found.headline.text,
        publisher=found.headline.printed or metadata.publisher,
        created=found.created or metadata.created,
    )
    frame += repeats(own.headline, blocks[found.at + 1 - first :])
    frame.sort(key=lambda removal: removal.block)
    return Article(index, own, found.headline.publisher, first, first + len(blocks), tuple(frame))


def _opened(index: int, opening: Opening, metadata: Metadata, blocks: tuple[Block, ...]) -> Article:
    """Return the article of an opening: kicker and headline are its frame, and metadata are from the headline."""
    found, at = opening.headline, opening.at - blocks[0].index
    frame = [Removal(blocks[at - 1].index, "drop", KICKER, kind="structure")] if opening.has_kicker else []
    frame.append(Removal(blocks[at].index, "extract", HEADLINE, kind="structure"))
    own = structs.replace(metadata, headline=found.text, publisher=found.printed)
    frame += repeats(own.headline, blocks[at + 1 :])
    return Article(index, own, found.publisher, blocks[0].index, blocks[-1].index + 1, tuple(frame))


def _story(index: int, metadata: Metadata, blocks: tuple[Block, ...], layouts: Layouts) -> Article:
    """Return the article of a page that does not begin with its headline: its metadata are those of the source."""
    publisher = known_publisher(metadata, layouts)
    if publisher and (not metadata.publisher or fold(metadata.publisher) in publisher.domains or _is_url(metadata)):
        metadata = structs.replace(metadata, publisher=publisher.name)
    if metadata.headline:
        own = own_headline(metadata.headline, publisher, metadata.publisher, layouts)
        metadata = structs.replace(metadata, headline=own)
    if metadata.author:
        names = names_of([metadata.author], "given", layouts.publishers)
        metadata = structs.replace(metadata, author=("; " if ";" in metadata.author else ", ").join(names))
    frame = repeats(metadata.headline, blocks) if metadata.headline else []
    start = blocks[0].index if blocks else 0
    return Article(index, metadata, publisher, start, start + len(blocks), tuple(frame))


def known_publisher(metadata: Metadata, layouts: Layouts) -> Publisher | None:
    """Return the known publisher with the name or the domain in the metadata; None if there is none."""
    domain = _domain(metadata.publisher, layouts) or _domain(metadata.url, layouts)
    return layouts.publishers.get(fold(metadata.publisher)) or layouts.publishers.get(domain)


def _is_url(metadata: Metadata) -> bool:
    return bool(re.match(r"https?://|www\.", metadata.publisher))


def repeats(text: str, blocks: Sequence[Block]) -> list[Removal]:
    """Return the removals of blocks near the top that repeat the headline, with or without a publisher behind it."""
    wanted = fold(text)
    return [
        Removal(block.index, "extract", REPEAT, kind="structure")
        for at, block in enumerate(blocks)
        if (at < MAX_BLOCKS_TO_REPEAT or block.tag == "h1")
        and fold(block.text[: len(wanted)]).startswith(wanted)
        and _adds_only_publisher(block.text[len(text) :])
    ]


def _adds_only_publisher(tail: str) -> bool:
    return not tail.strip() or bool(re.fullmatch(r"\s*[-|]\s[^|]+", plain(tail)) and names_publisher(tail))


def _domain(url: str, layouts: Layouts) -> str:
    """Return the longest ending of the url's host that a publisher has registered; "" if there is none."""
    named = host(original(url if "//" in url else f"//{url}")) if url else ""
    parts = named.split(".") if len(named) <= MAX_HOST else []
    endings = (".".join(parts[i:]) for i in range(len(parts) - 1))
    return next((ending for ending in endings if ending in layouts.publishers), "")
