"""TOML -> checked values -> a desk.  An error names the file, the line, the key and the way out."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from etl.edit import Desk
from etl.errors import PackError, UsageError
from etl.fold import fold, label
from etl.model import Publisher, Replacement
from etl.rules import seat, vocabulary
from etl.rules.match import has_company, has_looks
from etl.rules.vocabulary import Near, Pack, Pattern, Rule
from etl.segment import Layouts

Profile = Literal["careful", "standard", "hard"]

# What each profile dares: rules of these confidences judge.
PROFILES: dict[Profile, tuple[str, ...]] = {
    "careful": ("certain",),
    "standard": ("certain", "likely"),
    "hard": ("certain", "likely", "guess"),
}


class Selection(Struct, frozen=True):
    """Which rules judge: built-in ones (unless `only`), packs by path, ids by pattern (`core/*`), and how bold."""

    packs: tuple[str, ...] = ()
    only: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    profile: Profile = "standard"
    risky: bool = False


class Sourced(Struct, frozen=True):
    """A rule with its full name, the version of its pack, and where it stands."""

    name: str
    version: str
    path: str
    line: int
    rule: Rule


def builtin_folder() -> Path:
    """Where the packs are: beside the package in a wheel, at the top level in a checkout."""
    installed = Path(__file__).parent / "_rules"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "rules"


@cache
def desk(selection: Selection) -> Desk:
    """Load and compile the packs of a selection.  Raises PackError for a pack, UsageError if no rule is left."""
    rules = selected(selection)
    judging = [sourced for sourced in rules if sourced.rule.action != "replace"]
    return Desk(
        repairs=tuple(
            Replacement(sourced.name, re.compile(sourced.rule.match.regex), sourced.rule.becomes)
            for sourced in rules
            if sourced.rule.action == "replace"
        ),
        layouts=Layouts(_end_labels(rules), known_publishers()),
        bench=seat((sourced.name, sourced.version, sourced.rule) for sourced in judging),
        risky=selection.risky,
    )


def selected(selection: Selection) -> tuple[Sourced, ...]:
    """The rules of a selection, checked against one another, by name."""
    rules = load_rules(selection)
    for pattern in (*selection.select, *selection.ignore):
        if not any(fnmatchcase(sourced.name, pattern) for sourced in rules):
            raise UsageError(pattern, "no rule has this id", did_you_mean(pattern, [one.name for one in rules]))
    chosen = tuple(sourced for sourced in rules if _is_chosen(sourced, selection))
    if not chosen:
        raise UsageError("", "no rule is selected", "Widen --select, or drop --only-rules or --ignore.")
    return chosen


def load_rules(selection: Selection) -> tuple[Sourced, ...]:
    """All rules of the selected packs, whatever their confidence, by name.  Raises PackError."""
    folders = [Path(path) for path in selection.packs]
    if not selection.only:
        folders = [builtin_folder() / part for part in ("core", "sites", "lang")] + folders
    rules = [sourced for folder in folders for path in _pack_files(folder) for sourced in _load_pack(path)]
    seen: dict[str, Sourced] = {}
    for sourced in rules:
        if sourced.name in seen:
            first = seen[sourced.name]
            raise _error(sourced, "id", "R004", f"is taken: it stands in {first.path}:{first.line}", "Choose another id.")
        seen[sourced.name] = sourced
    for sourced in rules:
        _check(sourced, seen.keys())
    return tuple(seen[name] for name in sorted(seen))


def pack_versions(selection: Selection) -> dict[str, dict[str, str]]:
    """Give version and SHA-256 of each pack file, by path; built-in ones by their path below `rules/`."""
    found: dict[str, dict[str, str]] = {}
    for sourced in selected(selection):
        path = Path(sourced.path)
        name = path.relative_to(builtin_folder()) if path.is_relative_to(builtin_folder()) else path
        found[name.as_posix()] = {"version": sourced.version, "sha256": sha256(path.read_bytes()).hexdigest()}
    return dict(sorted(found.items()))


@cache
def known_publishers() -> dict[str, Publisher]:
    """Publishers by folded name, alias and domain."""
    path = builtin_folder() / "publishers.toml"
    table = msgspec.convert(_toml(path), dict[str, dict[str, Any]])
    known: dict[str, Publisher] = {}
    for name, entry in table.items():
        publisher = msgspec.convert({"id": name, **entry}, Publisher)
        for key in (publisher.name, *publisher.aliases, *publisher.domains):
            known[fold(key)] = publisher
    return known


def _is_chosen(sourced: Sourced, selection: Selection) -> bool:
    is_bold_enough = sourced.rule.confidence in PROFILES[selection.profile]
    is_selected = not selection.select or _matches(sourced, selection.select)
    return is_bold_enough and is_selected and not _matches(sourced, selection.ignore)


def _matches(sourced: Sourced, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(sourced.name, pattern) for pattern in patterns)


def _end_labels(rules: Iterable[Sourced]) -> frozenset[str]:
    return frozenset(
        label(text) for sourced in rules if sourced.rule.action == "end-article" for text in sourced.rule.match.exact
    )


def _pack_files(path: Path) -> Sequence[Path]:
    if path.is_dir():
        return sorted(path.rglob("*.toml"))
    if not path.exists():
        raise PackError(str(path), "there is no such pack", "Give a .toml file or a folder of them.")
    return [path]


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f"{path}:{place[1]}:{place[2]}" if place else str(path)
        raise PackError(where, f"is not TOML: {str(error).split(' (at ')[0]}", "Mend the syntax there.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(str(path), f"cannot be read: {error}", "Give a TOML file in UTF-8.") from None


def _load_pack(path: Path) -> Iterator[Sourced]:
    table = _toml(path)
    try:
        pack = msgspec.convert(table, Pack)
    except msgspec.ValidationError as error:
        raise _shape_error(path, str(error)) from None
    lines = _rule_lines(path)
    for line, rule in zip(lines, pack.rule, strict=True):
        yield Sourced(f"{pack.pack.id}/{rule.id}", pack.pack.version, str(path), line, rule)


def _rule_lines(path: Path) -> list[int]:
    """The 1-based lines of the `[[rule]]` headers."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [number for number, line in enumerate(lines, 1) if re.match(r"\s*\[\[\s*rule\s*\]\]", line)]


