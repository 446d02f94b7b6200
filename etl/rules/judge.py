"""Name the blocks of an article that are furniture, each with the rule that says so: alone first, then in context."""

from collections.abc import Iterable, Sequence

from etl.model import Action, Removal
from etl.rules.context import NAME, Model, Suspect, suspects
from etl.rules.seat import Bench, Opinion, Panel, Seated, precedence
from etl.rules.view import View
from etl.rules.vocabulary import Verb, called

# What a rule does to the block that it names; all others drop it.
_ACTIONS: dict[Verb, Action] = {"extract": "extract", "tag": "tag", "reject": "reject"}


def judge(view: View, bench: Bench) -> tuple[Removal, ...]:
    """Name blocks with their rules; blocks that segmenting took out are not judged.

    Rules that look at a block alone go first; rules that look at its company may ask what those have named.  All rules
    of one stage read the same snapshot.  The first rule of the bench is named, the others stand in `also`.  The model
    of context is asked last, of the blocks that no rule has named; in `also` stand the features that weighed most.
    """
    alone = _named_by(bench.alone, view)
    named = [*alone, *_named_by(bench.in_company, view.knowing(_taken(alone)))]
    by_block: dict[int, list[Seated]] = {}
    for at, seated in sorted(named, key=lambda found: (found[0], precedence(found[1]))):
        by_block.setdefault(at, []).append(seated)
    removals = [_removal(view.blocks[at].index, rules) for at, rules in by_block.items()]
    if bench.context:
        view = view.knowing(_taken(named))
        found = suspects(view, bench.context, bench.least)
        removals += [_suspected(view, one, bench.context) for one in found if not bench.exempted(view, one.at)]
    return tuple(removals)


def opinions(view: View, bench: Bench, at: int) -> tuple[Opinion, ...]:
    """Say what every rule that matches the block thinks of it: those that name it, and those a guard holds back."""
    view = view.knowing(_taken(_named_by(bench.alone, view)))
    found = (dict(panel.candidates(view)).get(at, []) for panel in (bench.alone, bench.in_company))
    return tuple(opinion for candidates in found for seated in candidates if (opinion := seated.opinion(view, at)))


def _taken(named: Iterable[tuple[int, Seated]]) -> list[tuple[int, str]]:
    """What later judges are told of: the blocks that rules take, by all names of these; a tag takes nothing."""
    return [
        (at, name) for at, seated in named if seated.rule.action != "tag" for name in called(seated.name, seated.rule)
    ]


def _named_by(panel: Panel, view: View) -> list[tuple[int, Seated]]:
    return [
        (at, seated)
        for at, candidates in panel.candidates(view)
        if at not in view.frame
        for seated in candidates
        if seated.names(view, at)
    ]


def _suspected(view: View, suspect: Suspect, model: Model) -> Removal:
    block = view.blocks[suspect.at].index
    return Removal(block, "drop", NAME, model.version, "structure", suspect.evidence)


def _removal(block: int, rules: Sequence[Seated]) -> Removal:
    first, *others = rules
    action = _ACTIONS.get(first.rule.action, "drop")
    return Removal(block, action, first.name, first.version, first.rule.kind, tuple(seated.name for seated in others))
