"""copydesk.toml, or [tool.copydesk] in pyproject.toml, searched upward: defaults for options, and changes to rules."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from etl.errors import PackError
from etl.packs.load import known_scopes
from etl.packs.place import did_you_mean, place
from etl.packs.shape import Guide, header_lines, read_toml, shape_error
from etl.rules.matching.exceptions import Override, RuleException

# The tables of changes to rules, each an array; all other tables are options of commands.
CHANGES: Mapping[str, type[RuleException] | type[Override]] = {"exception": RuleException, "override": Override}
WAYS_OUT = {
    "reason": "Say why; whoever finds it in a year will ask.",
    "until": "Say on which day it ends, such as until = 2027-06-30; it can be renewed.",
    "line": "Give the first digits of a line_sha256 of the audit.",
    "rule": "Name the rule, or a pattern of rules: 'core/*'.",
    "confidence": "Say how sure of it to be: certain, likely or guess.",
}


class Change(Struct, frozen=True):
    """An exception or override with its place, for who must renew it."""

    place: str
    change: RuleException | Override


class Config(Struct, frozen=True):
    """The nearest config: its path ("" if there is none), options by command, and changes to rules."""

    path: str = ""
    options: Mapping[str, Mapping[str, Any]] = {}
    changes: tuple[Change, ...] = ()

    def exceptions(self, today: date) -> tuple[RuleException, ...]:
        """The exceptions that have not ended."""
        changes = (one.change for one in self.changes)
        return tuple(one for one in changes if isinstance(one, RuleException) and one.until >= today)

    def overrides(self, today: date) -> tuple[Override, ...]:
        """The overrides that have not ended."""
        changes = (one.change for one in self.changes)
        return tuple(one for one in changes if isinstance(one, Override) and one.until >= today)

    def ended(self, today: date) -> tuple[Change, ...]:
        """What no longer holds, and stands there still."""
        return tuple(one for one in self.changes if one.change.until < today)


def read_config(folder: Path) -> Config:
    """Read the nearest config, from a folder upward.

    Raises PackError if it is not TOML, not tables, or a change to a rule has not the shape of one.
    """
    for parent in (folder, *folder.parents):
        for path, tables in ((parent / "copydesk.toml", ()), (parent / "pyproject.toml", ("tool", "copydesk"))):
            if path.is_file() and (found := _table(path, tables)) is not None:
                return _config(path, tables, found)
    return Config()


def _table(path: Path, tables: tuple[str, ...]) -> Mapping[str, Any] | None:
    try:
        found: Any = read_toml(path)
    except PackError:
        if tables:
            return None  # somebody else's pyproject.toml is theirs to mend
        raise
    for name in tables:
        found = found.get(name)
        if found is None:
            return None
    return dict(found)


def _config(path: Path, tables: tuple[str, ...], found: Mapping[str, Any]) -> Config:
    options = {name: value for name, value in found.items() if name not in CHANGES}
    for name, value in options.items():
        if not isinstance(value, dict):
            way_out = did_you_mean(name, CHANGES) or f"Write it under its command: [clean] {name} = …"
            raise PackError(place(path, 1, name), f"'{name}' is no table of options", way_out)
    changes = [change for name in CHANGES for change in _changes(path, tables, name, found.get(name, []))]
    return Config(str(path), options, tuple(changes))


def _changes(path: Path, tables: tuple[str, ...], name: str, entries: Any) -> Iterator[Change]:
    if not isinstance(entries, list):
        raise PackError(place(path, 1, name), f"'{name}' is one table", f"Write it [[{name}]]: there may be several.")
    lines = header_lines(path, ".".join((*tables, name)))
    for line, entry in zip_longest(lines[: len(entries)], entries, fillvalue=1):
        try:
            change = msgspec.convert(entry, CHANGES[name])
        except msgspec.ValidationError as error:
            guide = Guide((CHANGES[name],), WAYS_OUT, "docs/how-to.md")
            raise shape_error(path, line, str(error), guide) from None
        if isinstance(change, RuleException):
            _check(change, path, line)
        yield Change(f"{path}:{line}", change)


def _check(exception: RuleException, path: Path, line: int) -> None:
    """Refuse an exception that would hold for every line, or for none."""
    if exception == RuleException(reason=exception.reason, until=exception.until):
        fault = "names neither rule, source, publisher nor line"
        raise PackError(f"{path}:{line}:1", f"this exception {fault}", "Say which lines to keep.")
    name = exception.publisher
    if name and name not in known_scopes():
        fault = f"'publisher' names '{name}', which is not in publishers.jsonl"
        raise PackError(place(path, line, "publisher"), fault, did_you_mean(name, known_scopes()))
