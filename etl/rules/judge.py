"""Name the blocks of an article that are furniture, each with the rule that says so: alone first, then in context."""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from etl.model import Removal
from etl.rules.context import NAME, Model, Suspect, suspects
from etl.rules.exempt import Exemption, exempting
from etl.rules.index import Index
from etl.rules.match import Test, company_test, has_company, has_looks, looks_test, obstacles
from etl.rules.view import View
from etl.rules.vocabulary import Rule

_CONFIDENCE = ("certain", "likely", "guess")


class Seated(Struct, frozen=True):
    """A rule with its full name and pack version, compiled."""

    name: str
    version: str
    rule: Rule
    looks: Test | None
    company: Test | None
    obstacle: Callable[[View, int], str]

    def opinion(self, view: View, at: int) -> "Opinion | None":
        """Say what the rule thinks of a block: nothing if it does not match, else whether a guard is in the way."""
        if self.looks and not self.looks(view, at):
            return None
        if self.company and not self.company(view, at):
            return None
        return Opinion(self, self.obstacle(view, at))


class Opinion(Struct, frozen=True):
    """A rule that matches a block, and the guard that keeps it from naming it ("" if none does)."""

    seated: Seated
    obstacle: str


class Panel(Struct, frozen=True):
    """Rules of one stage, the one to be named first before the others, with the index that finds them."""

    rules: tuple[Seated, ...]
    index: Index


class Bench(Struct, frozen=True):
    """All rules: those that strip part of a line, those that look at a block alone, those that look at its company.

    And the model of context, with the least probability at which it names a block; None if it is not asked.  Each
    keeps off the lines that an exemption from it covers.
    """

    stripping: tuple[Seated, ...]
    alone: Panel
    in_company: Panel
    context: Model | None = None
    least: float = 1.0
    exempted: Callable[[View, int], str] = exempting(NAME, ())

    def judges(self) -> tuple[Seated, ...]:
        """The rules that name whole blocks."""
        return self.alone.rules + self.in_company.rules


def seat(
    rules: Iterable[tuple[str, str, Rule]],
    context: Model | None = None,
    least: float = 1.0,
    exemptions: Sequence[Exemption] = (),
) -> Bench:
    """Compile rules, given as (full name, pack version, rule).  Raises re.error for a regex that is none.

    Named first is the one with the narrowest scope, then the most certain, then the first by name.
    """
    seated = sorted((_seat(*entry, exemptions) for entry in rules), key=_precedence)
    judging = [one for one in seated if one.rule.action != "strip"]
    return Bench(
        stripping=tuple(one for one in seated if one.rule.action == "strip"),
        alone=_panel(one for one in judging if not one.company),
        in_company=_panel(one for one in judging if one.company),
        context=context,
        least=least,
        exempted=exempting(NAME, exemptions),
    )


def _panel(rules: Iterable[Seated]) -> Panel:
    seated = tuple(rules)
    return Panel(seated, Index([one.rule.match for one in seated]))


def _seat(name: str, version: str, rule: Rule, exemptions: Sequence[Exemption]) -> Seated:
    looks = looks_test(rule.match) if has_looks(rule.match) else None
    company = company_test(rule.match) if has_company(rule.match) else None
    return Seated(name, version, rule, looks, company, _obstacle(name, rule, exemptions))


def _obstacle(name: str, rule: Rule, exemptions: Sequence[Exemption]) -> Callable[[View, int], str]:
    """The guards of a rule, and the exemptions from it."""
    guarded, exempted = obstacles(rule.where), exempting(name, exemptions)
    return (lambda view, at: guarded(view, at) or exempted(view, at)) if exemptions else guarded


def _precedence(seated: Seated) -> tuple[bool, int, str]:
    return not seated.rule.scope.publisher, _CONFIDENCE.index(seated.rule.confidence), seated.name


def judge(view: View, bench: Bench) -> tuple[Removal, ...]:
    """Name blocks with their rules; blocks that segmenting took out are not judged.

    Rules that look at a block alone go first; rules that look at its company may ask what those have named.  All rules
    of one stage read the same snapshot.  The first rule of the bench is named, the others stand in `also`.  The model
    of context is asked last, of the blocks that no rule has named; in `also` stand the features that weighed most.
    """
    alone = _named_by(bench.alone, view)
    named = [*alone, *_named_by(bench.in_company, view.knowing([(at, seated.name) for at, seated in alone]))]
    by_block: dict[int, list[Seated]] = {}
    for at, seated in sorted(named, key=lambda found: (found[0], _precedence(found[1]))):
        by_block.setdefault(at, []).append(seated)
    removals = [_removal(view.article.blocks[at].index, rules) for at, rules in by_block.items()]
    if bench.context:
        view = view.knowing([(at, seated.name) for at, seated in named])
        found = suspects(view, bench.context, bench.least)
        removals += [_suspected(view, one, bench.context) for one in found if not bench.exempted(view, one.at)]
    return tuple(removals)


def opinions(view: View, bench: Bench, at: int) -> tuple[Opinion, ...]:
    """Say what every rule that matches the block thinks of it: those that name it, and those a guard holds back."""
    view = view.knowing([(at, seated.name) for at, seated in _named_by(bench.alone, view)])
    found = (seated.opinion(view, at) for seated in bench.judges() if judges(seated, view))
    return tuple(opinion for opinion in found if opinion)


def _named_by(panel: Panel, view: View) -> list[tuple[int, Seated]]:
    judging = frozenset(rank for rank, seated in enumerate(panel.rules) if judges(seated, view))
    return [
        (at, panel.rules[rank])
        for at, ranks in enumerate(panel.index.candidates(view))
        if ranks and at not in view.frame
        for rank in ranks & judging
        if (opinion := panel.rules[rank].opinion(view, at)) and not opinion.obstacle
    ]


def judges(seated: Seated, view: View) -> bool:
    """Tell whether a rule judges articles of this publisher and form."""
    scope = seated.rule.scope
    return (not scope.publisher or not view.scopes.isdisjoint(scope.publisher)) and (
        not scope.format or view.kind in scope.format
    )


def _suspected(view: View, suspect: Suspect, model: Model) -> Removal:
    block = view.article.blocks[suspect.at].index
    return Removal(block, "drop", NAME, model.version, "structure", suspect.evidence)


def _removal(block: int, rules: Sequence[Seated]) -> Removal:
    first, *others = rules
    return Removal(block, "drop", first.name, first.version, first.rule.kind, tuple(seated.name for seated in others))
