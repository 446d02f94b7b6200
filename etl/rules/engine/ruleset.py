"""Compiled rules, grouped by the phase in which they judge, and what finds those that could match a block."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from etl.rules.context import NAME, Model
from etl.rules.engine.literal_search import NO_RULES, LiteralHits, RuleSet, only, ranks_of
from etl.rules.engine.prefilter import Prefilter
from etl.rules.language import Rule, Scope, Verb, called
from etl.rules.matching.exceptions import NO_USER_RULES, RuleException, UserRules, exception_guard
from etl.rules.matching.guards import Guard, covers, guard
from etl.rules.matching.neighbours import is_contextual, match_predicate, neighbours_predicate, span_predicate
from etl.rules.matching.patterns import Predicate, block_predicate, describes_block
from etl.rules.matching.view import ArticleScope, ArticleView

_CONFIDENCE = ("certain", "likely", "guess")
# Named before or after all rules that drop: a rejected article goes whole, a tag must not stand for what takes a block.
_PRECEDENCE: dict[Verb, int] = {"reject": -1, "tag": 1}


class CompiledRule(Struct, frozen=True):
    """A rule ready to run, with its full name and the version of its pack.

    `block` and `neighbours` are what it asks of a block and of those around it, None if it asks nothing.  `guard`
    returns what blocks it.  `user_rule` is the name again if it is a user's, else "".
    """

    name: str
    version: str
    rule: Rule
    block: Predicate | None
    neighbours: Predicate | None
    guard: Guard
    user_rule: str

    def match(self, view: ArticleView, at: int) -> "RuleMatch | None":
        """Return the match of the rule at a block, whether a guard blocks it or not; None if it does not match."""
        return RuleMatch(self, self.guard(view, at)) if self._matches(view, at) else None

    def names(self, view: ArticleView, at: int) -> bool:
        """Return true if the rule matches a block and no guard blocks it; guards cost least, so they are first."""
        return not self.guard(view, at) and self._matches(view, at)

    def _matches(self, view: ArticleView, at: int) -> bool:
        return (not self.block or self.block(view, at)) and (not self.neighbours or self.neighbours(view, at))


class RuleMatch(Struct, frozen=True):
    """A rule that matches a block, and the guard that keeps it from naming it ("" if none does)."""

    rule: CompiledRule
    blocked_by: str


class RuleGroup:
    """Rules of one phase by rank: the one to be named first has the lowest."""

    def __init__(self, ranked: Mapping[int, CompiledRule]) -> None:
        self._ranked = dict(ranked)
        self._scopes: dict[Scope, RuleSet] = {}
        for rank, one in self._ranked.items():
            self._scopes[one.rule.scope] = self._scopes.get(one.rule.scope, NO_RULES) | only(rank)
        self._everywhere = self._scopes.pop(Scope(), NO_RULES)
        self._is_dated = any(scope.date for scope in self._scopes)
        self._judging: dict[ArticleScope, RuleSet] = {}

    @property
    def rules(self) -> tuple[CompiledRule, ...]:
        """The rules, in order."""
        return tuple(self._ranked.values())

    def judging(self, article: ArticleScope) -> RuleSet:
        """Return the rules that judge an article: those whose scope covers it."""
        key = article if self._is_dated else ArticleScope(article.publishers, article.language, article.kind, "")
        if key not in self._judging:
            covering = (rules for scope, rules in self._scopes.items() if covers(scope, article))
            self._judging[key] = self._everywhere | sum(covering)
        return self._judging[key]

    def candidates(self, view: ArticleView, found: Mapping[int, RuleSet]) -> Iterator[tuple[int, int, CompiledRule]]:
        """Yield position, rank and rule for the rules of the group that could match a block of an article."""
        judging = self.judging(view.scope)
        for at, rules in found.items():
            if (asked := rules & judging) and at not in view.frame:
                for rank in ranks_of(asked):
                    yield at, rank, self._ranked[rank]


class JudgingRules(Struct, frozen=True):
    """All rules that judge articles, grouped by phase.

    `strip` cut furniture out of blocks, `block` look at one block, `contextual` at the blocks around it.  Of the last
    two, `extracting` are those that fill fields.  The classifier names what no rule has named, if it is at least so
    sure; it is None if it is not asked.  `classifier_guard` are the exceptions from it.
    """

    strip: RuleGroup
    block: RuleGroup
    contextual: RuleGroup
    prefilter: Prefilter
    extracting: tuple[CompiledRule, ...] = ()
    classifier: Model | None = None
    min_probability: float = 1.0
    classifier_guard: Guard = exception_guard((NAME,), ())

    def judges(self) -> tuple[CompiledRule, ...]:
        """Return the rules that name whole blocks."""
        return self.block.rules + self.contextual.rules

    def search(self, views: Sequence[ArticleView]) -> list[LiteralHits]:
        """Return, for each article of a batch, the rules that could match its blocks."""
        return self.prefilter.search(views)


def compile_judging(
    rules: Iterable[tuple[str, str, Rule]],
    classifier: Model | None = None,
    min_probability: float = 1.0,
    user_rules: UserRules = NO_USER_RULES,
) -> JudgingRules:
    """Compile rules, given as (full name, pack version, rule).  Raises re.error for a regex that is none.

    Named first is one that rejects, last one that tags; among others the one with the narrowest scope, then the most
    certain, then the first by name.
    """
    compiled = sorted((_compiled(*entry, user_rules) for entry in rules), key=_precedence)
    phases: tuple[dict[int, CompiledRule], ...] = ({}, {}, {})
    for rank, one in enumerate(compiled):
        phases[_phase(one.rule)][rank] = one
    matches = {rank: one.rule.match for phase in phases[1:] for rank, one in phase.items()}
    searched = {rank: one.rule.match for rank, one in phases[0].items()}
    strip, block, contextual = map(RuleGroup, phases)
    return JudgingRules(
        strip=strip,
        block=block,
        contextual=contextual,
        prefilter=Prefilter(matches, searched),
        extracting=tuple(one for one in compiled if one.rule.action == "extract"),
        classifier=classifier,
        min_probability=min_probability,
        classifier_guard=exception_guard((NAME,), user_rules.exceptions),
    )


def _precedence(compiled: CompiledRule) -> tuple[int, bool, int, str]:
    """Return a key that is least for the rule that is named first, if several name a block."""
    rule = compiled.rule
    precedence = _PRECEDENCE.get(rule.action, 0)
    return precedence, not rule.scope.publisher, _CONFIDENCE.index(rule.confidence), compiled.name


def _phase(rule: Rule) -> int:
    """Return the phase of a rule: 0 strips, 1 judges a block alone, 2 looks at its neighbours."""
    is_looking_around = is_contextual(rule.match) or (rule.unless is not None and is_contextual(rule.unless))
    return 0 if rule.action == "strip" else 1 + is_looking_around


def _compiled(name: str, version: str, rule: Rule, user_rules: UserRules) -> CompiledRule:
    user_rule = name if name in user_rules.own else ""
    asks_block = describes_block(rule.match) or rule.match.neither
    return CompiledRule(
        name,
        version,
        rule,
        block_predicate(rule.match, user_rule) if asks_block else None,
        _neighbours(rule, user_rule) if is_contextual(rule.match) else None,
        _guard(name, rule, user_rule, user_rules.exceptions),
        user_rule,
    )


def _neighbours(rule: Rule, user_rule: str) -> Predicate:
    if rule.action == "drop-span" and rule.match.between:
        return span_predicate(rule.match.between, user_rule)
    return neighbours_predicate(rule.match, user_rule)


def _guard(name: str, rule: Rule, user_rule: str, exceptions: Sequence[RuleException]) -> Guard:
    """Compile the guards of a rule, and the exceptions from it."""
    guarded = guard(rule.where, match_predicate(rule.unless, user_rule) if rule.unless else None)
    if not exceptions:
        return guarded
    excepted = exception_guard(called(name, rule), exceptions)
    return lambda view, at: guarded(view, at) or excepted(view, at)
