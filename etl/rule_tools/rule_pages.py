"""Pages of the built-in rules: one for each file of a pack, made from the rules themselves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import to_builtins

from etl.errors import UsageError
from etl.packs import Sourced, builtin_folder, builtin_packs, load_pack
from etl.rules.language import Rule
from etl.toml_text import toml_string
from etl.writers import atomic

INDEX = "README.md"
_ORIGIN = "Made from the rules by `copydesk rules docs docs/rules`."


def rule_pages() -> dict[str, str]:
    """Return the pages by path: an index, and for `rules/core/links.toml` the page `core/links.md`."""
    packs = {path: tuple(load_pack(path)) for path in builtin_packs()}
    return {INDEX: _index(packs)} | {f"{_name(path)}.md": _page(path, rules) for path, rules in packs.items()}


def stale_pages(folder: Path) -> dict[Path, str | None]:
    """Return the stale pages of a folder with their new text; None for a page whose pack is gone."""
    pages = {folder / path: text for path, text in rule_pages().items()}
    stale: dict[Path, str | None] = {path: text for path, text in pages.items() if _read(path) != text}
    there = sorted((*folder.glob("*.md"), *folder.glob("*/*.md")))  # as deep as pages are made
    gone = [path for path in there if path not in pages and _is_page(_read(path))]
    return stale | dict.fromkeys(gone)


def write_pages(pages: Mapping[Path, str | None]) -> None:
    """Write all stale pages, and remove pages whose pack is gone.

    Raises UsageError for a file that is no such page.
    """
    for path in pages:
        if path.exists() and not _is_page(_read(path)):
            raise UsageError(str(path), "was not written by copydesk", "Name another folder.")
    for path, text in pages.items():
        if text is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")


def _is_page(text: str) -> bool:
    """Return whether a text is a page that was made: its second or third paragraph says so."""
    return any(part.startswith(_ORIGIN) for part in text.split("\n\n", 3)[1:3])


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _index(packs: dict[Path, tuple[Sourced, ...]]) -> str:
    rows = [
        f"| [{_name(path)}](../../rules/{_name(path)}.toml) | {len(rules)} | {_opening(path)} |"
        for path, rules in packs.items()
    ]
    origin = f"{_ORIGIN} This command also writes a page for each file. Only this index is in git."
    return "\n".join(["# The built-in rules", "", origin, "", "| file | rules | about |", "|---|--:|---|", *rows, ""])


def _page(path: Path, rules: Iterable[Sourced]) -> str:
    parts = [f"# {_name(path)}", _opening(path), _ORIGIN, *(part for one in rules for part in _section(one))]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(sourced: Sourced) -> Iterator[str]:
    rule = sourced.rule
    yield f"## {sourced.name}"
    yield f"{rule.title}. {rule.why}"
    yield " · ".join(terms(rule))
    keeps = (*rule.keeps, *(rule.unless.keeps if rule.unless else ()))
    for says, examples in (("Drops", rule.drops), ("Turns", _turns(rule)), ("Keeps", keeps)):
        if examples:
            yield "\n".join([f"{says}:\n", *map(_example, examples)])


def terms(rule: Rule) -> Iterator[str]:
    """Yield the terms of a rule: action, confidence, scope, and versions."""
    yield from (rule.action, rule.kind, rule.confidence)
    scope = rule.scope
    said = (
        ("severity", rule.severity),
        ("fills", rule.field),
        ("of", ", ".join(scope.publisher)),
        ("in", ", ".join((*scope.language, *scope.format))),
        ("from", scope.date.since if scope.date else ""),
        ("to", scope.date.to if scope.date else ""),
        ("since", rule.since),
        ("seen at", ", ".join(rule.source)),
        ("last seen", rule.last_seen),
        ("once called", ", ".join(rule.aliases)),
        ("deprecated:", rule.deprecated),
    )
    yield from (f"{word} {what}" for word, what in said if what)


def conditions(rule: Rule) -> Iterator[str]:
    """Yield the conditions and guards of a rule, one key per line, as in a pack; lists of regexes are joined."""
    for table in ("match", "unless", "where"):
        for key, value in (to_builtins(getattr(rule, table)) or {}).items():
            if (table, key) != ("unless", "keeps"):
                yield f"{table}.{key} = {_toml(value)}"


def _toml(value: object) -> str:
    r"""Return a value in TOML; a text with backslashes as a literal string.

    >>> print(_toml({"regex": r"\d+", "within": 2, "case": True, "tag": ("p",)}))
    { regex = '\d+', within = 2, case = true, tag = ["p"] }
    """
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(one)}' for key, one in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        return f"'{value}'" if "\\" in value and "'" not in value and value.isprintable() else toml_string(value)
    return str(value).lower()


def _turns(rule: Rule) -> Sequence[str]:
    return [f"{before} → {after}" for before, after in rule.turns]


def _example(text: str) -> str:
    """Return an example as Markdown code, unchanged but for ⏎, which stands for a new block."""
    return f"- `` {text.replace(chr(10) * 2, ' ⏎ ')} ``"


def _opening(path: Path) -> str:
    """Return the comment at the beginning of a pack's file."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return first.removeprefix("#").strip() if first.startswith("#") else ""


def _name(path: Path) -> str:
    return path.relative_to(builtin_folder()).with_suffix("").as_posix()
