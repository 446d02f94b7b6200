"""Commands: options under headings, errors that name the place of a wrong value, and contradictions of options."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from etl.cli.terminal import HELD, held_warnings, say, visible, warn
from etl.errors import PackError, UsageError

if TYPE_CHECKING:
    from etl.config import Config

Command = TypeVar("Command", bound=Callable[..., Any])

# Parameters that name files, whose names may have bytes that are not UTF-8.  Names of rules and of an index are hashed
# as text, so they must be UTF-8.
OF_ANY_BYTES = ("inputs", "output", "work", "pairs", "clusters", "path", "place")
# Two options that contradict each other on the command line, and the reason.  If a value is given, only this value of
# the first one contradicts.
CONTRADICTIONS: tuple[tuple[str, str | bool, tuple[str, ...], str], ...] = (
    ("quiet", True, ("verbose",), "one asks for less output, the other for more"),
    ("dry_run", True, ("output", "resume"), "a dry run writes nothing"),
    ("text_field", "", ("html_field",), "a record is read by one field"),
    ("text", "", ("place",), "one line is explained at a time"),
    (
        "dedup",
        "off",
        ("index", "threshold", "numbers", "copies", "keep", "dedup_action"),
        "no duplicates are looked for",
    ),
)
# Groups of options that come last on a help page.
LAST_GROUPS = {"Running": 1, "Other": 2}
SHOW_SETTINGS = "--show-settings"
NAME_INPUTS = "Name files or folders, or - for standard input."
CORRECT_VALUE = "Correct the value, or remove the key."
# Commands that show what another command would do.  The config and the variables of that command also apply to them.
FOLLOWS = {"diff": ("clean",), "explain": ("clean",), "check": ("clean",), "baseline": ("clean", "check")}
# Commands whose --json is one object on stderr, with all messages in it.
JSON_ON_STDERR = ("clean", "diff", "dedup", "check")
# Options of all commands, which may be anywhere on the command line; true if a value follows.
ANYWHERE = {"--color": True, "--config": True} | dict.fromkeys(
    ("--no-config", "-vv", "--traceback", "-V", "--version"), False
)
OF_ALL_COMMANDS = "All commands also take --color, --config FILE, --no-config and -vv (see copydesk --help)."


class GroupedOption(click.Option):
    """An option that stands under a heading of the help page."""

    def __init__(self, *names: Any, group: str = "Other", **settings: Any) -> None:
        super().__init__(*names, **settings)
        self.group = group

    def variables(self, ctx: click.Context) -> Iterator[str]:
        """Yield the variables that can set the option: of its command, then of the commands that this one follows."""
        prefix, _, command = (ctx.auto_envvar_prefix or "").rpartition("_")
        followed = (f"{prefix}_{name.upper()}" for name in reversed(FOLLOWS.get(command.lower(), ())))
        for one in (ctx.auto_envvar_prefix or "", *followed):
            yield from (f"{one}_{_key(name)}" for name in self.opts if name.startswith("--"))

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Return the value of the first variable that is set and not empty."""
        return next((os.environ[name] for name in self.variables(ctx) if os.environ.get(name)), None)


