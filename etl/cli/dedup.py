"""`copydesk dedup`: remove near-duplicate records from JSONL that is already clean."""

import os
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.cli import options, settings
from etl.cli.command import NAME_INPUTS, GroupedCommand, option
from etl.cli.index import maintain, maintenance_options
from etl.errors import RestoreError, UsageError, counted

if TYPE_CHECKING:
    from etl.audit import Tally
    from etl.pipeline.session import Request
    from etl.pipeline.workspace import Workspace


@click.command(cls=GroupedCommand)
@click.argument("inputs", nargs=-1, type=click.Path(readable=False), metavar="[INPUT]...")
@options.output_option(".jsonl .jsonl.gz .jsonl.zst")
@option(
    "Output",
    "--audit/--no-audit",
    default=True,
    help="Write an audit of the duplicates beside the output.  [default: audit]",
)
@option("Output", "-f", "--force", is_flag=True, help="Overwrite an output that copydesk wrote.")
@option(
    "Output",
    "--pairs",
    type=click.Path(readable=False),
    default="",
    metavar="FILE",
    help="Write each duplicate, its keeper (the record that is kept in its place), and a number.  For a paragraph, the "
    "number is the similarity of the two; for an article, the share of its words that are copied.",
)
@option(
    "Output",
    "--clusters",
    type=click.Path(readable=False),
    default="",
    metavar="FILE",
    help="Write each keeper with all of its duplicates.",
)
@options.summary_options
@options.running_options
@options.resume_option
@options.finding_options
@options.show_options
@options.text_field_option
@options.unit_option(
    help="What a record is.  paragraph: one paragraph; article: paragraphs that are separated by blank lines.  Then "
    "each paragraph is compared, with --threshold.  An article is a duplicate if at least 80 % of its words (with "
    "--copies lossless: all words) are in paragraphs that are copied from one other article."
)
@options.similarity_options("shingles (see --shingles)")
@option(
    "Duplicates",
    "--shingles",
    type=click.Choice(["w3", "c5"]),
    default="w3",
    show_default=True,
    help="The shingles by which texts are compared.  w3: triples of words; c5: runs of five characters.",
)
@option(
    "Duplicates",
    "--action",
    type=click.Choice(["drop", "tag"]),
    default="drop",
    show_default=True,
    help="drop: remove duplicates; tag: keep them, and add the fields duplicate_of and similarity to every record.",
)
@options.index_option
@maintenance_options
def dedup(inputs: tuple[str, ...], **chosen: Any) -> None:
    """Remove JSONL records that duplicate another record; write the others unchanged, in their order.

    \b
    Examples:
      copydesk dedup clean.jsonl -o unique.jsonl
      copydesk dedup lines.jsonl --unit paragraph -o u.jsonl --pairs p.jsonl
      copydesk dedup 'crawl/*.jsonl' --action tag | jq -r .duplicate_of
      copydesk dedup today.jsonl -o new.jsonl --index seen/

    For each duplicate, the audit names the record that is kept in its place, and has the number of --pairs.
    A paragraph of fewer than ten words is never looked up, so a record without longer ones is no duplicate.
    """
    from etl.cli.show import index_words, reject_words, report, run_session
    from etl.formats.own_files import is_index
    from etl.pipeline.session import session

    if chosen["stats"] or chosen["compact"] or chosen["forget"] is not None:
        maintain(inputs, chosen)
        return
    if not inputs:
        raise click.MissingParameter(NAME_INPUTS, param_type="argument", param_hint="'INPUT...'")
    max_errors, is_look = chosen.pop("max_errors"), chosen.pop("show_files")
    request, engine = _request(inputs, chosen), settings.engine(chosen, chosen["jobs"])
    if is_look:
        settings.print_files(request.found, request.job.reading)
        return
    _check_outputs(request, chosen)
    index = request.job.index
    was_there = bool(index) and is_index(Path(index))
    with session(request) as one:
        outcome = run_session(one, engine, chosen["quiet"] or chosen["as_json"])
        _write_pairs(one.workspace, chosen)
        rejects = reject_words(one.workspace)
    is_empty = _duplicates(outcome.tally) == outcome.tally.documents
    report(outcome, [_summary(outcome.tally), *index_words(index, was_there, is_empty)], rejects, chosen)
    if outcome.tally.rejects > max_errors:
        raise SystemExit(4)


