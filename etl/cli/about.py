"""`copydesk completion` and `copydesk help`."""

import click
from click.shell_completion import CompletionItem, get_completion_class

from etl.cli.command import GroupedCommand
from etl.cli.main import COMPLETION, SHELLS, cli

# Bash splits `--from=html` into three words, but click expects one.  These lines of the script join such words again.
BASH_WORDS = 'COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD'
JOINED_WORDS = 'COMP_WORDS="${words[*]}" COMP_CWORD=$at'
BASH_START = "    local response\n"
JOIN_WORDS = r"""    local response words=() at=0 place
    for ((place = 0; place < ${#COMP_WORDS[@]}; place++)); do
        if ((place > 1)) && [[ ${COMP_WORDS[place]} == "=" || ${COMP_WORDS[place - 1]} == "=" ]]; then
            words[${#words[@]} - 1]+=${COMP_WORDS[place]}
        else
            words+=("${COMP_WORDS[place]}")
        fi
        ((place == COMP_CWORD)) && at=$((${#words[@]} - 1))
    done
"""


def _complete_commands(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the commands with this beginning, below the commands that stand before it."""
    context = ctx.find_root()
    for name in ctx.params.get("names") or ():
        found = context.command.get_command(context, name) if isinstance(context.command, click.Group) else None
        if found is None:
            return []
        context = click.Context(found, info_name=name, parent=context)
    if not isinstance(context.command, click.Group):
        return []
    return [CompletionItem(name) for name in context.command.list_commands(context) if name.startswith(incomplete)]


@click.command(cls=GroupedCommand)
@click.argument("names", nargs=-1, metavar="[COMMAND]...", shell_complete=_complete_commands)
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
    found = get_completion_class(shell)
    assert found is not None, shell
    script = found(cli, {}, "copydesk", COMPLETION).source()
    if shell == "bash":
        script = script.replace(BASH_START, JOIN_WORDS).replace(BASH_WORDS, JOINED_WORDS)
    click.echo(script)
