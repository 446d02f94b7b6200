"""copydesk.toml, or [tool.copydesk] in pyproject.toml, searched upward: defaults for options, and changes to rules.

A config chooses the rules, and it is used without being named. So a config that another user may have written is not
used, and no config can choose where output is written.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from glob import escape
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Struct, structs

from etl.dedup.settings import Action, Copies, Keep, Numbers, Scope
from etl.errors import PackError
from etl.packs import Profile
from etl.packs.load import known_scopes
from etl.packs.locations import did_you_mean, place
from etl.packs.schema_errors import Guide, header_lines, read_toml, shape_error
from etl.record import OptionalFields, Structure
from etl.rules.matching.exceptions import Override, RuleException

# The names of configs, in the order in which they are tried in a folder.
NAMES = ("copydesk.toml", "pyproject.toml")
# Options that only the command line and variables can set: nothing is written to a place that the user did not name.
NOT_FOR_CONFIGS = ("output", "force", "pairs", "clusters", "report", "out", "format")
# Options that name files. In a config, their paths are relative to its folder.
PATHS = ("rules", "index", "work", "baseline")
# Limits of `check`: an array of tables, which `check` reads.
THRESHOLD = "threshold"
# The tables of changes to rules, each an array; all other tables are options of commands.
CHANGES: Mapping[str, type[RuleException] | type[Override]] = {"exception": RuleException, "override": Override}
WAYS_OUT = {
    "reason": "Say why, for readers of the file.",
    "until": "Say on which day it ends, such as until = 2027-06-30.  It can be renewed.",
    "line": "Give the text of the line, or the first digits of its line_sha256 in the audit.",
    "rule": "Name the rule, or a pattern of rules: 'core/*'.",
    "confidence": "Say how certain the rule is: certain, likely or guess.",
}


class Change(Struct, frozen=True):
    """An exception or override with its place, so that its author can renew it."""

    place: str
    change: RuleException | Override

    @property
    def kind(self) -> str:
        """The name of its table."""
        return next(name for name, kind in CHANGES.items() if isinstance(self.change, kind))


class CleanOptions(Struct, frozen=True, rename="kebab"):
    """The options of [common] and [clean] that affect how documents are read and cleaned, for the Python API."""

    rules: list[str] = []
    only_rules: bool = False
    select: str | list[str] = []
    ignore: str | list[str] = []
    profile: Profile = "standard"
    repair: Literal["sure", "risky"] = "sure"
    detect: bool = True
    publisher: str = ""
    encoding: str = ""
    text_field: str = ""
    html_field: str = ""
    dedup: Scope | None = None
    threshold: Annotated[float, msgspec.Meta(ge=0.3, le=1)] = 0.7
    numbers: Numbers = "same"
    copies: Copies = "similar"
    keep: Keep = "first"
    dedup_action: Action = "drop"
    captions: bool = False
    structure: Structure = "none"
    links: bool = False

    def fields(self) -> OptionalFields:
        """Return the optional fields of records that are wanted."""
        return OptionalFields(self.captions, self.structure)


class Config(Struct, frozen=True):
    """The nearest config: its path ("" if there is none), options by command, and changes to rules.

    `refused` are nearer configs that are not used, each with the reason.  `thresholds` are tables with their lines.
    """

    path: str = ""
    options: Mapping[str, Mapping[str, Any]] = {}
    changes: tuple[Change, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    thresholds: tuple[tuple[int, Mapping[str, Any]], ...] = ()

    def clean_options(self) -> "CleanOptions":
        """Return the options of [common], overridden by those of [clean]. Raises PackError for a wrong value."""
        found: dict[str, Any] = {}
        for section in ("common", "clean"):
            found |= self.options.get(section, {})
        try:
            chosen = msgspec.convert(found, CleanOptions)
        except msgspec.ValidationError as error:
            fault, _, path = str(error).partition(" - at `$.")
            key = path.rstrip("`").partition("[")[0]
            raise PackError(place(self.path, 1, key), f"'{key}': {fault}", "See docs/reference.md.") from None
        return structs.replace(chosen, rules=[self.located(path) for path in chosen.rules])

    def located(self, path: str) -> str:
        """Return a path of the config, resolved from the folder of the config."""
        folder = Path(self.path).parent
        return path if not path or folder == Path.cwd() else str(folder / path)

    def exceptions(self, today: date) -> tuple[RuleException, ...]:
        """Return the exceptions that have not ended, one for each form of the path of its source."""
        changes = (one.change for one in self.changes)
        found = (one for one in changes if isinstance(one, RuleException) and one.until >= today)
        return tuple(structs.replace(one, source=source) for one in found for source in self._sources(one.source))

    def _sources(self, source: str) -> Iterable[str]:
        """Return the source of an exception as written, and resolved from the folder of the config.

        A command may run in another folder, or get complete paths.
        """
        if source.startswith("*") or Path(source).is_absolute() or "://" in source:
            return (source,)
        whole = str(Path(escape(str(Path(self.path).absolute().parent)), source))
        return dict.fromkeys((source, whole, os.path.relpath(whole, escape(str(Path.cwd())))))

    def overrides(self, today: date) -> tuple[Override, ...]:
        """Return the overrides that have not ended."""
        changes = (one.change for one in self.changes)
        return tuple(one for one in changes if isinstance(one, Override) and one.until >= today)

    def ended(self, today: date) -> tuple[Change, ...]:
        """Return the exceptions and overrides that have ended."""
        return tuple(one for one in self.changes if one.change.until < today)


def read_config(folder: Path) -> Config:
    """Read the nearest config, from a folder upward to the root of its repository, or to the user's home.

    Raises PackError if it is not TOML, not tables, or a change to a rule has not the shape of one.
    """
    refused: list[tuple[str, str]] = []
    for parent in (folder, *folder.parents):
        for path in (parent / name for name in NAMES if _is_file(parent / name)):
            reason = _distrusted(path)
            found = _table(path) if not reason else _glimpse(path)
            if found is not None and reason:
                refused.append((str(path), reason))
            elif found is not None:
                return structs.replace(_config(path, found), refused=tuple(refused))
        if os.path.lexists(parent / ".git") or str(parent) == os.path.expanduser("~"):  # noqa: PTH111  # never raises
            break
    return Config(refused=tuple(refused))


def named_config(path: Path) -> Config:
    """Read the config that the user names, without checking its owner.

    Raises PackError as `read_config` does, and if it cannot be read or holds nothing for copydesk.
    """
    found = _table(path)
    if found is None:
        raise PackError(str(path), "has no table [tool.copydesk]", "Name a file that has one, or a copydesk.toml.")
    return _config(path, found)


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _distrusted(path: Path) -> str:
    """Return why a config that was found is not used; "" if only this user or root can have written it."""
    for one, what in ((path, "it"), (path.parent, "its folder")):
        status = one.stat()
        if status.st_uid not in (os.geteuid(), 0):
            return f"{what} belongs to another user"
        is_group_own = _is_own_group(status.st_gid) and not _has_acl(one)
        if status.st_mode & stat.S_IWOTH or (status.st_mode & stat.S_IWGRP and not is_group_own):
            return f"other users may write to {what}"
    return ""


def _has_acl(path: Path) -> bool:
    """Return true if a file has an access control list: its group bits then hold for all users in the list."""
    try:
        return "system.posix_acl_access" in os.listxattr(path)
    except (OSError, AttributeError):  # a disk or a system without access control lists
        return False


def _is_own_group(number: int) -> bool:
    """Return true for a group whose only member is this user. Most systems make such a group for each user."""
    import grp
    import pwd

    try:
        group, user = grp.getgrgid(number), pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return group.gr_gid == user.pw_gid and group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}


def _tables(path: Path) -> tuple[str, ...]:
    """Return the names of the tables that contain the config in a file."""
    return ("tool", "copydesk") if path.name == "pyproject.toml" else ()


def _table(path: Path) -> Mapping[str, Any] | None:
    """Return the config in a file; None for a pyproject.toml without a config, or one that is broken."""
    tables = _tables(path)
    try:
        found: Any = read_toml(path)
    except PackError:
        if tables:
            return None
        raise
    for name in tables:
        found = found.get(name) if isinstance(found, dict) else None
    if found is not None and not isinstance(found, dict):
        raise PackError(str(path), "'tool.copydesk' is not a table", "Write it [tool.copydesk.clean].")
    return found


def _glimpse(path: Path) -> Mapping[str, Any] | None:
    """Return what a file that is not used would set, or try to set; None for a pyproject.toml of other tools."""
    try:
        return _table(path)
    except PackError:
        return {}


def _config(path: Path, found: Mapping[str, Any]) -> Config:
    options = {name: value for name, value in found.items() if name not in (*CHANGES, THRESHOLD)}
    for name, value in options.items():
        if not isinstance(value, dict):
            known = (*CHANGES, THRESHOLD)
            fault = "is not a known list of tables" if isinstance(value, list) else "is outside of a table"
            way_out = did_you_mean(name, known) or "Write it into the table of a command, such as [clean]."
            raise PackError(place(path, 1, name), f"'{name}' {fault}", way_out)
    changes = [change for name in CHANGES for change in _changes(path, name, found)]
    return Config(str(path), options, tuple(changes), thresholds=tuple(_located(path, THRESHOLD, found)))


def _located(path: Path, name: str, found: Mapping[str, Any]) -> Iterator[tuple[int, Any]]:
    """Yield the tables of an array, each with the line of its header."""
    entries = found.get(name, [])
    if not isinstance(entries, list):
        way_out = f"Write [[{name}]] instead of [{name}]: it is a list of tables."
        raise PackError(place(path, 1, name), f"'{name}' is a single table", way_out)
    lines = header_lines(path, ".".join((*_tables(path), name)))
    yield from zip_longest(lines[: len(entries)], entries, fillvalue=1)


def _changes(path: Path, name: str, found: Mapping[str, Any]) -> Iterator[Change]:
    for line, entry in _located(path, name, found):
        try:
            change = msgspec.convert(entry, CHANGES[name])
        except msgspec.ValidationError as error:
            guide = Guide((CHANGES[name],), WAYS_OUT, "docs/how-to.md")
            raise shape_error(path, line, str(error), guide) from None
        if isinstance(change, RuleException):
            _check(change, path, line)
        yield Change(f"{path}:{line}", change)


def _check(exception: RuleException, path: Path, line: int) -> None:
    """Raise PackError for an exception that would match every line, or none."""
    if exception == RuleException(reason=exception.reason, until=exception.until):
        fault = "this exception has no rule, source, publisher or line"
        raise PackError(f"{path}:{line}:1", fault, "Give at least one of them, to say which lines are kept.")
    name = exception.publisher
    if name and name not in known_scopes():
        fault = f"'publisher' names '{name}', which is not in publishers.jsonl"
        raise PackError(place(path, line, "publisher"), fault, did_you_mean(name, known_scopes()))
