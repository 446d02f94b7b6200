"""The regex of a rule: compiled when a text first asks for it, and for a user's rule bounded in time.

Shipped regexes are attacked by `rules lint` before they ship, and run on `re`.  A user's may never have been attacked:
they run on `regex`, which stops when it is told to.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache, cached_property, lru_cache
from typing import Any

from etl.errors import RegexTimeout
from etl.model import Searcher
from etl.rules.literals import required, widths
from etl.rules.names import PUBLISHER, generic, names_in, naming
from etl.rules.vocabulary import Pattern

# Seconds for one text.  The slowest shipped regex takes a millisecond for its worst line, and a busy machine does not
# make a second of it; what takes a second doubles with every further character.
LIMIT = 1.0
# Compiled regexes: those of all rules, and of those that name publishers the latest.
MAX_COMPILED = 2_000


class Regex:
    """A regex on the plain view, and what is known of every text that it matches.

    One of the `literals` stands in its shape, and it has from `least` to `most` characters.  The regex is compiled when
    the first text asks for it: of 200 regexes a page asks for some twenty.  If it names publishers, it is one for each
    text: that of the names which the text holds.  `rule` names the user's rule that it belongs to, "" one of ours.
    """

    def __init__(self, source: str, case: bool, rule: str = "") -> None:
        self.source, self.flags, self.rule = source, re.DOTALL if case else re.DOTALL | re.IGNORECASE, rule
        self.literals = tuple(sorted(required(source) or ("",)))
        self.least, self.most = widths(source)
        self.names_publishers = PUBLISHER in source

    @cached_property
    def pattern(self) -> Searcher:
        """The compiled regex.  Raises re.error if it is none."""
        return _compiled(generic(self.source), self.flags, self.rule)

    def searcher(self, text: str, publishers: Collection[str]) -> Searcher | None:
        """Give what searches a plain text, if these publishers are known; None if the text cannot match."""
        if not self.names_publishers:
            return self.pattern
        names = names_in(text, publishers)
        return _compiled(naming(self.source, names), self.flags, self.rule) if names else None


class Limited:
    """A compiled regex of a user's rule.  Raises RegexTimeout, which names the rule, if one text takes over LIMIT."""

    def __init__(self, source: str, flags: int, rule: str) -> None:
        import regex  # 15 ms, and needed only for packs of users

        self._pattern: Any = regex.compile(source, flags)
        self._rule = rule

    def search(self, text: str, /) -> re.Match[str] | None:
        """As `re` does."""
        with self._in_time(text):
            match: re.Match[str] | None = self._pattern.search(text, timeout=LIMIT)
        return match

    def fullmatch(self, text: str, /) -> re.Match[str] | None:
        """As `re` does."""
        with self._in_time(text):
            match: re.Match[str] | None = self._pattern.fullmatch(text, timeout=LIMIT)
        return match

    def finditer(self, text: str, /) -> Iterator[re.Match[str]]:
        """As `re` does, but that all are found when the first is asked for."""
        with self._in_time(text):
            matches = list(self._pattern.finditer(text, timeout=LIMIT))
        yield from matches

    @contextmanager
    def _in_time(self, text: str) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            fault = f"takes more than {LIMIT:g} s for: {text[:60]}"
            way_out = f"Mend it: copydesk rules lint says what is wrong.  Or go without it: --ignore {self._rule}"
            raise RegexTimeout(self._rule, fault, way_out) from None


@lru_cache(MAX_COMPILED)
def _compiled(source: str, flags: int, rule: str) -> Searcher:
    return Limited(source, flags, rule) if rule else re.compile(source, flags)


@cache
def regex_of(pattern: Pattern, rule: str = "") -> Regex:
    """Give the regex of a pattern, one for equal patterns; bounded in time if the name of a user's rule is given."""
    return Regex(pattern.regex, pattern.case, rule)
