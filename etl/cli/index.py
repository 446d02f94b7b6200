"""`copydesk index`: maintenance of an index, also by the flags of `copydesk dedup`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from etl.cli import options, settings
from etl.cli.command import GroupedCommand, option, stacked
from etl.cli.terminal import say, table, to_json, visible
from etl.cli.types import Count, Folder, Output
from etl.errors import UsageError, counted

if TYPE_CHECKING:
    from etl.index.maintenance import Size

# The group of options on an index.
INDEX = "Index"
# Settings of an index that no option changes.
FIXED = ("short_words", "short_reach")

maintenance_options = stacked(
    option(INDEX, "--stats", is_flag=True, help="Alias of `copydesk index stats DIR`; takes no INPUT."),
    option(INDEX, "--compact", is_flag=True, help="Alias of `copydesk index compact DIR`; takes no INPUT."),
    option(INDEX, "--forget", metavar="ID", help="Alias of `copydesk index forget DIR ID`; takes no INPUT."),
)
_folder = click.argument("folder", metavar="DIR", type=Folder())


@click.group()
def index() -> None:
    """Show and maintain an index of what earlier runs kept (`--index` of clean and dedup).

    \b
    Examples:
      copydesk index stats seen/
      copydesk index forget seen/ run-00007
      copydesk index export seen/ -o signatures.jsonl.zst
      copydesk index import seen/ archive/*.jsonl.zst
    """


@index.command("stats", cls=GroupedCommand)
@_folder
@options.json_option
def index_stats(folder: str, as_json: bool = False) -> None:
    """Show the size, the settings and the runs of an index.

    The first line says what the index holds now.  The table says what each run added.  `index forget` does not change
    the table.
    """
    from etl.index.maintenance import size

    held = size(folder)
    click.echo(to_json(held) if as_json else visible(_page(held)))


@index.command("compact", cls=GroupedCommand)
@_folder
def index_compact(folder: str) -> None:
    """Merge the parts of an index; remove files of killed runs."""
    from etl.index.maintenance import compact

    click.echo(_measured(compact(folder)))


@index.command("forget", cls=GroupedCommand)
@_folder
@click.argument("name", metavar="ID")
def index_forget(folder: str, name: str) -> None:
    """Remove a run, an input, a record or an article from an index.

    ID is the id of a run, the path of an input, the id of a record, or the id of an article.  `index stats` lists the
    runs.  In an article of the output, `origin.path` is the path of its input, `origin.record` the id of its record,
    and `id` the id of the article.
    """
    from etl.index.maintenance import forget

    removed = forget(folder, name)
    click.echo(f"forgotten: {counted(removed.articles, 'article')} with {counted(removed.blocks, 'paragraph')}")


@index.command("export", cls=GroupedCommand)
@_folder
@option(
    "Output",
    "-o",
    "--output",
    type=Output(),
    required=True,
    metavar="FILE",
    help="A file: .jsonl, .jsonl.gz or .jsonl.zst.",
)
@option("Output", "-f", "--force", is_flag=True, help="Overwrite an earlier export.")
def index_export(folder: str, output: str, force: bool) -> None:
    """Write the MinHash signatures of an index, for other tools.

    Each line has the `name` of a paragraph and its MinHash signature.  datasketch computes the same signature for the
    same text.

    A paragraph that `clean` kept is named article:line.  A record that `dedup` kept, or that was imported, has an ID
    (its own, or file:row if it has none).  Its first paragraph is named ID, and the others are named ID#1, ID#2 and so
    on.
    """
    from etl.formats.own_files import SIGNATURES
    from etl.formats.own_records import write_lines
    from etl.index.export import signed_blocks

    if not output.endswith((".jsonl", ".jsonl.gz", ".jsonl.zst")):
        raise UsageError(
            "--output", f"'{output}' is not a file of JSON lines", "End it in .jsonl, .jsonl.gz or .jsonl.zst."
        )
    write_lines(Path(output), signed_blocks(folder), force, SIGNATURES)


@index.command("import", cls=GroupedCommand)
@_folder
@options.inputs_argument
@options.text_field_option
@options.unit_option(help="What a record is, for a new index.  An index that exists keeps its own unit.")
@option(
    "Running", "-j", "--jobs", type=Count(1), default=1, show_default=True, metavar="N", help="Number of processes."
)
@options.memory_option
def index_import(folder: str, inputs: tuple[str, ...], **chosen: Any) -> None:
    """Add records of JSONL to an index.

    Later runs with this index then find duplicates of these records.  Only the index is written.
    """
    from etl.cli.show import MAX_REJECTS_SHOWN, reject_word
    from etl.formats import Reading, find
    from etl.lsh import add_records
    from etl.pipeline.job import Job

    reading = Reading(text_field=chosen["text_field"])
    job = Job(
        reading=reading, added=settings.time_added(""), memory=settings.size(chosen["memory"], "--memory"), index=folder
    )
    tally, rejects = add_records(job, find(inputs, reading), chosen["unit"], chosen["jobs"], MAX_REJECTS_SHOWN)
    copies = dict(tally.kinds).get("duplicate", 0)
    click.echo(f"{counted(tally.documents, 'record')}: {tally.documents - copies:,} new, {copies:,} already there")
    if tally.rejects:
        say(f"{counted(tally.rejects, 'record')} could not be read:")
        for line in rejects:
            say(reject_word(line))
        raise SystemExit(4)


def maintain(inputs: tuple[str, ...], chosen: dict[str, Any]) -> None:
    """Run the maintenance that flags of `dedup` ask for.  Raises UsageError.

    Options of a run on the command line are refused; those of copydesk.toml are ignored.
    """
    if not chosen["index"]:
        raise UsageError("--index", "is missing", "Name the folder of the index.")
    for name in (*inputs, *_options_of_a_run()):
        raise UsageError(name, "has no effect with --stats, --compact or --forget", "Leave it out.")
    context = click.get_current_context()
    if chosen["forget"] is not None:
        context.invoke(index_forget, folder=chosen["index"], name=chosen["forget"])
    if chosen["compact"]:
        context.invoke(index_compact, folder=chosen["index"])
    if chosen["stats"]:
        context.invoke(index_stats, folder=chosen["index"])


def _options_of_a_run() -> list[str]:
    """Return the options on the command line that are not of the group "Index"."""
    context = click.get_current_context()
    return [
        option.opts[-1]
        for option in context.command.params
        if context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE
        and getattr(option, "group", INDEX) != INDEX
    ]


def _measured(held: "Size") -> str:
    paragraphs, parts = counted(held.blocks, "paragraph"), counted(len(held.manifest.parts), "part")
    counts = f"{paragraphs}, {parts}, {counted(held.bytes, 'byte')}"
    return f"{counts}, {held.bytes // held.blocks:,} a paragraph" if held.blocks else counts


def _page(held: "Size") -> str:
    """Return the page of `index stats`: size, versions, settings, runs."""
    from msgspec import structs

    from etl.dedup.settings import INDEX_SETTINGS

    manifest = held.manifest
    values = structs.asdict(manifest.settings)
    settings = " ".join(f"--{name} {values[name]}" for name in INDEX_SETTINGS if name not in FIXED)
    near = f"with the {counted(values['short_reach'], 'paragraph')} above them in their article"
    short = f"paragraphs of fewer than {counted(values['short_words'], 'word')} are compared only {near}"
    versions = f"copydesk {manifest.copydesk}, fingerprints of version {manifest.fingerprints}"
    lines = [_measured(held), f"made by {versions}", f"settings: {settings}", short]
    if held.orphans:
        lines.append(f"{counted(held.orphans, 'file')} of runs that were killed; `copydesk index compact` removes them")
    runs = [(run.id, run.added, run.articles, run.blocks) for run in manifest.runs]
    head = ("run", "added", "articles added", "paragraphs added")
    return "\n".join([*lines, table([head, *runs])] if runs else lines)
