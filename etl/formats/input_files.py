"""Names on the command line -> sources: files, folders, globs, addresses in object stores, and standard input."""

import os
import re
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from glob import escape, glob, has_magic
from pathlib import Path, PurePath
from urllib.parse import unquote

from msgspec import Struct

from etl.errors import NoInput, UsageError, check_machine, in_one_line
from etl.formats.ignoring import EXCLUDED, GITIGNORE, Ignored, gitignore_fault, ignored
from etl.formats.own_files import is_index
from etl.formats.source import STDIN, Found, Reading, Source, printable
from etl.formats.stores import is_address, listed, local_path

# "s3://key:secret@bucket": credentials are not written into records.
_SECRET = re.compile(r"//[^/@]*@")
# "./a.txt" becomes "a.txt", so that ids of articles and sources of exceptions do not depend on the form of a path.
_HERE = re.compile(r"(?:\./+)+(?=[^/])")
# Some `**` one after the other: they match what one matches, but each would walk through all folders below each folder.
_SAME_DEPTH = re.compile(r"(?<![^/])(?:\*\*/+){2,}")
# The beginning of names of files that a run writes beside its output.
WORK_PREFIX = ".copydesk-"
# Folders of a table whose files are not part of it: uncommitted files would be read twice.
WORK_FOLDERS = {
    "_temporary": "it holds files that Spark has not finished",
    "_delta_log": "it is the log of a Delta table",
}
# Files that describe the data set in their folder, as `datasets` writes them.
DESCRIPTIONS = ("dataset_info.json", "dataset_dict.json", "state.json")
COMPRESSED = (".gz", ".zst", ".zstd", ".bz2", ".xz")


class _Candidate(Struct, frozen=True):
    """A path that a name stands for.  `identity` is the same for all names of one file."""

    path: str
    identity: str = ""
    fault: str = ""
    is_error: bool = False
    size: int = 0
    modified: int = 0


def find(names: Sequence[str], reading: Reading, suffixes: Sequence[str]) -> Found:
    """Resolve names to sources, in order, each file once.

    In a folder, the files with one of these suffixes are read.  Raises NoInput for a name that matches nothing.
    """
    sources: list[Source] = []
    passed_over: list[tuple[str, str]] = []
    unreadable: list[tuple[str, str]] = []
    seen: set[str] = set()
    rules = ignored(reading.exclude, reading.respects_ignore)
    for name in names:
        for found in _found(_plain(name), reading, suffixes, rules):
            shown = reading.stdin_name if found.path == STDIN and reading.stdin_name else printable(found.path)
            if found.is_error:
                unreadable.append((shown, found.fault))
            elif found.fault:
                passed_over.append((in_one_line(shown), found.fault))
            elif found.identity in seen:
                passed_over.append((in_one_line(shown), "it was named before"))
            else:
                seen.add(found.identity)
                sources.append(_source(shown, found))
    if not sources and not unreadable:
        if not passed_over:
            raise NoInput(" ".join(names), "there is no file in it", "Check the path.")
        first = f" ({len(passed_over):,} passed over; the first is {': '.join(passed_over[0])})"
        excluded = any(fault == EXCLUDED for _, fault in passed_over)
        way_out = "Leave out --exclude." if excluded else "To read such files, name them one by one."
        raise NoInput(" ".join(names), f"no file in it can be read{first}", way_out)
    return Found(tuple(sources), tuple(passed_over), tuple(unreadable))


def _plain(name: str) -> str:
    """Return a path without "./" before it, unless the rest would have another meaning."""
    plain = name[here.end() :] if (here := _HERE.match(name)) else name
    return name if plain == STDIN or is_address(plain) else plain


def suffix_of(path: str) -> str:
    """Return the suffix of a file's name, compression aside, in lower case.

    >>> suffix_of("crawl/CC-MAIN.WARC.gz"), suffix_of("README")
    ('.warc', '')
    """
    suffixes = [suffix.lower() for suffix in PurePath(path).suffixes if suffix.lower() not in COMPRESSED]
    return suffixes[-1] if suffixes else ""


