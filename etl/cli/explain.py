"""`copydesk explain`: what happened to one line, and which rules match it."""

import os
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from etl.cli import options, settings
from etl.cli.command import GroupedCommand, option
from etl.cli.terminal import paged, to_json, visible
from etl.cli.types import Place
from etl.errors import UsageError

if TYPE_CHECKING:
    from etl.explain import LinePlace

# "-:7" is a place of standard input, and not an option.
_STDIN_PLACE = re.compile(r"-(:\d+){1,2}")


class PlaceCommand(GroupedCommand):
    """A command that accepts `-:7` as a place."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; `-:7` is not one of them.  Raises click.UsageError for FILE LINE without the colon."""
        for file, line in pairwise(args):
            if line.isdecimal() and os.path.isfile(file):  # noqa: PTH113  # as in `_file_and_record`
                raise click.UsageError(f"{file} {line} is not a place.  Write {file}:{line}.", ctx)
        places = [word for word in args if _STDIN_PLACE.fullmatch(word)]
        rest = [word for word in args if word not in places]
        return super().parse_args(ctx, [*rest, "--", *places] if places else rest)


@click.command(cls=PlaceCommand)
@click.argument("place", type=Place(), metavar="FILE:LINE", required=False)
@option("Input", "--text", metavar="TEXT", help="Explain the repair of this text, step by step, instead of a line.")
@options.json_option
@options.reading_options
@options.rule_options
@options.duplicate_options
def explain(place: str | None, text: str | None, as_json: bool, **chosen: Any) -> None:
    """Show what happened to a line, and which rules match it.

    \b
    Examples:
      copydesk explain samples/another-belarus.txt:55
      copydesk explain crawl.jsonl:12:3   line 3 of the record in row 12
      copydesk explain crawl.jsonl:a77:3  line 3 of the record with the id a77
      copydesk explain --text 'Belarusâ€™ president don?t'

    LINE is the number of a line of the input, from 1.  For HTML, it is a line of the page's text, as in the audit.  In
    a file of records, the row or the id of the record stands before LINE.  A number is a row; if there is no such row,
    it is an id.  If a rule removes or cuts the line, an exception that keeps the line is printed, for copydesk.toml.
    Duplicates are looked for only in the document of the line, even with --dedup run.
    """
    from etl.explain import explain_line, explain_text, words

    if text is None and not place:
        raise UsageError("", "there is nothing to explain", "Give FILE:LINE, or --text.")
    reading, selection, dedup = settings.reading(chosen), settings.selection(chosen), settings.dedup_settings(chosen)
    if text is not None:
        _show(list(explain_text(text, selection)), as_json)
        return
    until = settings.exception_end()
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


def parse_place(place: str) -> "LinePlace":
    """Return the place that FILE:LINE, FILE:ROW:LINE or FILE:ID:LINE names.  Raises UsageError."""
    from etl.explain import LinePlace

    match = re.fullmatch(r"(.+):(\d{1,18})", place, re.DOTALL)
    if not match:
        way_out = (
            "Write FILE:LINE, such as page.txt:12, or FILE:ROW:LINE for a file of records.  `diff` shows the lines."
        )
        raise UsageError(place, "names no line", way_out)
    path, record = _file_and_record(match[1])
    return LinePlace(path, int(match[2]), record)


def _file_and_record(name: str) -> tuple[str, str]:
    """Split FILE:RECORD.  Ids and file names may contain colons: the first file that exists is used.

    >>> _file_and_record("s3://bucket/crawl.jsonl:12"), _file_and_record("-")
    (('s3://bucket/crawl.jsonl', '12'), ('-', ''))
    """
    ends = [*(found.start() for found in re.finditer(":", name)), len(name)]
    for end in ends:
        if os.path.isfile(name[:end]):  # noqa: PTH113  # Path.is_file raises for a name that is too long
            return name[:end], name[end + 1 :]
    with_row = re.fullmatch(r"(.+):(\d+)", name, re.DOTALL)
    return (with_row[1], with_row[2]) if with_row else (name, "")
