"""The selection of rules from the built-in packs and the user's packs, compiled into a ruleset."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from hashlib import sha256
from os import sep
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, structs

from etl.errors import PackError, UsageError
from etl.fold import label
from etl.markup.regions import PAGE_NAMES
from etl.model import KeepRule, Replacement, Searcher
from etl.packs.load import (
    Sourced,
    builtin_folder,
    known_classifier,
    known_publishers,
    load_pack,
    pack_files,
    page_model,
)
from etl.packs.locations import did_you_mean
from etl.packs.misuses import patterns
from etl.packs.shipped import builtin_rules, builtin_triggers
from etl.packs.validate import check
from etl.rules import compile_judging
from etl.rules.classifier.model import CLASSIFIER, Classifier
from etl.rules.language import Verb
from etl.rules.matching.exceptions import Override, RuleException, UserRules
from etl.rules.regexes.compiled import TimedRegex, regex_of
from etl.segment import Layouts

if TYPE_CHECKING:
    from etl.document import Ruleset

# The most rulesets that are kept in memory.
MAX_COMPILED = 16

Profile = Literal["careful", "standard", "hard"]

# The confidences of the rules that each profile uses.
PROFILES: dict[Profile, tuple[str, ...]] = {
    "careful": ("certain",),
    "standard": ("certain", "likely"),
    "hard": ("certain", "likely", "guess"),
}


class Selection(Struct, frozen=True):
    """A selection of rules: built-in ones (unless `only`), packs by path, ids by pattern (`core/*`), and the profile.

    It also has the exceptions and overrides of the user's copydesk.toml.  With `links`, the links of pages are read.
    `contents` are the hashes of the files of `packs`, if these must not change any more: see `settled`.
    """

    packs: tuple[str, ...] = ()
    only: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    profile: Profile = "standard"
    risky: bool = False
    detect_language: bool = True
    links: bool = False
    exceptions: tuple[RuleException, ...] = ()
    overrides: tuple[Override, ...] = ()
    contents: tuple[str, ...] = ()


def settled(selection: Selection) -> Selection:
    """Return a selection fixed to the present content of its packs; processes that start later refuse other content.

    Raises PackError if there is no such pack.
    """
    return structs.replace(selection, contents=_contents(selection.packs))


def _contents(packs: Iterable[str]) -> tuple[str, ...]:
    return tuple(sha256(path.read_bytes()).hexdigest() for pack in packs for path in pack_files(pack))


def rule_patterns(given: Iterable[str]) -> tuple[str, ...]:
    """Return the patterns of rules in lists of users, which may have commas, and packs by their ids.

    >>> rule_patterns(["core/read-more, npr", "lang-*"])
    ('core/read-more', 'npr/*', 'lang-*/*')
    """
    words = (word.strip() for one in given for word in one.split(","))
    return tuple(word if "/" in word or word == "*" else f"{word}/*" for word in words if word)


def compile_rules(selection: Selection) -> "Ruleset":
    """Load and compile the packs of a selection.  Raises PackError for a pack, UsageError if no rule is left.

    Rulesets are cached by the content of the user's packs.  A pack that was edited is read again, or refused if the
    selection is settled.
    """
    return _compiled(selection, selection.contents or _contents(selection.packs))


@lru_cache(MAX_COMPILED)
def _compiled(selection: Selection, _contents: tuple[str, ...]) -> "Ruleset":
    from etl.document import Ruleset  # not needed to list rules

    rules, regions = selected(selection), _regions(selection)
    judging = [sourced for sourced in rules if sourced.judges]
    shipped = f"{builtin_folder()}{sep}"
    own = frozenset(sourced.name for sourced in rules if not sourced.path.startswith(shipped))
    return Ruleset(
        repairs=tuple(
            Replacement(sourced.name, _searcher(sourced, own), sourced.rule.becomes)
            for sourced in rules
            if sourced.rule.action == "replace"
        ),
        layouts=_layouts(rules, own),
        publishers=known_publishers(),
        judging=compile_judging(
            ((sourced.name, sourced.version, sourced.rule) for sourced in judging),
            *_classifier(selection),
            UserRules(selection.exceptions, own),
            () if selection.only else (builtin_triggers(),),
        ),
        risky=selection.risky,
        detects_language=selection.detect_language,
        keep_rules=tuple(
            KeepRule(one.name, one.version, one.rule.kind, one.rule.match.css, one.rule.scope.publisher)
            for one in rules
            if one.rule.action == "keep"
        ),
        links=selection.links,
        selectors=tuple(sorted({css for one in judging for pattern in patterns(one.rule) for css in pattern.css})),
        asks_what_recurs=any(
            match.recurs for one in judging for match in (one.rule.match, one.rule.unless) if match is not None
        ),
        page_model=page_model() if regions else None,
        regions=regions,
    )


def _layouts(rules: Collection[Sourced], own: Collection[str]) -> Layouts:
    ends, starts = _labels(rules, "end-article"), _labels(rules, "start-article")
    lines = (_part_lines(rules, own, action) for action in ("start-article", "end-article"))
    return Layouts(ends, known_publishers(), starts, *lines)


def _searcher(sourced: Sourced, own: Collection[str]) -> Searcher:
    """Return the regex of a repair rule; for a user's rule, one with a time limit."""
    regex = sourced.rule.match.regex
    return TimedRegex(regex, 0, sourced.name) if sourced.name in own else re.compile(regex)


