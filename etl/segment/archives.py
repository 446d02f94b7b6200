"""Archives: many stories that a service exported into one text, each between lines that start or end it.

LexisNexis prints "1 of 3 DOCUMENTS", ProQuest "Document 1 of 3" below a rule, Factiva and Nexis Uni a last line; packs
hold these lines (`start-article`, and `end-article` with a regex).  Others separate stories by a line of dashes, which
counts if fields follow below it, or a headline with its publisher.  Some scrapers write the same fields above each
story, with nothing between the stories.
"""

import re
from collections.abc import Sequence
from itertools import takewhile

from msgspec import Struct

from etl.dates import instant
from etl.fold import count_words, ends_sentence, fold, is_label, plain
from etl.lazy_regex import lazy
from etl.model import Block, Searcher
from etl.segment.headlines import Headline, Layouts, headline
from etl.segment.roundups import is_paragraph

# Characters.  Archives print "Document 12 of 50" between two stories.
MAX_START_CHARS = 200
# Blocks.  Masthead, date, edition, headline and fields are within so many blocks below the start.
MAX_BLOCKS_TO_TEXT = 14
# Words of a headline.
MIN_HEADLINE_WORDS, MAX_HEADLINE_WORDS = 2, 30
# Lines of dashes separate stories if the document has two or more of them, and most have a field close below.
MIN_RULES, MIN_SHARE_WITH_FIELDS = 2, 0.8
# Fields with titles, which separate stories.
MIN_TITLES = 2

_RULE = lazy(r"[-_=~*—–─━]{10,}")
_HEADLINE_FIELD = lazy(r"(?:HEADLINE|Headline|TITLE|Title|HL)\s*:\s*(\S.*)|HD ([A-Z\d\"“‘'].*)", re.DOTALL)
_FIELD = lazy(
    r"(?:headline|title|byline|by|authors?|author\(s\)|autor|auteur|section|length|dateline|source|quelle|date|datum|published|url"
    r"|link|publication(?: (?:info|title|date))?|publisher|id|highlight|abstract|body|copyright"
    r"|language|text|full text|document type|gale document number)\s*:.*"
    r"|(?:\d{1,3}[,.])?\d{1,3} (?:words|mots|Wörter|palabras|parole|woorden)|by [A-Z].{2,60}"
    r"|(?:copyright|©|\(c\)) .*|(?:BY|WC|PD|SN|SC|LA|CY|LP) \S.*",
    re.IGNORECASE | re.DOTALL,
)
_WEEKDAY = r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)day"
_DAY = r"[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]{2,8} \d{4}|\d{4}-\d{2}-\d{2}"
_DATE = lazy(rf"(?:{_WEEKDAY},? )?(?P<date>{_DAY})(?:,? {_WEEKDAY})?(?:,? .{{0,40}})?", re.IGNORECASE)
# In other languages: `Donnerstag 3. Juni 2021`, `jeudi 3 juin 2021`, `3 de junio de 2021 jueves`.
_FOREIGN_DATE = lazy(
    r"(?:[^\W\d]{4,13}(?:-feira)?,? )?(?P<date>\d{1,2}(?:\.|er)? (?:de )?[^\W\d]{3,10}\.?(?: de)? \d{4})"
    r"(?:,? [^\W\d]{4,13})?"
)
# NewsBank prints the day and the paper below the headline, and the fields in one line below that.
_DAY_AND_PAPER = lazy(rf"(?P<date>{_DAY}) \| (?P<paper>.{{3,80}})", re.IGNORECASE)
_FIELDS_IN_A_ROW = lazy(
    r"(?:(?:Author|Section|Edition|Column|Page): .{1,80}|[\d,.]{1,6} Words)(?: \| .{1,80})+", re.IGNORECASE
)


class Masthead(Struct, frozen=True, gc=False):
    """The blocks between the start of a story and its text: the place of the headline (-1: none), and other fields.

    `drops` are the blocks of publication, date and edition.
    """

    at: int = -1
    headline: Headline = Headline("", "", None)
    created: str = ""
    drops: tuple[int, ...] = ()


