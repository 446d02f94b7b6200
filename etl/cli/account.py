"""`copydesk restore` and `copydesk stats`: what the books are good for."""

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import click
import msgspec

from etl.audit import GAP, Entry
from etl.cli.options import GroupedCommand, option
from etl.cli.terminal import table, visible
from etl.errors import UsageError
from etl.readers.records import read_records
from etl.record import Record
from etl.restore import Restored, find_audit
from etl.restore import restore as restored_documents
from etl.writers import atomic, check_output


@click.command(cls=GroupedCommand)
@click.argument("articles", type=click.Path(path_type=Path), metavar="ARTICLES")
@option(
    "Output",
    "-o",
    "--output",
    default="",
    metavar="PATH",
    help="A file, or for several documents a folder.  [default: stdout]",
)
@option("Output", "-f", "--force", is_flag=True, help="Overwrite an output that exists.")
@option("Input", "--audit", type=click.Path(path_type=Path), help="The audit.  [default: the one beside the articles]")
@option("Input", "--path", default="", metavar="NAME", help="Give back this input only, by its path in the records.")
def restore(articles: Path, output: str, force: bool, audit: Path | None, path: str) -> None:
    """Give back the decoded input, character by character, from articles and their audit.

    \b
    Examples:
      copydesk restore clean.jsonl | cmp - page.txt
      copydesk restore cleaned/ -o back/
      copydesk restore clean.jsonl --path pages/one.txt

    For HTML this is the text of its blocks.  Several inputs are restored into a folder; the records of a JSONL file
    come back as one JSONL file of row, record and text.
    """
    wanted = [one for one in restored_documents(articles, audit) if path in ("", one.path)]
    if not wanted:
        raise UsageError(path or str(articles), "no such input is in the articles" if path else "holds no articles")
    if len({one.path for one in wanted}) == 1 and len(wanted) == 1:
        _write_one(wanted[0].text, output, force)
    elif not output:
        raise UsageError(str(articles), f"holds {len(wanted)} inputs", "Give -o FOLDER, or pick one with --path.")
    else:
        _write_folder(wanted, output, force)


@click.command(cls=GroupedCommand)
@click.argument("articles", type=click.Path(path_type=Path), metavar="ARTICLES")
@option("Input", "--audit", type=click.Path(path_type=Path), help="The audit.  [default: the one beside the articles]")
@option(
    "Output",
    "--by",
    type=click.Choice(["rule", "kind", "publisher", "action"]),
    default="rule",
    show_default=True,
    help="What to count by.",
)
@option("Output", "--json", "as_json", is_flag=True, help="Print JSON.")
def stats(articles: Path, audit: Path | None, by: str, as_json: bool) -> None:
    """Count the changes of a run: how often, how many characters, in how many articles.

    \b
    Examples:
      copydesk stats clean.jsonl
      copydesk stats cleaned/ --by publisher --json
    """
    name = _naming(articles, by)
    changes, characters = Counter[str](), Counter[str]()
    touched: dict[str, set[str]] = {}
    for entry in read_records(audit or find_audit(articles), Entry):
        if entry.rule != GAP and entry.action not in ("document", "end"):
            changes[name(entry)] += 1
            characters[name(entry)] += len(entry.before)
            touched.setdefault(name(entry), set()).add(entry.article_id)
    rows = [(count, characters[key], len(touched[key]), key or "(unknown)") for key, count in changes.most_common()]
    heads = ("changes", "characters", "articles", by)
    if as_json:
        click.echo(msgspec.json.encode([dict(zip(heads, row, strict=True)) for row in rows]))
    elif rows:
        click.echo(visible(table([heads, *rows], indent="")))


def _naming(articles: Path, by: str) -> Callable[[Entry], str]:
    """A function from an account line to what it is counted under."""
    if by != "publisher":
        return lambda entry: str(getattr(entry, by))
    records: Any = read_records(articles / "articles" if articles.is_dir() else articles, Record)
    publishers = {record.id: record.publisher for record in records}
    return lambda entry: publishers.get(entry.article_id, "")


def _write_one(text: str, output: str, force: bool) -> None:
    body = text.encode()
    if not output:
        sys.stdout.buffer.write(body)
        return
    target = Path(output)
    if target.exists() and not force:
        raise UsageError(output, "exists already", "Give another -o, or overwrite it with --force.")
    with atomic(target) as temporary:
        temporary.write_bytes(body)


def _write_folder(documents: list[Restored], output: str, force: bool) -> None:
    check_output(output, force)
    by_path: dict[str, list[Restored]] = {}
    for document in documents:
        by_path.setdefault(document.path, []).append(document)
    for path, group in by_path.items():
        target = _inside(Path(output), path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with atomic(target) as temporary:
            temporary.write_bytes(_body(group))


def _body(group: list[Restored]) -> bytes:
    """One document as it was; several of one file as JSON lines."""
    if len(group) == 1:
        return group[0].text.encode()
    return b"".join(msgspec.json.encode(document) + b"\n" for document in group)


def _inside(folder: Path, path: str) -> Path:
    """A place below the folder, whatever the path says ("/etc/passwd", "../..")."""
    parts = [part for part in PurePosixPath(path).parts if part not in ("/", "..", ".")]
    return folder.joinpath(*parts or ["stdin"])
