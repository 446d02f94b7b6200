"""Guards, which block a rule that matches: `where` and `unless` on single blocks, `scope` on whole articles.

To add a guard, add its key to `Where` or `Scope` in `etl.rules.language`, and its test to _GUARDS or _SCOPES.
"""

from collections.abc import Callable, Sequence
from typing import Any

from etl.rules.language import Dates, Position, Scope, Where
from etl.rules.matching.patterns import Predicate, predicate
from etl.rules.matching.view import ArticleScope, ArticleView

UNLESS = "unless"

Guard = Callable[[ArticleView, int], str]
"""Returns the guard that blocks a rule at a position, as written in the pack; "" if none does."""


def guards(where: Where, unless: Predicate | None = None) -> tuple[tuple[Predicate, str], ...]:
    """Compile guards: predicates that must hold, each with its words in the pack, the fastest first."""
    asked = [
        (make(value), f"where.{name} = {_toml(value)}")
        for name, make in _GUARDS.items()
        if (value := getattr(where, name)) is not None
    ]
    if unless:
        blocks = unless.holds
        asked.append((predicate(lambda view, at: not blocks(view, at)), UNLESS))
    return tuple(asked)


def covers(scope: Scope, article: ArticleScope) -> bool:
    """Return true if an article is in the scope of a rule.  A condition on an unknown value does not hold."""
    return all(test(article, asked) for name, test in _SCOPES.items() if (asked := getattr(scope, name)))


def _toml(value: Any) -> str:
    return str(list(value)) if isinstance(value, tuple) else str(value).lower()


def _covers_day(article: ArticleScope, dates: Dates) -> bool:
    """Return true if an article is in a period; a given year or month is compared as a whole."""
    created = article.created
    is_late_enough = dates.since <= created[: len(dates.since)]
    return bool(created) and is_late_enough and (not dates.to or created[: len(dates.to)] <= dates.to)


_SCOPES: dict[str, Callable[[ArticleScope, Any], bool]] = {
    "publisher": lambda article, names: not article.publishers.isdisjoint(names),
    "language": lambda article, codes: article.language in codes,
    "format": lambda article, forms: article.kind in forms,
    "date": _covers_day,
}


def _position(places: tuple[Position, ...]) -> Predicate:
    wanted = frozenset(places)

    def among(view: ArticleView, found: Sequence[int]) -> Sequence[int]:
        sentences = view.sentences
        if not sentences:
            return found
        head, body, tail = ("head" in wanted, "body" in wanted, "tail" in wanted)
        first, last = sentences[0], sentences[-1]
        return [at for at in found if (head if at < first else tail if at > last else body)]

    return Predicate(lambda view, at: bool(among(view, (at,))), among)


def _min_words(words: int) -> Predicate:
    return predicate(lambda view, at: view.has_words(at, words))


def _max_words(words: int) -> Predicate:
    def among(view: ArticleView, found: Sequence[int]) -> Sequence[int]:
        plain = view.plain
        return [at for at in found if len(plain[at]) <= 2 * words or not view.has_words(at, words + 1)]

    return Predicate(lambda view, at: bool(among(view, (at,))), among)


def _no_final_punct(wanted: bool) -> Predicate:
    def among(view: ArticleView, found: Sequence[int]) -> Sequence[int]:
        plain = view.plain  # most such lines end with a letter, so that closing quotes need not be removed
        return [at for at in found if (not plain[at][-1:].isalnum() and view.has_final_punctuation(at)) is not wanted]

    return Predicate(lambda view, at: bool(among(view, (at,))), among)


def _holding(asks: Callable[[ArticleView, int, Any], bool]) -> Callable[[Any], Predicate]:
    return lambda value: predicate(lambda view, at: asks(view, at, value))


# The fastest first.
_GUARDS: dict[str, Callable[[Any], Predicate]] = {
    "max_chars": _holding(lambda view, at, chars: len(view.plain[at]) <= chars),
    "position": _position,
    "min_words": _min_words,
    "max_words": _max_words,
    "no_final_punct": _no_final_punct,
    "title_case": _holding(lambda view, at, share: view.title_case(at) >= share),
    "min_article_sentences": _holding(lambda view, _, count: len(view.sentences) >= count),
    "max_article_words": _holding(lambda view, at, words: sum(view.words) <= words),
}