def _request(inputs: tuple[str, ...], chosen: dict[str, Any]) -> "Request":
    """Return the run that a user asks for.  Raises UsageError for an input that is not JSONL."""
    from etl.formats import Reading, find
    from etl.pipeline.job import Job
    from etl.pipeline.output import check_resumable, output_of
    from etl.pipeline.run import RECORDS
    from etl.pipeline.session import Request

    output, reading = output_of(chosen["output"]), settings.finding(Reading(text_field=chosen["text_field"]), chosen)
    if chosen["resume"]:
        check_resumable(output)
    if output.suffix == ".parquet":
        raise UsageError(
            output.name, "dedup writes records unchanged, as JSON lines", "Give an -o that ends in .jsonl."
        )
    job = Job(
        reading=reading,
        dedup=settings.dedup_settings(chosen | {"dedup_action": chosen["action"]}),
        added=settings.time_added(""),
        suffix=output.suffix,
        memory=settings.size(chosen["memory"], "--memory"),
        index=chosen["index"],
        shard_bytes=settings.size(chosen["shard_size"], "--shard-size"),
    )
    return Request(
        job, inputs, find(inputs, reading), output, RECORDS,
        audit=chosen["audit"], force=chosen["force"], resume=chosen["resume"], work=chosen["work"],
    )  # fmt: skip


def _check_outputs(request: "Request", chosen: dict[str, Any]) -> None:
    """Raise UsageError if two outputs have the same name, or if pairs or clusters cannot be written."""
    from etl.formats.own_files import PAIRS
    from etl.formats.own_records import check_target

    inputs = {os.path.realpath(source.path) for source in request.found.sources}
    kinds = request.output.kinds() if request.output.kind in ("file", "folder") else ()
    taken = {os.path.realpath(request.output.path(kind)): request.output.name for kind in kinds}
    for name in ("pairs", "clusters"):
        if not (given := chosen[name]):
            continue
        path = os.path.realpath(given)
        if not given.endswith(".jsonl"):
            raise UsageError(f"--{name}", f"'{given}' does not end in .jsonl", "Name a .jsonl file.")
        if path in inputs or path in taken:
            whose = "an input" if path in inputs else f"written for {taken[path]}"
            raise UsageError(f"--{name}", f"'{given}' is {whose}", "Name another file.")
        check_target(Path(given), chosen["force"] or chosen["resume"], PAIRS)
        taken[path] = f"--{name}"


def _write_pairs(workspace: "Workspace", chosen: dict[str, Any]) -> None:
    """Write pairs and clusters, unless the run that is continued has written them.  Raises UsageError."""
    from etl.formats.own_files import PAIRS
    from etl.formats.own_records import read_outputs, write_lines
    from etl.pipeline.records import Cluster, Pair, clustered

    def pairs() -> Iterator[Pair]:
        return read_outputs(Path(workspace.folder) / "pairs", Pair)

    def clusters() -> Iterator[Cluster]:
        return clustered(pairs())

    for name, noun, lines in (("pairs", Pair, pairs), ("clusters", Cluster, clusters)):
        path = Path(chosen[name] or "")
        if chosen[name] and not (chosen["resume"] and _holds(path, noun, lines())):
            write_lines(path, lines(), chosen["force"], PAIRS)


def _holds(path: Path, noun: type[Any], lines: Iterable[object]) -> bool:
    """Return true if a file exists and has these lines, and no others."""
    from etl.formats.own_records import read_outputs

    try:
        return path.exists() and all(one == other for one, other in zip_longest(read_outputs(path, noun), lines))
    except (UsageError, RestoreError):  # it has other lines, and is kept
        return False


def _duplicates(tally: "Tally") -> int:
    return dict(tally.kinds).get("duplicate", 0)


def _summary(tally: "Tally") -> str:
    copies = _duplicates(tally)
    share = copies / tally.documents if tally.documents else 0.0
    return f"{counted(tally.documents, 'record')}: {counted(copies, 'duplicate')} ({share:.1%})"
