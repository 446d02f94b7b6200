"""The bound that a judged sample proves: "wrongly removed <= x % of removed characters"; in all, and by rule.

The bounds are exact, one-sided bounds of a binomial share (Clopper and Pearson, 1934), by the standard library.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from math import exp, lgamma, log, log1p
from pathlib import Path

import msgspec
from msgspec import Struct

from etl.check.limits import amount
from etl.check.model import Finding, Key, Place
from etl.check.verdicts import JudgedDraw, read_verdicts
from etl.errors import UsageError
from etl.packs import Selection, pack_versions, selected

CONFIDENCE = 0.95
WARRANTY = "audit.warranty"
# The fewest draws of a rule for a bound of its own: with 10 draws, all right, the bound is 26 %.
MIN_DRAWS = 10
# Halvings of an interval: more than a float has binary digits.
HALVINGS = 60


class Bound(Struct, frozen=True):
    """The number of draws, of wrong draws (unsure ones count as wrong), and the bound on the wrong share."""

    name: str
    draws: int
    wrong: int
    unsure: int
    most: float


class Warranty(Struct, frozen=True):
    """The bounds for all removed characters, and for rules with enough draws; and the digest of the packs."""

    whole: Bound
    rules: tuple[Bound, ...]
    removed: int
    packs: str
    confidence: float = CONFIDENCE


def warranty_of(path: Path, confidence: float = CONFIDENCE) -> Warranty:
    """Return the warranty of a file of verdicts.  Raises UsageError if there are no verdicts, or some are missing."""
    judged = read_verdicts(path)
    if not judged:
        raise UsageError(str(path), "has no verdicts", "Draw a sample: copydesk audit sample AUDIT.")
    if missing := sum(not one.verdict for one in judged):
        fault = f"{missing:,} of {len(judged):,} removals are not judged"
        raise UsageError(str(path), fault, "Judge all of them: a part of the sample proves nothing.")
    names = sorted({one.draw.rule for one in judged})
    by_rule = [bound(name, [one for one in judged if one.draw.rule == name], confidence) for name in names]
    rules = tuple(sorted((one for one in by_rule if one.draws >= MIN_DRAWS), key=lambda one: -one.draws))
    return Warranty(bound("", judged, confidence), rules, judged[0].draw.removed, judged[0].packs, confidence)


def bound(name: str, judged: Sequence[JudgedDraw], confidence: float = CONFIDENCE) -> Bound:
    """Return the bound that some verdicts prove.  All draws have the same weight: see `sampling`."""
    draws = sum(one.draw.draws for one in judged)
    unsure = sum(one.draw.draws for one in judged if one.verdict == "unsure")
    wrong = sum(one.draw.draws for one in judged if one.verdict == "wrong") + unsure
    return Bound(name, draws, wrong, unsure, upper_bound(wrong, draws, confidence))


def statement(warranty: Warranty) -> str:
    """Return the warranty in one sentence."""
    most, sure = percent(warranty.whole.most), f"{100 * warranty.confidence:g} %"
    return f"wrongly removed ≤ {most} of {warranty.removed:,} removed characters, with {sure} confidence"


def percent(share: float) -> str:
    """Return a share in per cent, rounded up, because a bound must not become smaller when it is printed.

    >>> percent(0.014866), percent(1.0)
    ('1.49 %', '100.00 %')
    """
    hundredths = -int(-share * 10_000 // 1)
    return f"{hundredths // 100}.{hundredths % 100:02d} %"


def packs_digest(selection: Selection) -> str:
    """Return the digest of the rules of a selection.  It changes if a rule changes, or if other rules are selected."""
    names = [sourced.name for sourced in selected(selection)]
    return sha256(msgspec.json.encode([pack_versions(selection), names])).hexdigest()[:16]


def unproved(required: str, selection: Selection) -> Iterator[Finding]:
    """Yield why a requirement such as "warranty=VERDICTS:1%" is not met.  Raises UsageError if it is malformed."""
    what, _, said = required.partition("=")
    name, mark, most = said.rpartition(":")
    if what != "warranty" or not mark or not name:
        raise UsageError("--require", f"'{required}' is not a requirement", "Write --require warranty=verdicts.csv:1%.")
    share, is_rate = amount(most, "--require")
    if not is_rate:
        raise UsageError("--require", f"'{most}' is not a rate", "Write a rate, such as 1%.")
    warranty, key = warranty_of(Path(name)), Key(WARRANTY, name)
    if warranty.packs != packs_digest(selection):
        yield Finding(key, Place(name), "the rules have changed since the sample was judged; judge a new one")
    if warranty.whole.most > share:
        yield Finding(key, Place(name), f"{statement(warranty)}; required: {most}")


def upper_bound(wrong: int, draws: int, confidence: float = CONFIDENCE) -> float:
    """Return the largest wrong share for which at most so many wrong draws have the probability 1 - confidence.

    If each draw is wrong with probability p, independently, the bound is below p in at most 1 - confidence of all
    samples.  The same holds if the draws have different probabilities with mean p (Hoeffding 1956, theorem 4: for at
    most np - 1 the sum is then less probable than the binomial).

    >>> round(upper_bound(0, 200), 5), round(upper_bound(3, 200), 5), upper_bound(5, 5), upper_bound(0, 0)
    (0.01487, 0.03831, 1.0, 1.0)
    """
    if not 0 <= wrong <= draws:
        raise ValueError(f"{wrong} of {draws} draws")
    if wrong == draws:
        return 1.0
    low, high = wrong / draws, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(wrong, draws, middle) > 1 - confidence else (low, middle)
    return high


def at_most(wrong: int, draws: int, share: float) -> float:
    """Return the probability of at most so many wrong draws, if each draw is wrong with probability `share`."""
    if share <= 0 or wrong >= draws:
        return 1.0
    if share >= 1:
        return 0.0
    whole = lgamma(draws + 1)
    logs = (
        whole - lgamma(count + 1) - lgamma(draws - count + 1) + count * log(share) + (draws - count) * log1p(-share)
        for count in range(wrong + 1)
    )
    return min(1.0, sum(exp(one) for one in logs))
