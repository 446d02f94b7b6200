"""Files -> values of the right shape: packs with the place of every rule, and the publishers."""

import os
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product, zip_longest
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from etl.errors import PackError
from etl.fold import fold
from etl.model import Publisher
from etl.packs.schema_errors import Guide, check_file, header_lines, read_toml, shape_error
from etl.rules import language
from etl.rules.classifier.model import Classifier
from etl.rules.language import Pack, PackHeader, Rule, called
from etl.rules.regexes.fragments import written_out

if TYPE_CHECKING:
    from etl.markup.page_model import PageModel

PUBLISHERS = "publishers.jsonl"
CLASSIFIER = "classifier.json"
PAGE = "page.json"
# The file with exceptions that `copydesk review` writes beside the rules of a pack.
CONFIG = "copydesk.toml"
# The most rules of a pack.  All shipped packs together have some 1,100.  Checking 10,000 rules takes some seconds.
MAX_RULES = 10_000

# Keys with nested conditions on a block.
_OF_LOOKS = ("all", "any", "not")
# What to do about a key that is missing, or that should not be there.
WAYS_OUT = {
    "pack": "Begin the file with a [pack] table: id, version, summary.  `copydesk rules new --pack ID` writes one.",
    "id": "Write lower-case words with dashes between them, such as photo-credit.",
    "title": "Say in a few words what such lines are.",
    "kind": "Say what such lines are: caption, credit, link, notice …",
    "why": "Say in one sentence why these lines are removed.",
    "keeps": "Give at least one similar line that must stay.",
    "match": "Say what the rule matches: match.exact, match.prefix, match.regex …",
    "unless.keeps": "Give at least one line that the rule would match without `unless`.",
    "within": "Say how many blocks away the neighbour may stand: within = 3.",
    "start": 'Describe the block above: start = { exact = ["Share"] }.',
    "end": 'Describe the block below: end = { exact = ["Copy link"] }.',
    "around": "Give the labels, in order.",
} | {f"{outer}.{inner}": "all, any and not go one level deep." for outer, inner in product(_OF_LOOKS, repeat=2)}


class Sourced(Struct, frozen=True):
    """A rule with its full name, the version of its pack, and its place."""

    name: str
    version: str
    path: str
    line: int
    rule: Rule

    @property
    def called(self) -> tuple[str, ...]:
        """All full names of the rule: the present one, then the aliases."""
        return called(self.name, self.rule)

    @property
    def judges(self) -> bool:
        """Whether the rule judges articles; other rules repair a text, or keep elements of a page."""
        return self.rule.action not in ("replace", "keep")


