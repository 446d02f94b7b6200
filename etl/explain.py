"""What happened to one line of the input, and which rules match it."""

import re
import shlex
from collections.abc import Iterator, Sequence
from datetime import date
from glob import escape
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from etl.audit import Entry, place_in
from etl.decode import decode
from etl.dedup import DedupSettings
from etl.document import Judged, Parsed, Ruleset, finish, judge, page_settings, parse
from etl.errors import UsageError, counted
from etl.formats import Reading, only_document
from etl.model import NO_DUPLICATES, Article, Block, Document, DocumentDuplicates, Raw
from etl.packs import Selection, compile_rules
from etl.pipeline.duplicates import duplicates_within
from etl.reasons import REASONS
from etl.repair import repair
from etl.rules import ArticleView, RuleMatch, RunContext, rule_matches
from etl.rules.classifier.model import CLASSIFIER
from etl.rules.matching.exceptions import RuleException, exception_guard
from etl.toml_text import exception_table
from etl.trees import THOUSANDTHS

if TYPE_CHECKING:
    from etl.markup.account import Account

# Actions that remove a line from its article.
TAKES = ("drop", "duplicate", "extract", "reject")
# The words for an action.
DONE = {
    "drop": "removed",
    "cut": "cut",
    "repair": "repaired",
    "replace": "replaced",
    "extract": "moved to a field",
    "tag": "tagged",
    "reject": "removed with its article",
    "duplicate": "removed as a duplicate",
    "structure": "removed",
}
# The contribution of a feature to the log-odds of removal, in thousandths, as the audit has it.
_WEIGHT = re.compile(r"=([-+]\d+)")


class LinePlace(Struct, frozen=True):
    """A line: its file, its number in the document, and the row or the id of its record ("" if the user names none)."""

    path: str
    line: int
    record: str = ""


class MatchingRule(Struct, frozen=True):
    """A rule that matches a line, its reason, and the guard or exception that blocks it ("" if nothing does)."""

    rule: str
    why: str
    blocked_by: str = ""


class Explanation(Struct, frozen=True):
    """What happened to the block on a line: where it stands, the audit entries of it, and the rules that match it.

    `place` is that of its first line, `asked` that of the line that was asked for.  `takers` are the rules (or the
    classifier) that would each remove or cut the line.  `exception` is the table for copydesk.toml that would keep the
    line; "" if no rule removes or cuts it.  `rules` is the number of rules that were tested.  `is_alone` is true if
    duplicates were searched only within the document.  `page` is the account of the page model, if the document is HTML
    and the model was used.
    """

    place: str
    asked: str
    char_start: int
    char_end: int
    text: str
    article: int
    articles: int
    headline: str
    publisher: str
    is_kept: bool
    entries: tuple[Entry, ...]
    matching_rules: tuple[MatchingRule, ...]
    rules: int
    takers: tuple[str, ...]
    exception: str
    is_alone: bool
    page: "Account | None" = None


def explain_line(
    wanted: LinePlace, reading: Reading, selection: Selection, settings: DedupSettings, until: date
) -> Explanation:
    """Return what happened to the block on a line of a document.  Raises UsageError if there is none.

    `until` is the end of the exception that is proposed.
    """
    rules = compile_rules(selection)
    raw = only_document(wanted.path, reading, wanted.record)
    parsed = parse(raw, rules)
    (judged,) = judge([parsed], rules)
    document = judged.document
    article, block = _block_at(judged, wanted.line)
    duplicates = duplicates_within([judged], settings)[0] if settings.scope != "off" else NO_DUPLICATES
    entries = _entries_at(block, judged, duplicates)
    at = block.index - article.start
    view = ArticleView(article, document, RunContext(rules.publishers))
    matches = rule_matches(view, rules.judging, at)
    matching = [MatchingRule(one.rule.name, one.rule.rule.why, one.blocked_by) for one in matches]
    if (held := rules.judging.classifier_guard(view, at)) and _is_furniture(parsed, block, rules):
        matching.append(MatchingRule(CLASSIFIER, REASONS[CLASSIFIER].why, held))
    takers = _takers(entries, matches)
    text, metadata = document.text[block.char_start : block.char_end], article.metadata
    if len(takers) == 1:
        takers += _other_takers(raw, block, text, selection, takers[0], until)
    return Explanation(
        place=place_in(document, block.line),
        asked=place_in(document, wanted.line),
        char_start=block.char_start,
        char_end=block.char_end,
        text=text,
        article=article.index + 1,
        articles=len(judged.articles),
        headline=metadata.headline,
        publisher=metadata.publisher or (article.publisher.name if article.publisher else ""),
        is_kept=not any(one.action in TAKES for one in entries),
        entries=tuple(entries),
        matching_rules=tuple(matching),
        rules=len(rules.judging.judges()),
        takers=takers,
        exception=_exception(takers, raw.path, text, until),
        is_alone=settings.scope == "run",
        page=_account(raw, rules, block) if raw.kind == "html" else None,
    )


