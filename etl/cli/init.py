"""`copydesk init`: a config to start from, which names every option that it may set."""

import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill

import click

from etl.cli.command import GroupedCommand, GroupedOption, config_key
from etl.cli.terminal import say
from etl.errors import UsageError, in_one_line

# Groups of options of `clean` that are useful for more than one run.
GROUPS = ("Rules", "Duplicates", "Index", "Reading", "Running")
# Options of these groups that are useful for one run only.
OF_ONE_RUN = ("resume",)
# Columns of a comment.
WIDTH = 100

OPENING = """\
# Settings of copydesk for this folder and those in it.  To set an option, remove the # before it.
# Variables of the environment (COPYDESK_CLEAN_PROFILE=hard) and the command line override this file.
# `copydesk clean --show-settings` prints all values, and where each comes from.

[common]  # for all commands, except the subcommands of rules, audit and index

[clean]  # also for diff, explain, check and baseline
"""
CHANGES = """
# A line that stays although a rule removes it.  `copydesk explain FILE:LINE` prints this table for a line.
# [[exception]]
# rule = "core/read-more"
# line = "Read More"
# reason = "The name of a column"
# until = 2027-06-30
"""


@click.command(cls=GroupedCommand)
@click.argument("folder", type=click.Path(path_type=Path), default=".", required=False)
def init(folder: Path) -> None:
    """Write a copydesk.toml that names every setting, each as a comment with its default.

    The file goes into FOLDER, by default the current one.  A file that exists is never changed.

    \b
    Examples:
      copydesk init
      copydesk init crawls/
    """
    from etl.cli.clean import clean

    path = folder / "copydesk.toml"
    text = OPENING + "".join(_commented(clean)) + CHANGES
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(str(path), "exists already", "Edit it, or remove it first.") from None
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(str(folder), "is not a folder", "Name one that exists.") from None
    say(f"{in_one_line(str(path))} is written: it sets nothing yet")


def _commented(command: click.Command) -> Iterator[str]:
    """Yield the options of a command that a config may set, as comments: what each does, and its default."""
    defaults = command.make_context("clean", ["."]).params
    options = [one for one in command.params if isinstance(one, GroupedOption) and one.group in GROUPS]
    for option in sorted(options, key=lambda one: GROUPS.index(one.group)):
        key = config_key(option)
        if key not in OF_ONE_RUN and not option.hidden:
            does = fill(option.help or "", WIDTH, initial_indent="# ", subsequent_indent="# ")
            value = defaults[str(option.name)]
            yield f"\n{does}\n# {key} = {json.dumps('' if value is None else value)}\n"
