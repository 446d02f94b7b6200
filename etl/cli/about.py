"""`copydesk schema`, `completion` and `help`: what other programs, shells and readers need to know of this one."""

import click
import msgspec

from etl.cli.command import GroupedCommand
from etl.cli.main import COMPLETION, SHELLS, cli


@click.command(cls=GroupedCommand)
@click.argument("what", type=click.Choice(["article", "audit", "reject", "rules"]))
def schema(what: str) -> None:
    """Print the JSON Schema of what copydesk writes (article, audit, reject) or reads (rules).

    \b
    Example:
      copydesk schema article > article.schema.json
    """
    from etl.audit import Entry
    from etl.fields import ARTICLE, AUDIT, ORIGIN, REJECT
    from etl.pipeline.job import RejectLine
    from etl.record import Record
    from etl.rules.language import Pack

    nouns = {"article": Record, "audit": Entry, "reject": RejectLine, "rules": Pack}
    found = msgspec.json.schema(nouns[what])
    for noun, described in {"Record": ARTICLE, "Origin": ORIGIN, "Entry": AUDIT, "RejectLine": REJECT}.items():
        for name, field in found["$defs"].get(noun, {}).get("properties", {}).items():
            field["description"] = described[name]
    full = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"copydesk {what}, version 1", **found}
    click.echo(msgspec.json.format(msgspec.json.encode(full), indent=2))


@click.command(cls=GroupedCommand)
@click.argument("names", nargs=-1, metavar="[COMMAND]...")
@click.pass_context
def help(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Show the help of a command.

    \b
    Examples:
      copydesk help clean
      copydesk help rules new
    """
    context = ctx.find_root()
    for name in names:
        if not isinstance(context.command, click.Group):
            raise click.UsageError(f"No such command '{name}'.", context)
        _, found, _ = context.command.resolve_command(context, [name])
        assert found is not None, name
        context = click.Context(found, info_name=name, parent=context)
    click.echo(context.get_help())


@click.command(cls=GroupedCommand)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the completion script for a shell.

    \b
    Example:
      mkdir -p ~/.local/share/bash-completion/completions
      cd ~/.local/share/bash-completion/completions
      copydesk completion bash > copydesk
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None, shell
    click.echo(found(cli, {}, "copydesk", COMPLETION).source())
