"""Predicates on one block, compiled from the patterns of a rule."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from etl.fold import ORNAMENTS, fold, label, plain
from etl.rules.language import Match, Pattern
from etl.rules.matching.view import ArticleView
from etl.rules.matching.vocabulary import consists_of
from etl.rules.regexes.compiled import Regex, regex_of
from etl.rules.regexes.publishers import PUBLISHER

# Characters.  We know no longer label, caption or notice; a paragraph may be longer.
MAX_FURNITURE_CHARS = 2_000

Holds = Callable[[ArticleView, int], bool]
Among = Callable[[ArticleView, Sequence[int]], Sequence[int]]


class Predicate(Struct, frozen=True):
    """A predicate on blocks: `holds` tests one block, and `among` returns the blocks for which it is true.

    Both give the same result.  For many blocks, `among` takes a fraction of the time.
    """

    holds: Holds
    among: Among


def predicate(holds: Holds, among: Among | None = None) -> Predicate:
    """Return a predicate from a test of one block, and from a faster test of many blocks if there is one."""
    return Predicate(holds, among or (lambda view, places: [at for at in places if holds(view, at)]))


def all_of(predicates: Sequence[Predicate]) -> Predicate:
    """Return the predicate that holds if all do.  A block is not tested again after one of them failed."""
    if len(predicates) == 1:
        return predicates[0]
    holding, filters = [one.holds for one in predicates], [one.among for one in predicates]

    def among(view: ArticleView, places: Sequence[int]) -> Sequence[int]:
        for filter_ in filters:
            if not places:
                break
            places = filter_(view, places)
        return places

    return Predicate(lambda view, at: all(holds(view, at) for holds in holding), among)


def any_of(predicates: Sequence[Predicate]) -> Predicate:
    """Return the predicate that holds if one does."""
    if len(predicates) == 1:
        return predicates[0]
    holding = [one.holds for one in predicates]
    return predicate(lambda view, at: any(holds(view, at) for holds in holding))


# The conditions of a pattern on a block.
CRITERIA = ("exact", "prefix", "suffix", "contains", "words", "regex", "tag", "css", "rule", "headline")


def has_criteria(pattern: Pattern) -> bool:
    """Return true if the pattern has conditions on the block itself."""
    return any(getattr(pattern, criterion) for criterion in CRITERIA)


def describes_block(match: Match) -> bool:
    """Return true if the match says what the block must be; `not` alone does not count."""
    return has_criteria(match) or bool(match.every or match.either)


def block_predicate(match: Match, user_rule: str = "") -> Predicate:
    """Compile the conditions of a match on the block itself: its pattern, all of `all`, one of `any`, none of `not`.

    `user_rule` as for `pattern_predicate`.
    """
    needed = [pattern_predicate(match, user_rule)] if has_criteria(match) else []
    needed += [pattern_predicate(pattern, user_rule) for pattern in match.every]
    if match.either:
        needed.append(any_of([pattern_predicate(pattern, user_rule) for pattern in match.either]))
    if match.neither:
        barred = any_of([pattern_predicate(pattern, user_rule) for pattern in match.neither]).holds
        needed.append(predicate(lambda view, at: not barred(view, at)))
    return all_of(needed)


def pattern_predicate(pattern: Pattern, user_rule: str = "") -> Predicate:
    """Compile a pattern: true if any of its criteria matches the block.

    `user_rule` names the user's rule that it belongs to, whose regexes are bounded in time; "" a shipped one.
    """
    predicates = [predicate(make(pattern)) for criterion, make in _CRITERIA.items() if getattr(pattern, criterion)]
    if pattern.regex:
        predicates.append(_regex(regex_of(pattern, user_rule)))
    return any_of(predicates)


def _exact(pattern: Pattern) -> Holds:
    if pattern.case:
        cased = frozenset(plain(text).strip(ORNAMENTS) for text in pattern.exact)
        return lambda view, at: view.plain[at].strip(ORNAMENTS) in cased
    labels = frozenset(label(text) for text in pattern.exact)
    return lambda view, at: view.labels[at] in labels


def _prefix(pattern: Pattern) -> Holds:
    texts, wanted = _compared(pattern, pattern.prefix)
    return lambda view, at: texts(view)[at].startswith(wanted) and _is_short(view, at)


def _suffix(pattern: Pattern) -> Holds:
    texts, wanted = _compared(pattern, pattern.suffix)
    return lambda view, at: texts(view)[at].endswith(wanted) and _is_short(view, at)


def _contains(pattern: Pattern) -> Holds:
    texts, wanted = _compared(pattern, pattern.contains)
    return lambda view, at: _is_short(view, at) and any(part in texts(view)[at] for part in wanted)


def _words(pattern: Pattern) -> Holds:
    is_row = consists_of(pattern.words, pattern.fillers)
    return lambda view, at: is_row(view.folded[at])


def _regex(regex: Regex) -> Predicate:
    if regex.source == PUBLISHER:  # tested on every short line: one look-up among the names instead of a search
        return predicate(lambda view, at: view.folded[at] in view.run.publishers)
    if regex.names_publishers or regex.user_rule:
        return predicate(
            lambda view, at: _is_short(view, at) and bool(regex.fullmatch(view.plain[at], view.run.publishers))
        )
    low, high = regex.facts.min_chars, min(regex.facts.max_chars, MAX_FURNITURE_CHARS)

    def holds(view: ArticleView, at: int) -> bool:
        text = view.plain[at]
        return low <= len(text) <= high and regex.pattern.fullmatch(text) is not None

    def among(view: ArticleView, places: Sequence[int]) -> Sequence[int]:
        plain_, matches = view.plain, regex.pattern.fullmatch
        return [at for at in places if low <= len(plain_[at]) <= high and matches(plain_[at])]

    return Predicate(holds, among)


def _tag(pattern: Pattern) -> Holds:
    tags = frozenset(pattern.tag)
    return lambda view, at: view.blocks[at].tag in tags


def _css(pattern: Pattern) -> Holds:
    selectors = frozenset(pattern.css)
    return lambda view, at: not selectors.isdisjoint(view.blocks[at].css)


def _rule(pattern: Pattern) -> Holds:
    names = frozenset(pattern.rule)
    return lambda view, at: not names.isdisjoint(view.named.get(at, ()))


def _headline(_pattern: Pattern) -> Holds:
    return lambda view, at: at in view.headlines


def _is_short(view: ArticleView, at: int) -> bool:
    return len(view.plain[at]) <= MAX_FURNITURE_CHARS


def _compared(pattern: Pattern, texts: tuple[str, ...]) -> tuple[Callable[[ArticleView], list[str]], tuple[str, ...]]:
    """Return the texts of a view to search, and the texts to find in them."""
    if pattern.case:
        return lambda view: view.plain, tuple(plain(text) for text in texts)
    return lambda view: view.folded, tuple(fold(text) for text in texts)


_CRITERIA: dict[str, Callable[[Pattern], Holds]] = {
    "exact": _exact,
    "prefix": _prefix,
    "suffix": _suffix,
    "contains": _contains,
    "words": _words,
    "tag": _tag,
    "css": _css,
    "rule": _rule,
    "headline": _headline,
}
