"""One line of the input, followed through the main path: what became of it, and what each rule thought of it."""

from collections.abc import Iterator, Sequence

from etl.audit import Entry
from etl.decode import decode
from etl.dedup import DedupSettings
from etl.document import Judged, finish, judge, parse
from etl.errors import UsageError
from etl.formats import Reading, find, only_document
from etl.model import NO_DUPLICATES, Article, Block
from etl.packs import Selection, compile_rules
from etl.pipeline.duplicates import duplicates_within
from etl.repair import repair
from etl.rules import ArticleView, RuleMatch, RunContext, rule_matches


def explain_line(
    name: str, row: int, line: int, reading: Reading, selection: Selection, settings: DedupSettings
) -> Iterator[str]:
    """Say, line by line, what happened to the block on a line of a document.  Raises UsageError if there is none."""
    source = find([name], reading).sources[0]
    rules = compile_rules(selection)
    raw = only_document(source, reading, row)
    (judged,) = judge([parse(raw, rules)], rules)
    article, block = _block_at(judged, line, name)
    duplicates = duplicates_within([judged], settings)[0] if settings.scope != "off" else NO_DUPLICATES
    entries = [
        entry
        for entry in finish(judged, duplicates).entries
        if block.char_start <= entry.char_start < max(block.char_end, block.char_start + 1)
    ]
    yield f"{name}:{block.line}, characters {block.char_start}-{block.char_end}"
    yield f"  {judged.document.text[block.char_start : block.char_end]}"
    yield f"  article {article.index + 1} of {len(judged.articles)}: {_title(article)}"
    yield from _happened(entries)
    if settings.scope == "run":
        yield "duplicates were looked for within this document only; clean also knows the documents before it"
    yield from _thought(article, block, judged, selection)
    if raw.kind == "html" and rules.page_model:
        from etl.markup.account import account_of  # runs without pages need not read it

        yield from account_of(decode(raw).text, rules.page_model, block.index)


def explain_text(text: str, selection: Selection) -> Iterator[str]:
    """Say what repair makes of a text, step by step, and what it only doubts."""
    rules = compile_rules(selection)
    repaired = repair(text, rules.repairs, rules.risky)
    for change in repaired.script:
        yield f"{'+'.join(change.rules)}: {text[change.start : change.end]!r} -> {change.after!r}"
    for flag in repaired.flags:
        yield f"{flag.rule}: {flag.text!r} at character {flag.start} looks damaged, and is left (see --repair risky)"
    yield repaired.text if repaired.script else "nothing is repaired"


def _block_at(judged: Judged, line: int, name: str) -> tuple[Article, Block]:
    for article in judged.articles:
        for block in article.blocks_of(judged.document):
            last = block.line + judged.document.text.count("\n", block.char_start, block.char_end)
            if block.line <= line <= last:
                return article, block
    raise UsageError(f"{name}:{line}", "there is no text on this line", "Blank lines belong to no block.")


def _title(article: Article) -> str:
    publisher = article.metadata.publisher or (article.publisher.name if article.publisher else "publisher unknown")
    return f"{article.metadata.headline or '(no headline)'} ({publisher})"


def _happened(entries: Sequence[Entry]) -> Iterator[str]:
    if not any(entry.action in ("drop", "duplicate", "extract", "reject") for entry in entries):
        yield "kept"
    for entry in entries:
        if entry.action == "tag" and entry.rule.startswith("repair/"):
            yield f"flagged by {entry.rule}: {entry.before!r} looks damaged, and is left"
        elif entry.action in ("repair", "cut"):
            yield f"{entry.action} by {entry.rule}: {entry.before!r} -> {entry.after!r}"
        elif entry.duplicate_of:
            yield f"{entry.action} ({entry.rule}): {entry.similarity:.2f} like {entry.duplicate_of} (article:line)"
        else:
            yield f"{entry.action} by {entry.rule} {entry.rule_version} {_also(entry)}".rstrip()


def _also(entry: Entry) -> str:
    """The other rules that name the line, or the evidence of the classifier."""
    return f"({entry.also.replace(',', ', ')})" if entry.also else ""


def _thought(article: Article, block: Block, judged: Judged, selection: Selection) -> Iterator[str]:
    rules = compile_rules(selection)
    at = block.index - article.start
    matching = rule_matches(ArticleView(article, judged.document, RunContext(rules.publishers)), rules.judging, at)
    for match in matching:
        yield f"  {_verdict(match)} {match.rule.name}: {match.rule.rule.why}"
    total = len(rules.judging.judges())
    yield f"  {total - len(matching)} of {total} rules do not match, or judge other publishers"


def _verdict(match: RuleMatch) -> str:
    return f"held back by {match.blocked_by}:" if match.blocked_by else "named by"