class GroupedCommand(click.Command):
    """A command whose help shows its options in groups, and whose errors say where a wrong value stands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options.

        Raises PackError for a value of the config, UsageError for one of the environment or a contradiction, and
        click.BadParameter for others; also for a word that is not UTF-8, unless it is a path, which may have any bytes.
        """
        if SHOW_SETTINGS in args:  # it needs no input
            args = [*args, "."]
        try:
            rest = super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            known = (*(name for parameter in self.params for name in parameter.opts), *ANYWHERE)
            close = get_close_matches(error.option_name, [name for name in known if name.startswith("--")])
            raise click.NoSuchOption(error.option_name, possibilities=close or error.possibilities, ctx=ctx) from None
        except click.MissingParameter as error:
            if not error.param or error.param.name != "inputs":
                raise
            raise click.MissingParameter(NAME_INPUTS, ctx, error.param) from None
        except click.BadParameter as error:
            raise _placed(ctx, error) from None
        for parameter in self.params:
            value = ctx.params.get(str(parameter.name))
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, str) and parameter.name not in OF_ANY_BYTES and not _is_text(one):
                    raise click.BadParameter("is not UTF-8", ctx, parameter)
        if "-" in (ctx.params.get("inputs") or ()) and sys.stdin is None:
            raise click.BadParameter("standard input is closed", ctx, param_hint="'-'")
        for fault in _contradictions(ctx):
            raise click.UsageError(fault, ctx)
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, or show its settings.  Raises as `parse_args` does, for values that the command checks."""
        if ctx.params.pop("show_settings", False):
            click.echo("\n".join(settings(ctx)))
            return None
        if ctx.params.get("as_json") and ctx.info_name in JSON_ON_STDERR:
            ctx.meta[HELD] = []
        _warn_of_variables(ctx)
        try:
            return super().invoke(ctx)
        except click.BadParameter as error:
            raise _placed(ctx, error) from None
        except (UsageError, PackError) as error:
            if place := _place_in_config(ctx, error.place):
                raise type(error)(place, f"{error.place}: {error.fault}", error.way_out) from None
            raise
        finally:
            for said in held_warnings():  # in case no JSON object was written
                say(said, fg="yellow")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options by group, in the order in which groups first appear; LAST_GROUPS come last."""
        groups: dict[str, list[tuple[str, str]]] = {}
        options = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)]
        for parameter in sorted(options, key=lambda option: not isinstance(option, GroupedOption)):
            if row := parameter.get_help_record(ctx):
                groups.setdefault(getattr(parameter, "group", "Other"), []).append(row)
        for heading, rows in sorted(groups.items(), key=lambda group: LAST_GROUPS.get(group[0], 0)):
            with formatter.section(heading):
                formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names of the options that all commands have."""
        super().format_epilog(ctx, formatter)
        formatter.write_paragraph()
        formatter.write_text(OF_ALL_COMMANDS)


def option(group: str, *names: str, **settings: Any) -> Callable[[Command], Command]:
    """Declare an option under a heading."""
    return click.option(*names, cls=GroupedOption, group=group, **settings)


def stacked(*decorators: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Make one decorator of several; the first is the uppermost."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def _placed(ctx: click.Context, error: click.BadParameter) -> Exception:
    """Return an error about a value with the config or the variable from which the value came, if any."""
    hinted = (one for one in ctx.command.params if error.param_hint in one.opts)
    parameter = error.param or next(hinted, None)
    name = str(parameter.name) if parameter else ""
    source = ctx.get_parameter_source(name)
    if parameter and source is ParameterSource.DEFAULT_MAP:
        from etl.packs.locations import place

        config: Config = ctx.obj
        key = config_key(parameter)
        return PackError(place(config.path, 1, key), f"'{key}': {error.message}", CORRECT_VALUE)
    if parameter and source is ParameterSource.ENVIRONMENT:
        names = parameter.variables(ctx) if isinstance(parameter, GroupedOption) else ()
        variable = next(name for name in names if os.environ.get(name))
        return UsageError(variable, error.message, "Correct the variable, or unset it.")
    return error


def _place_in_config(ctx: click.Context, word: str) -> str:
    """Return the place where the config names a rule or a pack; "" if there is none."""
    config: Config = ctx.obj
    if found := next((one.place for one in config.changes if one.change.rule == word), ""):
        return found
    for parameter in ctx.command.params:
        name = str(parameter.name)
        value = ctx.params.get(name)
        words = value if isinstance(value, list | tuple) else [value]
        if ctx.get_parameter_source(name) is ParameterSource.DEFAULT_MAP and word and word in words:
            from etl.packs.locations import place

            return place(config.path, 1, config_key(parameter))
    return ""


def settings(ctx: click.Context) -> Iterator[str]:
    """Yield the options of a command as lines of a config, each with the source of its value.

    Options without a value, and those that a config cannot set, are comments.
    """
    from etl.config import NOT_FOR_CONFIGS

    config: Config = ctx.obj
    sources = {
        ParameterSource.DEFAULT_MAP: config.path,
        ParameterSource.ENVIRONMENT: "environment",
        ParameterSource.COMMANDLINE: "command line",
    }
    yield f"[{ctx.info_name}]"
    for parameter in ctx.command.params:
        name = str(parameter.name)
        if isinstance(parameter, click.Option) and name in ctx.params and not parameter.hidden:
            key = config_key(parameter)
            value = ctx.params[name]
            shown = visible(json.dumps(value, ensure_ascii=False)) if value is not None else ""
            mark = "# " if value is None or key in NOT_FOR_CONFIGS else ""
            source = sources.get(ctx.get_parameter_source(name) or ParameterSource.DEFAULT, "default")
            yield f"{f'{mark}{key} = {shown}'.rstrip():<40}  # {source}"


def _warn_of_variables(ctx: click.Context) -> None:
    """Warn of environment variables that look like options of the command, but are not."""
    options = [parameter for parameter in ctx.command.params if isinstance(parameter, GroupedOption)]
    known = {name for parameter in options for name in parameter.variables(ctx)}
    for name in sorted(os.environ):
        if name.startswith(f"{ctx.auto_envvar_prefix}_") and os.environ[name] and name not in known:
            close = get_close_matches(name, known, 1)
            near = f"  Did you mean {close[0]}?" if close else ""
            warn(f"{visible(name)}: {ctx.info_name} has no such option.{near}")


def _contradictions(ctx: click.Context) -> Iterator[str]:
    """Yield the contradictions among options of the command line; a value of a config contradicts nothing."""
    by_name = {str(parameter.name): parameter for parameter in ctx.command.params}
    given = {name for name in by_name if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    for first, value, others, why in CONTRADICTIONS:
        for other in others:
            is_meant = first in given and other in given and value in ("", ctx.params[first])
            if is_meant and ctx.params[other] not in (None, ()):
                shown = (
                    f"{_spelled(by_name[first])} {value}"
                    if isinstance(value, str) and value
                    else _spelled(by_name[first])
                )
                yield f"{shown} contradicts {_spelled(by_name[other])}: {why}."


def config_key(parameter: click.Parameter) -> str:
    """Return the name of an option in a config."""
    return next(one for one in parameter.opts if one.startswith("--")).lstrip("-")


def _key(spelling: str) -> str:
    """Return the part of a variable's name that stands for an option.

    >>> _key("--dedup-action")
    'DEDUP_ACTION'
    """
    return spelling.lstrip("-").replace("-", "_").upper()


def _spelled(parameter: click.Parameter) -> str:
    return parameter.opts[-1] if isinstance(parameter, click.Option) else str(parameter.metavar)


def _is_text(word: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in word)
