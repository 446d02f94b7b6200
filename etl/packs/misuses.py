"""Faults of one rule whose keys all have the right types: (key, fault, way out)."""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches

from etl.markup.selector import check as check_selector
from etl.packs.load import WAYS_OUT
from etl.rules.engine.extract import FIELDS
from etl.rules.language import Match, Pattern, Rule, Scope, Verb, Where
from etl.rules.matching.neighbours import is_contextual
from etl.rules.matching.patterns import describes_block, has_criteria
from etl.rules.regexes.bounds import regex_fault
from etl.rules.regexes.fragments import FRAGMENTS
from etl.rules.regexes.publishers import PUBLISHER, generic

Fault = tuple[str, str, str]

# The most characters that a repair may insert: it inserts them at each match, and a text must not grow without limit.
MAX_BECOMES, MAX_REFERENCES = 200, 5
_REFERENCE = re.compile(r"\\(?:[1-9]|g<)")
_CONTROL = re.compile(r"\\(?:[abfnrtv0]|[1-3][0-7]{2})")
# Keys that only these actions use.
_KEYS_OF_ACTIONS: dict[str, tuple[Verb, ...]] = {
    "becomes": ("replace",),
    "field": ("extract",),
    "turns": ("strip", "replace", "extract"),
}
# A word behind an "@" that is not a domain.
_AT_WORDS = re.compile(r"(?<!\w)@\w++(?!\\?\.\w)")
# The least similarity by difflib: "@publishr" has 0.95, and "@publico", the handle of a newspaper, has 0.74.
NEAR = 0.85
# Actions that are applied before articles are separated, so that they can have no guards and no scope.
_BEFORE_ARTICLES: tuple[Verb, ...] = ("replace", "start-article")


def misuses(rule: Rule) -> Iterator[Fault]:
    """Yield the faults of a rule other than wrong types of keys."""
    for check in _CHECKS:
        yield from check(rule)


def patterns(rule: Rule) -> Iterator[Pattern]:
    """Yield all patterns of a rule: its own, those of its neighbours, and those of its `unless`."""
    for match in (rule.match, rule.unless):
        if match:
            yield match
            yield from inner_patterns(match)


def inner_patterns(match: Match) -> Iterator[Pattern]:
    """Yield the patterns inside a match: combined conditions, and neighbours."""
    yield from (*match.every, *match.either, *match.neither)
    yield from (neighbour for neighbour in (match.after, match.before, match.beside) if neighbour)
    if match.between:
        yield from (match.between.start, match.between.end)


def _of_action(rule: Rule) -> Iterator[Fault]:
    for key, actions in _KEYS_OF_ACTIONS.items():
        if getattr(rule, key) and rule.action not in actions:
            yield key, f"does not work with the action {rule.action}", f"This key is for {', '.join(actions)}."
    if check := _CHECKS_OF_ACTIONS.get(rule.action):
        yield from check(rule)


def _of_searched(rule: Rule) -> Iterator[Fault]:
    if Match(regex=rule.match.regex, case=rule.match.case) != rule.match or not rule.match.regex:
        yield (
            "match",
            f"of a {rule.action} rule must be one regex",
            "Use match.regex alone.  It is searched in each block.",
        )
    if len(rule.becomes) > MAX_BECOMES:
        yield "becomes", f"has more than {MAX_BECOMES:,} characters", "Shorten it: a repair puts back what was damaged."
    elif not regex_fault(generic(rule.match.regex)):
        yield from _of_becomes(rule)
    if not rule.turns:
        yield "turns", "is missing", 'Give at least one ["before", "after"].'


def _of_becomes(rule: Rule) -> Iterator[Fault]:
    way_out = "Write \\1 for the first group of the regex, and \\\\ for a backslash."
    try:
        re.compile(rule.match.regex).sub(rule.becomes, "")  # checks the template; the result is not used
    except (re.error, IndexError) as error:
        yield "becomes", f"is no template: {error}", way_out
    if len(_REFERENCE.findall(rule.becomes)) > MAX_REFERENCES:
        yield "becomes", f"has more than {MAX_REFERENCES} groups", "Use fewer: a repair puts back what was damaged."
    if not rule.becomes.isprintable() or _CONTROL.search(rule.becomes.replace("\\\\", "")):
        way_out = "Remove the character: a repair cannot make two blocks of one."
        yield "becomes", "holds a line break or a control character", way_out


def _of_span(rule: Rule) -> Iterator[Fault]:
    if Match(between=rule.match.between) != rule.match or not rule.match.between:
        yield "match", "of a drop-span rule must be one between", "Use match.between alone, with start and end."
    elif not rule.match.between.across_lead:
        yield "match", "of a drop-span rule has no across_lead", "Remove it: a span removes the sentences within, too."


def _of_start(rule: Rule) -> Iterator[Fault]:
    match = rule.match
    if Match(exact=match.exact, regex=match.regex, case=match.case) != match:
        yield "match", "of a start-article rule must be labels or a regex", "Use match.exact or match.regex alone."


def _of_extract(rule: Rule) -> Iterator[Fault]:
    if not rule.field and not any(f"(?P<{name}>" in rule.match.regex for name in FIELDS):
        way_out = f"Name the field that the line fills, or a group of the regex: (?P<{FIELDS[0]}>…)."
        yield "field", "is missing: no field is filled", way_out