@cache
def builtin_folder() -> Path:
    """Return the folder of the packs: inside the package in a wheel, at the top level in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "_rules"
    return installed if installed.is_dir() else package.parent / "rules"


def builtin_packs() -> Sequence[Path]:
    """Return the built-in packs, in sorted order."""
    return pack_files(builtin_folder())


@cache
def known_classifier() -> Classifier | None:
    """Return the shipped classifier; None before it has been trained for the first time."""
    path = builtin_folder() / CLASSIFIER
    return msgspec.json.decode(path.read_bytes(), type=Classifier) if path.exists() else None


@cache
def page_model() -> "PageModel":
    """Return the page model."""
    from etl.markup.page_model import PageModel  # runs without pages do not need it

    return msgspec.json.decode((builtin_folder() / PAGE).read_bytes(), type=PageModel)


@cache
def known_publishers() -> dict[str, Publisher]:
    """Return the known publishers by folded name, alias and domain."""
    publishers = msgspec.json.Decoder(Publisher).decode_lines((builtin_folder() / PUBLISHERS).read_bytes())
    named = [(key, one) for one in publishers for key in (one.name, *one.aliases, *one.domains)]
    folded = fold("\0".join(key for key, _ in named)).split("\0")  # together, in a third of the time
    return dict(zip(folded, (one for _, one in named), strict=True))


@cache
def known_scopes() -> frozenset[str]:
    """Return the ids and groups of publishers: the values of `publisher` in a rule or an exception."""
    publishers = known_publishers().values()
    return frozenset(name for one in publishers for name in (one.id, one.group) if name)


def pack_files(name: str | PathLike[str]) -> Sequence[Path]:
    """Return a pack, or all packs in a folder and below it, in sorted order.  Raises PackError if there is none.

    A config in the folder is not a pack.
    """
    path = Path(name)
    if not os.fspath(name):  # which would be the current folder
        raise PackError('""', "is no name of a pack", "Give a .toml file or a folder of them.")
    try:
        is_folder, exists = path.is_dir(), path.exists()
        files = sorted(_packs_below(path)) if is_folder else []
    except OSError as error:
        place = str(error.filename or path)[:255]
        raise PackError(place, f"cannot be read: {error.strerror}", "Give a .toml file or a folder of them.") from None
    if is_folder:
        if not files:
            raise PackError(str(path), "holds no pack", "Give a .toml file or a folder of them.")
        for file in files:
            check_file(file)
        return files
    if not exists:
        raise PackError(str(path), "there is no such pack", "Give a .toml file or a folder of them.")
    check_file(path)
    return [path]


def _packs_below(folder: Path) -> Iterator[Path]:
    """Yield the packs of a folder and those below it, linked ones too, each once.  Raises OSError."""
    seen: set[str] = set()
    for root, folders, names in os.walk(folder, onerror=_raise, followlinks=True):
        if os.path.realpath(root) in seen:  # a link leads back to a folder above
            folders.clear()
            continue
        seen.add(os.path.realpath(root))
        yield from (Path(root, name) for name in names if name.endswith(".toml") and name != CONFIG)


def _raise(error: OSError) -> None:
    raise error


def load_pack(path: Path) -> Iterator[Sourced]:
    """Read the rules of a pack, each with its place.  Raises PackError for a file that is not TOML or not a pack."""
    for found in read_pack(path):
        if isinstance(found, PackError):
            raise found
        yield found


def read_pack(path: Path) -> Iterator[Sourced | PackError]:
    """Read the rules of a pack.  In the place of a table that is not a valid rule, return its fault."""
    try:
        table = read_toml(path)
    except PackError as error:
        yield error
        return
    rules = table["rule"] if isinstance(table.get("rule"), list) else []
    lines = header_lines(path, "rule")[: len(rules)]
    if len(rules) > MAX_RULES:
        at = f"{path}:{lines[MAX_RULES]}" if len(lines) > MAX_RULES else str(path)
        fault = f"is rule {MAX_RULES + 1:,}: a pack has at most {MAX_RULES:,}"
        yield PackError(at, fault, "Split it into several packs.")
        return
    try:
        header = msgspec.convert({**table, "rule": []} if rules else table, Pack).pack
    except msgspec.ValidationError as error:
        yield _shape_error(path, 1, str(error))
        return
    for line, rule in zip_longest(lines, rules, fillvalue=1):
        yield _sourced(path, line, header, rule)


def _sourced(path: Path, line: int, header: PackHeader, table: Any) -> Sourced | PackError:
    try:
        rule = msgspec.convert(_written_out(table), Rule)
    except msgspec.ValidationError as error:
        return _shape_error(path, line, str(error))
    return Sourced(f"{header.id}/{rule.id}", header.version, str(path), line, rule)


def _written_out(table: Any) -> Any:
    """Return a table with each regex as one string.  Values of other types stay, and are refused later."""
    if isinstance(table, list):
        return [_written_out(one) for one in table]
    if not isinstance(table, dict):
        return table
    return {
        key: written_out(value) if key == "regex" and _is_regex(value) else _written_out(value)
        for key, value in table.items()
    }


def _is_regex(value: Any) -> bool:
    return isinstance(value, str) or (
        bool(value) and isinstance(value, list) and all(isinstance(one, str) for one in value)
    )


def _shape_error(path: Path, line: int, fault: str) -> PackError:
    named = vars(language).values()
    structs = tuple(value for value in named if isinstance(value, type) and issubclass(value, Struct))
    return shape_error(path, line, fault, Guide(structs, WAYS_OUT, "docs/rules.md"))
