"""A regex as a tree of parts: their first characters, and short texts that they match."""

import string
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct

from etl.rules.regexes.syntax import Item, chars_of, codes, parse

# A sample of all characters: ASCII, letters of three other scripts, and typographic marks of news.
ALPHABET = frozenset(string.printable) | frozenset("éБ中’“–\u00a0")
# The preferred characters of a class for samples; a separator only if no other character matches.
SAMPLE_CHARS = "aA0 "


class Part(Struct, frozen=True):
    """One part of a regex, matched `low` to `high` times.

    A leaf matches one of `chars`, a group one of `choices`, each a run of parts.  An anchor or a look-around matches no
    text: its `high` is 0.  `gives_back` is false for possessive and atomic parts.
    """

    low: int = 1
    high: int = 1
    chars: frozenset[str] = frozenset()
    choices: tuple[tuple["Part", ...], ...] = ()
    gives_back: bool = True

    @property
    def varies(self) -> bool:
        """Return true if a matcher may try it with fewer or more."""
        return self.low < self.high and self.gives_back

    @property
    def is_optional(self) -> bool:
        """Return true if it may match the empty text."""
        return self.low == 0 or any(all(part.is_optional for part in run) for run in self.choices)


Run = tuple[Part, ...]
_Parse = Callable[[Iterable[Item]], Run]


def parts(regex: str, flags: int) -> Run:
    """Return the parts of a regex.  Raises re.error for an invalid regex.

    >>> [(part.high, sorted(first([part]))) for part in parts("b[yz]:?", 0)]
    [(1, ['b']), (1, ['y', 'z']), (1, [':'])]
    """
    tree = parse(regex, flags)
    all_flags = int(flags | tree.state.flags)
    own = frozenset(regex) - ALPHABET

    def leaf(item: Item) -> Part:
        chars = chars_of(item, all_flags, ALPHABET)
        return Part(chars=chars | chars_of(item, all_flags, own) if own else chars)

    def run(items: Iterable[Item]) -> Run:
        return tuple(_MAKERS[item[0]](item[1], run) if item[0] in _MAKERS else leaf(item) for item in items)

    return run(tree)


def first(run: Sequence[Part]) -> frozenset[str]:
    """Return the characters that a run of parts may begin with."""
    found: set[str] = set()
    for part in run:
        if part.high:
            found |= part.chars.union(*map(first, part.choices))
        if not part.is_optional:
            break
    return frozenset(found)


def sample(run: Sequence[Part], choice: int = 0) -> str:
    """Return a shortest text that a run of parts matches, ignoring look-arounds; `choice` is the choice of groups.

    >>> by = parts(r"(?:Photo|Image) by [A-Z]\\w{2,40}/?", 0)
    >>> sample(by), sample(by, 1)
    ('Photo by Aaa', 'Image by Aaa')
    """
    return "".join(part.low * sample_of(part, choice) for part in run)


def sample_of(part: Part, choice: int = 0) -> str:
    """Return a text that a part matches once."""
    if part.choices:
        return sample(part.choices[choice % len(part.choices)], choice)
    return next((char for char in SAMPLE_CHARS if char in part.chars), max(part.chars, default=""))


def _repeat(value: Any, run: _Parse) -> Part:
    low, high, items = value
    return Part(int(low), int(high), choices=(run(items),))


def _possessive(value: Any, run: _Parse) -> Part:
    low, high, items = value
    return Part(int(low), int(high), choices=(run(items),), gives_back=False)


def _look_around(value: Any, run: _Parse) -> Part:
    return Part(0, 0, choices=(run(value[1]),))


def _either(value: Any, run: _Parse) -> Part:
    """Return both branches of a condition on a group, since either may be taken."""
    _, yes, no = value
    return Part(choices=(run(yes), run(no or ())))


_MAKERS: dict[Any, Callable[[Any, _Parse], Part]] = {
    codes.MAX_REPEAT: _repeat,
    codes.MIN_REPEAT: _repeat,
    codes.POSSESSIVE_REPEAT: _possessive,
    codes.SUBPATTERN: lambda value, run: Part(choices=(run(value[-1]),)),
    codes.ATOMIC_GROUP: lambda value, run: Part(choices=(run(value),), gives_back=False),
    codes.BRANCH: lambda value, run: Part(choices=tuple(run(items) for items in value[1])),
    codes.GROUPREF_EXISTS: _either,
    codes.GROUPREF: lambda value, run: Part(0, 1, ALPHABET, gives_back=False),  # the text of the group, or nothing
    codes.ASSERT: _look_around,
    codes.ASSERT_NOT: _look_around,
    codes.AT: lambda value, run: Part(0, 0),
}
