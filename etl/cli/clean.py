"""`copydesk clean` and `copydesk diff`: the main path, with files or with a look at what would change."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.cli import options
from etl.cli.options import GroupedCommand, option
from etl.cli.show import print_diff, summary
from etl.cli.terminal import say

if TYPE_CHECKING:
    from etl.readers import Reading
    from etl.stages import Job

# Bytes.  Starting a second process and its imports costs 0.3 s, as much as cleaning this.
SMALL_INPUT = 4 << 20


@click.command(cls=GroupedCommand)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@options.output_option
@option(
    "Output",
    "--audit/--no-audit",
    default=True,
    help="Write the account of every change beside the output.  [default: audit]",
)
@option("Output", "-f", "--force", is_flag=True, help="Overwrite an output that exists.")
@option(
    "Output",
    "--added",
    default="",
    metavar="TIME",
    help="The time that goes into the records.  [default: SOURCE_DATE_EPOCH, or now]",
)
@option("Output", "-n", "--dry-run", is_flag=True, help="Write nothing but the summary.")
@option("Output", "--json", "as_json", is_flag=True, help="Print the summary as JSON on stderr.")
@option("Output", "-q", "--quiet", is_flag=True, help="Print no summary.")
@option("Output", "-v", "--verbose", is_flag=True, help="Print every line that goes, with its rule.")
@options.running_options
@options.reading_options
@options.rule_options
@options.copying_options
def clean(inputs: tuple[str, ...], **chosen: Any) -> None:
    """Clean documents: one JSON article a line, and an account of every character that is not in them.

    \b
    Examples:
      copydesk clean page.html
      copydesk clean pages/ -o articles.jsonl
      copydesk clean 'crawl/*.jsonl.gz' --text-field body -o cleaned/
      curl -s URL | copydesk clean - --publisher 'BBC News'

    INPUT is a file, a folder, a glob, or - for standard input: text, HTML or JSONL, plain or as .gz or .zst.
    """
    from etl.delivery import deliver
    from etl.writers import check_output

    output, audit = chosen["output"], chosen["audit"]
    if output and not chosen["dry_run"]:
        check_output(output, chosen["force"])
    with _cleaned(inputs, output if not chosen["dry_run"] else "", chosen) as (job, tally, sources):
        words = () if chosen["quiet"] else tuple(summary(job, tally, chosen["as_json"], chosen["verbose"]))
        if not chosen["dry_run"]:
            deliver(job, output, audit, tally, sources)
        for line in words:
            say(line)
    if tally.rejects:
        raise SystemExit(4)


@click.command(cls=GroupedCommand)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@options.running_options
@options.reading_options
@options.rule_options
@options.copying_options
def diff(inputs: tuple[str, ...], **chosen: Any) -> None:
    """Show what a clean would take out or change, line by line, with the rule that says so; change nothing.

    \b
    Examples:
      copydesk diff page.html
      copydesk diff pages/ --profile careful | less -R

    Exits 1 if anything would change, 0 if nothing would.  White space between paragraphs does not count.
    """
    with _cleaned(inputs, "", {**chosen, "added": "", "dry_run": True}) as (job, _, _):
        changes = print_diff(job)
    if changes:
        raise SystemExit(1)


@contextmanager
def _cleaned(inputs: Sequence[str], output: str, chosen: dict[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Run the main path into a folder of parts; what becomes of them is the command's."""
    from etl.engines.local import LocalEngine
    from etl.readers import find, spool
    from etl.run import run
    from etl.stages import holding_index
    from etl.writers import workplace

    with workplace(output) as work:
        reading = options.reading(chosen)
        stdin = spool(Path(work) / "stdin") if "-" in inputs else None
        sources, passed_over = find(inputs, reading, stdin)
        job = _job(work, reading, output, chosen)
        jobs = chosen["jobs"] if sum(source.size for source in sources) > SMALL_INPUT else 1
        for path in passed_over[:1]:
            say(f"passed over {len(passed_over)} files that are no text, HTML or JSONL by their name, first {path}")
        with holding_index(job, not chosen["dry_run"]):
            with LocalEngine(jobs) as engine:
                tally = run(job, sources, engine)
            for rule in tally.timed_out:
                say(f"went without {rule}: its regex took too long for a line; copydesk rules lint says why")
            yield job, tally, sources


def _job(work: str, reading: "Reading", output: str, chosen: dict[str, Any]) -> "Job":
    from etl.stages import Job
    from etl.writers import part_suffix

    return Job(
        work,
        options.selection(chosen),
        reading,
        options.copying(chosen),
        options.time_added(chosen["added"]),
        part_suffix(output),
        options.memory(chosen["memory"]),
        chosen["index"],
    )
