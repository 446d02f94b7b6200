"""`copydesk dedup --index DIR --stats | --compact | --forget ID`: what is done to an index between runs."""

from typing import TYPE_CHECKING, Any

import click

from etl.cli.options import option, stacked
from etl.cli.terminal import table, visible
from etl.errors import UsageError

if TYPE_CHECKING:
    from etl.index.upkeep import Size

upkeep_options = stacked(
    option("Index", "--stats", is_flag=True, help="Say what the index holds.  These three take no INPUT."),
    option("Index", "--compact", is_flag=True, help="Make the parts of the index one; remove what killed runs left."),
    option(
        "Index",
        "--forget",
        default="",
        metavar="ID",
        help="Take a run, a source, a record or an article out of the index, as --stats or the audit calls it.",
    ),
)


def keep_up(inputs: tuple[str, ...], chosen: dict[str, Any]) -> None:
    """Do to an index what was asked, and print what came of it.  Raises UsageError."""
    from etl.index.upkeep import compact, forget, size

    if not chosen["index"]:
        raise UsageError("--index", "is missing", "Name the folder of the index.")
    if inputs:
        raise UsageError(inputs[0], "is not read with --stats, --compact or --forget", "Leave it out.")
    if chosen["forget"]:
        gone = forget(chosen["index"], chosen["forget"])
        click.echo(f"forgotten: {gone.articles:,} articles, {gone.blocks:,} blocks that they kept")
    if chosen["compact"]:
        click.echo(_measured(compact(chosen["index"])))
    if chosen["stats"]:
        click.echo(visible(_page(size(chosen["index"]))))


def _measured(held: "Size") -> str:
    each = held.bytes // max(held.blocks, 1)
    return f"{held.blocks:,} blocks, parts: {len(held.manifest.parts):,}, bytes: {held.bytes:,}, {each:,} a block"


def _page(held: "Size") -> str:
    """Write up an index: how much, made with what, by which runs."""
    from msgspec import structs

    manifest = held.manifest
    settings = ", ".join(f"{name} {value}" for name, value in structs.asdict(manifest.settings).items())
    lines = [
        _measured(held),
        f"made by copydesk {manifest.copydesk} with {settings}",
    ]
    if held.strays:
        lines.append(f"{held.strays} files are of runs that were killed; --compact removes them")
    runs = [(run.id, run.added, run.articles, "articles,", run.blocks, "blocks kept") for run in manifest.runs]
    return "\n".join([*lines, table(runs)] if runs else lines)
