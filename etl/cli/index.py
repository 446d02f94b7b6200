"""`copydesk dedup --index DIR --stats | --compact | --forget ID`: what is done to an index between runs."""

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from etl.cli.options import option, stacked
from etl.cli.terminal import number, table, visible
from etl.errors import UsageError

if TYPE_CHECKING:
    from etl.index.maintenance import Size

# The group of options on an index.
INDEX = "Index"

upkeep_options = stacked(
    option(INDEX, "--stats", is_flag=True, help="Say what the index holds.  These three take no INPUT."),
    option(INDEX, "--compact", is_flag=True, help="Make the parts of the index one; remove what killed runs left."),
    option(
        INDEX,
        "--forget",
        metavar="ID",
        help="Take a run, a source, a record or an article out of the index, as --stats or the audit calls it.",
    ),
)


def keep_up(inputs: tuple[str, ...], chosen: dict[str, Any]) -> None:
    """Do to an index what was asked, and print what came of it.  Raises UsageError.

    Of options that are for a run, those on the command line are refused; those of copydesk.toml are for other days.
    """
    from etl.index.maintenance import compact, forget, size

    if not chosen["index"]:
        raise UsageError("--index", "is missing", "Name the folder of the index.")
    for name in (*inputs, *_options_of_a_run()):
        raise UsageError(name, "is of no use with --stats, --compact or --forget", "Leave it out.")
    if chosen["forget"] is not None:
        gone = forget(chosen["index"], chosen["forget"])
        click.echo(f"forgotten: {number(gone.articles, 'article')} with {number(gone.blocks, 'block')}")
    if chosen["compact"]:
        click.echo(_measured(compact(chosen["index"])))
    if chosen["stats"]:
        click.echo(visible(_page(size(chosen["index"]))))


def _options_of_a_run() -> list[str]:
    """Give the options on the command line that are not of the group "Index"."""
    context = click.get_current_context()
    return [
        option.opts[-1]
        for option in context.command.params
        if context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE
        and getattr(option, "group", INDEX) != INDEX
    ]


def _measured(held: "Size") -> str:
    counts = f"{number(held.blocks, 'block')}, {number(len(held.manifest.parts), 'part')}, {number(held.bytes, 'byte')}"
    return f"{counts}, {held.bytes // held.blocks:,} a block" if held.blocks else counts


def _page(held: "Size") -> str:
    """Write up an index: how much, made with what, by which runs."""
    from msgspec import structs

    from etl.dedup.settings import INDEX_SETTINGS

    manifest = held.manifest
    values = structs.asdict(manifest.settings)
    settings = ", ".join(f"{name} {values[name]}" for name in INDEX_SETTINGS)
    versions = f"copydesk {manifest.copydesk}, fingerprints of version {manifest.fingerprints}"
    lines = [_measured(held), f"made by {versions}, with {settings}"]
    if held.orphans:
        lines.append(f"{number(held.orphans, 'file')} of runs that were killed; --compact removes them")
    runs = [(run.id, run.added, run.articles, "articles,", run.blocks, "blocks kept then") for run in manifest.runs]
    return "\n".join([*lines, table(runs)] if runs else lines)
