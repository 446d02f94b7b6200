"""The table of checks, one entry each.  The modules beside it, such as `furniture` and `articles`, find the faults."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Literal

from msgspec import Struct

from etl.check.model import Level, Scope
from etl.errors import UsageError
from etl.packs import did_you_mean
from etl.repair.doubts import DOUBTS

# Doubtful characters that may be typing style or code: `fmt.Println`, ``quotes''.
TYPOGRAPHY = frozenset(f"repair/{name}" for name in ("missing-space", "ascii-quotes", "hyphen-break", "joined-link"))
# Text that only looks damaged.  Repairs do not change it, so if a check failed for it, cleaning would not help.
DOUBTED = tuple(sorted({doubt.rule for doubt in DOUBTS} - TYPOGRAPHY))
# The status of an article is not a fault of the data.
DECLARED = ("stub", "teaser", "paywalled", "suspect")


class Check(Struct, frozen=True):
    """A check: its id, its subject, and its default limit, which allows no finding (`level` error or warning).

    Findings whose rule is in `soft` are only warnings.  `unit` is the unit of a rate.  A check with `outside_baseline`
    compares with a baseline, or runs only on request, so a baseline has no counts of it.  `rules` describes the rule of
    a finding.
    """

    id: str
    title: str
    rules: str
    advice: str
    level: Level = "error"
    unit: Literal["subjects", "characters"] = "subjects"
    soft: tuple[str, ...] = ()
    outside_baseline: bool = False

    @property
    def scope(self) -> Scope:
        """What the check reads."""
        scope: dict[str, Scope] = {"raw": "raw", "art": "art", "audit": "audit"}
        return scope[self.id.partition(".")[0]]

    @property
    def page(self) -> str:
        """The page of the docs, and the place on it."""
        return f"docs/checks.md#{self.id.replace('.', '')}"


CHECKS: dict[str, Check] = {
    check.id: check
    for check in (
        Check(
            "raw.boilerplate",
            "Boilerplate on pages",
            "the rule that removes it",
            "Clean the pages, or accept the present amount with `copydesk baseline write`.",
            unit="characters",
        ),
        Check(
            "raw.unreadable",
            "Input that cannot be read",
            "empty",
            "The message has the reason.  `copydesk clean` puts such inputs into the rejects.",
        ),
        Check(
            "raw.mojibake",
            "Damaged characters on pages",
            "the repair, or the flag",
            "Clean the pages.  `copydesk explain --text` shows each step of a repair.",
            soft=DOUBTED,
        ),
        Check(
            "raw.suspects",
            "Short lines that recur and match no rule",
            "the line, folded",
            "`copydesk rules suggest` drafts a rule for each line.",
        ),
        Check(
            "raw.drift",
            "A template that changed",
            "the rule that matches no more, or `suspects`",
            "Change the rule, then write the baseline again.",
            outside_baseline=True,
        ),
        Check(
            "raw.empty",
            "A page whose story was lost",
            "`emptied`, `blank`, `suspect`, or the rule that rejects the page",
            "`copydesk diff` shows what is removed.  If a page has no text, it was perhaps not fetched.",
        ),
        Check(
            "art.schema",
            "A record that is not an article",
            "the field that is wrong",
            "Write articles with `copydesk clean`.  `copydesk schema article` prints their schema.",
        ),
        Check(
            "art.leftover",
            "Furniture in an article",
            "the rule that removes it",
            "Clean the articles again.",
        ),
        Check(
            "art.suspects",
            "Short lines that recur in articles and match no rule",
            "the line, folded",
            "`copydesk rules suggest` drafts a rule for each line.",
            level="warning",
        ),
        Check(
            "art.mojibake",
            "Damaged characters in an article",
            "the repair, or the flag",
            "Clean the articles again.  `--repair risky` also makes likely repairs.",
            soft=DOUBTED,
        ),
        Check(
            "art.controls",
            "Control characters and invisible marks in an article",
            "the character",
            "Clean the articles again.",
        ),
        Check(
            "art.duplicates",
            "Near-duplicate paragraphs and articles, by exact similarity",
            "`duplicate/exact`, `duplicate/near` or `duplicate/article`",
            "Run `copydesk dedup`, or `copydesk clean --dedup run`, over all of the data.",
        ),
        Check("art.ids", "An id that is not unique", "empty", "Do not put the same run into a data set twice."),
        Check(
            "art.empty",
            "An article without text",
            "its status; `stub`, `teaser`, `paywalled` and `suspect` are only warnings",
            "Filter by status, or look up in the audit what was removed.",
            soft=DECLARED,
        ),
        Check(
            "art.truncated",
            "An article that is cut",
            "`teaser`, `paywalled` or `unfinished` (only warnings), or `ellipsis`",
            "Filter by status.",
            soft=(*DECLARED, "unfinished"),
        ),
        Check(
            "art.short",
            "A full article of a few words",
            "its status",
            "Filter by `word_count`.",
            level="warning",
        ),
        Check(
            "art.language",
            "A language that the text is not in",
            "the language that the text is in",
            "Correct the field at its source, or clean without the field.",
        ),
        Check(
            "art.dates",
            "A date that is not possible",
            "`future`, `epoch` or `ancient`",
            "Name the right field with `--map created=…`.",
        ),
        Check(
            "art.counts",
            "Fewer articles than before",
            "empty",
            "Look at what the source delivered, then write the baseline again.",
            outside_baseline=True,
        ),
        Check(
            "audit.balance",
            "Books that do not balance",
            "empty",
            "The audit was changed or cut off.  Clean the input again.",
        ),
        Check(
            "audit.warranty",
            "A warranty that is required and not proved",
            "the file of the verdicts",
            "Correct the rules that removed too much.  Then judge a new or larger sample: `copydesk audit sample`.",
            outside_baseline=True,
        ),
        Check(
            "audit.replay",
            "Articles and audit that do not give the input back",
            "empty",
            "Articles or audit were edited, or are from another run.  Clean the input again.",
        ),
    )
}


def chosen_checks(only: Iterable[str], skipped: Iterable[str]) -> frozenset[str]:
    """Return the ids of the checks to run: those of `only` (default: all), without those of `skipped`.

    Raises UsageError.
    """
    wanted = set(_matching(only, "--checks")) or set(CHECKS)
    left = frozenset(wanted.difference(_matching(skipped, "--skip-checks")))
    if not left:
        raise UsageError("--checks", "no check is left", "Name more --checks, or leave out --skip-checks.")
    return left


def _matching(patterns: Iterable[str], option: str) -> Iterator[str]:
    for pattern in patterns:
        yield from matching(pattern, option)


def matching(pattern: str, option: str) -> list[str]:
    """Return the ids of checks that fit a pattern.  Raises UsageError if there is none."""
    found = [check for check in CHECKS if fnmatchcase(check, pattern)]
    if not found:
        way_out = did_you_mean(pattern, CHECKS) or f"Known are: {', '.join(CHECKS)}."
        raise UsageError(option, f"'{pattern}' is not a check", way_out)
    return found
