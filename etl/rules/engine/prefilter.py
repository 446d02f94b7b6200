"""Prefilter: which rules could match which blocks, found by the literals, the label, the tag and the length of a block.

A rule that is not among the candidates of a block does not match it; one that is, may.  So the plain loop over all
rules and the loop over candidates come to the same, by test.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from operator import xor

from msgspec import Struct

from etl.fold import MAX_LABEL_CHARS, ORNAMENTS, bare, fold, labels, shape
from etl.rules.engine.literal_search import (
    NO_RULES,
    LiteralHits,
    LiteralMatcher,
    LiteralTrigger,
    RuleSet,
    only,
    ranks_of,
)
from etl.rules.language import Match, Pattern, Rule
from etl.rules.matching.patterns import MAX_FURNITURE_CHARS, has_criteria
from etl.rules.matching.view import ArticleView
from etl.rules.matching.vocabulary import MAX_LINE_CHARS, literal_of
from etl.rules.regexes.compiled import regex_of
from etl.rules.regexes.literals import Place
from etl.rules.regexes.publishers import MAX_NAME_CHARS, PUBLISHER
from etl.rules.regexes.syntax import UNBOUNDED

# What every block has.
_ANY = Pattern(prefix=("",))
# The length of all blocks that are no furniture for their words.
LONG = MAX_FURNITURE_CHARS + 1
AT_START, AT_END = Place(0, 0, 0, UNBOUNDED), Place(0, UNBOUNDED, 0, 0)


class Trigger(Struct, frozen=True):
    """Patterns of which one holds near if a rule matches: at block `b`, for matches at `b + first` to `b + last`."""

    patterns: tuple[Pattern, ...]
    first: int = 0
    last: int = 0


LiteralTriggers = Sequence[tuple[str, LiteralTrigger]]
"""Literals, each with the rule that it triggers."""


class Repeats(Struct, frozen=True, gc=False):
    """A rule that matches only blocks whose first characters stand in them a second time."""

    chars: int
    min_chars: int
    max_chars: int
    rules: RuleSet

    def may_match(self, folded: str) -> bool:
        """Return false if a folded block does not have its first characters twice."""
        is_long_enough = self.min_chars <= len(folded) <= self.max_chars or not folded.isascii()
        return is_long_enough and (not folded.isascii() or folded.find(folded[: self.chars], self.chars) > 0)


class Prefilter:
    """The triggers of all rules, by what they ask for.

    Made of the rules that judge whole blocks, and of the matches of those that are searched for within blocks, by rank;
    `contextual` are those that look at neighbours.
    """

    def __init__(self, judging: Mapping[int, Rule], searched: Mapping[int, Match], contextual: RuleSet) -> None:
        self._contextual = contextual
        self._labels: defaultdict[str, RuleSet] = defaultdict(int)
        self._tags: defaultdict[str, RuleSet] = defaultdict(int)
        self._rules: dict[str, list[int]] = {}
        self._headlines = self._publishers = NO_RULES
        self._repeats: list[Repeats] = []
        literals: list[tuple[str, LiteralTrigger]] = []
        always: dict[int, tuple[int, int]] = {}
        triggers = {rank: _trigger(rule, rank) for rank, rule in judging.items()}
        for rank, (trigger, of_patterns) in triggers.items():
            for pattern, of_pattern in zip(trigger.patterns, of_patterns, strict=True):
                self._enter(pattern, only(rank))
                for name in pattern.rule:
                    self._rules.setdefault(name, []).append(rank)
                for literal, found in of_pattern:
                    if literal:
                        literals.append((literal, found))
                    else:
                        self._enter_always(pattern, found, always)
        for rank, match in searched.items():
            facts = regex_of(match).facts
            for literal, _ in facts.literals:
                if literal:
                    literals.append((literal, LiteralTrigger(rank, min_chars=facts.min_chars, is_located=True)))
                else:
                    always[rank] = facts.min_chars, UNBOUNDED
        self._always = _by_length(always)
        self._matcher = LiteralMatcher(literals)
        self._reaches = {rank: trigger for rank, (trigger, _) in triggers.items() if trigger.first or trigger.last}
        self._longest_label = max(MAX_LABEL_CHARS, *map(len, self._labels)) if self._labels else 0
        self._longest_repeat = max((one.max_chars for one in self._repeats), default=0)

    def _enter(self, pattern: Pattern, rules: RuleSet) -> None:
        for text in labels(pattern.exact):
            self._labels[text] |= rules
        for name in (*pattern.tag, *pattern.css):
            self._tags[name] |= rules
        self._headlines |= rules if pattern.headline else NO_RULES

    def _enter_always(self, pattern: Pattern, found: LiteralTrigger, always: dict[int, tuple[int, int]]) -> None:
        """Enter a pattern that no literal triggers: by what else its regex requires, or else for all blocks."""
        facts = (
            regex_of(pattern).facts
            if pattern.regex and not any((pattern.prefix, pattern.suffix, pattern.contains, pattern.words))
            else None
        )
        if facts and pattern.regex == PUBLISHER:
            self._publishers |= only(found.rank)
        elif facts and facts.repeated:
            self._repeats.append(Repeats(facts.repeated, facts.min_chars, found.max_chars, only(found.rank)))
        else:
            low, high = always.get(found.rank, (found.min_chars, found.max_chars))
            always[found.rank] = min(low, found.min_chars), max(high, found.max_chars)

    def search(self, views: Sequence[ArticleView]) -> list[LiteralHits]:
        """Return the candidates of each article, by position; those that ask what rules have named come later."""
        found = self._matcher.search(views)
        for view, hits in zip(views, found, strict=True):
            self._look_at_blocks(view, hits.rules)
            for at in view.headlines if self._headlines else ():
                hits.rules[at] = hits.rules.get(at, NO_RULES) | self._headlines
        return found

    def _look_at_blocks(self, view: ArticleView, rules: dict[int, RuleSet]) -> None:
        always, longest_always, longest = self._always, len(self._always) - 1, self._longest_label
        labels, publishers = self._labels, view.run.publishers if self._publishers else ()
        for at, (text, folded) in enumerate(zip(view.plain, view.folded, strict=True)):
            chars = len(text)
            found = always[chars] if chars <= longest_always else always[-1]
            if chars <= longest or folded[0] in ORNAMENTS or folded[-1] in ORNAMENTS:  # others are too long for labels
                label_ = bare(folded)
                if label_ in labels:
                    found |= labels[label_]
            if chars <= MAX_NAME_CHARS and folded in publishers:
                found |= self._publishers
            for one in self._repeats if chars <= self._longest_repeat else ():
                if one.may_match(folded):
                    found |= one.rules
            if found:
                rules[at] = rules.get(at, NO_RULES) | found
        for at, block in enumerate(view.blocks if self._tags else ()):
            for name in (block.tag, *block.css) if block.tag or block.css else ():
                if name in self._tags:
                    rules[at] = rules.get(at, NO_RULES) | self._tags[name]

    def around(self, view: ArticleView, found: Mapping[int, RuleSet]) -> dict[int, list[int]]:
        """Return the candidates among contextual rules: by rank, the positions of the blocks that a rule could match.

        They may ask what other rules have named.
        """
        near: defaultdict[int, list[int]] = defaultdict(list)
        for at, rules in found.items():
            for rank in ranks_of(rules & self._contextual) if rules & self._contextual else ():
                near[rank].append(at)
        for at, names in view.named.items() if self._rules else ():
            for name in names:
                for rank in self._rules.get(name, ()):
                    near[rank].append(at)
        return {rank: self._reached(rank, places, len(view)) for rank, places in near.items()}

    def _reached(self, rank: int, places: Sequence[int], size: int) -> list[int]:
        """Return the blocks that a rule could match, in order, of those that trigger it."""
        trigger = self._reaches.get(rank)
        if not trigger:
            return sorted(set(places))
        marked = bytearray(size)
        for at in places:
            start, end = max(0, at + trigger.first), min(size, at + trigger.last + 1)
            marked[start:end] = b"\x01" * (end - start)
        return [at for at, is_reached in enumerate(marked) if is_reached]


def _trigger(rule: Rule, rank: int) -> tuple[Trigger, Sequence[LiteralTriggers]]:
    """Return the first trigger that not every block could be, if there is one, and the literals of its patterns."""
    found: list[tuple[Trigger, Sequence[LiteralTriggers]]] = []
    for trigger in (*_triggers(rule.match), Trigger((_ANY,))):
        is_itself = not trigger.first and not trigger.last
        longest = UNBOUNDED if rule.where.max_chars is None or not is_itself else max(0, rule.where.max_chars)
        literals = [list(_literal_triggers(pattern, rank, longest)) for pattern in trigger.patterns]
        if all(literal for of_pattern in literals for literal, _ in of_pattern):
            return trigger, literals
        found.append((trigger, literals))
    return found[0]


def _triggers(match: Match) -> Iterator[Trigger]:
    """Yield what must stand near where a match matches: criteria of the block itself, and of the neighbours."""
    if has_criteria(match):
        yield Trigger((match,))
    for pattern in match.every:
        yield Trigger((pattern,))
    if match.either:
        yield Trigger(match.either)
    if match.after:
        yield Trigger((match.after,), 1, match.after.within)
    if match.before:
        yield Trigger((match.before,), -match.before.within, -1)
    if match.beside:
        yield Trigger((match.beside,), -match.beside.within, match.beside.within)
    if match.between:
        yield Trigger((match.between.start,), 0, match.between.max_blocks + 1)  # a drop-span takes start and end along
    if match.span:
        run = len(match.span.around)
        yield Trigger((Pattern(exact=match.span.around[:1]),), -match.span.before, run - 1 + match.span.mirror)


def _literal_triggers(pattern: Pattern, rank: int, longest: int) -> Iterator[tuple[str, LiteralTrigger]]:
    """Yield literals of which one stands in the shape of each block that a pattern matches for its words.

    The literal "" stands for all blocks.  `longest` is how many characters a block may have.
    """
    most = longest if pattern == _ANY else min(longest, MAX_FURNITURE_CHARS)
    for texts, place in ((pattern.prefix, AT_START), (pattern.suffix, AT_END), (pattern.contains, None)):
        for text in texts:
            literal = shape(fold(text))
            yield literal, LiteralTrigger(rank, place, 0, most) if place else LiteralTrigger(rank, max_chars=most)
    for word in pattern.words:
        yield literal_of(word), LiteralTrigger(rank, max_chars=min(most, MAX_LINE_CHARS))
    if pattern.regex:
        facts = regex_of(pattern).facts
        for literal, place in facts.literals:
            yield literal, LiteralTrigger(rank, place, facts.min_chars, min(facts.max_chars, most))


def _by_length(always: Mapping[int, tuple[int, int]]) -> list[RuleSet]:
    """Return, for each length of a block in characters, the rules that could match any block so long.

    The last is for all that are longer.
    """
    turning = [NO_RULES] * (LONG + 2)  # at each length, the rules that begin or cease to fit
    for rank, (low, high) in always.items():
        turning[min(low, LONG)] ^= only(rank)
        turning[min(high, LONG) + 1] ^= only(rank)
    return list(accumulate(turning, xor))[: LONG + 1]
