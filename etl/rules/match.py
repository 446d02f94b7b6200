"""Does a block look as a pattern says?  Each look is a small test on the view, compiled once."""

from collections.abc import Callable, Sequence

from etl.fold import ORNAMENTS, fold, label, plain
from etl.rules.names import PUBLISHER
from etl.rules.regex import Regex, regex_of
from etl.rules.view import View
from etl.rules.vocabulary import Match, Pattern

# Characters.  No label, caption or notice that anyone has shown us is longer; a paragraph may be.
MAX_FURNITURE_CHARS = 2_000

Test = Callable[[View, int], bool]

LOOKS = ("exact", "prefix", "suffix", "contains", "regex", "tag", "css", "rule", "headline")


def has_looks(pattern: Pattern) -> bool:
    """Tell whether the pattern asks anything of the block itself."""
    return any(getattr(pattern, look) for look in LOOKS)


def asks_itself(match: Match) -> bool:
    """Tell whether the match says what the block itself must be; what it must not be does not count."""
    return has_looks(match) or bool(match.every or match.either)


def own_test(match: Match, limited: str = "") -> Test:
    """Compile what a match asks of the block itself: any of its looks, all of `all`, one of `any`, none of `not`.

    `limited` as for `looks_test`.
    """
    needed = [looks_test(match, limited)] if has_looks(match) else []
    needed += [looks_test(pattern, limited) for pattern in match.every]
    if match.either:
        needed.append(_any_of([looks_test(pattern, limited) for pattern in match.either]))
    if match.neither:
        barred = _any_of([looks_test(pattern, limited) for pattern in match.neither])
        needed.append(lambda view, at: not barred(view, at))
    return needed[0] if len(needed) == 1 else lambda view, at: all(test(view, at) for test in needed)


def looks_test(pattern: Pattern, limited: str = "") -> Test:
    """Compile a pattern: true if any of its parts matches the block at a place.

    `limited` names the user's rule whose pattern it is, which a slow regex would stop.
    """
    tests = [make(pattern) for look, make in _LOOKS.items() if getattr(pattern, look)]
    if pattern.regex:
        tests.append(_regex(regex_of(pattern, limited)))
    return _any_of(tests)


def _any_of(tests: Sequence[Test]) -> Test:
    return tests[0] if len(tests) == 1 else lambda view, at: any(test(view, at) for test in tests)


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


def _regex(regex: Regex) -> Test:
    if regex.source == PUBLISHER:  # asked of every short line: one look into the names, and no search for them
        return lambda view, at: view.folded[at] in view.known.publishers

    def matches(view: View, at: int) -> bool:
        if not _is_short(view, at):
            return False
        searcher = regex.searcher(view.plain[at], view.known.publishers)
        return searcher is not None and searcher.fullmatch(view.plain[at]) is not None

    return matches


def _tag(pattern: Pattern) -> Test:
    tags = frozenset(pattern.tag)
    return lambda view, at: view.blocks[at].tag in tags


def _css(pattern: Pattern) -> Test:
    selectors = frozenset(pattern.css)
    return lambda view, at: not selectors.isdisjoint(view.blocks[at].css)


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


_LOOKS: dict[str, Callable[[Pattern], Test]] = {
    "exact": _exact,
    "prefix": _prefix,
    "suffix": _suffix,
    "contains": _contains,
    "tag": _tag,
    "css": _css,
    "rule": _rule,
    "headline": _headline,
}