def _found(name: str, reading: Reading, suffixes: Sequence[str], rules: Ignored) -> Iterator[_Candidate]:
    if is_address(name) and (local := local_path(name)) and (has_magic(name) or os.path.isdir(local)):  # noqa: PTH112  # as below
        name = local
    if name == STDIN:
        if sys.stdin and _is_output(os.fstat(0)):
            raise UsageError("standard input", _OUTPUT, "Redirect it to another file.")
        yield _Candidate(STDIN, STDIN)
    elif is_address(name):
        yield from _stored(name, reading, suffixes, Ignored(rules.excluded))
    elif os.path.isdir(name):  # noqa: PTH112  # a name too long is none, and no error
        yield from _walk(name, reading, suffixes, rules.at(name))
    elif os.path.lexists(name):
        yield _chosen(name, rules)
    elif has_magic(name) and (matches := _matches(name)):
        for match in matches:
            if isinstance(match, _Candidate):
                yield match
            elif not os.path.isdir(match):  # noqa: PTH112  # a path in a closed folder is none, and no error
                yield _chosen(match, rules)
            elif "**" not in name:  # which also matches paths in folders
                yield _Candidate(match, fault="it is a folder, and a pattern stands for files")
    else:
        fault = "no file matches" if has_magic(name) else "there is no such file or folder"
        way_out = "Check the pattern." if has_magic(name) else "Check the path."
        if name.lower().startswith(("http://", "https://")):
            fault, way_out = "copydesk does not download", "Download the page: curl -sL URL | copydesk clean -"
        raise NoInput(name, fault, way_out)


def _stored(address: str, reading: Reading, suffixes: Sequence[str], excluded: Ignored) -> Iterator[_Candidate]:
    """Yield the files of an object store, with the same choice in a folder as on disk.

    Patterns of --exclude apply from the bucket on.
    """
    for one in listed(address):
        base = one.address.partition("?")[0]
        fault = excluded.reason(unquote(base.partition("://")[2]))
        if one.address != address and not has_magic(address):
            inner = PurePath(unquote(base.removeprefix(address.partition("?")[0])))
            fault = next(filter(None, map(_fault_of_name, inner.parts)), "") or fault
            fault = fault or ("" if reading.format or suffix_of(base) in suffixes else _OTHER)
        if fault:
            yield _Candidate(one.address, fault=fault)
        else:
            yield _Candidate(one.address, one.address, size=one.size, modified=one.modified)


def _fault_of_name(name: str, is_folder: bool = True) -> str:
    """Return why a file or folder with this name is not read; "" if it is read."""
    if name.startswith(WORK_PREFIX):
        return "it is a work file of copydesk"
    if name.startswith((".", "__MACOSX")):
        return "it is hidden"
    return WORK_FOLDERS.get(name, "") if is_folder else ""


_OUTPUT = "standard output goes to it"
_OTHER = "its name does not end in a known suffix"


def _matches(pattern: str) -> list[str | _Candidate]:
    """Return the paths that a pattern matches, in order, and the folders that it would enter and that are closed.

    A pattern that is nested too deep for a path has none.
    """
    closed: dict[str, _Candidate] = {}

    def note(error: OSError) -> None:
        check_machine(error)
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            folder = Path(error.filename).as_posix()
            closed[folder] = _Candidate(folder, fault=f"cannot be opened: {error.strerror}", is_error=True)

    try:
        return [*sorted(set(_globbed(_SAME_DEPTH.sub("**/", pattern), note))), *closed.values()]
    except RecursionError:
        return []


def _globbed(pattern: str, note: Callable[[OSError], None]) -> Iterator[str]:
    """Yield the paths that a pattern matches.  `**` enters no linked folder: a link may lead back, without end.

    `note` gets the error of each folder that cannot be read, which Python's glob passes over in silence.
    """
    pattern = f"{pattern}/*" if pattern == "**" or pattern.endswith("/**") else pattern
    head, deep, tail = pattern.partition("**/")
    if not deep or (head and not head.endswith("/")):
        for part in re.finditer(r"[^/]+", pattern):
            if has_magic(part[0]):
                _try_folders(pattern[: part.start()], note)
        yield from glob(pattern)
        return
    _try_folders(head, note)
    for root in glob(head) if has_magic(head) else [head or "."]:
        for folder, folders, _ in os.walk(root, onerror=note):
            folders[:] = [name for name in folders if not name.startswith(".")]
            place = folder if head else folder.removeprefix(".").removeprefix("/")
            yield from _globbed(os.path.join(escape(place), tail), note)  # noqa: PTH118  # a path of odd bytes stays as it is


