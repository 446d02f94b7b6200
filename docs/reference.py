"""Write docs/reference.md from the help pages: `python docs/reference.py`.  A test says when it is stale."""

from collections.abc import Iterator
from pathlib import Path

import click

from etl.cli.main import cli
from etl.cli.schema import ARTICLE, AUDIT, ORIGIN, REJECT

TERMS = """\
The *decoded text* of a document is its text before copydesk changes anything. For an HTML page, it is the text of its
blocks, without tags. A *block* is a paragraph of a text, or the text of one element of an HTML page."""
TABLES = {"Article": ARTICLE, "Origin of an article": ORIGIN, "Audit entry": AUDIT, "Reject": REJECT}


def reference() -> str:
    """Return the reference: every command with its help page."""
    pages = [
        f"## {name}\n\n```\n{page.rstrip()}\n```\n"
        for name, page in _pages(cli, click.Context(cli, info_name="copydesk", **cli.context_settings))
    ]
    origin = "`python docs/reference.py` makes this page from the help pages and `etl/cli/schema.py`."
    return f"# Reference\n\n{origin} The [fields](#fields) of the output are at the end.\n\n" + "\n".join(
        [*pages, *_fields()]
    )


def _fields() -> Iterator[str]:
    yield f"## Fields\n\n{TERMS}\n"
    for name, described in TABLES.items():
        rows = [f"| `{field}` | {text} |" for field, text in described.items()]
        yield "\n".join([f"### {name}\n", "| field | meaning |", "|---|---|", *rows, ""])


def _pages(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    context.terminal_width = 100
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child:
                yield from _pages(child, click.Context(child, parent=context, info_name=name))


if __name__ == "__main__":
    Path(__file__).with_suffix(".md").write_text(reference(), encoding="utf-8")
