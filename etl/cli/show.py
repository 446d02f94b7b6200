"""The output of a run for people: the summary, the diff, the counts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, TypeVar

import click

from etl.audit import BOOKED_NOTHING, GAP, Entry, place_of
from etl.cli.terminal import held_warnings, one_line, say, table, to_json, visible
from etl.errors import counted, in_one_line, unreadable_words
from etl.packs import Selection, load_rules
from etl.pipeline.run import Outcome
from etl.pipeline.workspace import Workspace
from etl.reasons import REASONS
from etl.record import Record
from etl.shapes import METADATA_LOST

if TYPE_CHECKING:
    from etl.engines import Engine
    from etl.pipeline.job import RejectLine
    from etl.pipeline.session import Session

Noun = TypeVar("Noun")

# The most rejects that are shown; the file of rejects has all.
MAX_REJECTS_SHOWN = 10
# Seconds, and characters.  The time of a shorter run and the rate of a smaller one say nothing.
TIMED_SECONDS, TIMED_CHARS = 2.0, 1_000_000
# Formats that a summary does not mention.  For others, the user may not expect that a file is read in this format.
PLAIN = {"text", "HTML", "JSON lines"}
# The beginning of warnings that count records of archives.
_PASSED = "passed over: "
# Notes on other content of an input beside its records, and the word for such an input.
_BESIDE = (
    ("fields beside the records", "answer"),
    ("lines above the header", "table"),
    ("words beside the items", "feed"),
)
STRUCK = {"drop": "red", "cut": "red", "duplicate": "magenta", "extract": "cyan", "tag": "yellow"}


def run_session(one: "Session", engine: "AbstractContextManager[Engine]", is_silent: bool) -> Outcome:
    """Run a session on an engine, with progress on stderr."""
    from etl.cli.progress import ProgressLine

    progress = ProgressLine(is_silent)
    try:
        with engine as started:
            return one.run(started, progress)
    finally:
        progress.clear()


def report(outcome: Outcome, words: Sequence[str], rejects: Sequence[str], chosen: Mapping[str, Any]) -> None:
    """Write the outcome of a run to stderr: one JSON object, or text.

    Inputs that could not be read are always named.
    """
    notes, errors = _notes(outcome), _errors(outcome, rejects, _rejects_file(chosen["output"]))
    if chosen["as_json"]:
        messages = [*held_warnings(), *notes, *(text.strip() for text in errors)]
        say(to_json({**outcome.tally.as_object(), "seconds": dict(outcome.seconds), "messages": messages}))
        return
    for text in () if chosen["quiet"] else (*words, *notes):
        say(text)
    for text in errors:
        say(text, fg="yellow")


def _notes(outcome: Outcome) -> Iterator[str]:
    """Yield notes on results that a user should look at."""
    warnings = dict(outcome.tally.warnings)
    if emptied := warnings.get("emptied"):
        yield f"{counted(emptied, 'article')} without text, because all text was removed"
    if copies := warnings.get("copy"):
        yield f"{counted(copies, 'article')} left out as {'a copy of another' if copies == 1 else 'copies of others'}"
    if empty := warnings.get("empty"):
        is_written = "stub" in dict(outcome.tally.statuses)
        advice = "; --skip empty,stub leaves out such articles" if is_written else ""
        yield f"{counted(empty, 'document')} without any text{advice}"
    if suspect := warnings.get("suspect"):
        judged = "rules match all sentences, or the first or the last one.  See the audit."
        yield f"{counted(suspect, 'article')} suspect: {judged}"
    lost = warnings.get(METADATA_LOST)
    if unread := warnings.get("unread date"):
        where = "" if lost else f"; {'it is' if unread == 1 else 'they are'} in the metadata, unchanged"
        yield f"{counted(unread, 'date')} could not be read{where}"
    if lost:
        yield f"{counted(lost, 'article')} with {METADATA_LOST} in this shape; --shape copydesk has one"
    for note, holder in _BESIDE:
        if count := warnings.get(note):
            yield f"{counted(count, holder)} with {note}, which are not read"
    kinds = {name.removeprefix(_PASSED): count for name, count in warnings.items() if name.startswith(_PASSED)}
    if kinds:
        most_first = sorted(kinds.items(), key=lambda one: (-one[1], one[0]))
        named = ", ".join(f"{count:,} {kind}" for kind, count in most_first)
        yield f"passed over {counted(sum(kinds.values()), 'record')} without a document: {named}"
    if outcome.passed_over:
        name, reason = outcome.passed_over[0]
        yield f"passed over {counted(len(outcome.passed_over), 'input')}, first {name}: {reason}"


def _rejects_file(output: str) -> str:
    """Return where the rejects of an output are; "" if it has no name, or is in a store."""
    from etl.pipeline.output import output_of

    found = output_of(output)
    return str(found.path("rejects")) if found.kind in ("file", "folder") else ""


def _errors(outcome: Outcome, rejects: Sequence[str], rejects_file: str) -> list[str]:
    """Return messages about errors, which --quiet does not hide."""
    errors = [
        f"left out {rule}, because its regex took too long.  `copydesk rules lint` explains it."
        for rule in outcome.tally.timed_out
    ]
    if outcome.tally.rejects:
        where = f" (see {rejects_file})" if rejects_file else ""
        errors += [f"{unreadable_words(outcome.tally.rejects)}{where}:", *rejects]
    if outcome.tally.rejects > len(rejects) > 0:
        errors.append("  …")
    return errors


def summary(selection: Selection, outcome: Outcome) -> Iterator[str]:
    """Yield the lines of the summary: articles, balance, time, and what was removed by which rule."""
    tally = outcome.tally
    if tally.documents:
        yield from _counts(outcome)
    if {name for name, _ in outcome.formats} - PLAIN:
        yield "read as " + ", ".join(f"{name}: {counted(count, 'input')}" for name, count in outcome.formats)
    titles = rule_titles(selection)
    rows = sorted(tally.rules, key=lambda row: (-row[1], row[0]))
    if rows:
        yield table((count, rule, titles.get(rule) or _title_of_repair(rule)) for rule, count in rows)


def changes(workspace: Workspace, is_verbose: bool) -> Iterator[str]:
    """Yield each change of a run with its rule, with --verbose."""
    for entry in _changes(workspace) if is_verbose else ():
        yield f"{place_of(entry.path, entry.row, entry.record, entry.line)}: {entry.rule}: {_seen(entry.before)}"


def index_words(index: str, was_there: bool, is_empty: bool) -> list[str]:
    """Return a note if an index is new, or if it already has all of the input."""
    if not index:
        return []
    if not was_there:
        return [f"index {visible(index)}: it is new, so nothing was compared with earlier runs"]
    if is_empty:
        return [f"index {visible(index)}: it already has all of this input.  `copydesk index forget` undoes a run."]
    return []


def _title_of_repair(rule: str) -> str:
    """Return a title for repairs and cuts that are counted together ("repair/spaces+core/inline-continues")."""
    return "Damage to characters" if rule.startswith("repair/") else ""


def _counts(outcome: Outcome) -> Iterator[str]:
    tally = outcome.tally
    articles = sum(count for _, count in tally.statuses)
    statuses = ", ".join(f"{count:,} {status}" for status, count in tally.statuses)
    yield f"{counted(tally.documents, 'document')}: {counted(articles, 'article')}{statuses and f' ({statuses})'}"
    books = tally.books
    parts = " + ".join(f"{name} {getattr(books, name):,}" for name in ("kept", "changed", "removed"))
    yield f"read {counted(books.read, 'character')} = {parts}; the books balance"
    seconds = sum(spent for _, spent in outcome.seconds)
    if seconds >= TIMED_SECONDS:
        rate = f", {books.read / 1e6 / seconds:,.1f} million characters a second" if books.read >= TIMED_CHARS else ""
        yield f"{seconds:,.1f} s{rate}"


def diff_lines(workspace: Workspace, counts: Counter[str]) -> Iterator[str]:
    """Yield the changes of a run by document and article, and count them."""
    lines = {record.id: _article_line(record) for record in _lines(workspace, "articles", Record)}
    for (path, row, record), entries in groupby(_changes(workspace), key=_document_of):
        yield click.style(f"--- {visible(place_of(path, row, record))}\n", bold=True)
        for article, of_article in groupby(entries, key=lambda entry: entry.article_id):
            yield click.style(lines.get(article, "@@ no article") + "\n", fg="blue")
            for entry in of_article:
                counts["changes"] += 1
                yield _diff_line(entry) + "\n"


def diff_objects(workspace: Workspace, counts: Counter[str]) -> Iterator[str]:
    """Yield the changes of a run as JSON lines, as in the audit, and count them."""
    for entry in _changes(workspace):
        counts["changes"] += 1
        yield to_json(entry) + "\n"


def _document_of(entry: Entry) -> tuple[str, int, str]:
    return entry.path, entry.row, entry.record


def rule_titles(selection: Selection) -> dict[str, str]:
    """Return the title of each rule."""
    own = {name: reason.title for name, reason in REASONS.items()}
    return own | {sourced.name: sourced.rule.title for sourced in load_rules(selection)}


def _article_line(record: Record) -> str:
    origin = record.origin
    name = record.headline or one_line(record.text, 60) or "(no headline)"
    publisher = f" ({record.publisher})" if record.publisher else ""
    return visible(f"@@ lines {origin.line_start}-{origin.line_end}: {name}{publisher}")


def _seen(text: str) -> str:
    """Return a text in one line; if it has only spaces, in quotation marks and with codes.

    >>> _seen("a\\nb"), _seen("\\xa0 ")
    ('a b', "'\\\\xa0 '")
    """
    return one_line(text) or ascii(text)


def _diff_line(entry: Entry) -> str:
    struck = click.style(_seen(entry.before), fg=STRUCK.get(entry.action, "red"), strikethrough=entry.action != "tag")
    sign, becomes = ("~", f" -> {click.style(_seen(entry.after), fg='green')}") if entry.after else ("-", "")
    why = f"{entry.rule}, copy of {entry.duplicate_of} ({entry.similarity:.2f})" if entry.duplicate_of else entry.rule
    return f"{entry.line:>6} {sign} {struck}{becomes}  {click.style(f'[{visible(why)}]', dim=True)}"


def reject_words(workspace: Workspace) -> list[str]:
    """Return a line for each of the first rejects: its place and the reason."""
    from etl.pipeline.job import RejectLine

    return [reject_word(line) for line in islice(_lines(workspace, "rejects", RejectLine), MAX_REJECTS_SHOWN)]


def reject_word(line: "RejectLine") -> str:
    """Return the place of a reject and the reason."""
    return f"  {in_one_line(line.path)}:{line.row}: {line.reason}"


def _changes(workspace: Workspace) -> Iterator[Entry]:
    """Return the entries of changes, without tags and without white space between paragraphs."""
    entries = _lines(workspace, "audit", Entry)
    return (entry for entry in entries if entry.rule != GAP and entry.action not in BOOKED_NOTHING)


def _lines(workspace: Workspace, kind: str, noun: type[Noun]) -> Iterator[Noun]:
    from etl.formats.own_records import read_outputs

    for part in workspace.parts(kind):
        yield from read_outputs(part, noun)
