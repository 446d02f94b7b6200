"""Detect a changed template: a rule no longer matches on the pages of a publisher, and another line is in its place."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from math import comb

from etl.check.baseline import Accepted, Baseline
from etl.check.model import Count, Finding, Key, Place
from etl.check.recurring import Line
from etl.check.tally import Tallied
from etl.fold import label
from etl.packs import Selection, selected

# Probability that a rule stops matching by chance although nothing changed (Fisher's exact test): matches on three of
# three pages before, and on none of three now, reach it.
MAX_CHANCE = 0.05
# A rule has stopped matching if its rate is at most this share of its former rate.
SILENT = 0.1
# A new line on at least this share of a publisher's pages is a change by itself.
NEW_ON = 0.5
# A line can be in the place of a rule if its rate is at least this share of the former rate of the rule.
IN_ITS_PLACE = 0.5


def drift(before: Baseline, tallied: Tallied, lines: Sequence[Line], selection: Selection) -> Iterator[Finding]:
    """Yield the rules that stopped matching, each with the line in its place; then lines that are new on most pages."""
    known = {(key.rule, key.publisher) for key in before.accepted if key.check == "raw.suspects"}
    fresh = [line for line in lines if line.scope == "raw" and (line.label, line.publisher) not in known]
    examples = {one.name: one.rule.drops for one in selected(selection)}
    placed: set[int] = set()
    for key, one in sorted(before.accepted.items()):
        of = tallied.totals.get(("raw", key.publisher), Count()).subjects
        now = tallied.counts.get(Key("raw.boilerplate", key.rule, key.publisher), Count()).subjects
        if key.check != "raw.boilerplate" or not of or not _is_silent(one, now, of):
            continue
        line = _in_its_place(one, fresh, of, examples.get(key.rule, ()))
        words = f"{key.rule} matches a line on {_share(now, of)} pages now, and on {_share(one.count, one.of)} before"
        if line:
            placed.add(line.key)
            words += f"; a new line, {line.text!r}, is on {_share(line.subjects, of)} pages"
        place = line.place if line else Place("")
        yield Finding(Key("raw.drift", key.rule, key.publisher), place, words, line.text if line else "")
    for line in fresh:
        of = tallied.totals.get(("raw", line.publisher), Count()).subjects
        if (
            line.key not in placed
            and line.subjects >= NEW_ON * of
            and before.looked_at(Key("raw.suspects", "", line.publisher)) >= of / 2
        ):
            words = f"{line.text!r} is new, and is on {_share(line.subjects, of)} pages"
            yield Finding(Key("raw.drift", "suspects", line.publisher), line.place, words, line.text)


def _is_silent(then: Accepted, now: int, of: int) -> bool:
    """Return whether a rule that used to fire has stopped, beyond chance."""
    fired = min(then.count, then.of)
    if not then.of or now / of > SILENT * fired / then.of:
        return False
    return chance(fired, then.of, now, of) <= MAX_CHANCE


def chance(fired: int, then: int, now: int, of: int) -> float:
    """Return the probability that of `fired + now` pages at most `now` are among the `of` new ones (hypergeometric).

    >>> chance(3, 3, 0, 3)
    0.05
    """
    both = fired + now
    return sum(comb(of, few) * comb(then, both - few) for few in range(now + 1) if both - few <= then) / comb(
        then + of, both
    )


def _in_its_place(one: Accepted, fresh: Sequence[Line], of: int, examples: Sequence[str]) -> Line | None:
    """Return the new line of the publisher on about as many pages as the rule matched; the most similar one."""
    rate = min(1.0, one.count / one.of)
    often = [line for line in fresh if line.publisher == one.publisher and line.subjects / of >= IN_ITS_PLACE * rate]
    return max(often, key=lambda line: (_alike(line.label, examples), line.subjects), default=None)


def _alike(line: str, examples: Sequence[str]) -> float:
    return max((SequenceMatcher(None, line, label(text)).ratio() for text in examples), default=0.0)


def _share(part: int, whole: int) -> str:
    return f"{min(part, whole):,} of {whole:,}"