def _classifier(selection: Selection) -> tuple[Classifier | None, float]:
    """Return the classifier and the threshold of the profile; None if the selection excludes the classifier."""
    chosen = not selection.only and (not selection.select or _matches(CLASSIFIER, selection.select))
    if not chosen or selection.profile == "careful" or _matches(CLASSIFIER, selection.ignore):
        return None, 1.0
    model = known_classifier()
    return (model, model.likely if selection.profile == "standard" else model.guess) if model else (None, 1.0)


def _regions(selection: Selection) -> frozenset[str]:
    """Return the names of the regions of a page that the page model may remove."""
    if selection.only:
        return frozenset()
    return frozenset(
        name
        for name in PAGE_NAMES
        if (not selection.select or _matches(name, selection.select)) and not _matches(name, selection.ignore)
    )


def selected(selection: Selection) -> tuple[Sourced, ...]:
    """Return the rules of a selection, checked against one another, sorted by name."""
    rules = tuple(_overridden(sourced, selection.overrides) for sourced in load_rules(selection))
    _check_names(selection, [name for one in rules for name in one.called])
    chosen = tuple(sourced for sourced in rules if _is_chosen(sourced, selection))
    if not chosen:
        way_out = "Name packs with --rules, name more rules with --select, or leave out --only-rules or --ignore."
        raise UsageError("", "no rule is selected", way_out)
    return chosen


def advice(selection: Selection) -> Iterator[str]:
    """Yield advice on rules that a selection names and that are deprecated or have a new name."""
    asked = (*selection.select, *selection.ignore)
    for sourced in load_rules(selection) if asked else ():
        if sourced.rule.deprecated and _is_called(sourced, asked):
            yield f"{sourced.name} is deprecated: {sourced.rule.deprecated}"
        yield from (f"{name} is called {sourced.name} now" for name in sourced.called[1:] if name in asked)


def load_rules(selection: Selection) -> tuple[Sourced, ...]:
    """Return all rules of the selected packs, of any confidence, sorted by name.  Raises PackError.

    The user's rules are checked one by one. (Tests check the built-in ones.) The rules are cached as in
    `compile_rules`.
    """
    return _loaded(selection.packs, selection.only, selection.contents or _contents(selection.packs))


@lru_cache(MAX_COMPILED)
def _loaded(packs: tuple[str, ...], only: bool, contents: tuple[str, ...]) -> tuple[Sourced, ...]:
    own = () if only else builtin_rules()
    given = [one for pack in packs for path in pack_files(pack) for one in load_pack(path)]
    if contents != _contents(packs):
        raise PackError(", ".join(packs), "changed while the command was running", "Run the same command again.")
    check(given, own)
    return tuple(sorted((*own, *given), key=lambda sourced: sourced.name))