def _account(raw: Raw, rules: Ruleset, block: Block) -> "Account | None":
    from etl.markup.account import account_of  # lxml and numpy take 0.1 s to import

    return account_of(decode(raw).text, page_settings(raw, rules), block.index)


def words(found: Explanation) -> Iterator[str]:
    """Yield an explanation, line by line."""
    yield f"{found.place}, characters {found.char_start}-{found.char_end}"
    yield "  " + found.text.replace("\n", "\n  ")
    title = f"{found.headline or '(no headline)'} ({found.publisher or 'publisher unknown'})"
    yield f"  article {found.article} of {found.articles}: {title}"
    if found.is_kept:
        yield "kept"
        if found.is_alone:
            yield "  Copies were looked for in this document only.  `copydesk diff` compares all inputs and the index."
    yield from map(_happened, found.entries)
    for one in found.matching_rules:
        verdict = f"matches, but is blocked by {one.blocked_by}" if one.blocked_by else "matches"
        yield f"  {one.rule} {verdict}: {one.why}"
    left = found.rules - sum(one.rule != CLASSIFIER for one in found.matching_rules)
    is_named = found.matching_rules or any(one.rule not in REASONS for one in found.entries)
    yield f"  {'the other ' if is_named else ''}{left:,} rules do not match, or do not apply here"
    draft = f"copydesk rules new {shlex.quote(found.asked)} --pack mine"
    if any(one.action in TAKES and one.rule.startswith("page/") for one in found.entries):
        yield f"To keep the line, draft a rule that keeps its element: {draft}"
    if any(one.action == "duplicate" for one in found.entries):
        yield "To keep duplicates, use --dedup off or --dedup-action tag.  An [[exception]] does not apply to them."
    if found.is_kept and not found.matching_rules:
        yield f"If the line is furniture, draft a rule that removes it: {draft}"
    if found.page:
        yield from found.page.words()
    if found.exception:
        others = _listed(found.takers[1:])
        done, whole = ("change", " whole") if found.is_kept else ("remove", "")
        why = f"  It holds for all rules, because {others} would also {done} the line." if others else ""
        yield f"To keep the line{whole}, put this exception into copydesk.toml, with a reason.{why}\n"
        yield found.exception


def explain_text(text: str, selection: Selection) -> Iterator[str]:
    """Yield the repairs of a text, step by step, and what looks damaged but is not changed."""
    rules = compile_rules(selection)
    repaired = repair(text, rules.repairs, rules.risky)
    for change in repaired.script:
        yield f"{'+'.join(change.rules)}: {text[change.start : change.end]!r} -> {change.after!r}"
    for flag in repaired.flags:
        doubt = f"{flag.text!r} at character {flag.start} looks damaged, but is not changed"
        yield f"{flag.rule}: {doubt}.  --repair risky also makes likely repairs."
    yield repaired.text if repaired.script else "Nothing is repaired."


def _entries_at(block: Block, judged: Judged, duplicates: DocumentDuplicates = NO_DUPLICATES) -> list[Entry]:
    end = max(block.char_end, block.char_start + 1)
    return [one for one in finish(judged, duplicates).entries if block.char_start <= one.char_start < end]


