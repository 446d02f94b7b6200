"""Text for people.  Control characters from data are escaped, so they cannot move the cursor or ring the bell."""

import os
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress

import click

from etl.cli.streams import escaped

# The warnings that wait for the JSON object of a command, in the context of Click.
HELD = "etl.cli.held"
# C0 and C1 controls, and the marks that turn the direction of writing.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """Return a text with visible control characters.

    >>> visible("\\x1b[2J gone")
    '\\\\x1b[2J gone'
    """
    return _CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def to_json(value: object) -> str:
    """Return a value as JSON in one line, without a control character in it."""
    import msgspec

    return escaped(msgspec.json.encode(value).decode())


def printable(path: str | bytes | int) -> str:
    """Return a path of any bytes as text: those that are not UTF-8 as `\\xe9`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace") if not isinstance(path, int) else f"file {path}"


def one_line(text: str, width: int = 100) -> str:
    """Fit a text into one line of at most `width` characters."""
    line = visible(" ".join(text.split()))
    return line if len(line) <= width else line[: width - 1] + "…"


def table(rows: Iterable[Sequence[object]], indent: str = "  ") -> str:
    """Align rows: figures to the right, words to the left, the last column unchanged."""
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        fitted = [
            cell.rjust(width) if cell.replace(",", "").isdigit() else cell.ljust(width)
            for cell, width in zip(row, widths, strict=True)
        ]
        lines.append((indent + "  ".join(fitted)).rstrip())
    return "\n".join(lines)


def paged(texts: Iterable[str]) -> None:
    """Print texts; on a terminal through a pager, which ends by itself if they fit on the screen."""
    if not (sys.stdout.isatty() and sys.stdin is not None and sys.stdin.isatty()):
        for text in texts:
            click.echo(text, nl=False)
        return
    os.environ.setdefault("LESS", "FRX")  # as git does, unless the user has set it
    click.echo_via_pager(texts)


def warn(text: str) -> None:
    """Write a warning to standard error; if a JSON object goes there, hold the warning for its messages."""
    context = click.get_current_context(silent=True)
    held = context.meta.get(HELD) if context else None
    if held is None:
        say(text, fg="yellow")
    else:
        held.append(text)


def held_warnings() -> list[str]:
    """Return the warnings that are held, and hold none from here on."""
    context = click.get_current_context(silent=True)
    return context.meta.pop(HELD, []) if context else []


def say(text: str = "", **style: bool | str) -> None:
    """Write a message to standard error; a run continues even if standard error is closed."""
    with suppress(OSError):
        click.echo(click.style(visible(text), **style) if style else visible(text), err=True)  # type: ignore[arg-type]  # click's own names
