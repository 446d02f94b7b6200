"""The only module that uses the parser and the compiler of `re`.

They are private, but no other parser knows every flag.
"""

import re
import sys
from array import array
from collections.abc import Iterable
from functools import lru_cache
from re import _compiler as compiler  # type: ignore[attr-defined]  # private; here since Python 3.11
from re import _constants as codes  # type: ignore[attr-defined]  # private; here since Python 3.11
from re import _parser as parser  # type: ignore[attr-defined]  # private; here since Python 3.11
from typing import Any

from msgspec import Struct

Item = tuple[Any, Any]
"""One parsed item of a regex: its code and its value."""

# The width of an unbounded repeat, in characters.
UNBOUNDED = int(codes.MAXREPEAT)

__all__ = [
    "UNBOUNDED",
    "Item",
    "Program",
    "chars_of",
    "codes",
    "machine",
    "parse",
    "pattern_of",
    "program_of",
    "width",
]


class Program(Struct, frozen=True, gc=False, array_like=True):
    """The result of compiling a regex with `re`: the code of its machine, all flags, the groups and their names."""

    code: bytes
    flags: int
    groups: int
    names: dict[str, int]


def parse(regex: str, flags: int = 0) -> Any:
    """Return the parsed items of a regex.  Raises re.error if it is none."""
    return parser.parse(regex, flags)


def width(tree: Any, items: Iterable[Item]) -> tuple[int, int]:
    """Return the fewest and the most characters that items of a parsed regex take; UNBOUNDED or more is no bound.

    Some Pythons leave places between characters (`^`, `\\b`, a look around) out, and so they take nothing.
    """
    low, high = parser.SubPattern(tree.state, list(items)).getwidth()
    return min(UNBOUNDED, int(low)), min(UNBOUNDED, int(high))


def chars_of(item: Item, flags: int, alphabet: frozenset[str]) -> frozenset[str]:
    """Return the characters of an alphabet that an item without groups matches, with all flags of its regex."""
    code, value = item
    return _chars_of(code, tuple(value) if code is codes.IN else value, flags, alphabet)


@lru_cache(maxsize=4096)  # a regex has many letters, but few different ones
def _chars_of(code: Any, value: Any, flags: int, alphabet: frozenset[str]) -> frozenset[str]:
    item = (code, list(value) if code is codes.IN else value)
    compiled: Any = compiler.compile(parser.SubPattern(parser.State(), [item]), flags)
    return frozenset(filter(compiled.fullmatch, alphabet))


def machine() -> str:
    """Return the version for which programs are valid: another Python may have another machine, or other letters."""
    sre: Any = compiler._sre
    return f"{sys.implementation.name} {sys.version_info} {sys.byteorder} {sre.MAGIC} {sre.CODESIZE}"


def program_of(regex: str, flags: int) -> Program:
    """Compile a regex, in some 3 ms.  Raises re.error if it is none."""
    tree = parse(regex, flags)
    code = array("I", compiler._code(tree, flags))
    return Program(code.tobytes(), flags | tree.state.flags, tree.state.groups - 1, tree.state.groupdict)


def pattern_of(regex: str, program: Program) -> re.Pattern[str]:
    """Return the compiled regex of a program, in some 20 µs; the program must be of this regex, and of this machine."""
    names: list[str | None] = [None] * (program.groups + 1)
    for name, group in program.names.items():
        names[group] = name
    code = array("I", program.code).tolist()
    found: re.Pattern[str] = compiler._sre.compile(
        regex, program.flags, code, program.groups, program.names, tuple(names)
    )
    return found
