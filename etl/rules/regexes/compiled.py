"""The regex of a rule: facts that need no compilation, and the regex itself, which is compiled at its first use.

`rules lint` has tested shipped regexes on slow input, so they run on `re`.  A user's regex may not have been tested, so
it runs on `regex`, which has a time limit.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from sys import maxsize
from typing import Any

import msgspec
from msgspec import Raw, Struct

from etl.model import Searcher
from etl.rules.language import Pattern
from etl.rules.regexes.budget import BUDGET, MAX_SECONDS
from etl.rules.regexes.literals import Place, placed_literals
from etl.rules.regexes.publishers import PUBLISHER, generic, names_in, naming
from etl.rules.regexes.reach import (
    MAX_SENTENCE_END,
    SENTENCE_END,
    look_ahead,
    opens_behind_sentence,
    repeated_start,
    widths,
)
from etl.rules.regexes.syntax import UNBOUNDED, Program, pattern_of

# The most compiled regexes in caches: of all rules, and of rules with names of publishers.
MAX_COMPILED = 2_000


class RegexFacts(Struct, frozen=True, gc=False, array_like=True):
    """Facts about all texts that a regex matches.

    One of the `literals` is in the shape of such a text, at its place.  The text has `min_chars` to `max_chars`
    characters, and its first `repeated` characters occur twice.  `look_ahead` is how far behind a match the regex may
    look.  If `is_behind_sentence`, a match begins at the start of a text or behind the end of a sentence.
    """

    literals: tuple[tuple[str, Place], ...]
    min_chars: int
    max_chars: int
    repeated: int
    look_ahead: int
    is_behind_sentence: bool


Programs = Mapping[int, Mapping[str, Raw]]
"""Encoded programs of regexes, by flags and by the regex itself."""

# The key is the regex itself, so that no entry can be out of date.  Programs are encoded, because a run uses a tenth of
# them.
_FACTS: dict[str, Raw] = {}
_PROGRAMS: dict[int, dict[str, Raw]] = {}


def take_facts(facts: Mapping[str, Raw]) -> None:
    """Use the encoded facts of regexes that were computed when copydesk was built."""
    _FACTS.update(facts)


def take_programs(programs: Programs) -> None:
    """Use the programs of regexes that were compiled when copydesk was built, on this machine."""
    for flags, by_regex in programs.items():
        _PROGRAMS.setdefault(flags, {}).update(by_regex)


@cache
def regex_facts(source: str) -> RegexFacts:
    """Return the facts about all texts that a regex matches.  Raises re.error for an invalid regex."""
    if source in _FACTS:
        return msgspec.msgpack.decode(_FACTS[source], type=RegexFacts)
    low, high = widths(source)
    return RegexFacts(
        literals=placed_literals(source),
        min_chars=low,
        max_chars=min(UNBOUNDED, high),
        repeated=repeated_start(source),
        look_ahead=look_ahead(source),
        is_behind_sentence=opens_behind_sentence(source),
    )


class Regex:
    """A regex on the plain view of a text, as a pattern of a rule has it.

    It is compiled at its first use: a page uses some twenty of 200 regexes.  A regex with `@publisher` is compiled for
    each text, with the names in this text.  `user_rule` is the name of the user's rule, or "" for a shipped rule.
    """

    def __init__(self, source: str, case: bool, user_rule: str = "") -> None:
        self.source, self.flags = source, re.DOTALL if case else re.DOTALL | re.IGNORECASE
        self.user_rule, self.names_publishers = user_rule, PUBLISHER in source

    @cached_property
    def facts(self) -> RegexFacts:
        """The facts about all texts that it matches."""
        return regex_facts(self.source)

    @cached_property
    def pattern(self) -> Searcher:
        """The compiled regex, with any text for a publisher.  Raises re.error if it is none."""
        return _compiled(self.generic, self.flags, self.user_rule)

    @property
    def generic(self) -> str:
        """The regex with any text for a publisher."""
        return generic(self.source)

    def fullmatch(self, text: str, publishers: Collection[str]) -> re.Match[str] | None:
        """Return the match of a whole plain text, if these publishers are known."""
        match = self.pattern.fullmatch(text)
        if not match or not self.names_publishers:
            return match
        searcher = self._naming(text, publishers)
        return searcher.fullmatch(text) if searcher else None

    def searcher(self, text: str, publishers: Collection[str]) -> Searcher | None:
        """Return the searcher for a plain text, with these known publishers; None if the text cannot match."""
        if not self.names_publishers:
            return self.pattern
        return self._naming(text, publishers) if self.pattern.search(text) else None

    def _naming(self, text: str, publishers: Collection[str]) -> Searcher | None:
        """Return the regex with the publishers that a text contains.  Finding them takes the most time."""
        names = names_in(text, publishers)
        return _compiled(naming(self.source, names), self.flags, self.user_rule) if names else None

    def find_all(
        self, text: str, publishers: Collection[str], literals: tuple[int, int] | None = None
    ) -> Sequence[re.Match[str]]:
        """Return the matches within a plain text, in order, none overlapping another.

        `literals` are the start of its first literal and the end of the last one, if known.  A match needs a literal,
        so the rest of the text need not be searched.
        """
        searcher = self.searcher(text, publishers)
        if searcher is None:
            return ()
        if isinstance(searcher, re.Pattern) and self.facts.is_behind_sentence:
            start, end = (literals[0] - self._reach[0], literals[1]) if literals else (0, len(text))
            return _matches_at(searcher, text, sentence_starts(text, start, end))
        if literals and not self.user_rule:
            most_before, most_after = self._reach
            start = max(0, literals[0] - most_before)
            if not searcher.search(text, start, literals[1] + most_after):  # nine of ten literals stand alone
                return ()
            return list(searcher.finditer(text, start))
        return list(searcher.finditer(text))

    @cached_property
    def _reach(self) -> tuple[int, int]:
        """How far a match may reach or look before and behind its literals, in characters."""
        places = [place for _, place in self.facts.literals]
        most_after = max(place.max_after for place in places) + self.facts.look_ahead
        return max(place.max_before for place in places), most_after


def sentence_starts(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where a sentence may begin between two places of a plain text, or a label between two sentences."""
    if start <= 0:
        yield 0
    for found in SENTENCE_END.finditer(text, max(0, start - MAX_SENTENCE_END), end):
        if found.end() >= start:
            yield found.end()


