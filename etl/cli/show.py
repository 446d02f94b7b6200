"""What people see of a run: the summary with what went and why, the diff, the counts."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from etl.audit import BOOKED_NOTHING, GAP, Entry, Tally
from etl.cli.terminal import number, one_line, table, visible
from etl.packs import load_rules
from etl.readers.records import read_records
from etl.record import Record
from etl.stages import Job

Noun = TypeVar("Noun")

# What is booked without a rule of a pack behind it.
OWN_TITLES = {
    "structure/gap": "White space between paragraphs that was not the usual one",
    "structure/kicker": "Keywords above a headline",
    "structure/headline": "Headline, now in its field",
    "structure/headline-again": "The headline once more",
    "structure/empty": "Block of nothing but damage",
    "context/surroundings": "Furniture without a label, told by its company",
    "duplicate/exact": "Copy of an earlier paragraph",
    "duplicate/near": "Near-copy of an earlier paragraph",
    "duplicate/article": "Copy of a whole earlier article",
}
# The rest stand in the file of rejects.
MAX_REJECTS_SHOWN = 10
STRUCK = {"drop": "red", "cut": "red", "duplicate": "magenta", "extract": "cyan", "tag": "yellow"}


def summary(job: Job, tally: Tally, as_json: bool, verbose: bool) -> Iterator[str]:
    """Say what came out, what went and why, and that the books balance.  Reads the parts of the run."""
    if as_json:
        yield msgspec.json.encode(tally).decode()
        return
    if verbose:
        yield from (f"{entry.path}:{entry.line}: {entry.rule}: {one_line(entry.before)}" for entry in _changes(job))
    if tally.documents:
        yield from _counts(tally)
    if tally.rejects:
        yield f"{number(tally.rejects, 'input')} could not be read:"
        yield from (f"  {reject}" for reject in islice(_rejects(job), MAX_REJECTS_SHOWN))
    titles = rule_titles(job)
    rows = sorted(tally.rules, key=lambda row: (-row[1], row[0]))
    if rows:
        yield table((count, rule, titles.get(rule) or _title_of_repair(rule)) for rule, count in rows)


def _title_of_repair(rule: str) -> str:
    """Repairs and cuts are counted as they were composed ("repair/spaces+core/inline-continues")."""
    return "Damage to characters" if rule.startswith("repair/") else ""


def _counts(tally: Tally) -> Iterator[str]:
    articles = sum(count for _, count in tally.statuses)
    statuses = ", ".join(f"{count:,} {status}" for status, count in tally.statuses)
    yield f"{number(tally.documents, 'document')}: {number(articles, 'article')}{statuses and f' ({statuses})'}"
    books = tally.books
    parts = " + ".join(f"{name} {getattr(books, name):,}" for name in ("kept", "changed", "removed"))
    yield f"read {books.read:,} characters = {parts}; the books balance"


def print_diff(job: Job) -> int:
    """Print the changes of a run by document and article; give their number."""
    headlines = {record.id: record for record in _records(job)}
    changes = 0
    for path, entries in groupby(_changes(job), key=lambda entry: entry.path):
        click.secho(f"--- {visible(path)}", bold=True)
        for article, of_article in groupby(entries, key=lambda entry: entry.article_id):
            click.secho(_article_line(headlines.get(article)), fg="blue")
            for entry in of_article:
                changes += 1
                click.echo(_diff_line(entry))
    return changes


def rule_titles(job: Job) -> dict[str, str]:
    """What each rule is about, in a few words."""
    return OWN_TITLES | {sourced.name: sourced.rule.title for sourced in load_rules(job.selection)}


def _article_line(record: Record | None) -> str:
    if record is None:
        return "@@ no article"
    origin = record.origin
    name = record.headline or one_line(record.text, 60) or "(no headline)"
    publisher = f" ({record.publisher})" if record.publisher else ""
    return visible(f"@@ lines {origin.line_start}-{origin.line_end}: {name}{publisher}")


def _diff_line(entry: Entry) -> str:
    struck = click.style(
        one_line(entry.before), fg=STRUCK.get(entry.action, "red"), strikethrough=entry.action != "tag"
    )
    becomes = f" {click.style(one_line(entry.after), fg='green')}" if entry.after else ""
    why = f"{entry.rule}, copy of {entry.duplicate_of} ({entry.similarity:.2f})" if entry.duplicate_of else entry.rule
    return f"{entry.line:>6} - {struck}{becomes}  {click.style(f'[{visible(why)}]', dim=True)}"


def _changes(job: Job) -> Iterator[Entry]:
    """Account lines of what changes; a tag changes nothing, and white space between paragraphs is not shown."""
    return (entry for entry in _lines(job, "audit", Entry) if entry.rule != GAP and entry.action not in BOOKED_NOTHING)


def _records(job: Job) -> Iterable[Record]:
    return _lines(job, "articles", Record)


def _rejects(job: Job) -> Iterator[str]:
    from etl.stages import RejectLine

    return (f"{line.path}:{line.row}: {line.reason}" for line in _lines(job, "rejects", RejectLine))


def _lines(job: Job, kind: str, noun: type[Noun]) -> Iterator[Noun]:
    for part in sorted((Path(job.work) / kind).glob("part-*")):
        yield from read_records(part, noun)
