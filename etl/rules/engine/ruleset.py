"""Compiled rules, grouped by the phase in which they judge, with a prefilter for each group."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from etl.fold import fold
from etl.rules.classifier.model import CLASSIFIER, Classifier
from etl.rules.engine.literal_search import NO_RULES, LiteralHits, RuleSet, only, ranks_of
from etl.rules.engine.prefilter import Prefilter
from etl.rules.engine.triggers import Triggers, triggers_of
from etl.rules.language import ANY_PACK, Rule, Scope, Verb, called
from etl.rules.matching.exceptions import NO_USER_RULES, UserRules, exception_guard
from etl.rules.matching.guards import UNLESS, Guard, covers, guards
from etl.rules.matching.neighbours import (
    is_contextual,
    is_measured,
    match_predicate,
    neighbours_predicate,
    span_predicate,
)
from etl.rules.matching.patterns import Predicate, all_of, block_predicate, describes_block, predicate
from etl.rules.matching.reported import REPORTED, is_reported, is_titled, only_quotes, spares_reported
from etl.rules.matching.view import ArticleScope, ArticleView

HEADLINE = "the place of the headline, right above the story"
# Guards that are tested after a match, because they take longer than the match.
ASKED_LAST = (UNLESS, REPORTED, HEADLINE)
# The most sets of rules that a group caches as lists.
MAX_LISTED = 10_000

_CONFIDENCE = ("certain", "likely", "guess")
# Actions that are named before or after all rules that drop: a rejected article is removed whole, and a tag must not be
# named instead of a removal.
_PRECEDENCE: dict[Verb, int] = {"reject": -2, "extract": -1, "tag": 1}


class CompiledRule(Struct, frozen=True):
    """A rule ready to run, with its full name and the version of its pack.

    Of several rules that name a block, the one of the least `rank` is named first.  `names` is true of the blocks that
    it names: it matches, and no guard blocks it.  `matches` is what it asks of a block and of its neighbours, `guards`
    are what must hold beside that, each with its words.  `called` are all its names, and `*/ID`; `user_rule` is its
    name if it is a user's, else "".  `goes_by_shape` is true if it says what a block is by its shape and that of its
    neighbours, not by a label.  `asks_only_text` is true if its match depends only on the text of a block.
    """

    rank: int
    name: str
    version: str
    rule: Rule
    names: Predicate
    matches: Predicate
    guards: tuple[tuple[Predicate, str], ...]
    exception: Guard
    called: tuple[str, ...]
    user_rule: str
    goes_by_shape: bool
    asks_only_text: bool

    def match(self, view: ArticleView, at: int) -> "RuleMatch | None":
        """Return the match of the rule at a block, whether a guard blocks it or not; None if it does not match."""
        return RuleMatch(self, self.blocked_by(view, at)) if self.matches.holds(view, at) else None

    def blocked_by(self, view: ArticleView, at: int) -> str:
        """Return the first guard or exception that blocks the rule, in words; "" if none does."""
        words = (words for guard, words in self.guards if not guard.holds(view, at))
        return next(words, "") or self.exception(view, at)


class RuleMatch(Struct, frozen=True):
    """A rule that matches a block, and the guard that blocks the rule ("" if none does)."""

    rule: CompiledRule
    blocked_by: str


Entry = tuple[str, str, Rule]
"""A rule with its full name, and the version of its pack."""


class RuleGroup:
    """Rules of one phase by rank: the lowest rank is named first.

    A rule is compiled when it is first a candidate; most rules never are.
    """

    def __init__(self, ranked: Mapping[int, Entry], user_rules: UserRules) -> None:
        self._ranked, self._user_rules = dict(ranked), user_rules
        self._compiled: dict[int, CompiledRule] = {}
        self._scopes: dict[Scope, RuleSet] = {}
        for rank, (_, _, rule) in self._ranked.items():
            self._scopes[rule.scope] = self._scopes.get(rule.scope, NO_RULES) | only(rank)
        self._everywhere = self._scopes.pop(Scope(), NO_RULES)
        self._is_dated = any(scope.date for scope in self._scopes)
        self._judging: dict[ArticleScope, RuleSet] = {}
        self._listed: dict[RuleSet, tuple[int, ...]] = {}

    @property
    def rules(self) -> tuple[CompiledRule, ...]:
        """The rules, in order."""
        return tuple(map(self._rule, self._ranked))

    def _rule(self, rank: int) -> CompiledRule:
        if rank not in self._compiled:
            name, version, rule = self._ranked[rank]
            self._compiled[rank] = _compiled(rank, name, version, rule, self._user_rules)
        return self._compiled[rank]

    def judging(self, article: ArticleScope) -> RuleSet:
        """Return the rules that judge an article: those whose scope covers it."""
        key = article if self._is_dated else ArticleScope(article.publishers, article.language, article.kind, "")
        judging = self._judging.get(key)
        if judging is None:
            covering = (rules for scope, rules in self._scopes.items() if covers(scope, article))
            judging = self._judging[key] = self._everywhere | sum(covering)
        return judging

    def candidates(
        self, view: ArticleView, found: Mapping[int, RuleSet], answered: RuleSet = NO_RULES
    ) -> dict[int, list[int]]:
        """Return, by rank, the positions of the blocks that a rule of the group could match, without those answered."""
        judging, frame = self.judging(view.scope) & ~answered, view.frame
        by_rank: dict[int, list[int]] = {}
        for at, rules in found.items():
            if (asked := rules & judging) and at not in frame:
                for rank in self.ranks_of(asked):
                    if rank in by_rank:
                        by_rank[rank].append(at)
                    else:
                        by_rank[rank] = [at]
        return by_rank

    def of(self, found: Mapping[int, Sequence[int]]) -> list[tuple[CompiledRule, Sequence[int]]]:
        """Return rules in order of rank, each with the blocks that it could match."""
        return [(self._rule(rank), found[rank]) for rank in sorted(found)]

    def ranks_of(self, rules: RuleSet) -> tuple[int, ...]:
        """Return the ranks of a set; the same few sets come again and again."""
        listed = self._listed.get(rules)
        if listed is None:
            if len(self._listed) >= MAX_LISTED:
                self._listed.clear()
            listed = self._listed[rules] = tuple(ranks_of(rules))
        return listed


class JudgingRules(Struct, frozen=True):
    """All rules that judge articles, grouped by phase.

    `strip` rules cut furniture out of blocks, `block` rules test one block, and `contextual` rules also its neighbours.
    Of the last two, `extracting` are the rules that fill fields.  The classifier judges the blocks that no rule
    matches, with a threshold; it is None if it is not used.  `classifier_guard` are the exceptions from it.
    """

    strip: RuleGroup
    block: RuleGroup
    contextual: RuleGroup
    prefilter: Prefilter
    extracting: tuple[CompiledRule, ...] = ()
    classifier: Classifier | None = None
    min_probability: float = 1.0
    classifier_guard: Guard = exception_guard((CLASSIFIER,), ())

    def judges(self) -> tuple[CompiledRule, ...]:
        """Return the rules for whole blocks."""
        return self.block.rules + self.contextual.rules

    def search(self, views: Sequence[ArticleView]) -> list[LiteralHits]:
        """Return, for each article of a batch, the rules that could match its blocks."""
        return self.prefilter.search(views)


def compile_judging(
    rules: Iterable[Entry],
    classifier: Classifier | None = None,
    min_probability: float = 1.0,
    user_rules: UserRules = NO_USER_RULES,
    ready: Sequence[Triggers] = (),
) -> JudgingRules:
    """Compile rules, given as (full name, pack version, rule).  Raises re.error for an invalid regex.

    `ready` has triggers that were computed before.  Its triggers of other rules are not used.

    A rule that rejects is named first, then one that fills a field; one that tags is named last.  Of the others, the
    one with the narrowest scope is named first, then the most certain, then the first by name.
    """
    ranked = dict(enumerate(sorted(rules, key=_precedence)))
    phases: tuple[dict[int, Entry], ...] = ({}, {}, {})
    for rank, entry in ranked.items():
        phases[_phase(entry[2])][rank] = entry
    known = {name for triggers in ready for name in triggers.rules}
    others = triggers_of((name, rule) for name, _, rule in ranked.values() if name not in known)
    ranks = {name: rank for rank, (name, _, _) in ranked.items()}
    extracting = RuleGroup({rank: entry for rank, entry in ranked.items() if entry[2].action == "extract"}, user_rules)
    strip, block, contextual = (RuleGroup(phase, user_rules) for phase in phases)
    return JudgingRules(
        strip=strip,
        block=block,
        contextual=contextual,
        prefilter=Prefilter((*ready, others), ranks),
        extracting=extracting.rules,
        classifier=classifier,
        min_probability=min_probability,
        classifier_guard=exception_guard((CLASSIFIER,), user_rules.exceptions),
    )


def _precedence(entry: Entry) -> tuple[int, bool, int, str]:
    """Return a sort key: the rule with the least key is named first."""
    name, _, rule = entry
    precedence = _PRECEDENCE.get(rule.action, 0)
    return precedence, not rule.scope.publisher, _CONFIDENCE.index(rule.confidence), name


def _phase(rule: Rule) -> int:
    """Return the phase of a rule: 0 strips, 1 judges a block alone, 2 looks at its neighbours."""
    is_looking_around = is_contextual(rule.match) or (rule.unless is not None and is_contextual(rule.unless))
    return 0 if rule.action == "strip" else 1 + is_looking_around


def _compiled(rank: int, name: str, version: str, rule: Rule, user_rules: UserRules) -> CompiledRule:
    user_rule = name if name in user_rules.own else ""
    names = called(name, rule)
    is_asked = describes_block(rule.match) or bool(rule.match.neither)
    block = [block_predicate(rule.match, user_rule)] if is_asked else []
    neighbours = [_neighbours(rule, user_rule)] if is_contextual(rule.match) else []
    unless = match_predicate(rule.unless, user_rule) if rule.unless else None
    required = guards(rule.where, unless)
    if not user_rule and spares_reported(rule):
        labels = tuple(fold(label) for label in rule.match.contains)
        required += ((predicate(lambda view, at: not _is_told(view, at, labels)), REPORTED),)
    if not user_rule and _spares_headlines(rule):
        required += ((predicate(lambda view, at: at > 0 or not _is_headline(view)), HEADLINE),)
    exception = exception_guard(names, user_rules.exceptions)
    where = [holds for holds, words in required if words not in ASKED_LAST]
    refusing = [holds for holds, words in required if words in ASKED_LAST]
    if user_rules.exceptions:
        refusing.append(predicate(lambda view, at: not exception(view, at)))
    first, last = (neighbours, []) if is_measured(rule.match) and rule.action != "drop-span" else ([], neighbours)
    return CompiledRule(
        rank,
        name,
        version,
        rule,
        all_of([*where[:1], *first, *where[1:], *block, *last, *refusing]),
        all_of([*block, *neighbours]),
        required,
        exception,
        (*names, f"{ANY_PACK}{rule.id}"),
        user_rule,
        rule.kind == "structure" and is_contextual(rule.match) and rule.match.recurs is None,
        not user_rule and not user_rules.exceptions and _asks_only_text(rule),
    )


def _asks_only_text(rule: Rule) -> bool:
    """Return whether the match of a built-in rule is independent of the place, the article and the tags of a block."""
    matches = (rule.match, rule.unless) if rule.unless else (rule.match,)
    patterns = [pattern for match in matches for pattern in (match, *match.every, *match.either, *match.neither)]
    return (
        not any(is_contextual(match) for match in matches)
        and not any(pattern.tag or pattern.css or pattern.rule or pattern.headline for pattern in patterns)
        and not (rule.where.position or rule.where.min_article_sentences or rule.where.max_article_words)
        and not _spares_headlines(rule)
    )


def _spares_headlines(rule: Rule) -> bool:
    return rule.kind == "link" and rule.action == "drop"


def _is_told(view: ArticleView, at: int, labels: Sequence[str]) -> bool:
    """Return true if a block is a sentence of the story: it names a speaker, or only quotes the labels of a rule."""
    return is_reported(view.plain[at]) or only_quotes(view.folded[at], labels)


def _is_headline(view: ArticleView) -> bool:
    """Return true if the first block is the only headline of an article: a title with the story directly below it."""
    return not view.headlines and view.sentences[:1] == [1] and is_titled(view.plain[0])


def _neighbours(rule: Rule, user_rule: str) -> Predicate:
    if rule.action == "drop-span" and rule.match.between:
        return span_predicate(rule.match.between, user_rule)
    return neighbours_predicate(rule.match, user_rule)