def _matches_at(searcher: re.Pattern[str], text: str, places: Iterable[int]) -> list[re.Match[str]]:
    """Return the matches that begin at one of these places, none overlapping another."""
    found: list[re.Match[str]] = []
    for at in places:
        if (not found or at >= found[-1].end()) and (match := searcher.match(text, at)):
            found.append(match)
    return found


class TimedRegex:
    """A compiled regex of a user's rule.  Raises RegexTimeout, which names the rule, if a text takes too long."""

    def __init__(self, source: str, flags: int, rule: str) -> None:
        import regex  # 15 ms, and needed only for packs of users

        self._pattern: Any = regex.compile(source, flags)
        self._rule = rule

    def search(self, text: str, start: int = 0, end: int = maxsize, /) -> re.Match[str] | None:
        """As `re` does."""
        with BUDGET.of(self._rule, text):
            match: re.Match[str] | None = self._pattern.search(text, start, end, timeout=MAX_SECONDS)
        return match

    def fullmatch(self, text: str, /) -> re.Match[str] | None:
        """As `re` does."""
        with BUDGET.of(self._rule, text):
            match: re.Match[str] | None = self._pattern.fullmatch(text, timeout=MAX_SECONDS)
        return match

    def finditer(self, text: str, start: int = 0, end: int = maxsize, /) -> Iterator[re.Match[str]]:
        """Like `re`, but all matches are found when the first is needed."""
        with BUDGET.of(self._rule, text):
            matches = list(self._pattern.finditer(text, start, end, timeout=MAX_SECONDS))
        yield from matches


@lru_cache(MAX_COMPILED)
def _compiled(source: str, flags: int, user_rule: str) -> Searcher:
    if user_rule:
        return TimedRegex(source, flags, user_rule)
    program = _PROGRAMS.get(flags, {}).get(source)
    return pattern_of(source, msgspec.msgpack.decode(program, type=Program)) if program else re.compile(source, flags)


@cache
def regex_of(pattern: Pattern, user_rule: str = "") -> Regex:
    """Return the regex of a pattern, the same for equal patterns; with a time limit for a user's rule."""
    return Regex(pattern.regex, pattern.case, user_rule)