def starts(blocks: Sequence[Block], layouts: Layouts) -> list[int]:
    """Return where stories start, if the document has lines that start or end one, or rules above fields."""
    short = [(at, plain(block.text)) for at, block in enumerate(blocks) if len(block.text) <= MAX_START_CHARS]
    found = {at for line in layouts.start_lines for at, text in short if line.fullmatch(text)}
    found |= {at for at, text in short if is_label(text, layouts.starts)} if layouts.starts else set()
    ends = sorted({at for line in layouts.end_lines for at, text in short if line.fullmatch(text)})
    if ends:
        last = max((at for at, block in enumerate(blocks) if is_paragraph(block.text)), default=0)
        found |= {0, *(at + 1 for at in ends if at < last)}  # the archive prints its search below the last one
    return sorted(
        {_with_rule(at, blocks) for at in found or _papers(blocks) or _rules(blocks, layouts) or _titles(blocks)}
    )


def masthead(start: int, end: int, blocks: Sequence[Block], layouts: Layouts) -> Masthead:
    """Return the masthead of a story with the blocks `start` to `end`: the blocks before its first paragraph."""
    first = start
    while first < end and (_RULE.fullmatch(blocks[first].text) or _is_start(blocks[first].text, layouts)):
        first += 1
    above: list[int] = []
    for at in range(first, min(end, first + MAX_BLOCKS_TO_TEXT)):
        if is_paragraph(blocks[at].text) or _is_end(blocks[at].text, layouts):
            break
        above.append(at)
    if not above:
        return Masthead()
    known = headline(blocks[above[0]].text, layouts)
    if known.publisher:
        return Masthead(above[0], known)
    if not any(is_paragraph(block.text) for block in blocks[first:end]):
        return Masthead()  # nothing shows where the headline ends and the text begins
    return _by_field(above, blocks) or _by_place(above, blocks, layouts)


def _is_start(text: str, layouts: Layouts) -> bool:
    return _is_line(text, layouts.start_lines) or (len(text) <= MAX_START_CHARS and is_label(text, layouts.starts))


def _is_end(text: str, layouts: Layouts) -> bool:
    return _is_line(text, layouts.end_lines)


def _is_line(text: str, lines: Sequence[Searcher]) -> bool:
    if len(text) > MAX_START_CHARS:
        return False
    text = plain(text)
    return any(line.fullmatch(text) for line in lines)


def _with_rule(at: int, blocks: Sequence[Block]) -> int:
    """Return where the lines of dashes directly above a place begin."""
    while at > 0 and _RULE.fullmatch(blocks[at - 1].text):
        at -= 1
    return at


def _papers(blocks: Sequence[Block]) -> set[int]:
    """Return the headlines above lines with a day and a newspaper, if two or more have a row of fields below."""
    found = {
        at
        for at, (block, day, row) in enumerate(zip(blocks, blocks[1:], blocks[2:], strict=False))
        if "|" in day.text and _DAY_AND_PAPER.fullmatch(day.text) and _FIELDS_IN_A_ROW.fullmatch(row.text)
        if _looks_like_headline(block.text)
    }
    return found if len(found) >= MIN_RULES else set()


def _titles(blocks: Sequence[Block]) -> set[int]:
    """Return the first fields of stories, if the document begins with one, and each has fields of the first below it.

    One of the fields names the headline: `Title: …` itself, or below `URL: …`.
    """
    if not blocks or not _FIELD.fullmatch(blocks[0].text) or ":" not in blocks[0].text:
        return set()
    label = blocks[0].text.partition(":")[0]
    found = [at for at, block in enumerate(blocks) if block.text.startswith(f"{label}:")]
    if not all(any(map(_names_headline, blocks[at : at + MAX_BLOCKS_TO_TEXT])) for at in found):
        return set()
    below = [_labels(blocks[at : at + MAX_BLOCKS_TO_TEXT]) - {label} for at in found]
    is_archive = len(found) >= MIN_TITLES and bool(below[0]) and all(labels & below[0] for labels in below)
    return set(found) if is_archive else set()


def _names_headline(block: Block) -> bool:
    return bool(_HEADLINE_FIELD.fullmatch(block.text))


