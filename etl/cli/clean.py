"""`copydesk clean` and `copydesk diff`: a run that writes files, or shows what would change."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.cli import options, settings
from etl.cli.command import GroupedCommand, option
from etl.cli.report import check_report, report_of
from etl.cli.terminal import paged
from etl.cli.types import File

if TYPE_CHECKING:
    from etl.pipeline.run import Outcome
    from etl.pipeline.session import Request

# If articles are printed, this process does so many shards itself before it starts others, so that the first articles
# appear at once.
STARTED_HERE = 8


@click.command(cls=GroupedCommand)
@options.inputs_argument
@options.output_option(".jsonl .jsonl.gz .jsonl.zst .parquet")
@options.shape_option
@option(
    "Output",
    "--audit/--no-audit",
    default=True,
    help="Write an audit of every change beside the output.  If the output is stdout, no audit is written.  "
    "[default: audit]",
)
@option("Output", "-f", "--force", is_flag=True, help="Overwrite an output that copydesk wrote.")
@option(
    "Output",
    "--added",
    default="",
    metavar="TIME",
    help="The time for the field `added` of the records.  [default: SOURCE_DATE_EPOCH, or now]",
)
@option(
    "Output",
    "--skip",
    multiple=True,
    metavar="WHAT",
    help="Leave out articles without text.  stub: articles with a headline; empty: articles without a headline; "
    "stub,empty: both.  Their `status` does not matter.  [default: write them]",
)
@option(
    "Output",
    "--captions",
    is_flag=True,
    help="Also write the picture captions that were removed, with their credits, into the field `captions`.",
)
@option(
    "Output",
    "--structure",
    type=click.Choice(["none", "markdown"]),
    default="none",
    show_default=True,
    help="markdown: also write the text with headings, lists and tables into the field `markdown`.",
)
@option("Output", "--links", is_flag=True, help="Also write links into the Markdown; needs --structure markdown.")
@option(
    "Output",
    "--report",
    type=File(),
    default="",
    metavar="FILE",
    help="Also write a report of the run, as an HTML page.",
)
@option(
    "Output", "-n", "--dry-run", is_flag=True, help="Write no articles, only the summary (and the page of --report)."
)
@options.summary_options
@option("Output", "-v", "--verbose", is_flag=True, help="Print every change, with its place and its rule.")
@options.running_options
@options.resume_option
@options.finding_options
@options.show_options
@options.reading_options
@options.rule_options
@options.dedup_options
def clean(inputs: tuple[str, ...], **chosen: Any) -> None:
    """Clean documents: write one JSON article per line, and record every change in an audit.

    \b
    Examples:
      copydesk clean page.html
      copydesk clean pages/ -o articles.jsonl
      copydesk clean 'crawl/*.jsonl.gz' --text-field body -o cleaned/
      curl -s URL | copydesk clean - --publisher 'BBC News'

    INPUT is a file, a folder, a glob, an address in an object store (s3://…), or - for standard input.  Formats: text,
    HTML, JSON lines, JSON arrays, CSV, Parquet, Arrow, WARC, WET, RSS and Atom.  Files can be compressed (.gz, .zst,
    .bz2, .xz).
    """
    max_errors = chosen.pop("max_errors")
    if chosen.pop("show_files"):
        show_files(inputs, chosen)
        return
    outcome = _clean(inputs, chosen)
    if outcome.tally.rejects > max_errors:
        raise SystemExit(4)


@click.command(cls=GroupedCommand)
@options.inputs_argument
@options.running_options
@options.finding_options
@options.show_options
@options.reading_options
@options.rule_options
@options.dedup_options
@option(
    "Output", "--json", "as_json", is_flag=True, help="Print each change as JSON, and the summary as JSON on stderr."
)
def diff(inputs: tuple[str, ...], as_json: bool, **chosen: Any) -> None:
    """Show what `clean` would remove or change, line by line, with the rule; write nothing.

    \b
    Examples:
      copydesk diff page.html
      copydesk diff pages/ --profile careful

    The exit code is 4 if a file or record could not be read.  Otherwise it is 1 if anything would change, and 0 if
    nothing would.  Changes of white space between paragraphs are not shown, and do not count.  The options in [clean]
    of copydesk.toml also apply to diff.
    """
    from etl.cli.show import diff_lines, diff_objects, reject_words, report, run_session
    from etl.pipeline.session import session

    max_errors = chosen.pop("max_errors")
    if chosen.pop("show_files"):
        show_files(inputs, chosen)
        return
    dry = {"output": "", "added": "", "dry_run": True, "audit": True, "force": False, "resume": False}
    dry |= {"as_json": as_json, "quiet": False}
    request, jobs = request_of(inputs, {**chosen, **dry})
    engine = settings.engine(chosen, jobs)
    with session(request) as one:
        outcome = run_session(one, engine, is_silent=False)
        counted = Counter[str]()
        paged((diff_objects if as_json else diff_lines)(one.workspace, counted))
        report(outcome, [], reject_words(one.workspace), dry)
    if outcome.tally.rejects > max_errors:
        raise SystemExit(4)
    if counted["changes"]:
        raise SystemExit(1)


def _clean(inputs: Sequence[str], chosen: dict[str, Any]) -> "Outcome":
    from etl.cli.show import changes, index_words, reject_words, report, run_session, summary
    from etl.formats.own_files import is_index
    from etl.pipeline.run import can_print
    from etl.pipeline.session import session

    request, jobs = request_of(inputs, chosen)
    is_silent = chosen["quiet"] or chosen["as_json"]
    wants_files = chosen["verbose"] or chosen["report"] or chosen["engine"] == "spark"
    engine, index = settings.engine(chosen, jobs), request.job.index
    was_there = bool(index) and is_index(Path(index))
    if chosen["report"]:
        check_report(request, chosen["report"])
    if request.output.kind == "stdout" and request.delivers and not wants_files and can_print(request.job):
        outcome, rejects = _print(request, jobs, is_silent)
        words = [] if is_silent else list(summary(request.job.selection, outcome))
    else:
        with session(request) as one:
            outcome = run_session(one, engine, is_silent)
            lines = changes(one.workspace, chosen["verbose"])
            words = [] if is_silent else [*lines, *summary(request.job.selection, outcome)]
            is_empty = bool(outcome.tally.documents) and not outcome.tally.statuses
            words += index_words(index, was_there, is_empty)
            rejects = reject_words(one.workspace)
            page = report_of(one) if chosen["report"] else ""
        if page:
            from etl.report.files import write_page

            write_page(Path(chosen["report"]), page, chosen["force"])
    report(outcome, words, rejects, chosen)
    return outcome


def _print(request: "Request", jobs: int, is_silent: bool) -> "tuple[Outcome, list[str]]":
    """Print articles as they are made.  Return the outcome, and messages on the first rejects."""
    from etl.cli.progress import ProgressLine
    from etl.cli.show import MAX_REJECTS_SHOWN, reject_word
    from etl.engines.local import LocalEngine
    from etl.pipeline.delivery import printing
    from etl.pipeline.run import Run
    from etl.pipeline.tasks import Printed

    rejects: list[str] = []

    def write(printed: Printed) -> None:
        progress.clear()
        with printing() as stdout:
            stdout.write(printed.articles)
        if len(rejects) < MAX_REJECTS_SHOWN:
            rejects.extend(map(reject_word, printed.rejects))

    progress = ProgressLine(is_silent)
    with LocalEngine(jobs, here=STARTED_HERE) as engine:
        outcome = Run(request.job, request.found, engine, progress).printing(write)
    progress.clear()
    return outcome, rejects[:MAX_REJECTS_SHOWN]


def show_files(inputs: Sequence[str], chosen: dict[str, Any]) -> None:
    """Print the files that the inputs stand for."""
    from etl.formats import find

    reading = settings.reading(chosen)
    settings.print_files(find(inputs, reading), reading)


def request_of(inputs: Sequence[str], chosen: dict[str, Any]) -> "tuple[Request, int]":
    """Return the run that a user asks for, and a useful number of processes."""
    from etl.formats import find
    from etl.pipeline.job import Job
    from etl.pipeline.output import check_resumable, output_of, refuse_inputs
    from etl.pipeline.run import stages_of
    from etl.pipeline.session import Request

    added = settings.time_added(chosen["added"])
    reading = settings.reading(chosen)
    output = output_of(chosen["output"])
    if chosen["resume"]:
        check_resumable(output)
    job = Job(
        selection=settings.selection(chosen | {"added": added}),
        reading=reading,
        dedup=settings.dedup_settings(chosen),
        added=added,
        suffix=output.suffix,
        shape=chosen.get("shape", "copydesk"),
        memory=settings.size(chosen["memory"], "--memory"),
        index=chosen["index"],
        shard_bytes=settings.size(chosen["shard_size"], "--shard-size"),
        skip=settings.textless(chosen.get("skip", ())),
        fields=settings.optional_fields(chosen),
    )
    found = find(inputs, reading)
    if output.kind in ("file", "folder"):
        refuse_inputs(output, inputs)
    request = Request(
        job, tuple(inputs), found, output, stages_of(job),
        audit=chosen["audit"], force=chosen["force"], resume=chosen["resume"], work=chosen["work"],
        has_time=settings.is_time_fixed(chosen["added"]), delivers=not chosen["dry_run"],
    )  # fmt: skip
    return request, settings.worthwhile_jobs(found, job.shard_bytes, chosen["jobs"])
