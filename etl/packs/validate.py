"""Refuse rules that have the right types, but make no sense."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, repeat

from etl.errors import PackError
from etl.packs.load import Sourced, known_scopes
from etl.packs.locations import did_you_mean, place
from etl.packs.misuses import misuses, patterns
from etl.rules.language import ANY_PACK, Rule
from etl.rules.regexes.bounds import regex_fault
from etl.rules.regexes.publishers import generic

# Characters of a regex that an error quotes.
SHOWN_CHARS = 200
# Actions of rules that `rule = […]` cannot name.
TAKES_NO_BLOCK = ("tag", "strip", "replace")


def check(rules: Sequence[Sourced], others: Sequence[Sourced] = ()) -> None:
    """Raise PackError for rules that make no sense, alone or together with the others."""
    if error := next(faults(rules, others), None):
        raise error


def faults(rules: Sequence[Sourced], others: Sequence[Sourced]) -> Iterator[PackError]:
    """Yield all faults of rules that make no sense."""
    seen = {name: sourced for sourced in others for name in sourced.called}
    for sourced in rules:
        for key, name in zip(chain(("id",), repeat("aliases")), sourced.called, strict=False):
            first = seen.setdefault(name, sourced)
            if first is not sourced:
                fault = f"is taken: it is in {first.path}:{first.line}"
                yield _error(sourced, key, "R004", fault, "Choose another id.")
    for sourced in rules:
        yield from _own_faults(sourced, seen)


def _own_faults(sourced: Sourced, known: Mapping[str, Sourced]) -> Iterator[PackError]:
    for key, fault, way_out in (*misuses(sourced.rule), *_unknown_names(sourced.rule, known)):
        yield _error(sourced, key, "R003", fault, way_out)
    for pattern in patterns(sourced.rule):
        if fault := regex_fault(generic(pattern.regex)):
            shown = pattern.regex if len(pattern.regex) <= SHOWN_CHARS else f"{pattern.regex[:SHOWN_CHARS]} …"
            yield _error(sourced, "regex", "R005", fault, f"Correct the regex: {shown}")


def _error(sourced: Sourced, key: str, code: str, fault: str, way_out: str) -> PackError:
    at = place(sourced.path, sourced.line, key)
    return PackError(at, f"{code} rule '{sourced.rule.id}': '{key}' {fault}", way_out)


def _unknown_names(rule: Rule, known: Mapping[str, Sourced]) -> Iterator[tuple[str, str, str]]:
    for name in (name for pattern in patterns(rule) for name in pattern.rule):
        meant = _meant(name, known)
        if not meant:
            yield "rule", f"names '{name}', which is not a rule", did_you_mean(name, known)
        elif all(one.rule.action in TAKES_NO_BLOCK for one in meant):
            yield "rule", f"names '{name}', which matches no block", "Describe the block itself: exact, prefix, regex …"
    for name in rule.scope.publisher:
        if name not in known_scopes():
            yield "publisher", f"names '{name}', which is not in publishers.jsonl", did_you_mean(name, known_scopes())


def _meant(name: str, known: Mapping[str, Sourced]) -> list[Sourced]:
    """Return the rules that a name in `rule = […]` stands for; none if there is no such rule."""
    if name.startswith(ANY_PACK):
        return [one for one in known.values() if one.rule.id == name.removeprefix(ANY_PACK)]
    return [known[name]] if name in known else []
