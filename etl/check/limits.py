"""Limits of the user, default limits, and the measured values that are compared with them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from etl.check.checks import CHECKS, Check, matching
from etl.check.model import Held, Limit, Measure, Where
from etl.errors import UsageError
from etl.packs import Selection, selected
from etl.packs.schema_errors import Guide, shape_error
from etl.rules.language import Rule
from etl.rules.matching.neighbours import is_contextual

# Checks that compare several articles: their findings have no language and no status.
_ACROSS = frozenset(("art.duplicates", "art.ids", "art.suspects", "raw.suspects", "raw.drift"))

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(%?)")


class Threshold(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A `[[threshold]]` of copydesk.toml: a limit with one of `max`, `min` and `mostly`.

    `max` and `min` are a number, or a rate as "2%".  `mostly` is the share of articles that must be without a finding:
    0.98 is a `max` of "2%".
    """

    check: str
    max: int | str | None = None
    min: int | str | None = None
    mostly: Annotated[float, Meta(ge=0, le=1)] | None = None
    level: Literal["error", "warning"] = "error"
    where: Where = Where()


def limits_of(path: str, tables: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterator[Limit]:
    """Yield the limits of a copydesk.toml.  Raises PackError for a table that is none, and UsageError."""
    for line, table in tables:
        try:
            threshold = msgspec.convert(table, Threshold)
        except msgspec.ValidationError as error:
            raise shape_error(Path(path), line, str(error), _GUIDE) from None
        yield limit_of(threshold, f"{path}:{line}")


def limit_of(threshold: Threshold, place: str) -> Limit:
    """Return a limit of copydesk.toml.  Raises UsageError."""
    given = [name for name in ("max", "min", "mostly") if getattr(threshold, name) is not None]
    if len(given) != 1:
        fault = f"this threshold has {' and '.join(given) or 'no limit'}"
        raise UsageError(place, fault, "Give exactly one of max, min and mostly.")
    where = threshold.where
    if (where.language, where.status) != (Where().language, Where().status) and _ACROSS.issuperset(
        matching(threshold.check, place)
    ):
        fault = f"{threshold.check} looks across articles, so its findings have no language and no status"
        raise UsageError(place, fault, "In `where`, use only rule, publisher and path.")
    if threshold.mostly is not None:
        share = round(1 - threshold.mostly, 9)
        return Limit(threshold.check, share, None, True, threshold.level, threshold.where, said=place)
    (name,) = given
    number, is_rate = amount(str(getattr(threshold, name)), place)
    most = number if name == "max" else None
    least = number if name == "min" else None
    return Limit(threshold.check, most, least, is_rate, threshold.level, threshold.where, said=place)


_GUIDE = Guide((Threshold, Where), {"check": "Name a check, or a pattern: 'art.*'."}, "docs/checks.md")


def limit_given(given: str, option: Literal["--max", "--min"]) -> Limit:
    """Return the limit of an option, "art.leftover=3" or "raw.boilerplate:core/*=2%".  Raises UsageError.

    >>> limit_given("art.short=2.5%", "--max").most
    0.025
    """
    what, mark, said = given.rpartition("=")
    if not mark:
        example = "art.counts=1000, or art.counts=95%" if option == "--min" else "art.leftover=3, or art.leftover=2%"
        raise UsageError(option, f"'{given}' is not WHAT=N", f"Write {option} {example}.")
    check, _, rule = what.partition(":")
    matching(check, option)
    number, is_rate = amount(said, option)
    where = Where(rule=rule or "*")
    if option == "--max":
        return Limit(check, number, None, is_rate, where=where, said=f"--max {given}")
    if set(matching(check, option)) != {"art.counts"}:
        fault = f"'{check}' has no minimum, because only art.counts has one"
        raise UsageError(option, fault, "Write --min art.counts=1000, or art.counts=95%.")
    return Limit(check, None, number, is_rate, where=where, said=f"--min {given}")


def amount(said: str, place: str) -> tuple[float, bool]:
    """Return a number, and whether it is a rate.  Raises UsageError.

    >>> amount("3", ""), amount("2%", "")
    ((3.0, False), (0.02, True))
    """
    found = _AMOUNT.fullmatch(said.strip())
    if not found:
        raise UsageError(place, f"'{said}' is not an amount", "Write a number, 3, or a rate, 2%.")
    number, is_rate = float(found[1]), bool(found[2])
    if is_rate and number > 100:
        raise UsageError(place, f"'{said}' is more than 100%", "Write a rate from 0% to 100%.")
    return (round(number / 100, 9), True) if is_rate else (number, False)


def all_limits(
    given: Sequence[Limit], checks: Iterable[str], has_baseline: bool, mild: Mapping[str, Sequence[str]] = {}
) -> tuple[Limit, ...]:
    """Return the limits: those of the user, and the default limit of each check without a limit of the user.

    `mild` are, by check, rules whose findings are only warnings.  With a baseline, only those default limits apply that
    compare with the baseline, because the baseline says what is allowed.
    """
    said = {check for limit in given if limit.where == Where() for check in matching(limit.check, limit.said)}
    left = (CHECKS[check] for check in sorted(set(checks) - said))
    usual = (one for one in left if one.outside_baseline or not has_baseline)
    return (*given, *(limit for one in usual for limit in _usual(one, (*one.soft, *mild.get(one.id, ())))))


def mild_rules(selection: Selection) -> Mapping[str, tuple[str, ...]]:
    """Return, by check, the rules whose findings are only warnings: those of severity "warning".

    In articles, these are also rules about neighbours or position, because lines around a line of the page may be
    missing.
    """
    rules = [(sourced.name, sourced.rule) for sourced in selected(selection)]
    mild = tuple(name for name, rule in rules if rule.severity == "warning")
    around = tuple(name for name, rule in rules if _looks_around(rule))
    return {"raw.boilerplate": mild, "art.leftover": (*mild, *around)}


def _looks_around(rule: Rule) -> bool:
    matches = [match for match in (rule.match, rule.unless) if match is not None]
    return rule.where.position is not None or any(is_contextual(match) for match in matches)


def _usual(check: Check, soft: tuple[str, ...]) -> Iterator[Limit]:
    """Yield the default limits of a check: no finding is allowed, and soft findings are only warnings."""
    yield Limit(check.id, level=check.level, without=soft)
    if soft and check.level == "error":
        yield Limit(check.id, level="warning")


def held(limit: Limit, measure: Measure, counted: int, before: int) -> Held:
    """Return whether a limit holds.

    For a minimum, `counted` is the number of articles, and `before` that of the baseline.
    """
    if limit.least is not None:
        least = limit.least * before if limit.is_rate else limit.least
        words = f"{counted:,} articles, at least {_amount_words(limit.least, limit.is_rate)} required"
        return Held(limit, counted, counted >= least, words)
    most = limit.most or 0.0
    value = _rate(limit, measure) if limit.is_rate else float(measure.found.findings)
    shown = f"{value:.2%}" if limit.is_rate else f"{measure.found.findings:,}"
    words = f"{shown} found, at most {_amount_words(most, limit.is_rate)} allowed"
    return Held(limit, value, value <= most + 1e-12, words)


def _rate(limit: Limit, measure: Measure) -> float:
    """Return the share of characters, or of subjects with a finding."""
    units = {CHECKS[check].unit for check in matching(limit.check, limit.said)}
    found, of = measure.found.subjects, measure.of.subjects
    if units == {"characters"}:
        found, of = measure.found.characters, measure.of.characters
    return found / of if of else 0.0


def _amount_words(number: float, is_rate: bool) -> str:
    return f"{number:.6%}".rstrip("0%").rstrip(".") + "%" if is_rate else f"{number:,.0f}"
