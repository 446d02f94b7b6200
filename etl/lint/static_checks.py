"""Faults of a regex by its form, without trying any text."""

from collections.abc import Callable, Iterator

from etl.lint.tree import Part, Run, first
from etl.rules.regexes.literals import required
from etl.rules.regexes.syntax import UNBOUNDED

# Repetitions.  Two ways for each of 10 repetitions are 1,000 ways in all, which take far less than a millisecond.
HARMLESS_TURNS = 10
# A class with all of these characters matches prose.
PROSE = frozenset("aA ")

Check = Callable[[str, Run], bool]


def shape_faults(regex: str, run: Run) -> Iterator[str]:
    """Yield the codes of the faults of a regex, given with its parts."""
    return (code for code, is_wrong in CHECKS.items() if is_wrong(regex, run))


def nests(run: Run, after: frozenset[str] = frozenset(), turns: int = 1) -> bool:
    """Return true if a nested repeat is ambiguous about the end of a repetition, so that the ways double with each one.

    `after` are the characters that may follow the run, and `turns` is the most repetitions by the repeats around it.
    """
    for at, part in enumerate(run):
        rest = run[at + 1 :]
        follow = first(rest) | (after if all(other.is_optional for other in rest) else frozenset())
        if part.varies and turns > HARMLESS_TURNS and first((part,)) & follow:
            return True
        if any(nests(choice, *_around(part, follow, turns)) for choice in part.choices):
            return True
    return False


def _around(part: Part, follow: frozenset[str], turns: int) -> tuple[frozenset[str], int]:
    """Return what can follow one turn of a group, and the number of turns; atomic groups are separate."""
    if not part.gives_back or not part.high:
        return frozenset(), 1
    return follow | (first((part,)) if part.high > 1 else frozenset()), max(turns, part.high)


def overlaps(run: Run) -> bool:
    """Return true if two unbounded repeats match the same characters, with no required text between them."""
    return any(_meets(part, run[at + 1 :]) or any(map(overlaps, part.choices)) for at, part in enumerate(run))


def _meets(part: Part, rest: Run) -> bool:
    if part.high < UNBOUNDED or not part.gives_back:
        return False
    for other in rest:
        if other.high == UNBOUNDED and first((part,)) & first((other,)):
            return True
        if not other.is_optional:
            return False
    return False


def leads(run: Run) -> bool:
    """Return true if a regex begins with an unbounded repeat of almost any character."""
    part = next((part for part in run if part.high), Part())
    return _swallows_prose(part) or (part.high == 1 and any(map(leads, part.choices)))


def swallows(run: Run) -> bool:
    """Return true if a regex has an unbounded repeat of almost any character."""
    return any(_swallows_prose(part) or any(map(swallows, part.choices)) for part in run)


def _swallows_prose(part: Part) -> bool:
    return part.high == UNBOUNDED and first((part,)) >= PROSE


CHECKS: dict[str, Check] = {
    "R006": lambda regex, run: nests(run),
    "R007": lambda regex, run: overlaps(run),
    "R008": lambda regex, run: leads(run),
    "R010": lambda regex, run: swallows(run) and not leads(run),
    "R011": lambda regex, run: required(regex) is None,
}
