"""A document -> its articles.  Splits a roundup where its layout proves a new story; one story stays one article."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct, structs

from etl.fold import ends_sentence, fold, is_label, plain
from etl.model import Article, Block, Document, Metadata, Publisher, Removal, Searcher

# Words.  Kickers of feed readers are two keywords, of papers up to a short phrase.
MAX_KICKER_WORDS = 6
# Words.  "Associated Press of Pakistan" has four, "The New Zealand Herald on Sunday" six.
MAX_PUBLISHER_WORDS = 7
# Words.  A shorter one is a label ("More – BBC News").
MIN_HEADLINE_WORDS = 2
# Lines.  Between the label that ends a story and the headline of the next stand the kicker and blank lines.
MAX_LINES_TO_HEADLINE = 4
# Blocks.  Below the headline a page title may repeat it ("… – YouTube"); deeper, the same words are text, but for <h1>.
MAX_BLOCKS_TO_REPEAT = 4
# Characters.  Archives print "Document 12 of 50" or a rule of dashes between two stories.
MAX_START_CHARS = 200

KICKER, HEADLINE, REPEAT, EMPTY = (
    "structure/kicker",
    "structure/headline",
    "structure/headline-again",
    "structure/empty",
)

# What stands before a publisher, the surest first: "Minsk – BBC News", "Minsk | BBC News", "Minsk- BBC News".
# Each by a character without which it is not there: most lines have none of them, and need no regex.
_MARKS = tuple(
    (character, re.compile(rf"(.*\S)(?:{mark})\s+(\S.*)", re.DOTALL))
    for character, mark in (
        ("–", r"\s+[–—]"),
        ("—", r"\s+[–—]"),
        ("|", r"\s+\|"),
        ("-", r"\s+-|(?<=\w)-"),
    )
)


class Layouts(Struct, frozen=True):
    """What packs say of the layout of roundups: labels that end a story, and publishers by folded name or domain.

    Labels that start a story, and regexes of such lines, part a document where they stand; headlines do so elsewhere.
    """

    ends: frozenset[str]
    publishers: dict[str, Publisher]
    starts: frozenset[str] = frozenset()
    start_lines: tuple[Searcher, ...] = ()


class Headline(Struct, frozen=True, gc=False):
    """A headline without its publisher, the publisher as printed, and the known publisher of that name."""

    text: str
    printed: str
    publisher: Publisher | None


class Opening(Struct, frozen=True, gc=False):
    """The blocks that open a story: where its headline stands, if the block before is its kicker, if that fits it.

    A kicker fits when all its words are the headline's; feed readers make theirs so.
    """

    at: int
    has_kicker: bool
    kicker_fits: bool
    headline: Headline


def segment(document: Document, layouts: Layouts) -> tuple[Article, ...]:
    """Give the articles of a document, at least one; together they hold every block exactly once."""
    blocks, metadata = document.blocks, document.metadata
    openings: dict[int, Opening | None] = {0: None}  # what stands above the first start is a story too
    if document.kind == "text":
        openings |= dict(_starts(blocks, layouts))
    articles: list[Article] = []
    for start, end in pairwise((*openings, len(blocks))):
        opening, index = openings[start], len(articles)
        story = blocks[start:end]
        articles.append(
            _opened(index, opening, metadata, story) if opening else _story(index, metadata, story, layouts)
        )
    return tuple(articles)


def headline(line: str, layouts: Layouts) -> Headline:
    """Take the publisher off the end of a headline; it may stand there twice.

    >>> uk = Layouts(frozenset(), {"bbc news": Publisher("bbc", "BBC News")})
    >>> headline("Lukashenko meets Mishustin in Minsk- BBC News – BBC News", uk).text
    'Lukashenko meets Mishustin in Minsk'
    """
    found = _split_tail(line, layouts)
    again = _split_tail(found.text, layouts)
    is_same = fold(again.printed) == fold(found.printed) or (found.publisher and again.publisher == found.publisher)
    return structs.replace(found, text=again.text) if found.printed and is_same else found


def _split_tail(line: str, layouts: Layouts) -> Headline:
    """Split where a known publisher begins, else at the mark that most likely stands before one."""
    marks = [mark for character, mark in _MARKS if character in line]
    matches = [match for mark in marks if (match := mark.fullmatch(line)) and _names_publisher(match[2])]
    splits = [Headline(match[1], match[2], layouts.publishers.get(fold(match[2]))) for match in matches]
    return next((split for split in splits if split.publisher), splits[0] if splits else Headline(line, "", None))


def _names_publisher(tail: str) -> bool:
    """Tell whether what stands after the last dash could be a name: short, and no sentence ("U.S." is a publisher)."""
    words = tail.split()
    if len(words) > 1 and tail.endswith("."):
        return False
    return len(words) <= MAX_PUBLISHER_WORDS and not tail.endswith(("?", "!", "…", ":", ",", ";", "”", '"'))


def _starts(blocks: Sequence[Block], layouts: Layouts) -> Iterator[tuple[int, Opening | None]]:
    """Give where stories start, each with its opening: at the lines that start one, if there are any."""
    lines = [at for at, block in enumerate(blocks) if _is_start(block.text, layouts)]
    for at in lines:
        yield at, _opening_below(at, blocks, layouts)
    if not lines:
        yield from ((opening.at - opening.has_kicker, opening) for opening in _openings(blocks, layouts))


def _is_start(text: str, layouts: Layouts) -> bool:
    if len(text) > MAX_START_CHARS:
        return False
    return is_label(text, layouts.starts) or any(line.fullmatch(plain(text)) for line in layouts.start_lines)


def _opening_below(at: int, blocks: Sequence[Block], layouts: Layouts) -> Opening | None:
    """The headline next below a line that starts a story, if its publisher is known."""
    found = headline(blocks[at + 1].text, layouts) if at + 1 < len(blocks) else None
    return Opening(at + 1, False, False, found) if found and found.publisher else None


def _openings(blocks: Sequence[Block], layouts: Layouts) -> Iterator[Opening]:
    """Find where stories open.  The first one shows the layout - kicker or none - that the others must have."""
    first: Opening | None = None
    last = -1  # a headline is not the kicker of the next one
    for at in range(len(blocks)):
        opening = _opening(at, blocks, layouts)
        if opening and opening.at - opening.has_kicker > last and _fits_layout(opening, first):
            first, last = first or opening, opening.at
            yield opening


def _fits_layout(opening: Opening, first: Opening | None) -> bool:
    if first is None:
        return opening.at == opening.has_kicker or opening.kicker_fits
    return opening.has_kicker == first.has_kicker and opening.kicker_fits >= first.kicker_fits


def _opening(at: int, blocks: Sequence[Block], layouts: Layouts) -> Opening | None:
    """Weigh one `Headline – Publisher` line by its surroundings.

    It must stand at the start of the document or close below the label that ended the story before, and be vouched for
    by a kicker that fits or by a publisher that is known.
    """
    line = blocks[at].line
    has_kicker = at > 0 and _follows_end(at - 1, line, blocks, layouts.ends) and _is_kicker(blocks[at - 1].text)
    if not has_kicker and not _follows_end(at, line, blocks, layouts.ends):
        return None
    found = headline(blocks[at].text, layouts)
    if not found.printed or len(found.text.split()) < MIN_HEADLINE_WORDS:
        return None
    fits = has_kicker and _words(blocks[at - 1].text) <= _words(found.text)
    return Opening(at, has_kicker, fits, found) if fits or found.publisher else None


def _follows_end(at: int, headline_line: int, blocks: Sequence[Block], ends: frozenset[str]) -> bool:
    if at <= 0:
        return at == 0
    end = blocks[at - 1]
    return headline_line - end.line <= MAX_LINES_TO_HEADLINE and is_label(end.text, ends)


def _is_kicker(text: str) -> bool:
    return 0 < len(text.split()) <= MAX_KICKER_WORDS and not ends_sentence(text)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", fold(text)))


def _opened(index: int, opening: Opening, metadata: Metadata, blocks: tuple[Block, ...]) -> Article:
    """The article that an opening starts: its kicker and headline are frame, its metadata come from the headline."""
    found, at = opening.headline, opening.at - blocks[0].index
    frame = [Removal(blocks[at - 1].index, "drop", KICKER, kind="structure")] if opening.has_kicker else []
    frame.append(Removal(blocks[at].index, "extract", HEADLINE, kind="structure"))
    own = structs.replace(metadata, headline=found.text, publisher=found.printed)
    frame += _repeats(own.headline, blocks[at + 1 :])
    return Article(index, own, found.publisher, blocks[0].index, blocks[-1].index + 1, tuple(frame))


def _story(index: int, metadata: Metadata, blocks: tuple[Block, ...], layouts: Layouts) -> Article:
    """The article of a page that opens with no headline of its own: metadata come from beside the text."""
    publisher = layouts.publishers.get(fold(metadata.publisher)) or layouts.publishers.get(
        _domain(metadata.url, layouts)
    )
    frame = _repeats(metadata.headline, blocks) if metadata.headline else []
    start = blocks[0].index if blocks else 0
    return Article(index, metadata, publisher, start, start + len(blocks), tuple(frame))


def _repeats(text: str, blocks: Sequence[Block]) -> list[Removal]:
    """Blocks near the top that say the headline again, with or without a publisher behind it."""
    wanted = fold(text)
    return [
        Removal(block.index, "extract", REPEAT, kind="structure")
        for at, block in enumerate(blocks)
        if (at < MAX_BLOCKS_TO_REPEAT or block.tag == "h1")
        and fold(block.text[: len(wanted)]).startswith(wanted)
        and _adds_only_publisher(block.text[len(text) :])
    ]


def _adds_only_publisher(tail: str) -> bool:
    return not tail.strip() or bool(re.fullmatch(r"\s*[-|]\s[^|]+", plain(tail)) and _names_publisher(tail))


def _domain(url: str, layouts: Layouts) -> str:
    """The longest ending of the url's host that a publisher has registered; "" if there is none."""
    host = re.sub(r"^[a-z]+://|^//|[/:?#].*$", "", url.lower())
    parts = host.split(".")
    endings = (".".join(parts[i:]) for i in range(len(parts) - 1))
    return next((ending for ending in endings if ending in layouts.publishers), "")
