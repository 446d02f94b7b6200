"""`@publisher` in a regex: the name of any known publisher.

An alternative of all 3,000 names would take 0.1 s to compile, and would be tried at every character.  So the names in a
text are found first, and the regex is made with these few names, which gives the same matches.
"""

import re
from bisect import bisect
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from etl.rules.regexes.syntax import parse

PUBLISHER = "@publisher"
# Characters.  The longest known name has 53.
MAX_NAME_CHARS = 60

_STARTS = re.compile(r"(?<!\w)\w")
# After the last letter of a name: a sign that belongs to it ("Yahoo!"), or marks that are not \w ("अमर उजाला").
_ENDS = re.compile(r"\w(?!\w)(?:[!.+)»]|[^\x00-\u02ff\w\s]{1,3})?")


def generic(regex: str) -> str:
    """Return the regex with any text for a publisher.  What this regex requires, all matches must have."""
    return regex.replace(PUBLISHER, f"(?:.{{2,{MAX_NAME_CHARS}}})")


def naming(regex: str, names: Sequence[str]) -> str:
    """Return the regex with these names of publishers, the longest first."""
    choices = "|".join(map(re.escape, sorted(names, key=lambda name: (-len(name), name))))
    return regex.replace(PUBLISHER, rf"(?:(?<!\w)(?:{choices})(?!\w))")


def names_in(text: str, publishers: Collection[str]) -> tuple[str, ...]:
    """Return the names of publishers in a plain text, each as it is written there.  `publishers` are folded.

    >>> names_in("Photo: Jane Roe/BBC News, via AP.", {"bbc news", "bbc", "ap", "an"})
    ('AP', 'BBC', 'BBC News')
    """
    ends = sorted({end for match in _ENDS.finditer(text) for end in (match.start() + 1, match.end())})
    spans = (
        text[start:end]
        for start in (match.start() for match in _STARTS.finditer(text))
        for end in ends[bisect(ends, start) : bisect(ends, start + MAX_NAME_CHARS)]
    )
    return tuple(sorted({span for span in spans if span.casefold() in publishers}))


@cache
def parsed(regex: str) -> Any:
    """Return the parsed items of a regex, in which `@publisher` is any text."""
    return parse(generic(regex))
