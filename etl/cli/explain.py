"""`copydesk explain`: what happened to one line, and what every rule thought of it."""

from typing import Any

import click

from etl.cli import options
from etl.cli.options import GroupedCommand, option
from etl.cli.terminal import visible
from etl.errors import UsageError


@click.command(cls=GroupedCommand)
@click.argument("place", metavar="FILE:LINE", required=False)
@option("Input", "--text", metavar="TEXT", help="Explain the repair of this text instead, step by step.")
@options.reading_options
@options.rule_options
@options.dedup_options
def explain(place: str | None, text: str | None, **chosen: Any) -> None:
    """Say what happened to a line, and what every rule thought of it.

    \b
    Examples:
      copydesk explain samples/another-belarus.txt:55
      copydesk explain articles.jsonl:12:3        line 3 of the text of record 12
      copydesk explain --text 'Belarusâ€™ president don?t'

    LINE is the line of the input; for HTML, of its text as the audit counts it.
    """
    from etl.explain import explain_line, explain_text

    reading, selection, settings = options.reading(chosen), options.selection(chosen), options.dedup_settings(chosen)
    if text is not None:
        words = explain_text(text, selection)
    elif place:
        words = explain_line(*parse_place(place), reading, selection, settings)
    else:
        raise UsageError("", "there is nothing to explain", "Give FILE:LINE, or --text.")
    for said in words:
        click.echo(visible(said))


def parse_place(place: str) -> tuple[str, int, int]:
    """FILE:LINE or FILE:RECORD:LINE -> path, row, line.  Raises UsageError."""
    parts = place.split(":")
    numbers = [part for part in parts[-2:] if part.isdigit()]
    if not parts[-1].isdigit():
        raise UsageError(place, "names no line", "Write FILE:LINE, such as page.txt:12.")
    if len(parts) > 2 and len(numbers) == 2:
        return ":".join(parts[:-2]), int(parts[-2]), int(parts[-1])
    return ":".join(parts[:-1]), 1, int(parts[-1])
