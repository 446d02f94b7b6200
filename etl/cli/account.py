"""`copydesk restore` and `copydesk stats`, which read articles and their audit."""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from filecmp import cmp
from hashlib import blake2b
from itertools import chain, groupby
from pathlib import Path, PurePosixPath
from typing import Any

import click

from etl.audit import BOOKED_NOTHING
from etl.cli import options
from etl.cli.command import GroupedCommand, option
from etl.cli.terminal import table, to_json, visible
from etl.cli.types import Target
from etl.errors import UsageError
from etl.formats import SUFFIXES
from etl.formats.input_files import suffix_of
from etl.formats.own_files import RESTORED
from etl.formats.own_records import begins, fact, read_outputs
from etl.pipeline.workspace import scratch_folder
from etl.restoration import AuditedDocument, Restored, articles_of, find_audit, read_audit
from etl.restoration import restore as restored_documents
from etl.shapes import identity
from etl.writers import atomic, check_regular, to_lines

# Bytes.  A longer file name is shortened, and gets a hash.
MAX_NAME_BYTES = 240
# Nested folders.  The standard library cannot remove deeper ones.
MAX_FOLDERS = 100


@click.command(cls=GroupedCommand)
@options.articles_argument
@option(
    "Output",
    "-o",
    "--output",
    type=Target(),
    default="",
    metavar="PATH",
    help="A file for one input, or a folder for several.  [default: stdout]",
)
@option("Output", "-f", "--force", is_flag=True, help="Add to a folder that exists; see above.")
@options.audit_option
@option("Input", "--path", default="", metavar="NAME", help="Rebuild only the input with this path, as in the audit.")
@option(
    "Output",
    "--as",
    "form",
    type=click.Choice(["text", "dolma"]),
    default="text",
    show_default=True,
    help="dolma: a corpus for the Dolma toolkit, with removals as attributes (spans); needs -o FOLDER.",
)
def restore(articles: Path, output: str, force: bool, audit: Path | None, path: str, form: str) -> None:
    """Rebuild the text of the input, character by character, from articles and their audit.

    \b
    Examples:
      copydesk restore clean.jsonl | cmp - page.txt
      copydesk restore cleaned/ -o back/
      copydesk restore clean.jsonl --path pages/one.txt
      copydesk restore clean.jsonl --path pages/wire.jsonl | jq -r .text
      copydesk restore clean.jsonl --as dolma -o corpus/

    For an HTML page, the text of its blocks is rebuilt.  For several inputs, give a folder: -o FOLDER/.  For one input,
    -o FILE is enough.  An input of several records is restored as JSON lines with the keys path, row, record and text.
    An input of one record is restored as plain text.  Exits with 5 if articles and audit do not match.

    With --force, files are added to a folder that exists, and JSONL files of an earlier restore are replaced.  A text
    file is never replaced by another text, because nothing in it shows that copydesk wrote it.
    """
    if output and Path(output).exists():
        _check_output(Path(output), force)
        _refuse((output,), (articles, audit or find_audit(articles)))
    if form == "dolma":
        _write_corpus(articles, audit, path, output)
        return
    wanted = (one for one in restored_documents(articles, audit) if path in ("", one.path))
    first, second = next(wanted, None), next(wanted, None)
    if first is None:
        if path:
            way_out = "Write the path as it is in `origin.path` of the articles."
            raise UsageError(path, "no article has this path", way_out)
        raise UsageError(str(articles), "has no articles", "Name what `clean` wrote with -o.")
    is_folder = output.endswith("/") or (output and Path(output).is_dir())
    is_file = second is None or path or suffix_of(output) in SUFFIXES
    documents = chain([first, *([second] if second else [])], wanted)
    if output and is_file and not is_folder:
        _write_file(documents, output)
    elif output:
        _write_folder(documents, Path(output))
    elif second is None and sys.stdout.isatty():
        click.echo(visible(first.text), nl=False)
    elif second is None or path:
        sys.stdout.buffer.writelines(_body(documents))
    else:
        raise UsageError(
            str(articles), "holds more than one document", "Give -o FOLDER, or name one input with --path."
        )