def _rules(blocks: Sequence[Block], layouts: Layouts) -> set[int]:
    """Return the lines of dashes that separate stories: most have a field below, or a headline with a publisher.

    If the first story has fields but no line of dashes above, the start of the document counts as one.
    """
    rules = [at for at, block in enumerate(blocks) if _RULE.fullmatch(block.text) and at + 1 < len(blocks)]
    begins = rules and rules[0] > 0 and (_begins_as_below(rules[0], blocks) or _has_headline(-1, blocks, layouts))
    places = [-1, *rules] if begins else rules
    with_fields = [at for at in places if _has_field(at, blocks) or _has_headline(at, blocks, layouts)]
    is_archive = len(with_fields) >= max(MIN_RULES, MIN_SHARE_WITH_FIELDS * len(places))
    return {max(0, at) for at in with_fields} if is_archive else set()


def _has_field(rule: int, blocks: Sequence[Block]) -> bool:
    return any(_FIELD.fullmatch(block.text) for block in blocks[rule + 1 : rule + 5])


def _has_headline(rule: int, blocks: Sequence[Block], layouts: Layouts) -> bool:
    """Return whether a headline with a known publisher stands right below a rule, and a paragraph close below that."""
    below = blocks[rule + 1 : rule + 2 + MAX_BLOCKS_TO_TEXT]
    return bool(below and headline(below[0].text, layouts).publisher) and any(
        is_paragraph(one.text) for one in below[1:]
    )


def _begins_as_below(rule: int, blocks: Sequence[Block]) -> bool:
    """Return whether a document begins with two fields or more, one of which stands again below its first rule.

    A paragraph follows in both places.
    """
    top, below = _labels(blocks[:rule]), _labels(blocks[rule + 1 :])
    return len(top) >= MIN_RULES and bool(top & below)


def _labels(blocks: Sequence[Block]) -> set[str]:
    """Return the labels of the fields above a paragraph; none if no paragraph follows soon."""
    above = list(takewhile(lambda block: not is_paragraph(block.text), blocks[:MAX_BLOCKS_TO_TEXT]))
    if len(above) == len(blocks[:MAX_BLOCKS_TO_TEXT]):
        return set()
    return {block.text.partition(":")[0] for block in above if ":" in block.text and _FIELD.fullmatch(block.text)}


def _by_field(above: Sequence[int], blocks: Sequence[Block]) -> Masthead | None:
    """Return the headline that a field names."""
    for at in above:
        if match := _HEADLINE_FIELD.fullmatch(blocks[at].text):
            return Masthead(at, Headline((match[1] or match[2]).strip(), "", None))
    return None


def _by_place(above: Sequence[int], blocks: Sequence[Block], layouts: Layouts) -> Masthead:
    """Return the headline by its place: above the fields, and below the date if the publication is at the top."""
    fields = [at for at in above if _FIELD.fullmatch(blocks[at].text)]
    lines = list(above[: above.index(fields[0])] if fields else above)
    dated = next((at for at in lines if _date(blocks[at].text)), -1)
    wanted = [at for at in lines if at != dated and _looks_like_headline(blocks[at].text)]
    if not wanted:
        return Masthead()
    at = wanted[0] if dated in (-1, lines[-1]) else wanted[-1]
    rest = [other for other in lines if other != at and (dated >= 0 or _is_known(blocks[other].text, layouts))]
    named = next((other for other in rest if _is_known(blocks[other].text, layouts)), dated - 1)
    printed = blocks[named].text if named in rest and named != dated else ""
    found = Headline(blocks[at].text, printed, layouts.publishers.get(fold(printed)))
    return Masthead(at, found, _date(blocks[dated].text) if dated >= 0 else "", tuple(rest))


def _looks_like_headline(text: str) -> bool:
    is_quoted = text.endswith(("?", "!", "”", '"', "’", "'"))
    return MIN_HEADLINE_WORDS <= count_words(text) <= MAX_HEADLINE_WORDS and (is_quoted or not ends_sentence(text))


def _is_known(text: str, layouts: Layouts) -> bool:
    return fold(text) in layouts.publishers


def _date(text: str) -> str:
    text = plain(text)
    match = _DATE.fullmatch(text) or _DAY_AND_PAPER.fullmatch(text) or _FOREIGN_DATE.fullmatch(text)
    return instant(match["date"]) if match else ""
