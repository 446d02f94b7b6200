"""`copydesk dedup`: near-duplicate records out of JSONL that is clean already."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.cli import options
from etl.cli.index import keep_up, upkeep_options
from etl.cli.options import GroupedCommand, option
from etl.cli.terminal import number, say

if TYPE_CHECKING:
    from etl.audit import Tally
    from etl.readers import Reading
    from etl.stages import Job


@click.command(cls=GroupedCommand)
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@options.output_option
@option(
    "Output", "--audit/--no-audit", default=True, help="Write the account of the copies beside it.  [default: audit]"
)
@option("Output", "-f", "--force", is_flag=True, help="Overwrite outputs that exist.")
@option("Output", "--pairs", default="", metavar="FILE", help="Write each copy with its keeper and their likeness.")
@option("Output", "--clusters", default="", metavar="FILE", help="Write each keeper with all of its copies.")
@option("Output", "--json", "as_json", is_flag=True, help="Print the summary as JSON on stderr.")
@option("Output", "-q", "--quiet", is_flag=True, help="Print no summary.")
@options.running_options
@option(
    "Reading",
    "--text-field",
    default="",
    metavar="NAME",
    help="The field that holds the text.  [default: text, content, body …]",
)
@option(
    "Copies",
    "--unit",
    type=click.Choice(["paragraph", "article"]),
    default="article",
    show_default=True,
    help="What a record is: a paragraph, or an article of paragraphs parted by blank lines, which goes if 80 % of its "
    "words are copied from one earlier article.",
)
@options.likeness_options
@option(
    "Copies",
    "--shingles",
    type=click.Choice(["w3", "c5"]),
    default="w3",
    show_default=True,
    help="Compare words by three, or characters by five.",
)
@option(
    "Copies",
    "--action",
    type=click.Choice(["drop", "tag"]),
    default="drop",
    show_default=True,
    help="Leave copies out, or give every record the fields duplicate_of and similarity.",
)
@options.index_option
@upkeep_options
def dedup(inputs: tuple[str, ...], **chosen: Any) -> None:
    """Give back the records of JSONL unchanged and in order, less those that are copies of an earlier one.

    \b
    Examples:
      copydesk dedup clean.jsonl -o unique.jsonl
      copydesk dedup paragraphs.jsonl.zst --unit paragraph -o unique.jsonl.zst --pairs pairs.jsonl
      copydesk dedup 'crawl/*.jsonl' --text-field body --action tag | jq -r .duplicate_of
      copydesk dedup today.jsonl -o new.jsonl --index seen/

    A copy has an earlier record that is kept and at least as like it as the threshold says; the audit names it.
    Records of fewer than ten words are copies of nothing.
    """
    from etl.delivery import deliver

    if chosen["stats"] or chosen["compact"] or chosen["forget"] is not None:
        keep_up(inputs, chosen)
        return
    if not inputs:
        raise click.MissingParameter(param_type="argument", param_hint="'INPUT...'")
    _check_outputs(chosen)
    with _deduplicated(inputs, chosen) as (job, tally, sources):
        _write_pairs(job, chosen["pairs"], chosen["clusters"])
        deliver(job, chosen["output"], chosen["audit"], tally, sources)
    if not chosen["quiet"]:
        _say_summary(tally, chosen["as_json"])
    if tally.rejects:
        raise SystemExit(4)


def _check_outputs(chosen: dict[str, Any]) -> None:
    from etl.errors import UsageError
    from etl.writers import check_output

    for name in ("pairs", "clusters"):
        if chosen[name] and not chosen[name].endswith(".jsonl"):
            raise UsageError(f"--{name}", f"'{chosen[name]}' does not end in .jsonl", "Name a file of JSON lines.")
    for output in filter(None, (chosen["output"], chosen["pairs"], chosen["clusters"])):
        check_output(output, chosen["force"])


@contextmanager
def _deduplicated(inputs: Sequence[str], chosen: dict[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Run the path of clean records into a folder of parts, and hold the index until they are delivered."""
    from etl.deduplicate import deduplicate
    from etl.engines.local import LocalEngine
    from etl.readers import Reading, find, spool
    from etl.stages import holding_index
    from etl.writers import workplace

    reading = Reading(format=None, text_field=chosen["text_field"])
    with workplace(chosen["output"]) as work:
        sources, _ = find(inputs, reading, spool(Path(work) / "stdin") if "-" in inputs else None)
        job = _job(work, reading, chosen)
        with holding_index(job):
            with LocalEngine(chosen["jobs"]) as engine:
                tally = deduplicate(job, sources, engine)
            yield job, tally, sources


def _job(work: str, reading: "Reading", chosen: dict[str, Any]) -> "Job":
    from etl.stages import Copying, Job
    from etl.writers import part_suffix

    named = {name: chosen[name] for name in ("threshold", "numbers", "action", "shingles", "unit", "keep")}
    return Job(
        work,
        reading=reading,
        copying=Copying(**named),
        added=options.time_added(""),
        suffix=part_suffix(chosen["output"]),
        memory=options.memory(chosen["memory"]),
        index=chosen["index"],
    )


def _write_pairs(job: "Job", pairs: str, clusters: str) -> None:
    from etl.deduplicate import clustered
    from etl.readers.records import read_records
    from etl.stages.records import Pair

    found = Path(job.work) / "pairs"
    if pairs:
        _write(Path(pairs), read_records(found, Pair))
    if clusters:
        _write(Path(clusters), clustered(read_records(found, Pair)))


def _write(target: Path, lines: Iterable[object]) -> None:
    from etl.writers import atomic, line_writer

    with atomic(target) as temporary, line_writer(temporary) as write:
        write(lines)


def _say_summary(tally: "Tally", as_json: bool) -> None:
    import msgspec

    if as_json:
        say(msgspec.json.encode(tally).decode())
        return
    copies = dict(tally.kinds).get("duplicate", 0)
    share = copies / tally.documents if tally.documents else 0.0
    said = "1 copy" if copies == 1 else f"{copies:,} copies"
    say(f"{number(tally.documents, 'record')}: {said} ({share:.1%})")
    if tally.rejects:
        say(f"{tally.rejects:,} could not be read; they are in the rejects", fg="yellow")
