"""Data that is computed from the shipped packs when copydesk is built, so that a start does not wait for it.

`rules/shipped.msgpack` holds the rules, what triggers them, what their regexes require and what they compile to, with
the digest of all that it was made from.  If the sources differ, or if there is no such file, the same data is computed
in memory.  On another version of Python, regexes are compiled at their first use.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec import Raw, Struct, structs

from etl import fold
from etl.packs.load import Sourced, builtin_folder, builtin_packs, load_pack
from etl.packs.misuses import patterns
from etl.rules import language
from etl.rules.engine import literal_search, triggers
from etl.rules.engine.triggers import Triggers, triggers_of
from etl.rules.matching import patterns as block_patterns
from etl.rules.matching import vocabulary
from etl.rules.regexes import compiled, fragments, literals, publishers, reach, syntax
from etl.rules.regexes.compiled import regex_facts, regex_of, take_facts, take_programs
from etl.rules.regexes.syntax import machine, program_of

SHIPPED = "shipped.msgpack"
# The sources of the facts of a regex, of the triggers of a rule, and of the types of a rule.
_CODE = (
    *(fold, language, compiled, fragments, literals, publishers, reach, syntax),
    *(literal_search, triggers, block_patterns, vocabulary),
)


class Shipped(Struct, frozen=True):
    """The shipped rules, their paths below the folder of the packs, their triggers, and facts about their regexes.

    `programs` are the compiled regexes, by flags and by regex, for the version of Python in `machine`.  Raw fields are
    decoded when they are needed.
    """

    digest: str
    rules: tuple[Sourced, ...]
    triggers: Raw
    facts: dict[str, Raw]
    machine: str
    programs: dict[int, dict[str, Raw]]

    def usable_programs(self) -> dict[int, dict[str, Raw]]:
        """Return the programs if they are for this version of Python, else none."""
        return self.programs if self.machine == machine() else {}


@cache
def _shipped() -> Shipped | None:
    shipped = read_shipped(builtin_folder() / SHIPPED)
    if shipped:
        take_facts(shipped.facts)
        take_programs(shipped.usable_programs())
    return shipped


@cache
def builtin_rules() -> tuple[Sourced, ...]:
    """Return the rules of the shipped packs."""
    if shipped := _shipped():
        folder = builtin_folder()
        return tuple(structs.replace(one, path=str(folder / one.path)) for one in shipped.rules)
    return tuple(one for path in builtin_packs() for one in load_pack(path))


@cache
def builtin_triggers() -> Triggers:
    """Return the triggers of the shipped rules that judge articles."""
    if shipped := _shipped():
        return msgspec.msgpack.decode(shipped.triggers, type=Triggers)
    return _triggers(builtin_rules())


def _triggers(rules: Iterable[Sourced]) -> Triggers:
    return triggers_of((one.name, one.rule) for one in rules if one.judges)


def write_shipped(path: Path) -> None:
    """Write the file for the present packs and code."""
    folder = builtin_folder()
    rules = [
        structs.replace(one, path=pack.relative_to(folder).as_posix())
        for pack in builtin_packs()
        for one in load_pack(pack)
    ]
    regexes = [regex_of(pattern) for one in rules for pattern in patterns(one.rule) if pattern.regex]
    facts = {source: _raw(regex_facts(source)) for source in sorted({regex.source for regex in regexes})}
    programs: dict[int, dict[str, Raw]] = {}
    for flags, regex in sorted({(regex.flags, regex.generic) for regex in regexes}):
        programs.setdefault(int(flags), {})[regex] = _raw(program_of(regex, int(flags)))
    shipped = Shipped(_digest(folder), tuple(rules), _raw(_triggers(rules)), facts, machine(), programs)
    path.write_bytes(msgspec.msgpack.encode(shipped))


def read_shipped(path: Path) -> Shipped | None:
    """Return the content of the file; None if there is no file, or if it was made from other sources."""
    try:
        shipped = msgspec.msgpack.decode(path.read_bytes(), type=Shipped)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return shipped if shipped.digest == _digest(builtin_folder()) else None


def _raw(value: object) -> Raw:
    return Raw(msgspec.msgpack.encode(value))


def _digest(folder: Path) -> str:
    found = blake2b(digest_size=16)
    for name, content in _sources(folder, builtin_packs()):
        found.update(f"{name}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def _sources(folder: Path, packs: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    for pack in packs:
        yield pack.relative_to(folder).as_posix(), pack.read_bytes()
    for module in _CODE:
        yield module.__name__, Path(str(module.__file__)).read_bytes()