def _of_keep(rule: Rule) -> Iterator[Fault]:
    if Match(css=rule.match.css) != rule.match or not rule.match.css:
        yield "match", "of a keep rule must be CSS selectors", "Use match.css alone."
    asked = {
        "where": rule.where != Where(),
        "unless": rule.unless is not None,
        "scope": rule.scope != Scope(publisher=rule.scope.publisher),
    }
    for key in (key for key, is_asked in asked.items() if is_asked):
        way_out = "Remove it.  Only scope.publisher can say which pages a keep rule is for."
        yield key, "does not work with a keep rule", way_out


_CHECKS_OF_ACTIONS: dict[Verb, Callable[[Rule], Iterator[Fault]]] = {
    "replace": _of_searched,
    "strip": _of_searched,
    "drop-span": _of_span,
    "start-article": _of_start,
    "extract": _of_extract,
    "keep": _of_keep,
}


def _of_guards(rule: Rule) -> Iterator[Fault]:
    if rule.action not in _BEFORE_ARTICLES:
        return
    asked = {"where": rule.where != Where(), "scope": rule.scope != Scope(), "unless": rule.unless is not None}
    for key in (key for key, is_asked in asked.items() if is_asked):
        way_out = "Remove it, because such a rule is applied before articles are separated."
        yield key, f"does not work with a {rule.action} rule", way_out
    if PUBLISHER in rule.match.regex:
        way_out = f"Leave {PUBLISHER} out, because such a rule is applied before publishers are known."
        yield "regex", f"of a {rule.action} rule names {PUBLISHER}", way_out


def _of_examples(rule: Rule) -> Iterator[Fault]:
    if rule.action not in ("replace", "strip") and not rule.drops:
        what = "not keep" if rule.action == "keep" else "match"
        yield "drops", "is missing", f"Give at least one line that this rule must {what}."
    if not rule.keeps:
        yield "keeps", "is empty", WAYS_OUT["keeps"]
    if rule.unless and not rule.unless.keeps:
        yield "unless", "has no keeps", WAYS_OUT["unless.keeps"]


def _of_match(rule: Rule) -> Iterator[Fault]:
    for key, match in (("match", rule.match), ("unless", rule.unless)):
        if not match:
            continue
        if not describes_block(match) and not is_contextual(match):
            yield key, "has no condition", WAYS_OUT["match"]
        if any(not has_criteria(pattern) for pattern in inner_patterns(match)):
            yield key, "has an empty table", "Give each table a condition: exact, prefix, regex …"
        if any(own.rule or own.headline for own in (match, *match.every, *match.either, *match.neither)):
            yield key, "describes a neighbour, not the block itself", "Use match.after, .before or .between."
        if match.recurs and match.recurs.documents is None and match.recurs.share is None:
            yield "recurs", "has no condition", "Give documents, or share."
    if rule.match.before and not rule.match.before.across_lead:
        yield "match.before", "has no across_lead", "Remove it: it concerns neighbours above a block."


def _of_names(rule: Rule) -> Iterator[Fault]:
    """Yield a fault for each misspelt name of a fragment, which would be matched literally."""
    for word in (word for pattern in patterns(rule) for word in _AT_WORDS.findall(pattern.regex)):
        near = get_close_matches(word.lower(), [PUBLISHER, *FRAGMENTS], n=1, cutoff=NEAR)
        if near and word != PUBLISHER:
            yield "regex", f"names '{word}', which does not exist", f"Did you mean '{near[0]}'?"


def _of_words(rule: Rule) -> Iterator[Fault]:
    for pattern in patterns(rule):
        if pattern.fillers and not pattern.words:
            yield "fillers", "has no words beside it", "Give match.words, because a line of fillers alone stays."
        for word in (one for one in (*pattern.words, *pattern.fillers) if len(one.split()) != 1 or one in ("*", "-")):
            yield "words", f"holds '{word}', which is not one word", "Give each word by itself, or use match.exact."


def _of_texts(rule: Rule) -> Iterator[Fault]:
    for pattern in patterns(rule):
        for name in ("exact", "prefix", "suffix", "contains"):
            if not all(text.strip() for text in getattr(pattern, name)):
                yield name, "holds an empty text", "Remove it: every line begins with nothing."


def _of_selectors(rule: Rule) -> Iterator[Fault]:
    for selector in (css for pattern in patterns(rule) for css in pattern.css):
        if fault := check_selector(selector):
            yield "css", f"is not a CSS selector: {fault}", "Use names, #ids and .classes, separated by spaces or >."


def _of_scope(rule: Rule) -> Iterator[Fault]:
    dates = rule.scope.date
    if dates and dates.to and dates.to < dates.since[: len(dates.to)]:
        yield "date", "ends before it begins", "Exchange from and to."


def _of_end(rule: Rule) -> Iterator[Fault]:
    if rule.until and not rule.deprecated:
        yield "until", "is only for a deprecated rule", "Say in 'deprecated' what to use instead."


_CHECKS: tuple[Callable[[Rule], Iterator[Fault]], ...] = (
    _of_action,
    _of_guards,
    _of_examples,
    _of_match,
    _of_names,
    _of_words,
    _of_texts,
    _of_selectors,
    _of_scope,
    _of_end,
)
