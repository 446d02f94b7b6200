"""Triggers: what must be in a block or near it if a rule matches.  Without a trigger, the rule need not be tested.

They are computed only from rules, so those of the shipped rules are stored.  Rules are given by their places in a
sequence.  Their selection and their order are known when the prefilter is made.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from etl.fold import fold, labels, shape
from etl.rules.engine.literal_search import LiteralGroup, LiteralTrigger, literal_groups
from etl.rules.language import Match, Pattern, Rule
from etl.rules.matching.patterns import MAX_FURNITURE_CHARS, has_criteria
from etl.rules.matching.vocabulary import MAX_LINE_CHARS, literal_of
from etl.rules.regexes.compiled import regex_of
from etl.rules.regexes.literals import Place
from etl.rules.regexes.publishers import PUBLISHER
from etl.rules.regexes.syntax import UNBOUNDED

# The trigger that every block has.
_ANY = Pattern(prefix=("",))
AT_START, AT_END = Place(0, 0, 0, UNBOUNDED), Place(0, UNBOUNDED, 0, 0)


class LabelGroup(Struct, frozen=True, array_like=True):
    """Labels that trigger the same rules."""

    rules: tuple[int, ...]
    labels: tuple[str, ...]


class Repeats(Struct, frozen=True, gc=False, array_like=True):
    """A rule that matches only blocks whose first characters occur in them a second time."""

    rule: int
    chars: int
    min_chars: int
    max_chars: int

    def may_match(self, folded: str) -> bool:
        """Return false if a folded block does not have its first characters twice."""
        is_long_enough = self.min_chars <= len(folded) <= self.max_chars or not folded.isascii()
        return is_long_enough and (not folded.isascii() or folded.find(folded[: self.chars], self.chars) > 0)


class Triggers(Struct, frozen=True):
    """The triggers of rules, by kind; `rules` are their full names.

    `publishers` match names of publishers, `headlines` the place above the story.  `always` are triggered by blocks
    with a length in this range.  A trigger of a rule in `reaches` may be in a block near the match: at block `b`, for
    matches at `b + first` to `b + last`.
    """

    rules: tuple[str, ...]
    literals: tuple[LiteralGroup, ...]
    labels: tuple[LabelGroup, ...]
    tags: dict[str, tuple[int, ...]]
    named: dict[str, tuple[int, ...]]
    headlines: tuple[int, ...]
    publishers: tuple[int, ...]
    repeats: tuple[Repeats, ...]
    always: dict[int, tuple[int, int]]
    reaches: dict[int, tuple[int, int]]


def triggers_of(rules: Iterable[tuple[str, Rule]]) -> Triggers:
    """Return the triggers of rules, given as (full name, rule).  Raises re.error for an invalid regex."""
    found = _Found()
    names: list[str] = []
    for number, (name, rule) in enumerate(rules):
        names.append(name)
        if rule.action == "strip":
            found.enter_searched(number, rule.match)
        else:
            found.enter(number, rule)
    return found.triggers(names)


class _Found:
    """The triggers of the rules that were entered."""

    def __init__(self) -> None:
        self._literals: list[tuple[str, LiteralTrigger]] = []
        self._labels, self._tags, self._named = _by_text(), _by_text(), _by_text()
        self._headlines: list[int] = []
        self._publishers: list[int] = []
        self._repeats: list[Repeats] = []
        self._always: dict[int, tuple[int, int]] = {}
        self._reaches: dict[int, tuple[int, int]] = {}

    def enter_searched(self, number: int, match: Match) -> None:
        """Enter a rule that searches within blocks."""
        facts = regex_of(match).facts
        for literal, _ in facts.literals:
            if literal:
                self._literals.append((literal, LiteralTrigger(number, min_chars=facts.min_chars, is_located=True)))
            else:
                self._always[number] = facts.min_chars, UNBOUNDED

    def enter(self, number: int, rule: Rule) -> None:
        """Enter a rule that judges whole blocks."""
        trigger, of_patterns = _trigger(rule, number)
        if trigger.first or trigger.last:
            self._reaches[number] = trigger.first, trigger.last
        for pattern, of_pattern in zip(trigger.patterns, of_patterns, strict=True):
            for texts, by_text in (
                (labels(pattern.exact), self._labels),
                ((*pattern.tag, *pattern.css), self._tags),
                (pattern.rule, self._named),
            ):
                for text in texts:
                    by_text[text].add(number)
            if pattern.headline:
                self._headlines.append(number)
            for literal, one in of_pattern:
                if literal:
                    self._literals.append((literal, one))
                else:
                    self._enter_always(pattern, one)

    def _enter_always(self, pattern: Pattern, one: LiteralTrigger) -> None:
        """Enter a pattern without literals: by other requirements of its regex, or for all blocks."""
        facts = (
            regex_of(pattern).facts
            if pattern.regex and not any((pattern.prefix, pattern.suffix, pattern.contains, pattern.words))
            else None
        )
        if facts and pattern.regex == PUBLISHER:
            self._publishers.append(one.rule)
        elif facts and facts.repeated:
            self._repeats.append(Repeats(one.rule, facts.repeated, facts.min_chars, one.max_chars))
        else:
            low, high = self._always.get(one.rule, (one.min_chars, one.max_chars))
            self._always[one.rule] = min(low, one.min_chars), max(high, one.max_chars)

    def triggers(self, names: Sequence[str]) -> Triggers:
        """Return the triggers, with the names of the rules."""
        return Triggers(
            rules=tuple(names),
            literals=literal_groups(self._literals),
            labels=_label_groups(self._labels),
            tags={text: tuple(sorted(rules)) for text, rules in self._tags.items()},
            named={text: tuple(sorted(rules)) for text, rules in self._named.items()},
            headlines=tuple(self._headlines),
            publishers=tuple(self._publishers),
            repeats=tuple(self._repeats),
            always=self._always,
            reaches=self._reaches,
        )


def _by_text() -> defaultdict[str, set[int]]:
    return defaultdict(set)


def _label_groups(by_label: Mapping[str, set[int]]) -> tuple[LabelGroup, ...]:
    by_rules: defaultdict[tuple[int, ...], list[str]] = defaultdict(list)
    for text, rules in by_label.items():
        by_rules[tuple(sorted(rules))].append(text)
    return tuple(LabelGroup(rules, tuple(texts)) for rules, texts in by_rules.items())


LiteralTriggers = Sequence[tuple[str, LiteralTrigger]]
"""Literals, each with the rule that it triggers."""


class Trigger(Struct, frozen=True):
    """Patterns of which one must hold near a match: at block `b`, for matches at `b + first` to `b + last`."""

    patterns: tuple[Pattern, ...]
    first: int = 0
    last: int = 0


def _trigger(rule: Rule, number: int) -> tuple[Trigger, Sequence[LiteralTriggers]]:
    """Return the first trigger that not every block has, if there is one, and the literals of its patterns."""
    found: list[tuple[Trigger, Sequence[LiteralTriggers]]] = []
    for trigger in (*_triggers(rule.match), Trigger((_ANY,))):
        is_itself = not trigger.first and not trigger.last
        longest = UNBOUNDED if rule.where.max_chars is None or not is_itself else max(0, rule.where.max_chars)
        literals = [list(_literal_triggers(pattern, number, longest)) for pattern in trigger.patterns]
        if all(literal for of_pattern in literals for literal, _ in of_pattern):
            return trigger, literals
        found.append((trigger, literals))
    return found[0]


def _triggers(match: Match) -> Iterator[Trigger]:
    """Yield the conditions of a match that can be triggers: those on the block itself, and those on neighbours."""
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
        yield Trigger((match.between.start,), 0, match.between.max_blocks + 1)  # a drop-span also removes start and end
    if match.span:
        run = len(match.span.around)
        yield Trigger((Pattern(exact=match.span.around[:1]),), -match.span.before, run - 1 + match.span.mirror)


def _literal_triggers(pattern: Pattern, number: int, longest: int) -> Iterator[tuple[str, LiteralTrigger]]:
    """Yield literals of which one is in the shape of each block that the words of a pattern match.

    The literal "" stands for all blocks.  `longest` is how many characters a block may have.
    """
    most = longest if pattern == _ANY else min(longest, MAX_FURNITURE_CHARS)
    for texts, place in ((pattern.prefix, AT_START), (pattern.suffix, AT_END), (pattern.contains, None)):
        for text in texts:
            literal = shape(fold(text))
            yield literal, LiteralTrigger(number, place, 0, most) if place else LiteralTrigger(number, max_chars=most)
    for word in pattern.words:
        yield literal_of(word), LiteralTrigger(number, max_chars=min(most, MAX_LINE_CHARS))
    if pattern.regex:
        facts = regex_of(pattern).facts
        for literal, place in facts.literals:
            yield literal, LiteralTrigger(number, place, facts.min_chars, min(facts.max_chars, most))
