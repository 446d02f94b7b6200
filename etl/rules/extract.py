"""What lines say of their article: a byline its author, a dateline when it was published.  Judges nothing."""

from collections.abc import Iterable, Iterator
from typing import get_args

from msgspec import structs

from etl.dates import instant
from etl.fold import ORNAMENTS
from etl.model import Article, Removal
from etl.rules.regex import regex_of
from etl.rules.seat import Bench, Seated
from etl.rules.view import View
from etl.rules.vocabulary import Field

FIELDS: tuple[str, ...] = get_args(Field)


def filled(view: View, removals: Iterable[Removal], bench: Bench) -> Article:
    """Give the article with the fields that rules extract, the first line first; what its source says of it stays."""
    article, rules = view.article, {seated.name: seated for seated in bench.extracting}
    found = [
        (removal.block - article.start, rules[name])
        for removal in removals
        for name in (removal.rule, *removal.also)
        if name in rules
    ]
    said: dict[str, str] = {}
    for at, seated in found:
        said = {field: text for field, text in extracted(seated, view, at) if text} | said
    left_open = {field: text for field, text in said.items() if not getattr(article.metadata, field)}
    return structs.replace(article, metadata=structs.replace(article.metadata, **left_open)) if left_open else article


def extracted(seated: Seated, view: View, at: int) -> Iterator[tuple[str, str]]:
    """Give the fields that a line fills: by the groups of the regex that are named like fields, else all of it.

    A date that cannot be read fills nothing.
    """
    rule, text = seated.rule, view.blocks[at].text
    searcher = regex_of(rule.match, seated.limited).searcher(view.plain[at], view.known.publishers)
    match = searcher.fullmatch(view.plain[at]) if searcher and rule.match.regex else None
    groups = {name: match.span(name) for name in FIELDS if name in match.re.groupindex} if match else {}
    if rule.field and rule.field not in groups:
        groups[rule.field] = 0, len(text)
    for field, (start, end) in groups.items():
        value = " ".join(text[start:end].strip(ORNAMENTS).split()) if start >= 0 else ""
        yield field, instant(value) if field == "created" else value
