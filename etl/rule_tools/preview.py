"""The blocks that a rule would match that is in no pack yet."""

from collections.abc import Iterable, Iterator

from msgspec import Struct, structs

from etl.audit import place_in
from etl.document import Judged
from etl.errors import UsageError
from etl.packs import known_publishers
from etl.rule_tools.outcomes import outcomes
from etl.rules import ArticleView, JudgingRules, RunContext, compile_judging, cuts, judge
from etl.rules.language import Match, Rule, Verb
from etl.rules.matching.exceptions import UserRules
from etl.rules.matching.patterns import has_criteria
from etl.rules.regexes.bounds import regex_fault
from etl.rules.regexes.fragments import written_out
from etl.rules.regexes.publishers import generic

NOTHING_TO_TRY = (
    "Give --regex, --exact, --prefix, --suffix or --contains.  For the rules of a pack: copydesk diff INPUT -r PACK"
)


class Hit(Struct, frozen=True):
    """A block that the tried rule matches, or the part that it would cut, and the rules that match it already."""

    place: str
    text: str
    rules: tuple[str, ...]


def preview_rule(match: Match, action: Verb) -> Rule:
    """Return a rule with this match.  Raises UsageError if the match makes no sense."""
    match = structs.replace(match, regex=written_out(match.regex))
    if not has_criteria(match):
        raise UsageError("", "there is nothing to try", NOTHING_TO_TRY)
    if action == "strip" and not match.regex:
        raise UsageError("--inside", "needs a regex", "Give --regex.")
    if fault := regex_fault(generic(match.regex)):
        raise UsageError("--regex", fault, f"Correct the regex: {match.regex[:200]}")
    return Rule(id="on-preview", title="", action=action, match=match, kind="notice", why="", keeps=())


def preview(rule: Rule, documents: Iterable[Judged]) -> Iterator[Hit]:
    """Judge documents by one rule alone, and yield what it hits, in reading order."""
    rules = compile_judging([(rule.id, "", rule)], user_rules=UserRules(own=frozenset({rule.id})))
    for judged in documents:
        hits = dict(_hits(judged, rules))
        for outcome in outcomes(judged):
            if text := hits.get(outcome.block.index):
                yield Hit(place_in(judged.document, outcome.block.line), text, outcome.rules)


def _hits(judged: Judged, rules: JudgingRules) -> Iterator[tuple[int, str]]:
    """Yield blocks by index, each with the text that is hit."""
    blocks, run = judged.document.blocks, RunContext(known_publishers())
    views = [ArticleView(article, judged.document, run) for article in judged.articles]
    candidates = rules.search(views)
    for removals in judge(views, rules, candidates):
        yield from ((removal.block, blocks[removal.block].text) for removal in removals)
    parts: dict[int, list[str]] = {}
    for cut in (cut for of_article in cuts(views, rules, candidates) for cut in of_article):
        parts.setdefault(cut.block, []).append(blocks[cut.block].text[cut.start : cut.end].strip())
    yield from ((block, " … ".join(found)) for block, found in parts.items())
