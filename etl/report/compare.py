"""A duplicate beside its keeper, with marks on words that differ, and on words only in the duplicate."""

import re
from collections.abc import Iterator

from msgspec import Struct

from etl.change import between
from etl.fold import fold

_WORDS = re.compile(r"\s+|\S+")
_LETTERS = re.compile(r"\w+")


class Piece(Struct, frozen=True, gc=False):
    """Characters of one side: the same on both sides, different ("differs"), or not in the keeper ("residue")."""

    text: str
    mark: str = ""


class Comparison(Struct, frozen=True):
    """Both sides of a comparison."""

    duplicate: tuple[Piece, ...]
    keeper: tuple[Piece, ...]


def compare(duplicate: str, keeper: str, residue: str) -> Comparison:
    """Return a duplicate and its keeper with the words that differ marked; `residue` is that of the audit."""
    lacking = frozenset(fold(residue).split())
    left: list[Piece] = []
    right: list[Piece] = []
    at = 0
    for change in between(keeper, duplicate, ""):
        same = keeper[at : change.start]
        left += Piece(same), *_marked(change.after, lacking)
        right += Piece(same), Piece(keeper[change.start : change.end], "differs")
        at = change.end
    return Comparison(_solid([*left, Piece(keeper[at:])]), _solid([*right, Piece(keeper[at:])]))


def _marked(text: str, lacking: frozenset[str]) -> Iterator[Piece]:
    mark = "differs"
    for word in _WORDS.findall(text):
        if not word.isspace():  # white space has the mark of the word before it
            is_residue = any(part in lacking for part in _LETTERS.findall(fold(word)))
            mark = "residue" if is_residue else "differs"
        yield Piece(word, mark)


def _solid(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Return pieces with the same mark joined, without empty ones."""
    found: list[Piece] = []
    for piece in pieces:
        if piece.text and found and found[-1].mark == piece.mark:
            found[-1] = Piece(found[-1].text + piece.text, piece.mark)
        elif piece.text:
            found.append(piece)
    return tuple(found)
