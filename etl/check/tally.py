"""Count findings by key, and against limits, subject by subject; the sums do not depend on how subjects are shared."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct, structs

from etl.check.checks import CHECKS
from etl.check.model import MAX_FINDINGS, MAX_OF_KEY, Count, Finding, Key, Limit, Measure, Scope, Subject, Where

Totals = Mapping[tuple[Scope, str], Count]
"""The numbers of subjects, by scope and publisher."""

ANYWHERE, NOTHING = Where(), Count()


class Tallied(Struct, frozen=True):
    """The sums of some subjects: counts by key, measures by limit, totals, and some of the findings."""

    counts: Mapping[Key, Count] = {}
    measures: tuple[Measure, ...] = ()
    totals: Totals = {}
    findings: tuple[Finding, ...] = ()


class Tally:
    """Adds up subjects with their findings, and the sums of other tallies."""

    def __init__(self, limits: Sequence[Limit]) -> None:
        self._counters = [_Counter(limit) for limit in limits]
        self._counts: dict[Key, Count] = {}
        self._totals: dict[tuple[Scope, str], Count] = {}
        self._kept: list[Finding] = []
        self._kept_of = Counter[Key]()

    def add(self, subject: Subject, findings: Sequence[Finding]) -> None:
        """Add a subject with its findings."""
        of, name = Count(0, 1, subject.characters), (subject.scope, subject.publisher)
        self._totals[name] = self._totals.get(name, NOTHING) + of
        for counter in self._counters:
            if counter.is_for_some and counter.takes(subject):
                counter.of += of
        if findings:
            self.find(subject, findings)

    def find(self, subject: Subject, findings: Sequence[Finding]) -> None:
        """Add findings of a subject that was added before."""
        by_key: dict[Key, Count] = {}
        for one in findings:
            by_key[one.key] = by_key.get(one.key, Count(0, 1, 0)) + Count(1, 0, one.size)
            self._keep(one)
        for key, count in by_key.items():
            self._counts[key] = self._counts.get(key, NOTHING) + count
        checks = {key.check for key in by_key}
        for counter in self._counters:
            if not counter.checks.isdisjoint(checks) and counter.takes(subject):
                counter.found += counter.counted(findings)

    def merge(self, other: Tallied) -> None:
        """Add the sums of another tally."""
        for key, count in other.counts.items():
            self._counts[key] = self._counts.get(key, NOTHING) + count
        for name, count in other.totals.items():
            self._totals[name] = self._totals.get(name, NOTHING) + count
        for counter, measure in zip(self._counters, other.measures, strict=True):
            counter.found += measure.found
            counter.of += measure.of
        for one in other.findings:
            self._keep(one)

    def value(self) -> Tallied:
        """Return the sums."""
        measures = tuple(Measure(counter.found, counter.looked_at(self._totals)) for counter in self._counters)
        return Tallied(self._counts, measures, self._totals, tuple(self._kept))

    def _keep(self, finding: Finding) -> None:
        if self._kept_of[finding.key] < MAX_OF_KEY and len(self._kept) < MAX_FINDINGS:
            self._kept_of[finding.key] += 1
            self._kept.append(finding)


class _Counter:
    """The counts of one limit: findings, and the subjects in its scope; `of` is counted only if it has a scope."""

    def __init__(self, limit: Limit) -> None:
        self._where, self._rule, self._without = limit.where, limit.where.rule, frozenset(limit.without)
        self.is_for_some = structs.replace(limit.where, rule=ANYWHERE.rule) != ANYWHERE
        self.checks = frozenset(check for check in CHECKS if fnmatchcase(check, limit.check))
        self._scopes = frozenset(CHECKS[check].scope for check in self.checks)
        self.found = self.of = NOTHING

    def takes(self, subject: Subject) -> bool:
        return subject.scope in self._scopes and (not self.is_for_some or fits(self._where, subject))

    def looked_at(self, totals: Totals) -> Count:
        if self.is_for_some:
            return self.of
        return sum((one for (scope, _), one in totals.items() if scope in self._scopes), NOTHING)

    def counted(self, findings: Sequence[Finding]) -> Count:
        found = [
            one
            for one in findings
            if one.key.check in self.checks and one.key.rule not in self._without and _like(one.key.rule, self._rule)
        ]
        return Count(len(found), int(bool(found)), sum(one.size for one in found))


def fits(where: Where, subject: Subject) -> bool:
    """Return whether a subject is in the scope of the limit."""
    return (
        _like(subject.publisher, where.publisher)
        and _like(subject.language, where.language)
        and _like(subject.status, where.status)
        and _like(subject.path, where.path)
    )


def concerned(limit: Limit, key: Key) -> bool:
    """Return whether a limit counts findings of a key."""
    is_counted = key.rule not in limit.without and _like(key.publisher, limit.where.publisher)
    return is_counted and fnmatchcase(key.check, limit.check) and _like(key.rule, limit.where.rule)


def total(totals: Totals, scope: Scope, publisher: str | None = None) -> Count:
    """Return the number of subjects in a scope, of one publisher or of all."""
    return sum((one for (of, name), one in totals.items() if of == scope and publisher in (None, name)), NOTHING)


def _like(value: str, pattern: str) -> bool:
    return pattern == "*" or fnmatchcase(value, pattern)
