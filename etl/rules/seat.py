"""The rules compiled, and seated by the stage in which they are asked: what `judge` and `cuts` look at blocks with."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from operator import or_

from msgspec import Struct

from etl.rules.company import closed_test, company_test, has_company, match_test
from etl.rules.context import NAME, Model
from etl.rules.exempt import BUILT_IN, Exemption, Terms, exempting
from etl.rules.guards import covers, obstacles
from etl.rules.index import Index, Within
from etl.rules.match import Test, asks_itself, own_test
from etl.rules.sieve import NONE, Ranks, Sieve, listed, only
from etl.rules.view import View
from etl.rules.vocabulary import Rule, Scope, Verb, called

_CONFIDENCE = ("certain", "likely", "guess")
# Named before or after all rules that drop: a rejected article goes whole, a tag must not stand for what takes a block.
_RANKS: dict[Verb, int] = {"reject": -1, "tag": 1}


class Seated(Struct, frozen=True):
    """A rule with its full name and pack version, compiled.  `limited` is the name again if it is a user's, else ""."""

    name: str
    version: str
    rule: Rule
    looks: Test | None
    company: Test | None
    obstacle: Callable[[View, int], str]
    limited: str

    def opinion(self, view: View, at: int) -> "Opinion | None":
        """Say what the rule thinks of a block: nothing if it does not match, else whether a guard is in the way."""
        return Opinion(self, self.obstacle(view, at)) if self._matches(view, at) else None

    def names(self, view: View, at: int) -> bool:
        """Tell whether the rule matches a block and no guard is in the way; guards cost least, so they are first."""
        return not self.obstacle(view, at) and self._matches(view, at)

    def _matches(self, view: View, at: int) -> bool:
        return (not self.looks or self.looks(view, at)) and (not self.company or self.company(view, at))


class Opinion(Struct, frozen=True):
    """A rule that matches a block, and the guard that keeps it from naming it ("" if none does)."""

    seated: Seated
    obstacle: str


class Panel(Struct, frozen=True):
    """Rules of one stage by rank, the one to be named first first, and what finds those that could match a block."""

    ranked: dict[int, Seated]
    scopes: dict[Scope, Ranks]
    index: Index | Within
    sieve: Sieve

    @property
    def rules(self) -> tuple[Seated, ...]:
        """The rules, in order."""
        return tuple(self.ranked.values())

    def candidates(self, view: View) -> Iterator[tuple[int, list[Seated]]]:
        """Give the positions of blocks that rules could match, with these rules: those that judge such articles."""
        judging = reduce(or_, (ranks for scope, ranks in self.scopes.items() if covers(scope, view)), NONE)
        for at, ranks in enumerate(self.index.candidates(view, self.sieve)):
            if ranks & judging:
                yield at, [self.ranked[rank] for rank in listed(ranks & judging)]


class Bench(Struct, frozen=True):
    """All rules: those that strip part of a line, those that look at a block alone, those that look at its company.

    Of the last two, `extracting` are those that fill fields.  And the model of context, with the least probability at
    which it names a block; None if it is not asked.  Each keeps off the lines that an exemption from it covers.
    """

    stripping: Panel
    alone: Panel
    in_company: Panel
    extracting: tuple[Seated, ...] = ()
    context: Model | None = None
    least: float = 1.0
    exempted: Callable[[View, int], str] = exempting((NAME,), ())

    def judges(self) -> tuple[Seated, ...]:
        """The rules that name whole blocks."""
        return self.alone.rules + self.in_company.rules


def seat(
    rules: Iterable[tuple[str, str, Rule]],
    context: Model | None = None,
    least: float = 1.0,
    terms: Terms = BUILT_IN,
) -> Bench:
    """Compile rules, given as (full name, pack version, rule).  Raises re.error for a regex that is none.

    Named first is one that rejects, last one that tags; among others the one with the narrowest scope, then the most
    certain, then the first by name.
    """
    seated = sorted((_seat(*entry, terms) for entry in rules), key=precedence)
    stripping, alone, in_company = _panels(seated)
    return Bench(
        stripping=stripping,
        alone=alone,
        in_company=in_company,
        extracting=tuple(one for one in seated if one.rule.action == "extract"),
        context=context,
        least=least,
        exempted=exempting((NAME,), terms.exemptions),
    )


def precedence(seated: Seated) -> tuple[int, bool, int, str]:
    """Which of several rules that name a block is named first: the least."""
    rule = seated.rule
    rank = _RANKS.get(rule.action, 0)
    return rank, not rule.scope.publisher, _CONFIDENCE.index(rule.confidence), seated.name


def _panels(seated: Sequence[Seated]) -> Iterator[Panel]:
    """The rules by stage; the sieve is one for all, so that a block is searched for literals once."""
    stages: tuple[dict[int, Seated], ...] = ({}, {}, {})
    for rank, one in enumerate(seated):
        stages[_stage(one.rule)][rank] = one
    matches = [{rank: one.rule.match for rank, one in stage.items()} for stage in stages]
    indexes: tuple[Index | Within, ...] = (Within(matches[0]), Index(matches[1]), Index(matches[2]))
    sieve = Sieve(entry for index in indexes for entry in index.literals)
    for stage, index in zip(stages, indexes, strict=True):
        yield Panel(stage, _scopes(stage), index, sieve)


def _stage(rule: Rule) -> int:
    """The stage of a rule: 0 strips, 1 judges a block alone, 2 in its company."""
    return 0 if rule.action == "strip" else 1 + _asks_company(rule)


def _scopes(rules: dict[int, Seated]) -> dict[Scope, Ranks]:
    """The rules by their scope, which is asked once an article: most rules share a few."""
    scopes: dict[Scope, Ranks] = {}
    for rank, one in rules.items():
        scopes[one.rule.scope] = scopes.get(one.rule.scope, NONE) | only(rank)
    return scopes


def _seat(name: str, version: str, rule: Rule, terms: Terms) -> Seated:
    limited = name if name in terms.own else ""
    looks = own_test(rule.match, limited) if asks_itself(rule.match) or rule.match.neither else None
    company = _company(rule, limited) if has_company(rule.match) else None
    unless = match_test(rule.unless, limited) if rule.unless else None
    obstacle = _obstacle(called(name, rule), obstacles(rule.where, unless), terms.exemptions)
    return Seated(name, version, rule, looks, company, obstacle, limited)


def _company(rule: Rule, limited: str) -> Test:
    if rule.action == "drop-span" and rule.match.between:
        return closed_test(rule.match.between, limited)
    return company_test(rule.match, limited)


def _asks_company(rule: Rule) -> bool:
    return has_company(rule.match) or (rule.unless is not None and has_company(rule.unless))


def _obstacle(
    names: Sequence[str], guarded: Callable[[View, int], str], exemptions: Sequence[Exemption]
) -> Callable[[View, int], str]:
    """The guards of a rule, and the exemptions from it."""
    exempted = exempting(names, exemptions)
    return (lambda view, at: guarded(view, at) or exempted(view, at)) if exemptions else guarded
