"""The faults of packs, as findings with place, fault and way out; docs/rules.md lists their codes."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from etl.errors import PackError
from etl.lint.redos_search import Target, Worst, under_attack
from etl.lint.static_checks import shape_faults
from etl.lint.tree import parts
from etl.packs import Sourced, builtin_packs, faults, pack_files, patterns, place, read_pack
from etl.packs.shipped import builtin_rules
from etl.rules.language import Pattern, Rule
from etl.rules.regexes.bounds import regex_fault
from etl.rules.regexes.compiled import regex_of
from etl.rules.regexes.fragments import written_out
from etl.rules.regexes.publishers import generic, naming

# Characters of a slow line that are shown.
SHOWN_CHARS = 40
# A number of names for @publisher, as in a real text.
SOME_PUBLISHERS = ("BBC News", "Reuters")


class Code(Struct, frozen=True):
    """The message of a finding after the name of its key, and what to do; a warning does not fail."""

    fault: str
    way_out: str
    is_warning: bool = False


# `etl.packs` finds R001 to R005, with its own messages; these texts are for the manual.
CODES: dict[str, Code] = {
    "R001": Code("is not a known key", "Correct its spelling."),
    "R002": Code("is missing", "Add it."),
    "R003": Code("is wrong", "Give a value that the key takes."),
    "R004": Code("is taken by another rule", "Choose another id."),
    "R005": Code("does not compile", "Correct the regex."),
    "R006": Code(
        "nests repeats, so that its time can double with each character",
        "Begin the repeated group with a character that neither the part before the group nor the end of the group can "
        r"match: \w+(?:,\w+)*",
    ),
    "R007": Code(
        "has two unbounded repeats in a row that match the same characters",
        "Put a character between the repeats that neither of them matches, or bound one: {0,60}.",
    ),
    "R008": Code(
        "begins with an unbounded repeat of almost any character",
        "Use match.suffix or match.contains, or bound it: .{0,60}.",
    ),
    "R009": Code("is slow", "Bound its repeats, or separate them with characters that they do not match."),
    "R010": Code(
        "has an unbounded repeat of almost any character",
        "Bound the repeat, or give the rule a guard: where.max_words.",
        is_warning=True,
    ),
    "R011": Code(
        "requires no literal, so that it is tried on every line",
        "Require a word of two letters or more in each alternative.",
        is_warning=True,
    ),
    "R012": Code(
        "rejects articles of any length", "A story may quote the line: add where.max_article_words.", is_warning=True
    ),
    "R013": Code("is not later than the version of the pack", "Delete the deprecated rule."),
    "R014": Code("is the placeholder of the draft", "Give the reason in one sentence.", is_warning=True),
}


class Finding(Struct, frozen=True):
    """A fault or a warning: `place` is `path:line:column`, and `fault` begins with the code."""

    place: str
    fault: str
    way_out: str
    is_warning: bool = False

    def __str__(self) -> str:
        warning = "warning: " if self.is_warning else ""
        return f"{self.place}: {warning}{self.fault}\n  {self.way_out}"


# Receives the number of regexes that were tested so far, from 0 on, and their total.
Show = Callable[[int, int], None]


def lint(packs: Sequence[str], only: bool = False, show: Show = lambda _, __: None) -> list[Finding]:
    """Return the findings of packs, or of the built-in packs if none is named, by place.

    Names are checked together with the built-in rules, unless `only`.  Raises PackError if there is no such pack.
    """
    paths = [path for pack in packs for path in pack_files(pack)] or builtin_packs()
    read = [found for path in paths for found in read_pack(path)]
    rules = [found for found in read if isinstance(found, Sourced)]
    errors = [found for found in read if isinstance(found, PackError)]
    errors += faults(rules, [] if only else _beside(paths))
    found = [Finding(error.place, error.fault, error.way_out) for error in errors]
    found += *_of_regexes(rules, show), *_of_terms(rules)
    return sorted(dict.fromkeys(found), key=lambda finding: _by_place(finding.place))


def lint_regex(regex: str, flags: int, is_searched: bool) -> Iterator[str]:
    """Yield the findings of a regex that is in no pack yet.  Raises re.error for an invalid regex."""
    target = Target(naming(written_out(regex), SOME_PUBLISHERS), flags, is_searched)
    (worst,) = under_attack([target])
    return (f"{code} it {fault}" for code, fault in _faults(target, worst))


def _beside(paths: Sequence[Path]) -> list[Sourced]:
    """Return the built-in rules, without those of the packs that are checked."""
    looked_at = {path.resolve() for path in paths}
    return [rule for rule in builtin_rules() if Path(rule.path).resolve() not in looked_at]


def _by_place(place: str) -> list[str | int]:
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", place)]


def _of_regexes(rules: Sequence[Sourced], show: Show) -> Iterator[Finding]:
    asked = [(sourced, pattern) for sourced in rules for pattern in patterns(sourced.rule) if _compiles(pattern)]
    targets = [_target(sourced.rule, pattern) for sourced, pattern in asked]
    show(0, len(targets))
    attacked = zip(asked, targets, under_attack(targets), strict=True)
    for done, ((sourced, pattern), target, worst) in enumerate(attacked, 1):
        show(done, len(targets))
        for code, fault in _faults(target, worst):
            if not _is_excused(code, sourced.rule, pattern):
                at = place(sourced.path, sourced.line, "regex")
                said = f"{code} rule '{sourced.rule.id}': 'regex' {fault}"
                yield Finding(at, said, CODES[code].way_out, CODES[code].is_warning)


def _of_terms(rules: Sequence[Sourced]) -> Iterator[Finding]:
    """Yield warnings about a rule as a whole."""
    for sourced in rules:
        rule = sourced.rule
        if rule.action == "reject" and rule.where.max_article_words is None:
            yield _finding(sourced, "action", "R012")
        if rule.until and _number(sourced.version) >= _number(rule.until):
            yield _finding(sourced, "until", "R013")
        if not any(map(str.isalnum, rule.why)):
            yield _finding(sourced, "why", "R014")


def _finding(sourced: Sourced, key: str, code: str) -> Finding:
    said = f"{code} rule '{sourced.rule.id}': '{key}' {CODES[code].fault}"
    return Finding(place(sourced.path, sourced.line, key), said, CODES[code].way_out, CODES[code].is_warning)


def _number(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def _compiles(pattern: Pattern) -> bool:
    """Return true if a regex compiles; one that does not has its finding already."""
    return bool(pattern.regex) and not regex_fault(generic(pattern.regex))


def _target(rule: Rule, pattern: Pattern) -> Target:
    """Return the regex as the rule uses it: repairs have no flags, and replace and strip rules search."""
    flags = 0 if rule.action == "replace" else regex_of(pattern).flags
    return Target(naming(pattern.regex, SOME_PUBLISHERS), flags, rule.action in ("replace", "strip"))


def _is_excused(code: str, rule: Rule, pattern: Pattern) -> bool:
    """Return true if a guard limits the blocks that match, or if the regex is for a neighbour, not the block itself."""
    if code == "R010":
        return bool(rule.where.max_chars or rule.where.max_words)
    return code == "R011" and pattern is not rule.match


def _faults(target: Target, worst: Worst) -> Iterator[tuple[str, str]]:
    for code in shape_faults(target.regex, parts(target.regex, target.flags)):
        yield code, CODES[code].fault
    if worst.is_slow:
        yield "R009", _slowness(worst)


def _slowness(worst: Worst) -> str:
    if worst.is_untried:
        return "was not tried: the regexes before it took the whole time limit of the pack"
    if not worst.line:
        return f"does not end within {worst.seconds:.0f} s"
    start = worst.line[:SHOWN_CHARS]
    return f"takes {worst.seconds * 1000:.0f} ms for {len(worst.line):,} characters that begin {start!r}"