@click.command(cls=GroupedCommand)
@options.articles_argument
@options.audit_option
@option(
    "Output",
    "--by",
    type=click.Choice(["rule", "kind", "publisher", "action"]),
    default="rule",
    show_default=True,
    help="What to count by.",
)
@options.json_option
def stats(articles: Path, audit: Path | None, by: str, as_json: bool) -> None:
    """Count the changes of a run: their number, their characters, and the articles that have them.

    \b
    Examples:
      copydesk stats clean.jsonl
      copydesk stats cleaned/ --by publisher --json

    The row named (kept) has the characters that did not change.  The row named (read) has all characters that were
    read.  It is the sum of the other rows.
    """
    changes, characters, touched = Counter[str](), Counter[str](), Counter[str]()
    read = 0
    for document, publishers in _documents(articles, audit, with_publishers=by == "publisher"):
        read += document.head.char_end
        seen: set[tuple[str, str]] = set()
        for entry in document.entries:
            if entry.action in BOOKED_NOTHING:
                continue
            name = publishers.get(entry.article_id, "") if by == "publisher" else str(getattr(entry, by))
            changes[name] += 1
            characters[name] += len(entry.before) + len(entry.gap)
            seen.add((name, entry.article_id))
        touched.update(name for name, _ in seen)
    rows = [(count, characters[name], touched[name], name or "(unknown)") for name, count in changes.most_common()]
    heads = ("changes", "characters", "articles", by)
    if as_json:
        click.echo(to_json([dict(zip(heads, row, strict=True)) for row in rows]))
    else:
        totals = [("", read - characters.total(), "", "(kept)"), (changes.total(), read, "", "(read)")]
        click.echo(visible(table([heads, *rows, *totals], indent="")))


def _documents(
    articles: Path, audit: Path | None, with_publishers: bool
) -> Iterator[tuple[AuditedDocument, dict[str, str]]]:
    """Yield the documents of an audit, each with the publishers of its articles by id; one is in memory at a time."""
    records: Iterator[dict[str, Any]] = iter(())
    if with_publishers:
        records = read_outputs(articles_of(articles), dict[str, Any])
    for document in read_audit(audit or find_audit(articles)):
        found = [next(records, None) for _ in document.articles] if with_publishers else []
        known = ((identity(record), record) for record in found if record)
        yield document, {named[0]: fact(record, "publisher") for named, record in known if named}


def _check_output(path: Path, force: bool) -> None:
    """Raise UsageError if the output exists and may not be overwritten."""
    if path.is_dir() and any(path.iterdir()) and not force:
        raise UsageError(str(path), "exists already", "Give another -o, or add files to the folder with --force.")
    if not path.is_dir() and not force:
        way_out = "Give another -o.  With --force, JSON lines of an earlier restore are replaced."
        raise UsageError(str(path), "exists already", way_out)


def _refuse(targets: Iterable[str | Path], read: Iterable[str | Path]) -> None:
    """Raise UsageError if the output would replace the articles, the audit or an input, as records name it."""
    named = (one for one in read if "\0" not in str(one))  # not a possible file name
    names = {os.path.realpath(os.fsdecode(str(one).encode("utf-8", "surrogateescape"))): one for one in named}
    for target in targets:
        if (name := names.get(os.path.realpath(target))) is not None:
            raise UsageError(str(target), f"would write over the input {name}", "Give another -o.")


def _write_file(documents: Iterator[Restored], output: str) -> None:
    """Write the documents of one input into a file.  Raises UsageError if there are several inputs."""
    groups = groupby(documents, key=lambda document: document.path)
    path, group = next(groups)
    _refuse((output,), (path,))
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    with atomic(Path(output)) as temporary:
        with temporary.open("wb") as file:
            file.writelines(_body(group))
        if next(groups, None):
            way_out = f"For a folder, end its name with a slash: -o {output}/.  Or name one input with --path."
            raise UsageError(output, "is the name of a file, but there are several inputs", way_out)
        _check_replaced(temporary, Path(output))


