"""Refuse rules that have the right shape and cannot be meant."""

import re
from collections.abc import Iterator, Sequence

from etl.errors import PackError
from etl.packs.load import WAYS_OUT, Sourced, known_publishers
from etl.packs.place import did_you_mean, place
from etl.rules.match import has_company, has_looks
from etl.rules.vocabulary import Near, Pattern, Rule


def check(rules: Sequence[Sourced], others: Sequence[Sourced] = ()) -> None:
    """Refuse rules that cannot be meant, each by itself or beside the others.  Raises PackError."""
    if error := next(faults(rules, others), None):
        raise error


def faults(rules: Sequence[Sourced], others: Sequence[Sourced] = ()) -> Iterator[PackError]:
    """Give all that is wrong with rules that cannot be meant."""
    seen = {sourced.name: sourced for sourced in others}
    for sourced in rules:
        first = seen.setdefault(sourced.name, sourced)
        if first is not sourced:
            fault = f"is taken: it stands in {first.path}:{first.line}"
            yield _error(sourced, "id", "R004", fault, "Choose another id.")
    for sourced in rules:
        yield from _own_faults(sourced, frozenset(seen))


def _own_faults(sourced: Sourced, names: frozenset[str]) -> Iterator[PackError]:
    for key, fault, way_out in _faults(sourced.rule, names):
        yield _error(sourced, key, "R003", fault, way_out)
    for pattern in patterns(sourced.rule):
        try:
            re.compile(pattern.regex)
        except re.error as error:
            fault = f"does not compile: {error.msg} at character {error.pos}"
            yield _error(sourced, "regex", "R005", fault, f"It reads: {pattern.regex}")


def _error(sourced: Sourced, key: str, code: str, fault: str, way_out: str) -> PackError:
    at = place(sourced.path, sourced.line, key)
    return PackError(at, f"{code} rule '{sourced.rule.id}': '{key}' {fault}", way_out)


def _faults(rule: Rule, names: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a rule beyond its shape: (key, fault, way out)."""
    match = rule.match
    if rule.action == "replace":
        if not match.regex or has_company(match):
            yield "match", "of a replace rule is one regex", "It is searched in each block, before any rule judges."
        if "\n" in rule.becomes:
            yield "becomes", "holds a line break", "A repair cannot make two blocks of one."
    elif rule.action == "strip" and (not match.regex or has_company(match)):
        yield "match", "of a strip rule is one regex", "It is searched in each block; what it finds is cut."
    if rule.action in ("replace", "strip"):
        if not rule.turns:
            yield "turns", "is missing", 'Give at least one ["before", "after"].'
    elif not rule.drops:
        yield "drops", "is missing", "Give at least one line that this rule must name."
    if not rule.keeps:
        yield "keeps", "is empty", WAYS_OUT["keeps"]
    if not has_looks(match) and not has_company(match):
        yield "match", "asks for nothing", WAYS_OUT["match"]
    if match.rule or match.headline:
        yield "match", "asks for a neighbour's mark of the block itself", "Use match.after, .before or .between."
    yield from _unknown_names(rule, names)


def _unknown_names(rule: Rule, names: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    for name in (name for pattern in patterns(rule) for name in pattern.rule):
        if name not in names:
            yield "rule", f"names '{name}', which is no rule", did_you_mean(name, names)
    publishers = {publisher.id for publisher in known_publishers().values()}
    publishers |= {publisher.group for publisher in known_publishers().values()}
    for name in rule.scope.publisher:
        if name not in publishers:
            yield "publisher", f"names '{name}', which is not in publishers.toml", did_you_mean(name, publishers)


def patterns(rule: Rule) -> Iterator[Pattern]:
    """Every pattern of a rule: its own and those of its neighbours."""
    match = rule.match
    yield match
    neighbours: tuple[Near | None, ...] = (match.after, match.before)
    yield from (near for near in neighbours if near)
    if match.between:
        yield from (match.between.start, match.between.end)
