"""The group of commands, and the only place where errors become messages and exit codes."""

import atexit
import io
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from etl import __version__
from etl.cli.command import ANYWHERE, CORRECT_VALUE, FOLLOWS, option
from etl.cli.streams import guarded_output
from etl.cli.terminal import printable, say
from etl.errors import CopydeskError, MachineError, PackError, PipeClosed, Terminated, UsageError, of_system
from etl.processes import ENDING_SIGNALS, MIN_ADDRESS_SPACE, address_space, collect_seldom, has_no_room

if TYPE_CHECKING:
    from etl.config import Config

# The module of each command, and its line in `copydesk --help`: a command is imported when it is run.
COMMANDS = {
    "clean": ("etl.cli.clean", "Clean documents: one JSON article per line, every change recorded."),
    "diff": ("etl.cli.clean", "Show what `clean` would change; write nothing."),
    "dedup": ("etl.cli.dedup", "Remove near-duplicate records from JSONL that is already clean."),
    "index": ("etl.cli.index", "Show and maintain an index of what earlier runs kept."),
    "check": ("etl.cli.check", "Fail if data has more faults than you allow."),
    "baseline": ("etl.cli.check", "Write, prune or show the state that `check` accepts."),
    "audit": ("etl.cli.audit", "Pick random removals for you to judge; compute an upper bound on the wrong ones."),
    "explain": ("etl.cli.explain", "Show what happened to a line, and which rules match the line."),
    "restore": ("etl.cli.account", "Rebuild the text of the input from articles and audit."),
    "stats": ("etl.cli.account", "Count the changes by rule, kind or publisher."),
    "report": ("etl.cli.report", "Make an HTML page of a run."),
    "inspect": ("etl.cli.inspect", "Page through the articles of a run in the terminal."),
    "review": ("etl.cli.review", "Judge a run in the browser; write verdicts, exceptions and rules."),
    "rules": ("etl.cli.rules", "List, show, test and write the rules."),
    "init": ("etl.cli.init", "Write a copydesk.toml to start from."),
    "schema": ("etl.cli.schema", "Print the JSON Schema of records or rule packs."),
    "completion": ("etl.cli.about", "Print the completion script for a shell."),
    "help": ("etl.cli.about", "Show the help of a command."),
}

# The file name of the importer's own code.
_IMPORTER = "<frozen importlib._bootstrap>"
# Seconds until a signal that came while the importer ran is handled again.
RETRY_SECONDS = 0.005
Handler = Callable[[int, FrameType | None], None]
# The section of a config that holds for all commands.
COMMON = "common"
# The variable by which the scripts of `copydesk completion` ask for words.
COMPLETION, SHELLS = "_COPYDESK_COMPLETE", ("bash", "zsh", "fish")


