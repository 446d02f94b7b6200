"""Fields that are filled from lines: the author from a byline, the day of publication from a date."""

from collections.abc import Iterable, Iterator
from typing import get_args

from msgspec import structs

from etl.dates import instant
from etl.fold import ORNAMENTS
from etl.model import Article, Removal
from etl.rules.engine.ruleset import CompiledRule, JudgingRules
from etl.rules.language import Field
from etl.rules.matching.view import ArticleView
from etl.rules.regexes.compiled import regex_of

FIELDS: tuple[str, ...] = get_args(Field)


def filled(view: ArticleView, removals: Iterable[Removal], rules: JudgingRules) -> Article:
    """Return the article with the fields that rules extract.

    The first line fills a field; fields of the source stay.
    """
    extracting = {one.name: one for one in rules.extracting}
    article = view.article
    fields: dict[str, str] = {}
    for removal in removals:
        for name in (removal.rule, *removal.also):
            if name in extracting:
                found = extracted(extracting[name], view, removal.block - article.start)
                fields = {field: text for field, text in found if text} | fields
    left_open = {field: text for field, text in fields.items() if not getattr(article.metadata, field)}
    return structs.replace(article, metadata=structs.replace(article.metadata, **left_open)) if left_open else article


def extracted(extracting: CompiledRule, view: ArticleView, at: int) -> Iterator[tuple[str, str]]:
    """Yield the fields of a line: by the named groups of the regex, else the whole line.

    A date that cannot be read is not used.
    """
    rule, text = extracting.rule, view.texts[at]
    regex = regex_of(rule.match, extracting.user_rule)
    match = regex.fullmatch(view.plain[at], view.run.publishers) if rule.match.regex else None
    groups = {name: match.span(name) for name in FIELDS if name in match.re.groupindex} if match else {}
    if rule.field and rule.field not in groups:
        groups[rule.field] = 0, len(text)
    for field, (start, end) in groups.items():
        value = " ".join(text[start:end].strip(ORNAMENTS).split()) if start >= 0 else ""
        yield field, instant(value, view.article.metadata.language) if field == "created" else value