def _try_folders(pattern: str, note: Callable[[OSError], None]) -> None:
    """Open the folders that a pattern matches, and note the errors."""
    for folder in glob(pattern) if has_magic(pattern) else [pattern or "."]:
        try:
            os.scandir(folder).close()
        except OSError as error:
            note(error)


def _walk(folder: str, reading: Reading, suffixes: Sequence[str], rules: Ignored) -> Iterator[_Candidate]:
    """Yield the files below a folder, in sorted order; other files are recorded as passed over.

    Folders may be nested deeper than Python's limit of recursion.
    """
    open_folders = [_level(folder, reading, suffixes, rules)]
    while open_folders:
        found = next(open_folders[-1], None)
        if found is None:
            open_folders.pop()
        elif isinstance(found, _Candidate):
            yield found
        else:
            open_folders.append(_level(found[0], reading, suffixes, found[1]))


def _level(
    folder: str, reading: Reading, suffixes: Sequence[str], rules: Ignored
) -> Iterator[_Candidate | tuple[str, Ignored]]:
    """Yield the files and folders directly in a folder, each folder with its patterns of what is passed over."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        check_machine(error)
        yield _Candidate(folder, fault=f"cannot be opened: {error.strerror}", is_error=True)
        return
    described = DESCRIPTIONS if any(entry.name == DESCRIPTIONS[0] for entry in entries) else DESCRIPTIONS[1:2]
    for entry in entries:
        path = Path(folder, entry.name).as_posix()
        is_link = entry.is_symlink()
        is_folder = os.path.isdir(path) if is_link else entry.is_dir()  # noqa: PTH112  # a link to itself is none
        fault = gitignore_fault(path) if entry.name == GITIGNORE and reading.respects_ignore else ""
        if fault := fault or _fault_of_name(entry.name, is_folder) or rules.reason(path, is_folder):
            yield _Candidate(path, fault=fault)
        elif is_folder and is_index(Path(path)):
            yield _Candidate(path, fault="it is an index of copydesk's")
        elif is_folder and is_link:
            yield _Candidate(path, fault="it is a link to a folder")
        elif is_folder:
            yield path, rules.below(path)
        elif not reading.format and suffix_of(path) not in suffixes:
            yield _Candidate(path, fault=_OTHER)
        elif entry.name in described:
            yield _Candidate(path, fault="it describes a data set")
        else:
            yield _file(path, is_chosen=False)


def _chosen(path: str, rules: Ignored) -> _Candidate:
    """Return a file that the user names, directly or by a pattern.  It is read unless --exclude names it."""
    reason = Ignored(rules.excluded).reason(path)
    return _Candidate(path, fault=reason) if reason else _file(path)


def _file(path: str, is_chosen: bool = True) -> _Candidate:
    try:
        status = os.stat(path)  # noqa: PTH116  # a path of odd bytes stays as it is
    except OSError as error:
        return _Candidate(path, fault=f"cannot be opened: {error.strerror}", is_error=True)
    if stat.S_ISDIR(status.st_mode) or not (stat.S_ISREG(status.st_mode) or is_chosen):
        return _Candidate(path, fault="it is not a regular file")
    if _is_output(status):
        if is_chosen:
            raise UsageError(path, _OUTPUT, "Redirect it to another file.")
        return _Candidate(path, fault=_OUTPUT)
    return _Candidate(path, os.path.realpath(path))


def _is_output(status: os.stat_result) -> bool:
    """Return whether a regular file is standard output (`>> pages.jsonl`): an input never changes."""
    try:
        return stat.S_ISREG(status.st_mode) and os.path.samestat(status, os.fstat(1))
    except OSError:
        return False


def _source(name: str, found: _Candidate) -> Source:
    path = found.path
    if path == STDIN:
        return Source(name, STDIN, is_stream=True)
    if is_address(path):
        return Source(_SECRET.sub("//", name.partition("?")[0]), path, found.size, found.modified)
    try:
        status = os.stat(path)  # noqa: PTH116  # a path of odd bytes stays as it is
    except OSError:
        return Source(name, path)  # opening it causes the same error, and gives a reject
    if stat.S_ISREG(status.st_mode):
        return Source(name, path, status.st_size, status.st_mtime_ns)
    return Source(name, path, is_stream=True)
