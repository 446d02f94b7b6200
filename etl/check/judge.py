"""Findings -> a report: compared with limits and baseline, worst first, with the reasons why the check fails."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version

from msgspec import Struct, structs

from etl.check.baseline import COUNTS, Baseline, Change, changes, of_now, other_packs
from etl.check.checks import CHECKS
from etl.check.drift import drift
from etl.check.limits import held
from etl.check.model import Count, Finding, Held, Key, Level, Limit, Measure, Place, Report, Row, Scope, Subject
from etl.check.run import CheckOutcome
from etl.check.tally import Tallied, Tally, concerned, total
from etl.packs import Selection

# A publisher with at least so many articles in the baseline is reported if fewer than this share of them are there now.
MIN_BEFORE, MIN_SHARE = 5, 0.5
_ORDER: Mapping[Level, int] = {"error": 0, "warning": 1, "note": 2}


class Rules(Struct, frozen=True):
    """The limits with which findings are compared.

    With `is_strict`, the check also fails if the data is better than the baseline.  `unproved` are warranties that do
    not hold.
    """

    limits: tuple[Limit, ...]
    checks: frozenset[str]
    selection: Selection
    baseline: Baseline | None = None
    is_strict: bool = False
    unproved: tuple[Finding, ...] = ()


def report_of(outcome: CheckOutcome, rules: Rules) -> Report:
    """Return the report of a check."""
    tallied = compared(outcome, rules)
    limits = _held(rules, tallied)
    now = of_now(tallied, rules.selection) if rules.baseline else Baseline()
    changed = changes(rules.baseline, now, rules.checks) if rules.baseline else []
    rows = sorted(
        _rows(tallied, limits, changed, rules), key=lambda row: (_ORDER[row.level], -row.count.findings, row.key)
    )
    levels = {row.key: row.level for row in rows}
    findings = sorted(
        tallied.findings,
        key=lambda one: (_ORDER[levels[one.key]], one.key, one.place.path, one.place.row, one.place.line),
    )
    notes = [*outcome.notes, *(other_packs(rules.baseline, now) if rules.baseline else ())]
    better = [change for change in changed if change.is_better]
    if rules.baseline and rules.baseline.accepted:
        notes += _uncounted(rules.baseline, now)
    if better:
        notes.append(f"{_fallen(better)} than in the baseline.  `copydesk baseline prune` lowers the baseline.")
    return Report(
        rows=tuple(rows),
        findings=tuple(findings),
        limits=limits,
        totals={scope: total(tallied.totals, scope) for scope in SCOPES},
        failures=tuple(_failures(limits, rows, better if rules.is_strict else [])),
        notes=tuple(notes),
        version=version("copydesk"),
        levels=levels,
    )


SCOPES: tuple[Scope, ...] = ("raw", "art", "audit")
_SUBJECTS = {COUNTS["raw"]: "pages", COUNTS["art"]: "articles"}


def _uncounted(baseline: Baseline, now: Baseline) -> list[str]:
    """Return a note if the baseline is of pages and the checked data are articles, or the reverse."""
    then, today = ({key.check for key in one.accepted} & _SUBJECTS.keys() for one in (baseline, now))
    return [
        f"The baseline was not written from {_SUBJECTS[counts]}, so all findings in them are new."
        for counts in sorted(today - then)
        if not today & then
    ]


def compared(outcome: CheckOutcome, rules: Rules) -> Tallied:
    """Return the findings, with those of comparisons: with the baseline, with minimum numbers, with verdicts."""
    tally = Tally(rules.limits)
    tally.merge(outcome.tallied)
    found = [*_too_few(rules, outcome.tallied), *rules.unproved]
    if rules.baseline:
        found += drift(rules.baseline, outcome.tallied, outcome.lines, rules.selection)
        found += _missed(rules.baseline, outcome.tallied)
    for one in found:
        if one.key.check in rules.checks:
            tally.find(Subject(CHECKS[one.key.check].scope, one.key.publisher, path=one.place.path), [one])
    return tally.value()


def _too_few(rules: Rules, tallied: Tallied) -> Iterator[Finding]:
    """Yield a finding for each minimum number of articles that is not reached."""
    for limit in rules.limits:
        one = held(limit, Measure(), total(tallied.totals, "art").subjects, _before(rules))
        if limit.least is not None and not one.holds:
            yield Finding(Key("art.counts", "least"), Place(""), one.words)


def _missed(before: Baseline, tallied: Tallied) -> Iterator[Finding]:
    """Yield the publishers with far fewer articles than in the baseline; none if no article was checked."""
    if not total(tallied.totals, "art").subjects:
        return
    for key, one in before.accepted.items():
        now = total(tallied.totals, "art", key.publisher).subjects
        if key.check == COUNTS["art"] and one.count >= MIN_BEFORE and now < MIN_SHARE * one.count:
            words = f"{now:,} articles of {key.publisher or 'unknown publishers'} now, {one.count:,} in the baseline"
            yield Finding(Key("art.counts", "", key.publisher), Place(""), words)


def _held(rules: Rules, tallied: Tallied) -> tuple[Held, ...]:
    counted = total(tallied.totals, "art").subjects
    pairs = zip(rules.limits, tallied.measures, strict=True)
    return tuple(held(limit, measure, counted, _before(rules)) for limit, measure in pairs)


def _before(rules: Rules) -> int:
    """Return the number of articles in the baseline."""
    accepted = rules.baseline.accepted.items() if rules.baseline else ()
    return sum(one.count for key, one in accepted if key.check == COUNTS["art"])


def _rows(tallied: Tallied, limits: Sequence[Held], changed: Sequence[Change], rules: Rules) -> Iterator[Row]:
    exceeded = sorted((one for one in limits if not one.holds), key=lambda one: _ORDER[one.limit.level])
    by_key = {change.key: change for change in changed}
    for key, count in tallied.counts.items():
        of = tallied.totals.get((CHECKS[key.check].scope, key.publisher), Count())
        before = rules.baseline.accepted.get(key) if rules.baseline else None
        row = Row(key, count, of, before=before.count if before else None)
        over = next((one for one in exceeded if concerned(one.limit, key)), None)
        change = by_key.get(key)
        if change and change.is_worse:
            yield structs.replace(row, level="error", why=_worse(change))
        elif over:
            yield structs.replace(row, level=over.limit.level, why=over.words)
        else:
            yield row


def _worse(change: Change) -> str:
    if change.now_of == change.before_of:
        return f"{change.now:,} now, {change.before:,} in the baseline"
    return f"{change.now:,} of {change.now_of:,} now, {change.before:,} of {change.before_of:,} in the baseline"


def _failures(limits: Sequence[Held], rows: Sequence[Row], better: Sequence[Change]) -> Iterator[str]:
    for one in limits:
        if not one.holds and one.limit.level == "error":
            yield f"{one.limit.said or one.limit.check}: {one.words}"
    for row in rows:
        if row.level == "error" and "in the baseline" in row.why:
            yield f"{row.key}: {row.why}"
    if better:
        yield f"--strict-baseline: {_fallen(better)} than in the baseline: run `copydesk baseline prune`"


def _fallen(better: Sequence[Change]) -> str:
    """Return a note on how many counts or rates are lower; a rate can fall while its count rises."""
    return "1 count or rate is lower" if len(better) == 1 else f"{len(better):,} counts or rates are lower"
