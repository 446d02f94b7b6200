"""`copydesk schema` and `copydesk completion`: what other programs need to know of this one."""

import click
import msgspec

from etl.cli.options import GroupedCommand


@click.command(cls=GroupedCommand)
@click.argument("what", type=click.Choice(["article", "audit", "reject", "rules"]))
def schema(what: str) -> None:
    """Print the JSON Schema of what copydesk writes (article, audit, reject) or reads (rules).

    \b
    Example:
      copydesk schema article > article.schema.json
    """
    from etl.audit import Entry
    from etl.pipeline.job import RejectLine
    from etl.record import Record
    from etl.rules.language import Pack

    nouns = {"article": Record, "audit": Entry, "reject": RejectLine, "rules": Pack}
    found = msgspec.json.schema(nouns[what])
    full = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"copydesk {what}, version 1", **found}
    click.echo(msgspec.json.format(msgspec.json.encode(full), indent=2))


@click.command(cls=GroupedCommand)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell.

    \b
    Example:
      copydesk completion bash > ~/.local/share/bash-completion/completions/copydesk
    """
    from click.shell_completion import get_completion_class

    from etl.cli.main import cli

    found = get_completion_class(shell)
    assert found is not None, shell
    click.echo(found(cli, {}, "copydesk", "_COPYDESK_COMPLETE").source())
