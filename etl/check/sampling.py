"""Draw removals from an audit for a person to judge, so that the verdicts give a bound on the wrong removals.

Each draw picks a removed *character*, and the removal that contains it is judged.  A stratum is a rule with a kind.
Each stratum first gets its share of `draws`, rounded down.  The remaining draws are given to strata at random, in
proportion to the fractions that were cut off.  So every draw has the same weight.  The expected share of wrong draws is
the wrong share of all removed characters, and among the draws of a rule it is the wrong share of that rule.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Annotated

from msgspec import Meta, Struct

from etl.audit import Entry
from etl.check.audits import articles_beside
from etl.check.furniture import FRAME
from etl.formats.own_records import read_texts
from etl.restoration import AuditedDocument, articles_of, read_audit

REMOVING = frozenset(("drop", "cut", "extract", "reject", "duplicate"))
# The most characters that are shown to the judge: of the removed text, and of the text above and below it.
MAX_SHOWN, MAX_AROUND = 2_000, 200

Positive = Annotated[int, Meta(ge=1)]
Stratum = tuple[str, str]
"""A rule, and the kind of what it removes."""


class Draw(Struct, frozen=True):
    """A removal that was drawn at least once, and is to be judged.

    `above` and `below` are the text around it on the page.  It is number `id` of `rows`.  `stratum` are the removed
    characters of its stratum, `removed` those of all.
    """

    id: Positive
    rows: Positive
    draws: Positive
    rule: str
    rule_version: str
    kind: str
    stratum: Positive
    removed: Positive
    path: str
    row: int
    line: int
    line_sha256: str
    duplicate_of: str
    above: str
    text: str
    below: str


class Hit(Struct, frozen=True):
    """An entry that was drawn, how often, and the text above and below it on its page ("" if unknown)."""

    entry: Entry
    times: int
    above: str
    below: str


def sample(audit: Path, draws: int, seed: int) -> list[Draw]:
    """Return the removals drawn from an audit, those of a rule together.  The audit is read twice, as a stream."""
    strata = sizes(audit)
    random = Random(seed)
    wanted = {
        stratum: sorted(random.randrange(strata[stratum]) for _ in range(count))
        for stratum, count in sorted(_allotted(strata, draws, random).items())
    }
    found = sorted(
        _hit(audit, wanted), key=lambda hit: (_stratum(hit.entry), hit.entry.path, hit.entry.row, hit.entry.line)
    )
    total = sum(strata.values())
    return [_draw(number, len(found), hit, strata[_stratum(hit.entry)], total) for number, hit in enumerate(found, 1)]


def sizes(audit: Path) -> Mapping[Stratum, int]:
    """Return the removed characters of each stratum, sorted."""
    counted = Counter[Stratum]()
    for document in read_audit(audit):
        for entry in _removals(document):
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


def _hit(audit: Path, wanted: Mapping[Stratum, list[int]]) -> Iterator[Hit]:
    """Yield the entries that contain a drawn character of their stratum, with the text around them on the page."""
    passed = Counter[Stratum]()
    for document, texts in _with_texts(audit):
        hits: list[tuple[Entry, int]] = []
        for entry in _removals(document):
            stratum = _stratum(entry)
            places, start = wanted.get(stratum, []), passed[stratum]
            passed[stratum] += len(entry.before)
            if times := bisect(places, passed[stratum] - 1) - bisect(places, start - 1):
                hits.append((entry, times))
        source = document.restoration(texts).text() if hits and texts else ""
        for entry, times in hits:
            above = source[max(0, entry.char_start - MAX_AROUND) : entry.char_start]
            below = source[entry.char_end : entry.char_end + MAX_AROUND]
            yield Hit(entry, times, " ".join(above.split()), " ".join(below.split()))


def _with_texts(audit: Path) -> Iterator[tuple[AuditedDocument, list[str]]]:
    """Yield the documents of an audit, each with the texts of its articles if they are beside it."""
    articles = articles_beside(audit)
    records = read_texts(articles_of(articles)) if articles else iter(())
    for document in read_audit(audit):
        yield document, [text for _, (_, text) in zip(document.articles, records, strict=False)]


def _removals(document: AuditedDocument) -> Iterator[Entry]:
    """Yield the entries that removed text.  A headline that was moved to its field and white space do not count."""
    for entry in document.entries:
        if entry.action in REMOVING and not entry.rule.startswith(FRAME) and entry.before:
            yield entry


def _stratum(entry: Entry) -> Stratum:
    return entry.rule, entry.kind


def _draw(number: int, rows: int, hit: Hit, stratum: int, removed: int) -> Draw:
    entry = hit.entry
    return Draw(
        number, rows, hit.times, entry.rule, entry.rule_version, entry.kind, stratum, removed, entry.path, entry.row,
        entry.line, entry.line_sha256, entry.duplicate_of, hit.above, entry.before[:MAX_SHOWN], hit.below,
    )  # fmt: skip
