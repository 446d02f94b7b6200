"""`copydesk inspect`: the articles of a run in the terminal, through the user's pager; removed text is dimmed."""

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click
from msgspec import Struct

from etl.audit import Entry, place_of
from etl.cli import options
from etl.cli.command import GroupedCommand, option
from etl.cli.terminal import say, visible
from etl.errors import UsageError

if TYPE_CHECKING:
    from etl.report.changes import ArticleChanges, ShownBlock, Span

# Columns.  Longer lines are tiring to read.
MAX_WIDTH = 100
# Columns before the words: the line's number, its sign, and spaces.
MARGIN = 9
# Signs for what was done to a block.
REMOVED, MOVED, COPY, CHANGED, TAGGED, KEPT = "-", ">", "=", "~", "?", " "
SIGNS = {"extract": MOVED, "duplicate": COPY}


@click.command(cls=GroupedCommand)
@options.articles_argument
@options.audit_option
@option(
    "Filter",
    "--rule",
    default="",
    metavar="ID",
    help="Show only articles that this rule, or pattern ('core/*'), changed.",
)
@option("Filter", "--publisher", default="", metavar="NAME", help="Show only articles of this publisher (name or id).")
@option(
    "Filter",
    "--status",
    default="",
    metavar="STATUS",
    help="Show only articles of this status: suspect, stub, teaser …",
)
@option(
    "Filter",
    "--changes",
    "only_changes",
    is_flag=True,
    help="Show only changed lines, and only articles with changed lines.",
)
def inspect(articles: Path, audit: Path | None, **chosen: Any) -> None:
    """Page through the articles of a run; show each change in its place.

    \b
    Examples:
      copydesk inspect clean.jsonl
      copydesk inspect clean.jsonl --rule 'classifier/*' --changes
      copydesk inspect cleaned/ --status suspect | grep '^ *[0-9]* -'

    Signs: '-' removed, '>' moved to a field, '=' removed as a duplicate, '~' changed, '?' kept and tagged in the audit.
    On a terminal, your pager opens ($PAGER, or less).  In less, type /^== to find the next article.  Then n goes to the
    next one, and N to the one before; q ends.
    """
    from etl.report.changes import changes_of
    from etl.report.reading import read_run, run_files

    run = run_files(articles, audit)
    seen: set[str] = set()
    found = (one for document in read_run(run) for one in changes_of(document))
    width = min(MAX_WIDTH, shutil.get_terminal_size().columns) - MARGIN if sys.stdout.isatty() else 0
    lines: Iterator[str] = (
        f"{line}\n" for one in found if _is_chosen(one, chosen, seen) for line in _lines(one, chosen, width)
    )
    first = next(lines, None)
    if first is None:
        say(_nothing(chosen, seen))
        return
    lines = chain([first], lines)
    if not sys.stdout.isatty():
        for line in lines:
            click.echo(line, nl=False)
        return
    click.echo_via_pager(lines, color=click.get_current_context().color)


def _is_chosen(article: "ArticleChanges", chosen: dict[str, Any], seen: set[str]) -> bool:
    """Return true if an article passes all filters.  The values that they test are added to `seen`."""
    fields = article.fields
    publishers = _names(fields.publisher) if chosen["publisher"] else ()
    rules = [entry.rule for entry in article.entries] if chosen["rule"] else ()
    seen.update(publishers, rules, (fields.status,) if chosen["status"] else ())
    return (
        (not chosen["publisher"] or chosen["publisher"] in publishers)
        and chosen["status"] in ("", fields.status)
        and (not chosen["rule"] or any(fnmatchcase(rule, chosen["rule"]) for rule in rules))
    )


def _names(publisher: str) -> tuple[str, ...]:
    """Return the name of a publisher as a record has it, and its id if it is known."""
    from etl.fold import fold
    from etl.packs import known_publishers

    known = known_publishers().get(fold(publisher)) if publisher else None
    return (publisher, known.id) if known else (publisher,)


