"""`copydesk rules try, new, suggest, diff`: the effect of rules on documents, before the rules are used."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import structs

from etl.cli import options, settings
from etl.cli.command import GroupedCommand, option
from etl.cli.explain import PlaceCommand, parse_place
from etl.cli.terminal import one_line, say, visible
from etl.cli.types import Count, File, PackId, Place
from etl.errors import counted, unreadable_words

if TYPE_CHECKING:
    from etl.document import Judged
    from etl.formats import Reading
    from etl.model import Block
    from etl.packs import Selection
    from etl.rule_tools import Difference, Hit, Suggestion

# Characters of a line that are shown.
SHOWN_CHARS = 200
# The signs of a block in the new selection.
SIGNS = {"removed": "-", "kept": "+", "changed": "~"}

pack_option = option("Output", "--pack", type=PackId(), default="", metavar="ID", help="Begin a new pack with this id.")


@click.command("try", cls=GroupedCommand)
@options.inputs_argument
@option("Match", "--regex", default="", metavar="REGEX", help="Match lines that fit this regex as a whole.")
@option("Match", "--inside", is_flag=True, help="Search for the regex inside lines, as a strip rule does.")
@option("Match", "--exact", multiple=True, metavar="TEXT", help="Match lines that are exactly this; repeatable.")
@option("Match", "--prefix", multiple=True, metavar="TEXT", help="Match lines that begin with this; repeatable.")
@option("Match", "--suffix", multiple=True, metavar="TEXT", help="Match lines that end with this; repeatable.")
@option("Match", "--contains", multiple=True, metavar="TEXT", help="Match lines that contain this; repeatable.")
@option("Match", "--case", is_flag=True, help="Match only if the capitals are the same.")
@options.finding_options
@options.reading_options
@options.rule_options
def try_rule(inputs: tuple[str, ...], inside: bool, **chosen: Any) -> None:
    """Show which lines a rule would match.

    \b
    Examples:
      copydesk rules try --regex 'Photo: .{3,60}' pages/
      copydesk rules try --prefix 'READ MORE:' --case 'crawl/*.jsonl.gz'
      copydesk rules try --inside --regex '\\(Visited \\d+ times\\)' pages/

    Rules that already match a line are shown in brackets after the line.
    """
    from etl.rule_tools import preview, preview_rule
    from etl.rules.language import Match

    reading, selection = settings.reading(chosen), settings.selection(chosen)
    rule = preview_rule(Match(**chosen), "strip" if inside else "drop")
    _warn_of_regex(rule.match.regex, chosen["case"], inside)
    hits: list[Hit] = []
    with _documents(inputs, reading) as judged:
        for hit in preview(rule, judged(selection)):
            hits.append(hit)
            names = f"  [{', '.join(hit.rules)}]" if hit.rules else ""
            click.echo(f"{visible(hit.place)}: {one_line(hit.text, SHOWN_CHARS)}{names}")
        say(_counts(hits))
        if not hits and rule.match.regex and not inside:
            say("The regex must match a whole line.  To search for it inside lines, add --inside.")


@click.command("new", cls=PlaceCommand)
@click.argument("place", type=Place(), metavar="FILE:LINE")
@pack_option
@options.reading_options
@options.rule_options
def new_rule(place: str, pack: str, **chosen: Any) -> None:
    """Print a draft of a rule for a line.

    \b
    Examples:
      copydesk rules new page.txt:12 --pack mine > mine.toml
      copydesk rules new crawl.jsonl:7:3 -r mine.toml >> mine.toml

    crawl.jsonl:7:3 is line 3 of the record in row 7.  In the draft, `drops` has the line, and `keeps` has the most
    similar line of the same document that no rule removes.  Fill in `why`.  For `keeps`, look for a line that is even
    more similar, but must not be removed.  Then run `copydesk rules lint` and `copydesk rules test`.  On an HTML page,
    lines outside the story are removed without a rule.  For such a line, the draft is a rule that keeps its element.
    """
    from etl.decode import decode
    from etl.document import judge, page_settings
    from etl.document import parse as parse_document
    from etl.formats import only_document
    from etl.packs import compile_rules, load_rules
    from etl.rule_tools import draft, free_id, header, propose

    reading, selection = settings.reading(chosen), settings.selection(chosen)
    wanted = parse_place(place)
    rules = compile_rules(selection)
    raw = only_document(wanted.path, reading, wanted.record)
    (judged,) = judge([parse_document(raw, rules)], rules)

    def element_of(block: "Block", line: int) -> str:
        from etl.markup.account import element_path

        return element_path(decode(raw).text, page_settings(raw, rules), block.index, line)

    drafted = propose(judged, wanted.line, element_of)
    name = free_id(drafted.text, {sourced.rule.id for sourced in load_rules(selection)})
    click.echo((header(pack) if pack else "") + draft(drafted, name), nl=False)


@click.command("suggest", cls=GroupedCommand)
@options.inputs_argument
@option(
    "Output",
    "--least",
    type=Count(2),
    default=3,
    show_default=True,
    metavar="N",
    help="Use only lines that are in at least N documents.",
)
@option(
    "Output",
    "--most",
    type=Count(1),
    default=20,
    show_default=True,
    metavar="N",
    help="Print at most N rules, those for the most frequent lines first.",
)
@pack_option
@options.finding_options
@options.reading_options
@options.rule_options
def suggest_rules(inputs: tuple[str, ...], least: int, most: int, pack: str, **chosen: Any) -> None:
    """Print drafts of rules for the short lines that recur most often.

    \b
    Examples:
      copydesk rules suggest pages/ --pack mine > mine.toml
      copydesk rules suggest 'crawl/*.jsonl.gz' --least 10

    A line that recurs is not always furniture (text that is not part of the story).  Read the rules, and delete those
    for lines that a story may contain.
    """
    from etl.packs import load_rules
    from etl.rule_tools import MAX_WORDS, draft, free_id, header, suggest

    reading, selection = settings.reading(chosen), settings.selection(chosen)
    with _documents(inputs, reading) as judged:
        found = suggest(judged(selection), least, most)
        taken = {sourced.rule.id for sourced in load_rules(selection)}
        click.echo(header(pack) if pack else "", nl=False)
        for suggestion in found:
            name = free_id(suggestion.draft.text, taken)
            taken.add(name)
            click.echo(f"# {one_line(_evidence(suggestion), SHOWN_CHARS)}\n{draft(suggestion.draft, name)}")
        which = f"of up to {MAX_WORDS} words that are in {least} documents or more and match no rule"
        say(f"{counted(len(found), 'draft')}, for lines {which}")


@click.command("diff", cls=GroupedCommand)
@click.argument("old", type=File(), metavar="OLD")
@click.argument("new", type=File(), metavar="NEW")
@options.inputs_argument
@options.finding_options
@options.reading_options
@options.rule_options
def diff_rules(old: str, new: str, inputs: tuple[str, ...], **chosen: Any) -> None:
    """Show which lines pack NEW treats differently from pack OLD.

    \b
    Examples:
      copydesk rules diff mine.toml mended.toml pages/
      copydesk rules diff /tmp/rules-of-main rules --only-rules samples/

    Each pack is used together with the built-in rules, unless --only-rules is given.  Signs: '-' only NEW removes the
    line, '+' only NEW keeps it, '~' NEW changes it in another way.

    The exit code is 4 if a file or record could not be read.  Otherwise it is 1 if there is a difference.
    """
    from etl.packs import settled
    from etl.rule_tools import compare

    reading, selection = settings.reading(chosen), settings.selection(chosen)
    verdicts: Counter[str] = Counter()
    before, after = (settled(structs.replace(selection, packs=(*selection.packs, pack))) for pack in (old, new))
    with _documents(inputs, reading) as judged:
        for difference in compare(judged(before), judged(after)):
            verdicts[difference.verdict] += 1
            click.echo(_difference_line(difference))
        say(f"{verdicts['removed']} newly removed, {verdicts['kept']} newly kept, {verdicts['changed']} changed")
    if verdicts:
        raise SystemExit(1)


@contextmanager
def _documents(inputs: Sequence[str], reading: "Reading") -> "Iterator[Callable[[Selection], Iterator[Judged]]]":
    """Find the inputs; return a function that yields their documents, edited by a selection of rules.

    At the end, prints what could not be read, and exits with 4, as `clean` does.
    """
    from etl.engines.local import LocalEngine
    from etl.formats import Reject, find, spooled
    from etl.pipeline.job import Job
    from etl.pipeline.run import Run, Silent
    from etl.pipeline.tasks import documents_of
    from etl.pipeline.workspace import scratch

    rejects: dict[tuple[str, int], str] = {}
    with scratch() as workspace:
        found = spooled(find(inputs, reading), Path(workspace.folder))

        def judged(selection: "Selection") -> "Iterator[Judged]":
            job = Job(selection, reading)
            for shard in Run(job, found, LocalEngine(1), Silent()).plan(job):
                for result in documents_of(job, shard):
                    if isinstance(result, Reject):
                        rejects[result.path, result.row] = result.reason
                    else:
                        yield result

        yield judged
    for (path, row), reason in islice(rejects.items(), 1):
        say(f"{unreadable_words(len(rejects))}, first {path}:{row}: {reason}")
        raise SystemExit(4)


def _warn_of_regex(regex: str, has_case: bool, is_searched: bool) -> None:
    """Write the findings of lint about the regex to stderr."""
    from etl.lint import lint_regex
    from etl.rules.language import Pattern
    from etl.rules.regexes.compiled import regex_of

    if regex:
        flags = regex_of(Pattern(regex=regex, case=has_case)).flags
        for fault in lint_regex(regex, flags, is_searched):
            say(f"--regex: {fault}", fg="yellow")


def _counts(hits: "Sequence[Hit]") -> str:
    documents = {hit.place.rpartition(":")[0] for hit in hits}
    names = Counter(rule for hit in hits for rule in hit.rules)
    known = ", ".join(f"{rule} {count:,}" for rule, count in sorted(names.items(), key=lambda one: (-one[1], one[0])))
    already = sum(bool(hit.rules) for hit in hits)
    said = f"{counted(len(hits), 'hit')} in {counted(len(documents), 'document')}, {already:,} already matched"
    return f"{said}: {known}" if known else said


def _evidence(suggestion: "Suggestion") -> str:
    publishers = ", ".join(f"{name} {count:,}" for name, count in suggestion.publishers)
    return f"{suggestion.documents:,} documents, {suggestion.times:,} times; by publisher: {publishers}"


def _difference_line(difference: "Difference") -> str:
    words = " -> ".join(one_line(text, SHOWN_CHARS) for text in (difference.before, difference.after) if text)
    rules = f"  [{', '.join(difference.rules)}]" if difference.rules else ""
    return f"{SIGNS[difference.verdict]} {visible(difference.place)}: {words}{rules}"