def pack_versions(selection: Selection) -> dict[str, dict[str, str]]:
    """Return version and SHA-256 of each pack file, by path.  Built-in packs have their path below `rules/`."""
    return _versions(selection, selection.contents or _contents(selection.packs))


@lru_cache(1)  # packs may have changed during the run
def _versions(selection: Selection, _contents: tuple[str, ...]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for pack, version in {sourced.path: sourced.version for sourced in selected(selection)}.items():
        path = Path(pack)
        name = path.relative_to(builtin_folder()) if path.is_relative_to(builtin_folder()) else path
        found[name.as_posix()] = {"version": version, "sha256": sha256(path.read_bytes()).hexdigest()}
    return dict(sorted(found.items()))


def _overridden(sourced: Sourced, overrides: Iterable[Override]) -> Sourced:
    """Return a rule with the confidence that its last override sets."""
    for override in overrides:
        if _is_called(sourced, [override.rule]):
            sourced = structs.replace(sourced, rule=structs.replace(sourced.rule, confidence=override.confidence))
    return sourced


def _check_names(selection: Selection, names: Sequence[str]) -> None:
    """Raise UsageError for a name or a pattern that no rule matches."""
    asked = (*selection.select, *selection.ignore, *(one.rule for one in selection.exceptions))
    overridden = tuple(one.rule for one in selection.overrides)
    for wanted, known in ((asked, [CLASSIFIER, *PAGE_NAMES, *names]), (overridden, names)):
        for pattern in wanted:
            if not any(fnmatchcase(name, pattern) for name in known):
                raise _no_rule(pattern, known)
    for pattern in (one.rule for one in selection.exceptions):
        if not any(fnmatchcase(name, pattern) for name in (CLASSIFIER, *names)):
            way_out = "Write a rule that keeps the element.  `copydesk rules new FILE:LINE --pack mine` drafts it."
            fault = "names regions of a page, and an exception cannot keep what the page model removes"
            raise UsageError(pattern, fault, way_out)


def _no_rule(pattern: str, known: Sequence[str]) -> UsageError:
    if fnmatchcase(CLASSIFIER, pattern):
        way_out = f"Delete the override.  To switch the classifier off, use --ignore {CLASSIFIER}."
        return UsageError(pattern, "is not a rule, so it has no confidence that an override can change", way_out)
    pack = pattern.removesuffix("/*")
    if "*" not in pack and pack != pattern:
        way_out = (
            did_you_mean(pack, {name.partition("/")[0] for name in known}) or "`copydesk rules list` shows all rules."
        )
        return UsageError(pack, "there is no such pack", way_out)
    way_out = did_you_mean(pattern, known) or "`copydesk rules list` shows all rules."
    return UsageError(pattern, "no rule matches this pattern" if "*" in pattern else "no rule has this id", way_out)


def _is_chosen(sourced: Sourced, selection: Selection) -> bool:
    is_bold_enough = sourced.rule.confidence in PROFILES[selection.profile]
    is_selected = not selection.select or _is_called(sourced, selection.select)
    return is_bold_enough and is_selected and not _is_called(sourced, selection.ignore)


def _is_called(sourced: Sourced, patterns: Collection[str]) -> bool:
    """Return true if a name of a rule, aliases included, matches one of the patterns."""
    return any(_matches(name, patterns) for name in sourced.called)


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _labels(rules: Iterable[Sourced], action: Verb) -> frozenset[str]:
    """Return the labels of rules with this action, which separate stories."""
    return frozenset(
        label(text) for sourced in rules if sourced.rule.action == action for text in sourced.rule.match.exact
    )


def _part_lines(rules: Iterable[Sourced], own: Collection[str], action: Verb) -> tuple[Searcher, ...]:
    """Return the regexes of lines that start a story, or end one; of a user's own, bounded in time."""
    parting = (sourced for sourced in rules if sourced.rule.action == action and sourced.rule.match.regex)
    return tuple(regex_of(one.rule.match, one.name if one.name in own else "").pattern for one in parting)
