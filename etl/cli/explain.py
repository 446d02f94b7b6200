"""`copydesk explain`: what happened to one line, and what every rule thought of it."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import click

from etl.cli import options, settings
from etl.cli.command import GroupedCommand, option
from etl.cli.terminal import as_json as to_json
from etl.cli.terminal import paged, visible
from etl.cli.types import Place
from etl.errors import UsageError
from etl.explain import LinePlace, explain_line, explain_text, words

# Days for which the exception that is proposed holds: long enough to find a better rule.
EXCEPTION_DAYS = 365
# "-:7", which would read as an option.
_STDIN_PLACE = re.compile(r"-(:\d+){1,2}")


class ExplainCommand(GroupedCommand):
    """A command that takes `-:7` for a place."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; a line of standard input is none."""
        places = [word for word in args if _STDIN_PLACE.fullmatch(word)]
        rest = [word for word in args if word not in places]
        return super().parse_args(ctx, [*rest, "--", *places] if places else rest)


@click.command(cls=ExplainCommand)
@click.argument("place", type=Place(), metavar="FILE:LINE", required=False)
@option("Input", "--text", metavar="TEXT", help="Instead, explain step by step how this text is repaired.")
@option("Output", "--json", "as_json", is_flag=True, help="Print JSON.")
@options.reading_options
@options.rule_options
@options.dedup_options
def explain(place: str | None, text: str | None, as_json: bool, **chosen: Any) -> None:
    """Show what happened to a line, and which rules match it.

    \b
    Examples:
      copydesk explain samples/another-belarus.txt:55
      copydesk explain articles.jsonl:12:3      line 3 of the text of record 12
      copydesk explain --text 'Belarusâ€™ president don?t'

    LINE is the number of a line of the input; for HTML, of its text, as in the audit.  For a line that a rule removes,
    an exception that keeps it is printed.
    """
    if text is None and not place:
        raise UsageError("", "there is nothing to explain", "Give FILE:LINE, or --text.")
    reading, selection, dedup = settings.reading(chosen), settings.selection(chosen), settings.dedup_settings(chosen)
    if text is not None:
        _show(list(explain_text(text, selection)), as_json)
        return
    until = date.fromisoformat(settings.time_added("")[:10]) + timedelta(EXCEPTION_DAYS)
    found = explain_line(parse_place(str(place)), reading, selection, dedup, until)
    if as_json:
        click.echo(to_json(found))
    else:
        _show(words(found), as_json)


def _show(said: Iterable[str], as_json: bool) -> None:
    if as_json:
        click.echo(to_json({"steps": list(said)}))
    else:
        paged(f"{visible(line)}\n" for line in said)


def parse_place(place: str) -> LinePlace:
    """Return the place that FILE:LINE or FILE:ROW:LINE names.  Raises UsageError."""
    match = re.fullmatch(r"(.+?)(?::(\d+))?:(\d+)", place, re.DOTALL)
    if not match:
        raise UsageError(place, "names no line", "Write FILE:LINE, such as page.txt:12, or FILE:ROW:LINE.")
    return LinePlace(match[1], int(match[3]), int(match[2] or 0))