def _nothing(chosen: dict[str, Any], seen: Iterable[str]) -> str:
    """Return why nothing is shown.  Raises UsageError for a status that does not exist."""
    from etl.packs import Selection, did_you_mean, load_rules
    from etl.reasons import REASONS
    from etl.record import Status
    from etl.report.changes import UNWRITTEN

    statuses = (*get_args(Status), UNWRITTEN)
    if (status := chosen["status"]) and status not in (*statuses, *seen):
        way_out = did_you_mean(status, statuses) or f"There are {', '.join(statuses)}."
        raise UsageError("--status", f"'{status}' is not a status of articles", way_out)
    nearest = did_you_mean(chosen["publisher"], seen) if chosen["publisher"] not in seen else ""
    if chosen["rule"]:
        names = {*seen, *REASONS, *(name for one in load_rules(Selection()) for name in one.called)}
        if not any(fnmatchcase(name, chosen["rule"]) for name in names):
            nearest = did_you_mean(chosen["rule"], names) or nearest
    if any(chosen[name] for name in ("rule", "publisher", "status")):
        return f"No article matches.  {nearest}".rstrip()
    return "No article has changes." if chosen["only_changes"] else "The run has no articles."


def _lines(article: "ArticleChanges", chosen: dict[str, Any], width: int) -> Iterator[str]:
    """Yield the lines of an article: its title, then its blocks, wrapped to a width unless that is 0.

    There are none if only changes are wanted, and the article has none.
    """
    fields = article.fields
    found = (_removed(block.line, block.entry) if block.entry else _kept(block) for block in article.blocks)
    blocks = [one for one in found if not chosen["only_changes"] or one.sign != KEPT]
    if chosen["only_changes"] and not blocks:
        return
    publisher = f" ({fields.publisher})" if fields.publisher else ""
    yield click.style(visible(f"== {fields.headline or '(no headline)'}{publisher}"), bold=True)
    place = f"row {article.row}"
    if article.path:  # an audit of `dedup` names no file of what stays
        place = place_of(article.path, article.row, article.record)
    facts = f"{article.before:,} -> {article.after:,} characters"
    name = fields.id if fields.id != f"{article.path}:{article.row}" else ""  # records without an id are named by place
    yield visible(f"   {'  '.join(filter(None, (fields.status, facts, place, name)))}")
    for block in blocks:
        yield from _block_lines(block, width)
    yield ""


class PlainBlock(Struct, frozen=True):
    """A block: its sign, its line in the input, its words, and the rules that changed it ("" if none)."""

    sign: str
    line: int
    text: str
    why: str = ""

    @property
    def is_gone(self) -> bool:
        """Whether the block was removed from the article."""
        return self.sign in (REMOVED, MOVED, COPY)


def _removed(line: int, entry: Entry) -> PlainBlock:
    why = f"{entry.kind} {entry.rule}"
    if entry.duplicate_of:
        why = f"{entry.rule} {entry.similarity:.2f} of {entry.duplicate_of}"
    return PlainBlock(SIGNS.get(entry.action, REMOVED), line, entry.before, why)


def _kept(block: "ShownBlock") -> PlainBlock:
    changes = [span.entry for span in block.spans if span.entry and span.entry.action != "tag"]
    rules = dict.fromkeys(entry.rule for entry in (*changes, *block.tags))
    sign = CHANGED if changes else TAGGED if block.tags else KEPT
    return PlainBlock(sign, block.line, "".join(map(_marked, block.spans)), ", ".join(rules))


def _marked(span: "Span") -> str:
    """Return a span as a word diff writes it: [-before-]{+after+}."""
    entry = span.entry
    if entry is None or entry.action == "tag":
        return span.text
    before = f"[-{entry.before}-]" if entry.before else ""
    return before + (f"{{+{entry.after}+}}" if entry.after else "")


def _block_lines(block: PlainBlock, width: int) -> Iterator[str]:
    text = visible(" ".join(block.text.split()))
    style: Callable[[str], str] = (lambda line: click.style(line, dim=True)) if block.is_gone else str
    why = click.style(f"  [{visible(block.why)}]", dim=True) if block.why else ""
    first, *rest = textwrap.wrap(text, width, break_on_hyphens=False) if width > 0 and text else [text]
    yield f"{block.line:>6} {block.sign} {style(first)}{'' if rest else why}"
    for number, line in enumerate(rest, 1):
        yield f"{'':>6} {block.sign} {style(line)}{why if number == len(rest) else ''}"
