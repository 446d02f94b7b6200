"""What keeps a rule off a block that it matches - `where`, `unless` - and off whole articles: `scope`."""

from collections.abc import Callable
from typing import Any

from etl.rules.match import Test
from etl.rules.view import View
from etl.rules.vocabulary import Dates, Scope, Where

UNLESS = "unless"


def obstacles(where: Where, unless: Test | None = None) -> Callable[[View, int], str]:
    """Compile guards into a function that names the first one in the way, as it stands in the pack; "" if none is."""
    asked = [
        (_GUARDS[name], value, f"where.{name} = {_toml(value)}")
        for name in _GUARDS
        if (value := getattr(where, name)) is not None
    ]

    def first_in_the_way(view: View, at: int) -> str:
        for holds, value, said in asked:
            if not holds(view, at, value):
                return said
        return UNLESS if unless and unless(view, at) else ""

    return first_in_the_way


def covers(scope: Scope, view: View) -> bool:
    """Tell whether a rule of this scope judges an article.  What is not known of the article is not in scope."""
    return all(test(view, asked) for name, test in _SCOPES.items() if (asked := getattr(scope, name)))


def _toml(value: Any) -> str:
    return str(list(value)) if isinstance(value, tuple) else str(value).lower()


def _covers_day(view: View, dates: Dates) -> bool:
    """Tell whether an article is of these days; a year or month that is given is compared as such."""
    created = view.article.metadata.created
    is_late_enough = dates.since <= created[: len(dates.since)]
    return bool(created) and is_late_enough and (not dates.to or created[: len(dates.to)] <= dates.to)


_SCOPES: dict[str, Callable[[View, Any], bool]] = {
    "publisher": lambda view, names: not view.scopes.isdisjoint(names),
    "language": lambda view, codes: view.language in codes,
    "format": lambda view, forms: view.kind in forms,
    "date": _covers_day,
}

# The ones that cost least first.
_GUARDS: dict[str, Callable[[View, int, Any], bool]] = {
    "min_words": lambda view, at, words: view.words[at] >= words,
    "max_words": lambda view, at, words: view.words[at] <= words,
    "max_chars": lambda view, at, chars: len(view.plain[at]) <= chars,
    "position": lambda view, at, places: not view.positions(at).isdisjoint(places),
    "no_final_punct": lambda view, at, wanted: view.has_final_punctuation(at) is not wanted,
    "title_case": lambda view, at, share: view.title_case(at) >= share,
    "max_article_words": lambda view, at, words: sum(view.words) <= words,
}
