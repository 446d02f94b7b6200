"""What blocks a rule that matches: `where` and `unless` on single blocks, `scope` on whole articles."""

from collections.abc import Callable
from typing import Any

from etl.rules.language import Dates, Scope, Where
from etl.rules.matching.patterns import Predicate
from etl.rules.matching.view import ArticleScope, ArticleView

UNLESS = "unless"

Guard = Callable[[ArticleView, int], str]
"""What blocks a rule at a position, as it stands in the pack; "" if nothing does."""


def guard(where: Where, unless: Predicate | None = None) -> Guard:
    """Compile guards into one: it returns the first that blocks."""
    asked = [
        (holds, value, f"where.{name} = {_toml(value)}")
        for name, holds in _GUARDS.items()
        if (value := getattr(where, name)) is not None
    ]

    def blocked_by(view: ArticleView, at: int) -> str:
        for holds, value, text in asked:
            if not holds(view, at, value):
                return text
        return UNLESS if unless and unless(view, at) else ""

    return blocked_by


def covers(scope: Scope, article: ArticleScope) -> bool:
    """Return true if a rule of this scope judges an article.  What is not known of the article is not in scope."""
    return all(test(article, asked) for name, test in _SCOPES.items() if (asked := getattr(scope, name)))


def _toml(value: Any) -> str:
    return str(list(value)) if isinstance(value, tuple) else str(value).lower()


def _covers_day(article: ArticleScope, dates: Dates) -> bool:
    """Return true if an article is of these days; a year or month that is given is compared as such."""
    created = article.created
    is_late_enough = dates.since <= created[: len(dates.since)]
    return bool(created) and is_late_enough and (not dates.to or created[: len(dates.to)] <= dates.to)


_SCOPES: dict[str, Callable[[ArticleScope, Any], bool]] = {
    "publisher": lambda article, names: not article.publishers.isdisjoint(names),
    "language": lambda article, codes: article.language in codes,
    "format": lambda article, forms: article.kind in forms,
    "date": _covers_day,
}

# The ones that cost least first.
_GUARDS: dict[str, Callable[[ArticleView, int, Any], bool]] = {
    "max_chars": lambda view, at, chars: len(view.plain[at]) <= chars,
    "min_words": lambda view, at, words: view.has_words(at, words),
    "max_words": lambda view, at, words: not view.has_words(at, words + 1),
    "no_final_punct": lambda view, at, wanted: view.has_final_punctuation(at) is not wanted,
    "position": lambda view, at, places: not view.positions(at).isdisjoint(places),
    "title_case": lambda view, at, share: view.title_case(at) >= share,
    "max_article_words": lambda view, at, words: sum(view.words) <= words,
}
