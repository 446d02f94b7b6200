"""Does a block match?  Its own looks, its neighbours, its guards: each a small test on the view, compiled once."""

import re
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from typing import Any

from etl.fold import ORNAMENTS, fold, label, plain
from etl.rules.literals import required
from etl.rules.view import View
from etl.rules.vocabulary import Between, Match, Near, Pattern, Span, Where

# Characters.  No label, caption or notice that anyone has shown us is longer; a paragraph may be.
MAX_FURNITURE_CHARS = 2_000

Test = Callable[[View, int], bool]


class Regex:
    """A regex on the plain view, and literals of which one, folded, stands in every text that it matches.

    It is compiled when the first text asks for it: of 150 regexes a page asks for some ten.
    """

    def __init__(self, source: str, case: bool) -> None:
        self.source, self.flags = source, re.DOTALL if case else re.DOTALL | re.IGNORECASE
        self.literals = tuple(sorted(required(source) or ("",)))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled regex.  Raises re.error if it is none."""
        return re.compile(self.source, self.flags)

    def may_match(self, folded: str) -> bool:
        """Tell whether a text needs a closer look."""
        return any(literal in folded for literal in self.literals)


LOOKS = ("exact", "prefix", "suffix", "contains", "regex", "tag", "rule", "headline")


@cache
def regex_of(pattern: Pattern) -> Regex:
    """Give the regex of a pattern, one for equal patterns."""
    return Regex(pattern.regex, pattern.case)


def has_looks(pattern: Pattern) -> bool:
    """Tell whether the pattern asks anything of the block itself."""
    return any(getattr(pattern, look) for look in LOOKS)


def has_company(match: Match) -> bool:
    """Tell whether the match asks anything of the neighbours."""
    return any((match.after, match.before, match.between, match.span))


def looks_test(pattern: Pattern) -> Test:
    """Compile a pattern: true if any of its parts matches the block at a place."""
    tests = [make(pattern) for look, make in _LOOKS.items() if getattr(pattern, look)]
    return tests[0] if len(tests) == 1 else lambda view, at: any(test(view, at) for test in tests)


def company_test(match: Match) -> Test:
    """Compile what a match asks of the neighbours: true if all of it holds."""
    tests = [make(asked) for name, make in _COMPANY.items() if (asked := getattr(match, name))]
    return lambda view, at: all(test(view, at) for test in tests)


def obstacles(where: Where) -> Callable[[View, int], str]:
    """Compile guards into a function that names the first one in the way, as it stands in the pack; "" if none is."""
    asked = [(name, value) for name in where.__struct_fields__ if (value := getattr(where, name)) is not None]
    return lambda view, at: next(
        (f"where.{name} = {_toml(value)}" for name, value in asked if not _GUARDS[name](view, at, value)), ""
    )


def _toml(value: Any) -> str:
    return str(list(value)) if isinstance(value, tuple) else str(value).lower()


def _exact(pattern: Pattern) -> Test:
    if pattern.case:
        cased = frozenset(plain(text).strip(ORNAMENTS) for text in pattern.exact)
        return lambda view, at: view.plain[at].strip(ORNAMENTS) in cased
    labels = frozenset(label(text) for text in pattern.exact)
    return lambda view, at: view.labels[at] in labels


def _prefix(pattern: Pattern) -> Test:
    texts, wanted = _compared(pattern, pattern.prefix)
    return lambda view, at: texts(view)[at].startswith(wanted) and _is_short(view, at)


def _suffix(pattern: Pattern) -> Test:
    texts, wanted = _compared(pattern, pattern.suffix)
    return lambda view, at: texts(view)[at].endswith(wanted) and _is_short(view, at)


def _contains(pattern: Pattern) -> Test:
    texts, wanted = _compared(pattern, pattern.contains)
    return lambda view, at: _is_short(view, at) and any(part in texts(view)[at] for part in wanted)


def _regex(pattern: Pattern) -> Test:
    regex = regex_of(pattern)
    return lambda view, at: (
        _is_short(view, at) and regex.may_match(view.folded[at]) and regex.pattern.fullmatch(view.plain[at]) is not None
    )


def _tag(pattern: Pattern) -> Test:
    tags = frozenset(pattern.tag)
    return lambda view, at: view.article.blocks[at].tag in tags


def _rule(pattern: Pattern) -> Test:
    names = frozenset(pattern.rule)
    return lambda view, at: not names.isdisjoint(view.named.get(at, ()))


def _headline(_pattern: Pattern) -> Test:
    return lambda view, at: at in view.headlines


def _is_short(view: View, at: int) -> bool:
    return len(view.plain[at]) <= MAX_FURNITURE_CHARS


def _compared(pattern: Pattern, texts: tuple[str, ...]) -> tuple[Callable[[View], list[str]], tuple[str, ...]]:
    """The texts of a view to compare with, and what to look for in them."""
    if pattern.case:
        return lambda view: view.plain, tuple(plain(text) for text in texts)
    return lambda view: view.folded, tuple(fold(text) for text in texts)


def _after(near: Near) -> Test:
    looks = looks_test(near)
    return lambda view, at: any(looks(view, i) for i in range(max(0, at - near.within), at))


def _before(near: Near) -> Test:
    looks = looks_test(near)
    return lambda view, at: any(looks(view, i) for i in range(at + 1, min(len(view), at + 1 + near.within)))


def _between(between: Between) -> Test:
    start, end = looks_test(between.start), looks_test(between.end)

    def stands_between(view: View, at: int) -> bool:
        opens = next((i for i in range(at - 1, max(-1, at - 1 - between.max_blocks), -1) if start(view, i)), None)
        if opens is None:
            return False
        return any(end(view, i) for i in range(at + 1, min(len(view), opens + 2 + between.max_blocks)))

    return stands_between


def _span(span: Span) -> Test:
    run = [label(text) for text in span.around]
    return lambda view, at: any(at in place for place in _span_places(span, run, view))


def _span_places(span: Span, run: list[str], view: View) -> Iterator[set[int]]:
    """For each place where the run of labels stands, the positions that go with it."""
    for first in range(len(view) - len(run) + 1):
        if view.labels[first : first + len(run)] != run:
            continue
        below = first + len(run)
        above = range(max(0, first - span.before), first)
        said_above = {view.folded[i] for i in above}
        mirrored = {i for i in range(below, min(len(view), below + span.mirror)) if view.folded[i] in said_above}
        yield {*range(first, below), *mirrored, *(above if mirrored else ())}


_LOOKS: dict[str, Callable[[Pattern], Test]] = {
    "exact": _exact,
    "prefix": _prefix,
    "suffix": _suffix,
    "contains": _contains,
    "regex": _regex,
    "tag": _tag,
    "rule": _rule,
    "headline": _headline,
}

_COMPANY: dict[str, Callable[[Any], Test]] = {"after": _after, "before": _before, "between": _between, "span": _span}

_GUARDS: dict[str, Callable[[View, int, Any], bool]] = {
    "min_words": lambda view, at, words: view.words[at] >= words,
    "max_words": lambda view, at, words: view.words[at] <= words,
    "max_chars": lambda view, at, chars: len(view.plain[at]) <= chars,
    "no_final_punct": lambda view, at, wanted: view.has_final_punctuation(at) is not wanted,
    "title_case": lambda view, at, share: view.title_case(at) >= share,
    "position": lambda view, at, places: not view.positions(at).isdisjoint(places),
}
