"""What happened to one line of the input, and which rules match it."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from etl.audit import Entry, place_of
from etl.decode import decode
from etl.dedup import DedupSettings
from etl.document import Judged, Ruleset, finish, judge, page_settings, parse
from etl.errors import UsageError
from etl.formats import Reading, only_document
from etl.model import NO_DUPLICATES, Article, Block, Document, DocumentDuplicates, Raw
from etl.packs import Selection, compile_rules
from etl.pipeline.duplicates import duplicates_within
from etl.reasons import REASONS
from etl.repair import repair
from etl.rules import ArticleView, RunContext, rule_matches
from etl.rules.classifier.model import NAME as CLASSIFIER
from etl.rules.matching.exceptions import RuleException

if TYPE_CHECKING:
    from etl.markup.account import Account

# Actions that take a line out of its article.
TAKES = ("drop", "duplicate", "extract", "reject")
# What an action did, as people say it.
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


class LinePlace(Struct, frozen=True):
    """A line: its file, its number in the document, and the row or the id of its record ("" if the user names none)."""

    path: str
    line: int
    record: str = ""


class MatchingRule(Struct, frozen=True):
    """A rule that matches a line, what it says, and what holds it back ("" if nothing does)."""

    rule: str
    why: str
    blocked_by: str = ""


class Explanation(Struct, frozen=True):
    """What happened to the block on a line: where it stands, the audit entries of it, and the rules that match it.

    `exception` is the table that would keep the line, for copydesk.toml; "" if no rule takes it.  `rules` is the number
    of rules that were asked, `is_alone` true if copies were sought within the document only.  `page` is the account of
    the page model, if the document is HTML and the model was asked.
    """

    place: str
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
    (judged,) = judge([parse(raw, rules)], rules)
    document = judged.document
    article, block = _block_at(judged, wanted.line)
    duplicates = duplicates_within([judged], settings)[0] if settings.scope != "off" else NO_DUPLICATES
    entries = _entries_at(block, judged, duplicates)
    at = block.index - article.start
    matching = rule_matches(ArticleView(article, document, RunContext(rules.publishers)), rules.judging, at)
    text = document.text[block.char_start : block.char_end]
    metadata = article.metadata
    rule = _rule_of(entries, [one.rule.name for one in matching if not one.blocked_by])
    if rule not in ("", "*") and _takes_it_too(raw, block, selection, rule, until):
        rule = "*"
    return Explanation(
        place=place_of(document.path, document.row, document.record, block.line),
        char_start=block.char_start,
        char_end=block.char_end,
        text=text,
        article=article.index + 1,
        articles=len(judged.articles),
        headline=metadata.headline,
        publisher=metadata.publisher or (article.publisher.name if article.publisher else ""),
        is_kept=not any(one.action in TAKES for one in entries),
        entries=tuple(entries),
        matching_rules=tuple(MatchingRule(one.rule.name, one.rule.rule.why, one.blocked_by) for one in matching),
        rules=len(rules.judging.judges()),
        exception=exception_for(rule, document.path, text, until) if rule else "",
        is_alone=settings.scope == "run",
        page=_account(raw, rules, block) if raw.kind == "html" else None,
    )


def _account(raw: Raw, rules: Ruleset, block: Block) -> "Account | None":
    from etl.markup.account import account_of  # lxml and numpy take 0.1 s to import

    return account_of(decode(raw).text, page_settings(raw, rules), block.index)


def words(found: Explanation) -> Iterator[str]:
    """Yield an explanation, line by line."""
    yield f"{found.place}, characters {found.char_start}-{found.char_end}"
    yield f"  {found.text}"
    title = f"{found.headline or '(no headline)'} ({found.publisher or 'publisher unknown'})"
    yield f"  article {found.article} of {found.articles}: {title}"
    if found.is_kept:
        yield "kept"
    yield from map(_happened, found.entries)
    if found.is_alone:
        yield "duplicates were looked for only in this document; `copydesk diff` also looks in other inputs and indexes"
    for one in found.matching_rules:
        verdict = f"matches, but is held back by {one.blocked_by}" if one.blocked_by else "matches"
        yield f"  {one.rule} {verdict}: {one.why}"
    yield f"  {found.rules - len(found.matching_rules)} of {found.rules} rules do not match, or do not apply here"
    if any(one.action in TAKES and one.rule.startswith("page/") for one in found.entries):
        yield "to keep it, draft a rule that keeps its element: copydesk rules new FILE:LINE --pack mine"
    if found.page:
        yield from found.page.words()
    if found.exception:
        is_of_any = found.exception.startswith('[[exception]]\nrule = "*"\n')
        why = " (for any rule, since several would remove it)" if is_of_any else ""
        yield f"to keep it, put this into copydesk.toml, and give a reason{why}:\n\n{found.exception}"


def explain_text(text: str, selection: Selection) -> Iterator[str]:
    """Yield what repair makes of a text, step by step, and what it only doubts."""
    rules = compile_rules(selection)
    repaired = repair(text, rules.repairs, rules.risky)
    for change in repaired.script:
        yield f"{'+'.join(change.rules)}: {text[change.start : change.end]!r} -> {change.after!r}"
    for flag in repaired.flags:
        yield f"{flag.rule}: {flag.text!r} at character {flag.start} looks damaged; not changed (see --repair risky)"
    yield repaired.text if repaired.script else "nothing is repaired"


def _entries_at(block: Block, judged: Judged, duplicates: DocumentDuplicates = NO_DUPLICATES) -> list[Entry]:
    end = max(block.char_end, block.char_start + 1)
    return [one for one in finish(judged, duplicates).entries if block.char_start <= one.char_start < end]


def _rule_of(entries: Sequence[Entry], matching: Sequence[str]) -> str:
    """Return the rule, or the classifier, that alone takes a line; "*" for several; "" if none takes it."""
    taken = [one for one in entries if one.action in TAKES and (one.rule == CLASSIFIER or one.rule not in REASONS)]
    names = {taken[0].rule, *matching} if taken else {""}
    return names.pop() if len(names) == 1 else "*"


def _takes_it_too(raw: Raw, block: Block, selection: Selection, rule: str, until: date) -> bool:
    """Return true if another rule, or the classifier, takes a block once an exception keeps it from a rule."""
    exception = RuleException(rule=rule, source=raw.path, reason="…", until=until)
    rules = compile_rules(structs.replace(selection, exceptions=(*selection.exceptions, exception)))
    (judged,) = judge([parse(raw, rules)], rules)
    return bool(_rule_of(_entries_at(block, judged), ()))


def exception_for(rule: str, path: str, text: str, until: date) -> str:
    """Write the exception that keeps a line from a rule, in TOML.

    >>> print(exception_for("core/read-more", "a.txt", "Read “More”", date(2030, 1, 1)))
    [[exception]]
    rule = "core/read-more"
    source = "a.txt"
    line = "Read “More”"
    reason = "…"
    until = 2030-01-01
    """
    values = {"rule": rule, "source": path, "line": " ".join(text.split()), "reason": "…"}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join(["[[exception]]", *lines, f"until = {until}"])


def _block_at(judged: Judged, line: int) -> tuple[Article, Block]:
    document = judged.document
    for article in judged.articles:
        for block in article.blocks_of(document):
            last = block.line + document.text.count("\n", block.char_start, block.char_end)
            if block.line <= line <= last:
                return article, block
    raise UsageError(place_of(document.path, document.row, document.record, line), *_no_block(document, line))


def _no_block(document: Document, line: int) -> tuple[str, str]:
    """Return why no block stands on a line, and the way out."""
    count = len(document.text.removesuffix("\n").split("\n"))
    of = "the text of the page" if document.kind == "html" else "the record" if document.record else "the file"
    if not 1 <= line <= count:
        lines = f"{count:,} line{'s' * (count > 1)}"
        return f"{of} has {lines}", "Lines count from 1; for HTML they are those of its text."
    return "this line is blank", "Name a line with text."


def _happened(entry: Entry) -> str:
    if entry.action == "tag" and entry.rule.startswith("repair/"):
        return f"flagged by {entry.rule}: {entry.before!r} looks damaged, and is not changed"
    done = DONE[entry.action]
    if entry.action in ("repair", "cut"):
        return f"{done} by {entry.rule}: {entry.before!r} -> {entry.after!r}"
    if entry.duplicate_of:
        return f"{done} ({entry.rule}): similarity {entry.similarity:.2f} with {entry.duplicate_of} (article:line)"
    other = "" if "=" in entry.also else "also "  # features of a model are no rules
    also = f"({other}{entry.also.replace(',', ', ')})" if entry.also else ""
    return f"{done} by {entry.rule} {entry.rule_version} {also}".rstrip()