def _shape_error(path: Path, fault: str) -> PackError:
    """Turn msgspec's "Object contains unknown field `mtach` - at `$.rule[1]`" into a place and a way out."""
    rule = re.search(r"\$\.rule\[(\d+)\]", fault)
    line = _rule_lines(path)[int(rule[1])] if rule else 1
    keys = re.findall(r"`(\w+)`", fault.split(" - at ")[0]) or re.findall(r"\.(\w+)", fault)[-1:]
    said = fault.split(" - at ")[0]
    if unknown := re.search(r"unknown field `(\w+)`", fault):
        return PackError(_place(path, line, unknown[1]), f"R001 unknown key '{unknown[1]}'", _suggest_key(unknown[1]))
    if missing := re.search(r"missing required field `(\w+)`", fault):
        return PackError(_place(path, line, "id"), f"R002 key '{missing[1]}' is missing", _MISSING.get(missing[1], ""))
    key = keys[-1] if keys else ""
    return PackError(_place(path, line, key), f"R003 '{key}': {said[0].lower()}{said[1:]}", "See docs/rules.md.")


_MISSING = {
    "why": "Say in one sentence on what ground these lines go; it is printed in the audit.",
    "keeps": "Give at least one line that looks alike and must not be dropped.",
    "match": "Say what the rule names: match.exact, match.prefix, match.regex …",
}


def _suggest_key(key: str) -> str:
    structs = [value for value in vars(vocabulary).values() if isinstance(value, type) and issubclass(value, Struct)]
    return did_you_mean(key, [field for struct in structs for field in struct.__struct_fields__])


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Ask whether a near word was meant; "" if none is near."""
    close = get_close_matches(word, sorted(set(known)), n=1)
    return f"Did you mean '{close[0]}'?" if close else ""


def _place(path: Path | str, line: int, key: str) -> str:
    """`path:line:column` of a key at or below a line, for people and editors."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    for number, text in enumerate(lines[line - 1 :], line):
        if found := re.search(rf"(?:^|[\s.{{,]){re.escape(key)}\b(?=[\w.\s]*=)", text):
            return f"{path}:{number}:{found.end() - len(key) + 1}"
        if number > line and text.lstrip().startswith("[["):
            break
    return f"{path}:{line}:1"


def _error(sourced: Sourced, key: str, code: str, fault: str, way_out: str) -> PackError:
    place = _place(sourced.path, sourced.line, key)
    return PackError(place, f"{code} rule '{sourced.rule.id}': '{key}' {fault}", way_out)


def _check(sourced: Sourced, names: Iterable[str]) -> None:
    """Refuse a rule that cannot be meant.  Raises PackError."""
    rule = sourced.rule
    for key, fault, way_out in _faults(rule, frozenset(names)):
        raise _error(sourced, key, "R003", fault, way_out)
    for pattern in _patterns(rule):
        try:
            re.compile(pattern.regex)
        except re.error as error:
            fault = f"does not compile: {error.msg} at character {error.pos}"
            raise _error(sourced, "regex", "R005", fault, f"It reads: {pattern.regex}") from None


def _faults(rule: Rule, names: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a rule beyond its shape: (key, fault, way out)."""
    match = rule.match
    if rule.action == "replace":
        if not match.regex or has_company(match):
            yield "match", "of a replace rule is one regex", "It is searched in each block, before any rule judges."
        if not rule.turns:
            yield "turns", "is missing", 'Give at least one ["before", "after"].'
        if "\n" in rule.becomes:
            yield "becomes", "holds a line break", "A repair cannot make two blocks of one."
    elif not rule.drops:
        yield "drops", "is missing", "Give at least one line that this rule must name."
    if not rule.keeps:
        yield "keeps", "is empty", _MISSING["keeps"]
    if not has_looks(match) and not has_company(match):
        yield "match", "asks for nothing", _MISSING["match"]
    if match.rule or match.headline:
        yield "match", "asks for a neighbour's mark of the block itself", "Use match.after, .before or .between."
    yield from _unknown_names(rule, names)


def _unknown_names(rule: Rule, names: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    for name in (name for pattern in _patterns(rule) for name in pattern.rule):
        if name not in names:
            yield "rule", f"names '{name}', which is no rule", did_you_mean(name, names)
    publishers = {publisher.id for publisher in known_publishers().values()}
    publishers |= {publisher.group for publisher in known_publishers().values()}
    for name in rule.scope.publisher:
        if name not in publishers:
            yield "publisher", f"names '{name}', which is not in publishers.toml", did_you_mean(name, publishers)


def _patterns(rule: Rule) -> Iterator[Pattern]:
    """Every pattern of a rule: its own and those of its neighbours."""
    match = rule.match
    yield match
    neighbours: tuple[Near | None, ...] = (match.after, match.before)
    yield from (near for near in neighbours if near)
    if match.between:
        yield from (match.between.start, match.between.end)
