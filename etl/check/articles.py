"""Faults of a single article that do not depend on rules: in its record, and in its text."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from unicodedata import name as name_of

from msgspec import Struct

from etl.check.furniture import excerpt
from etl.check.model import Finding, Key, Place
from etl.check.records import ArticleRecord
from etl.fold import count_words, ends_sentence, has_full_stop
from etl.language import contradicted
from etl.model import Block
from etl.repair.steps import STRAY_SPACE

# Words.  The shortest stories of agencies, apart from flashes, have some twenty.
MIN_WORDS = 12
# Words of a last paragraph.  A shorter one without a full stop may be a subhead, a name, an item of a list.
MIN_UNFINISHED_WORDS = 12
# The first newspapers appeared in the 17th century.
FIRST_YEAR = "1600"
_EPOCH = re.compile(r"1970-01-01(?:T00:00:00(?:\.0+)?(?:Z|\+00:00)?)?")
# Days.  Sources use the clocks of all time zones.
MAX_AHEAD = 1

# C0 and C1 controls, marks that embed or override the direction of writing, invisible marks, noncharacters.  Marks that
# join or separate letters (Persian, Hindi, emoji) and marks of one direction (Hebrew, Arabic) are text.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufdd0-\ufdef\ufeff\ufffe\uffff\xad\u2060]|"
    + STRAY_SPACE
)
_CUT_OFF = re.compile(r"(?:…|\.\.\.|。。。)[\])}»”\"']*$|\[\+\d+ char")


class Article(Struct, frozen=True, gc=False):
    """An article to be checked: its record, its text, its blocks, its place."""

    record: ArticleRecord
    text: str
    blocks: tuple[Block, ...]
    place: Place


def faults_of(article: Article) -> Iterator[Finding]:
    """Yield the faults of a single article."""
    for check, find in _FAULTS.items():
        for rule, words, text in find(article):
            yield Finding(Key(check, rule, article.record.publisher), article.place, words, excerpt(text))


Faults = Iterator[tuple[str, str, str]]
"""The rule of each fault, the fault in words, and the text that shows it."""


def _schema(article: Article) -> Faults:
    for fault in article.record.faults:
        yield fault.field, f"{fault.field}: {fault.words}", article.record.id


def _controls(article: Article) -> Faults:
    found = Counter(_CONTROL.findall(article.text) + _CONTROL.findall(article.record.headline))
    for character, count in sorted(found.items()):
        name = f"U+{ord(character):04X}"
        yield name, f"{name} {name_of(character, 'control')}, {count} in the text", name


def _empty(article: Article) -> Faults:
    if not article.text.strip():
        status = article.record.status or "unknown"
        yield status, f"has no text; its status is {status}", article.record.headline


def _truncated(article: Article) -> Faults:
    record, last = article.record, article.blocks[-1].text if article.blocks else ""
    if record.status in ("teaser", "paywalled"):
        yield record.status, f"is cut off, as its status says: {record.status}", last
    elif record.status == "" and _CUT_OFF.search(last):
        yield "ellipsis", "ends where the source cut it off", last[-80:]
    elif record.status in ("", "full") and _is_unfinished(last):
        yield "unfinished", "ends in the middle of a sentence", last[-80:]


def _is_unfinished(text: str) -> bool:
    return (
        len(text.split()) >= MIN_UNFINISHED_WORDS
        and has_full_stop(text)
        and not ends_sentence(text)
        and (text[-1].islower() or text[-1] in ",-–")
    )


def _short(article: Article) -> Faults:
    words = count_words(article.text)
    if article.record.status in ("", "full") and 0 < words < MIN_WORDS:
        yield article.record.status or "unknown", f"is a full article with a word count of {words}", article.text


def _language(article: Article) -> Faults:
    said, texts = article.record.language, [block.text for block in article.blocks]
    if language := contradicted(said, texts):
        yield language, f"the record says {said}, and the text reads like {language}", max(texts, key=len)


def _dates(article: Article) -> Faults:
    created, added = article.record.created, article.record.added
    if _EPOCH.fullmatch(created):
        yield "epoch", "is dated to the second zero of 1970: no date, or a wrong unit", created
    elif created and created[:4] < FIRST_YEAR:
        yield "ancient", f"is dated before {FIRST_YEAR}", created
    elif 0 < _days(added) < _days(created) - MAX_AHEAD:
        yield "future", f"is dated after the day on which it was added, {added[:10]}", created


def _days(time: str) -> int:
    """Return the day of a time, counted from the first of year 1; 0 if it is none."""
    try:
        return date.fromisoformat(time[:10]).toordinal()
    except ValueError:
        return 0


_FAULTS: dict[str, Callable[[Article], Faults]] = {
    "art.schema": _schema,
    "art.controls": _controls,
    "art.empty": _empty,
    "art.truncated": _truncated,
    "art.short": _short,
    "art.language": _language,
    "art.dates": _dates,
}
