"""Files -> values of the right shape: packs with the place of every rule, and the publishers."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from etl.errors import PackError
from etl.fold import fold
from etl.model import Publisher
from etl.packs.place import did_you_mean, place
from etl.rules import vocabulary
from etl.rules.context import Model
from etl.rules.vocabulary import Pack, PackHeader, Rule

PUBLISHERS = "publishers.toml"
CONTEXT = "context.toml"
# Tables of `rules/` that are no packs.
NO_PACKS = (PUBLISHERS, CONTEXT)

_HEADER = re.compile(r"^[ \t]*\[\[\s*rule\s*\]\]", re.MULTILINE)

# What to do about a key that is not there.
WAYS_OUT = {
    "id": "Name the rule in lower-case words with dashes.",
    "why": "Say in one sentence on what ground these lines go; it is printed with the rule.",
    "keeps": "Give at least one line that looks alike and must not be dropped.",
    "match": "Say what the rule names: match.exact, match.prefix, match.regex …",
}


class Sourced(Struct, frozen=True):
    """A rule with its full name, the version of its pack, and where it stands."""

    name: str
    version: str
    path: str
    line: int
    rule: Rule


def builtin_folder() -> Path:
    """Where the packs are: beside the package in a wheel, at the top level in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "_rules"
    return installed if installed.is_dir() else package.parent / "rules"


def builtin_packs() -> Sequence[Path]:
    """The packs that copydesk brings along, in sorted order."""
    return pack_files(builtin_folder())


@cache
def known_context() -> Model | None:
    """The model of context; None before it has been trained for the first time."""
    path = builtin_folder() / CONTEXT
    return msgspec.convert(_toml(path), Model) if path.exists() else None


@cache
def known_publishers() -> dict[str, Publisher]:
    """Publishers by folded name, alias and domain."""
    path = builtin_folder() / PUBLISHERS
    table = msgspec.convert(_toml(path), dict[str, dict[str, Any]])
    known: dict[str, Publisher] = {}
    for name, entry in table.items():
        publisher = msgspec.convert({"id": name, **entry}, Publisher)
        for key in (publisher.name, *publisher.aliases, *publisher.domains):
            known[fold(key)] = publisher
    return known


def pack_files(path: Path) -> Sequence[Path]:
    """A pack, or the packs of a folder and those below it, in sorted order.  Raises PackError if there is none."""
    if path.is_dir():
        return sorted(file for file in path.rglob("*.toml") if file.name not in NO_PACKS)
    if not path.exists():
        raise PackError(str(path), "there is no such pack", "Give a .toml file or a folder of them.")
    return [path]


def load_pack(path: Path) -> Iterator[Sourced]:
    """Read the rules of a pack, each with its place.  Raises PackError for what is no TOML or no pack."""
    for found in read_pack(path):
        if isinstance(found, PackError):
            raise found
        yield found


def read_pack(path: Path) -> Iterator[Sourced | PackError]:
    """Read the rules of a pack; in the place of one that has not the shape of a rule, what is wrong with it."""
    try:
        table = _toml(path)
    except PackError as error:
        yield error
        return
    rules = table["rule"] if isinstance(table.get("rule"), list) else []
    try:
        header = msgspec.convert({**table, "rule": []} if rules else table, Pack).pack
    except msgspec.ValidationError as error:
        yield _shape_error(path, 1, str(error))
        return
    for line, rule in zip_longest(_rule_lines(path)[: len(rules)], rules, fillvalue=1):
        yield _sourced(path, line, header, rule)


def _sourced(path: Path, line: int, header: PackHeader, table: Any) -> Sourced | PackError:
    try:
        rule = msgspec.convert(table, Rule)
    except msgspec.ValidationError as error:
        return _shape_error(path, line, str(error))
    return Sourced(f"{header.id}/{rule.id}", header.version, str(path), line, rule)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f"{path}:{found[1]}:{found[2]}" if found else str(path)
        raise PackError(where, f"is not TOML: {str(error).split(' (at ')[0]}", "Mend the syntax there.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(str(path), f"cannot be read: {error}", "Give a TOML file in UTF-8.") from None


def _rule_lines(path: Path) -> list[int]:
    """The 1-based lines of the `[[rule]]` headers; fewer than rules if some are written otherwise."""
    text = path.read_text(encoding="utf-8")
    return [text.count("\n", 0, header.end()) + 1 for header in _HEADER.finditer(text)]


def _shape_error(path: Path, line: int, fault: str) -> PackError:
    """Turn msgspec's "Object contains unknown field `excat` - at `$.match`" into a place and a way out."""
    said, _, where = fault.partition(" - at ")
    if unknown := re.search(r"unknown field `(\w+)`", said):
        key, code, fault, way_out = unknown[1], "R001", "is no key", _suggest_key(unknown[1])
    elif missing := re.search(r"missing required field `(\w+)`", said):
        key, code, fault, way_out = missing[1], "R002", "is missing", WAYS_OUT.get(missing[1], "")
    else:
        key = (re.findall(r"\.(\w+)", where) or [""])[-1]
        code, fault, way_out = "R003", f"is wrong: {said[0].lower()}{said[1:]}", "See docs/rules.md."
    return PackError(place(path, line, key), f"{code} '{key}' {fault}", way_out)


def _suggest_key(key: str) -> str:
    structs = [value for value in vars(vocabulary).values() if isinstance(value, type) and issubclass(value, Struct)]
    return did_you_mean(key, [field for struct in structs for field in struct.__struct_fields__])