class Commands(click.Group):
    """Commands by name, each imported when it is asked for."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options of the group, wherever they stand before `--`."""
        return super().parse_args(ctx, hoisted(args))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name][0]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; if there is none, suggest one."""
        if args and args[0] not in COMMANDS and (close := get_close_matches(args[0], COMMANDS, n=1)):
            ctx.fail(f"No such command '{args[0]}'. Did you mean '{close[0]}'?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


def hoisted(args: Sequence[str]) -> list[str]:
    """Return arguments with the options of all commands first.

    >>> hoisted(["diff", "--color", "always", "a.txt", "--", "-vv"])
    ['--color', 'always', 'diff', 'a.txt', '--', '-vv']
    """
    first: list[str] = []
    rest: list[str] = []
    waiting = iter(args)
    for word in waiting:
        name, _, value = word.partition("=")
        if word == "--":
            rest += ["--", *waiting]
        elif name in ANYWHERE:
            first.append(word)
            first += islice(waiting, 1) if ANYWHERE[name] and not value else ()
        else:
            rest.append(word)
    return first + rest


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "COPYDESK"})
@click.version_option(__version__, "-V", "--version")
@option(
    "Other",
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Use colours.  [default: auto]",
)
@option(
    "Other",
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read options from this file.  [default: the nearest copydesk.toml or pyproject.toml]",
)
@option("Other", "--no-config", is_flag=True, help="Read no options from files.")
@click.option("-vv", "--traceback", is_flag=True, expose_value=False, help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, color: str, config_file: Path | None, no_config: bool) -> None:
    """Turn scraped news into clean articles, and account for every character that is removed.

    \b
    Examples:
      copydesk clean page.txt               articles to stdout, summary to stderr
      copydesk clean pages/ -o clean.jsonl  articles; audit in clean.audit.jsonl
      copydesk diff page.txt                what would be removed, by which rule
      copydesk explain page.txt:55          what happened to line 55, and why
      copydesk restore clean.jsonl          the input, rebuilt

    Every character is kept in an article, or recorded in the audit, together with the rule that changed or removed the
    character.  If kept and recorded characters do not add up to what was read, no output is written.  Defaults can be
    set in copydesk.toml, or in environment variables named COPYDESK_<COMMAND>_<OPTION>.
    """
    ctx.color = {"auto": _color_of_environment(), "always": True, "never": False}[color]
    ctx.obj = _config(config_file, no_config)
    ctx.default_map = _defaults(ctx, ctx.obj)


def _config(named: Path | None, is_unwanted: bool) -> "Config":
    """Return the config that applies, and warn of one that is not used.  Raises PackError and UsageError."""
    from etl.config import Config, named_config, read_config

    if named and is_unwanted:
        raise UsageError("--no-config", "contradicts --config", "Give one of the two.")
    if is_unwanted:
        return Config()
    try:
        config = named_config(named) if named else read_config(Path.cwd())
    except FileNotFoundError:  # the current folder was removed: there is none in it
        config = Config()
    for path, reason in config.refused:
        way_out = "Use it with --config, or give --no-config."
        say(f"{path}: is not used, since {reason}\n  {way_out}", fg="yellow")
    return config


def main() -> None:
    """Run the command line.  The exit codes are those of the README; a signal is 128 + its number."""
    collect_seldom()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's own threads: where none can be made, they send ^C
    atexit.register(_handle, ENDING_SIGNALS, signal.SIG_IGN)  # registered first, so run last
    _handle(ENDING_SIGNALS, _end)
    try:
        sys.exit(_ended())
    finally:
        leave_at_signals()
        _settle_output()


def leave_at_signals() -> None:
    """From here on, a signal ends the process at once, because no exception would be caught any more.

    At the end, Python removes our handlers, and a signal would change the exit code although everything was delivered.
    So signals are ignored from then on.
    """
    _handle((number for number in ENDING_SIGNALS if signal.getsignal(number) != _ignore), _leave)


def _handle(numbers: Iterable[signal.Signals], handler: "Handler | signal.Handlers") -> None:
    """Handle signals, except those that are ignored: with `nohup`, a run continues when the terminal is closed."""
    for number in numbers:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _ended() -> int:
    """Run the command line, and return its exit code, also after a signal or a closed pipe."""
    try:
        code = _run()
        leave_at_signals()
    except KeyboardInterrupt as ended:
        say(f"interrupted; {_left_by(ended)}")
        return 128 + signal.SIGINT
    except Terminated as ended:
        say(f"terminated; {_left_by(ended)}")
        return ended.exit_code
    except PipeClosed:  # the reader has closed the pipe
        return 0
    return code


def _left_by(ended: BaseException) -> str:
    """Return what an ended run has left: a run that is kept for `--resume` has said so in a note."""
    return next(iter(getattr(ended, "__notes__", ())), "nothing half-written is left")


def _settle_output() -> None:
    """Drop output that a standard stream refuses.

    Otherwise Python would try again at exit, and change the exit code.
    """
    for number, stream in ((1, sys.__stdout__), (2, sys.__stderr__)):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)


def _end(number: int, frame: FrameType | None) -> None:
    """End the command.  From here on, another signal changes nothing, so that the cleaning up is completed.

    While Python's importer itself runs, the signal is tried again a little later: an exception there may leave a lock
    of the importer held, and then a thread that imports a module would never end.
    """
    if _file_of(_interrupted(frame)) == _IMPORTER and hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, partial(_again, number))
        signal.setitimer(signal.ITIMER_REAL, RETRY_SECONDS)
        return
    _handle(ENDING_SIGNALS, _ignore)
    raise KeyboardInterrupt if number == signal.SIGINT else Terminated(number)


def _interrupted(frame: FrameType | None) -> FrameType | None:
    """Return the frame that a signal has interrupted, also if another one came while that was handled."""
    found = frame
    while frame:
        if frame.f_code in (_end.__code__, _again.__code__):
            found = frame.f_back
        frame = frame.f_back
    return found


def _file_of(frame: FrameType | None) -> str:
    return frame.f_code.co_filename if frame else ""


def _again(number: int, _: int, frame: FrameType | None) -> None:
    """Handle a signal again, as it is handled now."""
    handler = signal.getsignal(number)
    if callable(handler):
        handler(number, frame)


def _ignore(*_: object) -> None:
    """Do nothing.  With SIG_IGN, Python would show a traceback for a signal that came together with the first."""


def _leave(number: int, _: object) -> None:
    os._exit(128 + number)


def _run() -> int:
    try:
        with guarded_output():
            _check_room()
            _check_completion()
            result = cli.main(prog_name="copydesk", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Abort as aborted:  # click makes it of ^C, and of a prompt that gets no answer
        interrupt = aborted.__cause__
        raise interrupt if isinstance(interrupt, KeyboardInterrupt) else KeyboardInterrupt from None
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        say(shown.getvalue().rstrip())
        return error.exit_code
    except CopydeskError as error:
        _trace()
        say(f"copydesk: {error}")
        return error.exit_code
    except PipeClosed:
        raise
    except OSError as error:  # a full disk, a folder that vanished, a name too long: the system names it
        _trace()
        name = printable(error.filename) if error.filename else ""
        fault = of_system(name, error)
        say(f"copydesk: {fault}")
        return fault.exit_code
    except Exception as error:  # last resort: a bug of ours is never shown as a traceback, and never exits with 1
        _trace()
        internal = f"internal error: {type(error).__name__}: {error}\n  Please report it with what -vv shows."
        say(f"copydesk: {MachineError('', 'memory ran out') if has_no_room(error) else internal}")
        return MachineError.exit_code


def _check_room() -> None:
    """Raise MachineError for a limit of memory with which a library would end the process."""
    limit = address_space()
    if limit is not None and limit < MIN_ADDRESS_SPACE:
        fault = f"this process may have {limit >> 20} MiB of memory (ulimit -v): it needs {MIN_ADDRESS_SPACE >> 20} MiB"
        raise MachineError("", fault, "Raise the limit.")


def _check_completion() -> None:
    """Raise UsageError for a completion that was not requested by a shell."""
    asked = os.environ.get(COMPLETION, "")
    shell, _, wanted = asked.partition("_")
    words, place = os.environ.get("COMP_WORDS"), os.environ.get("COMP_CWORD")
    has_line = words is not None and place is not None and (shell == "fish" or re.fullmatch("[0-9]{1,6}", place))
    is_meant = wanted == "source" or (wanted == "complete" and has_line)
    if asked and not (shell in SHELLS and is_meant):
        raise UsageError(COMPLETION, "is not set as the completion scripts of copydesk set it", "Unset it.")


def _trace() -> None:
    """Print the traceback of an error, if `-vv` asks for it."""
    if "-vv" in sys.argv or "--traceback" in sys.argv:
        say(traceback.format_exc())


def _color_of_environment() -> bool | None:
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def _defaults(ctx: click.Context, config: "Config") -> dict[str, Any]:
    """Return the options of the config by command.  Raises PackError for an unknown one."""
    from etl.config import NOT_FOR_CONFIGS
    from etl.packs.locations import key_in_table

    known = {name: _options_of(ctx, name) for name in COMMANDS} if config.options else {}
    anywhere = {key: option for names in known.values() for key, option in names.items()}
    for name, values in config.options.items():
        if name not in (*known, COMMON):
            place = key_in_table(config.path, name, name)
            raise PackError(place, f"[{name}] is not a command", _near(name, {**COMMANDS, COMMON: ""}))
        names = anywhere if name == COMMON else known[name]
        for key, value in values.items():
            if key not in names:
                raise PackError(
                    key_in_table(config.path, name, key), f"[{name}] has no option '{key}'", _near(key, names)
                )
            if key in NOT_FOR_CONFIGS:
                fault = f"'{key}' is for the command line alone"
                raise PackError(key_in_table(config.path, name, key), fault, "Give it with each run.")
            if wanted := _wrong_type(names[key], value):
                raise PackError(key_in_table(config.path, name, key), f"'{key}' is not {wanted}", CORRECT_VALUE)
    return {name: _command_defaults(name, names, config) for name, names in known.items()}


def _wrong_type(option: click.Option, value: Any) -> str:
    """Return what type a value of a config must have, if it has another type; else "".

    The option itself checks the values of words and numbers.
    """
    if option.is_flag:
        return "" if isinstance(value, bool) else "true or false"
    words = value if option.multiple and isinstance(value, list) else [value]
    if all(isinstance(word, str) or (type(word) in (int, float) and not option.multiple) for word in words):
        return "" if "\0" not in "".join(map(str, words)) else "text: it holds the character NUL"
    return "a list of strings" if option.multiple else "a string or a number"


def _command_defaults(command: str, names: Mapping[str, click.Option], config: "Config") -> dict[str, Any]:
    """Return a command's defaults: those of [common], of the command that it follows, and its own, which override."""
    sections = (COMMON, *FOLLOWS.get(command, ()), command)
    found: dict[str, Any] = {}
    for section in sections:
        values = config.options.get(section, {})
        for key, value in values.items():
            if key in names:
                # The option parses a number as if it were on the command line.
                word = value if isinstance(value, (bool, list)) else str(value)
                listed = [word] if names[key].multiple and not isinstance(word, list) else word
                found[str(names[key].name)] = _located(config, key, listed)
    return found


def _located(config: "Config", key: str, value: Any) -> Any:
    """Return the value of an option of the config; a path is relative to the config's folder."""
    from etl.config import PATHS

    if key in PATHS and isinstance(value, str):
        return config.located(value)
    if key in PATHS and isinstance(value, list):
        return [config.located(one) if isinstance(one, str) else one for one in value]
    return value


def _options_of(ctx: click.Context, command: str) -> dict[str, click.Option]:
    """Return a command's options by their names, without the dashes."""
    found = cli.get_command(ctx, command) if isinstance(cli, click.Group) else None
    parameters = found.params if found else []
    return {
        spelling.lstrip("-"): parameter
        for parameter in parameters
        if isinstance(parameter, click.Option)
        for spelling in parameter.opts
        if spelling.startswith("--")
    }


def _near(word: str, known: Mapping[str, Any]) -> str:
    from etl.packs.locations import did_you_mean

    return did_you_mean(word, known) or f"Known are: {', '.join(known)}."