def _is_furniture(parsed: Parsed, block: Block, rules: Ruleset) -> bool:
    """Return true if the classifier would remove a block without exceptions."""
    free = structs.replace(rules.judging, classifier_guard=exception_guard((CLASSIFIER,), ()))
    (judged,) = judge([parsed], structs.replace(rules, judging=free))
    return any(one.rule == CLASSIFIER for one in _entries_at(block, judged))


def _takers(entries: Sequence[Entry], matches: Sequence[RuleMatch] = ()) -> tuple[str, ...]:
    """Return the rules, or the classifier, that would each remove a line, first the one that does.

    If none removes the line, return those that cut it; () if none does.
    """
    taken = [one for one in entries if one.action in TAKES and (one.rule == CLASSIFIER or one.rule not in REASONS)]
    removing = [one.rule.name for one in matches if not one.blocked_by and one.rule.rule.action != "tag"]
    if taken:
        return tuple(dict.fromkeys([taken[0].rule, *removing]))
    cut = (rule for one in entries if one.action == "cut" for rule in one.rule.split("+"))
    return tuple(dict.fromkeys(rule for rule in cut if rule not in REASONS))


def _other_takers(raw: Raw, block: Block, text: str, selection: Selection, rule: str, until: date) -> tuple[str, ...]:
    """Return what would remove a block if an exception blocked a rule: another rule, or the classifier."""
    line = " ".join(text.split())
    exception = RuleException(rule=rule, source=escape(raw.path), line=line, reason="…", until=until)
    rules = compile_rules(structs.replace(selection, exceptions=(*selection.exceptions, exception)))
    (judged,) = judge([parse(raw, rules)], rules)
    return _takers(_entries_at(block, judged))


def _exception(takers: Sequence[str], path: str, text: str, until: date) -> str:
    """Return the exception that keeps a line from what takes it; "" if nothing does."""
    rule = takers[0] if len(takers) == 1 else "*"
    return exception_table(rule, escape(path), " ".join(text.split()), "…", until) if takers else ""


def _listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them.

    >>> _listed(("a", "b", "c")), _listed(("a",)), _listed(())
    ('a, b and c', 'a', '')
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _block_at(judged: Judged, line: int) -> tuple[Article, Block]:
    document = judged.document
    for article in judged.articles:
        for block in article.blocks_of(document):
            last = block.line + document.text.count("\n", block.char_start, block.char_end)
            if block.line <= line <= last:
                return article, block
    place = place_in(document, line) if line else f"{place_in(document, line)}:0"  # the place of line 0 is the document
    raise UsageError(place, *_no_block(document, line))


def _no_block(document: Document, line: int) -> tuple[str, str]:
    """Return why a line has no block, and the way out."""
    count = len(document.text.removesuffix("\n").split("\n"))
    of = "the text of the page" if document.kind == "html" else "the record" if document.record else "the file"
    if not 1 <= line <= count:
        way_out = "Lines count from 1.  For an HTML page, the lines of its text count: `copydesk diff` numbers them."
        return f"{of} has {counted(count, 'line')}", way_out
    nearest = min((block.line for block in document.blocks), key=lambda one: abs(one - line), default=0)
    return "this line is blank", f"Line {nearest} has text." if nearest else "No line of it has text."


def _happened(entry: Entry) -> str:
    if entry.action == "tag" and entry.rule.startswith("repair/"):
        return f"tagged by {entry.rule}: {entry.before!r} looks damaged, but is not changed"
    done = DONE[entry.action]
    if entry.action in ("repair", "cut"):
        return f"{done} by {entry.rule}: {entry.before!r} -> {entry.after!r}"
    if entry.duplicate_of:
        return f"{done} ({entry.rule}): similarity {entry.similarity:.2f} with {entry.duplicate_of} (article:line)"
    other = "" if "=" in entry.also else "also "  # the features of a model are not rules
    told = _WEIGHT.sub(lambda match: f"={int(match[1]) / THOUSANDTHS:+.3f}", entry.also)
    also = f"({other}{told.replace(',', ', ')})" if told else ""
    return f"{done} by {entry.rule} {entry.rule_version} {also}".rstrip()