def _check_replaced(file: Path, target: Path) -> None:
    """Raise UsageError if a file exists and is not empty, the same, or JSON lines of `restore`."""
    if not os.path.lexists(target):
        return
    check_regular(target)
    if not (begins(target, RESTORED) or cmp(file, target, shallow=False)):
        raise UsageError(str(target), "exists already, with another text", "Give another -o, or remove it yourself.")


def _write_corpus(articles: Path, audit: Path | None, path: str, output: str) -> None:
    """Write documents and attributes for Dolma into a new folder.  Raises UsageError."""
    from etl.dolma import write_corpus

    if not output:
        raise UsageError("--as dolma", "writes a folder with documents and attributes", "Give -o FOLDER.")
    if Path(output).exists() and (not Path(output).is_dir() or any(Path(output).iterdir())):
        raise UsageError(output, "exists already, and a corpus cannot hold two runs", "Give another -o.")
    with _appearing(Path(output)) as folder:
        write_corpus(articles, audit, path, folder)


def _write_folder(documents: Iterator[Restored], output: Path) -> None:
    """Write a file for each input into a folder, which appears after all inputs are verified."""
    inputs, taken = list[str](), list[Path]()
    with _appearing(output) as folder:
        for path, group in groupby(documents, key=lambda document: document.path):
            target = _place(folder, path)
            with target.open("xb") as file:
                file.writelines(_body(group))
            if output.exists():
                inputs.append(path)
                taken.append(output / target.relative_to(folder))
        _refuse(taken, inputs)


def _body(group: Iterator[Restored]) -> Iterator[bytes]:
    """Return the text of a single document, or several documents of one file as JSON lines."""
    first, second = next(group), next(group, None)
    if second is None:
        yield first.text.encode("utf-8", "surrogatepass")
    else:
        yield from (to_lines([one]) for one in chain([first, second], group))


@contextmanager
def _appearing(output: Path) -> Iterator[Path]:
    """Yield a new folder; its files are moved to the output if no error is raised.  Raises UsageError."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(output.parent) as scratch:
        folder = scratch / "new"
        folder.mkdir()
        yield folder
        if not output.exists():
            folder.rename(output)
            return
        places = {file: file.relative_to(folder) for file in sorted(folder.rglob("*")) if file.is_file()}
        for file, place in places.items():
            _check_parents(output, place)
            _check_replaced(file, output / place)
        for file, place in places.items():
            (output / place).parent.mkdir(parents=True, exist_ok=True)
            file.replace(output / place)


def _check_parents(output: Path, place: Path) -> None:
    """Raise UsageError if a parent folder is a file, or a link out of the output."""
    for parent in place.parents:
        is_link = parent != Path() and (output / parent).is_symlink()
        if is_link or (output / parent).is_file():
            raise UsageError(str(output / parent), "is not a folder", "Give another -o, or remove it.")


def _place(folder: Path, path: str) -> Path:
    """Return the path of a new file for an input, always inside the folder, even for "/etc/passwd" or "../.."."""
    named = [part for part in PurePosixPath(path).parts if part not in ("/", "//", "..", ".")] or ["stdin"]
    if len(named) > MAX_FOLDERS:  # deeper folders become one name
        named[MAX_FOLDERS:] = ["-".join(named[MAX_FOLDERS:])]
    parts = list(map(_name, named))
    place = folder
    for part in parts[:-1]:
        place = next(one for one in _variants(place, part) if one.is_dir() or not one.exists())
        place.mkdir(exist_ok=True)
    return next(one for one in _variants(place, parts[-1]) if not one.exists())


def _variants(folder: Path, name: str) -> Iterator[Path]:
    """Yield a name, then variants of it, so that two inputs never get the same name."""
    yield folder / name
    number = 2
    while True:
        yield folder / f"{name}-{number}"
        number += 1


def _name(part: str) -> str:
    """Return a part of a path as a name that every file system accepts: in UTF-8, in any locale."""
    name = part.replace("\0", "_").encode("utf-8", "replace")
    if len(name) > MAX_NAME_BYTES:
        begin = name[: MAX_NAME_BYTES - 33].decode(errors="ignore")
        name = f"{begin}-{blake2b(name, digest_size=16).hexdigest()}".encode()
    return os.fsdecode(name)
