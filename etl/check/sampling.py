"""Draw removals from an audit for a person to judge, so that the verdicts bound what was wrongly removed.

What is drawn are removed *characters*: each draw falls on one, and the removal that holds it is judged.  A stratum is a
rule with a kind.  Of `draws` each stratum gets the whole part of its share; the rest are drawn among all strata, each
with the probability of the fraction that it lacks.  So every draw counts alike, the expected number of wrong draws is
the wrong share of all removed characters, and among the draws of a rule it is the share of that rule's.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from random import Random

from msgspec import Struct

from etl.audit import Entry
from etl.restoration import read_audit

REMOVING = frozenset(("drop", "cut", "extract", "reject", "duplicate"))
# Characters of the removed text, and of what stands before and behind it, that are shown to the judge.
MAX_SHOWN = 2_000

Stratum = tuple[str, str]
"""A rule, and the kind of what it takes."""


class Draw(Struct, frozen=True):
    """A removal that was drawn, once or more: what is judged.

    It is number `id` of `rows`.  `stratum` are the removed characters of its stratum, `removed` those of all.
    """

    id: int
    rows: int
    draws: int
    rule: str
    rule_version: str
    kind: str
    stratum: int
    removed: int
    path: str
    row: int
    line: int
    line_sha256: str
    duplicate_of: str
    text: str


def sample(audit: Path, draws: int, seed: int) -> list[Draw]:
    """Return the removals drawn from an audit, those of a rule together.  The audit is read twice, as a stream."""
    strata = sizes(audit)
    random = Random(seed)
    wanted = {
        stratum: sorted(random.randrange(strata[stratum]) for _ in range(count))
        for stratum, count in sorted(_allotted(strata, draws, random).items())
    }
    found = sorted(
        _hit(audit, wanted), key=lambda one: (one[0].rule, one[0].kind, one[0].path, one[0].row, one[0].line)
    )
    total = sum(strata.values())
    return [
        _draw(number, len(found), entry, times, strata[_stratum(entry)], total)
        for number, (entry, times) in enumerate(found, 1)
    ]


def sizes(audit: Path) -> Mapping[Stratum, int]:
    """Return the removed characters of each stratum, sorted."""
    counted = Counter[Stratum]()
    for entry in _removals(audit):
        counted[_stratum(entry)] += len(entry.before)
    return dict(sorted(counted.items()))


def _allotted(strata: Mapping[Stratum, int], draws: int, random: Random) -> Mapping[Stratum, int]:
    """Return the number of draws in each stratum; the mean of each is its exact share of the draws."""
    total = sum(strata.values())
    if not total:
        return {}
    allotted = Counter({stratum: draws * size // total for stratum, size in strata.items()})
    names = list(strata)
    lacking = list(accumulate(draws * strata[name] % total for name in names))
    for _ in range(draws - allotted.total()):
        allotted[names[bisect(lacking, random.randrange(lacking[-1]))]] += 1
    return allotted


def _hit(audit: Path, wanted: Mapping[Stratum, list[int]]) -> Iterator[tuple[Entry, int]]:
    """Yield the entries that hold a wanted character of their stratum, each with how many it holds."""
    passed = Counter[Stratum]()
    for entry in _removals(audit):
        stratum = _stratum(entry)
        places, start = wanted.get(stratum, []), passed[stratum]
        passed[stratum] += len(entry.before)
        if times := bisect(places, passed[stratum] - 1) - bisect(places, start - 1):
            yield entry, times


def _removals(audit: Path) -> Iterator[Entry]:
    """Yield the entries that removed text; a headline went into its field, and white space is no text."""
    for document in read_audit(audit):
        for entry in document.entries:
            if entry.action in REMOVING and entry.kind != "structure" and entry.before:
                yield entry


def _stratum(entry: Entry) -> Stratum:
    return entry.rule, entry.kind


def _draw(number: int, rows: int, entry: Entry, times: int, stratum: int, removed: int) -> Draw:
    return Draw(
        number, rows, times, entry.rule, entry.rule_version, entry.kind, stratum, removed, entry.path, entry.row,
        entry.line, entry.line_sha256, entry.duplicate_of, entry.before[:MAX_SHOWN],
    )  # fmt: skip
