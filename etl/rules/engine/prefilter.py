"""Prefilter: find the rules that could match a block by its literals, its label, its tag and its length.

A rule that is not a candidate of a block does not match it.  So a loop over all rules and a loop over the candidates
have the same result.  A test verifies this.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import accumulate
from operator import or_, xor

from etl.fold import MAX_LABEL_CHARS, ORNAMENTS, bare
from etl.rules.engine.literal_search import NO_RULES, LiteralHits, LiteralMatcher, RuleSet, Span, only, ranks_of
from etl.rules.engine.triggers import Repeats, Triggers
from etl.rules.matching.patterns import MAX_FURNITURE_CHARS
from etl.rules.matching.view import ArticleView
from etl.rules.regexes.publishers import MAX_NAME_CHARS

# The length that stands for all blocks that are too long for furniture.
LONG = MAX_FURNITURE_CHARS + 1


class Prefilter:
    """The triggers of all rules that have a rank, by kind of trigger.

    Triggers come in parts: those of the shipped rules, and those of the user's.
    """

    def __init__(self, parts: Iterable[Triggers], ranks: Mapping[str, int]) -> None:
        self._labels: dict[str, RuleSet] = {}
        self._tags: defaultdict[str, RuleSet] = defaultdict(int)
        self._named: defaultdict[str, list[int]] = defaultdict(list)
        self._headlines = self._publishers = NO_RULES
        self._repeats: list[tuple[Repeats, RuleSet]] = []
        self._reaches: dict[int, tuple[int, int]] = {}
        always: dict[int, tuple[int, int]] = {}
        ranked = [(part, [ranks.get(name, -1) for name in part.rules]) for part in parts]
        for part, rank_of in ranked:
            sets = [only(rank) if rank >= 0 else NO_RULES for rank in rank_of]
            for group in part.labels:
                self._enter_labels(group.labels, _union(group.rules, sets))
            for name, rules in part.tags.items():
                self._tags[name] |= _union(rules, sets)
            for name, rules in part.named.items():
                self._named[name] += (rank_of[rule] for rule in rules if sets[rule])
            self._headlines |= _union(part.headlines, sets)
            self._publishers |= _union(part.publishers, sets)
            self._repeats += ((one, sets[one.rule]) for one in part.repeats if sets[one.rule])
            self._reaches |= {rank_of[rule]: reach for rule, reach in part.reaches.items() if sets[rule]}
            always |= {rank_of[rule]: bounds for rule, bounds in part.always.items() if sets[rule]}
        self._always = _by_length(always)
        self._matcher = LiteralMatcher((part.literals, rank_of) for part, rank_of in ranked)
        self._longest_label = max(MAX_LABEL_CHARS, *map(len, self._labels)) if self._labels else 0
        self._longest_repeat = max((one.max_chars for one, _ in self._repeats), default=0)

    def _enter_labels(self, labels: Iterable[str], rules: RuleSet) -> None:
        entered = dict.fromkeys(labels, rules) if rules else {}
        for label in self._labels.keys() & entered.keys():
            entered[label] |= self._labels[label]
        self._labels |= entered

    def search(self, views: Sequence[ArticleView]) -> list[LiteralHits]:
        """Return the candidates of each article, by position.  Rules that need the matches of other rules come later.

        Blocks with the same text are searched once in a batch.
        """
        texts: dict[str, str] = {}
        for view in views:
            texts.update(zip(view.plain, view.folded, strict=True))
        found = self._matcher.search(texts)
        rules = {text: self._rules_of(text, folded) for text, folded in texts.items()}
        for text, hits in found.items():
            rules[text] |= hits.rules
        spans = {text: hits.spans for text, hits in found.items() if hits.spans}
        return [self._of_article(view, rules, spans) for view in views]

    def _rules_of(self, text: str, folded: str) -> RuleSet:
        """Return the rules that could match a text by its length, as a label, or because it repeats itself."""
        chars = len(text)
        found = self._always[min(chars, len(self._always) - 1)]
        if chars <= self._longest_label or folded[0] in ORNAMENTS or folded[-1] in ORNAMENTS:
            found |= self._labels.get(bare(folded), NO_RULES)
        for one, repeating in self._repeats if chars <= self._longest_repeat else ():
            if one.may_match(folded):
                found |= repeating
        return found

    def _of_article(
        self, view: ArticleView, rules_of: Mapping[str, RuleSet], spans_of: Mapping[str, Mapping[int, Span]]
    ) -> LiteralHits:
        rules = {at: found for at, text in enumerate(view.plain) if (found := rules_of[text])}
        spans = {at: spans_of[text] for at, text in enumerate(view.plain) if text in spans_of}
        publishers = view.run.publishers if self._publishers else ()
        for at, folded in enumerate(view.folded if publishers else ()):
            if folded in publishers and len(view.plain[at]) <= MAX_NAME_CHARS:
                rules[at] = rules.get(at, NO_RULES) | self._publishers
        for at, block in enumerate(view.blocks if self._tags else ()):
            for name in (block.tag, *block.css) if block.tag or block.css else ():
                if name in self._tags:
                    rules[at] = rules.get(at, NO_RULES) | self._tags[name]
        for at in view.headlines if self._headlines else ():
            rules[at] = rules.get(at, NO_RULES) | self._headlines
        return LiteralHits(rules, spans)

    def around(self, view: ArticleView, found: Mapping[int, RuleSet], contextual: RuleSet) -> dict[int, list[int]]:
        """Return the candidates among rules about neighbours: by rank, the blocks that a rule could match.

        These rules may need the matches of other rules.
        """
        near: defaultdict[int, list[int]] = defaultdict(list)
        for at, rules in found.items():
            if asked := rules & contextual:
                for rank in ranks_of(asked):
                    near[rank].append(at)
        for at, names in view.named.items() if self._named else ():
            for name in names:
                for rank in self._named.get(name, ()):
                    if only(rank) & contextual:
                        near[rank].append(at)
        return {rank: self._reached(view, rank, places) for rank, places in near.items()}

    def _reached(self, view: ArticleView, rank: int, places: Sequence[int]) -> list[int]:
        """Return the blocks that a rule could match, in order, from the blocks that trigger it."""
        if rank not in self._reaches:
            return sorted(set(places) - view.frame)
        first, last = self._reaches[rank]
        size = len(view)
        marked = bytearray(size)
        for at in places:
            start, end = max(0, at + first), min(size, at + last + 1)
            marked[start:end] = b"\x01" * (end - start)
        return [at for at, is_reached in enumerate(marked) if is_reached and at not in view.frame]


def _union(rules: Iterable[int], sets: Sequence[RuleSet]) -> RuleSet:
    return reduce(or_, (sets[rule] for rule in rules), NO_RULES)


def _by_length(always: Mapping[int, tuple[int, int]]) -> list[RuleSet]:
    """Return the rules that could match any block of a length, for each length in characters.

    The last entry is for all longer blocks.
    """
    turning = [NO_RULES] * (LONG + 2)  # at each length, the rules that begin or cease to fit
    for rank, (low, high) in always.items():
        turning[min(low, LONG)] ^= only(rank)
        turning[min(high, LONG) + 1] ^= only(rank)
    return list(accumulate(turning, xor))[: LONG + 1]
